"""The lot as a CSV file, in and out."""

from __future__ import annotations

from dataclasses import asdict
from functools import cache
from typing import Annotated, Literal

from pydantic import ConfigDict, StringConstraints, TypeAdapter, ValidationError
from pydantic.alias_generators import to_camel

from carlot.domain.author import by_file
from carlot.domain.csv_columns import READ
from carlot.domain.model import Model
from carlot.domain.times import instant
from carlot.domain.vehicle import BY_WIRE
from carlot.domain.vehicle_csv import PROBLEM, UnreadableSheet, read_sheet
from carlot.errors import BadRequest, Conflict, NotFound, UnsupportedMedia
from carlot.handlers.public import public_base
from carlot.lot.csv_import import Plan, carry_out, plan
from carlot.lot.csv_undo import undo
from carlot.lot.staging import headings_digest
from carlot.platform.ports import Request, Response, Row, Services
from carlot.store import csv_columns, csv_imports, vehicles_bulk
from carlot.store.authors import as_author
from carlot.web.parsing import read_query
from carlot.web.responses import begun, json_answer
from carlot.web.upload import read_file

MAX_BYTES = 10 * 1024 * 1024
_MEDIA_TYPES = frozenset({"text/csv", "text/plain", "application/csv", "application/vnd.ms-excel", "multipart/form-data"})
_CSV = {"content-type": "text/csv; charset=utf-8; header=present", "cache-control": "no-store"}


@cache
def _columns() -> TypeAdapter[dict[str, str | None]]:
    return TypeAdapter(dict[str, str | None])


class ImportQuery(Model):
    """How a file is taken.

    `dryRun` only tells what would happen. `columns` is a JSON object heading -> field, `null` for a column to be left alone.
    `emptyClears` lets an empty cell clear its field; without it, an empty cell leaves the field as it is.
    """

    model_config = ConfigDict(alias_generator=to_camel)

    dry_run: bool = False
    columns: Annotated[str, StringConstraints(max_length=20_000)] = "{}"
    empty_clears: bool = False


class ExportQuery(Model):
    """Which vehicles; without a state all but the archived."""

    status: Literal["available", "pending", "sold", "archived"] | None = None


async def import_vehicles(request: Request, services: Services) -> Response:
    """Take a file over: new vehicles are added, known ones changed. Bad rows are listed and stop no other row.

    A vehicle is known by its id, by its VIN on the lot or, in a row without a VIN, by its stock number.
    """
    query = read_query(request, ImportQuery)
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type not in _MEDIA_TYPES:
        raise UnsupportedMedia("Send a CSV file, with the header Content-Type: text/csv.")
    mapping = _mapping(query)
    content = await read_file(request, MAX_BYTES)
    try:
        sheet = read_sheet(content, mapping)
        planned = await plan(services, sheet, public_base(request, services), empty_clears=query.empty_clears)
    except UnreadableSheet as fault:
        raise BadRequest(str(fault), code="bad-csv") from fault
    if query.dry_run:
        return json_answer(_report(planned))
    await carry_out(as_author(services, by_file(services.author)), planned)
    if mapping:  # What was corrected by hand counts for exports with the same headings, too.
        digest = headings_digest([column.heading for column in planned.sheet.columns])
        await services.database.batch([csv_columns.keep(digest, mapping, instant(services.clock.now()))])
    return json_answer({"importId": planned.import_id, **_report(planned)})


async def get_rejected_rows(request: Request, services: Services) -> Response:
    """The rows that an import did not take, as they came, with a column `problem`."""
    found = await _read_import(request, services)
    headers = {**_CSV, "content-disposition": 'attachment; filename="rejected.csv"'}
    if request.method == "HEAD":
        return Response(200, headers)
    parts = csv_imports.rejected_csv(services.database, request.params["id"], str(found["headings"]), PROBLEM)
    return Response(200, headers, parts=await begun(parts))


async def undo_import(request: Request, services: Services) -> Response:
    """Undo an import: vehicles that it added leave the lot, those that it changed get their values back.

    A vehicle that was changed since is left as it is and listed.
    """
    if (await _read_import(request, services))["undone_at"] is not None:
        raise Conflict("This import has already been undone.", code="import-undone")
    put_back, left = await undo(as_author(services, by_file(services.author)), request.params["id"])
    shown = [{"vehicleId": row["id"], "vin": row["vin"], "stockNumber": row["stock_number"]} for row in left]
    return json_answer({"putBack": put_back, "left": shown})


async def export_vehicles(request: Request, services: Services) -> Response:
    """The lot as a file that an import takes back unchanged."""
    status = read_query(request, ExportQuery).status
    headers = {**_CSV, "content-disposition": 'attachment; filename="vehicles.csv"'}
    if request.method == "HEAD":
        return Response(200, headers)
    parts = vehicles_bulk.export(services.database, public_base(request, services), status)
    return Response(200, headers, parts=await begun(parts))


def _mapping(query: ImportQuery) -> dict[str, str | None]:
    try:
        mapping = _columns().validate_json(query.columns)
    except ValidationError as failure:
        raise BadRequest("columns is a JSON object of headers and fields.", code="bad-query") from failure
    if unknown := sorted({name for name in mapping.values() if name} - READ):
        raise BadRequest(f"columns: there is no field {unknown[0][:60]}.", code="bad-query")
    return {header: name or None for header, name in mapping.items()}


async def _read_import(request: Request, services: Services) -> Row:
    found = await csv_imports.read(services.database, request.params["id"])
    if found is None:
        raise NotFound(f"There is no such import. The last {csv_imports.KEPT} are kept.")
    return found


def _report(planned: Plan) -> dict[str, object]:
    return {
        "created": planned.created,
        "updated": planned.updated,
        "unchanged": planned.unchanged,
        "rejected": [fault._asdict() for fault in planned.rejected],
        "warnings": [warning._asdict() for warning in planned.warnings],
        "columns": [column._asdict() for column in planned.sheet.columns if column.heading],
        "changes": [{"field": name, **asdict(change)} for name in BY_WIRE if (change := planned.changes.get(name))],
    }
