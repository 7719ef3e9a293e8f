"""The rate_limits table: how often something was asked for of late."""

from __future__ import annotations

from carlot.platform.ports import Database, Statement, statement

# One more use, unless there were enough (?4) in this window: then nothing is written, so that nobody makes D1 write at will.
# A window that is over begins anew with it.
SPEND = """
INSERT INTO rate_limits (subject, used, resets_at) VALUES (?1, 1, ?3)
ON CONFLICT (subject) DO UPDATE SET
  used = iif(resets_at <= ?2, 1, used + 1),
  resets_at = iif(resets_at <= ?2, excluded.resets_at, resets_at)
WHERE resets_at <= ?2 OR used < ?4
RETURNING used
"""

# When the window ends.
READ = "SELECT resets_at FROM rate_limits WHERE subject = ?1"

# Begin anew at once.
FORGIVE = "DELETE FROM rate_limits WHERE subject = ?1"

# Windows that are over.
FORGET = "DELETE FROM rate_limits WHERE resets_at <= ?1"


async def spend(database: Database, subject: str, now: str, resets_at: str, most: int) -> str | None:
    """Count a use in the window that ends at `resets_at`; when there were enough of them, answer when it ends."""
    if await database.all(SPEND, subject, now, resets_at, most):
        return None
    row = await database.first(READ, subject)
    return str(row["resets_at"]) if row else now


def forgive(subject: str) -> Statement:
    """Forget what one subject has used."""
    return statement(FORGIVE, subject)


def forget_past(now: str) -> Statement:
    """Forget every window that is over."""
    return statement(FORGET, now)
