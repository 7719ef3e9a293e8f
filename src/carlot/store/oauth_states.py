"""The oauth_states table: authorisations under way, each good for one return."""

from __future__ import annotations

from carlot.platform.ports import Database, Statement, statement

# One begins; those that have run out are forgotten with it.
INSERT = "INSERT INTO oauth_states (state_sha256, session_sha256, expires_at) VALUES (?1, ?2, ?3)"
FORGET = "DELETE FROM oauth_states WHERE expires_at <= ?1"

# It returns, once. ?1 the state's hash, ?2 JSON array of the sessions that the request can show, ?3 now.
USE = """
UPDATE oauth_states SET used_at = ?3
WHERE state_sha256 = ?1 AND used_at IS NULL AND expires_at > ?3 AND session_sha256 IN (SELECT value FROM json_each(?2))
RETURNING state_sha256"""


def begin(state_sha256: str, session_sha256: str, now: str, expires: str) -> list[Statement]:
    """Keep a state, by its hash, bound to a session."""
    return [statement(FORGET, now), statement(INSERT, state_sha256, session_sha256, expires)]


async def use(database: Database, state_sha256: str, sessions: str, now: str) -> bool:
    """Use up a state; whether it was valid for one of these sessions (a JSON array of hashes)."""
    return bool(await database.all(USE, state_sha256, sessions, now))
