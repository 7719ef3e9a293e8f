"""The tokens that open QuickBooks: sealed in D1, mirrored to KV, refreshed by one at a time.

Source: developer.intuit.com, "OAuth 2.0": an access token lives an hour; a refresh gives a new refresh token about daily, and
the one before it is void from then on or within a day. So the newest pair is stored before it is used.
"""

from __future__ import annotations

import base64
import binascii
from datetime import datetime, timedelta

from pydantic_core import to_json

from carlot.domain.times import instant, parse_instant
from carlot.errors import (
    AuthExpired,
    DatabaseUnavailable,
    KeyValueUnavailable,
    NeedsDealer,
    PartnerError,
    Permanent,
    Retryable,
    SealBroken,
    Throttled,
)
from carlot.log import log
from carlot.partners.quickbooks import client
from carlot.partners.quickbooks.client import TokenPair
from carlot.platform.ports import Services
from carlot.store import oauth_tokens
from carlot.store.oauth_tokens import Kept, SealedPair

EARLY = timedelta(minutes=5)
"""How long before its end an access token is replaced: longer than the longest work that begins with it."""

LATEST = timedelta(seconds=30)
"""How long an access token must hold to be used while no new one is to be had: longer than a call."""

LEASE = timedelta(seconds=60)
"""How long a refresh may take: more than its call's time-out."""

WAIT_S = 2.0
"""When to come back while somebody else refreshes."""

MIRROR = {"access": "quickbooks_access_token", "refresh": "quickbooks_refresh_token"}
"""The names in KV that the setup guide tells."""

NOT_CONNECTED = "QuickBooks is not connected. Connect it under Integrations."
REAUTH = "QuickBooks needs you to sign in again. Connect it under Integrations; everything that is waiting is posted then."


async def check(services: Services) -> None:
    """Whether there is a connection whose tokens open. Raises: `NeedsDealer` when the dealer must connect, or mend the key."""
    await _unsealed(services, await _connected(services), "access")


async def access_token(services: Services) -> str:
    """A token that opens the API for at least some minutes.

    Raises: as `check`; `AuthExpired` when Intuit refuses the refresh token or the app; `Throttled` while somebody else refreshes;
    as `client.refresh_tokens`.
    """
    kept = await _connected(services)
    if parse_instant(kept.pair.access_expires_at) > services.clock.now() + EARLY:
        return await _unsealed(services, kept, "access")
    return await _refreshed(services, kept)


async def renew(services: Services, refused: str) -> str:
    """Another token than one that the API has just refused. Raises: as `access_token`."""
    kept = await _connected(services)
    current = await _unsealed(services, kept, "access")
    if current != refused and parse_instant(kept.pair.access_expires_at) > services.clock.now():
        return current
    return await _refreshed(services, kept, refused)


async def seal(services: Services, realm_id: str, pair: TokenPair) -> SealedPair:
    """Seal a pair as it came from Intuit. Raises: `NeedsDealer` when the key is none."""
    now = services.clock.now()
    hard_s = pair.x_refresh_token_hard_expires_in
    return SealedPair(
        access=await _sealed(services, realm_id, "access", pair.access_token),
        access_expires_at=instant(now + timedelta(seconds=pair.expires_in)),
        refresh=await _sealed(services, realm_id, "refresh", pair.refresh_token),
        refresh_expires_at=instant(now + timedelta(seconds=pair.x_refresh_token_expires_in or client.REFRESH_TOKEN_LASTS_S)),
        hard_expires_at=None if hard_s is None else instant(now + timedelta(seconds=hard_s)),
    )


async def refresh_token(services: Services, kept: Kept) -> str:
    """The refresh token in clear, to be revoked. Raises: `NeedsDealer` when it does not open."""
    return await _unsealed(services, kept, "refresh")


async def mirror(services: Services, pair: SealedPair, generation: int) -> None:
    """Show the pair, sealed, under its documented names. Nothing is decided by it, so a store that fails costs nothing."""
    envelopes = {
        MIRROR["access"]: {"sealed": pair.access, "expires_at": pair.access_expires_at, "generation": generation},
        MIRROR["refresh"]: {"sealed": pair.refresh, "expires_at": pair.refresh_expires_at, "generation": generation},
    }
    try:
        for name, envelope in envelopes.items():
            await services.key_value.put(name, to_json(envelope).decode())
    except KeyValueUnavailable as failure:
        log("tokens.mirror_failed", level="warn", error=str(failure))


