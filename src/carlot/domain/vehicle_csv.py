"""Vehicles as rows of a CSV file: which column is which field, and what a cell says."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from carlot.domain.csv_text import undefused
from carlot.domain.vehicle import BY_WIRE, FIELDS

EXPORTED = tuple(field for field in FIELDS if field.writable or field.wire in ("id", "externalDmsId"))
"""The columns of an export, named as on the wire."""

READ = {field.wire for field in FIELDS if field.writable} | {"id"}
"""The fields that an import reads."""

_ALIASES = {
    "stock": "stockNumber",
    "stockno": "stockNumber",
    "stocknum": "stockNumber",
    "modelyear": "year",
    "body": "bodyStyle",
    "bodytype": "bodyStyle",
    "color": "exteriorColor",
    "colour": "exteriorColor",
    "extcolor": "exteriorColor",
    "intcolor": "interiorColor",
    "fuel": "fuelType",
    "odometer": "mileage",
    "miles": "mileage",
    "askingprice": "price",
    "listprice": "price",
    "saleprice": "price",
    "internetprice": "price",
    "comments": "description",
    "notes": "description",
    "lot": "location",
    "photourls": "photos",
    "images": "photos",
    "imageurls": "photos",
    "acquired": "purchaseDate",
    "website": "publishToWebsite",
}


def _plain(header: str) -> str:
    """A header as it is compared: letters and digits, lower case."""
    return re.sub(r"[^a-z0-9]", "", header.lower())


_BY_HEADER = {
    **_ALIASES,
    **{_plain(name): field.wire for field in FIELDS for name in (field.wire, field.column, field.dms) if name},
}
_TRUE, _FALSE = {"true", "yes", "y", "1", "x", "on"}, {"false", "no", "n", "0", "off"}


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file being read: its columns by header, each a field's wire name or `None` (ignored), and its rows, one at a time.

    Asking for rows raises `UnreadableSheet`.
    """

    columns: dict[str, str | None]
    rows: Iterator[list[str]]


class UnreadableSheet(ValueError):
    """The file as a whole cannot be read; the message says why."""


class BadCell(ValueError):
    """A cell does not say what its column wants; the message says so."""


def read_sheet(content: bytes, mapping: Mapping[str, str | None]) -> Sheet:
    """Take a file apart. `mapping` says of headers which field they are (`None`: none); the others are recognised by name.

    Raises: `UnreadableSheet`.
    """
    encoding = _encoding(content)
    first = content[:10_000].decode(encoding, "replace").partition("\n")[0]
    lines = io.TextIOWrapper(io.BytesIO(content), encoding, newline="")
    rows = _rows(csv.reader(lines, delimiter=max(",;\t", key=first.count), strict=True))
    headers = [undefused(header).strip() for header in next(rows, [])]
    if not headers:
        raise UnreadableSheet("The file is empty.")
    if unknown := sorted(set(mapping) - set(headers)):
        raise UnreadableSheet(f"There is no column {unknown[0]!r}.")
    columns = {header: mapping.get(header, _BY_HEADER.get(_plain(header))) for header in headers}
    if len(columns) < len(headers):
        raise UnreadableSheet("Two columns have the same name.")
    columns = {header: name if name in READ else None for header, name in columns.items()}
    named = [name for name in columns.values() if name]
    if twice := [name for name in named if named.count(name) > 1]:
        raise UnreadableSheet(f"Two columns are {twice[0]}: say which one is meant.")
    if "vin" not in named:
        raise UnreadableSheet("No column is the VIN.")
    return Sheet(columns, rows)


def read_row(sheet: Sheet, row: Sequence[str]) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    """What a row says by wire name, empty cells as `None`, and what is wrong with it as (field, sentence)."""
    if len(row) > len(sheet.columns):
        return {}, [("", "The row has more cells than the file has columns.")]
    values: dict[str, Any] = {}
    faults: list[tuple[str, str]] = []
    for name, cell in _cells(sheet, row):
        try:
            values[name] = _value(name, undefused(cell).strip())
        except BadCell as fault:
            faults.append((name, str(fault)))
    return values, faults


def _cells(sheet: Sheet, row: Sequence[str]) -> Iterator[tuple[str, str]]:
    for name, cell in zip(sheet.columns.values(), row, strict=False):
        if name:
            yield name, cell


def _rows(reader: Iterable[list[str]]) -> Iterator[list[str]]:
    """The rows that have anything in them. Raises: `UnreadableSheet`."""
    try:
        for row in reader:
            if any(row):
                yield row
    except csv.Error as failure:
        raise UnreadableSheet(f"The file is no CSV: {failure}.") from failure


def _encoding(content: bytes) -> str:
    """How a file is written: UTF-8, UTF-16 with its mark, or as older spreadsheets do. Raises: `UnreadableSheet`."""
    wide = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    for name in ("utf-16",) if wide else ("utf-8-sig", "cp1252"):
        # Bit by bit, so that the whole text is never in memory.
        decoder = codecs.getincrementaldecoder(name)()
        try:
            for first in range(0, len(content), 65_536):
                decoder.decode(content[first : first + 65_536])
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            continue
        return name
    raise UnreadableSheet("Save the file as CSV UTF-8.")


def _value(name: str, text: str) -> Any:
    """What a cell says, as `VehicleChange` takes it. Raises: `BadCell`."""
    if not text:
        return [] if name == "photos" else None
    kind = BY_WIRE[name].kind
    if kind == "integer":
        return _whole_number(text)
    if kind == "money":
        return _amount(text)
    if kind == "date":
        return _day(text)
    if kind == "flag":
        return _flag(text)
    if name == "photos":
        return [url for url in re.split(r"\s+|[|,;](?=https?://|/)", text) if url]
    return text


def _whole_number(text: str) -> int:
    digits = re.sub(r"(?i)[,\s]|mi(les)?\.?$", "", text)
    if not re.fullmatch(r"\d{1,9}", digits):
        raise BadCell(f"{text[:40]!r} is no whole number.")
    return int(digits)


def _amount(text: str) -> Decimal:
    try:
        amount = Decimal(re.sub(r"(?i)[$,\s]|usd", "", text))
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite():
        raise BadCell(f"{text[:40]!r} is no amount of dollars.")
    return amount


def _day(text: str) -> date:
    american = re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d{4})", text)
    try:
        if american:
            return date(int(american[3]), int(american[1]), int(american[2]))
        return date.fromisoformat(text)
    except ValueError as failure:
        raise BadCell(f"{text[:40]!r} is no day such as 2025-02-03.") from failure


def _flag(text: str) -> bool:
    word = text.lower()
    if word not in _TRUE | _FALSE:
        raise BadCell(f"{text[:40]!r} is neither true nor false.")
    return word in _TRUE
