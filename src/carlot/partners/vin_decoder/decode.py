"""Asking the VIN decoder: each VIN once, what it says is kept for good, and no failure of it is anybody's problem."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from carlot.domain.times import instant
from carlot.errors import PartnerError, Retryable, Throttled
from carlot.lot.sync_rules import enqueue_listings
from carlot.partners.vin_decoder.client import MOST, decode_vins
from carlot.platform.ports import Services
from carlot.store import vin_decodes
from carlot.store.tasks import Lease, Outcome
from carlot.store.vin_decodes import Known

MOST_TRIES = 8
"""So often a VIN is tried; after that it waits until somebody asks about it again."""

_NOTHING = Outcome(summary="The VIN decoder knows nothing about it.")


async def run(services: Services, lease: Lease) -> Outcome:
    """Decode one VIN, or fill the empty fields of one car. Raises: as `run_batch` returns."""
    result = (await run_batch(services, [lease]))[lease.id]
    if isinstance(result, Exception):
        raise result
    return result


async def run_batch(services: Services, leases: Sequence[Lease]) -> Mapping[str, Outcome | Exception]:
    """Decode VINs, or fill the empty fields of cars, with one call for what is not known yet.

    Each result is `Retryable` or `Throttled` while the decoder does not answer; any other failure is none of the dealer's
    concern, and means that nothing is offered.
    """
    if not services.settings.configured(vin_decodes.TARGET):
        return {lease.id: Outcome() for lease in leases}
    fills = leases[0].kind == vin_decodes.FILL
    subjects = [lease.subject_id for lease in leases]
    vins = await vin_decodes.vins_of(services.database, subjects) if fills else {vin: vin for vin in subjects}
    known = await vin_decodes.read(services.database, set(vins.values()))
    unknown = sorted(set(vins.values()) - known.keys())[:MOST]
    failure: PartnerError | None = None
    if unknown:
        try:
            answers = await decode_vins(services.http, services.settings, services.clock.now(), unknown)
            known |= {vin: Known(*answers[vin]) for vin in unknown if vin in answers}
        except PartnerError as refused:
            failure = refused
    return {lease.id: _result(services, lease, vins.get(lease.subject_id), known, failure) for lease in leases}


def _result(
    services: Services, lease: Lease, vin: str | None, known: Mapping[str, Known], failure: PartnerError | None
) -> Outcome | Exception:
    """What one task comes to; `vin` is `None` for a car that has left the lot or has no valid VIN."""
    if vin is None:
        return Outcome()
    if vin not in known:
        passing = isinstance(failure, Throttled) or (isinstance(failure, Retryable) and lease.attempts < MOST_TRIES)
        return failure if failure and passing else _NOTHING
    now = instant(services.clock.now())
    said = known[vin]
    kept = vin_decodes.keep(vin, said, now)
    if lease.kind == vin_decodes.DECODE:
        return Outcome((kept,), "Decoded.")
    filled = vin_decodes.fill(lease.subject_id, vin, said.suggestions, now)
    return Outcome((kept, filled), "Decoded.", enqueue=tuple(enqueue_listings(services, lease.subject_id)))
