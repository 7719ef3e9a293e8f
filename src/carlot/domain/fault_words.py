"""What pydantic finds wrong, in words that a dealer understands: none of pydantic's own sentences leaves this module."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from carlot.domain.plain_text import SHOWN_CHARACTERS, quoted
from carlot.domain.vehicle import MAX_PHOTOS

_MOST_WITH_VALUES = 100
REQUIRED = "Required."

_Words = Callable[[ErrorDetails], str]


def field_words(name: str) -> str:
    """A field's name as people say it: `purchasePrice` is "purchase price"."""
    return "VIN" if name == "vin" else re.sub(r"([A-Z])", lambda letter: " " + letter[1].lower(), name)


def found_errors(failure: ValidationError) -> list[ErrorDetails]:
    """The errors of a failure; of a body full of them, without the values, which would fill the memory."""
    return failure.errors(include_url=False, include_input=failure.error_count() <= _MOST_WITH_VALUES)


def first_fault(failure: ValidationError) -> str:
    """The first error as one text: the field's path, and the sentence about it."""
    first = found_errors(failure)[0]
    where = ".".join(str(part) for part in first["loc"])
    return f"{where}: {plain_sentence(first)}" if where else plain_sentence(first)


def plain_sentence(error: ErrorDetails) -> str:
    """One sentence about a value, to be read beside the name of its field."""
    kind = error["type"]
    if kind.endswith(_WRONG_TYPE) and error.get("input", "") is None:
        return REQUIRED
    words = _SENTENCES.get(kind)
    return words(error) if words else f"{_given(error)} cannot be read."


def fault_words(error: ErrorDetails) -> tuple[str, str]:
    """The field (wire name) of a record, and one sentence that names the field."""
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
        return name, _own_words(error)
    return name, f"The {words} {given} cannot be read.".replace("  ", " ")


def _given(error: ErrorDetails) -> str:
    return quoted(error.get("input"))


def _limits(error: ErrorDetails) -> Mapping[str, Any]:
    return error.get("ctx", {})


def _is_not(what: str) -> _Words:
    return lambda error: f"{_given(error)} is not {what}."


def _says(sentence: str) -> _Words:
    return lambda _error: sentence


def _limit(name: str, number: str, day: str) -> _Words:
    """A number or a day beyond its limit."""

    def words(error: ErrorDetails) -> str:
        limit = _limits(error).get(name)
        if isinstance(limit, date):
            return f"{_given(error)} is {day} {limit.isoformat()}."
        shown = "zero" if limit == 0 else _number(limit, str(error["loc"][-1]) if error["loc"] else "")
        return f"{_given(error)} is {number} {shown}."

    return words


def _at_least(error: ErrorDetails) -> str:
    least = _limits(error).get("min_length", 1)
    return REQUIRED if least <= 1 else f"At least {least:,} {_items(error)}."


def _at_most(error: ErrorDetails) -> str:
    return f"At most {_limits(error).get('max_length', 0):,} {_items(error)}."


def _items(error: ErrorDetails) -> str:
    """What is counted: the characters of a text, or the entries of a list by the name of the list."""
    if error["type"].startswith(("string", "bytes", "url")):
        return "characters"
    return field_words(str(error["loc"][-1])) if error["loc"] else "entries"


def _one_of(error: ErrorDetails) -> str:
    """pydantic counts the choices up as `'a', 'b' or 'c'`."""
    expected = str(_limits(error).get("expected", "")).replace("'", "")
    return f"Write {expected}." if expected else _is_not("one of the choices")(error)


def _no_json(error: ErrorDetails) -> str:
    at = re.search(r"line (\d+) column (\d+)", str(_limits(error).get("error", "")))
    return f"This is not valid JSON: see line {at[1]}, column {at[2]}." if at else "This is not valid JSON."


def _own_words(error: ErrorDetails) -> str:
    """The message of a `ValueError` that our own models raise, which is a whole sentence without its period."""
    text = str(_limits(error).get("error") or "This cannot be read").rstrip(".")
    return text[:1].upper() + text[1:] + "."


def _shown(given: Any) -> str:
    return str(given)[:SHOWN_CHARACTERS] if isinstance(given, str | int | float | Decimal) else ""


def _number(limit: Any, name: str) -> str:
    """A limit as people write it; a year has no comma."""
    return f"{limit:,}" if isinstance(limit, int | float | Decimal) and "year" not in name.lower() else str(limit)


_WRONG_TYPE = ("_type", "none_required")

_DAY = "Write a day such as 2026-02-03."
_TIME = "Write a time such as 2026-02-03T10:30:00Z."
_LIST = "Send a list."
_OBJECT = "Send an object with named fields."

_SENTENCES: Mapping[str, _Words] = {
    "json_invalid": _no_json,
    **dict.fromkeys(("missing", "missing_argument"), _says(REQUIRED)),
    **dict.fromkeys(("extra_forbidden", "unexpected_keyword_argument"), _says("There is no such field.")),
    **dict.fromkeys(("int_type", "int_parsing", "int_parsing_size", "int_from_float"), _is_not("a whole number")),
    **dict.fromkeys(("float_type", "float_parsing", "finite_number"), _is_not("a number")),
    **dict.fromkeys(("decimal_type", "decimal_parsing"), _is_not("a dollar amount")),
    **dict.fromkeys(("decimal_max_digits", "decimal_whole_digits"), _says("That amount has too many digits.")),
    "decimal_max_places": lambda error: f"{_given(error)} has more than two decimals.",
    "greater_than_equal": _limit("ge", "below", "before"),
    "less_than_equal": _limit("le", "above", "after"),
    "greater_than": _limit("gt", "not above", "not after"),
    "less_than": _limit("lt", "not below", "not before"),
    **dict.fromkeys(("string_type", "string_unicode", "bytes_type"), _says("Write a text.")),
    **dict.fromkeys(("string_too_short", "too_short", "bytes_too_short"), _at_least),
    **dict.fromkeys(("string_too_long", "too_long", "bytes_too_long", "url_too_long"), _at_most),
    "string_pattern_mismatch": _says("It has characters that are not allowed."),
    **dict.fromkeys(("literal_error", "enum"), _one_of),
    **dict.fromkeys(("bool_type", "bool_parsing"), _says("Write true or false.")),
    **dict.fromkeys(
        ("date_type", "date_parsing", "date_from_datetime_parsing", "date_from_datetime_inexact", "date_past", "date_future"),
        _says(_DAY),
    ),
    **dict.fromkeys(
        ("datetime_type", "datetime_parsing", "datetime_object_invalid", "datetime_from_date_parsing", "timezone_aware"),
        _says(_TIME),
    ),
    **dict.fromkeys(("list_type", "tuple_type", "set_type", "iterable_type"), _says(_LIST)),
    **dict.fromkeys(("model_type", "model_attributes_type", "dataclass_type", "dict_type", "mapping_type"), _says(_OBJECT)),
    **dict.fromkeys(("value_error", "assertion_error"), _own_words),
}
"""A sentence for each kind of error that our models can give; any other kind "cannot be read"."""
