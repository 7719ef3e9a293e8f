"""Vehicles as JSON texts built by D1, so that Python passes a list on without touching a vehicle."""

from __future__ import annotations

from pydantic_core import to_json

from carlot.domain.search import Search
from carlot.domain.vehicle import FIELDS, Field
from carlot.platform.ports import Row, Statement, statement
from carlot.store.json_objects import json_object

CHUNK = 12
"""Vehicles in one text: D1 gives no value above 2 MB, and a vehicle with 40 photos and a long description takes up to 75 KB."""


def _member(field: Field) -> tuple[str, str]:
    """A field as a member of an object."""
    value = {
        "money": f"CASE WHEN {field.column} IS NOT NULL THEN json(printf('%.2f', {field.column} / 100.0)) END",
        "flag": f"json(iif({field.column}, 'true', 'false'))",
        "json": f"json({field.column})",
    }.get(field.kind, "nullif(vin, id)" if field.wire == "vin" else field.column)
    return field.wire, value


ADMIN_OBJECT = json_object([_member(field) for field in FIELDS])

# The public fields only. Uploaded photos and the page get their full address: ?1 is the base URL.
PUBLIC_OBJECT = json_object(
    [
        *[_member(field) for field in FIELDS if field.public and field.wire != "photos"],
        ("photos", """json(replace(photos, '"/photos/', '"' || ?1 || '/photos/'))"""),
        ("url", "?1 || '/inventory.html?vehicle=' || id"),
    ]
)

_ORDERS = {
    "newest": "created_at DESC, id",
    "price": "price_cents IS NULL, price_cents, id",
    "-price": "price_cents DESC, id",
    "year": "year, id",
    "-year": "year DESC, id",
    "mileage": "mileage_miles IS NULL, mileage_miles, id",
}

# The filters; ?1 is kept for the base URL. Words are lower case, and every one must occur somewhere.
_MATCHES = """
  AND (?2 IS NULL OR make = ?2 COLLATE NOCASE)
  AND (?3 IS NULL OR model = ?3 COLLATE NOCASE)
  AND (?4 IS NULL OR body_style = ?4 COLLATE NOCASE)
  AND (?5 IS NULL OR year >= ?5)
  AND (?6 IS NULL OR year <= ?6)
  AND (?7 IS NULL OR price_cents >= ?7)
  AND (?8 IS NULL OR price_cents <= ?8)
  AND (?9 IS NULL OR mileage_miles <= ?9)
  AND (?10 IS NULL OR location = ?10 COLLATE NOCASE)
  AND (?11 = '[]' OR NOT EXISTS (
    SELECT 1 FROM json_each(?11) AS word
    WHERE instr(lower(year || ' ' || make || ' ' || model || ' ' || ifnull(trim, '') || ' ' || ifnull(body_style, '')
        || ' ' || ifnull(exterior_color, '') || ' ' || ifnull(stock_number, '') || ' ' || vin || ' ' || ifnull(description, '')),
      word.value) = 0))"""

PUBLIC = "status = 'available' AND publish_to_website = 1 AND ?12 IS NULL"
# ?12 is the state asked for; without one, all but the archived.
ADMIN = "(status = ?12 OR (?12 IS NULL AND status <> 'archived'))"


def _list(item: str, shown: str, order: str) -> str:
    """One page of vehicles as texts of `CHUNK` JSON objects each, joined by commas; ?13 limit, ?14 offset, ?15 chunk numbers."""
    return f"""
WITH page AS MATERIALIZED (
  SELECT row_number() OVER () AS n, item FROM (
    SELECT {item} AS item FROM vehicles WHERE {shown} {_MATCHES} ORDER BY {order} LIMIT ?13 OFFSET ?14))
SELECT (SELECT group_concat(item, ',') FROM (
    SELECT item FROM page WHERE n > chunk.value * {CHUNK} AND n <= (chunk.value + 1) * {CHUNK} ORDER BY n)) AS items
FROM json_each(?15) AS chunk ORDER BY chunk.value"""


LISTS = {
    (shown, sort): _list(item, shown, order)
    for shown, item in ((PUBLIC, PUBLIC_OBJECT), (ADMIN, ADMIN_OBJECT))
    for sort, order in _ORDERS.items()
}
COUNTS = {shown: f"SELECT count(*) AS total FROM vehicles WHERE {shown} {_MATCHES}" for shown in (PUBLIC, ADMIN)}


def _filters(search: Search, base: str) -> tuple[str | int | None, ...]:
    """Parameters ?1 to ?12."""
    return (
        base,
        search.make,
        search.model,
        search.body_style,
        search.year_min,
        search.year_max,
        search.price_min_cents,
        search.price_max_cents,
        search.mileage_max_miles,
        search.location,
        to_json([word.lower() for word in search.words]).decode(),
        search.status,
    )


def list_statement(shown: str, search: Search, base: str) -> Statement:
    """The page of the list that a search asks for, `shown` being `PUBLIC` or `ADMIN`; read it with `joined`."""
    chunks = to_json(list(range(-(-search.limit // CHUNK)))).decode()
    return statement(LISTS[shown, search.sort], *_filters(search, base), search.limit, search.offset, chunks)


def count_statement(shown: str, search: Search, base: str) -> Statement:
    """How many vehicles the search finds over all pages, as `total`."""
    return statement(COUNTS[shown], *_filters(search, base))


def joined(rows: list[Row]) -> str:
    """The JSON array of the rows of a list statement."""
    return "[" + ",".join(row["items"] for row in rows if row["items"] is not None) + "]"
