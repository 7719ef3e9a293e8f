"""A partner as a value: its name, the settings it needs, and how many calls it accepts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from carlot.domain.verdicts import ANY


@dataclass(frozen=True, slots=True)
class Limits:
    """How many calls a partner accepts: started in any minute, and open at the same time."""

    per_minute: int
    at_once: int


@dataclass(frozen=True, slots=True)
class Narrower:
    """A tighter limit for the calls whose path ends with `path_end`. They also count towards the partner's own limits."""

    path_end: str
    limits: Limits


_FEW = Limits(60, 1)


def _no_code(body: bytes) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Partner:
    """Anything a sync task can be for.

    `target` names it in sync_tasks, `name` is what the dealer calls it. Without the settings in `needs` it is not configured;
    those in `options` are read as well, and the one of them that `alone` names configures it by itself: the address of a file.
    `rest_s` is the pause after a 429 that names none. `lists_cars` marks a listing site. `wire` is its name in our API, where
    that is not the target. `verdicts` names its rows in `domain.verdicts`, and `code` finds the code of those rows in an answer's
    body.
    """

    target: str
    name: str
    needs: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    alone: str = ""
    limits: Limits = _FEW
    narrower: Narrower | None = None
    rest_s: float | None = None
    lists_cars: bool = False
    wire: str = ""
    verdicts: str = ANY
    code: Callable[[bytes], str] = _no_code
