"""Pulling the inventory from the DMS: page by page, a few a message, resumable at any point.

Between pages nothing is held in memory: the next page is whatever follows the last one that is in D1. A page and the fact that
it is in are written in one batch, so no page is skipped and none counts twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pydantic_core import to_json

from carlot.domain.times import instant
from carlot.errors import NeedsDealer, PartnerError, Permanent, StatementRefused
from carlot.lot.sync_rules import enqueue_listings_by
from carlot.partners.wayne_reeves import client
from carlot.partners.wayne_reeves.merge import merge
from carlot.partners.wayne_reeves.pages import InventoryPage, read_page, to_fingerprint
from carlot.platform.ports import Services, Statement
from carlot.store import dms_pages, listings, pull_runs, sales
from carlot.store.pull_runs import PageResult, Progress, Sighting
from carlot.store.tasks import Lease, Outcome

MAX_PAGES = 10_000
SHRUNKEN_ABOVE = 3
"""So many cars may go at once without a question; more only when they are no more than a quarter of the lot."""


async def pull_page(services: Services, lease: Lease) -> Outcome:
    """Fetch and store the next page of a run, or finish the run when there is none.

    Raises: `Retryable`, `Permanent`, `AuthExpired`.
    """
    run = await pull_runs.progress(services.database, lease.subject_id)
    if run is None or run.status in ("completed", "degraded"):
        return Outcome()
    if run.page and run.next_cursor is None:
        return await _finish(services, run)
    if run.loops or run.page >= MAX_PAGES:
        raise Permanent("Wayne Reeves' pages go round in a circle: a page came up twice. Nothing was removed.")
    asked_at = services.clock.now()
    body = await client.fetch_inventory(services.http, services.settings, asked_at, cursor=run.next_cursor)
    fingerprint = to_fingerprint(body)
    if run.known_run and fingerprint == run.known_fingerprint:
        writes = pull_runs.add_known_page(run, run.known_run, instant(services.clock.now()))
        return Outcome(tuple(writes), f"Page {run.page + 1} is as it was.", more=True)
    done = await _store(services, run, read_page(body), fingerprint)
    # A page that was on its way while a sale was undone may show it still: it is asked for again.
    return replace(done, writes=(sales.none_undone(run.id, instant(asked_at)), *done.writes))


def abandon(services: Services, run_id: str, failure: Exception) -> Sequence[Statement]:
    """The run ends where it stands; the pages that are in stay in, and nothing is removed.

    It failed when the DMS does not let us in; otherwise it is degraded: the lot was not seen whole.
    """
    refused = isinstance(failure, NeedsDealer)
    plain = isinstance(failure, (PartnerError, StatementRefused))
    reason = str(failure) if plain else "The program made a mistake."
    now = instant(services.clock.now())
    return pull_runs.finish(run_id, "failed" if refused else "degraded", 0, f"{reason} Nothing was removed.", now)


async def _store(services: Services, run: Progress, page: InventoryPage, fingerprint: str) -> Outcome:
    merged = await merge(services, page)
    now = instant(services.clock.now())
    result = PageResult(
        page=run.page + 1,
        cursor=run.next_cursor,
        next_cursor=page.next_cursor,
        fingerprint=fingerprint,
        total=page.total,
        stock_numbers=page.stock_numbers,
        seen=page.seen,
        created=merged.created,
        updated=merged.updated,
        unchanged=page.seen - sum(not each.taken for each in merged.rejected) - merged.created - merged.updated,
        rejected=to_json(merged.rejected, by_alias=True).decode(),
    )
    writes = (*pull_runs.add_page(run.id, result, now), *merged.writes)
    return Outcome(writes, f"Page {result.page} is in.", more=True, enqueue=merged.enqueue)


async def _finish(services: Services, run: Progress) -> Outcome:
    """Judge what the run saw, and remove only what two trusted runs in a row did not see."""
    saw = await pull_runs.sighting(services.database, run.id)
    now = instant(services.clock.now())
    if doubt := _doubt(saw):
        return Outcome(tuple(pull_runs.finish(run.id, "degraded", 0, doubt, now)), doubt)
    # What was edited by hand and is not what the DMS shows is sent to it again.
    edited = dms_pages.enqueue_edited(now)
    if saw.previous is None:
        return Outcome(
            tuple(pull_runs.finish(run.id, "completed", 0, None, now)), f"{saw.seen} vehicles seen.", enqueue=(edited,)
        )
    removed = await pull_runs.count_gone(services.database, run.id, saw.previous)
    writes = [pull_runs.archive_gone(run.id, saw.previous, now), *pull_runs.finish(run.id, "completed", removed, None, now)]
    enqueued = (edited, enqueue_listings_by(services, listings.ENQUEUE_ARCHIVED)) if removed else (edited,)
    return Outcome(tuple(writes), f"{saw.seen} vehicles seen, {removed} removed.", enqueue=enqueued)


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
