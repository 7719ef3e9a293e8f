"""What each endpoint takes and gives: one row beside its row in ROUTES. The words come from the handler's docstring."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic import BaseModel

from carlot.domain.entries import CustomerEntry, SaleEntry, ServiceEntry
from carlot.domain.vehicle_entry import NewVehicle, VehicleChange
from carlot.handlers.feeds import FeedChange
from carlot.handlers.listings import PublishEntry
from carlot.handlers.paging import ListQuery
from carlot.handlers.photos import PhotoOrder
from carlot.handlers.queries import AdminQuery, PublicQuery
from carlot.handlers.session import SignIn
from carlot.handlers.tasks import RetryQuery, TasksQuery
from carlot.handlers.vehicle_files import ExportQuery, ImportQuery
from carlot.handlers.wayne_reeves import RunsQuery
from carlot.openapi.shapes import FLAG, TEXT, Schema, many, maybe, one_of, page, record, ref, text, whole
from carlot.partners.listings.registry import SITES

JSON = "application/json"
CSV = "text/csv"
PICTURES = ("image/jpeg", "image/png", "image/webp")
FORM = "multipart/form-data"
SIGNATURES = ("webhook-id", "webhook-timestamp", "webhook-signature", "x-webhook-signature", "x-webhook-timestamp")


@dataclass(frozen=True, slots=True)
class Answer:
    """A success: its JSON Schema (`None`: no body), its media types, and the headers that come with it."""

    shape: Schema | None = None
    media: tuple[str, ...] = (JSON,)
    headers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Operation:
    """What an endpoint takes and gives.

    `query` is the model of its query string, `texts` are names in a query string that any text may follow. `errors` are those
    that follow neither from its guard nor from what it takes.
    """

    answers: Mapping[int, Answer]
    query: type[BaseModel] | None = None
    texts: tuple[str, ...] = ()
    body: type[BaseModel] | None = None
    files: tuple[str, ...] = ()
    headers: tuple[str, ...] = ()
    errors: tuple[int, ...] = field(default=())


def gives(shape: Schema, status: int = 200, *headers: str) -> dict[int, Answer]:
    """Just one success, in JSON."""
    return {status: Answer(shape, headers=headers)}


def _raw(*media: str, headers: tuple[str, ...] = ()) -> Answer:
    return Answer({}, media, headers)


_UNCHANGED = {304: Answer(headers=("ETag",))}
_EMPTY = {204: Answer()}
_ELSEWHERE = {302: Answer(headers=("Location",))}
_SIGNED_OUT = {204: Answer(headers=("Set-Cookie",))}
_RECEIVED = {**record(received=FLAG, duplicate=FLAG), "required": ["received"]}
_PLATFORMS = {site.wire: one_of("queued", "not_configured") for site in SITES.values()}

OPERATIONS: Mapping[str, Operation] = {
    "GET /": Operation({200: _raw("text/html")}),
    "GET /api/health": Operation(gives(record(ok=FLAG))),
    "GET /api/openapi.json": Operation({**gives({"type": "object"}, 200, "ETag"), **_UNCHANGED}),
    "GET /api/public/inventory": Operation(
        {**gives(many(ref("PublicVehicle")), 200, "ETag", "X-Total-Count", "Link"), **_UNCHANGED}, query=PublicQuery
    ),
    "GET /api/public/vehicle/:id": Operation({**gives(ref("PublicVehicle"), 200, "ETag"), **_UNCHANGED}),
    "GET /api/public/dealer": Operation(
        gives(record(name=maybe(TEXT), phone=maybe(TEXT), email=maybe(TEXT), address=maybe(TEXT)))
    ),
    "GET /photos/:id": Operation({200: _raw(*PICTURES, headers=("ETag",)), **_UNCHANGED}),
    "GET /feeds/:token/:file": Operation({200: _raw(CSV)}),
    "POST /api/session": Operation(_SIGNED_OUT, body=SignIn, errors=(401, 403, 429)),
    "DELETE /api/session": Operation(_SIGNED_OUT),
    "DELETE /api/sessions": Operation(_SIGNED_OUT),
    "GET /api/vehicles": Operation(gives(page(vehicles=ref("Vehicle"))), query=AdminQuery),
    "POST /api/vehicles": Operation(gives(ref("Vehicle"), 201, "ETag", "Location"), body=NewVehicle, errors=(409,)),
    "POST /api/vehicles/import": Operation(gives(ref("ImportReport")), query=ImportQuery, files=(CSV, FORM), errors=(409,)),
    "GET /api/vehicles/imports/:id/rejected.csv": Operation({200: _raw(CSV)}),
    "POST /api/vehicles/imports/:id/undo": Operation(gives(ref("UndoReport")), errors=(409,)),
    "GET /api/vehicles/export.csv": Operation({200: _raw(CSV)}, query=ExportQuery),
    "GET /api/vehicles/:id": Operation(gives(ref("Vehicle"), 200, "ETag")),
    "PATCH /api/vehicles/:id": Operation(
        gives(ref("Vehicle"), 200, "ETag"), body=VehicleChange, headers=("If-Match",), errors=(409, 412)
    ),
    "DELETE /api/vehicles/:id": Operation(_EMPTY, headers=("If-Match",), errors=(409, 412)),
    "GET /api/vehicles/:id/sync": Operation(gives(record(sync=many(ref("Task"))))),
    "POST /api/vehicles/:id/photos": Operation(
        {200: Answer(ref("Photo"), headers=("Location",)), 201: Answer(ref("Photo"), headers=("Location",))},
        files=(*PICTURES, FORM),
        errors=(409,),
    ),
    "PUT /api/vehicles/:id/photos": Operation(gives(record(photos=many(ref("Photo")))), body=PhotoOrder, errors=(409,)),
    "DELETE /api/vehicles/:id/photos/:photoId": Operation(_EMPTY, errors=(409,)),
    "GET /api/vehicles/:id/listings": Operation(gives(record(listings=ref("Listings")))),
    "GET /api/sales": Operation(gives(page(sales=ref("Sale"))), query=ListQuery),
    "POST /api/sales": Operation(gives(ref("Sale"), 201, "Location"), body=SaleEntry, errors=(404, 409)),
    "GET /api/sales/:id": Operation(gives(ref("Sale"))),
    "POST /api/sales/:id/void": Operation(gives(ref("Sale")), errors=(409,)),
    "GET /api/service-records": Operation(gives(page(serviceRecords=ref("ServiceRecord"))), query=ListQuery),
    "POST /api/service-records": Operation(gives(ref("ServiceRecord"), 201), body=ServiceEntry, errors=(404,)),
    "GET /api/customers": Operation(gives(page(customers=ref("Customer"))), query=ListQuery),
    "POST /api/customers": Operation(gives(ref("Customer"), 201), body=CustomerEntry),
    "GET /api/feeds": Operation(gives(record(feeds=many(ref("Feed"))))),
    "PATCH /api/feeds/:format": Operation(gives(ref("Feed")), body=FeedChange),
    "POST /api/feeds/:format/rotate": Operation(gives(ref("Feed"))),
    "POST /api/integrations/wayne-reeves/sync": Operation(
        gives(record(runId=TEXT, status=one_of("queued", "running")), 202, "Location"), errors=(409, 429)
    ),
    "GET /api/integrations/quickbooks/authorize": Operation(_ELSEWHERE, errors=(409,)),
    "GET /api/integrations/quickbooks/callback": Operation(
        _ELSEWHERE, texts=("code", "state", "realmId", "error"), errors=(401,)
    ),
    "POST /api/integrations/quickbooks/sync": Operation(
        gives(record(queued=whole("How many sales and service records are posted.")), 202), errors=(409,)
    ),
    "POST /api/integrations/quickbooks/disconnect": Operation(_EMPTY),
    "POST /api/integrations/listings/publish": Operation(
        gives(record(vehicleId=TEXT, platforms=record(**_PLATFORMS)), 202), body=PublishEntry, errors=(404, 409, 429)
    ),
    "GET /api/integrations/runs": Operation(gives(record(runs=many(ref("Run")))), query=RunsQuery),
    "GET /api/integrations/runs/:id": Operation(gives(ref("RunReport"))),
    "GET /api/integrations/status": Operation(gives(ref("Status"))),
    "GET /api/integrations/tasks": Operation(
        gives(record(tasks=many(ref("Task")), nextCursor=maybe(text("Give it as `cursor` for the next page.")))), query=TasksQuery
    ),
    "POST /api/integrations/tasks/retry-all": Operation(
        gives(record(queued=whole("How many are tried again.")), 202), query=RetryQuery
    ),
    "POST /api/integrations/tasks/:id/retry": Operation(gives(ref("Task"), 202), errors=(409,)),
    "POST /api/integrations/tasks/:id/discard": Operation(gives(ref("Task")), errors=(409,)),
    "POST /api/webhooks/wayne-reeves": Operation(gives(_RECEIVED), files=(JSON,), headers=SIGNATURES),
    "POST /api/webhooks/quickbooks": Operation(gives(_RECEIVED), files=(JSON,), headers=("intuit-signature",)),
}
"""Every endpoint, as `METHOD path`. One without a row is described by its docstring and its guard alone."""
