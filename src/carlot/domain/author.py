"""Who writes: people, and what writes without one."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, StringConstraints, WithJsonSchema

DMS, CRON, PROGRAM = "DMS", "cron", "CarLot"
"""The DMS's own news; a cron job; the program on its own account."""

_BAD = r"\u0000-\u001f\u007f-\u009f\u2028\u2029@()"
_LINE = re.compile(f"[^{_BAD}]*")
_TAKEN = frozenset({"dms", "cron", "carlot", "csv", "token", "session", "visitor", "dev-open", "database", "quickbooks"})


def _person(name: str) -> str:
    """Refuse a name that would pass for something else than a person, or that is no single line."""
    if not _LINE.fullmatch(name):
        raise ValueError("a name is one line without @ and brackets")
    if name.lower() in _TAKEN:
        raise ValueError("this name is taken: give the name of a person")
    return name


AuthorName = Annotated[
    str,
    StringConstraints(min_length=1, max_length=60),
    AfterValidator(_person),
    WithJsonSchema({"type": "string", "minLength": 1, "maxLength": 60, "pattern": rf"^[^{_BAD}]*[^{_BAD}\s][^{_BAD}]*$"}),
]
"""The name that a person gives at sign-in."""


def by_file(author: str) -> str:
    """The author of what a CSV file changes, by who imported it."""
    return f"CSV ({author})" if author else "CSV"
