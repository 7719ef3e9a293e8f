"""Connect and disconnect QuickBooks, and post to it on demand. The dealer gives consent at Intuit and returns with a code.

Source: developer.intuit.com, "Set up OAuth 2.0"; RFC 9700 for the state: unguessable, bound to the caller, valid once.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta

from pydantic_core import to_json

from carlot.domain.sale_lines import CONNECT_WITH_TAX_CODE
from carlot.domain.times import instant
from carlot.engine.enqueue import commit
from carlot.errors import Conflict, DatabaseUnavailable, NeedsDealer, PartnerError, Unauthorized
from carlot.log import log
from carlot.partners.quickbooks import client, tokens
from carlot.partners.quickbooks.unposted import post_unposted
from carlot.platform.ports import Request, Response, Services
from carlot.store import oauth_states, oauth_tokens, other_company, partner_calls, quickbooks_documents, tasks
from carlot.store.authors import as_author
from carlot.web import auth, rate_limit
from carlot.web.responses import empty, json_answer

CALLBACK = "/api/integrations/quickbooks/callback"
STATE_LASTS = timedelta(minutes=10)
AT_HOME = (None, "US", "USA")
"""The country of a company that needs no tax code on its lines; `None`: it did not tell."""


async def authorize_quickbooks(request: Request, services: Services) -> Response:
    """Send the dealer to Intuit for consent."""
    _require_configured(services)
    who = await auth.identities(request, services)
    if not who:
        raise Unauthorized("Sign in first.")
    state = services.clock.token() + services.clock.token()
    now = services.clock.now()
    await services.database.batch(oauth_states.begin(_hash(state), who[0], instant(now), instant(now + STATE_LASTS)))
    return empty(302, {"location": client.authorize_url(services.settings, _redirect_uri(request, services), state)})


async def return_from_quickbooks(request: Request, services: Services) -> Response:
    """Receive the dealer from Intuit: exchange the code for tokens, and post what waited. The address keeps nothing of it."""
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
        return _home(await _connect(request, as_author(services, await auth.author(request, services)), given["code"]))
    except NeedsDealer as failure:
        log("quickbooks.not_connected", level="error", error=str(failure))
        return _home("misconfigured")
    except (PartnerError, DatabaseUnavailable) as failure:
        log("quickbooks.not_connected", level="warn", error=str(failure))
        return _home("failed")


async def sync_quickbooks(request: Request, services: Services) -> Response:
    """Queue every sale and service record that is not in QuickBooks, failed ones included."""
    _require_configured(services)
    await rate_limit.spend(services, rate_limit.SYNC, "quickbooks")
    # The dealer may have just set up what was missing.
    acted = partner_calls.unblock("quickbooks", instant(services.clock.now()))
    queued = await post_unposted(services, [acted], discarded=True)
    return json_answer({"queued": queued}, 202)


async def disconnect_quickbooks(request: Request, services: Services) -> Response:
    """End the connection, here and at Intuit. Documents that wait are posted after the next connection."""
    kept = await oauth_tokens.read(services.database)
    if kept is not None:
        try:
            refresh = await tokens.refresh_token(services, kept)
            await client.revoke_token(services.http, services.settings, services.clock.now(), refresh)
        except PartnerError as failure:  # The tokens are deleted here in any case.
            log("quickbooks.not_revoked", level="warn", error=str(failure))
        await services.database.batch([oauth_tokens.delete()])
        await tokens.unmirror(services)
    return empty(204)


async def _connect(request: Request, services: Services, code: str) -> str:
    """Keep the tokens for a code, and post what waited; return what is in the way of it, as `_home` takes it."""
    settings, now = services.settings, services.clock.now()
    pair = await client.exchange_code(services.http, settings, now, code, _redirect_uri(request, services))
    if not settings.quickbooks_tax_code and await _is_abroad(services, pair.access_token):
        return "needs-tax-code"
    sealed = await tokens.seal(services, settings.quickbooks_realm_id, pair)
    at = instant(services.clock.now())
    changes = [
        oauth_tokens.connect(settings.quickbooks_realm_id, sealed, at),
        partner_calls.unblock("quickbooks", at),
        tasks.release("quickbooks", at),
        other_company.ask(settings.quickbooks_realm_id, at),
    ]
    unposted = quickbooks_documents.enqueue_unposted(at, settings.quickbooks_start_date)
    rows = await commit(services, changes, [unposted])
    log("quickbooks.connected", generation=int(rows[0][0]["generation"]))
    await tokens.mirror(services, sealed, int(rows[0][0]["generation"]))
    return ""


async def _is_abroad(services: Services, token: str) -> bool:
    """Whether the company is outside the United States; status then says what it needs."""
    country = await client.country(services.http, services.settings, services.clock, token)
    if country in AT_HOME:
        return False
    log("quickbooks.not_connected", level="error", country=str(country)[:40])
    now = services.clock.now()
    await services.database.batch(
        [partner_calls.block("quickbooks", CONNECT_WITH_TAX_CODE, instant(now + STATE_LASTS), instant(now))]
    )
    return True


def _require_configured(services: Services) -> None:
    if missing := services.settings.missing("quickbooks"):
        raise Conflict(f"QuickBooks is not configured yet: set {' and '.join(missing)}.", code="not-configured")


def _redirect_uri(request: Request, services: Services) -> str:
    """Return the address to which Intuit sends the dealer back: the same in both steps, and listed in the app at Intuit."""
    return (services.settings.public_base_url or request.origin) + CALLBACK


def _home(trouble: str = "") -> Response:
    """Redirect to the desk; `trouble` is a word that the desk explains, in the fragment of the address."""
    return empty(302, {"location": f"/#/partners/quickbooks-{trouble}" if trouble else "/"})


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
