"""The sync_tasks table when the queue gives something up: tasks that nobody put down, messages that nobody can read."""

from __future__ import annotations

from pydantic_core import to_json

from carlot.platform.ports import Database, Row, Statement, statement
from carlot.store.tasks import FENCED

# Tasks that somebody took up and never put down.
ABANDONED = """
SELECT id, target, kind, subject_id, lease_token FROM sync_tasks
WHERE id IN (SELECT value FROM json_each(?1)) AND state = 'running' AND leased_until <= ?2"""

# One of them is given up, unless it was taken up again. ?2 the lease that ran out, ?3 the reason, ?4 now.
BURY = f"""
UPDATE sync_tasks SET state = {FENCED.format(state="'dead'")}, error = ?3, lease_token = NULL, leased_until = NULL, updated_at = ?4
WHERE id = ?1"""

# A message that is none of ours stays to be seen.
INSERT_DEAD = """
INSERT INTO sync_tasks (id, target, kind, subject_id, state, error, next_attempt_at, wake_due_at, created_at, updated_at)
VALUES (?1, 'carlot', 'message', ?2, 'dead', ?3, ?4, ?4, ?4, ?4)
ON CONFLICT (target, kind, subject_id) DO UPDATE SET updated_at = excluded.updated_at"""


async def abandoned(database: Database, task_ids: list[str], now: str) -> list[Row]:
    """Those of the tasks that stopped whoever took them up: `id`, `target`, `kind`, `subject_id`, `lease_token`."""
    return await database.all(ABANDONED, to_json(task_ids).decode(), now)


def bury(task_id: str, lease_token: str, reason: str, now: str) -> Statement:
    """Give a task up; fails its batch when it was taken up again."""
    return statement(BURY, task_id, lease_token, reason, now)


def insert_dead(task_id: str, message_id: str, reason: str, now: str) -> Statement:
    """Keep a message that is none of ours, to be seen."""
    return statement(INSERT_DEAD, task_id, message_id, reason, now)
