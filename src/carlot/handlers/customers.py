"""Customers."""

from __future__ import annotations

from pydantic_core import to_json

from carlot.domain.entries import CustomerChange, CustomerEntry
from carlot.domain.times import instant
from carlot.engine.enqueue import commit
from carlot.errors import Conflict, NotFound
from carlot.handlers.queries import ListQuery
from carlot.platform.ports import Request, Response, Services
from carlot.store import customers, quickbooks_documents
from carlot.store.idempotency_keys import Try
from carlot.web.idempotency import made, once
from carlot.web.parsing import read_json, read_query
from carlot.web.responses import empty, json_answer


async def list_customers(request: Request, services: Services) -> Response:
    """A page of customers, newest first."""
    query = read_query(request, ListQuery)
    found, total = await customers.page(services.database, query.q, query.limit, query.offset)
    return json_answer({"customers": found, "total": total})


async def get_customer(request: Request, services: Services) -> Response:
    """One customer. One who was deleted is shown without name, email and phone."""
    shown, _ = await _show(services, request.params["id"])
    return json_answer(shown)


async def create_customer(request: Request, services: Services) -> Response:
    """Add a customer."""
    entry = await read_json(request, CustomerEntry)
    customer_id, now = services.clock.token(), instant(services.clock.now())

    async def add(attempt: Try | None) -> str:
        added = customers.insert(customer_id, entry.name, entry.email, entry.phone, now)
        return made(await services.database.batch([added, customers.shown(customer_id, attempt)]))

    return json_answer(await once(request, services, entry, add), 201)


async def change_customer(request: Request, services: Services) -> Response:
    """Correct a customer's name, email or phone; QuickBooks follows if CarLot made the customer there.

    What is left out stays as it is; `null` clears it.
    """
    entry = await read_json(request, CustomerChange)
    _, erased = await _show(services, request.params["id"])
    if erased:
        raise Conflict("This customer was deleted.", code="customer-erased")
    values = {name: getattr(entry, name) or None for name in entry.model_fields_set}
    now = instant(services.clock.now())
    changed = customers.change(request.params["id"], to_json(values).decode(), now)
    realm = services.settings.quickbooks_realm_id
    await commit(services, [changed], [quickbooks_documents.enqueue_customer(realm, request.params["id"], now)])
    shown, _ = await _show(services, request.params["id"])
    return json_answer(shown)


async def delete_customer(request: Request, services: Services) -> Response:
    """Forget a customer: name, email and phone are blanked here and in received events. The sales stay."""
    await _show(services, request.params["id"])
    await services.database.batch(customers.erase(request.params["id"], instant(services.clock.now())))
    return empty(204)


async def _show(services: Services, customer_id: str) -> tuple[dict[str, object], bool]:
    """A customer as the API shows it, and whether it was erased. Raises: `NotFound`."""
    found = await customers.show(services.database, customer_id)
    if found is None:
        raise NotFound("There is no such customer.")
    return {name: value for name, value in found.items() if name != "erased_at"}, found["erased_at"] is not None
