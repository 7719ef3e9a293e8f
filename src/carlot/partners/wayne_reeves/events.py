"""What the DMS's events do to the lot. Each takes effect once; an older one never overwrites what is newer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from pydantic_core import from_json

from carlot.domain.times import instant, parse_instant
from carlot.engine.enqueue import InTurn, Result, throttled
from carlot.engine.questions import Decision
from carlot.errors import AuthExpired, Permanent, Retryable
from carlot.lot.sale_changes import ask_about, correct_sale, customer_of, make_sale
from carlot.partners.wayne_reeves.mapping import AHEAD, DmsVehicle, timely, to_kept, to_texts
from carlot.partners.wayne_reeves.merge import merge, told_by
from carlot.partners.wayne_reeves.pages import InventoryPage
from carlot.partners.wayne_reeves.shown import find_shown
from carlot.partners.wayne_reeves.webhook import DmsSale, VehicleEvent, read_event
from carlot.platform.ports import Services, Statement
from carlot.store import dms_pages, pull_runs, questions, sales, webhook_events
from carlot.store.dms_pages import Known, Seen
from carlot.store.sales import Standing, Terms
from carlot.store.tasks import Lease, Outcome, Shared

MOST_AT_ONCE = 30
"""Events that are taken as one page: as many as one delivery has messages."""

_NOW = datetime.max.replace(tzinfo=UTC)


async def apply_event(services: Services, lease: Lease) -> Outcome:
    """Bring the lot up to a stored event.

    Raises: `Retryable` and the other failures of a call, where the DMS has to be asked what holds; `Permanent`.
    """
    row = (await webhook_events.read(services.database, [lease.subject_id])).get(lease.subject_id)
    if row is None or row["state"] != "stored":
        return Outcome()
    event = read_event(row["body"])
    if isinstance(event, str):
        if row["type"] == "vehicle.sold":  # A sale must not get lost in a list that nobody reads.
            raise Permanent(f"A sale reported by Wayne Reeves cannot be read. {event} Enter it by hand.")
        return _settled(services, lease, "failed", f"The event cannot be read. {event}")
    record = _record(services, event)
    if event.event == "vehicle.sold":
        return await _sold(services, lease, event, record)
    return await _changed(services, lease, record)


async def apply_events(services: Services, leases: Sequence[Lease]) -> Mapping[str, Result]:
    """Bring the lot up to several stored events: those that each tell of one vehicle of their own are taken as one page.

    Several about one vehicle take effect one after the other, as they happened. The rest (sales, what has to be asked) is `None`:
    each alone.
    """
    told = await _told(services, leases)
    outcomes: dict[str, Result] = dict.fromkeys([lease.id for lease in leases])
    names = Counter(name for _, record in told.values() for name in {record.vin, record.stock_number})
    shared = {lease for lease, (_, record) in told.items() if names[record.vin] > 1 or names[record.stock_number] > 1}
    plain = {lease: record for lease, (kind, record) in told.items() if lease not in shared and kind != "vehicle.sold"}
    seen = await _look_up_all(services, list(plain.values())) if plain else []
    named = Counter(vehicle_id for each in seen for vehicle_id in each.candidates)
    page: list[tuple[Lease, Seen, DmsVehicle]] = []
    for (lease, record), each in zip(plain.items(), seen, strict=True):
        if any(named[vehicle_id] > 1 for vehicle_id in each.candidates):
            shared.add(lease)
        elif _is_old(each):
            outcomes[lease.id] = _settled(services, lease, "ignored", "Something newer is already known.")
        elif not (each.known and _is_in_doubt(each, each.known, record)):
            page.append((lease, each, record))
    merged = await merge(services, _page([record for _, _, record in page]))
    together = Shared((*merged.writes, pull_runs.forget_pages()), merged.enqueue)
    for lease, each, _ in page:
        applied = webhook_events.settle_as_of(lease.subject_id, each, instant(services.clock.now()))
        outcomes[lease.id] = Outcome((applied,), "Applied.", shared=together)
    # One that gives no time tells of now.
    in_turn = sorted((lease for lease in told if lease in shared), key=lambda lease: told[lease][1].updated_at or _NOW)
    return outcomes | {lease.id: InTurn(place) for place, lease in enumerate(in_turn)}


async def _told(services: Services, leases: Sequence[Lease]) -> dict[Lease, tuple[str, DmsVehicle]]:
    """The kinds and the records of those events that can be read."""
    rows = await webhook_events.read(services.database, [lease.subject_id for lease in leases])
    told: dict[Lease, tuple[str, DmsVehicle]] = {}
    for lease in leases:
        row = rows.get(lease.subject_id)
        event = read_event(row["body"]) if row and row["state"] == "stored" else ""
        if not isinstance(event, str):
            told[lease] = (event.event, _record(services, event))
    return told


def _record(services: Services, event: VehicleEvent) -> DmsVehicle:
    return timely(event.vehicle.model_copy(update={"updated_at": event.at}), services.clock.now())


async def _changed(services: Services, lease: Lease, record: DmsVehicle) -> Outcome:
    seen = await _look_up(services, record)
    known = seen.known
    if _is_old(seen):
        return _settled(services, lease, "ignored", "Something newer is already known.")
    if known and _is_in_doubt(seen, known, record):
        settled = await _ask(services, record)
        if settled is None:
            return _settled(services, lease, "ignored", "The DMS no longer shows this vehicle at that time.")
        record = settled
    merged = await merge(services, _page([record]))
    applied = webhook_events.settle_as_of(lease.subject_id, seen, instant(services.clock.now()))
    return Outcome((applied, *merged.writes, pull_runs.forget_pages()), "Applied.", enqueue=merged.enqueue)


async def _look_up(services: Services, record: DmsVehicle) -> Seen:
    return (await _look_up_all(services, [record]))[0]


async def _look_up_all(services: Services, records: list[DmsVehicle]) -> list[Seen]:
    seen: list[Seen] = []
    for part, text in to_texts(records):
        seen += await dms_pages.look_up(services.database, text, [told_by(record) for record in part], services.clock.now())
    return seen


def _is_old(seen: Seen) -> bool:
    known = seen.known
    return bool(known and seen.told_at and known.dms_updated_at and seen.told_at < known.dms_updated_at)


def _is_in_doubt(seen: Seen, known: Known, record: DmsVehicle) -> bool:
    """Whether only the DMS can say what holds.

    Two records of the same moment differ, a sale undone here may be an echo, or the record is from before the DMS took an edit.
    """
    if known.edits_taken_at and (seen.told_at or seen.seen_at) < instant(parse_instant(known.edits_taken_at) + AHEAD):
        return True
    if seen.told_at is not None and seen.told_at == known.dms_updated_at:
        return known.dms_record != to_kept(record)
    return record.status == "sold" and known.status != "sold" and known.had_sale_undone


async def _sold(services: Services, lease: Lease, event: VehicleEvent, record: DmsVehicle) -> Outcome:
    """A sale is a fact whatever else arrived before: it is recorded however late it is told, and the car is sold."""
    record = record.model_copy(update={"status": "sold"})
    if event.sale is None:
        return await _changed(services, lease, record)
    named = await sales.told_as(services.database, event.sale.sale_id, record.vin) if event.sale.sale_id else None
    if named is not None and named.is_void:
        return _settled(services, lease, "ignored", "This sale was undone here.")
    if named is not None:
        return await _followed(services, lease, named.vehicle_id, event.sale, record)
    known = (await _look_up(services, record)).known
    if known is None:
        # The car comes first, as sold; the event is taken up again for its sale.
        merged = await merge(services, _page([record]))
        return Outcome((*merged.writes, pull_runs.forget_pages()), more=True, enqueue=merged.enqueue)
    return await _followed(services, lease, known.id, event.sale, record)


async def _followed(services: Services, lease: Lease, vehicle_id: str, told: DmsSale, record: DmsVehicle) -> Outcome:
    """The DMS's sale is made here, or corrects the one that it made; one made here is disputed when the amounts differ.

    Without a price it leaves the one that is known.
    """
    told_at = None if record.updated_at is None else instant(record.updated_at)
    customer_id, added = await customer_of(services, told.customer)
    sale = await sales.standing(services.database, vehicle_id)
    price_cents = told.price_cents or (sale.price_cents if sale else None)
    if price_cents is None:
        # The car is sold, and what for is asked.
        if sale is None:
            return await _changed(services, lease, record)
        return _settled(services, lease, "ignored", "This sale is already known.")
    day = (record.updated_at or services.clock.now()).date().isoformat() if sale is None else sale.sale_date
    terms = Terms(price_cents, told.sale_date.isoformat() if told.sale_date else day, customer_id)
    if sale is not None:
        terms = replace(terms, lines=sale.lines)
    if sale is None:
        same = (vehicle_id, terms.price_cents, terms.sale_date)
        if await sales.is_undone(services.database, *same, told_at):
            noted = [sales.note_undone(*same, told_at)] if told_at else []
            return _settled(services, lease, "ignored", "This sale is already known.", *noted)
        _, made = make_sale(services, {"id": vehicle_id}, terms, from_dms=(told.sale_id, told_at))
        # It may have fallen through since: what the DMS shows of the car later is news again.
        late = [dms_pages.news_again(vehicle_id, told_at), pull_runs.forget_pages()] if told_at else []
        return _took(services, lease, [*added, *made.changes, *late], made)
    if sale.price_cents is not None and sale.dms_told_at and told_at and told_at < sale.dms_told_at:
        return _settled(services, lease, "ignored", "Something newer is already known.")
    if sale.origin == "carlot":
        follow = await _compared(services, sale, terms, told.sale_id, told_at)
    else:
        # A correction that names nobody leaves the customer.
        same_customer = replace(terms, customer_id=sale.customer_id) if told.customer is None else terms
        follow = await correct_sale(services, sale, same_customer, told_at=told_at)
        if told.sale_id is not None and told.sale_id != sale.dms_sale_id:
            follow = replace(
                follow, changes=[*follow.changes, sales.move(sale.id, "dms", told.sale_id, instant(services.clock.now()))]
            )
    noted = [] if told_at is None else [sales.note_told(sale, told_at)]
    if not any(each.sql == questions.ASK for each in follow.changes):
        # An open question about what the DMS told earlier ends: the DMS tells something else now.
        noted.append(questions.void_told(sale.id, instant(services.clock.now()), told_at))
    if not follow.changes:
        return _settled(services, lease, "ignored", "This sale is already known.", *noted)
    return _took(services, lease, [*added, *noted, *follow.changes], follow)


async def _compared(services: Services, sale: Standing, terms: Terms, dms_sale_id: str | None, told_at: str | None) -> Decision:
    """A sale made here, and one in the DMS: it is ours, coming back, or the dealer is asked which amount is right."""
    echo = sale.dms_sent is not None and from_json(sale.dms_sent)[0] == terms.price_cents
    if terms.price_cents != sale.price_cents and not echo:
        return await ask_about(services, "sale_disputed", sale, terms, dms_sale_id, by_dms=True, told_at=told_at)
    if dms_sale_id is not None and sale.dms_sale_id is None:
        return Decision([sales.mark_told(sale.id, dms_sale_id, instant(services.clock.now()))])
    return Decision()


def _took(services: Services, lease: Lease, writes: list[Statement], decision: Decision) -> Outcome:
    return replace(_settled(services, lease, "applied", None, *writes), enqueue=tuple(decision.enqueue))


async def _ask(services: Services, told: DmsVehicle) -> DmsVehicle | None:
    """What the DMS itself shows of a vehicle now; `None`: nothing at or after the time it told of.

    Raises: `Retryable`; a DMS that lets us not in holds up this event alone.
    """
    if missing := services.settings.lacking("wayne_reeves"):
        raise Retryable(f"Wayne Reeves must be asked which of its records is right: set {' and '.join(missing)}.")
    # A sold record may be of an earlier stay: whether the car is for sale by now is told by another record, of any time.
    since = None if told.updated_at is None or told.status == "sold" else instant(told.updated_at)
    try:
        return await find_shown(throttled(services, "wayne_reeves"), told.vin, told.stock_number, since)
    except AuthExpired as refused:
        raise Retryable(str(refused)) from refused


def _page(records: list[DmsVehicle]) -> InventoryPage:
    numbers, told = [record.stock_number for record in records], [record.vin for record in records]
    return InventoryPage(records, [], numbers, told, 0, len(records), None, len(records))


def _settled(services: Services, lease: Lease, state: str, note: str | None, *writes: Statement) -> Outcome:
    now = instant(services.clock.now())
    return Outcome((*writes, webhook_events.settle(lease.subject_id, state, note, now)), note or "Applied.")
