"""The request format of each listing site. Sites refuse unknown fields, missing fields and photos without an absolute URL."""

from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

MAX_PHOTOS = 60


def _fetchable(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or any(letter in url for letter in " \"'<>\\"):
        raise ValueError("a photo is an absolute address")
    return url


Vin = Annotated[str, StringConstraints(pattern=r"^[A-HJ-NPR-Z0-9]{17}$")]
Text = Annotated[str, StringConstraints(min_length=1, max_length=200)]
LongText = Annotated[str, StringConstraints(min_length=1, max_length=10_000)]
Year = Annotated[int, Field(ge=1981, le=2100, strict=True)]
Miles = Annotated[int, Field(ge=0, strict=True)]
Dollars = Annotated[float, Field(gt=0, strict=True, allow_inf_nan=False)]
PhotoUrl = Annotated[str, StringConstraints(max_length=2000), AfterValidator(_fetchable)]


class Strict(BaseModel):
    """A request body that allows no unknown fields."""

    model_config = ConfigDict(extra="forbid")


class NumberedPhoto(Strict):
    """A photo with its position."""

    url: PhotoUrl
    position: Annotated[int, Field(ge=0, strict=True)]


class CarGurusListing(Strict):
    """Body of CarGurus' `PUT`."""

    vin: Vin
    stockNumber: Text | None = None  # noqa: N815  the site's own name, as are all names below
    year: Year
    make: Text
    model: Text
    trim: Text | None = None
    price: Dollars
    mileage: Miles | None = None
    exteriorColor: Text | None = None  # noqa: N815
    interiorColor: Text | None = None  # noqa: N815
    bodyStyle: Text | None = None  # noqa: N815
    transmission: Text | None = None
    fuelType: Text | None = None  # noqa: N815
    description: LongText | None = None
    photoUrls: Annotated[list[PhotoUrl], Field(min_length=1, max_length=MAX_PHOTOS)]  # noqa: N815


class TrueCarListing(Strict):
    """Body of TrueCar's `PUT`."""

    vin: Vin
    stock_number: Text | None = None
    year: Year
    make: Text
    model: Text
    trim: Text | None = None
    list_price: Dollars
    odometer: Miles | None = None
    exterior_color: Text | None = None
    interior_color: Text | None = None
    body_style: Text | None = None
    transmission: Text | None = None
    fuel_type: Text | None = None
    comments: LongText | None = None
    photos: Annotated[list[NumberedPhoto], Field(min_length=1, max_length=MAX_PHOTOS)]


class KbbListing(Strict):
    """Body of Kelley Blue Book's `PUT`."""

    VIN: Vin
    StockNumber: Text | None = None
    ModelYear: Year
    Make: Text
    Model: Text
    Trim: Text | None = None
    ListPrice: Dollars
    Mileage: Miles | None = None
    ExteriorColor: Text | None = None
    InteriorColor: Text | None = None
    BodyStyle: Text | None = None
    Transmission: Text | None = None
    FuelType: Text | None = None
    SellerComments: LongText | None = None
    Photos: Annotated[list[PhotoUrl], Field(min_length=1, max_length=MAX_PHOTOS)]


@dataclass(frozen=True, slots=True)
class Shape:
    """One site: its name, its path below the base address, its model, and its field names for VIN, price and photos.

    With `bearer` the key is required and comes as a bearer token; without it the key is optional and comes as `X-Api-Key`.
    """

    name: str
    path: str
    listing: type[BaseModel]
    vin: str
    price: str
    photos: str
    bearer: bool = False

    def photo_urls(self, listing: dict[str, Any]) -> list[str]:
        """Return the photo addresses of a listing."""
        return [photo["url"] if isinstance(photo, dict) else photo for photo in listing[self.photos]]


CARGURUS = Shape("cargurus", "/v1/listings/{vin}", CarGurusListing, "vin", "price", "photoUrls", bearer=True)
TRUECAR = Shape("truecar", "/v1/dealers/{dealer}/inventory/{vin}", TrueCarListing, "vin", "list_price", "photos")
KBB = Shape("kbb", "/v1/dealers/{dealer}/vehicles/{vin}", KbbListing, "VIN", "ListPrice", "Photos")
