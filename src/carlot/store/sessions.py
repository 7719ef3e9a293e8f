"""The sessions table: signed-in browsers."""

from __future__ import annotations

from carlot.platform.ports import Database, Row, Statement, statement

# A browser signed in.
INSERT = "INSERT INTO sessions (token_sha256, created_at, expires_at, name) VALUES (?1, ?2, ?3, ?4)"

# A session that holds.
FIND = "SELECT name FROM sessions WHERE token_sha256 = ?1 AND expires_at > ?2"

# A browser signed out.
DELETE = "DELETE FROM sessions WHERE token_sha256 = ?1"

# Every browser signed out.
DELETE_ALL = "DELETE FROM sessions"

# Sessions that have run out.
FORGET = "DELETE FROM sessions WHERE expires_at <= ?1"


def begin(token_sha256: str, now: str, expires: str, name: str | None) -> Statement:
    """Keep a session, by the hash of its secret."""
    return statement(INSERT, token_sha256, now, expires, name)


async def find(database: Database, token_sha256: str, now: str) -> Row | None:
    """The session, with its `name`; `None` when it is not there or has run out."""
    return await database.first(FIND, token_sha256, now)


async def end(database: Database, token_sha256: str) -> None:
    """Forget a session."""
    await database.batch([statement(DELETE, token_sha256)])


async def end_all(database: Database) -> None:
    """Forget every session."""
    await database.batch([statement(DELETE_ALL)])


def forget_expired(now: str) -> Statement:
    """Forget every session that has run out."""
    return statement(FORGET, now)
