"""Records as dealer programs really spell them: numbers and dates as texts, empty texts, a bad field among good ones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ConfigDict, ValidationError

from carlot.domain.csv_values import BadCell, value
from carlot.domain.fault_words import fault_words
from carlot.domain.model import Model
from carlot.domain.plain_text import without_brackets
from carlot.domain.vehicle import FROM_DMS
from carlot.partners.wayne_reeves.mapping import DmsStockNumber, DmsVehicle, DmsVin, Rejection

IDENTITY = frozenset({"stock_number", "vin", "make", "model", "year"})
"""A record without one of these is rejected; any other bad field is left out."""

_WIRE = {str(field.dms): field.wire for field in FROM_DMS}
_LINES = {field.dms for field in FROM_DMS if field.kind == "text"} - {"stock_number", "vin", "status", "description"}
_SPELLED = {field.dms for field in FROM_DMS if field.kind in ("integer", "money", "date")} | {"status"}


def mend(entry: object) -> tuple[DmsVehicle | None, list[Rejection]]:
    """Read a record that is not spelled as documented; return it without its bad fields, and a note for each of them.

    The record is `None` when a field that identifies the car is bad or missing.
    """
    if not isinstance(entry, Mapping):
        return None, [Rejection(stock_number="", field="", message="The record is not a vehicle.")]
    known = DmsVehicle.model_fields
    given = {name: _plain(name, found) for name, found in entry.items() if name in known}
    notes: list[Rejection] = []
    while True:
        try:
            return DmsVehicle.model_validate(given), notes
        except ValidationError as failure:
            error = failure.errors(include_url=False)[0]
        stock_number, name = read_names(entry)[0], str(error["loc"][0])
        wire = _WIRE.get(name, name)
        words = fault_words({**error, "loc": (wire, *error["loc"][1:])})[1]
        if name in IDENTITY:
            return None, [Rejection(stock_number=stock_number, field=name, message=words)]
        notes.append(Rejection(stock_number=stock_number, field=name, message=words, taken=True))
        del given[name]


class _Names(Model):
    model_config = ConfigDict(coerce_numbers_to_str=True)

    stock_number: DmsStockNumber = ""
    vin: DmsVin = ""


def read_names(entry: object) -> tuple[str, str]:
    """Return the stock number and the VIN of a record that cannot be taken; each is empty where it cannot be read."""
    names = {"stock_number": "", "vin": ""}
    for name in names:
        try:
            given = {name: entry[name]} if isinstance(entry, Mapping) and name in entry else {}
            names[name] = str(getattr(_Names.model_validate(given), name))
        except ValidationError:
            continue
    return names["stock_number"], names["vin"]


def mended(entry: object) -> object:
    """The record as `mend` reads it, for a validator: a record that cannot be read stays as it is."""
    return mend(entry)[0] or entry


def plain(wire: str, given: object) -> object:
    """A value as documented, an empty text as nothing; `wire` is the field of ours that is spelled as it is, if any."""
    if not isinstance(given, str):
        return given
    text = without_brackets(given).strip()
    try:
        return value(wire, text) if text and wire else text or None
    except BadCell:
        return text


def _plain(name: str, given: Any) -> Any:
    """A value as documented; a text that cannot be read stays as it is, and the field's own rule then finds the fault."""
    if not isinstance(given, str):
        return given
    text = without_brackets(given).strip() if name in _LINES else given.strip()
    if not text and name not in IDENTITY:
        return None
    try:
        return value(_WIRE[name], text) if text and name in _SPELLED else text
    except BadCell:
        return text
