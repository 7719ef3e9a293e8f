"""What pydantic finds wrong with a vehicle, in words that a dealer understands."""

from __future__ import annotations

import re
from typing import Any

from pydantic_core import ErrorDetails

from carlot.domain.vehicle import MAX_PHOTOS

_SHOWN_CHARACTERS = 40


def field_words(name: str) -> str:
    """A field's name as people say it: `purchasePrice` is "purchase price"."""
    return "VIN" if name == "vin" else re.sub(r"([A-Z])", lambda letter: " " + letter[1].lower(), name)


def fault_words(error: ErrorDetails) -> tuple[str, str]:
    """The field (wire name) and one sentence about it."""
    name = str(error["loc"][0]) if error["loc"] else ""
    words, given, limits = field_words(name) or "record", _shown(error["input"]), error.get("ctx", {})
    kind = error["type"]
    if kind in ("missing", "string_too_short"):
        return name, f"The {words} is missing."
    if kind == "greater_than_equal":
        least = limits["ge"]
        return name, f"The {words} {given} is below {'zero' if least == 0 else _number(least, name)}."
    if kind == "less_than_equal":
        return name, f"The {words} {given} is above {_number(limits['le'], name)}."
    if kind in ("decimal_max_places", "decimal_max_digits", "decimal_whole_digits"):
        return name, f"The {words} {given} has more than two decimals."
    if kind == "string_too_long":
        return name, f"The {words} is longer than {limits['max_length']:,} characters."
    if kind == "too_long":
        return name, f"A vehicle takes at most {MAX_PHOTOS} photos."
    if kind == "value_error":
        return name, f"The {words} {limits['error']!s}."
    return name, f"The {words} {given} cannot be read.".replace("  ", " ")


def _shown(given: Any) -> str:
    return str(given)[:_SHOWN_CHARACTERS] if isinstance(given, (str, int, float)) or hasattr(given, "as_tuple") else ""


def _number(limit: Any, name: str) -> str:
    """A limit as people write it; a year has no comma."""
    return str(limit) if name == "year" else f"{limit:,}"
