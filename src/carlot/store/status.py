"""What the status page counts, in one read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from pydantic import TypeAdapter

from carlot.domain.times import instant
from carlot.platform.ports import Database

# Everything at once, as one JSON text. A sale that was undone before the books heard of it is not due there.
READ = """
SELECT json_object(
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
    AND state IN ('pending', 'running', 'blocked', 'dead') AND attempts > 0 ORDER BY kind NOT IN ('invoice', 'expense'), updated_at DESC LIMIT 1),
  'books_last_sync', (SELECT max(done_at) FROM sync_tasks WHERE target = 'quickbooks'),
  'published', (SELECT count(DISTINCT vin) FROM listings WHERE state = 'live'),
  'pending', (SELECT count(*) FROM sync_tasks WHERE state IN ('pending', 'running')),
  'dead', (SELECT count(*) FROM sync_tasks WHERE state = 'dead'),
  'due', (SELECT json_group_array(json_array(kind, deadline_at)) FROM sync_tasks WHERE deadline_at IS NOT NULL AND state <> 'done'
    AND NOT (kind = 'invoice' AND subject_id IN (
      SELECT id FROM sales WHERE voided_at IS NOT NULL AND books_tried_at IS NULL AND invoice_id IS NULL)))
) AS seen"""


@dataclass(frozen=True, slots=True)
class Books:
    """The connection to QuickBooks, and the instants at which it ends unless it is used, and for good."""

    state: str
    realm: str
    refresh_until: str
    hard_until: str | None


@dataclass(frozen=True, slots=True)
class Seen:
    """What was counted. `due` holds (kind, deadline) of every task with a deadline that is not done."""

    last_sync: str | None
    last_run_status: str | None
    last_run_message: str | None
    pull_error: str | None
    books: Books | None
    books_refusal: str | None
    books_error: str | None
    books_last_sync: str | None
    published: int
    pending: int
    dead: int
    due: list[tuple[str, str]]

    def deadlines(self, now: datetime) -> dict[str, int]:
        """How many documents and removals are due, and how many of them are late."""
        kinds = [kind for kind, _ in self.due]
        return {
            "invoicesDue": kinds.count("invoice"),
            "expensesDue": kinds.count("expense"),
            "removalsDue": kinds.count("listing"),
            "overdue": sum(1 for _, deadline in self.due if deadline < instant(now)),
        }


_SEEN = TypeAdapter(Seen)


async def read(database: Database) -> Seen:
    """Count."""
    row = await database.first(READ)
    return _SEEN.validate_json(str(row["seen"]) if row else "{}")
