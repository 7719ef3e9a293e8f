"""vPIC's words for a car, as a US dealer says them.

Source: https://vpic.nhtsa.dot.gov/api/, the variables of "Decode VIN (flat format)" and their values ("Get Vehicle Variable
Values List"): every value is a text, empty where vPIC does not know it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, NamedTuple

from pydantic import BeforeValidator, Field, StringConstraints, ValidationError

from carlot.domain.model import Model
from carlot.domain.plain_text import without_brackets
from carlot.errors import Retryable

Suggestions = Mapping[str, str | int]
"""What is suggested, by the fields' names in our API; a field that is not known is left out."""

DOUBTFUL = "The VIN decoder has doubts about this VIN. Compare it with the plate."


class Decoded(NamedTuple):
    """What the decoder says of a VIN. `hint` is a sentence for the dealer, or `None`."""

    suggestions: Suggestions
    hint: str | None


def _clean(value: Any) -> Any:
    return "" if value is None else without_brackets(str(value)).strip()


_Text = Annotated[str, BeforeValidator(_clean), StringConstraints(max_length=200)]


class _Result(Model):
    vin: _Text = Field(alias="VIN")
    error_code: _Text = Field("", alias="ErrorCode")
    year: _Text = Field("", alias="ModelYear")
    make: _Text = Field("", alias="Make")
    model: _Text = Field("", alias="Model")
    trim: _Text = Field("", alias="Trim")
    body: _Text = Field("", alias="BodyClass")
    fuel: _Text = Field("", alias="FuelTypePrimary")
    second_fuel: _Text = Field("", alias="FuelTypeSecondary")
    electrification: _Text = Field("", alias="ElectrificationLevel")
    drive: _Text = Field("", alias="DriveType")
    transmission: _Text = Field("", alias="TransmissionStyle")
    liters: _Text = Field("", alias="DisplacementL")
    cylinders: _Text = Field("", alias="EngineCylinders")
    layout: _Text = Field("", alias="EngineConfiguration")


class _Answer(Model):
    results: list[_Result] = Field(alias="Results")


_DOUBTS = frozenset({"1", "2", "3", "4", "5", "11", "400"})
"""Codes of a VIN that is wrong somewhere: its check digit, one place that vPIC would correct, several, the year, a character."""

_MAKES = {
    **{name.upper(): name for name in ("BMW", "GMC", "MINI", "RAM", "FIAT", "MG", "McLaren", "DeLorean")},
    "MERCEDES-BENZ": "Mercedes-Benz",
}
_BODIES = (
    ("Sport Utility", "SUV"),
    ("Crossover", "SUV"),
    ("Pickup", "Truck"),
    ("Sedan", "Sedan"),
    ("Hatchback", "Hatchback"),
    ("Convertible", "Convertible"),
    ("Coupe", "Coupe"),
    ("Wagon", "Wagon"),
    ("Minivan", "Minivan"),
    ("Van", "Van"),
    ("Motorcycle", "Motorcycle"),
)
_DRIVES = (("AWD", "AWD"), ("4WD", "4WD"), ("4x4", "4WD"), ("FWD", "FWD"), ("RWD", "RWD"))
_TRANSMISSIONS = (
    ("Continuously Variable", "CVT"),
    ("Manual", "Manual"),
    ("Automatic", "Automatic"),
    ("Dual", "Automatic"),
)
_LAYOUTS = (("In-Line", "I"), ("V-Shaped", "V"), ("Horizontally opposed", "H"), ("W Shape", "W"))
_FUELS = (
    ("Flexible Fuel", "Flex fuel"),
    ("E85", "Flex fuel"),
    ("Gasoline", "Gasoline"),
    ("Diesel", "Diesel"),
    ("Electric", "Electric"),
    ("Natural Gas", "Natural gas"),
    ("Hydrogen", "Hydrogen"),
)


def read_results(body: bytes) -> Mapping[str, Decoded]:
    """Read an answer, by VIN. Raises: `Retryable` when it is no answer of vPIC's."""
    try:
        answer = _Answer.model_validate_json(body)
    except ValidationError as failure:
        raise Retryable("The VIN decoder's answer cannot be read.") from failure
    return {result.vin.upper(): _decoded(result) for result in answer.results}


def _decoded(result: _Result) -> Decoded:
    if _DOUBTS.intersection(re.findall(r"\d+", result.error_code)):
        return Decoded({}, DOUBTFUL)
    found: dict[str, str | int | None] = {
        "year": int(result.year) if re.fullmatch(r"(19|20)\d\d", result.year) else None,
        "make": _MAKES.get(result.make.upper(), result.make.title()),
        "model": result.model,
        "trim": result.trim,
        "bodyStyle": _word(_BODIES, result.body),
        "engine": _engine(result),
        "fuelType": _fuel(result),
        "drivetrain": _word(_DRIVES, result.drive),
        "transmission": _word(_TRANSMISSIONS, result.transmission),
    }
    return Decoded({name: value for name, value in found.items() if value}, None)


def _word(words: tuple[tuple[str, str], ...], text: str) -> str | None:
    """The dealer's word for the first of these beginnings that stands in a text of vPIC's."""
    return next((word for part, word in words if part.lower() in text.lower()), None)


def _engine(result: _Result) -> str | None:
    """As in `2.4L I4`; an electric car's is `Electric`."""
    if result.fuel.startswith("Electric"):
        return "Electric"
    liters = f"{float(result.liters):.1f}L" if re.fullmatch(r"\d{1,2}(\.\d+)?", result.liters) else ""
    layout = _word(_LAYOUTS, result.layout)
    count = result.cylinders if re.fullmatch(r"\d{1,2}", result.cylinders) else ""
    cylinders = f"{layout}{count}" if layout and count else f"{count}-cylinder" if count else ""
    return " ".join(part for part in (liters, cylinders) if part) or None


def _fuel(result: _Result) -> str | None:
    """A car with an engine and a motor is a hybrid, whichever fuel stands first."""
    if "PHEV" in result.electrification:
        return "Plug-in hybrid"
    if "HEV" in result.electrification or {"Gasoline", "Electric"} <= {result.fuel, result.second_fuel}:
        return "Hybrid"
    return _word(_FUELS, result.fuel)
