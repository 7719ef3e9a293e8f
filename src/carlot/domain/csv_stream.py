"""A CSV file too large for memory: taken in part by part, and read from any row on, some rows at a time."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from hashlib import blake2b
from typing import NamedTuple

from carlot.domain import csv_text
from carlot.domain.csv_text import MAX_CELL_LINES, Characters, Record

LIKELY_BYTES = 384 * 1024
"""As much of a file as a page of rows rarely exceeds."""

_BOM = b"\xef\xbb\xbf"


class Intake:
    """A file on its way in: each part becomes UTF-8 where it came as UTF-16, and the whole is told by its digest."""

    def __init__(self) -> None:
        self._wide: codecs.IncrementalDecoder | None = None
        self._characters = Characters()
        self._digest = blake2b(digest_size=16)
        self.size = 0
        """The bytes that have come."""
        self.is_closed = False
        """Whether the last line has an end, as far as the file has come."""

    def take(self, part: bytes) -> bytes:
        """The next part as it is kept. The first part has at least three bytes, unless it is the whole file."""
        self._digest.update(part)
        if self.size == 0:
            if wide := csv_text.wide_encoding(part):
                self._wide = codecs.getincrementaldecoder(wide)("replace")
            elif part.startswith(_BOM):
                self.size, part = 3, part[3:]
        self.size += len(part)
        if self._wide:
            part = self._wide.decode(part).lstrip("\ufeff").encode()
        else:
            self._characters.take(part)
        if part:
            self.is_closed = part.endswith((b"\n", b"\r"))
        return part

    def end(self) -> None:
        """The file has ended: what looks like the beginning of a character is none."""
        self._characters.take(b"", final=True)

    @property
    def digest(self) -> str:
        """What the file is known by, in hex."""
        return self._digest.hexdigest()

    @property
    def encoding(self) -> str:
        """How the kept bytes are characters."""
        return "utf-8" if self._wide or self._characters.are_utf8 else "cp1252"


class Rows(NamedTuple):
    """Some rows in a piece of a file: the rows, how many records and how many bytes they are.

    No bytes: the piece is too short.
    """

    records: list[Record]
    taken: int
    consumed: int


def take_rows(piece: bytes, encoding: str, delimiter: str, width: int, most: int, *, ends: bool) -> Rows:
    """The first rows of a piece of a file that begins where a row begins, empty ones left out; up to `most` of them.

    A row is what it would be if the whole file were at hand: unless the file `ends` with the piece, the rows near its end are
    left, for a quoted cell may go on behind it. `width` is how many cells a row should have.
    """
    if len(piece) > LIKELY_BYTES:
        # Lines that no row of the page is in need not be looked for.
        rows = _take_rows(piece[:LIKELY_BYTES], encoding, delimiter, width, most, ends=False)
        if len(rows.records) == most:
            return rows
    return _take_rows(piece, encoding, delimiter, width, most, ends=ends)


def _take_rows(piece: bytes, encoding: str, delimiter: str, width: int, most: int, *, ends: bool) -> Rows:
    raw = piece.splitlines(keepends=True)
    usable = len(raw) if ends else len(raw) - MAX_CELL_LINES - 2
    records: list[Record] = []
    lines = taken = 0
    while lines < usable and len(records) < most:
        some = csv_text.single_lines(
            list(_decoded(raw[lines : min(usable, lines + most - len(records))], encoding)), delimiter, taken
        )
        if some is None:
            break
        lines, taken = lines + len(some), taken + len(some)
        records += [record for record in some if _says_something(record)]
    if lines < usable and len(records) < most:
        before = taken
        for record in csv_text.records(_decoded(raw[lines:], encoding), delimiter, width):
            lines, taken = lines + record.lines, taken + 1
            if _says_something(record):
                records.append(record._replace(number=before + record.number))
            if len(records) == most or lines >= usable:
                break
    return Rows(records, taken, sum(len(line) for line in raw[:lines]))


def _says_something(record: Record) -> bool:
    return record.cells is None or any(map(str.strip, record.cells))


def _decoded(raw: list[bytes], encoding: str) -> Iterator[str]:
    return (line.decode(encoding, "surrogateescape") for line in raw)


def behind(beginning: bytes, encoding: str, delimiter: str, records: int) -> int:
    """Where the row behind the first `records` of a file begins, in bytes."""
    raw = beginning.splitlines(keepends=True)
    lines = 0
    for record in csv_text.records(_decoded(raw, encoding), delimiter, 0):
        lines += record.lines
        if record.number == records:
            break
    return sum(len(line) for line in raw[:lines])
