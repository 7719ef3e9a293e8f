"""A car on the listing sites: publish it, and show why it is not listed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from carlot.domain.api_model import WireModel
from carlot.domain.eligibility import NEEDED, missing, obstacles, off_market
from carlot.domain.entries import Id
from carlot.domain.search import Search
from carlot.domain.standing import STATES, State, facts_of, keys_of, reason_of, state_of
from carlot.domain.times import instant
from carlot.engine.enqueue import commit
from carlot.errors import Conflict, FieldError, Invalid, NotFound
from carlot.lot.sync_rules import enqueue_listings
from carlot.partners.listings.site import Site
from carlot.partners.registry import SITES
from carlot.platform.ports import Request, Response, Row, Services
from carlot.store import listings, partner_calls, standings, vehicles
from carlot.store.standings import SiteAsked
from carlot.web import rate_limit
from carlot.web.parsing import read_json
from carlot.web.responses import json_answer

_WAITING = frozenset({"pending", "running", "blocked"})


class PublishEntry(WireModel):
    """The car to publish."""

    vehicle_id: Id


async def publish_listing(request: Request, services: Services) -> Response:
    """Sync every site with a car now, even if nothing has changed."""
    vehicle_id = (await read_json(request, PublishEntry)).vehicle_id
    vehicle = await _read(services, vehicle_id)
    if reason := off_market(vehicle):
        raise Conflict(reason, code="vehicle-sold" if vehicle["status"] == "sold" else "not-publishable")
    if lacks := missing(vehicle):
        raise Invalid(" ".join(lack.message for lack in lacks), errors=[FieldError(*lack) for lack in lacks])
    await rate_limit.spend(services, rate_limit.PUBLISH)
    configured = [site for site in SITES.values() if services.settings.configured(site.target)]
    # The dealer may have just corrected a site's credentials, and wants to see the car there.
    now = instant(services.clock.now())
    acted = [partner_calls.unblock(site.target, now) for site in configured]
    changes = [*acted, listings.check_again_at(vehicle_id, now)]
    await commit(services, changes, enqueue_listings(services, vehicle_id))
    queued = {site.wire: "queued" if site in configured else "not_configured" for site in SITES.values()}
    return json_answer({"vehicleId": vehicle_id, "platforms": queued}, 202)


async def list_vehicle_listings(request: Request, services: Services) -> Response:
    """Each site's listing of a car, and the reasons why it is not listed."""
    vehicle = await _read(services, request.params["id"])
    found = await standings.of_vehicle(services.database, vehicle["id"], asked_of())
    by_site = {str(row["platform"]): row for row in found}
    shown = {site.wire: _shown(services, site, vehicle, by_site[target]) for target, site in SITES.items()}
    return json_answer({"listings": shown})


def asked_of(wanted: Search | None = None, services: Services | None = None) -> list[SiteAsked]:
    """Return every site, with the keys that a search asks for."""
    return [_asked(site, wanted, services) for site in SITES.values()]


def in_words(services: Services, vehicle: Mapping[str, Any], found: Sequence[Sequence[Any]]) -> dict[str, dict[str, str | None]]:
    """Return how a car (by wire names) stands with each site, from what the database `found`: site, key and error of each."""
    return {SITES[target].wire: _standing(services, SITES[target], vehicle, key, error) for target, key, error in found}


def counted(services: Services, found: Iterable[tuple[str, str, int]]) -> dict[str, dict[State, int]]:
    """Return how many cars stand how with each site, by target, from what the database `found`: site, key and cars of each."""
    counts: dict[str, dict[State, int]] = {target: dict.fromkeys(STATES, 0) for target in SITES}
    for target, key, cars in found:
        counts[target][state_of(facts_of(key), configured=services.settings.configured(target))] += cars
    return counts


def _asked(site: Site, wanted: Search | None, services: Services | None) -> SiteAsked:
    needs = [name for name in site.required if name not in NEEDED]
    if services is None or wanted is None or wanted.listing is None or wanted.site not in (None, site.wire):
        return SiteAsked(site.target, needs)
    return SiteAsked(site.target, needs, keys_of(wanted.listing, configured=services.settings.configured(site.target)))


def _standing(services: Services, site: Site, vehicle: Mapping[str, Any], key: str, error: str | None) -> dict[str, str | None]:
    facts = facts_of(key)
    state = state_of(facts, configured=services.settings.configured(site.target))
    return {"state": state, "reason": reason_of(state, facts, vehicle, site=site.name, required=site.required, error=error)}


def _shown(services: Services, site: Site, vehicle: Mapping[str, Any], row: Row) -> dict[str, object]:
    lacking = services.settings.missing(site.target)
    reasons = [f"{site.name} is not configured: set {' and '.join(lacking)}."] if lacking else []
    reasons += obstacles(vehicle, site.required)
    if row["error"] and not (lacking and row["task"] == "blocked"):
        reasons.append(str(row["error"]))
    return {
        "configured": not lacking,
        "state": row["state"] or ("dead" if row["task"] == "dead" else "pending" if row["task"] in _WAITING else "absent"),
        "standing": _standing(services, site, vehicle, row["key"], row["error"]),
        "reasons": reasons,
        "price": None if row["price_cents"] is None else row["price_cents"] / 100,
        "listingId": row["external_id"],
        "updatedAt": row["updated_at"],
        "verifiedAt": row["verified_at"],
        "removeBy": row["deadline_at"],
    }


async def _read(services: Services, vehicle_id: str) -> dict[str, Any]:
    vehicle = await vehicles.read(services.database, vehicle_id)
    if vehicle is None:
        raise NotFound("There is no such vehicle.")
    return vehicle
