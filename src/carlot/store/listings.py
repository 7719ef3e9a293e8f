"""The listings table: what each site holds. A change of a car and the listing tasks it raises are one batch."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from pydantic import TypeAdapter
from pydantic_core import to_json

from carlot.domain.deadlines import LATE_SALE_REMOVED
from carlot.domain.model import Model
from carlot.platform.ports import Database, Statement, statement
from carlot.store.tasks import Lease, enqueue_select
from carlot.store.vehicle_json import ADMIN_OBJECT

# A car that is to be listed, as in domain.eligibility.
LISTABLE = """v.status = 'available' AND v.publish_to_third_party = 1 AND v.vin_valid = 1 AND v.price_cents > 0
    AND json_array_length(v.photos) > 0"""


# By when a car is to be off a site: a day (?3) from now on, or from the end of the day of its sale on, but at least an hour from now on.
_REMOVED_BY = f"""min(?3, ifnull(max(
    (SELECT strftime('%Y-%m-%dT%H:%M:%fZ', s.sale_date, '+2 days') FROM sales s WHERE s.vehicle_id = v.id AND s.voided_at IS NULL),
    strftime('%Y-%m-%dT%H:%M:%fZ', ?2, '+{int(LATE_SALE_REMOVED.total_seconds())} seconds')), ?3))"""


def _enqueue(source: str, which: str) -> str:
    """Build the statement for every (site, car) of `source` where a car is to be listed, or may be listed.

    ?1 JSON object site -> whether it is configured, ?2 now, ?3 by when a car that must go is to be off a site, ?4 which cars.
    """
    return enqueue_select(
        target="site.key",
        kind="'listing'",
        subject="v.id",
        vehicle="v.id",
        now="?2",
        deadline=f"iif({LISTABLE}, NULL, {_REMOVED_BY})",
        source=f"""FROM {source}
WHERE {which} AND ((site.value AND {LISTABLE}) OR EXISTS (
    SELECT 1 FROM listings l WHERE l.platform = site.key AND l.vehicle_id = v.id AND (l.state <> 'absent' OR l.verify_after IS NOT NULL)))""",
    )


# These cars; ?4 their ids as JSON.
ENQUEUE = _enqueue("json_each(?1) AS site, vehicles v", "v.id IN (SELECT value FROM json_each(?4))")

# The DMS's cars with these stock numbers (?4, JSON).
ENQUEUE_IMPORTED = _enqueue(
    "vehicles v CROSS JOIN json_each(?1) AS site", "v.external_dms_id IN (SELECT value FROM json_each(?4))"
)

# The cars that have left the lot.
ENQUEUE_ARCHIVED = _enqueue(
    "listings shown JOIN vehicles v ON v.id = shown.vehicle_id JOIN json_each(?1) AS site ON site.key = shown.platform",
    "shown.state <> 'absent' AND v.status = 'archived'",
)

# All cars, except those that a site has refused and that have not changed since.
ENQUEUE_ALL = _enqueue(
    "json_each(?1) AS site, vehicles v",
    """NOT EXISTS (SELECT 1 FROM sync_tasks t WHERE t.target = site.key AND t.kind = 'listing'
    AND t.subject_id = v.id AND t.state = 'dead' AND t.deadline_at IS NULL)""",
)

# All cars: a site has another address, to which what was said of them does not apply.
ENQUEUE_EVERY = _enqueue("json_each(?1) AS site, vehicles v", "true")

# The cars that are due to be read back and that no task is working on. ?4 how many.
ENQUEUE_DUE = _enqueue(
    """(SELECT l.platform, l.vehicle_id FROM listings l WHERE l.verify_after <= ?2 AND l.state IN ('live', 'absent')
      AND NOT EXISTS (SELECT 1 FROM sync_tasks t WHERE t.target = l.platform AND t.kind = 'listing' AND t.subject_id = l.vehicle_id
        AND t.state IN ('pending', 'running', 'blocked'))
    ORDER BY l.verify_after LIMIT ?4) AS due
  JOIN json_each(?1) AS site ON site.key = due.platform JOIN vehicles v ON v.id = due.vehicle_id""",
    "true",
)

# Everything a site shows, and what it lost lately, is to be read back. ?1 sites as JSON, ?2 now, ?3 since when it was lost.
CHECK_AGAIN = """
UPDATE listings SET verify_after = ?2
WHERE verify_after IS NULL AND platform IN (SELECT value FROM json_each(?1))
  AND (state = 'live' OR (state = 'absent' AND updated_at > ?3))"""

# What is listed of a car is to be read back. ?1 the car, ?2 now.
CHECK_AGAIN_AT = "UPDATE listings SET verify_after = ?2 WHERE vehicle_id = ?1 AND state = 'live' AND verify_after IS NULL"

# A car with what a site (?1) holds of it, and where its uploaded photos are.
READ = f"""
SELECT {ADMIN_OBJECT} AS vehicle, v.price_cents,
  (SELECT p.origin FROM photos p WHERE p.vehicle_id = v.id ORDER BY p.created_at DESC LIMIT 1) AS origin,
  (SELECT json_group_array(json_object('vin', l.vin, 'vehicle_id', l.vehicle_id, 'state', l.state, 'content_sha256', l.content_sha256,
    'verify_after', l.verify_after, 'url', l.url)) FROM listings l WHERE l.platform = ?1 AND (l.vehicle_id = v.id OR l.vin = v.vin)) AS held
