"""Trade-ins: the car that a customer gave in part payment comes onto the lot."""

from __future__ import annotations

from carlot.domain.times import instant
from carlot.domain.vehicle_entry import NewVehicle
from carlot.engine.enqueue import commit
from carlot.errors import Conflict, NotFound, UniqueViolation
from carlot.handlers.public import public_base
from carlot.handlers.vehicles import answer_vehicle, exists_already
from carlot.lot.sync_rules import cost_requests, enqueue_listings
from carlot.lot.vehicle_changes import new_values
from carlot.platform.ports import Request, Response, Services
from carlot.store import sales, trade_ins, vehicles
from carlot.store.tasks import Enqueue
from carlot.web.parsing import read_json


async def take_in(request: Request, services: Services) -> Response:
    """Add the car of a sale's trade-in to the lot. Without a purchase price it is worth what it was taken for on the invoice."""
    entry, base = await read_json(request, NewVehicle), public_base(request, services)
    sale_id = request.params["id"]
    if await sales.read(services.database, sale_id) is None:
        raise NotFound("There is no such sale.")
    traded = await trade_ins.next_line(services.database, sale_id)
    if traded is None:
        raise Conflict("This sale has no trade-in that is not in inventory yet.", code="no-trade-in")
    told = {name: value for name, value in entry.values().items() if value is not None}
    given = {"purchasePrice": int(traded["allowance_cents"]), "purchaseDate": traded["sale_date"], **told}
    values = new_values(given, await vehicles.sold_on(services.database, given["vin"], given.get("stockNumber")), base)
    vehicle_id = services.clock.token()
    added = vehicles.insert(vehicle_id, values, instant(services.clock.now()))
    requests: list[Enqueue] = [*enqueue_listings(services, vehicle_id), *cost_requests(services, vehicle_id)]
    try:
        await commit(services, [added, trade_ins.insert(vehicle_id, sale_id, int(traded["line"]))], requests)
    except UniqueViolation as taken:
        raise await exists_already(services, taken, values) from taken
    return await answer_vehicle(services, vehicle_id, base)
