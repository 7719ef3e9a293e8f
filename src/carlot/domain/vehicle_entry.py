"""The dealer's entries: a new vehicle, and changes to one."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, StringConstraints, WithJsonSchema

from carlot.domain.api_model import Line, OptionalLine, OptionalText, WireModel, one_of
from carlot.domain.money import Dollars, cents
from carlot.domain.plain_text import without_brackets
from carlot.domain.vehicle import BY_WIRE, MAX_PHOTOS


def _plain(text: object) -> object:
    return without_brackets(text).strip() if isinstance(text, str) else text


Vin = Annotated[str, StringConstraints(min_length=1, max_length=32, to_upper=True), BeforeValidator(_plain)]
Name = Annotated[
    Line,
    BeforeValidator(_plain),
    WithJsonSchema({"type": "string", "minLength": 1, "maxLength": 200, "pattern": r"^[^\u0000]*[^\u0000\s<>][^\u0000]*$"}),
]
"""A short text that must say something besides angle brackets, which are dropped."""

Words = Annotated[OptionalLine, BeforeValidator(_plain)]
"""A short text without its angle brackets; empty counts as absent."""

Year = Annotated[int, Field(ge=1885, le=2100)]
Miles = Annotated[int, Field(ge=0, le=9_999_999)]
Status = Annotated[Literal["available", "pending", "archived"], one_of("available", "pending", "archived")]


class PhotoReference(WireModel):
    """A photo as the admin API shows it; only the URL counts."""

    url: str
    id: str | None = None
    position: int | None = None


def _referenced(photo: object) -> object:
    """A plain address is a photo too. A union would put our class names into error messages."""
    return {"url": photo} if isinstance(photo, str) else photo


Photos = Annotated[
    list[Annotated[PhotoReference, BeforeValidator(_referenced, json_schema_input_type=str | PhotoReference)]],
    Field(max_length=MAX_PHOTOS),
]


class VehicleChange(WireModel):
    """Any subset of the writable fields. `null` clears a field that may be absent."""

    vin: Vin = ""
    year: Year = 0
    make: Name = ""
    model: Name = ""
    stock_number: Words | None = None
    trim: Words | None = None
    body_style: Words | None = None
    exterior_color: Words | None = None
    interior_color: Words | None = None
    transmission: Words | None = None
    fuel_type: Words | None = None
    drivetrain: Words | None = None
    engine: Words | None = None
    mileage: Miles | None = None
    price: Dollars | None = None
    description: OptionalText | None = None
    location: Words | None = None
    photos: Photos = Field(default_factory=list)
    purchase_price: Dollars | None = None
    purchase_date: date | None = None
    status: Status = "available"
    publish_to_website: bool = False
    publish_to_third_party: bool = False

    def values(self) -> dict[str, Any]:
        """Return the fields that were sent, by wire name, as D1 stores them: cents, day texts, 0 or 1, photo URLs as a list."""
        found: dict[str, Any] = {}
        for name in self.model_fields_set:
            alias = type(self).model_fields[name].alias or name
            value = getattr(self, name)
            if name == "photos":
                value = [photo.url for photo in value]
            elif isinstance(value, date):
                value = value.isoformat()
            elif isinstance(value, bool):
                value = int(value)
            elif value is not None and BY_WIRE[alias].kind == "money":
                value = cents(value)
            if name == "price" and value == 0:  # A price of 0 means that the car has no price.
                value = None
            found[alias] = None if value == "" else value
        return found


class NewVehicle(VehicleChange):
    """A complete new vehicle."""

    vin: Vin = Field()
    year: Year = Field()
    make: Name = Field()
    model: Name = Field()
