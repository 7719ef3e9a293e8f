"""The feeds table, and the feeds themselves: CSV text built by D1, a part at a time."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from carlot.domain.csv_text import header
from carlot.domain.dealer import Dealer
from carlot.platform.ports import Database
from carlot.store.csv_cells import line
from carlot.store.feed_columns import COLUMNS, TAKEN

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
    SELECT v.id, {line(list(columns.values()))} AS item FROM vehicles v
    WHERE {SHOWN} AND {TAKEN[name]} AND v.id > ?10 ORDER BY v.id LIMIT {PART}))
SELECT max(id) AS last, group_concat(item, '') AS text FROM (SELECT * FROM part ORDER BY n) GROUP BY (n - 1) / {CHUNK} ORDER BY 1"""
    for name, columns in COLUMNS.items()
}

# Every feed, with how many vehicles it holds and how many lack what it needs.
LIST = f"""
SELECT format, token, paused, last_fetched_at AS lastFetchedAt, created_at AS createdAt,
  CASE format {" ".join(f"WHEN '{name}' THEN (SELECT count(*) FROM vehicles v WHERE {SHOWN} AND {taken})" for name, taken in TAKEN.items())} END AS vehicles,
  (SELECT count(*) FROM vehicles v WHERE {SHOWN}) AS published
FROM feeds ORDER BY format"""

# Somebody fetches a feed. Nothing comes back when there is none under that address, or it is paused.
FETCH = "UPDATE feeds SET last_fetched_at = ?3 WHERE format = ?1 AND token = ?2 AND paused = 0 RETURNING format"

# A feed gets a new address; the old one ends.
ROTATE = "UPDATE feeds SET token = ?2, created_at = ?3, last_fetched_at = NULL WHERE format = ?1 RETURNING format"

# A feed is paused, or goes on.
PAUSE = "UPDATE feeds SET paused = ?2 WHERE format = ?1 RETURNING format"


async def listed(database: Database) -> list[dict[str, Any]]:
    """Every feed: `format, token, paused, lastFetchedAt, createdAt, vehicles, published`."""
    return [dict(row) for row in await database.all(LIST)]


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
    text = header(list(COLUMNS[name]))
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
