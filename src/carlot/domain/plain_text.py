"""Texts that other people's pages print as they come."""

from __future__ import annotations

_BRACKETS = str.maketrans("", "", "<>")


def without_brackets(text: str) -> str:
    """A text without `<` and `>`: where a dealer's own site prints it unescaped, it cannot become markup."""
    return text.translate(_BRACKETS)
