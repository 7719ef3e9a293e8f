"""A car on the listing sites: publish it, and why it is not there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from carlot.domain.api_model import WireModel
from carlot.domain.eligibility import missing, obstacles, off_market
from carlot.domain.entries import Id
from carlot.domain.times import instant
from carlot.engine.enqueue import commit
from carlot.errors import Conflict, FieldError, Invalid, NotFound
from carlot.lot.sync_rules import enqueue_listings
from carlot.partners.listings.site import Site
from carlot.partners.registry import SITES
from carlot.platform.ports import Request, Response, Row, Services
from carlot.store import listings, partner_calls, vehicles
from carlot.web import rate_limit
from carlot.web.parsing import read_json
from carlot.web.responses import json_answer

_WAITING = frozenset({"pending", "running", "blocked"})


class PublishEntry(WireModel):
    """Which car is to be published."""

    vehicle_id: Id


async def publish_listing(request: Request, services: Services) -> Response:
    """Bring every site in step with a car now, whether or not anything has changed."""
    vehicle_id = (await read_json(request, PublishEntry)).vehicle_id
    vehicle = await _read(services, vehicle_id)
    if reason := off_market(vehicle):
        raise Conflict(reason, code="vehicle-sold" if vehicle["status"] == "sold" else "not-publishable")
    if lacks := missing(vehicle):
        raise Invalid(" ".join(lack.message for lack in lacks), errors=[FieldError(*lack) for lack in lacks])
    await rate_limit.spend(services, rate_limit.PUBLISH)
    configured = [site for site in SITES.values() if services.settings.configured(site.target)]
    # Who presses the button has perhaps just put a site's credentials right, and wants to know that the car is really there.
    now = instant(services.clock.now())
    acted = [partner_calls.unblock(site.target, now) for site in configured]
    changes = [*acted, listings.check_again_at(vehicle_id, now)]
    await commit(services, changes, enqueue_listings(services, vehicle_id))
    queued = {site.wire: "queued" if site in configured else "not_configured" for site in SITES.values()}
    return json_answer({"vehicleId": vehicle_id, "platforms": queued}, 202)


async def list_vehicle_listings(request: Request, services: Services) -> Response:
    """What each site holds of a car, and why it does not show it."""
    vehicle = await _read(services, request.params["id"])
    standings = {str(row["platform"]): row for row in await listings.standings(services.database, vehicle["id"], list(SITES))}
    shown = {site.wire: _standing(services, site, vehicle, standings[target]) for target, site in SITES.items()}
    return json_answer({"listings": shown})


def _standing(services: Services, site: Site, vehicle: Mapping[str, Any], row: Row) -> dict[str, object]:
    lacking = services.settings.missing(site.target)
    reasons = [f"{site.name} is not configured: set {' and '.join(lacking)}."] if lacking else []
    reasons += obstacles(vehicle, site.required)
    if row["error"] and not (lacking and row["task"] == "blocked"):
        reasons.append(str(row["error"]))
    return {
        "configured": not lacking,
        "state": row["state"] or ("dead" if row["task"] == "dead" else "pending" if row["task"] in _WAITING else "absent"),
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
