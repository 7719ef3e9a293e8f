"""What the public may see of the lot."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from pydantic import TypeAdapter

from carlot.domain.search import Search
from carlot.platform.ports import Database, statement
from carlot.store.prices import BEFORE, read_reduced, reduced_statement
from carlot.store.vehicle_json import NEWEST, PUBLIC_OBJECT, count_statement, joined, list_statement

# Rises with every change to a car that the public sees or saw.
REVISION = "SELECT revision FROM lot WHERE id = 1"

# One public vehicle as JSON text; ?1 is the base URL, ?2 the id.
READ = f"SELECT {PUBLIC_OBJECT} AS vehicle FROM vehicles WHERE id = ?2 AND status = 'available' AND publish_to_website = 1"

# The same with the price that it had before it fell, since ?3.
READ_PAGE = f"""
SELECT {PUBLIC_OBJECT} AS vehicle, iif(price_cents > 0 AND price_cents < {BEFORE.format(since="?3")}, {BEFORE.format(since="?3")} / 100.0, NULL) AS was
FROM vehicles v WHERE id = ?2 AND status = 'available' AND publish_to_website = 1"""

MAX_LISTED = 50_000
"""Source: sitemaps.org, Protocol: 50,000 addresses in a file."""

# Every public vehicle in short, newest first, as JSON arrays of 500: D1 gives no value above 2 MB.
LISTED = f"""
SELECT json_group_array(json_array(id, year, make, model, trim, price_cents, mileage_miles, updated_at)) AS vehicles
FROM (
  SELECT row_number() OVER (ORDER BY {NEWEST}) - 1 AS n, *
  FROM vehicles WHERE status = 'available' AND publish_to_website = 1 ORDER BY {NEWEST} LIMIT {MAX_LISTED})
GROUP BY n / 500 ORDER BY n / 500"""

# Public vehicles most like one that is gone: ?1 the base URL, ?2 its id, ?3 how many. An id that never was finds the newest.
SIMILAR = f"""
SELECT {PUBLIC_OBJECT} AS vehicle FROM vehicles LEFT JOIN (
  SELECT make AS gone_make, model AS gone_model, body_style AS gone_style, price_cents AS gone_price FROM vehicles WHERE id = ?2)
WHERE status = 'available' AND publish_to_website = 1
ORDER BY (make = gone_make COLLATE NOCASE AND model = gone_model COLLATE NOCASE) DESC, make = gone_make COLLATE NOCASE DESC,
  body_style = gone_style COLLATE NOCASE DESC, abs(price_cents - gone_price) IS NULL, abs(price_cents - gone_price),
  {NEWEST}
LIMIT ?3"""


class Listed(NamedTuple):
    """A public vehicle in short."""

    id: str
    year: int
    make: str
    model: str
    trim: str | None
    price_cents: int | None
    mileage: int | None
    changed_at: str


@cache
def _listed() -> TypeAdapter[list[Listed]]:
    return TypeAdapter(list[Listed])


async def revision(database: Database) -> int:
    """The lot's present revision."""
    row = await database.first(REVISION)
    return int(row["revision"]) if row else 0


async def search(database: Database, wanted: Search, base: str) -> tuple[int, str, int]:
    """The lot's revision, one page of public vehicles as a JSON array, and how many there are over all pages."""
    at, items, count = await database.batch([statement(REVISION), list_statement(wanted, base), count_statement(wanted, base)])
    return int(at[0]["revision"]), joined(items), int(count[0]["total"])


async def read(database: Database, vehicle_id: str, base: str) -> str | None:
    """One public vehicle as JSON text; `None`: no such vehicle, or not public."""
    row = await database.first(READ, base, vehicle_id)
    return None if row is None else str(row["vehicle"])


async def read_page(database: Database, vehicle_id: str, base: str, since: str) -> tuple[str, dict[str, float]] | None:
    """One public vehicle as JSON text, and by its id the price that it had since then if that has fallen; `None` as `read`."""
    row = await database.first(READ_PAGE, base, vehicle_id, since)
    return None if row is None else (str(row["vehicle"]), {} if row["was"] is None else {vehicle_id: row["was"]})


async def listed(database: Database, since: str) -> tuple[int, list[Listed], dict[str, float]]:
    """The lot's revision, every public vehicle in short, newest first, and the prices that have fallen, as `prices.reduced`."""
    at, texts, fallen = await database.batch([statement(REVISION), statement(LISTED), reduced_statement(since)])
    shown = [each for row in texts for each in _listed().validate_json(str(row["vehicles"]))]
    return int(at[0]["revision"]), shown, read_reduced(fallen)


async def similar(database: Database, vehicle_id: str, base: str, limit: int) -> str:
    """Public vehicles most like one that is gone, as a JSON array."""
    rows = await database.all(SIMILAR, base, vehicle_id, limit)
    return "[" + ",".join(str(row["vehicle"]) for row in rows) + "]"
