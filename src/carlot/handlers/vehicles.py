"""Vehicles as the dealer sees and changes them."""

from __future__ import annotations

from typing import Any

from pydantic_core import from_json

from carlot.domain import photo
from carlot.domain.fault_words import field_words
from carlot.domain.prices import reduced_since
from carlot.domain.times import instant
from carlot.domain.vehicle_entry import NewVehicle, VehicleChange
from carlot.engine.enqueue import commit
from carlot.errors import Conflict, FieldError, NotFound, PreconditionFailed, UniqueViolation
from carlot.handlers.listings import asked_of, in_words
from carlot.handlers.public import public_base
from carlot.handlers.queries import AdminQuery, read_search
from carlot.lot.sync_rules import cost_requests, edit_requests, enqueue_listings
from carlot.lot.vehicle_changes import changed_values, new_values
from carlot.platform.ports import Request, Response, Services
from carlot.store import vehicles
from carlot.store.idempotency_keys import Try
from carlot.store.tasks import Enqueue
from carlot.web.idempotency import made, once
from carlot.web.parsing import read_json
from carlot.web.responses import empty, json_answer

_TRIES = 3


async def list_vehicles(request: Request, services: Services) -> Response:
    """One page of the lot with how each vehicle stands, archived vehicles only when asked for."""
    wanted = read_search(request, AdminQuery)
    now = services.clock.now()
    today = services.clock.local(now, services.settings.dealer_timezone).date().isoformat()
    sites = asked_of(wanted, services)
    found, total = await vehicles.search(services.database, wanted, sites, today, reduced_since(now))
    base = public_base(request, services)
    return json_answer({"vehicles": [_listed(services, vehicle, base) for vehicle in found], "total": total})


async def get_vehicle(request: Request, services: Services) -> Response:
    """One vehicle, with its version as the ETag."""
    return _answer(await _read(request, services), public_base(request, services))


async def create_vehicle(request: Request, services: Services) -> Response:
    """Add a vehicle by hand."""
    entry = await read_json(request, NewVehicle)
    base = public_base(request, services)
    created = from_json(await once(request, services, entry, lambda attempt: _add(services, entry, base, attempt)))
    return _answer(created, base, 201, {"location": f"/api/vehicles/{created['id']}"})


async def change_vehicle(request: Request, services: Services) -> Response:
    """Change any subset of the writable fields."""
    values = (await read_json(request, VehicleChange)).values()
    base = public_base(request, services)
    for _ in range(_TRIES):
        before = await _read(request, services)
        _require_version(request, before)
        changes = changed_values(before, dict(values), base)
        if not changes:
            return _answer(before, base)
        if (changed := await _write(services, before, changes)) is not None:
            return _answer(changed, base)
    raise Conflict("Someone else is changing this at the same time. Try again.", code="busy")


async def delete_vehicle(request: Request, services: Services) -> Response:
    """Take a vehicle off the lot and keep its history."""
    for _ in range(_TRIES):
        before = await _read(request, services)
        _require_version(request, before)
        if before["status"] == "sold":
            raise Conflict("A sold vehicle cannot be deleted. Void the sale first.", code="vehicle-sold")
        if before["status"] == "archived":
            return empty(204)
        if await _write(services, before, changed_values(before, {"status": "archived"}, "")) is not None:
            return empty(204)
    raise Conflict("Someone else is changing this at the same time. Try again.", code="busy")


async def _add(services: Services, entry: NewVehicle, base: str, attempt: Try | None) -> str:
    given = entry.values()
    values = new_values(given, await vehicles.sold_on(services.database, given["vin"], given.get("stockNumber")), base)
    vehicle_id = services.clock.token()
    added = vehicles.insert(vehicle_id, values, instant(services.clock.now()))
    requests: list[Enqueue] = [*enqueue_listings(services, vehicle_id), *cost_requests(services, vehicle_id)]
    try:
        return made(await commit(services, [added, vehicles.shown(vehicle_id, attempt)], requests))
    except UniqueViolation as taken:
        raise await exists_already(services, taken, values) from taken


async def _read(request: Request, services: Services) -> dict[str, Any]:
    vehicle = await vehicles.read(services.database, request.params["id"])
    if vehicle is None:
        raise NotFound("There is no such vehicle.")
    return vehicle


async def _write(services: Services, before: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any] | None:
    """Write the changes; return the vehicle as it is then. `None`: it has changed since it was read, and nothing was written."""
    now = instant(services.clock.now())
    change = vehicles.change(before["id"], before["version"], changes, now)
    costs = cost_requests(services, before["id"]) if {"purchasePrice", "purchaseDate"} & set(changes) else []
    requests: list[Enqueue] = [*edit_requests(services, before, changes), *enqueue_listings(services, before["id"]), *costs]
    try:
        # A task for a change that comes too late is harmless: it finds nothing to do.
        rows = await commit(services, [change, vehicles.shown(before["id"], None)], requests)
    except UniqueViolation as taken:
        raise await exists_already(services, taken, changes) from taken
    return vehicles.as_read(rows[1][0]) if rows[0] else None


def _require_version(request: Request, vehicle: dict[str, Any]) -> None:
    """Honour `If-Match`. Source: RFC 9110, 13.1.1."""
    given = request.headers.get("if-match")
    if given is None or given.strip() == "*":
        return
    if f'"{vehicle["version"]}"' not in [tag.strip() for tag in given.split(",")]:
        raise PreconditionFailed("Someone else changed this vehicle since you opened it. Load it again, then repeat your change.")


async def exists_already(services: Services, taken: UniqueViolation, values: dict[str, Any]) -> Conflict:
    """Return the refusal of a vehicle whose VIN or stock number is on the lot already, with the name of the one that has it."""
    name = vehicles.wire_names(taken.columns.split(","))[0]
    other = await vehicles.on_lot(services.database, **{name: values.get(name)})
    message = f"This {field_words(name)} is already in your inventory{f': {other}' if other else ''}."
    return Conflict(message, code="vehicle-exists", errors=[FieldError(name, message)])


async def answer_vehicle(services: Services, vehicle_id: str, base: str) -> Response:
    """Return the answer to a request that has added a vehicle."""
    vehicle = await vehicles.read(services.database, vehicle_id)
    return _answer(vehicle or {}, base, 201, {"location": f"/api/vehicles/{vehicle_id}"})


def _answer(vehicle: dict[str, Any], base: str, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return json_answer(_shown(vehicle, base), status, {"etag": f'"{vehicle["version"]}"', **(headers or {})})


def _listed(services: Services, vehicle: dict[str, Any], base: str) -> dict[str, Any]:
    """A vehicle as the list shows it."""
    return {**_shown(vehicle, base), "listings": in_words(services, vehicle, vehicle["listings"])}


def _shown(vehicle: dict[str, Any], base: str) -> dict[str, Any]:
    """A vehicle as the admin API shows it."""
    photos = photo.shown(vehicle["photos"], base)
    return {**vehicle, "photos": photos, "url": f"{base}/inventory.html?vehicle={vehicle['id']}"}
