"""Posting to QuickBooks on demand."""

from __future__ import annotations

from carlot import rate_limit
from carlot.answers import json_answer
from carlot.domain.times import instant
from carlot.errors import Conflict
from carlot.ports import Request, Response, Services
from carlot.posting import post_unposted
from carlot.store import partners


async def sync_quickbooks(request: Request, services: Services) -> Response:
    """Queue every sale and service record that is not in the books, those that were given up too."""
    if missing := services.settings.missing("quickbooks"):
        raise Conflict(f"QuickBooks is not configured yet: set {' and '.join(missing)}.", code="not-configured")
    await rate_limit.spend(services, rate_limit.SYNC, "quickbooks")
    # Who presses the button has perhaps just made what was missing.
    acted = partners.unblock("quickbooks", instant(services.clock.now()))
    queued = await post_unposted(services, [acted], discarded=True)
    return json_answer({"queued": queued}, 202)
