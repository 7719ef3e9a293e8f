"""Pulling the inventory from the DMS: a page a message, resumable at any point.

Between pages nothing is held in memory: the next page is whatever follows the last one that is in D1. A page and the fact that
it is in are written in one batch, so no page is skipped and none counts twice.
"""

from __future__ import annotations

from collections.abc import Sequence

from pydantic_core import to_json

from carlot.domain import vin as vins
from carlot.domain.times import instant
from carlot.errors import AuthExpired, PartnerError, Permanent
from carlot.partners.wayne_reeves import client
from carlot.partners.wayne_reeves.mapping import DmsVehicle, InventoryPage, Rejection, read_page, to_records_json
from carlot.ports import Services, Statement
from carlot.store import imports, runs
from carlot.store.imports import News
from carlot.store.runs import PageResult, Progress, Sighting
from carlot.store.tasks import Done, Lease

MAX_PAGES = 10_000
SHRUNKEN_ABOVE = 10
"""So many cars may go at once without a question; more only when they are no more than a quarter of the lot."""


async def pull_page(services: Services, lease: Lease) -> Done:
    """Fetch and store the next page of a run, or finish the run when there is none.

    Raises: `Retryable`, `Permanent`.
    """
    run = await runs.progress(services.database, lease.subject_id)
    if run is None or run.status in ("completed", "degraded"):
        return Done()
    if run.page and run.next_cursor is None:
        return await _finish(services, run)
    if run.loops or run.page >= MAX_PAGES:
        raise Permanent("Wayne Reeves' pages go round in a circle: a page came up twice. Nothing was removed.")
    try:
        body = await client.fetch_inventory(services.http, services.settings, run.next_cursor, services.clock.now())
    except AuthExpired as refusal:
        # A run does not wait for the dealer: it ends, says why, and the next one tries again.
        raise Permanent("Wayne Reeves refused the API key: set WAYNE_REEVES_API_KEY anew.", 401) from refusal
    return await _store(services, run, read_page(body))


def abandon(services: Services, run_id: str, failure: Exception) -> Sequence[Statement]:
    """The run ends where it stands; the pages that are in stay in, and nothing is removed.

    It failed when the DMS lets us not in; otherwise it is degraded: the lot was not seen whole.
    """
    refused = isinstance(failure, Permanent) and failure.status in (401, 403)
    reason = str(failure) if isinstance(failure, PartnerError) else "The program made a mistake."
    now = instant(services.clock.now())
    return runs.finish(run_id, "failed" if refused else "degraded", 0, f"{reason} Nothing was removed.", now)


async def _store(services: Services, run: Progress, page: InventoryPage) -> Done:
    records = to_records_json(page.records)
    news = await imports.classify(services.database, records) if page.records else []
    rejected, adopted, wanted = _decide(page, news)
    now = instant(services.clock.now())
    known = sum(1 for item in wanted if item.known) + len(adopted)
    result = PageResult(
        page=run.page + 1,
        cursor=run.next_cursor,
        next_cursor=page.next_cursor,
        total=page.total,
        stock_numbers=page.stock_numbers,
        seen=page.seen,
        created=len(wanted) - known,
        updated=known,
        unchanged=page.seen - len(rejected) - len(wanted),
        rejected=to_json(rejected).decode(),
    )
    writes = runs.add_page(run.id, result, now)
    if wanted:
        changed = [page.records[item.key] for item in wanted]
        writes += _vehicle_writes(services, changed, adopted, records if len(changed) == len(page.records) else None, now)
    return Done(tuple(writes), f"Page {result.page} is in.", more=True)


def _decide(page: InventoryPage, news: list[News]) -> tuple[list[Rejection], list[tuple[str, str]], list[News]]:
    """Split the news into what is rejected, which cars entered by hand are the DMS's, and what is written."""
    rejected = list(page.rejected)
    adopted: list[tuple[str, str]] = []
    wanted: list[News] = []
    for item in news:
        record = page.records[item.key]
        if item.namesake:
            message = "A car entered by hand has this stock number, but another VIN: correct one of the two."
            rejected.append(Rejection(stockNumber=record.stock_number, field="stock_number", message=message))
        elif item.twin and not (item.twin_by_hand and not item.twin_sold):
            rejected.append(_rejected_twin(record, item))
        else:
            wanted.append(item)
            if item.twin:
                adopted.append((item.twin, record.stock_number))
    return rejected, adopted, wanted


def _rejected_twin(record: DmsVehicle, item: News) -> Rejection:
    where = f"stock number {item.twin_stock}" if item.twin_stock else "another car"
    if item.twin_sold:
        message = f"VIN {record.vin} was sold as {where}, and was not acquired again since."
    else:
        message = f"VIN {record.vin} is already on the lot as {where}."
    return Rejection(stockNumber=record.stock_number, field="vin", message=message)


def _vehicle_writes(
    services: Services, changed: list[DmsVehicle], adopted: list[tuple[str, str]], records: str | None, now: str
) -> list[Statement]:
    """The statements that take over changed records; `records` is their JSON where it is at hand."""
    settings = services.settings
    invalid = to_json([key for key, record in enumerate(changed) if not vins.is_valid(record.vin, record.year)]).decode()
    stock_numbers = to_json([record.stock_number for record in changed]).decode()
    writes = [imports.adopt(to_json(adopted).decode())] if adopted else []
    return [
        *writes,
        imports.upsert(
            records or to_records_json(changed), invalid, settings.public_base_url, now, publish=settings.publishes_imports
        ),
        imports.agree(stock_numbers, settings.public_base_url),
    ]


async def _finish(services: Services, run: Progress) -> Done:
    """Judge what the run saw, and remove only what two trusted runs in a row did not see."""
    saw = await runs.sighting(services.database, run.id)
    now = instant(services.clock.now())
    if doubt := _doubt(saw):
        return Done(tuple(runs.finish(run.id, "degraded", 0, doubt, now)), doubt)
    if saw.previous is None:
        return Done(tuple(runs.finish(run.id, "completed", 0, None, now)), f"{saw.seen} vehicles seen.")
    removed = await runs.count_gone(services.database, run.id, saw.previous)
    writes = [runs.archive_gone(run.id, saw.previous, now), *runs.finish(run.id, "completed", removed, None, now)]
    return Done(tuple(writes), f"{saw.seen} vehicles seen, {removed} removed.")


def _doubt(saw: Sighting) -> str | None:
    """Why what the run saw cannot be trusted to be the whole lot; `None`: it can."""
    if saw.seen < saw.total:
        return f"Incomplete: Wayne Reeves has {saw.total} vehicles but sent only {saw.seen}. Nothing was removed."
    if saw.seen == 0 and saw.lot:
        return f"Wayne Reeves sent no vehicle at all, while {saw.lot} are on the lot. Nothing was removed."
    if saw.missing > SHRUNKEN_ABOVE and saw.missing * 4 > saw.lot:
        return (
            f"{saw.missing} of {saw.lot} vehicles on the lot were missing, too many to believe. Nothing was removed; "
            "cars that are really gone can be deleted here."
        )
    return None
