"""Texts that other people's pages print as they come."""

from __future__ import annotations

from decimal import Decimal

SHOWN_CHARACTERS = 40
"""How much of a text a message repeats."""

_BRACKETS = str.maketrans("", "", "<>")


def without_brackets(text: str) -> str:
    """A text without `<` and `>`: where a dealer's own site prints it unescaped, it cannot become markup."""
    return text.translate(_BRACKETS)


def quoted(given: object) -> str:
    """A value as a message repeats it: the beginning of a text in quotes, a number as it is, anything else as "This"."""
    if isinstance(given, str):
        return f"'{given[:SHOWN_CHARACTERS]}'"
    is_number = isinstance(given, int | float | Decimal) and not isinstance(given, bool)
    return str(given)[:SHOWN_CHARACTERS] if is_number else "This"
