"""The idempotency_keys table: what was made under a caller's key, kept in the batch that makes it."""

from __future__ import annotations

from dataclasses import dataclass

from carlot.platform.ports import Database, Statement, statement

# A try takes the key when it is new, a day old, or left behind by a try that made nothing. Whoever has it, and what was made under it, comes
# back. ?1 path, ?2 key, ?3 body, ?4 the try, ?5 now, ?6 until when it is under way, ?7 a day ago.
CLAIM = """
INSERT INTO idempotency_keys (path, key_sha256, body_sha256, lease_token, leased_until, created_at) VALUES (?1, ?2, ?3, ?4, ?6, ?5)
ON CONFLICT (path, key_sha256) DO UPDATE SET
  body_sha256 = excluded.body_sha256, lease_token = excluded.lease_token, leased_until = excluded.leased_until,
  answer = NULL, created_at = excluded.created_at
WHERE created_at <= ?7 OR (answer IS NULL AND leased_until <= ?5)"""
READ = "SELECT body_sha256, lease_token, answer FROM idempotency_keys WHERE path = ?1 AND key_sha256 = ?2"

# The try has made nothing: the key is free at once.
RELEASE = "UPDATE idempotency_keys SET leased_until = ?4 WHERE path = ?1 AND key_sha256 = ?2 AND lease_token = ?3"

# Keys that no longer count.
FORGET = "DELETE FROM idempotency_keys WHERE created_at <= ?1"


def keeping(shown: str) -> str:
    """Build the statement that keeps what `shown` shows, a statement with one text and ?1 alone, as the answer.

    `lease_token` may not be NULL: when another try has taken the key, it fails and takes the whole batch with it. ?2 path, ?3 key,
    ?4 the try.
    """
    return f"""
UPDATE idempotency_keys SET lease_token = CASE WHEN lease_token = ?4 THEN lease_token END, answer = ({shown})
WHERE path = ?2 AND key_sha256 = ?3
RETURNING answer"""


@dataclass(frozen=True, slots=True)
class Try:
    """One request under a key: where it goes, the hashes of its key and of its body, and a token of its own."""

    path: str
    key_sha256: str
    body_sha256: str
    token: str


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of a key; `answer` is `None` while nothing was made under it."""

    body_sha256: str
    token: str
    answer: str | None


async def claim(database: Database, attempt: Try, now: str, until: str, day_ago: str) -> Kept:
    """Take the key if it is free; what holds of it then."""
    values = (attempt.path, attempt.key_sha256, attempt.body_sha256, attempt.token, now, until, day_ago)
    rows = await database.batch([statement(CLAIM, *values), statement(READ, attempt.path, attempt.key_sha256)])
    return Kept(str(rows[1][0]["body_sha256"]), str(rows[1][0]["lease_token"]), rows[1][0]["answer"])


async def read(database: Database, attempt: Try) -> Kept | None:
    """What is kept of the key."""
    row = await database.first(READ, attempt.path, attempt.key_sha256)
    return None if row is None else Kept(str(row["body_sha256"]), str(row["lease_token"]), row["answer"])


def show(shown: str, keeping_it: str, row_id: str, attempt: Try | None) -> Statement:
    """Show what a batch makes, as one text; for a try also keep it.

    `keeping_it` is made with `keeping` from `shown`. Its batch fails with `ConstraintViolation` when another try has taken the key.
    """
    if attempt is None:
        return statement(shown, row_id)
    return statement(keeping_it, row_id, attempt.path, attempt.key_sha256, attempt.token)


def release(attempt: Try, now: str) -> Statement:
    """Let the key go: nothing was made under it."""
    return statement(RELEASE, attempt.path, attempt.key_sha256, attempt.token, now)


def forget_past(day_ago: str) -> Statement:
    """Delete the keys that are a day old."""
    return statement(FORGET, day_ago)
