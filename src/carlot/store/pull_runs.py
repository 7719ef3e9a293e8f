"""The import_runs and import_pages tables: a pull of the whole inventory, page by page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pydantic_core import from_json, to_json

from carlot.errors import DatabaseUnavailable
from carlot.platform.ports import Database, Row, Statement, statement
from carlot.store.json_objects import json_object

# A new run.
INSERT = "INSERT INTO import_runs (id, status, started_by, day, created_at) VALUES (?1, 'queued', ?2, ?3, ?4)"

# Whether the pull of a day is done.
DONE = "SELECT 1 FROM import_runs WHERE day = ?1 AND status = 'completed' LIMIT 1"

# The run that is going counts for a day. One of a file that was uploaded does not: what the day's pull reads may be another.
COUNT_GOING_FOR = """
UPDATE import_runs SET day = ?1
WHERE status IN ('queued', 'running') AND waiting = 0 AND id NOT IN (SELECT run_id FROM inventory_files WHERE source = 'upload')"""

# The run that is going, if any.
GOING = "SELECT id, status FROM import_runs WHERE status IN ('queued', 'running') AND waiting = 0"

# Where a run stands: its last page, whether the cursor that page gave was already asked for, and what the page to come looked like
# to the last complete run, if all of it was taken; and whether it reads a file.
PROGRESS = """
SELECT run.id, run.status, run.created_at, ifnull(last.page, 0) AS page, last.next_cursor,
  EXISTS (SELECT 1 FROM import_pages p WHERE p.run_id = run.id AND p.cursor = last.next_cursor) AS loops,
  EXISTS (SELECT 1 FROM inventory_files f WHERE f.run_id = run.id) AS has_file,
  known.run_id AS known_run, known.fingerprint, known.digests, known.stock_numbers, known.vins
FROM import_runs run
LEFT JOIN import_pages last ON last.run_id = run.id AND last.page = (SELECT max(page) FROM import_pages WHERE run_id = run.id)
LEFT JOIN import_pages known ON known.page = ifnull(last.page, 0) + 1 AND known.rejected = '[]' AND known.fingerprint IS NOT NULL
  AND known.run_id = (SELECT id FROM import_runs WHERE status = 'completed' ORDER BY created_at DESC, id LIMIT 1)
WHERE run.id = ?1"""

# One page is in. The primary key refuses a page that is in already. What it was compared with is the page of run ?16 (or NULL): where that
# was forgotten meanwhile, this one is not known either.
INSERT_PAGE = """
INSERT INTO import_pages (run_id, page, cursor, next_cursor, fingerprint, stock_numbers, vins, digests, unidentified, seen, created, updated, unchanged,
  rejected, created_at)
VALUES (?1, ?2, ?3, ?4,
  iif(?16 IS NULL OR EXISTS (SELECT 1 FROM import_pages WHERE run_id = ?16 AND page = ?2 AND fingerprint IS NOT NULL), ?5, NULL),
  ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)"""

# One page is in that is, byte for byte, a page of an earlier run (?4): nothing on it has changed.
INSERT_KNOWN_PAGE = """
INSERT INTO import_pages (run_id, page, cursor, next_cursor, fingerprint, stock_numbers, vins, digests, unidentified, seen, created, updated, unchanged,
  rejected, created_at)
