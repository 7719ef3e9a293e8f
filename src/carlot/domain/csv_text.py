"""CSV as every reader takes it: RFC 4180, and no cell that a spreadsheet would run as a formula.

A text that begins like a formula (`=`, `+`, `-`, `@`, a tab, a return), after any apostrophes, is given one apostrophe more;
reading takes one away again. So what goes out comes back unchanged. `store.csv_cells` is the writing side.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

LINE_END = "\r\n"
_DEFUSED = re.compile(r"'+[=+\-@\t\r]")


def undefused(text: str) -> str:
    """A cell as it was before it was made harmless."""
    return text[1:] if _DEFUSED.match(text) else text


def header(columns: Sequence[str]) -> str:
    """The first line of a file."""
    return ",".join('"' + name.replace('"', '""') + '"' for name in columns) + LINE_END
