"""The old_listings table: what was put under an address that is no longer the site's, and is to be removed there."""

from __future__ import annotations

from dataclasses import dataclass

from carlot.platform.ports import Database, Statement, statement

# A listing is left behind at its address: it is to be removed there, whatever becomes of the car. ?1 id, ?2 site, ?3 VIN, ?4 now.
LEAVE = """
INSERT INTO old_listings (id, platform, vin, vehicle_id, url, not_before, created_at)
SELECT ?1, platform, vin, vehicle_id, url, verify_after, ?4 FROM listings WHERE platform = ?2 AND vin = ?3 AND url IS NOT NULL"""

# The site holds nothing of it under its present address.
FORGET = """
UPDATE listings SET state = 'absent', content_sha256 = NULL, external_id = NULL, verify_after = NULL, url = NULL, updated_at = ?3
WHERE platform = ?1 AND vin = ?2"""

READ = "SELECT vin, vehicle_id, url, not_before FROM old_listings WHERE id = ?1"

# It is gone there.
GONE = "DELETE FROM old_listings WHERE id = ?1"


@dataclass(frozen=True, slots=True)
class OldListing:
    """What was left behind. `not_before`: until then an earlier call may still take effect there."""

    vin: str
    vehicle_id: str
    url: str
    not_before: str | None


def leave(listing_id: str, site: str, vin: str, now: str) -> list[Statement]:
    """Leave a listing behind at its address, under an id, so that the car can be listed at the present one."""
    return [statement(LEAVE, listing_id, site, vin, now), forget(site, vin, now)]


def forget(site: str, vin: str, now: str) -> Statement:
    """The site holds nothing of it under its present address."""
    return statement(FORGET, site, vin, now)


async def read(database: Database, listing_id: str) -> OldListing | None:
    """What was left behind; `None`: it is gone."""
    row = await database.first(READ, listing_id)
    return None if row is None else OldListing(row["vin"], row["vehicle_id"], row["url"], row["not_before"])


def gone(listing_id: str) -> Statement:
    """It is gone at its old address."""
    return statement(GONE, listing_id)