SELECT ?1, page, ?3, next_cursor, fingerprint, stock_numbers, vins, digests, unidentified, seen, 0, 0, seen, '[]', ?5 FROM import_pages WHERE run_id = ?4 AND page = ?2"""

# Something other than a complete run has changed cars: no page is known any more.
FORGET_PAGES = "UPDATE import_pages SET fingerprint = NULL WHERE fingerprint IS NOT NULL"

# The run has a page more.
MARK_RUNNING = """
UPDATE import_runs SET status = 'running', total = ?2, started_at = coalesce(started_at, ?3), finished_at = NULL, message = NULL
WHERE id = ?1"""

# The run has a page more, the same as the run ?2 had; so has it the same total.
MARK_RUNNING_AS_KNOWN = MARK_RUNNING.replace("total = ?2", "total = (SELECT total FROM import_runs WHERE id = ?2)")

# The run has ended.
FINISH = "UPDATE import_runs SET status = ?2, removed = ?3, message = ?4, finished_at = ?5 WHERE id = ?1"

# A car of the DMS that none of these runs saw, neither by its stock number nor by its VIN, ours or the DMS's.
_UNSEEN = """dms_record IS NOT NULL
  AND (external_dms_id IS NULL OR external_dms_id NOT IN (SELECT value FROM import_pages, json_each(stock_numbers) WHERE run_id IN ({runs})))
  AND vin NOT IN (SELECT value FROM import_pages, json_each(vins) WHERE run_id IN ({runs}))
  AND ifnull(dms_record ->> 'vin', '') NOT IN (SELECT value FROM import_pages, json_each(vins) WHERE run_id IN ({runs}))"""

# What a run saw, against the cars of the DMS that are on the lot. A stock number on two pages counts once.
SIGHTING = f"""
SELECT
  (SELECT count(DISTINCT value) FROM import_pages, json_each(stock_numbers) WHERE run_id = ?1)
    + (SELECT coalesce(sum(seen - json_array_length(stock_numbers)), 0) FROM import_pages WHERE run_id = ?1) AS seen,
  (SELECT coalesce(sum(unidentified), 0) FROM import_pages WHERE run_id = ?1) AS unidentified,
  (SELECT total FROM import_runs WHERE id = ?1) AS total,
  (SELECT count(*) FROM vehicles WHERE dms_record IS NOT NULL AND status IN ('available', 'pending')) AS lot,
  (SELECT count(*) FROM vehicles WHERE status IN ('available', 'pending')
    AND created_at < (SELECT created_at FROM import_runs WHERE id = ?1) AND {_UNSEEN.format(runs="?1")}) AS missing,
  (SELECT id FROM import_runs r WHERE status = 'completed' AND NOT shrunken AND id <> ?1
    AND NOT EXISTS (SELECT 1 FROM import_pages WHERE run_id = r.id AND unidentified > 0)
    ORDER BY created_at DESC, id LIMIT 1) AS previous"""

# The dealer is asked about the cars that a run (?1) did not see; more than can be believed. ?2 now, ?3 how many are on the lot.
ASK_MISSING = f"""
INSERT INTO questions (id, kind, subject_id, details, created_at)
SELECT lower(hex(randomblob(16))), 'cars_missing', 'lot', json_object('lot', CAST(?3 AS INTEGER), 'vehicleIds', json_group_array(id)), ?2
FROM vehicles WHERE status IN ('available', 'pending')
  AND created_at < (SELECT created_at FROM import_runs WHERE id = ?1) AND {_UNSEEN.format(runs="?1")}
ON CONFLICT (kind, subject_id) WHERE state = 'open' DO UPDATE SET details = excluded.details"""

# Such a run is no measure of a later one.
MARK_SHRUNKEN = "UPDATE import_runs SET shrunken = 1 WHERE id = ?1"

# The dealer says that cars (?1, ids as JSON) are gone, or that they stand on the lot though the DMS does not show them: until it shows
# them again, they are none of its cars. ?2 now.
ARCHIVE_ANSWERED = """
UPDATE vehicles SET status = 'archived', dms_record = NULL, version = version + 1, updated_at = ?2,
  edited_fields = (SELECT json_group_array(value) FROM json_each(edited_fields) WHERE value <> 'status')
WHERE id IN (SELECT value FROM json_each(?1)) AND status IN ('available', 'pending')"""
KEEP_ANSWERED = "UPDATE vehicles SET dms_record = NULL WHERE id IN (SELECT value FROM json_each(?1))"

_SINCE = "SELECT id FROM import_runs WHERE created_at >= (SELECT created_at FROM import_runs WHERE id = ?2)"

# Cars that neither this complete run nor the one before saw, nor any in between, and that were there before the first of the two: gone
# from the DMS. ?1 this run, ?2 the one before. Clear the manual-delete mark, so that the car is imported again if the DMS lists it again.
GONE = f"""{{state}} AND created_at < (SELECT created_at FROM import_runs WHERE id = ?2) AND {_UNSEEN.format(runs=_SINCE)}"""

COUNT_GONE = "SELECT count(*) AS n FROM vehicles WHERE " + GONE.format(state="status IN ('available', 'pending')")

ARCHIVE = f"""
UPDATE vehicles SET
  version = version + (status <> 'archived'), updated_at = iif(status = 'archived', updated_at, ?3),
  status = 'archived', dms_record = NULL,
  edited_fields = (SELECT json_group_array(value) FROM json_each(edited_fields) WHERE value <> 'status')
