"""Taking records of the DMS over into the lot: what is news, what is rejected, what is written."""

from __future__ import annotations

from dataclasses import dataclass, replace

from pydantic_core import to_json

from carlot.domain import vin as vins
from carlot.domain.times import instant
from carlot.lot.sync_rules import enqueue_listings_by
from carlot.partners.wayne_reeves.mapping import DmsVehicle, Rejection, timely, to_texts
from carlot.partners.wayne_reeves.pages import InventoryPage
from carlot.platform.ports import Services, Statement
from carlot.store import dms_pages, listings
from carlot.store.dms_pages import News, Special


@dataclass(frozen=True, slots=True)
class Merged:
    """What taking a page over comes to: the statements, the rejected records, and how many vehicles are new or changed.

    `enqueue` are the statements that enqueue tasks of the listing sites.
    """

    writes: tuple[Statement, ...]
    rejected: list[Rejection]
    created: int
    updated: int
    enqueue: tuple[Statement, ...] = ()


async def merge(services: Services, page: InventoryPage) -> Merged:
    """Work out what a page of records changes; nothing is written yet."""
    now = services.clock.now()
    page = replace(page, records=[timely(record, now) for record in page.records])
    texts = to_texts(page.records) if page.records else []
    news = await _news(services, texts)
    rejected, adopted, fit = _decide(page, news.special)
    known = [*news.changed, *(item.key for item in fit if item.known or item.twin)]
    keys = sorted([*news.added, *news.changed, *(item.key for item in fit)])
    if not keys:
        return Merged((), rejected, 0, 0)
    changed = [page.records[key] for key in keys]
    if len(changed) < len(page.records):
        texts = to_texts(changed)
    looked_at = [page.records[item.key].stock_number for item in fit]
    writes = [*_parked(fit), *_vehicle_writes(services, texts, adopted, looked_at)]
    # A car that was not here before is on no site yet, and its switch is off.
    stock_numbers = [page.records[key].stock_number for key in known]
    enqueued = (enqueue_listings_by(services, listings.ENQUEUE_IMPORTED, stock_numbers),) if known else ()
    return Merged(tuple(writes), rejected, len(keys) - len(known), len(known), enqueued)


async def _news(services: Services, texts: list[tuple[list[DmsVehicle], str]]) -> News:
    """What is news, each by its place in the whole page."""
    news = News([], [], [])
    first = 0
    for records, text in texts:
        part = await dms_pages.classify(services.database, text)
        news.added.extend(key + first for key in part.added)
        news.changed.extend(key + first for key in part.changed)
        news.special.extend(replace(item, key=item.key + first) for item in part.special)
        first += len(records)
    return news


def _decide(page: InventoryPage, special: list[Special]) -> tuple[list[Rejection], list[tuple[str, str]], list[Special]]:
    """Split what needs a look into what is rejected, which cars entered by hand are the DMS's, and what is written."""
    rejected = list(page.rejected)
    adopted: list[tuple[str, str]] = []
    fit: list[Special] = []
    twins = {item.known: item.twin for item in special if item.known and not item.edited and not item.namesake}
    for item in special:
        record = page.records[item.key]
        changes_places = item.known in twins and item.twin in twins and twins[item.twin] == item.known
        if item.namesake:
            rejected.append(_rejected_namesake(record, item))
        elif item.twin and not changes_places and not (item.twin_by_hand and not item.twin_sold):
            rejected.append(_rejected_twin(record, item))
        else:
            fit.append(item)
            if item.twin and not item.known:
                adopted.append((item.twin, record.stock_number))
    return rejected, adopted, fit


def _parked(fit: list[Special]) -> list[Statement]:
    """What makes way for cars whose VINs change places."""
    places = [item.known for item in fit if item.known and item.twin]
    return [dms_pages.park(to_json(places).decode())] if places else []


def _rejected_namesake(record: DmsVehicle, item: Special) -> Rejection:
    if item.known:
        message = "Its stock number was edited here to one that another car has by now: correct one of the two."
    else:
        message = "A car entered by hand has this stock number, but another VIN: correct one of the two."
    return Rejection(stock_number=record.stock_number, field="stock_number", message=message)


def _rejected_twin(record: DmsVehicle, item: Special) -> Rejection:
    where = f"stock number {item.twin_stock}" if item.twin_stock else "another car"
    if item.known and item.edited:
        message = f"Its VIN was edited here or in the DMS to one that is already on the lot as {where}: correct one of the two."
    elif item.twin_sold:
        message = f"VIN {record.vin} was sold as {where}, and was not acquired again since."
    else:
        message = f"VIN {record.vin} is already on the lot as {where}."
    return Rejection(stock_number=record.stock_number, field="vin", message=message)


def _vehicle_writes(
    services: Services, texts: list[tuple[list[DmsVehicle], str]], adopted: list[tuple[str, str]], edited: list[str]
) -> list[Statement]:
    """The statements that take over changed records; `edited` names those that the dealer has changed by hand."""
    settings, now = services.settings, instant(services.clock.now())
    writes = [dms_pages.adopt(to_json(adopted).decode())] if adopted else []
    for records, text in texts:
        invalid = to_json([key for key, record in enumerate(records) if not vins.is_valid(record.vin, record.year)]).decode()
        writes.append(dms_pages.upsert(text, invalid, settings.public_base_url, now, publish=settings.publishes_imports))
    return [*writes, dms_pages.agree(to_json(edited).decode(), settings.public_base_url)] if edited else writes
