"""JSON objects as SQL. D1 takes 32 arguments of a function: of a long object, the members after the first are inserted into it.

Source: developers.cloudflare.com/d1/platform/limits.
"""

from __future__ import annotations

from collections.abc import Sequence

_MEMBERS = 15
"""Members of one call: two arguments each, and one for the object that they go into."""


def json_object(members: Sequence[tuple[str, str]]) -> str:
    """The SQL of an object of members: each a name, and the SQL of its value."""
    made = ", ".join(f"'{name}', {value}" for name, value in members[:_MEMBERS])
    made = f"json_object({made})"
    for first in range(_MEMBERS, len(members), _MEMBERS):
        more = ", ".join(f"'$.{name}', {value}" for name, value in members[first : first + _MEMBERS])
        made = f"json_insert({made}, {more})"
    return made
