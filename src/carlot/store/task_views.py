"""The sync_tasks table as the dealer sees it: what waits, what failed, what each partner last heard; try again, give up."""

from __future__ import annotations

from typing import Any, NamedTuple

from pydantic_core import from_json, to_json

from carlot.platform.ports import Database, statement
from carlot.store import history

STEP = 1000
"""Tasks that one batch retries or discards."""


class Filter(NamedTuple):
    """Which tasks are meant: a state, and the target and the kind where these are given."""

    state: str
    target: str | None
    kind: str | None


# One task, or a page of them, as the API shows them. ?1 state, ?2 target, ?3 and ?4 where the page before ended, ?5 how many.
_SHOWN = """
SELECT t.id, t.target, t.kind, t.subject_id AS subjectId, nullif(v.vin, v.id) AS vin, t.state, t.attempts, t.error,
  t.next_attempt_at AS nextAttemptAt,
  t.deadline_at AS deadlineAt, t.created_at AS createdAt, t.updated_at AS updatedAt, t.outcome, t.done_at AS doneAt,
  t.discarded_at AS discardedAt
FROM sync_tasks t LEFT JOIN vehicles v ON v.id = t.vehicle_id"""
_PAGE = """
WHERE {states} AND (?2 IS NULL OR t.target = ?2) AND (?3 IS NULL OR (t.updated_at, t.id) < (?3, ?4))
ORDER BY t.updated_at DESC, t.id DESC LIMIT ?5"""
# All, or those that are done, which are nearly all: the newest of them. Of the other states there are few.
LIST = _SHOWN.replace("sync_tasks t ", "sync_tasks t INDEXED BY sync_tasks_newest ") + _PAGE.format(
    states="(?1 IS NULL OR t.state = ?1)"
)
LIST_OPEN = _SHOWN.replace("sync_tasks t ", "sync_tasks t INDEXED BY sync_tasks_state ") + _PAGE.format(states="t.state = ?1")
SHOW = f"{_SHOWN} WHERE t.id = ?1"

# The last call of a task that failed.
EXCHANGE = "SELECT exchange FROM sync_tasks WHERE id = ?1"

# What each partner last heard of a car, newest first.
HISTORY = f"{_SHOWN} WHERE t.vehicle_id = ?1 AND t.kind <> 'event' ORDER BY t.updated_at DESC, t.id LIMIT 200"

# Those that a filter means. ?1 state, ?2 target or NULL, ?3 kind or NULL.
_MEANT = "state = ?1 AND (?2 IS NULL OR target = ?2) AND (?3 IS NULL OR kind = ?3)"
COUNT = f"SELECT count(*) AS count FROM sync_tasks WHERE {_MEANT} AND (?4 OR kind <> 'message')"
IDS = f"SELECT id FROM sync_tasks WHERE {_MEANT} AND (?4 OR kind <> 'message') ORDER BY updated_at, id LIMIT ?5"

# Try again: the dead and the blocked from the start, the waiting at once. ?1 the tasks' ids as JSON, ?2 now.
RETRY = """
UPDATE sync_tasks SET state = 'pending', attempts = 0, interrupted = 0, verdict = NULL, repeats = 0, failing_since = NULL, discarded_at = NULL,
  next_attempt_at = ?2, wake_due_at = ?2, updated_at = ?2
WHERE id IN (SELECT value FROM json_each(?1)) AND (state IN ('dead', 'blocked', 'pending') OR discarded_at IS NOT NULL) AND kind <> 'message'
RETURNING id"""

# The dealer gives tasks up: nothing more is wanted. ?1 and ?2 as above.
DISCARD = """
UPDATE sync_tasks SET state = 'done', done_rev = wanted_rev, error = NULL, deadline_at = NULL, discarded_at = ?2, updated_at = ?2
WHERE id IN (SELECT value FROM json_each(?1)) AND state IN ('dead', 'blocked', 'pending')
RETURNING id"""

# A pull that is given up ends its run, so that another one can begin.
END_RUN = """
UPDATE import_runs SET status = 'degraded', message = 'It was discarded. Nothing was removed.', finished_at = ?2
WHERE status IN ('queued', 'running') AND id IN (
  SELECT subject_id FROM sync_tasks
  WHERE id IN (SELECT value FROM json_each(?1)) AND target = 'wayne_reeves' AND kind = 'pull' AND state = 'done')"""


async def page(
    database: Database, state: str | None, target: str | None, after: tuple[str, str] | None, limit: int
) -> list[dict[str, Any]]:
    """Tasks as the API shows them, last changed first, behind the given (updatedAt, id)."""
    rows = await database.all(LIST if state in (None, "done") else LIST_OPEN, state, target, *(after or (None, None)), limit)
    return [dict(row) for row in rows]


async def show(database: Database, task_id: str) -> dict[str, Any] | None:
    """One task as the API shows it."""
    row = await database.first(SHOW, task_id)
    return None if row is None else dict(row)


async def of_vehicle(database: Database, vehicle_id: str) -> list[dict[str, Any]]:
    """What each partner last heard of a car."""
    return [dict(row) for row in await database.all(HISTORY, vehicle_id)]


async def exchange(database: Database, task_id: str) -> dict[str, Any] | None:
    """The last call of a task that failed, as it may be shown; `None`: it has not failed in a call."""
    row = await database.first(EXCHANGE, task_id)
    return None if row is None or row["exchange"] is None else from_json(row["exchange"])


async def count(database: Database, wanted: Filter, *, messages: bool) -> int:
    """How many tasks a filter means; with `messages`, unreadable messages among them."""
    row = await database.first(COUNT, *wanted, int(messages))
    return int(row["count"]) if row else 0


async def matching(database: Database, wanted: Filter, *, messages: bool) -> list[str]:
    """The ids of tasks that a filter means, longest unchanged first, at most `STEP`."""
    return [str(row["id"]) for row in await database.all(IDS, *wanted, int(messages), STEP)]


async def retry(database: Database, task_ids: list[str], now: str) -> list[str]:
    """Try tasks again; answer the ids to wake."""
    ids = to_json(task_ids).decode()
    rows = await database.batch([statement(RETRY, ids, now), history.note_tasks("task.retried", ids, now)])
    return [str(row["id"]) for row in rows[0]]


async def discard(database: Database, task_ids: list[str], now: str) -> int:
    """Give tasks up; answer how many. Those that are being worked on, or done, are left."""
    ids = to_json(task_ids).decode()
    noted = history.note_tasks("task.discarded", ids, now)
    rows = await database.batch([statement(DISCARD, ids, now), statement(END_RUN, ids, now), noted])
    return len(rows[0])
