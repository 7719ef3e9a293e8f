"""Vehicles as JSON texts built by D1, so that Python passes a list on without touching a vehicle."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic_core import to_json

from carlot.domain.search import Search
from carlot.domain.vehicle import FIELDS, Field
from carlot.platform.ports import Row, Statement, statement
from carlot.store.json_objects import json_object
from carlot.store.prices import BEFORE, CHANGES
from carlot.store.standings import HAS_KEY, NEEDS_YOU, OF_CAR, WAITS_FOR_BOOKS, SiteAsked, sites_json

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

NEWEST = "coalesce(purchase_date, substr(created_at, 1, 10)) DESC, created_at DESC, id"
"""By the day of the purchase, then by entry: what every list calls newest first. The indexes of `vehicles` are in this order."""

_ORDERS = {
    "newest": NEWEST,
    "price": "price_cents IS NULL, price_cents, id",
    "-price": "price_cents DESC, id",
    "year": "year, id",
    "-year": "year DESC, id",
    "mileage": "mileage_miles IS NULL, mileage_miles, id",
}

# What a search looks into: all that shoppers may read of a vehicle. `public/js/search.js` and the WordPress plugin name them too.
SEARCHED = tuple(field for field in FIELDS if field.public and field.kind == "text" and field.wire not in ("id", "make", "model"))
_SEARCHED = ["year", "make || model", *("nullif(vin, v.id)" if f.wire == "vin" else f.column for f in SEARCHED)]
# One call: with an operator between each two, the statement would be nested too deeply.
_TEXT = f"printf('{'|'.join(['%s'] * len(_SEARCHED))}', {', '.join(_SEARCHED)})"

# The filters; ?1 is kept for the base URL. Words are lower case and without hyphens, each a list of
# alternatives; one alternative of every word must occur somewhere. Make and model are one text: a Mazda 3 is a Mazda3.
_MATCHES = f"""
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
    WHERE NOT EXISTS (SELECT 1 FROM json_each(word.value) AS way
      WHERE instr(replace(replace(lower({_TEXT}), '-', ''), ' ', ''), way.value) > 0)))"""

PUBLIC = "status = 'available' AND publish_to_website = 1 AND ?12 IS NULL"
# ?12 is the state asked for; without one, all but the archived. ?16 the sites, ?17 whether one of their keys is asked for,
# ?18 and ?19 whether only what waits for the books, or what needs the dealer, ?20 ids as JSON or NULL.
ADMIN = f"""(status = ?12 OR (?12 IS NULL AND (status <> 'archived' OR ?20 IS NOT NULL)))
  AND (NOT ?17 OR {HAS_KEY}) AND (NOT ?18 OR {WAITS_FOR_BOOKS}) AND (NOT ?19 OR {NEEDS_YOU})
  AND (?20 IS NULL OR v.id IN (SELECT value FROM json_each(?20)))"""


# In the dealer's list, what he must know of each car besides its fields: how it stands with the sites of ?16, what it waits for, how long
# it has been here until ?21 (today) or its sale, and whether its price has fallen since ?22.
_LISTED_OBJECT = f"""json_set({ADMIN_OBJECT}, '$.listings', json({OF_CAR}),
  '$.daysOnLot', max(0, CAST(julianday(CASE WHEN v.status = 'sold' THEN
      ifnull((SELECT s.sale_date FROM sales s WHERE s.vehicle_id = v.id AND s.voided_at IS NULL), ?21) ELSE ?21 END)
    - julianday(coalesce(v.purchase_date, substr(v.created_at, 1, 10))) AS INTEGER)),
  '$.priceChanges', {CHANGES}, '$.priceReduced', json(iif(v.price_cents < {BEFORE.format(since="?22")}, 'true', 'false')),
  '$.waitingFor', json(iif({WAITS_FOR_BOOKS}, '["quickbooks"]', '[]')), '$.needsYou', json(iif({NEEDS_YOU}, 'true', 'false')))"""


def _list(item: str, shown: str, order: str) -> str:
    """One page of vehicles as texts of `CHUNK` JSON objects each, joined by commas; ?13 limit, ?14 offset, ?15 chunk numbers."""
    return f"""
WITH page AS MATERIALIZED (
  SELECT row_number() OVER () AS n, item FROM (
    SELECT {item} AS item FROM vehicles v WHERE {shown} {_MATCHES} ORDER BY {order} LIMIT ?13 OFFSET ?14))
SELECT (SELECT group_concat(item, ',') FROM (
    SELECT item FROM page WHERE n > chunk.value * {CHUNK} AND n <= (chunk.value + 1) * {CHUNK} ORDER BY n)) AS items
FROM json_each(?15) AS chunk ORDER BY chunk.value"""


LISTS = {
    (shown, sort): _list(item, shown, order)
    for shown, item in ((PUBLIC, PUBLIC_OBJECT), (ADMIN, _LISTED_OBJECT))
    for sort, order in _ORDERS.items()
}
COUNTS = {shown: f"SELECT count(*) AS total FROM vehicles v WHERE {shown} {_MATCHES}" for shown in (PUBLIC, ADMIN)}


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
        to_json(search.words).decode(),
        search.status,
    )


def list_statement(search: Search, base: str) -> Statement:
    """The page of the public list that a search asks for; read it with `joined`."""
    return statement(LISTS[PUBLIC, search.sort], *_filters(search, base), *_page(search))


def count_statement(search: Search, base: str) -> Statement:
    """How many public vehicles the search finds over all pages, as `total`."""
    return statement(COUNTS[PUBLIC], *_filters(search, base))


def admin_list_statement(search: Search, sites: Sequence[SiteAsked], today: str, reduced_since: str) -> Statement:
    """The page of the dealer's list that a search asks for; read it with `joined`.

    Each vehicle has besides its fields `listings`, an array of [site, key, error], `daysOnLot` until `today`, `priceChanges`,
    `priceReduced` (since that instant), `waitingFor` and `needsYou`.
    """
    asked = (*_filters(search, ""), *_page(search), *_admin_filters(search, sites))
    return statement(LISTS[ADMIN, search.sort], *asked, today, reduced_since)


def admin_count_statement(search: Search, sites: Sequence[SiteAsked]) -> Statement:
    """How many vehicles the dealer's search finds over all pages, as `total`."""
    return statement(COUNTS[ADMIN], *_filters(search, ""), None, None, None, *_admin_filters(search, sites))


def _page(search: Search) -> tuple[int, int, str]:
    """Parameters ?13 to ?15."""
    return search.limit, search.offset, to_json(list(range(-(-search.limit // CHUNK)))).decode()


def _admin_filters(search: Search, sites: Sequence[SiteAsked]) -> tuple[str | int | None, ...]:
    """Parameters ?16 to ?20."""
    ids = None if search.ids is None else to_json(search.ids).decode()
    asked = int(search.listing is not None)
    return sites_json(sites), asked, int(search.waits_for_books), int(search.needs_you), ids


def joined(rows: list[Row]) -> str:
    """The JSON array of the rows of a list statement."""
    return "[" + ",".join(row["items"] for row in rows if row["items"] is not None) + "]"
