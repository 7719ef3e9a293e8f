"""Whose VIN it is, where a vehicle is said to be another one: a hint, and never a refusal."""

from __future__ import annotations

import re
from collections.abc import Mapping

from carlot.domain.search import ALIASES


def belongs_to(said: Mapping[str, str | int], make: str, year: int) -> str | None:
    """Return whose VIN it is by what it `said`, as a sentence, where a vehicle has another make or year; else `None`.

    `said` is by the fields' names in our API. Models are written in too many ways to be compared.
    """
    agrees = _same_make(make, str(said.get("make", make))) and said.get("year", year) == year
    car = " ".join(str(said[name]) for name in ("year", "make", "model") if said.get(name))
    return None if agrees else f"This VIN belongs to {'an' if car[0] in 'AEIOU' else 'a'} {car}."


def _same_make(one: str, other: str) -> bool:
    """Whether two texts name one make: `Mercedes` is Mercedes-Benz, `Chevy` is Chevrolet."""
    ones, others = _ways(one), _ways(other)
    return any(a in b or b in a for a in ones for b in others)


def _ways(make: str) -> tuple[str, ...]:
    plain = re.sub(r"[^a-z0-9]", "", make.lower())
    return ALIASES.get(plain, (plain,))
