"""Connecting QuickBooks: to Intuit for the dealer's consent, back with a code, and taking it all back.

Source: developer.intuit.com, "Set up OAuth 2.0"; RFC 9700 for the state: unguessable, bound to who began, good once.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta

from pydantic_core import to_json

from carlot.domain.times import instant
from carlot.engine.enqueue import commit
from carlot.errors import Conflict, DatabaseUnavailable, NeedsDealer, PartnerError, Unauthorized
from carlot.log import log
from carlot.partners.quickbooks import client, tokens
from carlot.platform.ports import Request, Response, Services
from carlot.store import oauth_states, oauth_tokens, partner_calls, quickbooks_documents, tasks
from carlot.web import auth
from carlot.web.responses import empty

CALLBACK = "/api/integrations/quickbooks/callback"
STATE_LASTS = timedelta(minutes=10)


async def authorize_quickbooks(request: Request, services: Services) -> Response:
    """Send the dealer to Intuit for his consent."""
    _require_configured(services)
    who = await auth.identities(request, services)
    if not who:
        raise Unauthorized("Sign in first.")
    state = services.clock.token() + services.clock.token()
    now = services.clock.now()
    await services.database.batch(oauth_states.begin(_hash(state), who[0], instant(now), instant(now + STATE_LASTS)))
    return empty(302, {"location": client.authorize_url(services.settings, _redirect_uri(request, services), state)})


async def return_from_quickbooks(request: Request, services: Services) -> Response:
    """Take the dealer back: the code is exchanged for tokens, and what waited is posted. Nothing of it stays in the address."""
    who = await auth.identities(request, services)
    if not who:
        raise Unauthorized("Sign in, and connect QuickBooks again.") if services.settings.admin_token else auth.not_set_up()
    given = dict(request.query)
    state, now = given.get("state", ""), instant(services.clock.now())
    if not state or not await oauth_states.use(services.database, _hash(state), to_json(who).decode(), now):
        return _home("expired")
    if "error" in given or not given.get("code"):
        return _home("declined" if given.get("error") == "access_denied" else "failed")
    if given.get("realmId") != services.settings.quickbooks_realm_id:
        return _home("other-company")
    try:
        await _connect(request, services, given["code"])
    except NeedsDealer as failure:
        log("quickbooks.not_connected", level="error", error=str(failure))
        return _home("misconfigured")
    except (PartnerError, DatabaseUnavailable) as failure:
        log("quickbooks.not_connected", level="warn", error=str(failure))
        return _home("failed")
    return _home()


async def disconnect_quickbooks(request: Request, services: Services) -> Response:
    """End the connection, here and at Intuit. What waits stays, and is posted when it is connected again."""
    kept = await oauth_tokens.read(services.database)
    if kept is not None:
        try:
            refresh = await tokens.refresh_token(services, kept)
            await client.revoke_token(services.http, services.settings, services.clock.now(), refresh)
        except PartnerError as failure:  # Forgotten here, the tokens are of no use to anybody either way.
            log("quickbooks.not_revoked", level="warn", error=str(failure))
        await services.database.batch([oauth_tokens.delete()])
        await tokens.unmirror(services)
    return empty(204)


async def _connect(request: Request, services: Services, code: str) -> None:
    settings, now = services.settings, services.clock.now()
    pair = await client.exchange_code(services.http, settings, now, code, _redirect_uri(request, services))
    sealed = await tokens.seal(services, settings.quickbooks_realm_id, pair)
    at = instant(services.clock.now())
    changes = [
        oauth_tokens.connect(settings.quickbooks_realm_id, sealed, at),
        partner_calls.unblock("quickbooks", at),
        tasks.release("quickbooks", at),
    ]
    unposted = quickbooks_documents.enqueue_unposted(at)
    rows = await commit(services, changes, [unposted])
    log("quickbooks.connected", generation=int(rows[0][0]["generation"]))
    await tokens.mirror(services, sealed, int(rows[0][0]["generation"]))


def _require_configured(services: Services) -> None:
    if missing := services.settings.missing("quickbooks"):
        raise Conflict(f"QuickBooks is not configured yet: set {' and '.join(missing)}.", code="not-configured")


def _redirect_uri(request: Request, services: Services) -> str:
    """Where Intuit sends the dealer back: the same at both steps, and listed in the app at Intuit."""
    return (services.settings.public_base_url or request.origin) + CALLBACK


def _home(trouble: str = "") -> Response:
    """To the desk; `trouble` is a word it knows, after the address proper."""
    return empty(302, {"location": f"/#/partners/quickbooks-{trouble}" if trouble else "/"})


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
