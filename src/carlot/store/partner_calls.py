"""The partners and partner_calls tables: how many calls a partner accepts now, for all instances of the Worker."""

from __future__ import annotations

from carlot.domain.partner import Limits
from carlot.platform.ports import Database, Row, Statement, statement

# Forget calls older than a minute that are over.
FORGET_CALLS = "DELETE FROM partner_calls WHERE target = ?1 AND started_at <= ?2 AND until <= ?3"

# A call may go: the partner is not resting, and neither the last minute nor this moment is full. Each failed call halves how many
# may go at once, so that traffic comes back gently. ?1 id, ?2 target, ?3 now, ?4 a minute ago, ?5 until, ?6 per minute, ?7 at once.
ADMIT = """
INSERT INTO partner_calls (id, target, started_at, until)
SELECT ?1, ?2, ?3, ?5
WHERE NOT EXISTS (SELECT 1 FROM partners WHERE target = ?2 AND (paused_until > ?3 OR held_at IS NOT NULL))
  AND (SELECT count(*) FROM partner_calls WHERE target = ?2 AND started_at > ?4) < ?6
  AND (SELECT count(*) FROM partner_calls WHERE target = ?2 AND until > ?3)
    < max(1, ?7 >> ifnull((SELECT failures FROM partners WHERE target = ?2), 0))
RETURNING id"""

# Why a call may not go: until when the partner rests, and when the oldest call of the last minute began.
WAIT = """
SELECT (SELECT paused_until FROM partners WHERE target = ?1 AND paused_until > ?2) AS paused_until,
  EXISTS (SELECT 1 FROM partners WHERE target = ?1 AND held_at IS NOT NULL) AS held,
  (SELECT count(*) FROM partner_calls WHERE target = ?1 AND started_at > ?3) AS in_minute,
  (SELECT min(started_at) FROM partner_calls WHERE target = ?1 AND started_at > ?3) AS oldest"""

# The call is over.
END_CALL = "UPDATE partner_calls SET until = ?2 WHERE id = ?1"

# It was answered.
SUCCEEDED = "UPDATE partners SET failures = failures / 2 WHERE target = ?1 AND failures > 0"

# A task's work came to its end, because the partner let it in: it blocks nobody. Read often, written when it is news.
LET_IN = """
INSERT INTO partners (target, let_in_at) VALUES (?1, ?2)
ON CONFLICT (target) DO UPDATE SET let_in_at = excluded.let_in_at, doubted_at = NULL, blocked_reason = NULL, probe_at = NULL
WHERE blocked_reason IS NOT NULL OR doubted_at IS NOT NULL OR let_in_at IS NULL OR let_in_at < ?3"""

# It failed; ?3 is the pause that the partner asks for, in seconds (NULL: it named none). Then it rests from the third failure on:
# 2 seconds, doubling to 5 minutes; never shorter than it asked before. ?2 is now in seconds since 1970, ?4 a chance from 0 to 1.
FAILED = """
INSERT INTO partners (target, failures, paused_until)
VALUES (?1, 1, CASE WHEN ?3 IS NOT NULL THEN strftime('%Y-%m-%dT%H:%M:%fZ', ?2 + ?3, 'unixepoch') END)
ON CONFLICT (target) DO UPDATE SET
  failures = min(failures + 1, 20),
  paused_until = CASE
    WHEN ?3 IS NOT NULL THEN max(ifnull(paused_until, ''), excluded.paused_until)
    WHEN failures >= 2 THEN max(ifnull(paused_until, ''),
      strftime('%Y-%m-%dT%H:%M:%fZ', ?2 + min(300, 2 << min(failures - 2, 8)) * (0.5 + ?4 / 2), 'unixepoch'))
    ELSE paused_until END"""

# The partner refuses our credentials: no call goes until the dealer acts, or until it is probed. What was refused before the dealer
# acted (?4 is when its task was taken up) says nothing of now.
BLOCK = """
INSERT INTO partners (target, blocked_reason, probe_at) VALUES (?1, ?2, ?3)
ON CONFLICT (target) DO UPDATE SET blocked_reason = excluded.blocked_reason, probe_at = excluded.probe_at
WHERE unblocked_at IS NULL OR unblocked_at < ?4"""

# The partner has refused our credentials once; what it refused since ?3 is the same doubt.
DOUBT = """
INSERT INTO partners (target, doubted_at) VALUES (?1, ?2)
ON CONFLICT (target) DO UPDATE SET doubted_at = excluded.doubted_at WHERE doubted_at IS NULL OR doubted_at <= ?3"""

