"""Vehicles as rows of a CSV file: where the table begins, which rows are vehicles, and what a row says."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import islice
from typing import Any, NamedTuple

from carlot.domain import csv_text
from carlot.domain.csv_columns import NEEDED, Column, columns, named, sources
from carlot.domain.csv_text import Record, undefused
from carlot.domain.csv_values import BadCell, value
from carlot.domain.fault_words import field_words
from carlot.domain.vehicle import FIELDS, MAX_PHOTOS

EXPORTED = tuple(field for field in FIELDS if field.writable or field.wire in ("id", "externalDmsId"))
"""The columns of an export, named as on the wire."""

PROBLEM = "problem"
"""The column that a file of rejected rows has besides its own."""

_HEAD_LINES = 20
"""The heading line is looked for among so many lines."""

_MAX_COLUMNS = 500
_MAX_LINES = 100_000
_SHOWN_CHARACTERS = 100
_LIKE_A_VIN = re.compile(r"(?=.*\d)[A-Za-z0-9]{11,17}")
_NO_CSV = (
    ((b"PK\x03\x04", b"\xd0\xcf\x11\xe0"), "This is an Excel workbook. In Excel, use Save As, CSV UTF-8, and choose that file."),
    ((b"\x1f\x8b",), "This file is compressed. Choose the CSV file itself."),
)


_KEPT_BYTES = 100_000
_KEPT_CELL_CHARACTERS = 100
"""A rejected row is kept as it came up to so many bytes; of a longer one, the beginning of each cell."""


class Row(NamedTuple):
    """A line of the table: the row as a spreadsheet counts it, and its cells; `None`: a quotation mark in it never closes."""

    number: int
    cells: list[str] | None
    text: str


class Remark(NamedTuple):
    """What is to be said of a row: the column by its heading (empty: the whole row), the cell as it came, one sentence."""

    row: int
    column: str
    value: str
    message: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file being read: its columns, the columns of each field (the one that counts first in front), and its rows.

    Asking for rows raises `UnreadableSheet`.
    """

    columns: list[Column]
    sources: dict[str, list[int]]
    rows: Iterator[Row]

    def missing(self) -> list[str]:
        """The fields that a new vehicle needs and no column is."""
        return [name for name in NEEDED if name not in self.sources]

    def without(self, name: str) -> str:
        """The sentence about a column that is missing."""
        seen = ", ".join(column.heading[:_SHOWN_CHARACTERS] for column in self.columns[:50] if column.heading)
        return f"The file has no {field_words(name)} column. Its columns are: {seen or 'none'}."


@dataclass(slots=True)
class Reading:
    """What a row says by wire name (a field of which it says nothing is `None`), the column of each, and what is to be said."""

    values: dict[str, Any] = field(default_factory=dict)
    places: dict[str, int] = field(default_factory=dict)
    faults: list[Remark] = field(default_factory=list)
    warnings: list[Remark] = field(default_factory=list)
    is_vehicle: bool = True


class UnreadableSheet(ValueError):
    """The file as a whole cannot be read; the message says why."""


class Head(NamedTuple):
    """Where a table begins: the delimiter, the heading line as a spreadsheet counts it, and the headings."""

    delimiter: str
    number: int
    headings: list[str]


def read_head(content: bytes, encoding: str, mapping: Mapping[str, str | None]) -> Head:
    """Find the headings of a file, or of its beginning.

    `mapping` says of headings which field they are. Raises: `UnreadableSheet`.
    """
    for marks, sentence in _NO_CSV:
        if content.startswith(marks):
            raise UnreadableSheet(sentence)
    delimiter, head = _head(content, encoding, mapping)
    headings = [undefused(csv_text.readable(heading)).strip() for heading in head.cells or []]
    if not any(headings):
        raise UnreadableSheet("The file is empty.")
    while not headings[-1]:
        del headings[-1]
    if len(headings) > _MAX_COLUMNS:
        raise UnreadableSheet(f"The file has more than {_MAX_COLUMNS} columns.")
    return Head(delimiter, head.number, headings)


def read_sheet(content: bytes, mapping: Mapping[str, str | None]) -> Sheet:
    """Take a file apart. `mapping` says of headings which field they are (`None`: none); the others are recognized by name.

    Raises: `UnreadableSheet`.
    """
    encoding = csv_text.encoding(content)
    delimiter, number, headings = read_head(content, encoding, mapping)
    if unknown := sorted(set(mapping) - set(headings)):
        raise UnreadableSheet(f"There is no column {unknown[0]!r}.")
    found = columns(headings, mapping)
    sheet = Sheet(found, sources(found), _rows(content, encoding, delimiter, number, len(headings)))
    if not sheet.sources.keys() & {"vin", "stockNumber", "id"}:
        raise UnreadableSheet(sheet.without("vin"))
    return sheet


