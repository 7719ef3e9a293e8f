"""The alerts table, and the problems that raise alerts."""

from __future__ import annotations

from carlot.platform.ports import Database, Row, Statement, statement
from carlot.store.tasks import enqueue_select

# A car that goes out with a file fails as the file does.
_FAILING_SINCE = """coalesce(failing_since, (SELECT f.failing_since FROM sync_tasks f
    WHERE f.target = sync_tasks.target AND f.kind = 'file' AND f.subject_id = 'all'))"""

# The problems of now: dead tasks by partner, partners that refuse us or whose tasks wait for the dealer, removals that fail, deadlines.
# ?1 JSON object kind -> from when it is at risk, ?2 since when a removal from a listing site must have been failing to be worth an
# alert, ?3 by when a sign-in ends soon, ?4 the partners that are configured, as JSON.
FINDINGS = f"""
SELECT 'dead:' || target AS subject, target, count(*) AS n, max(error) AS detail, max(updated_at) AS newest
  FROM sync_tasks INDEXED BY sync_tasks_state
  WHERE state = 'dead' AND target <> 'alerts' GROUP BY target
UNION ALL
SELECT 'refused:' || target, target, 1, max(reason), '' FROM (
  SELECT target, blocked_reason AS reason FROM partners WHERE blocked_reason IS NOT NULL
  UNION ALL SELECT target, error FROM sync_tasks INDEXED BY sync_tasks_blocked WHERE state = 'blocked')
  WHERE target <> 'alerts' AND target IN (SELECT value FROM json_each(?4)) GROUP BY target
UNION ALL
SELECT 'expiring:quickbooks', 'quickbooks', 1, min(refresh_expires_at, ifnull(hard_expires_at, refresh_expires_at)), ''
  FROM oauth_tokens
  WHERE state = 'connected' AND min(refresh_expires_at, ifnull(hard_expires_at, refresh_expires_at)) <= ?3
UNION ALL
SELECT 'removal:' || target, target, count(*), max(error), max({_FAILING_SINCE}) FROM sync_tasks INDEXED BY sync_tasks_deadline
  WHERE kind IN ('listing', 'old_listing') AND deadline_at IS NOT NULL AND state <> 'done' AND {_FAILING_SINCE} <= ?2 GROUP BY target
UNION ALL
SELECT 'deadline:' || target, target, count(*), min(deadline_at), '' FROM sync_tasks INDEXED BY sync_tasks_deadline
  WHERE deadline_at IS NOT NULL AND state <> 'done' AND deadline_at <= json_extract(?1, '$.' || kind) GROUP BY target"""

# What the dealer is asked, by kind: how many, and the newest of them. Then the deadlines that wait for him and are at risk. ?1 as above.
ASKED = """
SELECT 'question:' || kind AS subject, count(*) AS n, substr(max(created_at || id), 25) AS newest, NULL AS due
FROM questions WHERE state = 'open' GROUP BY kind
UNION ALL
SELECT 'deadline:questions', count(*), NULL, min(deadline_at) FROM questions
WHERE state = 'open' AND deadline_at <= json_extract(?1, '$.invoice') HAVING count(*) > 0"""

# What is past its deadline, by kind. ?1 now.
OVERDUE = """
SELECT kind, count(*) AS n, min(deadline_at) AS oldest FROM sync_tasks INDEXED BY sync_tasks_deadline
WHERE deadline_at IS NOT NULL AND state <> 'done' AND deadline_at <= ?1 GROUP BY kind ORDER BY min(deadline_at)"""

# The heartbeat is due: none was enqueued since ?2, and none was refused for good. ?1 now.
HEARTBEAT = enqueue_select(
    target="'heartbeat'",
    kind="'heartbeat'",
    subject="'heartbeat'",
    now="?1",
    source="""WHERE NOT EXISTS (SELECT 1 FROM sync_tasks t WHERE t.target = 'heartbeat' AND t.kind = 'heartbeat' AND t.subject_id = 'heartbeat'
  AND (t.state = 'dead' OR t.updated_at > ?2))""",
)

# Who is behind the documents that QuickBooks refuses: its errors may name them, the alerts may not.
PEOPLE = """
SELECT DISTINCT c.name, c.email, c.phone FROM sync_tasks t JOIN sales s ON s.id = t.subject_id JOIN customers c ON c.id = s.customer_id
WHERE t.state IN ('dead', 'blocked') AND t.error IS NOT NULL"""

# Alerts that are not over, with the newest that each tells of.
OPEN = "SELECT subject, newest FROM alerts WHERE cleared_at IS NULL"

# An alert begins, or has something new to tell. ?4 what is newest of it.
RAISE = """
INSERT INTO alerts (subject, text, raised_at, newest) VALUES (?1, ?2, ?3, ?4)
ON CONFLICT (subject) DO UPDATE SET text = excluded.text, newest = excluded.newest, cleared_at = NULL,
  raised_at = iif(cleared_at IS NULL, raised_at, excluded.raised_at), sent = iif(cleared_at IS NULL, sent, NULL),
  sent_newest = iif(cleared_at IS NULL, sent_newest, NULL)
WHERE alerts.cleared_at IS NOT NULL OR alerts.newest < excluded.newest"""

# It is over.
CLEAR = "UPDATE alerts SET cleared_at = ?2 WHERE subject = ?1 AND cleared_at IS NULL"

# One alert with its text.
READ = "SELECT subject, text, cleared_at, sent, newest, sent_newest FROM alerts WHERE subject = ?1"

# Its message was sent. ?3 the newest that it told of.
MARK_SENT = "UPDATE alerts SET sent = ?2, sent_newest = ?3 WHERE subject = ?1"


async def findings(database: Database, at_risk: str, failing_since: str, ends_by: str, configured: str) -> list[Row]:
    """The problems of now: `subject`, `target`, `n`, `detail`, `newest`."""
    return await database.all(FINDINGS, at_risk, failing_since, ends_by, configured)


async def people(database: Database) -> list[str]:
    """Names, mail addresses and phone numbers that an error may hold and an alert may not, the longest first."""
    found = [row[column] for row in await database.all(PEOPLE) for column in ("name", "email", "phone")]
    return sorted({str(each) for each in found if each}, key=len, reverse=True)


async def asked(database: Database, at_risk: str) -> list[Row]:
    """What the dealer is asked, by kind, and the deadlines that wait for his answers: `subject`, `n`, `newest`, `due`."""
    return await database.all(ASKED, at_risk)


async def overdue(database: Database, now: str) -> list[Row]:
    """What is past its deadline: `kind`, `n`, `oldest`."""
    return await database.all(OVERDUE, now)


async def open_subjects(database: Database) -> dict[str, str]:
    """The alerts that are not over: what is newest of each, by subject."""
    return {str(row["subject"]): str(row["newest"]) for row in await database.all(OPEN)}


def begin(subject: str, text: str, newest: str, now: str) -> Statement:
    """Raise an alert, or tell what is new of one that is open: what comes after its `newest` in order."""
    return statement(RAISE, subject, text, now, newest)


def clear(subject: str, now: str) -> Statement:
    """Clear an alert."""
    return statement(CLEAR, subject, now)


def heartbeat(now: str, since: str) -> Statement:
    """Want the heartbeat address called, unless that was done or tried `since`."""
    return statement(HEARTBEAT, now, since)


async def read(database: Database, subject: str) -> Row | None:
    """One alert."""
    return await database.first(READ, subject)


def mark_sent(subject: str, what: str, newest: str) -> Statement:
    """Note that its message was sent: `raised` or `cleared`, with the newest that it told of."""
    return statement(MARK_SENT, subject, what, newest)
