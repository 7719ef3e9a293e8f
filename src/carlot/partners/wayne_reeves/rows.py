"""Rows of a CSV export as the DMS's records: from here on nothing knows that they came in a file."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from functools import cache
from itertools import zip_longest
from typing import Annotated, Any, NamedTuple

from pydantic import Field, TypeAdapter

from carlot.domain.csv_columns import Column, sources
from carlot.domain.csv_text import NOTHING, Record, readable, undefused
from carlot.domain.csv_values import BadCell, value
from carlot.domain.fault_words import field_words
from carlot.domain.vehicle import BY_WIRE, MAX_PHOTOS
from carlot.domain.vehicle_csv import names_a_vehicle
from carlot.partners.wayne_reeves.mapping import DmsVehicle
from carlot.partners.wayne_reeves.spelling import IDENTITY

NEEDED = ("stockNumber", "vin", "year", "make", "model")
"""The columns without which no row is a vehicle of the DMS's."""

_NOTHING = frozenset(NOTHING)
_LONGEST_NOTHING = max(len(text) for text in NOTHING)


@cache
def _found() -> TypeAdapter[list[Any]]:
    return TypeAdapter(list[Annotated[DmsVehicle | Any, Field(union_mode="left_to_right")]])


_UNSAID: Any = object()
"""Stands for a field that a row leaves out."""

_EMPTY_AS_IT_IS = IDENTITY | {"photos"}
"""Fields of which an empty text says something: that there are no photos, or that the row is not a car."""

_ISO = re.compile(r"\d{4}-\d\d-\d\d")
_SEPARATOR = re.compile(r"[ ,;\t\r\n]")
_NOTHING_SAID = ("0", "0.00", "0.0", "$0", "$0.00")


class _Source(NamedTuple):
    """A field: its name at the DMS and in our API, its kind, and its columns, the one that counts first in front."""

    dms: str
    wire: str
    kind: str
    places: list[int]


