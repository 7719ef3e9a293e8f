"""The lines of a file that goes to a listing site: each car with its line, a part of the lot at a time, in the order of ids."""

from __future__ import annotations

from collections.abc import AsyncIterator
from functools import cache
from typing import NamedTuple

from pydantic import TypeAdapter

from carlot.domain.dealer import Dealer
from carlot.platform.ports import Database
from carlot.store.csv_cells import line
from carlot.store.feed_columns import PRESETS
from carlot.store.listings import LISTABLE
from carlot.store.presets.cells import REACHABLE_PHOTO

PART = 500
"""Cars in one read."""

CHUNK = 12
"""Cars in one value, which is at most 2 MB, as in `store.feeds`."""

# ?10 the id behind which the part begins, ?11 the only car that is meant; NULL: all.
_LINES = {
    name: f"""
WITH part AS MATERIALIZED (
  SELECT row_number() OVER () AS n, id, version, vin, price_cents, item FROM (
    SELECT v.id, v.version, v.vin, v.price_cents, {line(list(preset.columns.values()))} AS item FROM vehicles v
    WHERE {LISTABLE} AND {preset.taken} AND {REACHABLE_PHOTO}
      AND v.id > ?10 AND (?11 IS NULL OR v.id = ?11)
    ORDER BY v.id LIMIT {PART}))
SELECT json_group_array(json_array(id, version, vin, price_cents, item)) AS cars
FROM (SELECT * FROM part ORDER BY n) GROUP BY (n - 1) / {CHUNK} ORDER BY min(n)"""
    for name, preset in PRESETS.items()
}

# Where uploaded photos can be fetched, as far as that is known from who uploaded the last one.
ORIGIN = "SELECT origin FROM photos ORDER BY created_at DESC LIMIT 1"


class Line(NamedTuple):
    """One car as it stands in a file."""

    vehicle_id: str
    version: int
    vin: str
    price_cents: int
    text: str


@cache
def _cars() -> TypeAdapter[list[Line]]:
    return TypeAdapter(list[Line])


async def origin(database: Database) -> str:
    """Our own address as the last uploaded photo has it; empty: there is none."""
    row = await database.first(ORIGIN)
    return str(row["origin"] or "") if row else ""


async def lines(database: Database, preset: str, base: str, dealer: Dealer, only: str | None = None) -> AsyncIterator[list[Line]]:
    """The cars of a file with their lines, some at a time; `only`: of one car at most."""
    names = (dealer.name, dealer.phone, dealer.address, dealer.code)
    where = (dealer.street, dealer.city, dealer.region, dealer.postal_code)
    last = ""
    while rows := await database.all(_LINES[preset], base, *names, *where, last, only):
        for row in rows:
            cars = _cars().validate_json(row["cars"])
            last = cars[-1].vehicle_id
            yield cars
        if only:
            return
