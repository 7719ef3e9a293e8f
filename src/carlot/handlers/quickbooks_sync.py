"""Post to QuickBooks on demand."""

from __future__ import annotations

from carlot.domain.times import instant
from carlot.errors import Conflict
from carlot.partners.quickbooks.unposted import post_unposted
from carlot.platform.ports import Request, Response, Services
from carlot.store import partner_calls
from carlot.web import rate_limit
from carlot.web.responses import json_answer


async def sync_quickbooks(request: Request, services: Services) -> Response:
    """Queue every sale and service record that is not in QuickBooks, failed ones included."""
    if missing := services.settings.missing("quickbooks"):
        raise Conflict(f"QuickBooks is not configured yet: set {' and '.join(missing)}.", code="not-configured")
    await rate_limit.spend(services, rate_limit.SYNC, "quickbooks")
    # The dealer may have just set up what was missing.
    acted = partner_calls.unblock("quickbooks", instant(services.clock.now()))
    queued = await post_unposted(services, [acted], discarded=True)
    return json_answer({"queued": queued}, 202)
