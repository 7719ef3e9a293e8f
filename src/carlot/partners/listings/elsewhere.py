"""Removing what a site was sent under an address that is no longer ours: another dealer id, another base, no settings at all.

Each is a task of its own, so that an old address that refuses us holds up neither the car at the present one nor the partner. A
file at an old address is removed by the dealer: its password went with its address.
"""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from carlot.domain.deadlines import SOLD_CAR_REMOVED
from carlot.domain.times import instant, parse_instant
from carlot.errors import AuthExpired, Permanent, Retryable, Throttled
from carlot.partners.listings import client
from carlot.partners.listings.site import Site
from carlot.partners.registry import SITES
from carlot.platform.ports import Services, Statement
from carlot.store import listings, old_listings
from carlot.store.listings import Held
from carlot.store.old_listings import OldListing
from carlot.store.tasks import Lease, Outcome, TaskRequest


def stands(held: Held) -> bool:
    """Whether a listing may be where it was put."""
    return held.state != "absent" or held.verify_after is not None


def left_behind(services: Services, target: str, old: Sequence[Held]) -> Outcome:
    """Each is removed where it stands by a task of its own; the car's own task goes on at once as if it were not there.

    What stands in a file that we cannot write any more is told of once for all its cars (`tell_of_old_file`).
    """
    now = services.clock.now()
    writes: list[Statement] = []
    removals: list[TaskRequest] = []
    by = instant(now + SOLD_CAR_REMOVED)
    for held in old:
        if held.url and urlsplit(held.url).scheme in ("ftp", "ftps"):
            writes.append(old_listings.forget(target, held.vin, instant(now)))
            continue
        listing_id = services.clock.token()
        writes += old_listings.leave(listing_id, target, held.vin, instant(now))
        removals.append(TaskRequest(target, "old_listing", listing_id, held.vehicle_id, by))
    return Outcome(tuple(writes), "Listed at an old address, and being removed there.", more=True, enqueue=tuple(removals))


async def tell_of_old_file(services: Services, lease: Lease) -> Outcome:
    """A file stands at an address that is no longer a site's. Raises: `Permanent` with what the dealer is to do."""
    site = SITES[lease.target]
    if lease.subject_id == services.settings.value(site.file_setting):
        return Outcome()
    raise Permanent(
        f"{site.name} may still read the file at {lease.subject_id}, with cars in it that are sold. Have the file deleted "
        f"there, or ask {site.name} to stop reading it, and discard this."
    )


async def remove_old_listing(services: Services, lease: Lease) -> Outcome:
    """Remove a listing where it was put, and see that it is gone.

    Raises: as `partners.http.send`; `Permanent` with what the dealer is to do when the old address does not let us in.
    """
    site = SITES[lease.target]
    old = await old_listings.read(services.database, lease.subject_id)
    if old is None:
        return Outcome()
    now = services.clock.now()
    if old.not_before and old.not_before > instant(now):
        raise Throttled("An earlier call may still take effect there.", (parse_instant(old.not_before) - now).total_seconds())
    if lacking := site.lacks_credentials(services.settings.value):
        raise Permanent(_by_hand(site, old, f"Set {' and '.join(lacking)} again and retry, or remove"))
    try:
        await client.remove_listing(services, site, old.url)
        shown = await client.read_listing(services, site, old.vin, old.url)
    except (AuthExpired, Permanent) as refused:
        raise Permanent(_by_hand(site, old, f"{refused} Remove")) from refused
    if shown is not None:
        raise Retryable(f"{site.name} still lists it after being told to remove it.")
    # The old address may lead to the present listing, which is then gone too: it is looked at again.
    looked_at = listings.check_again_at(old.vehicle_id, instant(now))
    again = TaskRequest(lease.target, "listing", old.vehicle_id, old.vehicle_id)
    follow = (again,) if services.settings.configured(lease.target) else ()
    return Outcome((old_listings.gone(lease.subject_id), looked_at), "Removed at the old address.", enqueue=follow)


def _by_hand(site: Site, old: OldListing, what: str) -> str:
    where = urlsplit(old.url)
    return f"{site.name} may still show {old.vin} at {where.netloc}{where.path}. {what} it there by hand and discard this."
