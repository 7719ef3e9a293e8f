"""What the status page counts, in one read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from pydantic import TypeAdapter

from carlot.domain.times import instant
from carlot.platform.ports import Database
from carlot.store.standings import COUNTED, SiteAsked, sites_json

# Everything at once, as one JSON text. ?1 the listing sites. A sale that was undone before the books heard of it is not due there.
READ = f"""
SELECT json_insert(json_object(
  'last_sync', (SELECT max(finished_at) FROM import_runs WHERE status = 'completed'
    OR (status = 'degraded' AND EXISTS (SELECT 1 FROM import_pages WHERE run_id = import_runs.id))),
  'last_run_status', (SELECT status FROM import_runs WHERE finished_at IS NOT NULL ORDER BY created_at DESC, id LIMIT 1),
  'last_run_message', (SELECT message FROM import_runs WHERE finished_at IS NOT NULL ORDER BY created_at DESC, id LIMIT 1),
  'pull_error', (SELECT error FROM sync_tasks WHERE target = 'wayne_reeves' AND kind = 'pull' AND error IS NOT NULL
    AND state IN ('pending', 'running', 'blocked') LIMIT 1),
  'books', (SELECT json_object('state', state, 'realm', realm_id, 'refresh_until', refresh_expires_at, 'hard_until', hard_expires_at)
    FROM oauth_tokens WHERE provider = 'quickbooks'),
  'books_refusal', coalesce((SELECT blocked_reason FROM partners WHERE target = 'quickbooks'),
    (SELECT error FROM sync_tasks WHERE target = 'quickbooks' AND state = 'blocked' LIMIT 1)),
  'books_error', (SELECT error FROM sync_tasks WHERE target = 'quickbooks' AND error IS NOT NULL
    AND state IN ('pending', 'running', 'blocked', 'dead') AND attempts > 0 ORDER BY kind NOT IN ('invoice', 'expense', 'journal'), updated_at DESC LIMIT 1),
  'books_last_sync', (SELECT max(done_at) FROM sync_tasks WHERE target = 'quickbooks'),
  'standings', ({COUNTED}),
  'held', (SELECT json_group_array(target) FROM partners WHERE held_at IS NOT NULL),
  'published', (SELECT count(DISTINCT vin) FROM listings WHERE state = 'live'),
  'pending', (SELECT count(*) FROM sync_tasks WHERE state IN ('pending', 'running') AND target <> 'vin_decoder'),
  'blocked', (SELECT json_group_object(target, n) FROM (
    SELECT target, count(*) AS n FROM sync_tasks WHERE state = 'blocked' GROUP BY target)),
  'dead', (SELECT count(*) FROM sync_tasks WHERE state = 'dead'),
  'questions', (SELECT count(*) FROM questions WHERE state = 'open'),
  'due', (SELECT json_group_array(json_array(kind, deadline_at)) FROM (
    SELECT kind, deadline_at FROM sync_tasks WHERE deadline_at IS NOT NULL AND state <> 'done'
      AND NOT (kind = 'invoice' AND subject_id IN (
        SELECT id FROM sales WHERE voided_at IS NOT NULL AND books_tried_at IS NULL AND invoice_id IS NULL))
    UNION ALL SELECT 'invoice', deadline_at FROM questions WHERE state = 'open' AND deadline_at IS NOT NULL))
), '$.files', (SELECT json_group_object(platform, json_object('at', delivered_at, 'cars', cars, 'bytes', bytes)) FROM site_files)) AS seen"""


@dataclass(frozen=True, slots=True)
class Books:
    """The connection to QuickBooks, and the instants at which it ends unless it is used, and for good."""

    state: str
    realm: str
    refresh_until: str
    hard_until: str | None


@dataclass(frozen=True, slots=True)
class LastFile:
    """The last file that a listing site was brought: when, how many cars in it, how many bytes."""

    at: str
    cars: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Seen:
    """What was counted. `standings` holds (site, key, cars) as `domain.standing` reads keys, `blocked` counts the tasks of each partner that wait for the dealer. `due` holds (kind, deadline) of every task with a deadline that is not done, and of the invoices that wait for an answer."""

    last_sync: str | None
    last_run_status: str | None
    last_run_message: str | None
    pull_error: str | None
    books: Books | None
    books_refusal: str | None
    books_error: str | None
    books_last_sync: str | None
    standings: list[tuple[str, str, int]]
    files: dict[str, LastFile]
    held: list[str]
    published: int
    pending: int
    blocked: dict[str, int]
    dead: int
    questions: int
    due: list[tuple[str, str]]

    def deadlines(self, now: datetime) -> dict[str, int]:
        """How many documents and removals are due, and how many of them are late."""
        kinds = [kind for kind, _ in self.due]
        return {
            "invoicesDue": kinds.count("invoice"),
            "expensesDue": kinds.count("expense"),
            "removalsDue": kinds.count("listing") + kinds.count("old_listing"),
            "overdue": sum(1 for _, deadline in self.due if deadline < instant(now)),
        }


@cache
def _seen() -> TypeAdapter[Seen]:
    return TypeAdapter(Seen)


async def read(database: Database, sites: Sequence[SiteAsked]) -> Seen:
    """Count."""
    row = await database.first(READ, sites_json(sites))
    return _seen().validate_json(str(row["seen"]) if row else "{}")
