"""The site_files table: the last file that each listing site was brought, and what its arrival means for the listings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pydantic_core import to_json

from carlot.platform.ports import Database, Statement, statement
from carlot.store.tasks import enqueue_select

MOST = 2500
"""Cars in one statement: a bound text is at most 2 MB."""

READ = "SELECT address, content_sha256, cars, bytes, delivered_at FROM site_files WHERE platform = ?1"

# A file is about to get its name: until it is known to have it, nobody knows what is there. ?1 site.
FORGET = "UPDATE site_files SET content_sha256 = NULL WHERE platform = ?1"

# It is there, read back. ?1 site, ?2 address, ?3 digest, ?4 cars, ?5 bytes, ?6 now.
DELIVERED = """
INSERT INTO site_files (platform, address, content_sha256, cars, bytes, delivered_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
ON CONFLICT (platform) DO UPDATE SET address = excluded.address, content_sha256 = excluded.content_sha256, cars = excluded.cars,
  bytes = excluded.bytes, delivered_at = excluded.delivered_at"""

# A listing that stands at another address is left to the task that removes it there.
_OURS = "(listings.url IS NULL OR listings.url = ?2 OR (listings.state = 'absent' AND listings.verify_after IS NULL))"

# A file with these cars is about to get its name: those that were not in the last one may be on the site from now on.
# ?1 site, ?2 address, ?3 now, ?4 the cars as JSON: arrays of vehicle, VIN, price, digest, version.
BEGIN = f"""
INSERT INTO listings (platform, vin, vehicle_id, state, price_cents, url, updated_at)
SELECT ?1, value ->> 1, value ->> 0, 'pending', value ->> 2, ?2, ?3 FROM json_each(?4) WHERE true
ON CONFLICT (platform, vin) DO UPDATE SET vehicle_id = excluded.vehicle_id, state = 'pending', price_cents = excluded.price_cents,
  content_sha256 = NULL, verify_after = NULL, url = excluded.url, updated_at = excluded.updated_at
WHERE listings.state IN ('absent', 'dead') AND {_OURS}"""

# The file with these cars is there. As above; what is as it was is not written.
LIVE = f"""
INSERT INTO listings (platform, vin, vehicle_id, state, price_cents, content_sha256, url, verified_at, updated_at)
SELECT ?1, value ->> 1, value ->> 0, 'live', value ->> 2, value ->> 3, ?2, ?3, ?3 FROM json_each(?4) WHERE true
ON CONFLICT (platform, vin) DO UPDATE SET vehicle_id = excluded.vehicle_id, state = 'live', price_cents = excluded.price_cents,
  content_sha256 = excluded.content_sha256, external_id = NULL, verify_after = NULL, verified_at = excluded.verified_at, url = excluded.url,
  updated_at = excluded.updated_at
WHERE {_OURS} AND (listings.state <> 'live' OR listings.content_sha256 IS NOT excluded.content_sha256
  OR listings.vehicle_id <> excluded.vehicle_id OR listings.url IS NOT excluded.url)"""

# The cars that are not in the file are not on the site. ?1 site, ?2 address, ?3 now, ?4 the VINs in the file as JSON.
ABSENT = """
UPDATE listings SET state = 'absent', content_sha256 = NULL, verify_after = NULL, verified_at = ?3, updated_at = ?3
WHERE platform = ?1 AND url = ?2 AND state <> 'absent' AND vin NOT IN (SELECT value FROM json_each(?4))"""

# A car waits for the next file, and none is to go out yet. ?1 when, ?2 site.
ENQUEUE = enqueue_select(
    target="?2",
    kind="'file'",
    subject="'all'",
    now="?1",
    source="""WHERE NOT EXISTS (
    SELECT 1 FROM sync_tasks t WHERE t.target = ?2 AND t.kind = 'file' AND t.subject_id = 'all' AND t.state IN ('pending', 'blocked'))""",
)

# The files that are due whether anything differs or not, and that nobody is at. ?1 JSON object site -> address, ?2 now, ?3 since when none
# went out, ?4 since when none was given up.
ENQUEUE_DUE = enqueue_select(
    target="f.platform",
    kind="'file'",
    subject="'all'",
    now="?2",
    source="""FROM site_files f JOIN json_each(?1) AS site ON site.key = f.platform AND site.value = f.address
WHERE f.delivered_at <= ?3 AND NOT EXISTS (SELECT 1 FROM sync_tasks t WHERE t.target = f.platform AND t.kind = 'file' AND t.subject_id = 'all'
  AND (t.state IN ('pending', 'running', 'blocked') OR (t.state = 'dead' AND t.updated_at > ?4)))""",
)

# A file with these cars (?4) is there: what the site should show of a car that has not changed since is done, and need not be looked at.
# ?1 site, ?2 address, ?3 now.
SHOWN = """
UPDATE sync_tasks SET state = 'done', done_rev = wanted_rev, attempts = 0, interrupted = 0, verdict = NULL, repeats = 0, failing_since = NULL,
  denied_at = NULL, error = NULL, exchange = NULL, outcome = 'In the last file.', discarded_at = NULL, deadline_at = NULL,
  done_at = ?3, next_attempt_at = ?3, wake_due_at = ?3, updated_at = ?3
WHERE target = ?1 AND kind = 'listing' AND state = 'pending' AND subject_id IN (
  SELECT v.id FROM json_each(?4) AS car JOIN vehicles v ON v.id = car.value ->> 0 AND v.version = car.value ->> 4
  WHERE EXISTS (SELECT 1 FROM listings l WHERE l.platform = ?1 AND l.vin = v.vin AND l.vehicle_id = v.id AND l.state = 'live' AND l.url = ?2)
    AND NOT EXISTS (SELECT 1 FROM listings l WHERE l.vehicle_id = v.id AND l.platform = ?1 AND l.vin <> v.vin
      AND (l.state <> 'absent' OR l.verify_after IS NOT NULL)))"""

# A file has gone out: the cars that waited for it need not wait any longer. ?1 site, ?2 now.
HASTEN = """
UPDATE sync_tasks SET next_attempt_at = ?2, wake_due_at = ?2
WHERE target = ?1 AND kind = 'listing' AND state = 'pending' AND next_attempt_at > ?2
RETURNING id"""

# What the next file waits for. ?1 site.
TROUBLE = """
SELECT error FROM sync_tasks WHERE target = ?1 AND kind = 'file' AND subject_id = 'all' AND state <> 'done'"""

# Every site that was brought a file, and where.
ALL = "SELECT platform, address FROM site_files"

# A site takes no files any more. ?1 site.
GIVE_UP = "DELETE FROM site_files WHERE platform = ?1"


@dataclass(frozen=True, slots=True)
class SiteFile:
    """The last file that a site was brought. `content_sha256` is `None` while it is not known what is there."""

    address: str
    content_sha256: str | None
    cars: int
    bytes: int
    delivered_at: str


Listed = tuple[str, str, int, str, int]
"""A car in a file: the vehicle, its VIN, its price in cents, the digest of its line, the version of the vehicle."""


async def read(database: Database, site: str) -> SiteFile | None:
    """The last file of a site; `None`: it was never brought one."""
    row = await database.first(READ, site)
    return (
        None
        if row is None
        else SiteFile(row["address"], row["content_sha256"], int(row["cars"]), int(row["bytes"]), row["delivered_at"])
    )


def begin(site: str, address: str, cars: list[Listed], now: str) -> list[Statement]:
    """A file with these cars is about to get its name."""
    return [statement(FORGET, site), *(statement(BEGIN, site, address, now, part) for part in _parts(cars))]


def settle(site: str, address: str, cars: list[Listed], now: str) -> list[Statement]:
    """A file with these cars, and no other, is what the site has."""
    vins = to_json([car[1] for car in cars]).decode()
    shown = [statement(sql, site, address, now, part) for part in _parts(cars) for sql in (LIVE, SHOWN)]
    return [statement(ABSENT, site, address, now, vins), *shown]


def delivered(site: str, file: SiteFile) -> Statement:
    """A file was brought, and read back."""
    return statement(DELIVERED, site, file.address, file.content_sha256, file.cars, file.bytes, file.delivered_at)


def enqueue(site: str, at: str) -> Statement:
    """Have a file go out at a time, if none is to."""
    return statement(ENQUEUE, at, site)


def enqueue_due(addresses: Mapping[str, str], now: str, last_before: str, given_up_before: str) -> Statement:
    """Have the files go out that are due once a day."""
    return statement(ENQUEUE_DUE, to_json(dict(addresses)).decode(), now, last_before, given_up_before)


def hasten(site: str, now: str) -> Statement:
    """Have the cars looked at that waited for a file."""
    return statement(HASTEN, site, now)


async def trouble(database: Database, site: str) -> str | None:
    """Why the next file did not go out yet; `None`: it was not tried."""
    row = await database.first(TROUBLE, site)
    return str(row["error"]) if row and row["error"] else None


async def addresses(database: Database) -> dict[str, str]:
    """Where each site was brought its last file."""
    return {str(row["platform"]): str(row["address"]) for row in await database.all(ALL)}


def give_up(site: str) -> Statement:
    """A site takes no files any more."""
    return statement(GIVE_UP, site)


def _parts(cars: list[Listed]) -> Iterable[str]:
    for first in range(0, len(cars), MOST):
        yield to_json(cars[first : first + MOST]).decode()
