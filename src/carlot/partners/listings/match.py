"""Making a listing site hold what it should of a car, and no more.

The truth is read under the lease; a row says that a call is about to be made before it is made; its outcome is settled with the
task. A car that must not be listed is removed and read back until it is gone. A call that was never answered may take effect
later, so the site is read back once more when that can no longer happen.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic_core import to_json

from carlot.domain.eligibility import addressed, obstacles
from carlot.domain.money import dollars
from carlot.domain.times import after, instant
from carlot.errors import Doubtful, NeedsDealer, NetworkFailure, PartnerError, Permanent, Retryable
from carlot.partners.listings import client
from carlot.partners.listings.by_file import match_by_file
from carlot.partners.listings.elsewhere import left_behind, stands
from carlot.partners.listings.site import Site
from carlot.partners.registry import SITES
from carlot.platform.ports import Services, Statement
from carlot.store import listings
from carlot.store.listings import Car, Held
from carlot.store.tasks import Lease, Outcome

LATE_S = 60.0
"""How long after it began a call that was never answered may still take effect at the site. Our own time-out is a third of it."""


@dataclass(frozen=True, slots=True)
class _Work:
    """One task's work: for which site, on which car, under which lease."""

    services: Services
    site: Site
    lease: Lease
    car: Car

    @property
    def now(self) -> str:
        return instant(self.services.clock.now())

    def url(self, vin: str) -> str:
        """The present address of this VIN's listing. What is held at another one is left to `elsewhere`."""
        return self.site.url(self.services.settings.value, vin)

    def begun(self, vin: str) -> str | None:
        """Until when an earlier call about this VIN may still take effect; `None`: there is none."""
        held = self.car.held.get(vin)
        return held.verify_after if held and held.verify_after and held.verify_after > self.now else None


async def match_site(services: Services, lease: Lease) -> Outcome:
    """Make one site match the truth about one car. What stands at another address than the site's is left to a task of its own.

    Raises: as `partners.http.send`, and `NeedsDealer` when the site is not configured; what must be removed is never refused for
    good.
    """
    site = SITES[lease.target]
    car = await listings.read(services.database, site.target, lease.subject_id)
    if car is None:
        return Outcome()
    if site.by_file(services.settings.value):
        return await match_by_file(services, lease, car)
    work = _Work(services, site, lease, car)
    wanted = None if obstacles(car.vehicle, site.required) else _content(work)
    vin = str(car.vehicle["vin"])
    configured = services.settings.configured(site.target)
    mine = [held for held in car.held.values() if held.vehicle_id == lease.subject_id]
    # A car that is to be listed takes its VIN over from another vehicle, whose listing must not be forgotten.
    known = mine if wanted is None else list(car.held.values())
    if old := [held for held in known if _is_elsewhere(work, held) and (configured or wanted is None)]:
        return left_behind(services, site.target, old)
    if not configured and wanted is None and all(held.state == "absent" for held in mine):
        return Outcome()
    if not configured:
        raise NeedsDealer(f"Not configured yet: set {' and '.join(services.settings.missing(site.target))}.")
    outcome: str | None = None
    writes: list[Statement] = []
    for held in mine:
        if (wanted is None or held.vin != vin) and (gone := await _take_off(work, held)):
            writes.append(gone)
            outcome = "Removed (confirmed)."
    if wanted is not None:
        shown, said = await _put_on(work, vin, wanted)
        writes += shown
        outcome = said or outcome
    return Outcome(tuple(writes), outcome)


def _is_elsewhere(work: _Work, held: Held) -> bool:
    """Whether a listing stands at an address that is not the one where the site's settings put it now."""
    if held.url is None or not stands(held):
        return False
    configured = work.services.settings.configured(work.site.target)
    return not configured or held.url != work.url(held.vin)


def refused(target: str, services: Services, vehicle_id: str, failure: Exception) -> Sequence[Statement]:
    """What follows when a site's task is given up."""
    return [listings.set_dead(target, vehicle_id, instant(services.clock.now()))]


def _content(work: _Work) -> dict[str, object] | None:
    """What the site is to be told of the car; `None`: not one of its photos has an address that others can reach."""
    photos = addressed(work.car.vehicle["photos"], work.services.settings.public_base_url or work.car.origin)
    return work.site.body(work.car.vehicle, photos) if photos else None


