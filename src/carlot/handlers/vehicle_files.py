"""The lot as a CSV file, in and out."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints, TypeAdapter, ValidationError
from pydantic.alias_generators import to_camel

from carlot.domain.vehicle_csv import READ, Sheet, UnreadableSheet, read_sheet
from carlot.errors import BadRequest, FieldError, Invalid, UnsupportedMedia
from carlot.handlers.public import public_base
from carlot.lot.csv_import import Plan, carry_out, plan
from carlot.platform.ports import Request, Response, Services
from carlot.store import vehicles_bulk
from carlot.web.parsing import read_query
from carlot.web.responses import begun, json_answer
from carlot.web.upload import read_file

MAX_BYTES = 10 * 1024 * 1024
MAX_FAULTS = 1000
"""So many faults are told; a file with more has one fault in every row."""

_MEDIA_TYPES = frozenset({"text/csv", "text/plain", "application/csv", "application/vnd.ms-excel", "multipart/form-data"})
_MAPPING = TypeAdapter(dict[str, str | None])


class ImportQuery(BaseModel):
    """`dryRun` only tells what would happen; `columns` is a JSON object header -> field, `null` for a column to be left alone."""

    model_config = ConfigDict(alias_generator=to_camel)

    dry_run: bool = False
    columns: Annotated[str, StringConstraints(max_length=20_000)] = "{}"


class ExportQuery(BaseModel):
    """Which vehicles; without a state all but the archived."""

    status: Literal["available", "pending", "sold", "archived"] | None = None


async def import_vehicles(request: Request, services: Services) -> Response:
    """Take a file over: new vehicles are added, known ones (by id, or by VIN on the lot) changed. One bad row, and nothing is."""
    query = read_query(request, ImportQuery)
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type not in _MEDIA_TYPES:
        raise UnsupportedMedia("Send a CSV file, with the header Content-Type: text/csv.")
    mapping = _mapping(query)
    content = await read_file(request, MAX_BYTES)
    try:
        sheet = read_sheet(content, mapping)
        planned = await plan(services, sheet, public_base(request, services))
    except UnreadableSheet as fault:
        raise BadRequest(str(fault), code="bad-csv") from fault
    if planned.faults and not query.dry_run:
        errors = [FieldError(f"rows.{row}.{name}".rstrip("."), message) for row, name, message in planned.faults[:MAX_FAULTS]]
        raise Invalid(f"{len(planned.faults)} faults in the file; nothing was taken over.", code="bad-rows", errors=errors)
    if not query.dry_run:
        await carry_out(services, planned)
    return json_answer(_report(sheet, planned, query))


async def export_vehicles(request: Request, services: Services) -> Response:
    """The lot as a file that an import takes back unchanged."""
    status = read_query(request, ExportQuery).status
    headers = {
        "content-type": "text/csv; charset=utf-8; header=present",
        "content-disposition": 'attachment; filename="vehicles.csv"',
        "cache-control": "no-store",
    }
    if request.method == "HEAD":
        return Response(200, headers)
    parts = vehicles_bulk.export(services.database, public_base(request, services), status)
    return Response(200, headers, parts=await begun(parts))


def _mapping(query: ImportQuery) -> dict[str, str | None]:
    try:
        mapping = _MAPPING.validate_json(query.columns)
    except ValidationError as failure:
        raise BadRequest("columns is a JSON object of headers and fields.", code="bad-query") from failure
    if unknown := sorted({name for name in mapping.values() if name} - READ):
        raise BadRequest(f"columns: there is no field {unknown[0][:60]}.", code="bad-query")
    return {header: name or None for header, name in mapping.items()}


def _report(sheet: Sheet, planned: Plan, query: ImportQuery) -> dict[str, object]:
    return {
        "dryRun": query.dry_run,
        "rows": planned.rows,
        "created": planned.created,
        "updated": planned.updated,
        "unchanged": planned.unchanged,
        "errors": [{"row": row, "field": name, "message": message} for row, name, message in planned.faults[:MAX_FAULTS]],
        "columns": sheet.columns,
    }
