"""Every endpoint on one page: method, path, handler, guard, and what it accepts and returns.

The API reference is made from these rows; its words come from the docstrings of the handlers.
"""

from __future__ import annotations

from carlot.domain.entries import CustomerChange, CustomerEntry, SaleChange, SaleEntry, ServiceChange, ServiceEntry
from carlot.domain.vehicle_entry import NewVehicle, VehicleChange
from carlot.handlers import (
    customers,
    events,
    feeds,
    history,
    inventory_files,
    listings,
    lot_page,
    partners,
    photos,
    public,
    questions,
    quickbooks,
    reference,
    reports,
    sales,
    service_records,
    session,
    status,
    tasks,
    trade_ins,
    vehicle_files,
    vehicles,
    vins,
    wayne_reeves,
    webhooks,
)
from carlot.handlers.events import EventsQuery
from carlot.handlers.feeds import FeedChange
from carlot.handlers.inventory_files import ColumnsChange
from carlot.handlers.listings import PublishEntry
from carlot.handlers.photos import PhotoOrder
from carlot.handlers.queries import AdminQuery, ListQuery, PublicQuery
from carlot.handlers.questions import AnswerEntry, QuestionsQuery
from carlot.handlers.reports import ReportQuery
from carlot.handlers.session import SignIn
from carlot.handlers.tasks import DryRunQuery, RetryQuery, TaskFilter, TasksQuery
from carlot.handlers.vehicle_files import ExportQuery, ImportQuery
from carlot.handlers.wayne_reeves import RunsQuery
from carlot.openapi.shapes import DOLLARS, FLAG, TEXT, many, maybe, one_of, page, record, ref, text, whole
from carlot.partners.registry import SITES
from carlot.web.endpoint import JSON, Answer, Guard, Route, gives, raw
from carlot.web.router import Router

CSV = "text/csv"
PICTURES = ("image/jpeg", "image/png", "image/webp")
FORM = "multipart/form-data"
KEYED = ("Idempotency-Key",)
SIGNATURES = ("webhook-id", "webhook-timestamp", "webhook-signature", "x-webhook-signature", "x-webhook-timestamp")

_UNCHANGED = {304: Answer(headers=("ETag",))}
_EMPTY = {204: Answer()}
_ELSEWHERE = {302: Answer(headers=("Location",))}
_SIGNED_OUT = {204: Answer(headers=("Set-Cookie",))}
_RECEIVED = {**record(received=FLAG, duplicate=FLAG), "required": ["received"]}
_PLATFORMS = {site.wire: one_of("queued", "not_configured") for site in SITES.values()}

PUBLIC_FOLDER = "/api/public/"
"""Every path below this one is public, including paths that do not exist."""

