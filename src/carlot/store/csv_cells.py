"""CSV cells and lines as SQL, so that D1 writes a file and Python passes it on. `domain.csv_text` has the rules."""

from __future__ import annotations

from collections.abc import Sequence

from carlot.domain.csv_text import NOTHING

_STARTERS = "'=', '+', '-', '@', char(9), char(13)"
_NOTHING = ", ".join(f"'{word}'" for word in NOTHING)
_HARMLESS_NOTHING = ", ".join(f"'{word}'" for word in NOTHING if word[0] not in "=+-@")


def text_cell(expression: str) -> str:
    """The SQL of a text as a cell: quoted, harmless, nothing where it is NULL."""
    harmless = f"iif(substr(ltrim({expression}, ''''), 1, 1) IN ({_STARTERS}), '''' || {expression}, {expression})"
    return f"""ifnull('"' || replace({harmless}, '"', '""') || '"', '')"""


def kept_cell(expression: str) -> str:
    """As `text_cell`, for a file that is read back: a text that means nothing in other people's files keeps its meaning."""
    return text_cell(f"iif(lower(ltrim({expression}, '''')) IN ({_HARMLESS_NOTHING}), '''' || {expression}, {expression})")


def raw_cell(expression: str) -> str:
    """The SQL of a cell of another file, as it came there but for what a spreadsheet would run."""
    runs = f"substr({expression}, 1, 1) IN ({_STARTERS}) AND {expression} NOT IN ({_NOTHING})"
    return f"""'"' || replace(iif({runs}, '''' || {expression}, {expression}), '"', '""') || '"'"""


def plain_cell(expression: str) -> str:
    """The SQL of a number or a word of ours as a cell, nothing where it is NULL."""
    return f"ifnull({expression}, '')"


def line(cells: Sequence[str]) -> str:
    """The SQL of one line. The cells are put together two and two: D1 takes no expression deeper than 100."""
    parts = list(cells)
    while len(parts) > 1:
        pairs = [" || ',' || ".join(parts[first : first + 2]) for first in range(0, len(parts), 2)]
        parts = [f"({pair})" for pair in pairs]
    return parts[0] + " || char(13) || char(10)"
