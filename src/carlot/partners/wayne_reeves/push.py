"""Telling the DMS: sales made and undone here, and what the dealer edited by hand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic_core import to_json

from carlot.domain.money import dollars
from carlot.domain.times import day_in_words, instant
from carlot.domain.vehicle import FIELDS, PUSHED_TO_DMS, stored
from carlot.errors import Gone, Permanent, Retryable
from carlot.partners.wayne_reeves import client
from carlot.partners.wayne_reeves.shown import find_shown
from carlot.platform.ports import Row, Services
from carlot.store import dms_pages, inventory_files, sales, vehicles
from carlot.store.tasks import Lease, Outcome

_NOT_TOLD = "Wayne Reeves' inventory comes in a file: until WAYNE_REEVES_API_KEY is set, nothing is sent to it."


async def push_sale(services: Services, lease: Lease) -> Outcome:
    """Make the DMS have a sale that stands, and not have one that is void.

    Raises: as `partners.http.send`.
    """
    if await _only_reads_files(services):
        return Outcome(summary=_NOT_TOLD)
    sale = await sales.for_dms(services.database, lease.subject_id)
    if sale is None:
        return Outcome()
    if sale["voided_at"] is not None:
        return await _undo(services, sale)
    if sale["origin"] == "dms" or sale["dms_sale_id"] is not None or sale["external_dms_id"] is None:
        return Outcome()
    try:
        sale_id = await _tell(services, sale)
    except Permanent as refusal:
        if refusal.status == 404 and sale["number_now"] not in (None, sale["external_dms_id"]):
            raise Retryable(f"The vehicle now has another stock number, {sale['number_now']}.") from refusal
        raise
    if sale_id is None:
        return Outcome(summary="Wayne Reeves has this vehicle as sold already.")
    writes = (sales.mark_told(sale["id"], sale_id, instant(services.clock.now())),)
    return Outcome(
        writes, f"Sale of {day_in_words(str(sale['sale_date']))} for {dollars(int(sale['sale_price_cents']))} recorded."
    )


async def push_edits(services: Services, lease: Lease) -> Outcome:
    """Make the DMS show what the dealer edited by hand, as far as it takes it.

    Raises: as `partners.http.send`.
    """
    if await _only_reads_files(services):
        return Outcome(summary=_NOT_TOLD)
    vehicle = await vehicles.read(services.database, lease.subject_id)
    if vehicle is None or vehicle["externalDmsId"] is None or vehicle["status"] in ("sold", "archived"):
        return Outcome()
    changes = _edits(vehicle)
    if not changes:
        return Outcome()
    now, number = services.clock.now(), str(vehicle["externalDmsId"])
    # Since its sale the DMS may have the car as another record, and another car under its number.
    vin = await sales.vin_if_undone(services.database, lease.subject_id)
    may_be_another = vin is not None
    try:
        is_there = vin is None or await _has(services, vin, number)
        if is_there:
            await client.change_vehicle(services.http, services.settings, now, number, changes)
    except Gone:
        if not may_be_another:
            raise
        is_there = False
    if not is_there:
        return Outcome(summary=f"Wayne Reeves no longer has this car as {number}: the changes wait until it shows the car again.")
    values = {field.column: stored(vehicle, field.wire) for field in FIELDS if field.dms in changes}
    # An earlier call that was given up for lost may take effect behind this one, and a file may be from before this one: the edit
    # then ends when a pull shows it.
    is_seen_later = lease.attempts > 1 or bool(services.settings.wayne_reeves_file_url) or may_be_another
    taken = () if is_seen_later else (dms_pages.taken(vehicle["id"], to_json(values).decode()),)
    return Outcome(
        taken,
        summary="Sent " + ", ".join(f"{name} {value}" for name, value in changes.items() if name != "description") + ".",
    )


async def _has(services: Services, vin: str, number: str) -> bool:
    """Whether the DMS shows the car under that number; where the inventory comes from a file, that is not asked."""
    if services.settings.wayne_reeves_file_url:
        return True
    shown = await find_shown(services, vin, number)
    return shown is not None and (shown.vin, shown.stock_number) == (vin, number)


async def _only_reads_files(services: Services) -> bool:
    """Whether the inventory comes in a file and there is no API to tell of anything.

    Raises: `NeedsDealer` when there is neither.
    """
    if not services.settings.lacking("wayne_reeves"):
        return False
    if services.settings.wayne_reeves_file_url or await inventory_files.was_any_read(services.database):
        return True
    client.require_configured(services.settings)
    return False


def _edits(vehicle: Mapping[str, Any]) -> dict[str, object]:
    """The hand-edited fields by the DMS's names. What was cleared here stays as it is there: the DMS takes no nothing."""
    edited = set(vehicle["editedFields"]) & PUSHED_TO_DMS
    return {
        field.dms: vehicle[field.wire]
        for field in FIELDS
        if field.dms is not None and field.wire in edited and vehicle[field.wire] is not None
    }


async def _undo(services: Services, sale: Row) -> Outcome:
    """Take a sale back. Whether the DMS has it may be unknown: told again under the same key, it gives the id it knows it by.

    The car may have lost its stock number to another one by now; the sale is known by its own id.
    """
    sale_id = sale["dms_sale_id"]
    if sale_id is None and sale["origin"] == "dms":
        # It has the sale until it shows the car as available.
        return Outcome(summary="The sale was entered in Wayne Reeves: undo it there too.")
    if sale_id is None and sale["dms_tried_at"] is not None and sale["external_dms_id"] is not None:
        sale_id = await _tell_again(services, sale)
    if sale_id is not None:
        await client.undo_sale(services.http, services.settings, services.clock.now(), str(sale_id))
    now = services.clock.now()
    follow = sales.enqueue_standing(str(sale["id"]), instant(now))
    return Outcome(tuple(sales.mark_undone(str(sale["id"]), instant(now))), "Sale undone.", enqueue=(follow,))


async def _tell_again(services: Services, sale: Row) -> str | None:
    """The DMS's id of a sale of which it may have been told; `None`: it has no such car any more, and so no sale of it."""
    try:
        return await _tell(services, sale)
    except Permanent as refusal:
        if refusal.status == 404:
            return None
        raise


async def _tell(services: Services, sale: Row) -> str | None:
    """The DMS's id of the sale, now that it has it; `None`: the vehicle is sold there already, by another sale."""
    now = services.clock.now()
    await services.database.batch([sales.mark_tried(sale, instant(now))])
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
        await services.database.batch([sales.mark_refused(str(sale["id"]), sold_there=refusal.status == 409)])
        if refusal.status == 409:
            return None
        raise
