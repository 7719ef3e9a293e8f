"""Find faults that pydantic's JSON parser accepts: a key that occurs twice, and NaN as a number."""

from __future__ import annotations

import re

from pydantic_core import from_json

_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*"|[{}\[\]:,]|[^\s"{}\[\]:,]+')
_NOT_JSON = frozenset({b"NaN", b"Infinity", b"-Infinity"})


def fault(text: bytes) -> str | None:
    """Return the fault of a JSON text that has already been parsed, as a sentence; `None` when there is none."""
    keys: list[set[str]] = []
    before = b""
    for match in _TOKEN.finditer(text):
        token = match.group()
        if token in (b"{", b"["):
            keys.append(set())
        elif token in (b"}", b"]"):
            keys.pop()
        elif token == b":":
            key = from_json(before)
            if key in keys[-1]:
                return f"The member {key[:100]!r} occurs twice in one object."
            keys[-1].add(key)
        elif token in _NOT_JSON:
            return f"{token.decode()} is not a JSON number."
        before = token
    return None