FROM vehicles v WHERE v.id = ?2"""

_OURS = "EXISTS (SELECT 1 FROM sync_tasks WHERE id = ?{0} AND lease_token = ?{1})"

# The site is about to be sent a car: only by who holds the task, only if the car is still what was read, and only if nobody is at
# work on another vehicle of that VIN. ?1 site, ?2 VIN, ?3 vehicle, ?4 its version, ?5 price, ?6 verify after, ?7 now, ?8 task, ?9 lease,
# ?10 the address it is sent to.
BEGIN_PUT = f"""
INSERT INTO listings (platform, vin, vehicle_id, state, price_cents, verify_after, url, updated_at)
SELECT ?1, ?2, ?3, 'pending', ?5, ?6, ?10, ?7
WHERE {_OURS.format(8, 9)} AND EXISTS (SELECT 1 FROM vehicles WHERE id = ?3 AND version = ?4)
ON CONFLICT (platform, vin) DO UPDATE SET vehicle_id = excluded.vehicle_id, state = 'pending', price_cents = excluded.price_cents,
  content_sha256 = NULL, verify_after = excluded.verify_after, url = excluded.url, updated_at = excluded.updated_at
WHERE listings.vehicle_id = excluded.vehicle_id OR listings.state = 'absent' OR NOT EXISTS (
  SELECT 1 FROM sync_tasks t WHERE t.target = ?1 AND t.kind = 'listing' AND t.subject_id = listings.vehicle_id
    AND t.state = 'running' AND t.leased_until > ?7)
