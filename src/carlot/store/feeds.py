"""The feeds table, and the feeds themselves: CSV text built by D1, a part at a time."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from pydantic_core import from_json

from carlot.domain.csv_text import header
from carlot.domain.dealer import Dealer
from carlot.platform.ports import Database
from carlot.store.csv_cells import line
from carlot.store.feed_columns import FEEDS
from carlot.store.vehicle_json import NEWEST

PART = 500
"""Vehicles in one read."""

CHUNK = 12
"""Vehicles in one text, as in `store.vehicle_json`."""

SHOWN = "v.status = 'available' AND v.publish_to_third_party = 1"

_PARTS = {
    # ?10 the id behind which the part begins. Texts of a few vehicles each, in order, with the last id of each.
    name: f"""
WITH part AS MATERIALIZED (
  SELECT row_number() OVER () AS n, id, item FROM (
    SELECT v.id, {line(list(preset.columns.values()))} AS item FROM vehicles v
    WHERE {SHOWN} AND {preset.taken} AND v.id > ?10 ORDER BY v.id LIMIT {PART}))
SELECT max(id) AS last, group_concat(item, '') AS text FROM (SELECT * FROM part ORDER BY n) GROUP BY (n - 1) / {CHUNK} ORDER BY 1"""
    for name, preset in FEEDS.items()
}

NAMED = 50
"""Vehicles that a feed leaves out and that are named."""


_LEFT_OUT = {
    # The newest vehicles that a feed leaves out, with what may be missing of them, as JSON.
    name: f"""(SELECT json_group_array(json_object('id', id, 'stockNumber', stock_number, 'year', year, 'make', make, 'model', model,
      'vin', nullif(vin, id), 'vinValid', json(iif(vin_valid, 'true', 'false')), 'price', price_cents, 'mileage', mileage_miles, 'photos', json(photos)))
    FROM (SELECT v.* FROM vehicles v WHERE {SHOWN} AND ({preset.taken}) IS NOT 1 ORDER BY {NEWEST} LIMIT {NAMED}))"""
    for name, preset in FEEDS.items()
}

# Every feed, with how many vehicles it holds, and those that lack what it needs.
LIST = f"""
SELECT format, token, paused, last_fetched_at AS lastFetchedAt, created_at AS createdAt,
  CASE format {" ".join(f"WHEN '{name}' THEN (SELECT count(*) FROM vehicles v WHERE {SHOWN} AND {preset.taken})" for name, preset in FEEDS.items())} END AS vehicles,
  CASE format {" ".join(f"WHEN '{name}' THEN {sql}" for name, sql in _LEFT_OUT.items())} END AS leftOut,
  (SELECT count(*) FROM vehicles v WHERE {SHOWN}) AS published
FROM feeds ORDER BY format"""

# Somebody fetches a feed. Nothing comes back when there is none under that address, or it is paused.
FETCH = "UPDATE feeds SET last_fetched_at = ?3 WHERE format = ?1 AND token = ?2 AND paused = 0 RETURNING format"

# A feed gets a new address; the old one ends.
ROTATE = "UPDATE feeds SET token = ?2, created_at = ?3, last_fetched_at = NULL WHERE format = ?1 RETURNING format"

# A feed is paused, or goes on.
PAUSE = "UPDATE feeds SET paused = ?2 WHERE format = ?1 RETURNING format"


async def listed(database: Database) -> list[dict[str, Any]]:
    """Every feed: `format, token, paused, lastFetchedAt, createdAt, vehicles, published`, and in `leftOut` vehicles by wire names."""
    return [{**row, "leftOut": from_json(row["leftOut"])} for row in await database.all(LIST)]


async def fetched(database: Database, name: str, token: str, now: str) -> bool:
    """Note that a feed is fetched; `False`: there is none under that address, or it is paused."""
    return bool(await database.all(FETCH, name, token, now))


async def rotate(database: Database, name: str, token: str, now: str) -> bool:
    """Give a feed a new address; `False`: there is no such feed."""
    return bool(await database.all(ROTATE, name, token, now))


async def pause(database: Database, name: str, paused: bool) -> bool:
    """Pause a feed or let it go on; `False`: there is no such feed."""
    return bool(await database.all(PAUSE, name, int(paused)))


async def parts(database: Database, name: str, base: str, dealer: Dealer) -> AsyncIterator[str]:
    """The whole feed, header first; no more than `PART` vehicles are in memory at a time."""
    text = header(list(FEEDS[name].columns))
    values = (
        base,
        dealer.name,
        dealer.phone,
        dealer.address,
        dealer.code,
        dealer.street,
        dealer.city,
        dealer.region,
        dealer.postal_code,
    )
    last = ""
    while rows := await database.all(_PARTS[name], *values, last):
        for row in rows:
            yield text + str(row["text"])
            text = ""
        last = str(rows[-1]["last"])
    yield text
