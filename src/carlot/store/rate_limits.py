"""The rate_limits table: how often something was asked for of late."""

from __future__ import annotations

from carlot.platform.ports import Database, Row, Statement, statement

# One more use. A window that is over begins anew with it.
SPEND = """
INSERT INTO rate_limits (subject, used, resets_at) VALUES (?1, 1, ?3)
ON CONFLICT (subject) DO UPDATE SET
  used = iif(resets_at <= ?2, 1, used + 1),
  resets_at = iif(resets_at <= ?2, excluded.resets_at, resets_at)
RETURNING used, resets_at
"""

# Begin anew at once.
FORGIVE = "DELETE FROM rate_limits WHERE subject = ?1"

# Windows that are over.
FORGET = "DELETE FROM rate_limits WHERE resets_at <= ?1"


async def spend(database: Database, subject: str, now: str, resets_at: str) -> Row:
    """Count a use; answer how often (`used`) in the window that ends at `resets_at`."""
    return (await database.all(SPEND, subject, now, resets_at))[0]


def forgive(subject: str) -> Statement:
    """Forget what one subject has used."""
    return statement(FORGIVE, subject)


def forget_past(now: str) -> Statement:
    """Forget every window that is over."""
    return statement(FORGET, now)
