"""Which partners must hear of which change."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from carlot.domain.deadlines import DOCUMENT_POSTED
from carlot.domain.times import instant
from carlot.domain.vehicle import PUSHED_TO_DMS
from carlot.store.tasks import Want


def sale_wants(sale_id: str, vehicle: Mapping[str, Any], now: datetime, *, from_dms: bool = False) -> list[Want]:
    """A sale was made or undone: the books have an invoice or none, the DMS (unless it told us) has the sale or not."""
    vehicle_id = vehicle.get("id")
    wants = [Want("quickbooks", "invoice", sale_id, vehicle_id, instant(now + DOCUMENT_POSTED))]
    if vehicle.get("externalDmsId") is not None and not from_dms:
        wants.append(Want("wayne_reeves", "sale", sale_id, vehicle_id))
    return wants


def service_wants(record_id: str, vehicle_id: str, now: datetime) -> list[Want]:
    """Work was done: the books have an expense."""
    return [Want("quickbooks", "expense", record_id, vehicle_id, instant(now + DOCUMENT_POSTED))]


def edit_wants(vehicle: Mapping[str, Any], changed: Collection[str]) -> list[Want]:
    """A vehicle was edited by hand: the DMS takes some fields back."""
    if vehicle["externalDmsId"] is None or not PUSHED_TO_DMS.intersection(changed):
        return []
    return [Want("wayne_reeves", "edits", vehicle["id"], vehicle["id"])]
