"""What is known to have happened, because it was answered."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any


@dataclass
class History:
    """Everything that must be found again at the end.

    `stock`: the stock number of each place in the lot. `sales`: the id of each sale made here, by the change that made it;
    `voids`: ids of those undone. `services`: cost in cents by the id of the record. `prices`: every price, in cents, that a car
    may ever have had, by stock number. `edits`: the last hand edit of each field, as (change, value) by (stock number, wire
    name); `told`: likewise the last change that the DMS made itself. `dms_sales`: what the DMS sold by itself, in cents, by stock
    number. `events`: keys that were answered 200; `poisoned`: those that nobody can read. `refused`: changes that came too late.
    """

    stock: list[str] = field(default_factory=list)
    sales: dict[int, str] = field(default_factory=dict)
    voids: set[str] = field(default_factory=set)
    services: dict[str, int] = field(default_factory=dict)
    prices: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    edits: dict[tuple[str, str], tuple[int, Any]] = field(default_factory=dict)
    told: dict[tuple[str, str], tuple[int, Any]] = field(default_factory=dict)
    dms_sales: dict[str, int] = field(default_factory=dict)
    events: set[str] = field(default_factory=set)
    poisoned: set[str] = field(default_factory=set)
    refused: int = 0
    sent_twice: int = 0
    overtaken: int = 0


def cents(dollars: float) -> int:
    """An amount in cents."""
    return round(dollars * 100)