class Table:
    """A file's table. `own_base` is our own address: photos there are not taken to be on https."""

    def __init__(self, columns: Sequence[Column], own_base: str) -> None:
        self.columns = columns
        self.places = sources(columns)
        self._own = f"{own_base}/" if own_base else "/"
        self._sources = [
            _Source(field.dms, wire, field.kind, places)
            for wire, places in self.places.items()
            if (field := BY_WIRE[wire]).dms is not None
        ]
        # A row that has these is a vehicle, without a closer look.
        first = {name: self.places[name][0] for name in NEEDED[:3] if name in self.places}
        self._names = [(place, columns[place].heading) for place in first.values()]
        self._last_name = max(first.values(), default=0)

    def missing(self) -> list[str]:
        """What is needed and no column is, in words."""
        return [field_words(name) for name in NEEDED if name not in self.places]

    def is_vehicle(self, cells: Sequence[str]) -> bool:
        """Whether a row is a vehicle, and no title, sum or repeated heading."""
        if len(cells) > self._last_name:
            for place, heading in self._names:
                if not cells[place] or cells[place] == heading:
                    break
            else:
                return True
        return names_a_vehicle(self.columns, self.places, cells)

    def read(self, rows: Sequence[Record]) -> list[object]:
        """Rows as records. One that is not spelled as the DMS's API spells it stays a mapping, for `spelling.mend`."""
        cells = [row.cells or [] for row in rows]
        by_place = list(zip_longest(*cells))
        columns = [self._column(source, cells, by_place) for source in self._sources]
        names = [source.dms for source in self._sources]
        spelled = [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]
        for place in {place for column in columns if _UNSAID in column for place, said in enumerate(column) if said is _UNSAID}:
            spelled[place] = {name: said for name, said in spelled[place].items() if said is not _UNSAID}
        found: list[object] = _found().validate_python(spelled)
        return [record if isinstance(record, DmsVehicle) else self._given(cells[place]) for place, record in enumerate(found)]

    def _column(self, source: _Source, rows: Sequence[Sequence[str]], by_place: Sequence[Sequence[str | None]]) -> list[Any]:
        """What each row says of a field, as the API spells it. The same cell is read once a page."""
        cells: Sequence[str | None]
        if len(source.places) == 1:
            place = source.places[0]
            cells = by_place[place] if place < len(by_place) else [None] * len(rows)
            texts = _texts([cell for cell in set(cells) if cell is not None])
        else:
            cells = [_first_text(row, source.places, source.kind) for row in rows]
            texts = {text: text for text in set(cells) if text is not None}
        spelled: dict[str | None, Any] = {None: _UNSAID, **dict(zip(texts, self._spelled(source, texts.values()), strict=True))}
        if source.dms not in _EMPTY_AS_IT_IS and "" in texts.values():
            # At the API such a text is `null`.
            empty = _UNSAID if source.dms == "status" else None
            spelled.update((cell, empty) for cell, text in texts.items() if not text)
        return list(map(spelled.__getitem__, cells))

    def _given(self, cells: Sequence[str]) -> dict[str, Any]:
        """What a row says as it stands there. A column that the row is too short for says nothing; an empty cell says `""`."""
        said: dict[str, Any] = {}
        for source in self._sources:
            text = _first_text(cells, source.places, source.kind)
            if source.dms == "vin" and text:
                text = "".join(text.split())
            if text is not None and (text or source.dms != "status"):
                said[source.dms] = self._addresses(text) if source.dms == "photos" else text
        return said

    def _spelled(self, source: _Source, texts: Collection[str]) -> Collection[Any]:
        """Texts as the API spells them, as far as that is plain; `mend` reads the rest."""
        if source.dms == "photos":
            return [self._addresses(text) for text in texts]
        if source.dms == "vin":
            return ["".join(text.split()) for text in texts]
        if source.kind in ("integer", "money"):
            return [text.replace(",", "").removeprefix("$") for text in texts]
        if source.kind == "date" or source.dms == "status":
            return [text if _ISO.fullmatch(text) else _read(source, text) for text in texts]
        return texts

    def _addresses(self, text: str) -> list[str]:
        # Most programs put a bar between addresses, and nothing that has to be looked at closely.
        plain = text.startswith("http") and not _SEPARATOR.search(text)
        urls: list[str] = (text.split("|") if plain else value("photos", text) or [])[:MAX_PHOTOS]
        if "http://" not in text:
            return urls
        return [url if url.startswith(self._own) else re.sub("^http://", "https://", url) for url in urls]


def _read(source: _Source, text: str) -> Any:
    """A text as the API spells it, as people and programs may write it."""
    try:
        return value(source.wire, text)
    except BadCell:
        return text


def _first_text(cells: Sequence[str], places: Sequence[int], kind: str) -> str | None:
    """The first of a field's columns that says something; a price of 0 counts only where no other column has one."""
    text = None
    for place in places:
        if place < len(cells):
            cell = _text(cells[place])
            if not text or (cell and kind == "money" and text in _NOTHING_SAID):
                text = cell or text or cell
    return text


def _texts(cells: Sequence[str]) -> dict[str, str]:
    """What cells say, as `_text`: all at once where none of them has to be looked at closely."""
    whole = "\n".join(cells)
    if whole.isascii() and "'" not in whole:
        texts = dict(zip(cells, map(str.strip, cells), strict=True))
        if _NOTHING.isdisjoint(map(str.lower, texts.values())):
            return texts
    return {cell: _text(cell) for cell in cells}


def _text(cell: str) -> str:
    """What a cell says; empty for the ways in which programs write nothing."""
    text = cell.strip() if cell.isascii() else readable(cell).strip()
    if len(text) <= _LONGEST_NOTHING and text.lower() in _NOTHING:
        return ""
    return undefused(text) if text.startswith("'") else text
