"""Which partners must be notified of which change."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from carlot.domain.deadlines import SOLD_CAR_REMOVED
from carlot.domain.times import instant
from carlot.domain.vehicle import PUSHED_TO_DMS
from carlot.platform.ports import Services, Statement
from carlot.store import dms_pages, listings, quickbooks_documents, vehicles_bulk
from carlot.store.tasks import Enqueue, TaskRequest


def sale_requests(
    services: Services, sale_id: str, vehicle: Mapping[str, Any], now: datetime, *, from_dms: bool = False
) -> list[Enqueue]:
    """A sale was made or undone: QuickBooks gets its invoice or a void; so does the DMS, unless it reported the sale itself."""
    wants = sale_invoice(sale_id, now)
    if vehicle.get("externalDmsId") is not None and not from_dms and services.settings.tells_dms:
        wants.append(TaskRequest("wayne_reeves", "sale", sale_id, vehicle.get("id")))
    return wants


def sale_invoice(sale_id: str, now: datetime) -> list[Enqueue]:
    """QuickBooks gets the invoice of a sale as it is now."""
    return [quickbooks_documents.enqueue_document("invoice", sale_id, instant(now))]


def service_requests(record_id: str, now: datetime) -> list[Enqueue]:
    """Work was done: QuickBooks needs an expense."""
    return [quickbooks_documents.enqueue_document("expense", record_id, instant(now))]


def cost_requests(services: Services, vehicle_id: str) -> list[TaskRequest]:
    """What a car has cost, or its sale, was changed: its journal entries follow, where the books keep costs."""
    return [TaskRequest("quickbooks", "costs", vehicle_id, vehicle_id)] if services.settings.keeps_costs else []


def edit_requests(services: Services, vehicle: Mapping[str, Any], changed: Collection[str]) -> list[TaskRequest]:
    """A vehicle was edited by hand: the DMS needs the fields that it accepts."""
    if vehicle["externalDmsId"] is None or not PUSHED_TO_DMS.intersection(changed) or not services.settings.tells_dms:
        return []
    return [TaskRequest("wayne_reeves", "edits", vehicle["id"], vehicle["id"])]


def enqueue_edits_of(services: Services, vehicle_ids: Sequence[str]) -> list[Statement]:
    """Vehicles of the DMS were edited by a file: as `edit_requests`."""
    now = instant(services.clock.now())
    return [vehicles_bulk.enqueue_edits(list(vehicle_ids), now)] if vehicle_ids and services.settings.tells_dms else []


def enqueue_edits_again(services: Services) -> tuple[Statement, ...]:
    """The DMS is sent what was edited by hand and is not what it shows."""
    return (dms_pages.enqueue_edited(instant(services.clock.now())),) if services.settings.tells_dms else ()


def enqueue_listings_by(
    services: Services, sql: str, which: Collection[str] | int | None = None, sites: Collection[str] | None = None
) -> Statement:
    """Cars were changed: enqueue the sites that should list them, or may list them.

    `sql` is one of the `ENQUEUE` statements of `store.listings`. It follows the change in its batch and sees the new values.
    """
    now, settings = services.clock.now(), services.settings
    every = [partner.target for partner in settings.partners.values() if partner.lists_cars]
    configured = {site: settings.configured(site) for site in (every if sites is None else sites)}
    return listings.enqueue_by(sql, configured, instant(now), instant(now + SOLD_CAR_REMOVED), which)


def enqueue_listings(services: Services, *vehicle_ids: str) -> list[Statement]:
    """As `enqueue_listings_by`, for these cars."""
    return [enqueue_listings_by(services, listings.ENQUEUE, vehicle_ids)]
