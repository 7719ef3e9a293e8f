"""The import_runs and import_pages tables: a pull of the whole inventory, page by page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pydantic_core import from_json, to_json

from carlot.errors import DatabaseUnavailable
from carlot.platform.ports import Database, Row, Statement, statement
from carlot.store.json_objects import json_object

# A new run.
INSERT = "INSERT INTO import_runs (id, status, started_by, created_at) VALUES (?1, 'queued', ?2, ?3)"

# The run that is going, if any.
GOING = "SELECT id, status FROM import_runs WHERE status IN ('queued', 'running')"

# Where a run stands: its last page, whether the cursor that page gave was already asked for, and what the page to come looked like
# to the last complete run, if all of it was taken.
PROGRESS = """
SELECT run.id, run.status, run.created_at, ifnull(last.page, 0) AS page, last.next_cursor,
  EXISTS (SELECT 1 FROM import_pages p WHERE p.run_id = run.id AND p.cursor = last.next_cursor) AS loops,
  known.run_id AS known_run, known.fingerprint AS known_fingerprint
FROM import_runs run
LEFT JOIN import_pages last ON last.run_id = run.id AND last.page = (SELECT max(page) FROM import_pages WHERE run_id = run.id)
LEFT JOIN import_pages known ON known.page = ifnull(last.page, 0) + 1 AND known.rejected = '[]' AND known.fingerprint IS NOT NULL
  AND known.run_id = (SELECT id FROM import_runs WHERE status = 'completed' ORDER BY created_at DESC, id LIMIT 1)
WHERE run.id = ?1"""

# One page is in. The primary key refuses a page that is in already.
INSERT_PAGE = """
INSERT INTO import_pages (run_id, page, cursor, next_cursor, fingerprint, stock_numbers, seen, created, updated, unchanged, rejected, created_at)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)"""

# One page is in that is, byte for byte, a page of an earlier run (?4): nothing on it has changed.
INSERT_KNOWN_PAGE = """
INSERT INTO import_pages (run_id, page, cursor, next_cursor, fingerprint, stock_numbers, seen, created, updated, unchanged, rejected, created_at)
SELECT ?1, page, ?3, next_cursor, fingerprint, stock_numbers, seen, 0, 0, seen, '[]', ?5 FROM import_pages WHERE run_id = ?4 AND page = ?2"""

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

# What a run saw, against the cars of the DMS that are on the lot. A stock number on two pages counts once.
SIGHTING = """
WITH saw AS (SELECT DISTINCT value AS stock FROM import_pages, json_each(stock_numbers) WHERE run_id = ?1)
SELECT
  (SELECT count(*) FROM saw) + (SELECT coalesce(sum(seen - json_array_length(stock_numbers)), 0) FROM import_pages WHERE run_id = ?1) AS seen,
  (SELECT total FROM import_runs WHERE id = ?1) AS total,
  (SELECT count(*) FROM vehicles WHERE external_dms_id IS NOT NULL AND status IN ('available', 'pending')) AS lot,
  (SELECT count(*) FROM vehicles WHERE external_dms_id IS NOT NULL AND status IN ('available', 'pending')
    AND created_at < (SELECT created_at FROM import_runs WHERE id = ?1)
    AND external_dms_id NOT IN (SELECT stock FROM saw)) AS missing,
  (SELECT id FROM import_runs WHERE status = 'completed' AND id <> ?1 ORDER BY created_at DESC, id LIMIT 1) AS previous"""

# Cars that neither this complete run nor the one before saw, and that were there before the first of the two: gone from the DMS.
# Clear the manual-delete mark, so that the car is imported again if the DMS lists it again.
GONE = """external_dms_id IS NOT NULL AND {state}
  AND created_at < (SELECT created_at FROM import_runs WHERE id = ?2)
  AND external_dms_id NOT IN (SELECT value FROM import_pages, json_each(stock_numbers) WHERE run_id IN (?1, ?2))"""

COUNT_GONE = "SELECT count(*) AS n FROM vehicles WHERE " + GONE.format(state="status IN ('available', 'pending')")

ARCHIVE = f"""
UPDATE vehicles SET
  version = version + (status <> 'archived'), updated_at = iif(status = 'archived', updated_at, ?3),
  status = 'archived', dms_record = NULL,
  edited_fields = (SELECT json_group_array(value) FROM json_each(edited_fields) WHERE value <> 'status')
WHERE {GONE.format(state="status IN ('available', 'pending', 'archived') AND dms_record IS NOT NULL")}"""

# Stock numbers of runs that no later run is compared with.
PRUNE = """
UPDATE import_pages SET stock_numbers = '[]'
WHERE stock_numbers <> '[]' AND run_id IN (SELECT id FROM import_runs WHERE finished_at IS NOT NULL)
  AND run_id NOT IN (SELECT id FROM import_runs WHERE status = 'completed' ORDER BY created_at DESC, id LIMIT 2)"""

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
class Progress:
    """Where a run stands. `page` is the last page that is in, 0 before the first; `loops`: its next cursor was asked before.

    `known_fingerprint` is what the page to come looked like to `known_run`, the last complete one;
    `None`: there is nothing to compare with.
    """

    id: str
    status: str
    page: int
    next_cursor: str | None
    loops: bool
    known_run: str | None
    known_fingerprint: str | None


@dataclass(frozen=True, slots=True)
class Sighting:
    """What a run saw: distinct records, of `total` by the DMS's count; of `lot` DMS cars here, so many were `missing`."""

    seen: int
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
    seen: int
    created: int
    updated: int
    unchanged: int
    rejected: str


async def going(database: Database) -> Row | None:
    """The run that is going, with `id` and `status`."""
    return await database.first(GOING)


def insert(run_id: str, started_by: str, now: str) -> Statement:
    """Begin a run, `started_by` the `dealer` or a `cron`. Breaks `import_runs_going` when one is going."""
    return statement(INSERT, run_id, started_by, now)


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
        known_run=row["known_run"],
        known_fingerprint=row["known_fingerprint"],
    )


def add_page(run_id: str, result: PageResult, now: str) -> list[Statement]:
    """Note that a page is in."""
    stock_numbers = to_json(result.stock_numbers).decode()
    counts = (result.seen, result.created, result.updated, result.unchanged)
    return [
        statement(
            INSERT_PAGE,
            run_id,
            result.page,
            result.cursor,
            result.next_cursor,
            result.fingerprint,
            stock_numbers,
            *counts,
            result.rejected,
            now,
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
    return Sighting(int(row["seen"]), int(row["total"] or 0), int(row["lot"]), int(row["missing"]), row["previous"])


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
    return [statement(FINISH, run_id, status, removed, message, now), *forgotten, statement(PRUNE)]


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
