"""Every endpoint on one page: method, path, handler, guard."""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import unquote

from carlot.errors import MethodNotAllowed, NotFound
from carlot.handlers import (
    customers,
    feeds,
    listings,
    photos,
    public,
    quickbooks,
    quickbooks_sync,
    reference,
    sales,
    service_records,
    session,
    tasks,
    vehicle_files,
    vehicles,
    wayne_reeves,
    webhooks,
)
from carlot.web.endpoint import Guard, Route

PUBLIC_FOLDER = "/api/public/"
"""Everything below is public, also what is not there."""

ROUTES: tuple[Route, ...] = (
    Route("GET", "/", public.get_home, Guard.OPEN),
    Route("GET", "/api/health", public.get_health, Guard.PUBLIC),
    Route("GET", "/api/openapi.json", reference.describing(lambda: ROUTES), Guard.PUBLIC),
    Route("GET", "/api/public/inventory", public.list_inventory, Guard.PUBLIC),
    Route("GET", "/api/public/vehicle/:id", public.get_vehicle, Guard.PUBLIC),
    Route("GET", "/api/public/dealer", public.get_dealer, Guard.PUBLIC),
    Route("GET", "/photos/:id", photos.get_photo, Guard.PUBLIC),
    Route("GET", "/feeds/:token/:file", feeds.get_feed, Guard.OPEN),
    Route("POST", "/api/session", session.begin_session, Guard.OPEN),
    Route("DELETE", "/api/session", session.end_session, Guard.OPEN),
    Route("DELETE", "/api/sessions", session.end_all_sessions, Guard.ADMIN),
    Route("GET", "/api/vehicles", vehicles.list_vehicles, Guard.ADMIN),
    Route("POST", "/api/vehicles", vehicles.create_vehicle, Guard.ADMIN),
    Route("POST", "/api/vehicles/import", vehicle_files.import_vehicles, Guard.ADMIN),
    Route("GET", "/api/vehicles/imports/:id/rejected.csv", vehicle_files.get_rejected_rows, Guard.ADMIN),
    Route("POST", "/api/vehicles/imports/:id/undo", vehicle_files.undo_import, Guard.ADMIN),
    Route("GET", "/api/vehicles/export.csv", vehicle_files.export_vehicles, Guard.ADMIN),
    Route("GET", "/api/vehicles/:id", vehicles.get_vehicle, Guard.ADMIN),
    Route("PATCH", "/api/vehicles/:id", vehicles.change_vehicle, Guard.ADMIN),
    Route("DELETE", "/api/vehicles/:id", vehicles.delete_vehicle, Guard.ADMIN),
    Route("GET", "/api/vehicles/:id/sync", tasks.list_vehicle_sync, Guard.ADMIN),
    Route("POST", "/api/vehicles/:id/photos", photos.add_photo, Guard.ADMIN),
    Route("PUT", "/api/vehicles/:id/photos", photos.order_photos, Guard.ADMIN),
    Route("DELETE", "/api/vehicles/:id/photos/:photoId", photos.delete_photo, Guard.ADMIN),
    Route("GET", "/api/vehicles/:id/listings", listings.list_vehicle_listings, Guard.ADMIN),
    Route("GET", "/api/sales", sales.list_sales, Guard.ADMIN),
    Route("POST", "/api/sales", sales.create_sale, Guard.ADMIN),
    Route("GET", "/api/sales/:id", sales.get_sale, Guard.ADMIN),
    Route("POST", "/api/sales/:id/void", sales.void_sale, Guard.ADMIN),
    Route("GET", "/api/service-records", service_records.list_service_records, Guard.ADMIN),
    Route("POST", "/api/service-records", service_records.create_service_record, Guard.ADMIN),
    Route("GET", "/api/customers", customers.list_customers, Guard.ADMIN),
    Route("POST", "/api/customers", customers.create_customer, Guard.ADMIN),
    Route("GET", "/api/feeds", feeds.list_feeds, Guard.ADMIN),
    Route("PATCH", "/api/feeds/:format", feeds.change_feed, Guard.ADMIN),
    Route("POST", "/api/feeds/:format/rotate", feeds.rotate_feed, Guard.ADMIN),
    Route("POST", "/api/integrations/wayne-reeves/sync", wayne_reeves.sync_wayne_reeves, Guard.ADMIN),
    Route("GET", "/api/integrations/quickbooks/authorize", quickbooks.authorize_quickbooks, Guard.ADMIN),
    Route("GET", "/api/integrations/quickbooks/callback", quickbooks.return_from_quickbooks, Guard.OPEN),
    Route("POST", "/api/integrations/quickbooks/sync", quickbooks_sync.sync_quickbooks, Guard.ADMIN),
    Route("POST", "/api/integrations/quickbooks/disconnect", quickbooks.disconnect_quickbooks, Guard.ADMIN),
    Route("POST", "/api/integrations/listings/publish", listings.publish_listing, Guard.ADMIN),
    Route("GET", "/api/integrations/runs", wayne_reeves.list_runs, Guard.ADMIN),
    Route("GET", "/api/integrations/runs/:id", wayne_reeves.get_run, Guard.ADMIN),
    Route("GET", "/api/integrations/status", wayne_reeves.get_status, Guard.ADMIN),
    Route("GET", "/api/integrations/tasks", tasks.list_tasks, Guard.ADMIN),
    Route("POST", "/api/integrations/tasks/retry-all", tasks.retry_all_tasks, Guard.ADMIN),
    Route("POST", "/api/integrations/tasks/:id/retry", tasks.retry_task, Guard.ADMIN),
    Route("POST", "/api/integrations/tasks/:id/discard", tasks.discard_task, Guard.ADMIN),
    Route("POST", "/api/webhooks/wayne-reeves", webhooks.receive_wayne_reeves, Guard.SIGNED),
    Route("POST", "/api/webhooks/quickbooks", webhooks.receive_quickbooks, Guard.SIGNED),
)


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(
        "".join(f"/(?P<{part[1:]}>[^/]+)" if part[:1] == ":" else "/" + re.escape(part) for part in path[1:].split("/"))
    )


def _by_path() -> list[tuple[re.Pattern[str], dict[str, Route]]]:
    paths: dict[str, dict[str, Route]] = {}
    for route in ROUTES:
        paths.setdefault(route.path, {})[route.method] = route
    return [(_pattern(path), methods) for path, methods in paths.items()]


_PATHS = _by_path()


class Match(NamedTuple):
    """The endpoint a request is for, with the segments its path names."""

    route: Route
    params: dict[str, str]


def match(method: str, path: str) -> Match:
    """Find the endpoint; a HEAD is answered as its GET.

    Raises: `NotFound` (404), `MethodNotAllowed` (405, with `Allow`).
    """
    for pattern, methods in _PATHS:
        found = pattern.fullmatch(path)
        if found is None:
            continue
        route = methods.get("GET" if method == "HEAD" else method)
        if route is None:
            allowed = sorted({*methods, *(["HEAD"] if "GET" in methods else [])})
            raise MethodNotAllowed(f"Use {' or '.join(allowed)} here.", headers={"allow": ", ".join(allowed)})
        return Match(route, {name: unquote(value) for name, value in found.groupdict().items()})
    raise NotFound("There is nothing at this address.")


def is_public(path: str) -> bool:
    """Whether a path answers any origin."""
    return any(
        pattern.fullmatch(path) and any(route.guard is Guard.PUBLIC for route in methods.values()) for pattern, methods in _PATHS
    )
