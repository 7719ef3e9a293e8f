"""The alerts table, and the problems that raise alerts."""

from __future__ import annotations

from carlot.platform.ports import Database, Row, Statement, statement

# The problems of now: dead tasks by partner, partners that refuse us or whose tasks wait for the dealer, removals that fail, deadlines.
# ?1 JSON object kind -> from when it is at risk, ?2 since when a removal from a listing site must have been failing to be worth an
# alert, ?3 by when a sign-in ends soon, ?4 the partners that are configured, as JSON.
FINDINGS = """
SELECT 'dead:' || target AS subject, target, count(*) AS n, max(error) AS detail FROM sync_tasks
  WHERE state = 'dead' AND target <> 'alerts' GROUP BY target
UNION ALL
SELECT 'refused:' || target, target, 1, max(reason) FROM (
  SELECT target, blocked_reason AS reason FROM partners WHERE blocked_reason IS NOT NULL
  UNION ALL SELECT target, error FROM sync_tasks WHERE state = 'blocked')
  WHERE target <> 'alerts' AND target IN (SELECT value FROM json_each(?4)) GROUP BY target
UNION ALL
SELECT 'expiring:quickbooks', 'quickbooks', 1, min(refresh_expires_at, ifnull(hard_expires_at, refresh_expires_at)) FROM oauth_tokens
  WHERE state = 'connected' AND min(refresh_expires_at, ifnull(hard_expires_at, refresh_expires_at)) <= ?3
UNION ALL
SELECT 'removal:' || target, target, count(*), max(error) FROM sync_tasks
  WHERE kind = 'listing' AND deadline_at IS NOT NULL AND state <> 'done' AND failing_since <= ?2 GROUP BY target
UNION ALL
SELECT 'deadline:' || target, target, count(*), min(deadline_at) FROM sync_tasks
  WHERE deadline_at IS NOT NULL AND state <> 'done' AND deadline_at <= json_extract(?1, '$.' || kind) GROUP BY target"""

# Alerts that are not over.
OPEN = "SELECT subject FROM alerts WHERE cleared_at IS NULL"

# An alert begins: a row comes back only when it was not open before.
RAISE = """
INSERT INTO alerts (subject, text, raised_at) VALUES (?1, ?2, ?3)
ON CONFLICT (subject) DO UPDATE SET text = excluded.text, raised_at = excluded.raised_at, cleared_at = NULL, sent = NULL
WHERE alerts.cleared_at IS NOT NULL"""

# It is over.
CLEAR = "UPDATE alerts SET cleared_at = ?2 WHERE subject = ?1 AND cleared_at IS NULL"

# One alert with its text.
READ = "SELECT subject, text, cleared_at, sent FROM alerts WHERE subject = ?1"

# Its message was sent.
MARK_SENT = "UPDATE alerts SET sent = ?2 WHERE subject = ?1"


async def findings(database: Database, at_risk: str, failing_since: str, ends_by: str, configured: str) -> list[Row]:
    """The problems of now: `subject`, `target`, `n`, `detail`."""
    return await database.all(FINDINGS, at_risk, failing_since, ends_by, configured)


async def open_subjects(database: Database) -> set[str]:
    """The subjects of alerts that are not over."""
    return {str(row["subject"]) for row in await database.all(OPEN)}


def begin(subject: str, text: str, now: str) -> Statement:
    """Raise an alert."""
    return statement(RAISE, subject, text, now)


def clear(subject: str, now: str) -> Statement:
    """Clear an alert."""
    return statement(CLEAR, subject, now)


async def read(database: Database, subject: str) -> Row | None:
    """One alert."""
    return await database.first(READ, subject)


def mark_sent(subject: str, what: str) -> Statement:
    """Note that its message was sent: `raised` or `cleared`."""
    return statement(MARK_SENT, subject, what)
