"""The oauth_tokens table: the sealed pair that opens QuickBooks. D1 decides; KV only mirrors it."""

from __future__ import annotations

from dataclasses import dataclass

from carlot.platform.ports import Database, Row, Statement, statement

# The pair.
READ = """
SELECT realm_id, generation, access_token_sealed, access_expires_at, refresh_token_sealed, refresh_expires_at, hard_expires_at, state
FROM oauth_tokens WHERE provider = 'quickbooks'"""

# The dealer has given consent: a new pair, whatever was there before. Its generation is none that an earlier connection, by now
# forgotten, can have had: what began under that one does not fit this one.
CONNECT = """
INSERT INTO oauth_tokens (provider, realm_id, generation, access_token_sealed, access_expires_at, refresh_token_sealed,
  refresh_expires_at, hard_expires_at, state, connected_at, updated_at)
VALUES ('quickbooks', ?1, unixepoch(?7), ?2, ?3, ?4, ?5, ?6, 'connected', ?7, ?7)
ON CONFLICT (provider) DO UPDATE SET realm_id = excluded.realm_id,
  generation = max(excluded.generation, oauth_tokens.generation + 1),
  access_token_sealed = excluded.access_token_sealed, access_expires_at = excluded.access_expires_at,
  refresh_token_sealed = excluded.refresh_token_sealed, refresh_expires_at = excluded.refresh_expires_at,
  hard_expires_at = excluded.hard_expires_at, lease_token = NULL, leased_until = NULL, state = 'connected',
  connected_at = excluded.connected_at, updated_at = excluded.updated_at
RETURNING generation"""

# One refresh at a time. ?1 the generation that was read, ?2 the lease, ?3 now, ?4 until when.
LEASE = """
UPDATE oauth_tokens SET lease_token = ?2, leased_until = ?4
WHERE provider = 'quickbooks' AND generation = ?1 AND state = 'connected' AND (leased_until IS NULL OR leased_until <= ?3)
RETURNING generation"""

# The next pair, unless another took its place meanwhile. It opens QuickBooks, also when somebody gave up before it was here.
ROTATE = """
UPDATE oauth_tokens SET generation = generation + 1, access_token_sealed = ?2, access_expires_at = ?3, refresh_token_sealed = ?4,
  refresh_expires_at = ?5, hard_expires_at = coalesce(?6, hard_expires_at), lease_token = NULL, leased_until = NULL, state = 'connected',
  updated_at = ?7
WHERE provider = 'quickbooks' AND generation = ?1
RETURNING generation"""

# The refresh has ended.
RELEASE = "UPDATE oauth_tokens SET lease_token = NULL, leased_until = NULL WHERE provider = 'quickbooks' AND lease_token = ?1"

# Intuit no longer takes the refresh token of that generation: the dealer must connect again.
GIVE_UP = """
UPDATE oauth_tokens SET state = 'reauth_required', lease_token = NULL, leased_until = NULL, updated_at = ?2
WHERE provider = 'quickbooks' AND generation = ?1
RETURNING generation"""

# Not connected any more.
DELETE = "DELETE FROM oauth_tokens WHERE provider = 'quickbooks'"


@dataclass(frozen=True, slots=True)
class SealedPair:
    """A pair as it is kept. Times are instants; `hard_expires_at` is `None` when Intuit has not told it."""

    access: str
    access_expires_at: str
    refresh: str
    refresh_expires_at: str
    hard_expires_at: str | None


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of a connection."""

    realm_id: str
    generation: int
    pair: SealedPair
    connected: bool


async def read(database: Database) -> Kept | None:
    """The connection; `None`: never connected, or disconnected."""
    row = await database.first(READ)
    return None if row is None else _kept(row)


def _kept(row: Row) -> Kept:
    pair = SealedPair(
        row["access_token_sealed"],
        row["access_expires_at"],
        row["refresh_token_sealed"],
        row["refresh_expires_at"],
        row["hard_expires_at"],
    )
    return Kept(str(row["realm_id"]), int(row["generation"]), pair, row["state"] == "connected")


def _values(pair: SealedPair) -> tuple[str, str, str, str, str | None]:
    return pair.access, pair.access_expires_at, pair.refresh, pair.refresh_expires_at, pair.hard_expires_at


def connect(realm_id: str, pair: SealedPair, now: str) -> Statement:
    """Keep the pair of a new consent; the row that comes back has its generation."""
    return statement(CONNECT, realm_id, *_values(pair), now)


async def lease(database: Database, generation: int, token: str, now: str, until: str) -> bool:
    """Take the lease for refreshing the pair of this generation; whether we got it."""
    return bool(await database.all(LEASE, generation, token, now, until))


async def rotate(database: Database, generation: int, pair: SealedPair, now: str) -> bool:
    """Store the next pair in place of this generation; `False` when another pair is there already."""
    return bool(await database.all(ROTATE, generation, *_values(pair), now))


def release(token: str) -> Statement:
    """End a lease without a new pair."""
    return statement(RELEASE, token)


def give_up(generation: int, now: str) -> Statement:
    """Note that Intuit no longer accepts the pair of this generation."""
    return statement(GIVE_UP, generation, now)


def delete() -> Statement:
    """Forget the connection."""
    return statement(DELETE)