async def unmirror(services: Services) -> None:
    """Take the mirror down."""
    try:
        for name in MIRROR.values():
            await services.key_value.delete(name)
    except KeyValueUnavailable as failure:
        log("tokens.mirror_failed", level="warn", error=str(failure))


async def _connected(services: Services) -> Kept:
    kept = await oauth_tokens.read(services.database)
    if kept is None or kept.realm_id != services.settings.quickbooks_realm_id:
        raise NeedsDealer(NOT_CONNECTED)
    if not kept.connected:
        raise NeedsDealer(REAUTH)
    return kept


async def _refreshed(services: Services, kept: Kept, refused: str | None = None) -> str:
    """Refresh the pair, or leave it to who is at it. The token that the API has `refused` is never given again."""
    now, lease = services.clock.now(), services.clock.token()
    if not await oauth_tokens.lease(services.database, kept.generation, lease, instant(now), instant(now + LEASE)):
        return await _by_another(services, kept, now, refused)
    refresh = await _unsealed(services, kept, "refresh")
    try:
        pair = await client.refresh_tokens(services.http, services.settings, now, refresh)
    except PartnerError as failure:
        if isinstance(failure, Permanent) and failure.status:
            return await _given_up(services, kept)
        await services.database.batch([oauth_tokens.release(lease)])
        if isinstance(failure, AuthExpired):
            raise
        if refused is None and parse_instant(kept.pair.access_expires_at) > services.clock.now() + LATEST:
            return await _unsealed(services, kept, "access")
        # Whatever else Intuit says is trouble that passes: no document is given up for it.
        raise Retryable(str(failure), failure.delay_s if isinstance(failure, Retryable) else None) from failure
    sealed = await seal(services, kept.realm_id, pair)
    if not await _stored(services, kept, sealed):
        return await _by_another(services, kept, now, refused)
    log("tokens.refreshed", generation=kept.generation + 1)
    await mirror(services, sealed, kept.generation + 1)
    return pair.access_token


async def _stored(services: Services, kept: Kept, sealed: SealedPair) -> bool:
    """Store the new pair. The one before may be void by now, so a database that does not answer is asked again."""
    for last in (False, False, True):
        try:
            return await oauth_tokens.rotate(services.database, kept.generation, sealed, instant(services.clock.now()))
        except DatabaseUnavailable:
            if last:
                raise
    return False


async def _by_another(services: Services, kept: Kept, now: datetime, refused: str | None) -> str:
    """The token while somebody else refreshes: the new one when it is there, the old one while it holds and was not refused."""
    current = await _connected(services)
    holds = refused is None and parse_instant(current.pair.access_expires_at) > now + LATEST
    if current.generation != kept.generation or holds:
        return await _unsealed(services, current, "access")
    raise Throttled("The sign-in to QuickBooks is being renewed.", WAIT_S)


async def _given_up(services: Services, kept: Kept) -> str:
    """Intuit refuses the refresh token. Perhaps a newer one is there already; if not, the dealer must act."""
    current = await _connected(services)
    if current.generation != kept.generation:
        return await _unsealed(services, current, "access")
    await services.database.batch([oauth_tokens.give_up(kept.generation, instant(services.clock.now()))])
    log("tokens.refused", level="error", generation=kept.generation)
    raise AuthExpired(REAUTH, surely=True)


async def _sealed(services: Services, realm_id: str, which: str, token: str) -> str:
    context = f"quickbooks:{realm_id}:{which}".encode()
    sealed = await services.sealing.seal(_key(services), token.encode(), context)
    return base64.b64encode(sealed).decode()


async def _unsealed(services: Services, kept: Kept, which: str) -> str:
    text = kept.pair.access if which == "access" else kept.pair.refresh
    context = f"quickbooks:{kept.realm_id}:{which}".encode()
    try:
        return (await services.sealing.unseal(_key(services), base64.b64decode(text), context)).decode()
    except SealBroken as failure:
        reason = "TOKEN_ENCRYPTION_KEY did not seal this sign-in to QuickBooks. Set that key again, or connect again."
        raise NeedsDealer(reason) from failure


def _key(services: Services) -> bytes:
    try:
        key = base64.b64decode(services.settings.token_encryption_key, validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != 32:
        raise NeedsDealer("TOKEN_ENCRYPTION_KEY must be 32 bytes in base64, as `openssl rand -base64 32` prints them.")
    return key
