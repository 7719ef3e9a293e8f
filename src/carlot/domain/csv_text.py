"""CSV as people and their programs write it: RFC 4180, and what is found in real files.

A text that begins like a formula (`=`, `+`, `-`, `@`, a tab, a return), after any apostrophes, is written with one apostrophe
more, so that no spreadsheet runs it; reading takes one away again. A text that means "nothing" in other people's files, such as
`N/A`, is written in the same way. So what goes out comes back unchanged. `store.csv_cells` is the writing side.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import NamedTuple

LINE_END = "\r\n"
DELIMITERS = ",;\t|"
NOTHING = (
    *("n/a", "#n/a", "#n/a n/a", "#null!", "#ref!", "#value!", "#name?", "null", "(null)", "none", "nan", "nil"),
    *("-", "--", "–", "—"),
)
"""What people and programs write for nothing, in any case."""

MAX_CELLS = 2_000
"""Cells of one record behind these are not looked at."""

MAX_CELL_LINES = 100
"""A quoted cell with more lines than this is taken for one whose closing quotation mark is missing."""

_STARTERS = ("=", "+", "-", "@", "\t", "\r")
_NUMBER = re.compile(r"-?\d+\.\d\d")
_DEFUSED = re.compile(r"'+[=+\-@\t\r]")
_BAD_BYTE = re.compile("[\udc80-\udcff]")
_BEYOND_ASCII = re.compile("[^\x00-\x7f\udc80-\udcff]")
_CHUNK = 65_536


class Record(NamedTuple):
    number: int
    cells: list[str] | None
    text: str
    lines: int = 1


class Characters:
    """How the bytes of a file are characters, found out part by part, so that the whole text is never in memory.

    A file with good UTF-8 beyond ASCII and no more bad bytes than that is UTF-8: a bad byte is the fault of one cell.
    """

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
        self._good = self._bad = 0

    def take(self, part: bytes, *, final: bool = False) -> None:
        """Look at the next part of the file."""
        text = self._decoder.decode(part, final=final)
        if not text.isascii():
            self._good += len(_BEYOND_ASCII.findall(text))
            self._bad += len(_BAD_BYTE.findall(text))

    @property
    def are_utf8(self) -> bool:
        """Whether what was looked at is UTF-8; otherwise it is Windows-1252, as older spreadsheets write."""
        return self._good >= self._bad


def undefused(text: str) -> str:
    """A cell as it was before it was made harmless."""
    if _DEFUSED.match(text) or (text.startswith("'") and text.lstrip("'").lower() in NOTHING):
        return text[1:]
    return text


def header(columns: Sequence[str]) -> str:
    """The first line of a file."""
    return ",".join('"' + name.replace('"', '""') + '"' for name in columns) + LINE_END


def line(cells: Sequence[str | int | None]) -> str:
    """One line of a file: texts quoted and harmless, numbers (also those written as texts) as they are, nothing for `None`."""
    return ",".join("" if each is None else str(each) if _is_number(each) else _text_cell(str(each)) for each in cells) + LINE_END


def _is_number(cell: str | int) -> bool:
    return isinstance(cell, int) or _NUMBER.fullmatch(cell) is not None


def _text_cell(text: str) -> str:
    harmless = f"'{text}" if text.lstrip("'")[:1] in _STARTERS else text
    return '"' + harmless.replace('"', '""') + '"'


def wide_encoding(beginning: bytes) -> str | None:
    """How a file is written whose characters have two bytes each, by how it begins; `None`: it is none."""
    if beginning.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    if beginning[:1] == b"\x00" or beginning[1:2] == b"\x00":
        return "utf-16-be" if beginning[:1] == b"\x00" else "utf-16-le"
    return None


def encoding(content: bytes) -> str:
    """How a file is written: UTF-8, UTF-16, or Windows-1252."""
    if wide := wide_encoding(content):
        return wide
    found = Characters()
    for first in range(0, len(content), _CHUNK):
        found.take(content[first : first + _CHUNK], final=first + _CHUNK >= len(content))
    return "utf-8-sig" if found.are_utf8 else "cp1252"


def lines(content: bytes, name: str) -> Iterator[str]:
    """The lines of a file with their ends. A byte that is no character becomes a lone surrogate, which `bad_bytes` finds."""
    errors = "replace" if name.startswith("utf-16") else "surrogateescape"
    return iter(io.TextIOWrapper(io.BytesIO(content), name, errors, newline=""))


def bad_bytes(text: str) -> list[int]:
    """The bytes in a text that are no characters."""
    return [ord(character) & 0xFF for character in _BAD_BYTE.findall(text)]


def readable(text: str) -> str:
    """A text with a replacement character in place of each byte that is none."""
    return _BAD_BYTE.sub("\ufffd", text)


def records(text_lines: Iterable[str], delimiter: str, width: int) -> Iterator[Record]:
    """Take lines apart into records, `width` being how many cells a record should have (0: not known yet).

    Quotation marks inside a quoted cell should be doubled. Where they are not (`"20" wheels, one owner"`), only a mark before a
    delimiter or a line's end closes the cell.
    """
    source, pushed_back = iter(text_lines), deque[str]()
    number = 0
    while (line := pushed_back.popleft() if pushed_back else next(source, None)) is not None:
        number += 1
        if '"' not in line:
            yield Record(number, line.rstrip("\r\n").split(delimiter, MAX_CELLS), line)
            continue
        if plain := _regular(line, delimiter):
            yield Record(number, plain, line)
            continue
        cells: list[str] = []
        opened = _take(line, delimiter, cells, None)
        swallowed: list[str] = []
        while opened is not None and len(swallowed) < MAX_CELL_LINES:
            more = pushed_back.popleft() if pushed_back else next(source, None)
            if more is None:
                break
            swallowed.append(more)
            opened = _take(more, delimiter, cells, opened)
        like_rows = any(each.count(delimiter) >= max(width - 1, 1) for each in swallowed)
        if swallowed or opened is not None:
            single: list[str] = []
            closes = _take(line, delimiter, single, None, lenient=True) is None
            if closes and len(single) == width and (like_rows or opened is not None):
                pushed_back.extendleft(reversed(swallowed))
                cells, opened, swallowed = single, None, []
            elif opened is not None or (like_rows and len(cells) != width):
                pushed_back.extendleft(reversed(swallowed))
                yield Record(number, None, line)
                continue
        yield Record(number, cells, line, 1 + len(swallowed))


def single_lines(text_lines: Sequence[str], delimiter: str, before: int) -> list[Record] | None:
    """Lines as records, as `records` takes them apart, where each line is one record as RFC 4180 has it; `None`: not each is.

    This is `records` at the speed of the interpreter's own reader. `before` is how many records came before.
    """
    if any(' "' in line for line in text_lines):
        return None
    try:
        rows = list(csv.reader(text_lines, delimiter=delimiter, strict=True))
    except csv.Error:
        return None
    # A record has at least one line of its own.
    if len(rows) < len(text_lines) or max(map(len, rows), default=0) > MAX_CELLS:
        return None
    return list(map(Record, range(before + 1, before + len(rows) + 1), rows, text_lines))


def _regular(line: str, delimiter: str) -> list[str] | None:
    """The cells of a line in which each quotation mark is where RFC 4180 has it; `None`: it has to be looked at closely."""
    if ' "' in line:
        return None
    try:
        cells = next(csv.reader((line,), delimiter=delimiter, strict=True))
    except csv.Error:
        return None
    return cells if len(cells) <= MAX_CELLS else None


@cache
def _patterns(delimiter: str) -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    """The rest of a quoted cell with its closing mark, if it has one; the same where a doubled mark may close; a plain cell."""
    ends = rf" *(?:{re.escape(delimiter)}|[\r\n]|\Z)"
    strict = re.compile(rf'((?:[^"]++|""|"(?!{ends}))*+)(?:(") *)?')
    lenient = re.compile(rf'((?:[^"]++|""(?!{ends})|"(?!{ends}))*+)(?:(") *)?')
    return strict, lenient, re.compile(rf"[^{re.escape(delimiter)}\r\n]*")


def _take(line: str, delimiter: str, cells: list[str], opened: str | None, *, lenient: bool = False) -> str | None:
    """Add the cells of a line; `opened` is what is there of a cell that goes on. Answers that of a cell that goes on still."""
    strict, loose, plain = _patterns(delimiter)
    rest = loose if lenient else strict
    position = 0
    while True:
        begins = position
        while opened is None and line.startswith(" ", begins):
            begins += 1
        if opened is not None or line.startswith('"', begins):
            found = next(rest.finditer(line, begins if opened is not None else begins + 1))
            whole = (opened or "") + found[1]
            if found[2] is None:
                return whole
            cells.append(whole.replace('""', '"'))
            opened = None
        else:
            found = next(plain.finditer(line, position))
            cells.append(found[0])
        position = found.end()
        if not line.startswith(delimiter, position) or len(cells) > MAX_CELLS:
            return None
        position += 1
