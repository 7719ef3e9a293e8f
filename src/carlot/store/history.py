"""The history table: who did what. Triggers write it (schema.sql); what no trigger sees is noted here."""

from __future__ import annotations

from typing import Any

from pydantic_core import from_json

from carlot.platform.ports import Database, Statement, statement

SHOWN = 500
"""Entries of a vehicle's history that are shown."""

# Something was done that changes no row of the lot's: a retry, a pause. ?1 what, ?2 the subject, ?3 its vehicle or NULL.
NOTE = """
INSERT INTO history (at, author, what, subject_id, vehicle_id) SELECT at, author, ?1, ?2, ?3 FROM writing"""

# The same of those tasks that were changed just now. ?1 what, ?2 their ids as JSON, ?3 now.
NOTE_TASKS = """
INSERT INTO history (at, author, what, subject_id, vehicle_id)
SELECT w.at, w.author, ?1, t.id, t.vehicle_id FROM writing w, json_each(?2) AS chosen JOIN sync_tasks t ON t.id = chosen.value
WHERE t.updated_at = ?3"""

# The history of a vehicle, newest first, and what each partner last heard of it. ?1 the vehicle, ?2 how many.
OF_VEHICLE = """
SELECT json_object('at', at, 'author', author, 'what', what, 'subjectId', subject_id, 'detail', json(detail)) AS entry, at, id AS place
FROM history WHERE vehicle_id = ?1
UNION ALL
SELECT json_object('at', updated_at, 'author', 'CarLot', 'what', kind || '.' || state, 'subjectId', id, 'partner', target,
  'said', coalesce(iif(state = 'done', outcome, error), outcome)), updated_at, 0
FROM sync_tasks WHERE vehicle_id = ?1 AND kind <> 'event'
ORDER BY 2 DESC, 3 DESC LIMIT ?2"""

# Who has voided a sale (?1) of a vehicle (?2).
VOIDED_BY = """
SELECT author FROM history WHERE vehicle_id = ?2 AND subject_id = ?1 AND what = 'sale.voided' ORDER BY id DESC LIMIT 1"""

# What is too old to be kept, a step of it. ?1 before when, ?2 how many.
FORGET = "DELETE FROM history WHERE id IN (SELECT id FROM history WHERE at < ?1 ORDER BY at LIMIT ?2) RETURNING 1"


def note(what: str, subject_id: str, vehicle_id: str | None = None) -> Statement:
    """Keep that something was done, in the name of whose batch this is."""
    return statement(NOTE, what, subject_id, vehicle_id)


def note_tasks(what: str, task_ids_json: str, now: str) -> Statement:
    """Keep that something was done to tasks: to those of a JSON array of ids that were changed at that time."""
    return statement(NOTE_TASKS, what, task_ids_json, now)


async def of_vehicle(database: Database, vehicle_id: str) -> list[dict[str, Any]]:
    """What happened to a vehicle, newest first.

    Each entry has `at`, `author`, `what`, `subjectId`; then either `detail`, its changes by field, or `partner` and `said`.
    """
    return [from_json(row["entry"]) for row in await database.all(OF_VEHICLE, vehicle_id, SHOWN)]


async def voided_by(database: Database, sale_id: str, vehicle_id: str) -> str | None:
    """Who has voided a sale; `None`: nobody, or it is not known any more."""
    row = await database.first(VOIDED_BY, sale_id, vehicle_id)
    return None if row is None else str(row["author"])


def forget(before: str, most: int) -> Statement:
    """Delete up to `most` entries from before that time."""
    return statement(FORGET, before, most)