WHERE {GONE.format(state="status IN ('available', 'pending', 'archived')")}"""

# A page is compared with the last complete run's, record by record.
PRUNE_DIGESTS = """
UPDATE import_pages SET digests = '[]' WHERE digests <> '[]'
  AND run_id IS NOT (SELECT id FROM import_runs WHERE status = 'completed' ORDER BY created_at DESC, id LIMIT 1)"""

# Stock numbers and VINs of runs that no later run is compared with.
PRUNE = """
UPDATE import_pages SET stock_numbers = '[]', vins = '[]'
WHERE (stock_numbers <> '[]' OR vins <> '[]') AND run_id IN (SELECT id FROM import_runs WHERE finished_at IS NOT NULL)
  AND run_id NOT IN (SELECT id FROM import_runs WHERE status = 'completed' ORDER BY created_at DESC, id LIMIT 2)
  AND run_id NOT IN (SELECT id FROM import_runs WHERE status = 'completed' AND NOT shrunken ORDER BY created_at DESC, id LIMIT 2)
  AND run_id NOT IN (SELECT id FROM import_runs ORDER BY created_at DESC, id LIMIT 4)"""

_REPORT_OBJECT = json_object(
    [
        ("id", "run.id"),
        ("runId", "run.id"),
        ("status", "run.status"),
        ("startedBy", "run.started_by"),
        ("message", "run.message"),
        ("total", "run.total"),
        ("pages", "count(p.page)"),
        ("seen", "ifnull(sum(p.seen), 0)"),
        ("created", "ifnull(sum(p.created), 0)"),
        ("updated", "ifnull(sum(p.updated), 0)"),
        ("unchanged", "ifnull(sum(p.unchanged), 0)"),
        (
            "rejectedCount",
            "ifnull(sum((SELECT count(*) FROM json_each(p.rejected) r WHERE NOT ifnull(r.value ->> 'taken', 0))), 0)",
        ),
        ("removed", "run.removed"),
        ("createdAt", "run.created_at"),
        ("startedAt", "run.started_at"),
        ("finishedAt", "run.finished_at"),
        ("error", "(SELECT error FROM sync_tasks WHERE target = 'wayne_reeves' AND kind = 'pull' AND subject_id = run.id)"),
    ]
)
_REPORT = f"""
SELECT {_REPORT_OBJECT} AS report
FROM {{runs}} run LEFT JOIN import_pages p ON p.run_id = run.id GROUP BY run.id ORDER BY run.created_at DESC, run.id"""

# One run, or the latest, with what their pages add up to.
REPORT = _REPORT.format(runs="(SELECT * FROM import_runs WHERE id = ?1)")
REPORTS = _REPORT.format(runs="(SELECT * FROM import_runs ORDER BY created_at DESC, id LIMIT ?1)")

# The records a run rejected, in the DMS's order.
REJECTED = """
SELECT r.value ->> 'stockNumber' AS stockNumber, r.value ->> 'field' AS field, r.value ->> 'message' AS message,
  ifnull(r.value ->> 'taken', 0) AS taken
FROM import_pages p, json_each(p.rejected) r WHERE p.run_id = ?1 ORDER BY p.page, r.key LIMIT 1000"""


@dataclass(frozen=True, slots=True)
class KnownPage:
    """A page of an earlier run. `digests`, `stock_numbers` and `vins` are JSON arrays; without digests only all of it can be known."""

    run_id: str
    fingerprint: str
    digests: str
    stock_numbers: str
    vins: str


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a run stands. `page` is the last page that is in, 0 before the first; `loops`: its next cursor was asked before.

    `known` is the page to come as the last complete run took it over; `None`: there is nothing to compare with.
    """

    id: str
    status: str
    page: int
    next_cursor: str | None
    loops: bool
    has_file: bool
    known: KnownPage | None


@dataclass(frozen=True, slots=True)
class Sighting:
    """What a run saw: distinct records, of `total` by the DMS's count; of `lot` DMS cars here, so many were `missing`.

    `unidentified` records had neither a stock number nor a VIN that can be read.
    """

    seen: int
    unidentified: int
    total: int
    lot: int
    missing: int
    previous: str | None


@dataclass(frozen=True, slots=True)
class PageResult:
    """What one page came to; `rejected` is a JSON array."""

    page: int
    cursor: str | None
    next_cursor: str | None
    fingerprint: str
    total: int
    stock_numbers: list[str]
    vins: list[str]
    digests: Sequence[str]
    unidentified: int
    seen: int
    created: int
    updated: int
    unchanged: int
    rejected: str


async def going(database: Database) -> Row | None:
    """The run that is going, with `id` and `status`."""
    return await database.first(GOING)


def insert(run_id: str, started_by: str, day: str | None, now: str) -> Statement:
    """Begin a run, `started_by` the `dealer` or a `cron`, for a local `day`. Breaks `import_runs_going` when one is going."""
    return statement(INSERT, run_id, started_by, day, now)


async def is_done(database: Database, day: str) -> bool:
    """Whether a run for a local day is complete."""
    return await database.first(DONE, day) is not None


def count_going_for(day: str) -> Statement:
    """Count the run that is going for a local day."""
    return statement(COUNT_GOING_FOR, day)


