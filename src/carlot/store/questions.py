"""The questions table: what only the dealer can decide, and what he has decided."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from pydantic import TypeAdapter
from pydantic_core import to_json

from carlot.platform.ports import Database, Statement, statement

# Ask. What is asked already gets the details of now. Not when it is about what the DMS told of a sale at its time ?7, and it has told
# later of that sale.
ASK = """
INSERT INTO questions (id, kind, subject_id, vehicle_id, details, created_at) SELECT ?1, ?2, ?3, ?4, ?5, ?6
WHERE NOT EXISTS (SELECT 1 FROM sales WHERE id = ?3 AND dms_told_at > ?7)
ON CONFLICT (kind, subject_id) WHERE state = 'open' DO UPDATE SET details = excluded.details"""

# The dealer has answered. `state` may not be NULL: a question that is no longer open fails its batch.
ANSWER = """
UPDATE questions SET state = CASE WHEN state = 'open' THEN 'answered' END, answer = ?2, answered_by = ?3, settled_at = ?4
WHERE id = ?1"""

# It has settled itself.
VOID = "UPDATE questions SET state = 'void', settled_at = ?3 WHERE state = 'open' AND kind = ?1 AND subject_id = ?2"

# The DMS has taken back, at its time ?3, what was asked of a sale (?1) because it told of it. ?2 now.
VOID_TOLD = """
UPDATE questions SET state = 'void', settled_at = ?2
WHERE state = 'open' AND subject_id = ?1 AND details ->> 'byDms' AND NOT EXISTS (SELECT 1 FROM sales WHERE id = ?1 AND dms_told_at > ?3)"""

_OBJECT = """json_object('id', q.id, 'kind', q.kind, 'subject_id', q.subject_id, 'vehicle_id', q.vehicle_id, 'details', json(q.details),
  'state', q.state, 'answer', json(q.answer), 'answered_by', q.answered_by, 'settled_at', q.settled_at, 'created_at', q.created_at,
  'car', CASE WHEN v.id IS NOT NULL THEN v.year || ' ' || v.make || ' ' || v.model
    || iif(v.stock_number IS NULL, '', ' (stock number ' || v.stock_number || ')') END,
  'cars', (SELECT json_group_array(named.name) FROM (
    SELECT m.year || ' ' || m.make || ' ' || m.model || iif(m.stock_number IS NULL, '', ' (' || m.stock_number || ')') AS name
    FROM vehicles m WHERE m.id IN (SELECT value FROM json_each(q.details, '$.vehicleIds')) ORDER BY m.created_at, m.id LIMIT 5) AS named),
  'price_cents', s.sale_price_cents, 'sale_date', s.sale_date)"""
_JOINED = "FROM questions q LEFT JOIN vehicles v ON v.id = q.vehicle_id LEFT JOIN sales s ON s.id = q.subject_id"

# Whether the dealer has answered just this before. ?3 the details.
ANSWERED = """
SELECT 1 AS is_answered FROM questions WHERE kind = ?1 AND subject_id = ?2 AND state = 'answered' AND details = ?3 LIMIT 1"""

# What the dealer has chosen last.
CHOSEN = """
SELECT answer ->> 'choice' AS choice FROM questions WHERE kind = ?1 AND subject_id = ?2 AND state = 'answered'
ORDER BY settled_at DESC LIMIT 1"""

# One question with what its sentence needs.
READ = f"SELECT {_OBJECT} AS question {_JOINED} WHERE q.id = ?1"

# The newest questions. ?1 a state or NULL.
LIST = f"SELECT {_OBJECT} AS question {_JOINED} WHERE ?1 IS NULL OR q.state = ?1 ORDER BY q.created_at DESC, q.id LIMIT 1000"


@dataclass(frozen=True, slots=True)
class Question:
    """A question. `car` names its vehicle, `cars` the first five of several; `price_cents` and `sale_date` are those of the sale that it is about."""

    id: str
    kind: str
    subject_id: str
    vehicle_id: str | None
    details: dict[str, Any]
    state: str
    answer: dict[str, Any] | None
    answered_by: str | None
    settled_at: str | None
    created_at: str
    car: str | None
    cars: list[str]
    price_cents: int | None
    sale_date: str | None


@cache
def _question() -> TypeAdapter[Question]:
    return TypeAdapter(Question)


def ask(
    question_id: str,
    kind: str,
    subject_id: str,
    vehicle_id: str | None,
    details: Mapping[str, Any],
    now: str,
    told_at: str | None = None,
) -> Statement:
    """Ask the dealer something. What is asked already is asked as it stands now.

    `told_at` is when the DMS told of the sale that it is about: what it told later counts.
    """
    return statement(ASK, question_id, kind, subject_id, vehicle_id, to_json(details).decode(), now, told_at)


def answer(question_id: str, given: Mapping[str, Any], by: str, now: str) -> Statement:
    """Record an answer; its batch fails with `ConstraintViolation` when the question is no longer open."""
    return statement(ANSWER, question_id, to_json(given).decode(), by, now)


def void(kind: str, subject_id: str, now: str) -> Statement:
    """Take a question back that has settled itself."""
    return statement(VOID, kind, subject_id, now)


def void_told(sale_id: str, now: str, told_at: str | None) -> Statement:
    """Take back what is asked of a sale because of what the DMS told, and has told otherwise at its time `told_at`."""
    return statement(VOID_TOLD, sale_id, now, told_at)


async def is_answered(database: Database, kind: str, subject_id: str, details: Mapping[str, Any]) -> bool:
    """Whether the dealer has answered just this before."""
    return await database.first(ANSWERED, kind, subject_id, to_json(details).decode()) is not None


async def chosen(database: Database, kind: str, subject_id: str) -> str | None:
    """What the dealer has chosen last when he was asked this; `None`: he never was, or has not answered."""
    row = await database.first(CHOSEN, kind, subject_id)
    return None if row is None else str(row["choice"])


async def read(database: Database, question_id: str) -> Question | None:
    """One question."""
    row = await database.first(READ, question_id)
    return None if row is None else _question().validate_json(str(row["question"]))


async def newest(database: Database, state: str | None) -> list[Question]:
    """The newest 1,000 questions, of that state."""
    return [_question().validate_json(str(row["question"])) for row in await database.all(LIST, state)]
