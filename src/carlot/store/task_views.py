"""The sync_tasks table as the dealer sees it: what waits, what failed, what each partner last heard; try again, give up."""

from __future__ import annotations

from typing import Any

from carlot.platform.ports import Database, statement

# One task, or a page of them, as the API shows them. ?1 state, ?2 target, ?3 and ?4 where the page before ended, ?5 how many.
_SHOWN = """
SELECT t.id, t.target, t.kind, t.subject_id AS subjectId, nullif(v.vin, v.id) AS vin, t.state, t.attempts, t.error,
  t.next_attempt_at AS nextAttemptAt,
  t.deadline_at AS deadlineAt, t.created_at AS createdAt, t.updated_at AS updatedAt, t.outcome, t.done_at AS doneAt,
  t.discarded_at AS discardedAt
FROM sync_tasks t LEFT JOIN vehicles v ON v.id = t.vehicle_id"""
LIST = f"""{_SHOWN}
WHERE (?1 IS NULL OR t.state = ?1) AND (?2 IS NULL OR t.target = ?2)
  AND (?3 IS NULL OR (t.updated_at, t.id) < (?3, ?4))
ORDER BY t.updated_at DESC, t.id DESC LIMIT ?5"""
SHOW = f"{_SHOWN} WHERE t.id = ?1"

# What each partner last heard of a car, newest first.
HISTORY = f"{_SHOWN} WHERE t.vehicle_id = ?1 AND t.kind <> 'event' ORDER BY t.updated_at DESC, t.id LIMIT 200"

# Try again: the dead and the blocked from the start, the waiting at once. ?1 one id or NULL for all that are dead (of target ?3).
RETRY = """
UPDATE sync_tasks SET state = 'pending', attempts = 0, interrupted = 0, verdict = NULL, repeats = 0, failing_since = NULL, discarded_at = NULL,
  next_attempt_at = ?2, wake_due_at = ?2, updated_at = ?2
WHERE ((?1 IS NOT NULL AND id = ?1 AND (state IN ('dead', 'blocked', 'pending') OR discarded_at IS NOT NULL))
  OR (?1 IS NULL AND state = 'dead' AND (?3 IS NULL OR target = ?3))) AND kind <> 'message'
RETURNING id"""

# The dealer gives a task up: nothing more is wanted.
DISCARD = """
UPDATE sync_tasks SET state = 'done', done_rev = wanted_rev, error = NULL, deadline_at = NULL, discarded_at = ?2, updated_at = ?2
WHERE id = ?1 AND state IN ('dead', 'blocked', 'pending')
RETURNING id"""

# A pull that is given up ends its run, so that another one can begin.
END_RUN = """
UPDATE import_runs SET status = 'degraded', message = 'It was discarded. Nothing was removed.', finished_at = ?2
WHERE status IN ('queued', 'running') AND id = (
  SELECT subject_id FROM sync_tasks WHERE id = ?1 AND target = 'wayne_reeves' AND kind = 'pull' AND state = 'done')"""


async def page(
    database: Database, state: str | None, target: str | None, after: tuple[str, str] | None, limit: int
) -> list[dict[str, Any]]:
    """Tasks as the API shows them, last changed first, behind the given (updatedAt, id)."""
    rows = await database.all(LIST, state, target, *(after or (None, None)), limit)
    return [dict(row) for row in rows]


async def show(database: Database, task_id: str) -> dict[str, Any] | None:
    """One task as the API shows it."""
    row = await database.first(SHOW, task_id)
    return None if row is None else dict(row)


async def history(database: Database, vehicle_id: str) -> list[dict[str, Any]]:
    """What each partner last heard of a car."""
    return [dict(row) for row in await database.all(HISTORY, vehicle_id)]


async def retry(database: Database, task_id: str | None, now: str, target: str | None = None) -> list[str]:
    """Try one task again, or all the dead; answer the ids to wake."""
    return [str(row["id"]) for row in await database.all(RETRY, task_id, now, target)]


async def discard(database: Database, task_id: str, now: str) -> bool:
    """Give a task up; `False`: it is being worked on, or done."""
    rows = await database.batch([statement(DISCARD, task_id, now), statement(END_RUN, task_id, now)])
    return bool(rows[0])
