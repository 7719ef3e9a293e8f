"""Taking records of the DMS over into the lot: whose they are, what is news, what is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from pydantic_core import to_json

from carlot.domain import vin as vins
from carlot.domain.identity import Nobody, Told, find, find_on_lot
from carlot.domain.times import instant
from carlot.lot.sync_rules import enqueue_edits_again, enqueue_listings, enqueue_listings_by
from carlot.partners.wayne_reeves.mapping import DmsVehicle, Rejection, timely, to_texts
from carlot.partners.wayne_reeves.pages import InventoryPage
from carlot.platform.ports import Services, Statement
from carlot.store import dms_pages, dms_sales, listings, sales, vin_decodes
from carlot.store.dms_pages import Named, News, Special


@dataclass(frozen=True, slots=True)
class Merged:
    """What taking a page over comes to: the statements, the rejected records, and how many vehicles are new or changed.

    `enqueue` are the statements that enqueue tasks of the listing sites. `moves_names`: a vehicle gets another's stock number or
    record.
    """

    writes: tuple[Statement, ...]
    rejected: list[Rejection]
    created: int
    updated: int
    enqueue: tuple[Statement, ...] = ()
    moves_names: bool = False


@dataclass(slots=True)
class _Placed:
    """Whose the special records of a page are.

    `fit` are the places of those that are written, `known` those of vehicles that are here. `released` are ids of vehicles that
    give up the DMS's number, `taken` the numbers that pass to others, `adopted` and `renumbered` pairs of a vehicle's id and its
    number.
    """

    rejected: list[Rejection]
    fit: list[int] = field(default_factory=list)
    known: list[int] = field(default_factory=list)
    edited: list[int] = field(default_factory=list)
    released: list[str] = field(default_factory=list)
    taken: list[str] = field(default_factory=list)
    adopted: list[tuple[str, str]] = field(default_factory=list)
    renumbered: list[tuple[str, str]] = field(default_factory=list)


async def merge(services: Services, page: InventoryPage, run_id: str | None = None) -> Merged:
    """Work out what a page of records changes; nothing is written yet. `run_id` is the run that the page belongs to."""
    now = services.clock.now()
    page = replace(page, records=[timely(record, now) for record in page.records])
    texts = to_texts(page.records, page.told_at) if page.records else []
    news = await _news(services, texts, run_id)
    placed = _place(page, news.special)
    known = [*news.changed, *placed.known]
    keys = sorted([*news.added, *news.changed, *placed.fit])
    if not keys:
        return Merged((), placed.rejected, 0, 0)
    changed = [page.records[key] for key in keys]
    if len(changed) < len(page.records):
        texts = to_texts(changed, page.told_at)
    edited = [page.records[key] for key in sorted({*news.edited, *placed.edited})]
    writes = [*_name_writes(services, placed), *_vehicle_writes(services, texts), *_agreed(services, edited)]
    # A car that was not here before is on no site yet, and its switch is off.
    stock_numbers = [page.records[key].stock_number for key in known]
    enqueued = [enqueue_listings_by(services, listings.ENQUEUE_IMPORTED, stock_numbers)] if known else []
    if known:
        numbers, at = to_json(stock_numbers).decode(), instant(services.clock.now())
        writes += dms_sales.follow(numbers, at)
        enqueued += dms_sales.enqueue_undone(numbers, at, keeps_costs=services.settings.keeps_costs)
    if services.settings.configured(vin_decodes.TARGET):
        enqueued.append(vin_decodes.enqueue_imported([record.stock_number for record in changed], instant(now)))
    if placed.released:
        enqueued += enqueue_listings(services, *placed.released)
    if placed.adopted:
        enqueued += enqueue_edits_again(services)
    renumbered = [vehicle_id for vehicle_id, _ in placed.renumbered]
    if renumbered and services.settings.tells_dms:
        enqueued.append(sales.enqueue_untold(to_json(renumbered).decode(), instant(now)))
    created, updated = len(keys) - len(known), len(known)
    return Merged(tuple(writes), placed.rejected, created, updated, tuple(enqueued), bool(placed.fit))


def told_by(record: DmsVehicle) -> Told:
    """What a record tells of its car's identity."""
    acquired = record.date_acquired.isoformat() if record.date_acquired else None
    sold = record.status == "sold"
    return Told(record.stock_number, record.vin, record.make, record.model, record.year, sold, acquired)


async def _news(services: Services, texts: list[tuple[list[DmsVehicle], str]], run_id: str | None) -> News:
    """What is news, each by its place in the whole page."""
    news = News()
    first = 0
    for records, text in texts:
        part = await dms_pages.classify(services.database, text, run_id)
        for whole, some in ((news.added, part.added), (news.changed, part.changed), (news.edited, part.edited)):
            whole.extend(key + first for key in some)
        news.special.extend(Special(key=item.key + first, candidates=item.candidates) for item in part.special)
        first += len(records)
    return news