async def _put_on(work: _Work, vin: str, content: Mapping[str, object]) -> tuple[list[Statement], str | None]:
    """Make the site show the car; answer what is to be written, and what happened in plain words."""
    body = to_json(content)
    digest = hashlib.sha256(body).hexdigest()
    held = work.car.held.get(vin)
    if held and held.state == "live" and held.content_sha256 == digest and held.vehicle_id == work.lease.subject_id:
        if held.verify_after is None or held.verify_after > work.now:
            return [], None
        shown = await client.read_listing(work.services, work.site, vin, work.url(vin))
        if shown is not None and not _drifted(content, shown):
            return [listings.set_verified(work.site.target, vin, work.now)], "Checked: listing is correct."
    begun = work.begun(vin)
    await _begin(work, listings.begin_put(work.lease, vin, work.url(vin), work.car, _late(work), work.now))
    try:
        external_id = await client.put_listing(work.services, work.site, work.url(vin), body)
        if external_id is None:
            external_id = await _taken_after_all(work, vin, content)
    except PartnerError as failure:
        await _note_answer(work, vin, begun, failure)
        raise
    price = dollars(int(work.car.price_cents or 0))
    return [listings.set_live(work.site.target, vin, digest, external_id, begun, work.now)], f"Listed at {price}."


async def _taken_after_all(work: _Work, vin: str, content: Mapping[str, object]) -> str | None:
    """A site's success without an id, such as a page in the place of an answer: what it shows counts. Answer the id it shows.

    Raises: as `client.read_listing`; `Doubtful` when it does not show the car as it was told.
    """
    shown = await client.read_listing(work.services, work.site, vin, work.url(vin))
    if shown is None or _drifted(content, shown):
        raise Doubtful(f"{work.site.name} accepted the listing but does not show it correctly.")
    return str(shown["id"])[:200] if shown.get("id") else None


async def _take_off(work: _Work, held: Held) -> Statement | None:
    """Make the site not show the car; answer what is to be written, `None`: nothing, it is known to be gone.

    Raises: as `partners.http.send`, but never `Permanent` or `Doubtful`: what must go is asked for until it is gone.
    """
    try:
        return await _removed(work, held)
    except (Permanent, Doubtful) as failure:
        raise Retryable(str(failure)) from failure


async def _removed(work: _Work, held: Held) -> Statement | None:
    site, begun = work.site, work.begun(held.vin)
    if held.state == "absent":
        if held.verify_after is None or begun:
            return None
        if await client.read_listing(work.services, site, held.vin, work.url(held.vin)) is None:
            return listings.set_absent(site.target, held.vin, None, work.now)
    await _begin(work, listings.begin_removal(work.lease, held.vin, _late(work), work.now))
    try:
        await client.remove_listing(work.services, site, work.url(held.vin))
        shown = await client.read_listing(work.services, site, held.vin, work.url(held.vin))
    except PartnerError as failure:
        await _note_answer(work, held.vin, begun, failure)
        raise
    if shown is not None:
        await work.services.database.batch([listings.answered(work.lease, held.vin, begun)])
        raise Retryable(f"{site.name} still lists it after being told to remove it.")
    return listings.set_absent(site.target, held.vin, begun, work.now)


async def _begin(work: _Work, begin: Statement) -> None:
    """Write down that a call is about to be made. Raises: `Retryable` when it may not be."""
    rows = await work.services.database.batch([begin])
    if not rows[0]:
        raise Retryable("The vehicle changed at the same moment. It is checked again.")


async def _note_answer(work: _Work, vin: str, begun: str | None, failure: PartnerError) -> None:
    """A call that was answered, or never made, has no late effect; one that was not answered may have."""
    if not isinstance(failure.__cause__, NetworkFailure):
        await work.services.database.batch([listings.answered(work.lease, vin, begun)])


def _late(work: _Work) -> str:
    return after(work.services.clock.now(), LATE_S)


def _drifted(content: Mapping[str, object], shown: Mapping[str, Any]) -> bool:
    """Whether the site shows anything else than what it was told, as far as it shows it under the same names."""
    return any(name in shown and shown[name] != told for name, told in content.items())
