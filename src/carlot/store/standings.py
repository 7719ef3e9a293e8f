"""How every car stands with every site, as keys of facts that `domain.standing` reads; and which cars wait or need the dealer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from pydantic_core import to_json

from carlot.domain.eligibility import NEEDED
from carlot.domain.vehicle import FIELDS
from carlot.platform.ports import Database, Row

WANTED = "v.status = 'available' AND v.publish_to_third_party = 1"
"""`domain.eligibility.off_market` in SQL; a test compares them."""

# `domain.eligibility.missing` in SQL: what every site needs, and what this one needs besides.
_BESIDES = " ".join(
    f"WHEN '{field.wire}' THEN v.{field.column} IS NULL" for field in FIELDS if field.public and field.wire not in NEEDED
)
_WHOLE = f"""v.vin_valid = 1 AND ifnull(v.price_cents, 0) > 0 AND json_array_length(v.photos) > 0
      AND NOT EXISTS (SELECT 1 FROM json_each(site.value, '$.needs') AS need WHERE CASE need.value {_BESIDES} END)"""

KEY = f"""iif({WANTED}, 1, 0) || iif({_WHOLE}, 1, 0)
      || iif(t.error IS NULL, 0, 1) || iif(t.discarded_at IS NULL, 0, 1) || ':' || ifnull(t.state, '') || ':' || ifnull(l.state, '')"""
"""The facts of a car `v` and a site, in the form of `domain.standing.Facts.key`."""

JOINED = """LEFT JOIN sync_tasks t ON t.target = site.value ->> 'site' AND t.kind = 'listing' AND t.subject_id = v.id
      LEFT JOIN listings l ON l.platform = site.value ->> 'site' AND l.vin = v.vin AND l.vehicle_id = v.id"""

# Of a car `v`, for each site in the order of ?16: its target, its key, and what its task last said.
OF_CAR = f"""(SELECT json_group_array(json_array(site.value ->> 'site', {KEY}, t.error)) FROM json_each(?16) AS site {JOINED})"""

# A car `v` has one of the keys that are asked for at one of the sites of ?16.
HAS_KEY = f"""EXISTS (SELECT 1 FROM json_each(?16) AS site {JOINED}
    WHERE {KEY} IN (SELECT value FROM json_each(site.value, '$.keys')))"""

# A document about a car `v` has not reached QuickBooks yet. Not correlated, so that it is looked up once for a whole list.
WAITS_FOR_BOOKS = """v.id IN (SELECT b.vehicle_id FROM sync_tasks b WHERE b.target = 'quickbooks' AND b.vehicle_id IS NOT NULL
    AND b.kind IN ('invoice', 'expense', 'journal') AND b.state IN ('pending', 'running', 'blocked'))"""

# The dealer is asked about a car `v`, or a sync of it has failed for good. Likewise.
NEEDS_YOU = """(v.id IN (SELECT q.vehicle_id FROM questions q WHERE q.state = 'open' AND q.vehicle_id IS NOT NULL)
    OR v.id IN (SELECT m.value FROM questions q, json_each(q.details, '$.vehicleIds') AS m WHERE q.state = 'open')
    OR v.id IN (SELECT d.vehicle_id FROM sync_tasks d WHERE d.state = 'dead' AND d.vehicle_id IS NOT NULL))"""

# One car's keys, with the state of its rows as they are. ?1 the car, ?2 the sites.
STANDINGS = f"""
SELECT site.value ->> 'site' AS platform, {KEY} AS key, t.state AS task, t.error, t.deadline_at, l.state, l.price_cents, l.external_id,
  l.url, l.verified_at, l.updated_at
FROM json_each(?2) AS site JOIN vehicles v ON v.id = ?1 {JOINED}"""

# How many cars have which key at which site, as JSON: those that are to be listed, and those that a site shows all the same. ?1 the sites.
COUNTED = f"""
SELECT json_group_array(json_array(platform, key, cars)) FROM (SELECT platform, key, count(*) AS cars FROM (
  SELECT site.value ->> 'site' AS platform, {KEY} AS key
  FROM json_each(?1) AS site CROSS JOIN vehicles v {JOINED} WHERE {WANTED}
  UNION ALL
  SELECT l.platform, {KEY}
  FROM listings l JOIN json_each(?1) AS site ON site.value ->> 'site' = l.platform
    JOIN vehicles v ON v.id = l.vehicle_id AND v.vin = l.vin
    LEFT JOIN sync_tasks t ON t.target = l.platform AND t.kind = 'listing' AND t.subject_id = v.id
  WHERE l.state = 'live' AND NOT ({WANTED}))
GROUP BY platform, key)"""


class SiteAsked(NamedTuple):
    """A site's target, the wire names that it needs besides those that every site needs, and the keys that a filter asks for."""

    site: str
    needs: Sequence[str] = ()
    keys: Sequence[str] = ()


def sites_json(sites: Sequence[SiteAsked]) -> str:
    """Return the sites as the statements take them."""
    return to_json([each._asdict() for each in sites]).decode()


async def of_vehicle(database: Database, vehicle_id: str, sites: Sequence[SiteAsked]) -> list[Row]:
    """What each site holds of a car: `platform, key, task, error, deadline_at, state, price_cents, external_id, url, verified_at, updated_at`."""
    return await database.all(STANDINGS, vehicle_id, sites_json(sites))
