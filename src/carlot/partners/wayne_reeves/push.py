"""Telling the DMS: sales made and undone here, and what the dealer edited by hand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from carlot.domain.money import dollars
from carlot.domain.times import instant
from carlot.domain.vehicle import FIELDS, PUSHED_TO_DMS
from carlot.errors import Permanent
from carlot.partners.wayne_reeves import client
from carlot.platform.ports import Row, Services
from carlot.store import sales, vehicles
from carlot.store.tasks import Lease, Outcome


async def push_sale(services: Services, lease: Lease) -> Outcome:
    """Make the DMS have a sale that stands, and not have one that is void.

    Raises: as `partners.http.send`.
    """
    sale = await sales.for_dms(services.database, lease.subject_id)
    if sale is None or (sale["origin"] == "dms" and sale["voided_at"] is None) or sale["external_dms_id"] is None:
        return Outcome()
    if sale["voided_at"] is not None:
        return await _undo(services, sale)
    if sale["dms_sale_id"] is not None:
        return Outcome()
    sale_id = await _tell(services, sale)
    if sale_id is None:
        return Outcome(summary="Wayne Reeves has this vehicle as sold already.")
    writes = (sales.mark_told(sale["id"], sale_id, instant(services.clock.now())),)
    return Outcome(writes, f"Sale of {sale['sale_date']} for {dollars(int(sale['sale_price_cents']))} recorded.")


async def push_edits(services: Services, lease: Lease) -> Outcome:
    """Make the DMS show what the dealer edited by hand, as far as it takes it.

    Raises: as `partners.http.send`.
    """
    vehicle = await vehicles.read(services.database, lease.subject_id)
    if vehicle is None or vehicle["externalDmsId"] is None or vehicle["status"] in ("sold", "archived"):
        return Outcome()
    changes = _edits(vehicle)
    if not changes:
        return Outcome()
    now = services.clock.now()
    await client.change_vehicle(services.http, services.settings, now, str(vehicle["externalDmsId"]), changes)
    return Outcome(
        summary="Sent " + ", ".join(f"{name} {value}" for name, value in changes.items() if name != "description") + "."
    )


def _edits(vehicle: Mapping[str, Any]) -> dict[str, object]:
    """The hand-edited fields by the DMS's names. What was cleared here stays as it is there: the DMS takes no nothing."""
    edited = set(vehicle["editedFields"]) & PUSHED_TO_DMS
    return {
        field.dms: vehicle[field.wire]
        for field in FIELDS
        if field.dms is not None and field.wire in edited and vehicle[field.wire] is not None
    }


async def _undo(services: Services, sale: Row) -> Outcome:
    """Take a sale back. Whether the DMS has it may be unknown: told again under the same key, it gives the id it knows it by."""
    sale_id = sale["dms_sale_id"]
    if sale_id is None and sale["dms_tried_at"] is not None:
        sale_id = await _tell(services, sale)
    if sale_id is not None:
        await client.undo_sale(services.http, services.settings, services.clock.now(), str(sale_id))
    now = services.clock.now()
    made_there = sale["origin"] == "dms" and sale_id is None
    outcome = "Wayne Reeves made this sale itself: undo it there too." if made_there else "Sale undone."
    follow = sales.enqueue_standing(str(sale["id"]), instant(now))
    return Outcome(tuple(sales.mark_undone(str(sale["id"]), instant(now))), outcome, enqueue=(follow,))


async def _tell(services: Services, sale: Row) -> str | None:
    """The DMS's id of the sale, now that it has it; `None`: the vehicle is sold there already, by another sale."""
    now = services.clock.now()
    await services.database.batch([sales.mark_tried(sale["id"], instant(now))])
    contact = {name: sale[name] for name in ("name", "email", "phone") if sale[name] is not None}
    content: dict[str, object] = {
        "stock_number": sale["external_dms_id"],
        "vin": sale["vin"],
        "sale_price": int(sale["sale_price_cents"]) / 100,
        "sale_date": sale["sale_date"],
        **({"customer": contact} if contact else {}),
    }
    try:
        return await client.record_sale(services.http, services.settings, now, content, str(sale["id"]))
    except Permanent as refusal:
        if refusal.status == 409:
            return None
        raise
