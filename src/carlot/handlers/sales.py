"""Sales: sell a vehicle, and void a sale."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from decimal import Decimal

from pydantic_core import from_json

from carlot.domain.entries import SaleChange, SaleEntry
from carlot.domain.money import cents
from carlot.domain.sale_lines import stored_lines
from carlot.engine.coalescing import CoalescingDatabase
from carlot.engine.enqueue import commit
from carlot.errors import Conflict, ConstraintViolation, NotFound, UniqueViolation
from carlot.handlers.queries import ListQuery
from carlot.lot.sale_changes import correct_sale, customer_of, make_sale, undo_sale
from carlot.lot.sale_checks import check_lines
from carlot.lot.sale_dates import check_sale_date
from carlot.platform.ports import Request, Response, Services
from carlot.store import sales, vehicles
from carlot.store.idempotency_keys import Try
from carlot.store.sales import Terms
from carlot.web.idempotency import made, once
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
    """Sell a vehicle and notify its partners. Of a car that the DMS has sold for an unknown price, this is the sale."""
    entry = await read_json(request, SaleEntry)
    check_sale_date(services, entry.sale_date)
    sale = await once(request, services, entry, lambda attempt: _sell(services, entry, attempt))
    return json_answer(sale, 201, {"location": f"/api/sales/{from_json(sale)['id']}"})


async def change_sale(request: Request, services: Services) -> Response:
    """Correct a sale; its invoice follows. When money was paid on it, the sale stays as it is, and a question is asked."""
    entry = await read_json(request, SaleChange)
    check_sale_date(services, entry.sale_date)
    sale = await sales.read(services.database, request.params["id"])
    if sale is None:
        raise NotFound("There is no such sale.")
    given = entry.model_fields_set
    price = sale.price_cents if entry.sale_price is None else cents(entry.sale_price)
    if sale.is_void:
        raise Conflict("This sale is voided.", code="sale-voided")
    if price is None:
        raise Conflict("The price of this sale is not known yet: give the salePrice.", code="price-unknown")
    customer_id, added = await customer_of(services, entry.customer) if "customer" in given else (sale.customer_id, [])
    day = sale.sale_date if entry.sale_date is None else entry.sale_date.isoformat()
    if entry.lines is not None:
        check_lines(services.settings, entry.lines, Decimal(price) / 100)
    lines = sale.lines if entry.lines is None else stored_lines(entry.lines)
    corrected = await correct_sale(services, sale, Terms(price, day, customer_id, lines))
    await commit(services, [*added, *corrected.changes], corrected.enqueue)
    return json_answer(await _show(services, sale.id))


async def void_sale(request: Request, services: Services) -> Response:
    """Void a sale, once: the car is on the lot again, or archived if it is back as another vehicle. Partners are notified."""
    sale = await _show(services, request.params["id"])
    if sale["state"] != "voided":
        undone = await undo_sale(services, str(sale["id"]), str(sale["vehicleId"]))
        try:
            await commit(services, undone.changes, undone.enqueue)
        except UniqueViolation as taken:
            raise Conflict("The same car is back in inventory as another vehicle.", code="vehicle-exists") from taken
    return json_answer(await _show(services, str(sale["id"])))


async def _sell(services: Services, entry: SaleEntry, attempt: Try | None) -> str:
    check_lines(services.settings, entry.lines, entry.sale_price)
    together = CoalescingDatabase(services.database)
    vehicle, standing, (customer_id, added) = await asyncio.gather(
        vehicles.read(together, entry.vehicle_id),
        sales.standing(together, entry.vehicle_id),
        customer_of(replace(services, database=together), entry.customer),
    )
    if vehicle is None:
        raise NotFound("There is no such vehicle.")
    terms = Terms(cents(entry.sale_price), entry.sale_date.isoformat(), customer_id, stored_lines(entry.lines))
    if standing is not None and standing.price_cents is None:
        sale_id, decided = standing.id, await correct_sale(services, standing, terms)
    else:
        sale_id, decided = make_sale(services, vehicle, terms)
    try:
        return made(await commit(services, [*added, *decided.changes, sales.shown(sale_id, attempt)], decided.enqueue))
    except UniqueViolation as taken:
        raise Conflict("This vehicle is already sold.", code="already-sold") from taken
    except ConstraintViolation as refused:
        raise Conflict("This vehicle is no longer in inventory.", code="not-on-lot") from refused


async def _show(services: Services, sale_id: str) -> dict[str, object]:
    sale = await sales.show(services.database, sale_id)
    if sale is None:
        raise NotFound("There is no such sale.")
    return sale
