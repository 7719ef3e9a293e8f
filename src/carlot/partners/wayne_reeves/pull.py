"""Pulling the inventory from the DMS: page by page, a few a message, resumable at any point.

Between pages nothing is held in memory: the next page is whatever follows the last one that is in D1. A page and the fact that
it is in are written in one batch, so no page is skipped and none counts twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pydantic_core import from_json, to_json

from carlot.domain.times import instant
from carlot.errors import NeedsDealer, PartnerError, Permanent, StatementRefused
from carlot.lot.sync_rules import enqueue_edits_again, enqueue_listings_by
from carlot.partners.wayne_reeves.merge import merge
from carlot.partners.wayne_reeves.pages import Before
from carlot.partners.wayne_reeves.source import Fetched
from carlot.partners.wayne_reeves.sources import forget_text, source_of
from carlot.platform.ports import Services, Statement
from carlot.store import inventory_files, listings, pull_runs, questions, sales
from carlot.store.inventory_files import FileStanding
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
        raise Permanent("Wayne Reeves sent the same page twice.")
    source = await source_of(services, run, lease)
    if isinstance(source, Outcome):
        return source
    asked_at = services.clock.now()
    fetched = await source.fetch(run.next_cursor)
    if run.known and fetched.fingerprint == run.known.fingerprint:
        writes = pull_runs.add_known_page(run, run.known.run_id, instant(services.clock.now()))
        return Outcome(tuple(writes), f"Page {run.page + 1} is as it was.", more=True)
    done = await _store(services, run, fetched)
    # A page that was on its way while a sale was undone, or an edit was taken, may not show that yet: it is asked for again.
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


async def _store(services: Services, run: Progress, fetched: Fetched) -> Outcome:
    page = fetched.read(_before(run))
    merged = await merge(services, page, run.id)
    now = instant(services.clock.now())
    result = PageResult(
        page=run.page + 1,
        cursor=run.next_cursor,
        next_cursor=page.next_cursor,
        fingerprint=fetched.fingerprint,
        total=page.total,
        stock_numbers=page.stock_numbers,
        vins=page.vins,
        digests=page.digests,
        unidentified=page.unidentified,
        seen=page.seen,
        created=merged.created,
        updated=merged.updated,
        unchanged=page.seen - sum(not each.taken for each in merged.rejected) - merged.created - merged.updated,
        rejected=to_json(merged.rejected, by_alias=True).decode(),
    )
    cut = [inventory_files.mark_cut(run.id)] if page.is_cut else []
    # A car that got its name from another may stand on a page that is as it was.
    moved = [pull_runs.forget_pages()] if merged.moves_names else []
    writes = (*moved, *pull_runs.add_page(run.id, result, now, run.known.run_id if run.known else None), *cut, *merged.writes)
    return Outcome(writes, f"Page {result.page} is in.", more=True, enqueue=merged.enqueue)


def _before(run: Progress) -> Before | None:
    """The page to come as the last complete run took it over."""
    known = run.known
    return Before(from_json(known.digests), from_json(known.stock_numbers), from_json(known.vins)) if known else None


async def _finish(services: Services, run: Progress) -> Outcome:
    """Judge what the run saw, and remove only what two trusted runs in a row did not see. Then the next file has its turn."""
    file = await inventory_files.standing(services.database, run.id) if run.has_file else None
    done = await _judged(services, run, file)
    if file:
        await forget_text(services, file)
    now = instant(services.clock.now())
    return replace(
        done,
        writes=(*done.writes, inventory_files.start_waiting()),
        enqueue=(*done.enqueue, inventory_files.enqueue_begun(now)),
    )


async def _judged(services: Services, run: Progress, file: FileStanding | None) -> Outcome:
    saw = await pull_runs.sighting(services.database, run.id)
    now = instant(services.clock.now())
    if doubt := _doubt(saw, file):
        asked = pull_runs.ask_missing(run.id, saw.lot, now) if saw.seen == saw.total == 0 else []
        return Outcome((*asked, *pull_runs.finish(run.id, "degraded", 0, doubt, now)), doubt)
    # What was edited by hand and is not what the DMS shows is sent to it again.
    edited = enqueue_edits_again(services)
    if said := _no_news(file):
        return Outcome(
            (pull_runs.mark_shrunken(run.id), *pull_runs.finish(run.id, "completed", 0, said, now)), said, enqueue=edited
        )
    if _is_shrunken(saw):
        said = f"{saw.missing} of {saw.lot} vehicles on the lot were missing. Nothing was removed; answer under Needs you."
        asked = pull_runs.ask_missing(run.id, saw.lot, now)
        finished = pull_runs.finish(run.id, "completed", 0, said, now)
        return Outcome((*asked, *finished), said, enqueue=edited)
    settled = questions.void("cars_missing", "lot", now)
    note = _unidentified(saw.unidentified) if saw.unidentified else None
    if saw.previous is None or note:
        said = note or f"{saw.seen} vehicles seen."
        return Outcome((settled, *pull_runs.finish(run.id, "completed", 0, note, now)), said, enqueue=edited)
    removed = await pull_runs.count_gone(services.database, run.id, saw.previous)
    writes = [
        settled,
        pull_runs.archive_gone(run.id, saw.previous, now),
        *pull_runs.finish(run.id, "completed", removed, None, now),
    ]
    enqueued = (*edited, enqueue_listings_by(services, listings.ENQUEUE_ARCHIVED)) if removed else edited
    return Outcome(tuple(writes), f"{saw.seen} vehicles seen, {removed} removed.", enqueue=enqueued)


def _unidentified(records: int) -> str:
    """What is said of a run that saw records of which it does not know whose they are: any missing car may be among them."""
    what = "1 record has" if records == 1 else f"{records} records have"
    return f"{what} neither a stock number nor a VIN that can be read. Nothing was removed."


def _doubt(saw: Sighting, file: FileStanding | None) -> str | None:
    """Why what the run saw cannot be trusted to be the whole lot; `None`: it can."""
    if file and file.is_cut:
        return "The file ends in the middle of a row: it was cut off. Nothing was removed."
    if saw.seen < saw.total and not file:
        return f"Incomplete: Wayne Reeves has {saw.total} vehicles but sent only {saw.seen}. Nothing was removed."
    if saw.seen == 0 and saw.lot:
        return f"Wayne Reeves sent no vehicle at all, while {saw.lot} are on the lot. Nothing was removed."
    return None


def _no_news(file: FileStanding | None) -> str | None:
    """Why a file says nothing of what is gone, and no later one is compared with it; `None`: it does."""
    if file and file.repeats:
        return "The file is the one that was read before."
    if file and file.is_old:
        return f"The file is an older one: it was here before the file of {(file.last_at or '')[:10]}. Nothing was removed."
    return None


def _is_shrunken(saw: Sighting) -> bool:
    """Whether more cars were missing than can be believed."""
    return saw.missing > SHRUNKEN_ABOVE and saw.missing * 4 > saw.lot
