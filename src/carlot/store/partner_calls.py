"""The partners and partner_calls tables: what a partner bears, held over all instances of the Worker."""

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
WHERE NOT EXISTS (SELECT 1 FROM partners WHERE target = ?2 AND paused_until > ?3)
  AND (SELECT count(*) FROM partner_calls WHERE target = ?2 AND started_at > ?4) < ?6
  AND (SELECT count(*) FROM partner_calls WHERE target = ?2 AND until > ?3)
    < max(1, ?7 >> ifnull((SELECT failures FROM partners WHERE target = ?2), 0))
RETURNING id"""

# Why a call may not go: until when the partner rests, and when the oldest call of the last minute began.
WAIT = """
SELECT (SELECT paused_until FROM partners WHERE target = ?1 AND paused_until > ?2) AS paused_until,
  (SELECT count(*) FROM partner_calls WHERE target = ?1 AND started_at > ?3) AS in_minute,
  (SELECT min(started_at) FROM partner_calls WHERE target = ?1 AND started_at > ?3) AS oldest"""

# The call is over.
END_CALL = "UPDATE partner_calls SET until = ?2 WHERE id = ?1"

# It was answered; ?3 is 1 when the partner let us in, and so is no longer blocked.
SUCCEEDED = """
INSERT INTO partners (target, failures, last_success_at) VALUES (?1, 0, ?2)
ON CONFLICT (target) DO UPDATE SET failures = failures / 2, last_success_at = excluded.last_success_at,
  blocked_reason = iif(?3, NULL, blocked_reason), probe_at = iif(?3, NULL, probe_at)"""

# It failed; ?4 is how long the partner asks to be left alone, in seconds (NULL: it did not say). Without a word, it rests
# from the third failure on: 2 seconds, doubling to 5 minutes; never shorter than it asked before. ?3 is now in seconds since 1970,
# ?5 a chance from 0 to 1.
FAILED = """
INSERT INTO partners (target, failures, last_failure_at, paused_until)
VALUES (?1, 1, ?2, CASE WHEN ?4 IS NOT NULL THEN strftime('%Y-%m-%dT%H:%M:%fZ', ?3 + ?4, 'unixepoch') END)
ON CONFLICT (target) DO UPDATE SET
  failures = min(failures + 1, 20), last_failure_at = excluded.last_failure_at,
  paused_until = CASE
    WHEN ?4 IS NOT NULL THEN max(ifnull(paused_until, ''), excluded.paused_until)
    WHEN failures >= 2 THEN max(ifnull(paused_until, ''),
      strftime('%Y-%m-%dT%H:%M:%fZ', ?3 + min(300, 2 << min(failures - 2, 8)) * (0.5 + ?5 / 2), 'unixepoch'))
    ELSE paused_until END"""

# The partner refuses our credentials: no call goes until the dealer acts, or until it is probed. What was refused before the dealer
# acted (?4 is when its task was taken up) says nothing of now.
BLOCK = """
INSERT INTO partners (target, blocked_reason, probe_at) VALUES (?1, ?2, ?3)
ON CONFLICT (target) DO UPDATE SET blocked_reason = excluded.blocked_reason, probe_at = excluded.probe_at
WHERE unblocked_at IS NULL OR unblocked_at < ?4"""

# The dealer has acted.
UNBLOCK = """
INSERT INTO partners (target, unblocked_at) VALUES (?1, ?2)
ON CONFLICT (target) DO UPDATE SET blocked_reason = NULL, probe_at = NULL, unblocked_at = excluded.unblocked_at"""

# Every partner that is blocked.
ALL_BLOCKED = "SELECT target, blocked_reason, probe_at FROM partners WHERE blocked_reason IS NOT NULL"


async def admit(database: Database, call_id: str, target: str, now: str, minute_ago: str, until: str, limits: Limits) -> bool:
    """Count a call that is about to be made; `False`: it may not go now."""
    rows = await database.batch(
        [
            statement(FORGET_CALLS, target, minute_ago, now),
            statement(ADMIT, call_id, target, now, minute_ago, until, limits.per_minute, limits.at_once),
        ]
    )
    return bool(rows[1])


async def wait(database: Database, target: str, now: str, minute_ago: str) -> Row:
    """Why a call may not go: `paused_until`, `in_minute`, `oldest`."""
    row = await database.first(WAIT, target, now, minute_ago)
    return row or {"paused_until": None, "in_minute": 0, "oldest": None}


def end_call(call_id: str, now: str) -> Statement:
    """The call is over, or was not made."""
    return statement(END_CALL, call_id, now)


def succeeded(call_id: str, target: str, now: str, *, let_in: bool) -> list[Statement]:
    """The call was answered; `let_in`: our credentials were not refused, so calls go again."""
    return [statement(END_CALL, call_id, now), statement(SUCCEEDED, target, now, int(let_in))]


def failed(call_id: str, target: str, now: str, epoch_s: float, asked_s: float | None, chance: float) -> list[Statement]:
    """The call failed."""
    return [statement(END_CALL, call_id, now), statement(FAILED, target, now, epoch_s, asked_s, chance)]


def block(target: str, reason: str, probe: str, asked_at: str) -> Statement:
    """No call goes before the dealer acts, or before `probe`; nothing when he has acted since `asked_at`."""
    return statement(BLOCK, target, reason, probe, asked_at)


def unblock(target: str, now: str) -> Statement:
    """The dealer has acted: calls go again."""
    return statement(UNBLOCK, target, now)


async def all_blocked(database: Database) -> list[Row]:
    """The blocked partners: `target`, `blocked_reason`, `probe_at`."""
    return await database.all(ALL_BLOCKED)
