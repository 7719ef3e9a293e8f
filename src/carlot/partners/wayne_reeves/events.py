"""What the DMS's events do to the lot. Each takes effect once; an older one never overwrites what is newer."""

from __future__ import annotations

from dataclasses import replace

from carlot.domain.entries import document_number
from carlot.domain.times import instant
from carlot.engine.enqueue import throttled
from carlot.errors import AuthExpired, Permanent, Retryable
from carlot.lot.sync_rules import enqueue_listings, sale_requests
from carlot.partners.wayne_reeves import client
from carlot.partners.wayne_reeves.mapping import DmsVehicle, timely, to_records_json
from carlot.partners.wayne_reeves.merge import merge
from carlot.partners.wayne_reeves.pages import InventoryPage, read_page
from carlot.partners.wayne_reeves.webhook import DmsCustomer, DmsSale, VehicleEvent, read_event
from carlot.platform.ports import Services, Statement
from carlot.store import customers, dms_pages, pull_runs, sales, webhook_events
from carlot.store.dms_pages import Known, Seen
from carlot.store.sales import NewSale
from carlot.store.tasks import Lease, Outcome

MAX_PAGES = 20
"""Pages of the DMS that are looked through for one vehicle."""


async def apply_event(services: Services, lease: Lease) -> Outcome:
    """Bring the lot up to a stored event.

    Raises: `Retryable` and the other failures of a call, where the DMS has to be asked what holds; `Permanent`.
    """
    row = await webhook_events.read(services.database, lease.subject_id)
    if row is None or row["state"] != "stored":
        return Outcome()
    event = read_event(row["body"])
    if isinstance(event, str):
        if row["type"] == "vehicle.sold":  # A sale must not get lost in a list that nobody reads.
            raise Permanent(f"A sale reported by Wayne Reeves cannot be read ({event}). Enter it by hand.")
        return _settled(services, lease, "failed", f"The event cannot be read ({event}).")
    record = timely(event.vehicle.model_copy(update={"updated_at": event.at}), services.clock.now())
    if event.event == "vehicle.sold":
        return await _sold(services, lease, event, record)
    return await _changed(services, lease, record)


async def _changed(services: Services, lease: Lease, record: DmsVehicle) -> Outcome:
    seen = await dms_pages.look_up(services.database, record.stock_number, record.updated_at, services.clock.now())
    known = seen.known
    if known and seen.told_at and known.dms_updated_at and seen.told_at < known.dms_updated_at:
        return _settled(services, lease, "ignored", "Something newer is known already.")
    if known and _is_in_doubt(seen, known, record):
        settled = await _ask(services, record)
        if settled is None:
            return _settled(services, lease, "ignored", "The DMS no longer shows this vehicle at that time.")
        record = settled
    merged = await merge(services, _page(record))
    if merged.rejected and record.status == "sold":
        raise _untaken(merged.rejected[0].message)
    if merged.rejected:
        return _settled(services, lease, "failed", merged.rejected[0].message)
    applied = webhook_events.settle_as_of(lease.subject_id, seen, instant(services.clock.now()))
    return Outcome((applied, *merged.writes, pull_runs.forget_pages()), "Taken over.", enqueue=merged.enqueue)


def _is_in_doubt(seen: Seen, known: Known, record: DmsVehicle) -> bool:
    """Whether only the DMS can say what holds: two records of the same moment differ, or a sale undone here may be an echo."""
    if seen.told_at is not None and seen.told_at == known.dms_updated_at:
        return known.dms_record != to_records_json([record])[1:-1]
    return record.status == "sold" and known.status != "sold" and known.had_sale_undone


async def _sold(services: Services, lease: Lease, event: VehicleEvent, record: DmsVehicle) -> Outcome:
    """A sale is a fact whatever else arrived before: it is recorded however late it is told, and the car is sold."""
    record = record.model_copy(update={"status": "sold"})
    if event.sale is None:
        return await _changed(services, lease, record)
    known = (await dms_pages.look_up(services.database, record.stock_number, None, services.clock.now())).known
    if known is None:
        # The car comes first, as sold; the event is taken up again for its sale.
        merged = await merge(services, _page(record))
        if merged.rejected:
            raise _untaken(merged.rejected[0].message)
        return Outcome((*merged.writes, pull_runs.forget_pages()), more=True, enqueue=merged.enqueue)
    if await sales.same(services.database, known.id, event.sale.price_cents, event.sale.sale_date.isoformat()):
        return _settled(services, lease, "ignored", "This sale is known already.")
    return await _recorded(services, lease, known, event.sale)


def _untaken(reason: str) -> Permanent:
    return Permanent(f"Wayne Reeves reports the sale of a vehicle that cannot be taken over: {reason}")


async def _recorded(services: Services, lease: Lease, known: Known, told: DmsSale) -> Outcome:
    clock = services.clock
    now, token = clock.now(), clock.token()
    customer_id, added = await _customer(services, told.customer)
    sale = NewSale(
        token,
        known.id,
        told.price_cents,
        told.sale_date.isoformat(),
        customer_id,
        "dms",
        document_number("S", token),
        clock.token(),
    )
    settled = _settled(services, lease, "applied", None, *added, *sales.insert(sale, instant(now)))
    requests = sale_requests(token, {"id": known.id}, now, from_dms=True)
    return replace(settled, enqueue=(*requests, *enqueue_listings(services, known.id)))


async def _customer(services: Services, told: DmsCustomer | None) -> tuple[str | None, list[Statement]]:
    if told is None:
        return None, []
    found = await customers.find(services.database, told.name, told.email, told.phone)
    if found is not None:
        return found, []
    customer_id = services.clock.token()
    now = instant(services.clock.now())
    return customer_id, [customers.insert(customer_id, told.name, told.email, told.phone, now)]


async def _ask(services: Services, told: DmsVehicle) -> DmsVehicle | None:
    """What the DMS itself shows of a vehicle now; `None`: nothing at or after the time it told of.

    Raises: `Retryable`; a DMS that lets us not in holds up this event alone.
    """
    if missing := services.settings.missing("wayne_reeves"):
        raise Retryable(f"Wayne Reeves has to be asked which of its records holds: set {' and '.join(missing)}.")
    dms = throttled(services, "wayne_reeves")
    since = None if told.updated_at is None else instant(told.updated_at)
    cursor: str | None = None
    for _ in range(MAX_PAGES):
        try:
            body = await client.fetch_inventory(dms.http, dms.settings, dms.clock.now(), cursor=cursor, updated_since=since)
        except AuthExpired as refused:
            raise Retryable(str(refused)) from refused
        page = read_page(body)
        for record in page.records:
            if record.stock_number == told.stock_number:
                return record
        cursor = page.next_cursor
        if cursor is None:
            return None
    return None


def _page(record: DmsVehicle) -> InventoryPage:
    return InventoryPage([record], [], [record.stock_number], 1, None, 1)


def _settled(services: Services, lease: Lease, state: str, note: str | None, *writes: Statement) -> Outcome:
    now = instant(services.clock.now())
    return Outcome((*writes, webhook_events.settle(lease.subject_id, state, note, now)), note or "Taken over.")
