"""What happens in a run, all of it drawn from a seed before it begins: the same seed is the same run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any, Literal

from support.signing import SCHEMES, Scheme

What = Literal["edit", "sell", "void", "publish", "serve", "pull", "dms_changes", "dms_adds", "dms_sells", "dms_garbles"]

SHARES: Mapping[What, int] = {
    "edit": 38,
    "sell": 14,
    "void": 10,
    "publish": 6,
    "serve": 4,
    "pull": 2,
    "dms_changes": 16,
    "dms_adds": 4,
    "dms_sells": 4,
    "dms_garbles": 2,
}
"""How often each kind of change comes, in percent."""

TWICE = 0.1
"""The share of requests and events that come twice."""
LATE = 0.1
"""The share of events that are overtaken by others."""

FAULTS: Mapping[str, float] = {
    "error_rate": 0.03,
    "rate_limit_rate": 0.025,
    "stall_rate": 0.01,
    "truncate_rate": 0.025,
    "lost_answer_rate": 0.03,
    "reset_rate": 0.02,
    "error_body_rate": 0.015,
    "html_rate": 0.015,
    "empty_rate": 0.015,
    "xml_rate": 0.015,
}
"""Each kind of fault that a partner can have, with the share of requests it strikes: a fifth of them together."""

FORBIDDING = "truecar"
FORBIDDEN: Mapping[str, Any] = {
    "fault": "status",
    "status": 403,
    "body": {"error": {"code": "forbidden", "message": "This car is locked."}},
    "path": "*7",
    "times": 1_000_000,
}
"""What that site answers to every call about a car whose VIN ends with 7, which is a tenth of them."""

FILE_FAULTS: tuple[Mapping[str, Any], ...] = (
    {"cut_at": "STOR"},
    {"cut_data_at": 700},
    {"disk_bytes": 500},
    {"cut_at": "RNTO"},
    {"cut_after": "RNTO"},
    {"cut_after": "SIZE"},
    {"replies": {"STOR": "451 Try again later."}},
    {"replies": {"USER": "421 Too many users."}},
)
"""What ails a site's FTP server for some changes, in turn with nothing."""

