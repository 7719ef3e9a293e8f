"""The webhook_events table: each event once, kept before its sender is answered."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic_core import to_json

from carlot.platform.ports import Database, Row, Statement, statement
from carlot.store.dms_pages import Seen

# An event arrived. Breaks the unique key when it did before.
INSERT = """
INSERT INTO webhook_events (id, source, event_key, type, occurred_at, body, state, note, received_at)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"""

# Events. ?1 their ids as JSON.
READ = "SELECT id, source, type, body, state FROM webhook_events WHERE id IN (SELECT value FROM json_each(?1))"

_SHOWN = """
SELECT e.id, e.source, e.type, e.occurred_at AS occurredAt, e.received_at AS receivedAt, e.state, e.note, e.settled_at AS settledAt,
  {body} AS body, length(e.body) AS bytes, t.id AS task_id, t.state AS task_state, t.error AS task_error, t.outcome AS task_outcome
FROM webhook_events e LEFT JOIN sync_tasks t ON t.target = 'carlot' AND t.kind = 'event' AND t.subject_id = e.id"""

# A page of events, newest first; of a long body only its length. ?1 source, ?2 state, ?3 and ?4 where the page before ended, ?5 how many.
LIST = f"""{_SHOWN.format(body="iif(length(e.body) <= 16384, e.body, '')")}
WHERE (?1 IS NULL OR e.source = ?1) AND (?2 IS NULL OR e.state = ?2) AND (?3 IS NULL OR (e.received_at, e.id) < (?3, ?4))
ORDER BY e.received_at DESC, e.id DESC LIMIT ?5"""

# One event with its body and what it came to.
SHOW = f"{_SHOWN.format(body='e.body')} WHERE e.id = ?1"

# It is to take effect again.
AGAIN = "UPDATE webhook_events SET state = ?2, note = NULL, settled_at = iif(?2 = 'stored', NULL, ?3) WHERE id = ?1"

# The bodies of events that were settled long ago have done their work; a step of them. What was never settled keeps its body.
# ?1 before when, ?2 how many.
BLANK = """
UPDATE webhook_events SET body = '' WHERE id IN (
  SELECT id FROM webhook_events INDEXED BY webhook_events_bodies WHERE body <> '' AND state <> 'stored' AND coalesce(settled_at, received_at) < ?1
  ORDER BY received_at LIMIT ?2)
RETURNING 1"""

# What became of it.
SETTLE = "UPDATE webhook_events SET state = ?2, note = ?3, settled_at = ?4 WHERE id = ?1"

# It is applied, provided that its car (?3) still is as it was seen (?4), that the same car (?7) goes by its number (?6), and that no sale
# was undone since (?5); otherwise `state` is NULL, which is refused and takes the whole batch with it.
SETTLE_AS_OF = """
UPDATE webhook_events SET settled_at = ?2, state = CASE
  WHEN (SELECT dms_record FROM vehicles WHERE id = ?3) IS ?4 AND (SELECT id FROM vehicles WHERE external_dms_id = ?6) IS ?7
    AND NOT EXISTS (SELECT 1 FROM sales WHERE voided_at IS NOT NULL AND updated_at >= ?5) THEN 'applied' END
WHERE id = ?1"""


def insert(
    event_id: str, source: str, head: tuple[str, str, str | None], body: str, state: tuple[str, str | None], now: str
) -> Statement:
    """Keep an event: `head` is key, type and time; `state` is `stored`, or `ignored` with the reason."""
    return statement(INSERT, event_id, source, *head, body, *state, now)


async def read(database: Database, event_ids: Sequence[str]) -> dict[str, Row]:
    """Events by id."""
    return {str(row["id"]): row for row in await database.all(READ, to_json(event_ids).decode())}


def settle(event_id: str, state: str, note: str | None, now: str) -> Statement:
    """Note what became of an event: `applied`, `ignored` or `failed`."""
    return statement(SETTLE, event_id, state, note, now)


def settle_as_of(event_id: str, seen: Seen, now: str) -> Statement:
    """Note that an event is applied; fails its batch when the lot is no longer as it was seen."""
    car, record = (seen.known.id, seen.known.dms_record) if seen.known else (None, None)
    return statement(SETTLE_AS_OF, event_id, now, car, record, seen.seen_at, seen.stock_number, seen.holder)


async def page(database: Database, source: str | None, state: str | None, after: tuple[str, str] | None, limit: int) -> list[Row]:
    """Events as they arrived, newest first, behind the given (received_at, id); the columns are those of `show`."""
    return await database.all(LIST, source, state, *(after or (None, None)), limit)


async def show(database: Database, event_id: str) -> Row | None:
    """One event with its `body`, its length in `bytes`, and its task (`task_id`, `task_state`, `task_error`, `task_outcome`)."""
    return await database.first(SHOW, event_id)


def again(event_id: str, state: str, now: str) -> Statement:
    """Process an event once more."""
    return statement(AGAIN, event_id, state, now)


def blank_settled(before: str, most: int) -> Statement:
    """Delete the bodies of up to `most` events that were settled before that time. Their keys stay: they stop repeats."""
    return statement(BLANK, before, most)
