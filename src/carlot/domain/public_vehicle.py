"""A vehicle as the public sees it: its fields, its name, its kind of body, its color."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache

from pydantic import TypeAdapter

KINDS = ("Sedan", "SUV", "Truck", "Coupe", "Convertible", "Hatchback", "Wagon", "Van")

# The same tables as in public/js/inventory-words.js: the page draws a car without photos as this program does.
_STYLES = [
    ("Convertible", r"convertible|roadster|cabrio|spyder|spider"),
    ("Truck", r"truck|pickup|\bcab\b|crewmax|supercrew|supercab"),
    ("Van", r"van"),
    ("Wagon", r"wagon|estate"),
    ("SUV", r"suv|sport utility|utility|activity|crossover"),
    ("Hatchback", r"hatch|liftback|^[35] ?dr?\b"),
    ("Coupe", r"coupe|^2 ?dr? car"),
    ("Sedan", r"sedan|saloon|^4 ?dr? car"),
]
_PAINTS = [
    ("white", "white|pearl|ivory|snow|alabaster|frost"),
    ("black", "black|obsidian|onyx|ebony|carbon"),
    ("gray", "gr[ae]y|graphite|charcoal|granite|gunmetal|slate|titanium|magnetic"),
    ("silver", "silver|platinum|alumin(?:i)?um|quicksilver"),
    ("red", "red|crimson|ruby|burgundy|maroon|garnet|cherry|scarlet"),
    ("blue", "blue|navy|sapphire|indigo|azure|cobalt"),
    ("green", "green|emerald|olive|sage|teal|lime"),
    ("brown", "brown|bronze|mocha|copper|espresso|walnut"),
    ("beige", "beige|tan|sand|champagne|gold|cream|khaki|sandstone"),
    ("orange", "orange|sunset|tangerine"),
    ("yellow", "yellow"),
    ("purple", "purple|violet|plum|amethyst"),
]
_PAINT_WORDS = re.compile("|".join(rf"\b({words})\b" for _, words in _PAINTS))


@dataclass(frozen=True, slots=True)
class PublicVehicle:
    """A member of the public list. Prices are dollars; `None` means unknown. `was` is the price before it fell lately."""

    id: str
    vin: str | None
    stockNumber: str | None  # noqa: N815 (names of the wire)
    year: int | None
    make: str | None
    model: str | None
    trim: str | None
    bodyStyle: str | None  # noqa: N815
    exteriorColor: str | None  # noqa: N815
    interiorColor: str | None  # noqa: N815
    transmission: str | None
    fuelType: str | None  # noqa: N815
    drivetrain: str | None
    engine: str | None
    mileage: int | None
    price: float | None
    description: str | None
    location: str | None
    photos: tuple[str, ...]
    url: str
    was: float | None = None

    @property
    def name(self) -> str:
        """Year, make and model."""
        return " ".join(str(part).strip() for part in (self.year, self.make, self.model) if part)

    @property
    def full_name(self) -> str:
        """Year, make, model and trim."""
        return " ".join(part for part in (self.name, (self.trim or "").strip()) if part)

    @property
    def kind(self) -> str | None:
        """The kind of body, one of `KINDS`, by the words of any DMS; `None` when they name none."""
        words = (self.bodyStyle or "").lower().strip()
        return next((kind for kind, pattern in _STYLES if re.search(pattern, words)), None)

    @property
    def paint(self) -> str | None:
        """The basic color, by the words of any maker. The noun comes last: Midnight Blue, Black Cherry Red."""
        found = list(_PAINT_WORDS.finditer((self.exteriorColor or "").lower()))
        return _PAINTS[(found[-1].lastindex or 1) - 1][0] if found else None

    @property
    def pictures(self) -> list[str]:
        """The photos that a page may show: over https, or under the address of this installation."""
        base = self.url.partition("/inventory.html")[0]
        return [photo for photo in self.photos if photo.startswith(("https://", f"{base}/"))]


@cache
def _one() -> TypeAdapter[PublicVehicle]:
    return TypeAdapter(PublicVehicle)


@cache
def _many() -> TypeAdapter[list[PublicVehicle]]:
    return TypeAdapter(list[PublicVehicle])


def read_vehicle(text: str, reduced: Mapping[str, float]) -> PublicVehicle:
    """A vehicle from the JSON of the public API. `reduced` has the prices that have fallen, as they were, by id."""
    return _reduced(_one().validate_json(text), reduced)


def read_vehicles(text: str, reduced: Mapping[str, float]) -> list[PublicVehicle]:
    """Vehicles from the JSON of the public API, as `read_vehicle`."""
    return [_reduced(vehicle, reduced) for vehicle in _many().validate_json(text)]


def _reduced(vehicle: PublicVehicle, reduced: Mapping[str, float]) -> PublicVehicle:
    return replace(vehicle, was=reduced[vehicle.id]) if vehicle.id in reduced else vehicle
