"""Service records: the costs of a vehicle."""

from __future__ import annotations

from carlot.domain.entries import ServiceEntry, document_number
from carlot.domain.money import cents
from carlot.domain.times import instant
from carlot.engine.enqueue import commit
from carlot.errors import ConstraintViolation, NotFound
from carlot.handlers.queries import ListQuery
from carlot.lot.sync_rules import service_requests
from carlot.platform.ports import Request, Response, Services
from carlot.store import service_records
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
    try:
        await commit(services, [written], service_requests(record_id, entry.vehicle_id, now))
    except ConstraintViolation as refused:
        raise NotFound("There is no such vehicle.") from refused
    return json_answer(await service_records.show(services.database, record_id), 201)