def read_row(sheet: Sheet, row: Row) -> Reading:
    """What a row says. A line that names no vehicle (a title, a sum, the headings once more) is none."""
    reading = Reading()
    if row.cells is None:
        message = "A cell in this row starts with a quotation mark that never ends."
        reading.faults.append(Remark(row.number, "", row.text[:_SHOWN_CHARACTERS], message))
        return reading
    if not names_a_vehicle(sheet.columns, sheet.sources, row.cells):
        reading.is_vehicle = False
        shown = " ".join(filter(None, row.cells))[:_SHOWN_CHARACTERS]
        reading.warnings.append(Remark(row.number, "", shown, "This row is not a vehicle and was skipped."))
        return reading
    if any(row.cells[len(sheet.columns) :]):
        message = "This row has more cells than the file has columns."
        reading.faults.append(Remark(row.number, "", row.cells[len(sheet.columns)][:_SHOWN_CHARACTERS], message))
        return reading
    for name, places in sheet.sources.items():
        _read_field(sheet, row, name, places, reading)
    return reading


def remark(sheet: Sheet, row: Row, place: int | None, message: str) -> Remark:
    """A remark on one cell of a row, or on the whole row."""
    if place is None:
        return Remark(row.number, "", "", message)
    cell = row.cells[place] if row.cells and place < len(row.cells) else ""
    return Remark(row.number, sheet.columns[place].heading, csv_text.readable(cell)[:_SHOWN_CHARACTERS], message)


def _read_field(sheet: Sheet, row: Row, name: str, places: Sequence[int], reading: Reading) -> None:
    """The first of a field's columns that says something; a price of 0 counts only when no column has another."""
    said: Any = None
    for place in places:
        cell = row.cells[place] if row.cells and place < len(row.cells) else ""
        try:
            found = value(name, csv_text.readable(cell).strip())
        except BadCell as fault:
            reading.faults.append(remark(sheet, row, place, str(fault)))
            return
        if found is None or (name == "price" and found == 0 and said is not None):
            continue
        said, reading.places[name] = found, place
        for byte in csv_text.bad_bytes(cell):
            message = f"One character could not be read (byte {byte:02X}); “\ufffd” takes its place."
            reading.warnings.append(remark(sheet, row, place, message))
        if not (name == "price" and found == Decimal(0)):
            break
    if name == "photos" and said and len(said) > MAX_PHOTOS:
        reading.warnings.append(remark(sheet, row, reading.places[name], f"Only the first {MAX_PHOTOS} photos are imported."))
        said = said[:MAX_PHOTOS]
    reading.values[name] = said


def names_a_vehicle(table: Sequence[Column], places: Mapping[str, Sequence[int]], cells: Sequence[str]) -> bool:
    """Whether a line of a table is a vehicle: something stands where the table has what a vehicle is known by, and it is no
    heading.

    `places` are the columns of each field.
    """
    if [cell.strip() for cell in cells[: len(table)]] == [column.heading for column in table]:
        return False
    known_by = ["id", *NEEDED, *(["stockNumber"] if not places.keys() >= set(NEEDED) else [])]
    stands = {name for name in known_by for place in places.get(name, ()) if place < len(cells) and cells[place].strip()}
    filled = [cell.strip() for cell in cells if cell.strip()]
    return bool(stands) and (len(filled) > 1 or len(table) < 3 or _LIKE_A_VIN.fullmatch(filled[0]) is not None)


def _head(content: bytes, encoding: str, mapping: Mapping[str, str | None]) -> tuple[str, Record]:
    """The delimiter and the heading line: the pair that names most fields, among the first lines."""
    best: tuple[int, int, str, Record] | None = None
    for delimiter in csv_text.DELIMITERS:
        first_lines = islice(csv_text.lines(content, encoding), _HEAD_LINES)
        for record in csv_text.records(first_lines, delimiter, 0):
            cells = [undefused(cell).strip() for cell in record.cells or []]
            score = (named(cells, mapping), sum(1 for cell in cells if cell))
            if best is None or score > best[:2]:
                best = (*score, delimiter, record)
    if best is None:
        raise UnreadableSheet("The file is empty.")
    return best[2], best[3]


def _rows(content: bytes, encoding: str, delimiter: str, head: int, width: int) -> Iterator[Row]:
    """The lines below the headings that have anything in them. Raises: `UnreadableSheet`."""
    for record in csv_text.records(csv_text.lines(content, encoding), delimiter, width):
        if record.number > _MAX_LINES:
            raise UnreadableSheet(f"A file may have {_MAX_LINES:,} lines at most, empty ones included.")
        if record.number > head and (record.cells is None or any(cell.strip() for cell in record.cells)):
            yield Row(record.number, record.cells, csv_text.readable(record.text) if record.cells is None else "")


def kept_cells(sheet: Sheet, row: Row) -> list[str]:
    """The cells of a rejected row as it came: one for each heading, and those that are too many."""
    cells = [csv_text.readable(cell) for cell in row.cells or [row.text]]
    cells += [""] * (len(sheet.columns) - len(cells))
    own = [place for place, column in enumerate(sheet.columns) if column.heading.lower() == PROBLEM]
    cells = [cell for place, cell in enumerate(cells[: len(sheet.columns) + 10]) if place not in own]
    if sum(map(len, cells)) <= _KEPT_BYTES // 4:
        return cells
    return [cell[:_KEPT_CELL_CHARACTERS] for cell in cells]
