"""Vehicles as the dealer sees and changes them."""

from __future__ import annotations

from typing import Any

from carlot.domain import photo
from carlot.domain.times import instant
from carlot.domain.vehicle_entry import NewVehicle, VehicleChange
from carlot.engine.enqueue import commit
from carlot.errors import Conflict, FieldError, NotFound, PreconditionFailed, UniqueViolation
from carlot.handlers.public import public_base
from carlot.handlers.queries import AdminQuery, read_search
from carlot.lot.sync_rules import edit_requests, enqueue_listings
from carlot.lot.vehicle_changes import changed_values, new_values
from carlot.platform.ports import Request, Response, Services
from carlot.store import vehicles
from carlot.web.parsing import read_json
from carlot.web.responses import empty, json_answer

_TRIES = 3


async def list_vehicles(request: Request, services: Services) -> Response:
    """One page of the lot, archived vehicles only when asked for."""
    found, total = await vehicles.search(services.database, read_search(request, AdminQuery))
    base = public_base(request, services)
    return json_answer({"vehicles": [_shown(vehicle, base) for vehicle in found], "total": total})


async def get_vehicle(request: Request, services: Services) -> Response:
    """One vehicle, with its version as the ETag."""
    return _answer(await _read(request, services), public_base(request, services))


async def create_vehicle(request: Request, services: Services) -> Response:
    """Add a vehicle by hand."""
    entry = await read_json(request, NewVehicle)
    given = entry.values()
    sold_on = await vehicles.sold_on(services.database, given["vin"])
    values = new_values(given, sold_on, public_base(request, services))
    vehicle_id = services.clock.token()
    try:
        added = vehicles.insert(vehicle_id, values, instant(services.clock.now()))
        await commit(services, [added], enqueue_listings(services, vehicle_id))
    except UniqueViolation as taken:
        raise _exists(taken) from taken
    created = await vehicles.read(services.database, vehicle_id)
    return _answer(created or {}, public_base(request, services), 201, {"location": f"/api/vehicles/{vehicle_id}"})


async def change_vehicle(request: Request, services: Services) -> Response:
    """Change any subset of the writable fields."""
    values = (await read_json(request, VehicleChange)).values()
    base = public_base(request, services)
    for _ in range(_TRIES):
        before = await _read(request, services)
        _require_version(request, before)
        changes = changed_values(before, dict(values), base)
        if not changes or await _write(services, before, changes):
            return _answer(await _read(request, services), base)
    raise Conflict("It is being changed by somebody else at the same time: try again.", code="busy")


async def delete_vehicle(request: Request, services: Services) -> Response:
    """Take a vehicle off the lot; its history is kept."""
    for _ in range(_TRIES):
        before = await _read(request, services)
        _require_version(request, before)
        if before["status"] == "sold":
            raise Conflict("A sold vehicle is kept. Void the sale first.", code="vehicle-sold")
        if before["status"] == "archived" or await _write(services, before, changed_values(before, {"status": "archived"}, "")):
            return empty(204)
    raise Conflict("It is being changed by somebody else at the same time: try again.", code="busy")


async def _read(request: Request, services: Services) -> dict[str, Any]:
    vehicle = await vehicles.read(services.database, request.params["id"])
    if vehicle is None:
        raise NotFound("There is no such vehicle.")
    return vehicle


async def _write(services: Services, before: dict[str, Any], changes: dict[str, Any]) -> bool:
    """Write the changes unless the vehicle has moved on since it was read."""
    now = instant(services.clock.now())
    change = vehicles.change(before["id"], before["version"], changes, now)
    try:
        # Raising a task for a change that turns out to come too late is harmless: it finds nothing to do.
        rows = await commit(services, [change], [*edit_requests(before, changes), *enqueue_listings(services, before["id"])])
    except UniqueViolation as taken:
        raise _exists(taken) from taken
    return bool(rows[0])


def _require_version(request: Request, vehicle: dict[str, Any]) -> None:
    """Honour `If-Match`. Source: RFC 9110, 13.1.1."""
    given = request.headers.get("if-match")
    if given is None or given.strip() == "*":
        return
    if f'"{vehicle["version"]}"' not in [tag.strip() for tag in given.split(",")]:
        raise PreconditionFailed("Somebody else changed this vehicle since you read it. Read it again, then repeat your change.")


def _exists(taken: UniqueViolation) -> Conflict:
    names = vehicles.wire_names(taken.columns.split(","))
    what = {"vin": "VIN", "stockNumber": "stock number"}.get(names[0], names[0])
    return Conflict(
        f"A vehicle with this {what} is on the lot already.",
        code="vehicle-exists",
        errors=[FieldError(names[0], "Taken.")],
    )


def _answer(vehicle: dict[str, Any], base: str, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return json_answer(_shown(vehicle, base), status, {"etag": f'"{vehicle["version"]}"', **(headers or {})})


def _shown(vehicle: dict[str, Any], base: str) -> dict[str, Any]:
    """A vehicle as the admin API shows it."""
    photos = photo.shown(vehicle["photos"], base)
    return {**vehicle, "photos": photos, "url": f"{base}/inventory.html?vehicle={vehicle['id']}"}
