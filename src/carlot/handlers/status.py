"""The state of every partner, of the queue and of the deadlines."""

from __future__ import annotations

from datetime import datetime

from carlot.domain.partner import Partner
from carlot.domain.times import parse_instant
from carlot.errors import QueueUnavailable
from carlot.partners.registry import PARTNERS, SITES
from carlot.platform.ports import Request, Response, Services
from carlot.store import status
from carlot.web.responses import json_answer


async def get_status(request: Request, services: Services) -> Response:
    """The state of every partner, of the queue and of the deadlines."""
    seen = await status.read(services.database)
    dms_status, dms_message = _dms_status(services, seen)
    listings: dict[str, object] = {
        site.wire: {"configured": services.settings.configured(target)} for target, site in SITES.items()
    }
    now = services.clock.now()
    try:
        metrics = await services.sync_queue.metrics()
        backlog, oldest = metrics.backlog, metrics.oldest_at
    except QueueUnavailable:
        backlog, oldest = seen.pending, None
    return json_answer(
        {
            "wayneReeves": {
                "configured": services.settings.configured("wayne_reeves"),
                "lastSync": seen.last_sync,
                "status": dms_status,
                "message": dms_message,
            },
            "quickbooks": _books(services, seen, now),
            "listings": {**listings, "totalPublished": seen.published},
            "queue": {
                "backlog": backlog,
                "oldestMessageSeconds": max(0, round((now - oldest).total_seconds())) if oldest else 0,
                "pending": seen.pending,
                "dead": seen.dead,
            },
            "deadlines": seen.deadlines(now),
            "partners": [_partner(services, partner) for partner in PARTNERS.values()],
        }
    )


def _partner(services: Services, partner: Partner) -> dict[str, object]:
    """What the desk needs to draw a partner: its names and its settings."""
    return {
        "target": partner.target,
        "wire": partner.wire or partner.target,
        "name": partner.name,
        "site": partner.lists_cars,
        "configured": services.settings.configured(partner.target),
        "needs": list(partner.needs),
        "optional": list(partner.options),
        "missing": services.settings.missing(partner.target),
    }


def _dms_status(services: Services, seen: status.Seen) -> tuple[str, str | None]:
    """One of the documented states, and the sentence that explains it."""
    if missing := services.settings.missing("wayne_reeves"):
        return "not_configured", f"Set {' and '.join(missing)}."
    if seen.pull_error:
        return "degraded", seen.pull_error
    if seen.last_run_status == "failed":
        return "error", seen.last_run_message
    if seen.last_run_status == "degraded":
        return "degraded", seen.last_run_message
    return "connected", None


def _books(services: Services, seen: status.Seen, now: datetime) -> dict[str, object]:
    """QuickBooks: one of the documented states, the sentence that explains it, and how long the sign-in lasts."""
    state, message = _books_status(services, seen)
    held = seen.books if seen.books and seen.books.state == "connected" else None
    return {
        "configured": services.settings.configured("quickbooks"),
        "authenticated": held is not None and held.realm == services.settings.quickbooks_realm_id,
        "lastSync": seen.books_last_sync,
        "status": state,
        "message": message,
        # Without use for so many days it ends; and at the latest in so many.
        "daysLeftUnused": _days_until(held.refresh_until, now) if held else None,
        "daysLeft": _days_until(held.hard_until, now) if held and held.hard_until else None,
    }


def _books_status(services: Services, seen: status.Seen) -> tuple[str, str | None]:
    if missing := services.settings.missing("quickbooks"):
        return "not_configured", f"Set {' and '.join(missing)}."
    if seen.books is None or seen.books.realm != services.settings.quickbooks_realm_id:
        return "reauth_required", "QuickBooks is not connected yet."
    if seen.books.state != "connected":
        return "reauth_required", "QuickBooks wants you to sign in again; what waits is posted then."
    if seen.books_refusal:  # The sentence says what to set, where it is not the sign-in alone.
        return "reauth_required", seen.books_refusal
    return ("degraded", seen.books_error) if seen.books_error else ("connected", None)


def _days_until(at: str, now: datetime) -> int:
    return max(0, (parse_instant(at) - now).days)