PLACES = ("Front row", "Back row", "Service bay", "Zoë's row", "Annex")
COLOURS = ("White", "Silver", "Black", "Red", "Blue", "Green")


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that somebody does. `car` is a place in the lot, `of` the number of the sale that is undone."""

    number: int
    what: What
    car: int = 0
    values: Mapping[str, Any] = field(default_factory=dict)
    of: int = 0
    twice: bool = False
    late: int = 0
    scheme: Scheme = "standard"
    pause_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Kill:
    """The Worker dies `delay_s` after a change began, and is down for `down_s` as far as it can tell."""

    delay_s: float
    down_s: float


@dataclass(frozen=True, slots=True)
class Scale:
    """How much of everything.

    `life` is how many changes the Worker lives through, at least and at most; `down_s` how long it is down each time, beside
    the time that a start really takes; `stall_s` how long a partner holds an answer back.
    """

    changes: int
    cars: int
    life: tuple[int, int]
    down_s: float
    stall_s: float


LONG = Scale(changes=1000, cars=60, life=(12, 28), down_s=0, stall_s=25)
"""In real time: leases run out and pauses end as they do. A stall is longer than CarLot waits for an answer."""

SHORT = Scale(changes=40, cars=14, life=(16, 26), down_s=320, stall_s=2)
"""For `make test`: each time it is down so long that every lease runs out and every wake-up is overdue."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A whole run. `kills` are by the number of the change they fall into."""

    seed: int
    scale: Scale
    changes: tuple[Change, ...]
    kills: Mapping[int, Kill]

    def faults(self, partner: str) -> dict[str, Any]:
        """The fault knobs of a partner: a fifth of its requests struck, and two outages.

        In the long run one site forbids a tenth of the cars.
        """
        draw = Random(f"{self.seed}:faults:{partner}")
        requests = self.scale.changes // 4
        outages = [
            {"fault": kind, "nth": draw.randint(1, requests // 2) + place * requests // 2, "times": 2 + requests // 50}
            for place, kind in enumerate(draw.sample(["outage", "refuse"], 2))
        ]
        knobs = {"seed": self.seed, "by_request": True, "stall_s": self.scale.stall_s, "retry_after_s": 1}
        forbidden = [FORBIDDEN] if partner == FORBIDDING and self.scale.cars == LONG.cars else []
        return {**FAULTS, **knobs, "script": [*outages, *forbidden]}

    def file_faults(self, site: str) -> Mapping[int, Mapping[str, Any]]:
        """What ails the FTP server of a site, from which change on."""
        draw = Random(f"{self.seed}:files:{site}")
        starts = range(1, self.scale.changes + 1, 7)
        return {number: draw.choice(FILE_FAULTS) if draw.random() < 0.6 else {} for number in starts}


def make_plan(seed: int, scale: Scale) -> Plan:
    """The run that a seed stands for."""
    draw = Random(f"{seed}:{scale}")
    kills: dict[int, Kill] = {}
    number = draw.randint(*scale.life)
    while number < scale.changes:
        kills[number] = Kill(delay_s=draw.choice((0.0, 0.02, 0.1, 0.4)), down_s=scale.down_s)
        number += draw.randint(*scale.life)
    return Plan(seed, scale, tuple(_Planner(draw, scale).changes()), kills)


class _Planner:
    """Knows, as far as all goes well, which cars are sold: most of what it plans can be done."""

    def __init__(self, draw: Random, scale: Scale) -> None:
        self._draw = draw
        self._scale = scale
        self._cars = scale.cars
        self._sold_by: dict[int, int] = {}
        self._gone: set[int] = set()

    def changes(self) -> list[Change]:
        """All changes, in the order in which they are begun."""
        kinds, weights = list(SHARES), list(SHARES.values())
        return [self._change(number, self._draw.choices(kinds, weights)[0]) for number in range(1, self._scale.changes + 1)]

    def _change(self, number: int, what: What) -> Change:
        draw = self._draw
        manner: dict[str, Any] = {
            "twice": draw.random() < TWICE,
            "late": draw.randint(1, 12) if draw.random() < LATE else 0,
            "scheme": draw.choice(SCHEMES),
            "pause_s": draw.random() * 0.3,
        }
        if what == "void" and self._sold_by:
            car = draw.choice(list(self._sold_by))
            return Change(number, what, car, of=self._sold_by.pop(car), **manner)
        if what == "sell" and (free := self._free()):
            car = draw.choice(free)
            self._sold_by[car] = number
            return Change(number, what, car, {"salePrice": self._price(number)}, **manner)
        if what == "dms_sells" and (free := self._free()) and len(self._gone) < self._scale.cars // 3:
            # Now and then one that was just sold here: both then have a sale of their own.
            car = draw.choice(list(self._sold_by)) if self._sold_by and draw.random() < 0.1 else draw.choice(free)
            self._sold_by.pop(car, None)
            self._gone.add(car)
            return Change(number, what, car, {"sale_price": self._price(number)}, **manner)
        if what == "dms_adds":
            self._cars += 1
            return Change(number, what, self._cars - 1, **manner)
        if what in ("pull", "dms_garbles"):
            return Change(number, what, **manner)
        car = draw.randrange(self._cars if what == "dms_changes" else self._scale.cars)
        possible: What = "edit" if what in ("sell", "void", "dms_sells") else what
        return Change(number, possible, car, self._values(number, possible), **manner)

    def _values(self, number: int, what: What) -> dict[str, Any]:
        draw = self._draw
        if what == "publish":
            return {"publishToThirdParty": draw.random() < 0.75}
        if what == "serve":
            return {"cost": self._price(number), "description": f"Brakes, job {number}"}
        names = ["price", "mileage", "location", "description", *(["exterior_color"] if what == "dms_changes" else [])]
        choices: dict[str, Any] = {
            "price": self._price(number),
            "mileage": 10_000 + number,
            "location": f"{draw.choice(PLACES)} {number}",
            "description": f"As of change {number}: “like new”, 100 % checked.",
            "exterior_color": f"{draw.choice(COLOURS)} {number}",
        }
        return {name: choices[name] for name in draw.sample(names, draw.randint(1, 2))}

    def _price(self, number: int) -> float:
        """Dollars and cents that no other change has."""
        return round(4000 + number * 7 + (number % 100) / 100, 2)

    def _free(self) -> list[int]:
        return [car for car in range(self._scale.cars) if car not in self._sold_by and car not in self._gone]
