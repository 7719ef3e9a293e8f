"""Customers."""

from __future__ import annotations

from carlot.domain.entries import CustomerEntry
from carlot.domain.times import instant
from carlot.handlers.queries import ListQuery
from carlot.platform.ports import Request, Response, Services
from carlot.store import customers
from carlot.web.parsing import read_json, read_query
from carlot.web.responses import json_answer


async def list_customers(request: Request, services: Services) -> Response:
    """A page of customers, newest first."""
    query = read_query(request, ListQuery)
    found, total = await customers.page(services.database, query.q, query.limit, query.offset)
    return json_answer({"customers": found, "total": total})


async def create_customer(request: Request, services: Services) -> Response:
    """Add a customer."""
    entry = await read_json(request, CustomerEntry)
    customer_id, now = services.clock.token(), instant(services.clock.now())
    await services.database.batch([customers.insert(customer_id, entry.name, entry.email, entry.phone, now)])
    shown = {
        "id": customer_id,
        "name": entry.name,
        "email": entry.email or None,
        "phone": entry.phone or None,
        "createdAt": now,
    }
    return json_answer(shown, 201)
