"""The price_changes table, which a trigger writes: how often a price changed, and whether it fell lately."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from pydantic import TypeAdapter

from carlot.platform.ports import Database, Row, Statement, statement

CHANGES = "(SELECT count(*) FROM price_changes c WHERE c.vehicle_id = v.id)"
"""How many times the price of a car `v` changed."""

# The price of a car `v` at an instant, if it changed since. A price that was corrected within a day of the car's entry was never one.
BEFORE = """(SELECT c.before_cents FROM price_changes c
    WHERE c.vehicle_id = v.id AND c.at > {since} AND c.at > strftime('%Y-%m-%dT%H:%M:%fZ', v.created_at, '+1 day') ORDER BY c.at, c.id LIMIT 1)"""

BEFORE_NOW = BEFORE.format(since="strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '-14 days')")
"""The same 14 days ago, for statements that know no time, as `domain.prices` has it."""

# The public cars whose price is below the one of ?1, as a JSON object of that price by id.
REDUCED = f"""
SELECT json_group_object(v.id, before_cents / 100.0) AS reduced
FROM (SELECT v.*, {BEFORE.format(since="?1")} AS before_cents FROM vehicles v WHERE v.status = 'available' AND v.publish_to_website = 1) v
WHERE v.price_cents > 0 AND v.price_cents < v.before_cents"""


@cache
def _reduced() -> TypeAdapter[dict[str, float]]:
    return TypeAdapter(dict[str, float])


async def reduced(database: Database, since: str) -> dict[str, float]:
    """The public cars whose price has fallen since then: the price in dollars that they had, by id."""
    return read_reduced(await database.all(REDUCED, since))


def reduced_statement(since: str) -> Statement:
    """The same as a statement of a batch, for `read_reduced`."""
    return statement(REDUCED, since)


def read_reduced(rows: Sequence[Row]) -> dict[str, float]:
    """What the statement has answered."""
    return _reduced().validate_json(str(rows[0]["reduced"])) if rows else {}
