"""CSV cells and lines as SQL, so that D1 writes a file and Python passes it on. `domain.csv_text` has the rules."""

from __future__ import annotations

from collections.abc import Sequence

_STARTERS = "'=', '+', '-', '@', char(9), char(13)"


def text_cell(expression: str) -> str:
    """The SQL of a text as a cell: quoted, harmless, nothing where it is NULL."""
    harmless = f"iif(substr(ltrim({expression}, ''''), 1, 1) IN ({_STARTERS}), '''' || {expression}, {expression})"
    return f"""ifnull('"' || replace({harmless}, '"', '""') || '"', '')"""


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