# What is known of a partner's refusals, and when it first refused our credentials to a task.
REFUSALS = """
SELECT t.denied_at, p.blocked_reason, p.doubted_at, p.let_in_at FROM sync_tasks t LEFT JOIN partners p ON p.target = t.target
WHERE t.id = ?1"""

# The dealer has acted.
UNBLOCK = """
INSERT INTO partners (target, unblocked_at) VALUES (?1, ?2)
ON CONFLICT (target) DO UPDATE SET blocked_reason = NULL, probe_at = NULL, doubted_at = NULL, unblocked_at = excluded.unblocked_at"""

# The dealer has acted for a partner that is known, or for each (?1 NULL).
UNBLOCK_SOME = """
UPDATE partners SET blocked_reason = NULL, probe_at = NULL, unblocked_at = ?2 WHERE ?1 IS NULL OR target = ?1"""

# The operator pauses a partner: its tasks wait.
HOLD = """
INSERT INTO partners (target, held_at) VALUES (?1, ?2)
ON CONFLICT (target) DO UPDATE SET held_at = coalesce(partners.held_at, excluded.held_at)"""

# The operator lets it go again.
LET_GO = "UPDATE partners SET held_at = NULL WHERE target = ?1"

# Every partner that is blocked.
ALL_BLOCKED = "SELECT target, blocked_reason, probe_at FROM partners WHERE blocked_reason IS NOT NULL"


def admission(call_id: str, target: str, now: str, minute_ago: str, until: str, limits: Limits) -> list[Statement]:
    """Count a call that is about to be made; a row of the last statement says that it may go now."""
    return [
        statement(FORGET_CALLS, target, minute_ago, now),
        statement(ADMIT, call_id, target, now, minute_ago, until, limits.per_minute, limits.at_once),
    ]


async def wait(database: Database, target: str, now: str, minute_ago: str) -> Row:
    """Why a call may not go: `paused_until`, `held`, `in_minute`, `oldest`."""
    row = await database.first(WAIT, target, now, minute_ago)
    return row or {"paused_until": None, "held": 0, "in_minute": 0, "oldest": None}


def end_call(call_id: str, now: str) -> Statement:
    """The call is over, or was not made."""
    return statement(END_CALL, call_id, now)


def succeeded(call_id: str, target: str, now: str) -> list[Statement]:
    """The call was answered."""
    return [statement(END_CALL, call_id, now), statement(SUCCEEDED, target)]


def let_in(target: str, now: str, minute_ago: str) -> Statement:
    """The partner let a task in, so calls go again. Without a doubt, that is noted once a minute."""
    return statement(LET_IN, target, now, minute_ago)


def failed(call_id: str, target: str, now: str, epoch_s: float, asked_s: float | None, chance: float) -> list[Statement]:
    """The call failed."""
    return [statement(END_CALL, call_id, now), statement(FAILED, target, epoch_s, asked_s, chance)]


def block(target: str, reason: str, probe: str, asked_at: str) -> Statement:
    """No call goes before the dealer acts, or before `probe`; nothing when he has acted since `asked_at`."""
    return statement(BLOCK, target, reason, probe, asked_at)


def doubt(target: str, now: str, since: str) -> Statement:
    """The partner has refused our credentials once: one more look decides. A doubt that began after `since` goes on."""
    return statement(DOUBT, target, now, since)


async def refusals(database: Database, task_id: str) -> Row:
    """What is known when a partner refuses our credentials to a task: `denied_at`, `blocked_reason`, `doubted_at`, `let_in_at`."""
    row = await database.first(REFUSALS, task_id)
    return row or {"denied_at": None, "blocked_reason": None, "doubted_at": None, "let_in_at": None}


def unblock(target: str, now: str) -> Statement:
    """The dealer has acted: calls go again."""
    return statement(UNBLOCK, target, now)


def unblock_some(target: str | None, now: str) -> Statement:
    """The dealer has acted: calls to a partner go again, or calls to every one."""
    return statement(UNBLOCK_SOME, target, now)


def hold(target: str, now: str) -> Statement:
    """Pause a partner by hand."""
    return statement(HOLD, target, now)


def let_go(target: str) -> Statement:
    """End a pause by hand."""
    return statement(LET_GO, target)


async def all_blocked(database: Database) -> list[Row]:
    """The blocked partners: `target`, `blocked_reason`, `probe_at`."""
    return await database.all(ALL_BLOCKED)