RETURNING vin"""

# The site is about to be told to remove a car. Nothing comes back when the listing has become another vehicle's.
BEGIN_REMOVAL = f"""
UPDATE listings SET state = 'pending', content_sha256 = NULL, verify_after = ?4, updated_at = ?5
WHERE platform = ?1 AND vin = ?2 AND vehicle_id = ?3 AND {_OURS.format(6, 7)}
RETURNING vin"""

# A call was answered, or never made: nothing more will come of it. ?3 what was to be read back before.
ANSWERED = f"UPDATE listings SET verify_after = ?3 WHERE platform = ?1 AND vin = ?2 AND {_OURS.format(4, 5)}"

# The site has the car.
SET_LIVE = """
UPDATE listings SET state = 'live', content_sha256 = ?3, external_id = ?4, verify_after = ?5, updated_at = ?6
WHERE platform = ?1 AND vin = ?2"""

# The site does not have the car, as it says itself.
SET_ABSENT = """
UPDATE listings SET state = 'absent', content_sha256 = NULL, verify_after = ?3, verified_at = ?4, updated_at = iif(state = 'absent', updated_at, ?4)
WHERE platform = ?1 AND vin = ?2"""

# The site was read back, and shows what it should.
SET_VERIFIED = "UPDATE listings SET verify_after = NULL, verified_at = ?3 WHERE platform = ?1 AND vin = ?2"

# The site refuses a car.
SET_DEAD = "UPDATE listings SET state = 'dead', updated_at = ?3 WHERE platform = ?1 AND vehicle_id = ?2 AND state = 'pending'"


class Held(Model):
    """What a site holds of one VIN; the columns of the listings table."""

    vin: str
    vehicle_id: str
    state: str
    content_sha256: str | None
    verify_after: str | None
    url: str | None


@dataclass(frozen=True, slots=True)
class Car:
    """A car by wire names, its price in cents, the origin of its uploaded photos, and what one site holds of it by VIN."""

    vehicle: dict[str, Any]
    price_cents: int | None
    origin: str
    held: dict[str, Held]


@cache
def _vehicle() -> TypeAdapter[dict[str, Any]]:
    return TypeAdapter(dict[str, Any])


@cache
def _held() -> TypeAdapter[list[Held]]:
    return TypeAdapter(list[Held])


async def read(database: Database, site: str, vehicle_id: str) -> Car | None:
    """A car and what a site holds of it; `None`: no such car."""
    row = await database.first(READ, site, vehicle_id)
    if row is None:
        return None
    held = {listing.vin: listing for listing in _held().validate_json(row["held"])}
    return Car(_vehicle().validate_json(row["vehicle"]), row["price_cents"], row["origin"] or "", held)


def enqueue_by(
    sql: str, sites: Mapping[str, bool], now: str, remove_by: str, which: Collection[str] | int | None = None
) -> Statement:
    """Enqueue listing tasks by one of the `ENQUEUE` statements; `which` are ids, stock numbers or a count, as that statement says."""
    given = () if which is None else (which if isinstance(which, int) else to_json(list(which)).decode(),)
    return statement(sql, to_json({site: int(configured) for site, configured in sites.items()}).decode(), now, remove_by, *given)


def check_again(sites: Collection[str], now: str, lost_since: str) -> Statement:
    """Have everything read back that these sites show, and what they lost since."""
    return statement(CHECK_AGAIN, to_json(list(sites)).decode(), now, lost_since)


def check_again_at(vehicle_id: str, now: str) -> Statement:
    """Have a car's listings read back."""
    return statement(CHECK_AGAIN_AT, vehicle_id, now)


def begin_put(lease: Lease, vin: str, url: str, car: Car, verify_after: str, now: str) -> Statement:
    """Note that a site is about to be sent a car at an address; a row comes back when it may be."""
    version = int(car.vehicle["version"])
    ours = (lease.id, lease.lease_token)
    return statement(BEGIN_PUT, lease.target, vin, lease.subject_id, version, car.price_cents, verify_after, now, *ours, url)


def begin_removal(lease: Lease, vin: str, verify_after: str, now: str) -> Statement:
    """Note that a site is about to be told to remove a car; a row comes back when it may be."""
    return statement(BEGIN_REMOVAL, lease.target, vin, lease.subject_id, verify_after, now, lease.id, lease.lease_token)


def answered(lease: Lease, vin: str, verify_after: str | None) -> Statement:
    """Nothing more will come of the call that was begun."""
    return statement(ANSWERED, lease.target, vin, verify_after, lease.id, lease.lease_token)


def set_live(site: str, vin: str, digest: str, external_id: str | None, verify_after: str | None, now: str) -> Statement:
    """The site has the car, with that content."""
    return statement(SET_LIVE, site, vin, digest, external_id, verify_after, now)


def set_absent(site: str, vin: str, verify_after: str | None, now: str) -> Statement:
    """The site does not have the car."""
    return statement(SET_ABSENT, site, vin, verify_after, now)


def set_verified(site: str, vin: str, now: str) -> Statement:
    """The site shows what it should."""
    return statement(SET_VERIFIED, site, vin, now)


def set_dead(site: str, vehicle_id: str, now: str) -> Statement:
    """The site refuses the car."""
    return statement(SET_DEAD, site, vehicle_id, now)