async def progress(database: Database, run_id: str) -> Progress | None:
    """Where a run stands; `None`: no such run."""
    row = await database.first(PROGRESS, run_id)
    if row is None:
        return None
    return Progress(
        id=row["id"],
        status=row["status"],
        page=int(row["page"]),
        next_cursor=row["next_cursor"],
        loops=bool(row["loops"]),
        has_file=bool(row["has_file"]),
        known=_known(row) if row["known_run"] else None,
    )


def _known(row: Row) -> KnownPage:
    return KnownPage(row["known_run"], row["fingerprint"], row["digests"], row["stock_numbers"], row["vins"])


def add_page(run_id: str, result: PageResult, now: str, compared_with: str | None = None) -> list[Statement]:
    """Note that a page is in; `compared_with` is the run with whose page it was compared."""
    names = [to_json(each).decode() for each in (result.stock_numbers, result.vins, result.digests)]
    counts = (result.unidentified, result.seen, result.created, result.updated, result.unchanged)
    return [
        statement(
            INSERT_PAGE,
            run_id,
            result.page,
            result.cursor,
            result.next_cursor,
            result.fingerprint,
            *names,
            *counts,
            result.rejected,
            now,
            compared_with,
        ),
        statement(MARK_RUNNING, run_id, result.total, now),
    ]


def add_known_page(run: Progress, known_run: str, now: str) -> list[Statement]:
    """Note that the next page is in, and that it is the same as the page of that number in an earlier run."""
    return [
        statement(INSERT_KNOWN_PAGE, run.id, run.page + 1, run.next_cursor, known_run, now),
        statement(MARK_RUNNING_AS_KNOWN, run.id, known_run, now),
    ]


def forget_pages() -> Statement:
    """Make the next run read every page again: something other than a complete run has changed cars."""
    return statement(FORGET_PAGES)


async def sighting(database: Database, run_id: str) -> Sighting:
    """What a run saw, now that its last page is in."""
    row = await database.first(SIGHTING, run_id)
    if row is None:  # It is one row of counts; only a broken database returns none.
        raise DatabaseUnavailable("no answer")
    return Sighting(
        int(row["seen"]),
        int(row["unidentified"]),
        int(row["total"] or 0),
        int(row["lot"]),
        int(row["missing"]),
        row["previous"],
    )


def ask_missing(run_id: str, lot: int, now: str) -> list[Statement]:
    """Ask the dealer about the cars that a run did not see, of so many on the lot; no later run is compared with it."""
    return [statement(ASK_MISSING, run_id, now, lot), mark_shrunken(run_id)]


def mark_shrunken(run_id: str) -> Statement:
    """Have no later run compared with a run."""
    return statement(MARK_SHRUNKEN, run_id)


def archive_answered(vehicle_ids: str, now: str) -> Statement:
    """Archive cars (a JSON array of ids) that the dealer says are gone."""
    return statement(ARCHIVE_ANSWERED, vehicle_ids, now)


def keep_answered(vehicle_ids: str) -> Statement:
    """Keep cars (a JSON array of ids) on the lot that the DMS does not show."""
    return statement(KEEP_ANSWERED, vehicle_ids)


async def count_gone(database: Database, run_id: str, previous: str) -> int:
    """How many cars on the lot neither of two complete runs saw."""
    row = await database.first(COUNT_GONE, run_id, previous)
    return int(row["n"]) if row else 0


def archive_gone(run_id: str, previous: str, now: str) -> Statement:
    """Archive the cars that neither of two complete runs saw."""
    return statement(ARCHIVE, run_id, previous, now)


def finish(run_id: str, status: str, removed: int, message: str | None, now: str) -> list[Statement]:
    """End a run. One that is not complete may have changed cars on the pages that it took: none of them is known any more."""
    forgotten = [] if status == "completed" else [forget_pages()]
    return [statement(FINISH, run_id, status, removed, message, now), *forgotten, statement(PRUNE), statement(PRUNE_DIGESTS)]


async def report(database: Database, run_id: str) -> dict[str, Any] | None:
    """A run as the API shows it, with its rejected records (the first 1,000)."""
    found, rejected = await database.batch([statement(REPORT, run_id), statement(REJECTED, run_id)])
    return (
        {**from_json(found[0]["report"]), "rejected": [{**row, "taken": bool(row["taken"])} for row in rejected]}
        if found
        else None
    )


async def reports(database: Database, limit: int) -> list[dict[str, Any]]:
    """The latest runs, newest first, without their rejected records."""
    return [from_json(row["report"]) for row in await database.all(REPORTS, limit)]
