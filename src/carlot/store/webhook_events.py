"""The webhook_events table: each event once, kept before its sender is answered."""

from __future__ import annotations

from carlot.platform.ports import Database, Row, Statement, statement
from carlot.store.dms_pages import Seen

# An event arrived. Breaks the unique key when it did before.
INSERT = """
INSERT INTO webhook_events (id, source, event_key, type, occurred_at, body, state, note, received_at)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"""

# One event.
READ = "SELECT id, source, type, body, state FROM webhook_events WHERE id = ?1"

# What became of it.
SETTLE = "UPDATE webhook_events SET state = ?2, note = ?3, settled_at = ?4 WHERE id = ?1"

# It is applied, provided that its car (?3) still is as it was seen (?4) and no sale was undone since (?5); otherwise `state` is NULL,
# which is refused and takes the whole batch with it.
SETTLE_AS_OF = """
UPDATE webhook_events SET settled_at = ?2, state = CASE
  WHEN (SELECT dms_record FROM vehicles WHERE external_dms_id = ?3) IS ?4
    AND NOT EXISTS (SELECT 1 FROM sales WHERE voided_at IS NOT NULL AND updated_at >= ?5) THEN 'applied' END
WHERE id = ?1"""


def insert(
    event_id: str, source: str, head: tuple[str, str, str | None], body: str, state: tuple[str, str | None], now: str
) -> Statement:
    """Keep an event: `head` is key, type and time; `state` is `stored`, or `ignored` with the reason."""
    return statement(INSERT, event_id, source, *head, body, *state, now)


async def read(database: Database, event_id: str) -> Row | None:
    """One event."""
    return await database.first(READ, event_id)


def settle(event_id: str, state: str, note: str | None, now: str) -> Statement:
    """Note what became of an event: `applied`, `ignored` or `failed`."""
    return statement(SETTLE, event_id, state, note, now)


def settle_as_of(event_id: str, seen: Seen, now: str) -> Statement:
    """Note that an event is applied; fails its batch when the lot is no longer as it was seen."""
    record = seen.known.dms_record if seen.known else None
    return statement(SETTLE_AS_OF, event_id, now, seen.stock_number, record, seen.seen_at)