def _place(page: InventoryPage, special: Sequence[Special]) -> _Placed:
    """Find the vehicles of special records: by VIN first, in the whole page, for the number may be that of a car on it too."""
    placed = _Placed(list(page.rejected))
    special = _seen(page, special)
    told = {item.key: told_by(page.records[item.key]) for item in special}
    # What is for sale now comes before the sale of an earlier stay on the lot.
    special = sorted(special, key=lambda item: told[item.key].sold)
    by_vin: dict[int, str] = {}
    for item in special:
        car = find_on_lot(told[item.key], [named.car for named in item.candidates])
        if car and not told[item.key].sold:
            by_vin[item.key] = car.id
    claimed = set(by_vin.values())
    for item in special:
        own = claimed - {by_vin.get(item.key)}
        found = find(told[item.key], [named.car for named in item.candidates], own)
        if found is Nobody.TWICE:
            placed.rejected.append(_rejected_twice(told[item.key], item.candidates))
            continue
        owner = None if isinstance(found, Nobody) else next(named for named in item.candidates if named.car.id == found.id)
        if owner:
            claimed.add(owner.car.id)
        if owner is None or not owner.old:
            _place_one(placed, item, told[item.key], owner)
    return placed


def _seen(page: InventoryPage, special: Sequence[Special]) -> list[Special]:
    """The special records, whose candidates are seen as soon as the same page shows them under the numbers that they have."""
    shown = {(record.vin, record.stock_number): record.status == "sold" for record in page.records}

    def look(named: Named, *, sold: bool) -> Named:
        shown_sold = shown.get((named.car.vin, str(named.car.number)))
        if shown_sold is None or (shown_sold and not sold):
            return named
        return named.model_copy(update={"car": replace(named.car, seen=1)})

    looked = [(item, page.records[item.key].status == "sold") for item in special]
    return [item.model_copy(update={"candidates": [look(each, sold=sold) for each in item.candidates]}) for item, sold in looked]


def _place_one(placed: _Placed, item: Special, told: Told, owner: Named | None) -> None:
    """Have a record written to its vehicle, or to a new one (`None`), and its names free for it."""
    if owner and owner.same and owner.car.number == told.number:
        return
    placed.fit.append(item.key)
    others = [named.car for named in item.candidates if owner is None or named.car.id != owner.car.id]
    placed.released += [car.id for car in others if car.number == told.number]
    if any(car.stock_number == told.number and car.on_lot for car in others):
        placed.taken.append(told.number)
    if owner is None:
        return
    car = owner.car
    placed.known.append(item.key)
    if car.typed or owner.edited:
        placed.edited.append(item.key)
    if car.typed:
        placed.adopted.append((car.id, told.number))
    elif car.number != told.number:
        placed.renumbered.append((car.id, told.number))
        if car.number is not None:
            placed.released.append(car.id)


def _rejected_twice(told: Told, candidates: Sequence[Named]) -> Rejection:
    other = next((named.car.number for named in candidates if named.car.vin == told.vin and named.car.on_lot), None)
    message = f"Wayne Reeves shows VIN {told.vin} twice, as {other} and as {told.number}: correct one of the two there."
    return Rejection(stock_number=told.number, field="vin", message=message)


def _name_writes(services: Services, placed: _Placed) -> list[Statement]:
    """The statements by which vehicles change their stock numbers: all give theirs up before any gets another."""
    writes: list[Statement] = []
    if placed.released or placed.taken:
        now = instant(services.clock.now())
        writes.append(dms_pages.release(to_json(placed.released).decode(), to_json(placed.taken).decode(), now))
    if placed.adopted:
        writes.append(dms_pages.adopt(to_json(placed.adopted).decode()))
    if placed.renumbered:
        writes.append(dms_pages.renumber(to_json(placed.renumbered).decode()))
    return writes


def _vehicle_writes(services: Services, texts: list[tuple[list[DmsVehicle], str]]) -> list[Statement]:
    """The statements that take over changed records."""
    settings, now = services.settings, instant(services.clock.now())
    writes: list[Statement] = []
    for records, text in texts:
        invalid = to_json([key for key, record in enumerate(records) if not vins.is_valid(record.vin, record.year)]).decode()
        writes.append(dms_pages.upsert(text, invalid, settings.public_base_url, now, publish=settings.publishes_imports))
    return writes


def _agreed(services: Services, edited: list[DmsVehicle]) -> list[Statement]:
    """End the hand edits of these cars that the DMS now shows."""
    return [dms_pages.agree(text, services.settings.public_base_url) for _, text in to_texts(edited)]
