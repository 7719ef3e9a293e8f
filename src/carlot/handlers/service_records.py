"""Service records: the costs of a vehicle."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from carlot.domain.entries import ServiceChange, ServiceEntry, document_number
from carlot.domain.money import cents
from carlot.domain.times import instant
from carlot.engine.enqueue import commit
from carlot.errors import Conflict, ConstraintViolation, NotFound
from carlot.handlers.queries import ListQuery
from carlot.lot.sync_rules import cost_requests, service_requests
from carlot.platform.ports import Request, Response, Services
from carlot.store import service_records
from carlot.store.idempotency_keys import Try
from carlot.store.tasks import Enqueue
from carlot.web.idempotency import made, once
from carlot.web.parsing import read_json, read_query
from carlot.web.responses import json_answer


async def list_service_records(request: Request, services: Services) -> Response:
    """A page of service records, newest first."""
    query = read_query(request, ListQuery)
    found, total = await service_records.page(services.database, query.vehicle_id, query.limit, query.offset)
    return json_answer({"serviceRecords": found, "total": total})


async def create_service_record(request: Request, services: Services) -> Response:
    """Record work on a vehicle and notify QuickBooks."""
    entry = await read_json(request, ServiceEntry)
    return json_answer(await once(request, services, entry, lambda attempt: _record(services, entry, attempt)), 201)


async def get_service_record(request: Request, services: Services) -> Response:
    """One service record."""
    return json_answer(await _show(services, request.params["id"]))


async def change_service_record(request: Request, services: Services) -> Response:
    """Correct a service record; its expense in QuickBooks follows."""
    given = await read_json(request, ServiceChange)
    before = await _show(services, request.params["id"])
    day = given.service_date.isoformat() if "service_date" in given.model_fields_set else before["serviceDate"]
    words = given.description if "description" in given.model_fields_set else before["description"]
    vendor = (given.vendor or None) if "vendor" in given.model_fields_set else before["vendor"]
    cost = cents(given.cost) if "cost" in given.model_fields_set else round(before["cost"] * 100)
    now = services.clock.now()
    changed = service_records.change(before["id"], (day, words, vendor, cost), instant(now))
    rows = await commit(services, [changed], _requests(services, before, now))
    if not rows[0]:
        raise Conflict("This service record is voided.", code="record-voided")
    return json_answer(await _show(services, before["id"]))


async def void_service_record(request: Request, services: Services) -> Response:
    """Void a service record: its expense is taken out of QuickBooks. Voiding it again changes nothing."""
    record = await _show(services, request.params["id"])
    if record["state"] != "voided":
        now = services.clock.now()
        await commit(services, [service_records.void(record["id"], instant(now))], _requests(services, record, now))
    return json_answer(await _show(services, record["id"]))


def _requests(services: Services, record: Mapping[str, Any], now: datetime) -> list[Enqueue]:
    return [*service_requests(record["id"], now), *cost_requests(services, record["vehicleId"])]


async def _show(services: Services, record_id: str) -> dict[str, Any]:
    record = await service_records.show(services.database, record_id)
    if record is None:
        raise NotFound("There is no such service record.")
    return record


async def _record(services: Services, entry: ServiceEntry, attempt: Try | None) -> str:
    clock = services.clock
    record_id, now = clock.token(), clock.now()
    written = service_records.insert(
        record_id,
        entry.vehicle_id,
        (entry.service_date.isoformat(), entry.description, entry.vendor or None, cents(entry.cost)),
        document_number("E", record_id),
        clock.token(),
        instant(now),
    )
    requests = _requests(services, {"id": record_id, "vehicleId": entry.vehicle_id}, now)
    try:
        return made(await commit(services, [written, service_records.shown(record_id, attempt)], requests))
    except ConstraintViolation as refused:
        raise NotFound("There is no such vehicle.") from refused