# Two lines a row: the endpoint, and what it accepts and returns.
# fmt: off
ROUTES: tuple[Route, ...] = (
    Route("GET", "/", public.get_home, Guard.OPEN,
          {200: raw("text/html")}),
    Route("GET", "/inventory.html", lot_page.show_lot_page, Guard.PUBLIC,
          {200: raw("text/html", headers=("ETag",)), 404: raw("text/html"), **_UNCHANGED},
          texts=("vehicle", "lang", *lot_page.FILTERS)),
    Route("GET", "/sitemap.xml", lot_page.get_sitemap, Guard.PUBLIC,
          {200: raw("application/xml", headers=("ETag",)), **_UNCHANGED}),
    Route("GET", "/robots.txt", lot_page.get_robots, Guard.PUBLIC,
          {200: raw("text/plain", headers=("ETag",)), **_UNCHANGED}),
    Route("GET", "/api/health", public.get_health, Guard.PUBLIC,
          {**gives(record(ok=FLAG), 200, "ETag"), **_UNCHANGED}),
    Route("GET", "/api/openapi.json", reference.describing(lambda: ROUTES), Guard.PUBLIC,
          {**gives({"type": "object"}, 200, "ETag"), **_UNCHANGED}),
    Route("GET", "/api/public/inventory", public.list_inventory, Guard.PUBLIC,
          {**gives(many(ref("PublicVehicle")), 200, "ETag", "X-Total-Count", "Link"), **_UNCHANGED}, query=PublicQuery),
    Route("GET", "/api/public/vehicle/:id", public.get_vehicle, Guard.PUBLIC,
          {**gives(ref("PublicVehicle"), 200, "ETag"), **_UNCHANGED}),
    Route("GET", "/api/public/reduced", public.list_reduced, Guard.PUBLIC,
          {**gives(record(vehicles=many(record(id=TEXT, was=DOLLARS))), 200, "ETag"), **_UNCHANGED}),
    Route("GET", "/api/public/dealer", public.get_dealer, Guard.PUBLIC,
          {**gives(record(**dict.fromkeys(("name", "phone", "email", "address"), maybe(TEXT))), 200, "ETag"), **_UNCHANGED}),
    Route("GET", "/photos/:id", photos.get_photo, Guard.PUBLIC,
          {200: raw(*PICTURES, headers=("ETag",)), **_UNCHANGED}),
    Route("GET", "/feeds/:token/:file", feeds.get_feed, Guard.PUBLIC,
          {200: raw(CSV, headers=("ETag",)), **_UNCHANGED}),
    Route("POST", "/api/session", session.begin_session, Guard.OPEN,
          _SIGNED_OUT, body=SignIn, errors=(401, 403, 429)),
    Route("DELETE", "/api/session", session.end_session, Guard.OPEN,
          _SIGNED_OUT),
    Route("DELETE", "/api/sessions", session.end_all_sessions, Guard.ADMIN,
          _SIGNED_OUT),
    Route("GET", "/api/vehicles", vehicles.list_vehicles, Guard.ADMIN,
          gives(page(vehicles=ref("ListedVehicle"))), query=AdminQuery),
    Route("POST", "/api/vehicles", vehicles.create_vehicle, Guard.ADMIN,
          gives(ref("Vehicle"), 201, "ETag", "Location"), body=NewVehicle, headers=KEYED, errors=(409,)),
    Route("POST", "/api/vehicles/import", vehicle_files.import_vehicles, Guard.ADMIN,
          gives(ref("ImportReport")), query=ImportQuery, files=(CSV, FORM), errors=(409,)),
    Route("GET", "/api/vehicles/imports/:id/rejected.csv", vehicle_files.get_rejected_rows, Guard.ADMIN,
          {200: raw(CSV)}),
    Route("POST", "/api/vehicles/imports/:id/undo", vehicle_files.undo_import, Guard.ADMIN,
          gives(ref("UndoReport")), errors=(409,)),
    Route("GET", "/api/vehicles/export.csv", vehicle_files.export_vehicles, Guard.ADMIN,
          {200: raw(CSV)}, query=ExportQuery),
    Route("GET", "/api/vehicles/:id", vehicles.get_vehicle, Guard.ADMIN,
          gives(ref("Vehicle"), 200, "ETag")),
    Route("PATCH", "/api/vehicles/:id", vehicles.change_vehicle, Guard.ADMIN,
          gives(ref("Vehicle"), 200, "ETag"), body=VehicleChange, headers=("If-Match",), errors=(409, 412)),
    Route("DELETE", "/api/vehicles/:id", vehicles.delete_vehicle, Guard.ADMIN,
          _EMPTY, headers=("If-Match",), errors=(409, 412)),
    Route("GET", "/api/vehicles/:id/sync", tasks.list_vehicle_sync, Guard.ADMIN,
          gives(record(sync=many(ref("Task"))))),
    Route("GET", "/api/vehicles/:id/history", history.list_vehicle_history, Guard.ADMIN,
          gives(record(history=many(ref("HistoryEntry"))))),
    Route("POST", "/api/vehicles/:id/photos", photos.add_photo, Guard.ADMIN,
          {200: Answer(ref("Photo"), headers=("Location",)), 201: Answer(ref("Photo"), headers=("Location",))},
          files=(*PICTURES, FORM), errors=(409,)),
    Route("PUT", "/api/vehicles/:id/photos", photos.order_photos, Guard.ADMIN,
          gives(record(photos=many(ref("Photo")))), body=PhotoOrder, errors=(409,)),
    Route("DELETE", "/api/vehicles/:id/photos/:photoId", photos.delete_photo, Guard.ADMIN,
          _EMPTY, errors=(409,)),
    Route("GET", "/api/vehicles/:id/listings", listings.list_vehicle_listings, Guard.ADMIN,
          gives(record(listings=ref("Listings")))),
    Route("GET", "/api/vin/:vin", vins.get_vin, Guard.ADMIN,
          gives(ref("Vin"))),
    Route("GET", "/api/sales", sales.list_sales, Guard.ADMIN,
          gives(page(sales=ref("Sale"))), query=ListQuery),
    Route("POST", "/api/sales", sales.create_sale, Guard.ADMIN,
          gives(ref("Sale"), 201, "Location"), body=SaleEntry, headers=KEYED, errors=(404, 409)),
    Route("GET", "/api/sales/:id", sales.get_sale, Guard.ADMIN,
          gives(ref("Sale"))),
    Route("PATCH", "/api/sales/:id", sales.change_sale, Guard.ADMIN,
          gives(ref("Sale")), body=SaleChange, errors=(409,)),
    Route("POST", "/api/sales/:id/void", sales.void_sale, Guard.ADMIN,
          gives(ref("Sale")), errors=(409,)),
    Route("POST", "/api/sales/:id/trade-in", trade_ins.take_in, Guard.ADMIN,
          gives(ref("Vehicle"), 201, "Location", "ETag"), body=NewVehicle, errors=(409,)),
    Route("GET", "/api/reports/profit", reports.get_profit, Guard.ADMIN,
          gives(ref("ProfitReport")), query=ReportQuery),
    Route("GET", "/api/reports/profit.csv", reports.get_profit_file, Guard.ADMIN,
          {200: raw(CSV)}, query=ReportQuery),
    Route("GET", "/api/reports/sales", reports.get_sales_by_month, Guard.ADMIN,
          gives(ref("SalesReport")), query=ReportQuery),
    Route("GET", "/api/reports/sales.csv", reports.get_sales_by_month_file, Guard.ADMIN,
          {200: raw(CSV)}, query=ReportQuery),
    Route("GET", "/api/reports/service", reports.get_service_by_month, Guard.ADMIN,
          gives(ref("ServiceReport")), query=ReportQuery),
    Route("GET", "/api/reports/service.csv", reports.get_service_by_month_file, Guard.ADMIN,
          {200: raw(CSV)}, query=ReportQuery),
    Route("GET", "/api/questions", questions.list_questions, Guard.ADMIN,
          gives(record(questions=many(ref("Question")))), query=QuestionsQuery),
    Route("POST", "/api/questions/:id/answer", questions.answer_question, Guard.ADMIN,
          gives(ref("Question")), body=AnswerEntry, errors=(409,)),
    Route("GET", "/api/service-records", service_records.list_service_records, Guard.ADMIN,
          gives(page(serviceRecords=ref("ServiceRecord"))), query=ListQuery),
    Route("POST", "/api/service-records", service_records.create_service_record, Guard.ADMIN,
          gives(ref("ServiceRecord"), 201), body=ServiceEntry, headers=KEYED, errors=(404, 409)),
    Route("GET", "/api/service-records/:id", service_records.get_service_record, Guard.ADMIN,
          gives(ref("ServiceRecord"))),
    Route("PATCH", "/api/service-records/:id", service_records.change_service_record, Guard.ADMIN,
          gives(ref("ServiceRecord")), body=ServiceChange, errors=(409,)),
    Route("POST", "/api/service-records/:id/void", service_records.void_service_record, Guard.ADMIN,
          gives(ref("ServiceRecord"))),
    Route("GET", "/api/customers", customers.list_customers, Guard.ADMIN,
          gives(page(customers=ref("Customer"))), query=ListQuery),
    Route("POST", "/api/customers", customers.create_customer, Guard.ADMIN,
          gives(ref("Customer"), 201), body=CustomerEntry, headers=KEYED, errors=(409,)),
    Route("GET", "/api/customers/:id", customers.get_customer, Guard.ADMIN,
          gives(ref("Customer"))),
    Route("PATCH", "/api/customers/:id", customers.change_customer, Guard.ADMIN,
          gives(ref("Customer")), body=CustomerChange, errors=(409,)),
    Route("DELETE", "/api/customers/:id", customers.delete_customer, Guard.ADMIN,
          _EMPTY),
    Route("GET", "/api/feeds", feeds.list_feeds, Guard.ADMIN,
          gives(record(feeds=many(ref("Feed"))))),
    Route("PATCH", "/api/feeds/:format", feeds.change_feed, Guard.ADMIN,
          gives(ref("Feed")), body=FeedChange),
    Route("POST", "/api/feeds/:format/rotate", feeds.rotate_feed, Guard.ADMIN,
          gives(ref("Feed"))),
    Route("GET", "/api/inventory-files", inventory_files.list_inventory_files, Guard.ADMIN,
          gives(ref("InventoryFiles"))),
    Route("POST", "/api/inventory-files/rotate", inventory_files.rotate_inventory_address, Guard.ADMIN,
          gives(ref("InventoryFiles"))),
    Route("PUT", "/api/inventory-files/columns/:headingsId", inventory_files.change_inventory_columns, Guard.ADMIN,
          gives(ref("InventoryFiles")), body=ColumnsChange),
    Route("PUT", "/api/inventory-files/:token", inventory_files.put_inventory_file, Guard.OPEN,
          gives(record(runId=TEXT), 202, "Location"), files=(CSV, FORM), errors=(404, 422, 429)),
    Route("POST", "/api/inventory-files/:token", inventory_files.post_inventory_file, Guard.OPEN,
          gives(record(runId=TEXT), 202, "Location"), files=(CSV, FORM), errors=(404, 422, 429)),
    Route("POST", "/api/integrations/wayne-reeves/sync", wayne_reeves.sync_wayne_reeves, Guard.ADMIN,
          gives(record(runId=TEXT, status=one_of("queued", "running")), 202, "Location"), errors=(409, 429)),
    Route("GET", "/api/integrations/quickbooks/authorize", quickbooks.authorize_quickbooks, Guard.ADMIN,
          _ELSEWHERE, errors=(409,)),
    Route("GET", "/api/integrations/quickbooks/callback", quickbooks.return_from_quickbooks, Guard.OPEN,
          _ELSEWHERE, texts=("code", "state", "realmId", "error"), errors=(401,)),
    Route("POST", "/api/integrations/quickbooks/sync", quickbooks.sync_quickbooks, Guard.ADMIN,
          gives(record(queued=whole("How many sales and service records are posted.")), 202), errors=(409,)),
    Route("POST", "/api/integrations/quickbooks/disconnect", quickbooks.disconnect_quickbooks, Guard.ADMIN,
          _EMPTY),
    Route("POST", "/api/integrations/listings/publish", listings.publish_listing, Guard.ADMIN,
          gives(record(vehicleId=TEXT, platforms=record(**_PLATFORMS)), 202), body=PublishEntry, errors=(404, 409, 429)),
    Route("GET", "/api/integrations/runs", wayne_reeves.list_runs, Guard.ADMIN,
          gives(record(runs=many(ref("Run")))), query=RunsQuery),
    Route("GET", "/api/integrations/runs/:id", wayne_reeves.get_run, Guard.ADMIN,
          gives(ref("RunReport"))),
    Route("GET", "/api/integrations/status", status.get_status, Guard.ADMIN,
          gives(ref("Status"))),
    Route("GET", "/api/integrations/tasks", tasks.list_tasks, Guard.ADMIN,
          gives(record(tasks=many(ref("Task")), nextCursor=maybe(text("Give it as `cursor` for the next page.")))),
          query=TasksQuery),
    Route("POST", "/api/integrations/tasks/retry", tasks.retry_tasks, Guard.ADMIN,
          gives(record(count=whole("How many are retried, or would be.")), 202), query=DryRunQuery, body=TaskFilter),
    Route("POST", "/api/integrations/tasks/discard", tasks.discard_tasks, Guard.ADMIN,
          gives(record(count=whole("How many are discarded, or would be.")), 202), query=DryRunQuery, body=TaskFilter),
    Route("POST", "/api/integrations/tasks/retry-all", tasks.retry_all_tasks, Guard.ADMIN,
          gives(record(queued=whole("How many are tried again.")), 202), query=RetryQuery),
    Route("GET", "/api/integrations/tasks/:id", tasks.get_task, Guard.ADMIN,
          gives(ref("TaskReport"))),
    Route("POST", "/api/integrations/tasks/:id/retry", tasks.retry_task, Guard.ADMIN,
          gives(ref("Task"), 202), errors=(409,)),
    Route("POST", "/api/integrations/tasks/:id/discard", tasks.discard_task, Guard.ADMIN,
          gives(ref("Task")), errors=(409,)),
    Route("GET", "/api/integrations/events", events.list_events, Guard.ADMIN,
          gives(record(events=many(ref("Event")), nextCursor=maybe(text("Give it as `cursor` for the next page.")))),
          query=EventsQuery),
    Route("GET", "/api/integrations/events/:id", events.get_event, Guard.ADMIN,
          gives(ref("Event"))),
    Route("POST", "/api/integrations/events/:id/replay", events.replay_event, Guard.ADMIN,
          gives(ref("Event"), 202), errors=(409,)),
    Route("POST", "/api/integrations/partners/:target/pause", partners.pause_partner, Guard.ADMIN,
          _EMPTY),
    Route("POST", "/api/integrations/partners/:target/resume", partners.resume_partner, Guard.ADMIN,
          _EMPTY),
    Route("POST", "/api/webhooks/wayne-reeves", webhooks.receive_wayne_reeves, Guard.SIGNED,
          gives(_RECEIVED), files=(JSON,), headers=SIGNATURES),
    Route("POST", "/api/webhooks/quickbooks", webhooks.receive_quickbooks, Guard.SIGNED,
          gives(_RECEIVED), files=(JSON,), headers=("intuit-signature",)),
)
# fmt: on

ROUTER = Router(ROUTES, PUBLIC_FOLDER)
