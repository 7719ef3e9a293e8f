"""Sales: sell a vehicle, and void a sale."""

from __future__ import annotations

from carlot.domain.entries import CustomerEntry, SaleEntry, document_number
from carlot.domain.money import cents
from carlot.domain.times import instant
from carlot.engine.enqueue import commit
from carlot.errors import Conflict, ConstraintViolation, NotFound, UniqueViolation
from carlot.handlers.queries import ListQuery
from carlot.lot.sync_rules import edit_requests, enqueue_listings, sale_requests
from carlot.platform.ports import Request, Response, Services, Statement
from carlot.store import customers, sales, vehicles
from carlot.store.sales import NewSale
from carlot.web.parsing import read_json, read_query
from carlot.web.responses import json_answer


async def list_sales(request: Request, services: Services) -> Response:
    """A page of sales, newest first, voided ones included."""
    query = read_query(request, ListQuery)
    found, total = await sales.page(services.database, query.vehicle_id, query.limit, query.offset)
    return json_answer({"sales": found, "total": total})


async def get_sale(request: Request, services: Services) -> Response:
    """One sale."""
    return json_answer(await _show(services, request.params["id"]))


async def create_sale(request: Request, services: Services) -> Response:
    """Sell a vehicle and notify its partners."""
    entry = await read_json(request, SaleEntry)
    vehicle = await vehicles.read(services.database, entry.vehicle_id)
    if vehicle is None:
        raise NotFound("There is no such vehicle.")
    clock = services.clock
    now = clock.now()
    customer_id, added = await _customer(services, entry.customer)
    price = cents(entry.sale_price)
    token = clock.token()
    sale = NewSale(
        token,
        entry.vehicle_id,
        price,
        entry.sale_date.isoformat(),
        customer_id,
        "carlot",
        document_number("S", token),
        clock.token(),
    )
    try:
        sold = [*added, *sales.insert(sale, instant(now))]
        await commit(services, sold, [*sale_requests(sale.id, vehicle, now), *enqueue_listings(services, entry.vehicle_id)])
    except UniqueViolation as taken:
        raise Conflict("This vehicle is sold already.", code="already-sold") from taken
    except ConstraintViolation as refused:
        raise Conflict("This vehicle is no longer on the lot.", code="not-on-lot") from refused
    return json_answer(await _show(services, sale.id), 201, {"location": f"/api/sales/{sale.id}"})


async def void_sale(request: Request, services: Services) -> Response:
    """Void a sale: the car is on the lot again, and its partners are notified. Voiding it again changes nothing."""
    sale = await _show(services, request.params["id"])
    if sale["state"] != "voided":
        now = services.clock.now()
        vehicle = await vehicles.read(services.database, str(sale["vehicleId"]))
        undone = sales.void(str(sale["id"]), instant(now))
        # Edits made while the car was sold have not been sent to the DMS.
        edits = edit_requests(vehicle, vehicle["editedFields"]) if vehicle else []
        requests = [*sale_requests(str(sale["id"]), vehicle or {}, now), *edits]
        try:
            await commit(services, undone, [*requests, *enqueue_listings(services, str(sale["vehicleId"]))])
        except UniqueViolation as taken:
            raise Conflict("The same car is on the lot again as another vehicle.", code="vehicle-exists") from taken
    return json_answer(await _show(services, str(sale["id"])))


async def _customer(services: Services, entry: CustomerEntry | None) -> tuple[str | None, list[Statement]]:
    """Return the customer of a sale, and the statement that adds a new one."""
    if entry is None:
        return None, []
    known = await customers.find(services.database, entry.name, entry.email, entry.phone)
    if known is not None:
        return known, []
    customer_id = services.clock.token()
    now = instant(services.clock.now())
    return customer_id, [customers.insert(customer_id, entry.name, entry.email, entry.phone, now)]


async def _show(services: Services, sale_id: str) -> dict[str, object]:
    sale = await sales.show(services.database, sale_id)
    if sale is None:
        raise NotFound("There is no such sale.")
    return sale
