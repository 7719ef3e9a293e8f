"""Which partners must hear of which change."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from carlot.domain.deadlines import DOCUMENT_POSTED, SOLD_CAR_REMOVED
from carlot.domain.times import instant
from carlot.domain.vehicle import PUSHED_TO_DMS
from carlot.platform.ports import Services, Statement
from carlot.store import listings
from carlot.store.tasks import TaskRequest


def document_deadline(now: datetime) -> str:
    """By when a document raised now is in the books."""
    return instant(now + DOCUMENT_POSTED)


def sale_requests(sale_id: str, vehicle: Mapping[str, Any], now: datetime, *, from_dms: bool = False) -> list[TaskRequest]:
    """A sale was made or undone: the books have an invoice or none, the DMS (unless it told us) has the sale or not."""
    vehicle_id = vehicle.get("id")
    wants = [TaskRequest("quickbooks", "invoice", sale_id, vehicle_id, document_deadline(now))]
    if vehicle.get("externalDmsId") is not None and not from_dms:
        wants.append(TaskRequest("wayne_reeves", "sale", sale_id, vehicle_id))
    return wants


def service_requests(record_id: str, vehicle_id: str, now: datetime) -> list[TaskRequest]:
    """Work was done: the books have an expense."""
    return [TaskRequest("quickbooks", "expense", record_id, vehicle_id, document_deadline(now))]


def edit_requests(vehicle: Mapping[str, Any], changed: Collection[str]) -> list[TaskRequest]:
    """A vehicle was edited by hand: the DMS takes some fields back."""
    if vehicle["externalDmsId"] is None or not PUSHED_TO_DMS.intersection(changed):
        return []
    return [TaskRequest("wayne_reeves", "edits", vehicle["id"], vehicle["id"])]


def enqueue_listings_by(
    services: Services, sql: str, which: Collection[str] | int | None = None, sites: Collection[str] | None = None
) -> Statement:
    """Cars were changed: the sites that are to list them, or may list them, hear of it.

    `sql` is one of the statements of `store.listings`. It stands behind the change in its batch, so that it sees the new truth.
    """
    now, settings = services.clock.now(), services.settings
    every = [partner.target for partner in settings.partners.values() if partner.lists_cars]
    configured = {site: settings.configured(site) for site in (every if sites is None else sites)}
    return listings.enqueue_by(sql, configured, instant(now), instant(now + SOLD_CAR_REMOVED), which)


def enqueue_listings(services: Services, *vehicle_ids: str) -> list[Statement]:
    """As `listing_raise`, of these cars."""
    return [enqueue_listings_by(services, listings.ENQUEUE, vehicle_ids)]
