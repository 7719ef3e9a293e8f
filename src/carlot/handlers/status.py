"""The state of every partner, of the queue and of the deadlines."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from carlot.domain.partner import Partner
from carlot.domain.sale_lines import CONNECT_WITH_TAX_CODE
from carlot.domain.standing import State
from carlot.domain.times import parse_instant
from carlot.errors import QueueUnavailable
from carlot.handlers.listings import asked_of, counted
from carlot.partners.registry import PARTNERS, SITES
from carlot.platform.ports import Request, Response, Services
from carlot.store import status
from carlot.web.responses import json_answer

PAUSED = "Paused. Changes wait; deadlines still apply."


async def get_status(request: Request, services: Services) -> Response:
    """The state of every partner, of the queue and of the deadlines."""
    seen = await status.read(services.database, asked_of())
    dms_status, dms_message = _dms_status(services, seen)
    counts = counted(services, seen.standings)
    listings: dict[str, object] = {site.wire: _site(services, target, seen, counts[target]) for target, site in SITES.items()}
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
            "questions": seen.questions,
            "deadlines": seen.deadlines(now),
            "partners": [_partner(services, partner, seen) for partner in PARTNERS.values()],
        }
    )


def _site(services: Services, target: str, seen: status.Seen, counts: Mapping[State, int]) -> dict[str, object]:
    """A listing site: whether it is set up and how, how many cars stand how with it, and the last file where it takes files."""
    by_file = SITES[target].by_file(services.settings.value)
    return {
        "configured": services.settings.configured(target),
        "delivery": "file" if by_file else "api",
        "lastFile": seen.files.get(target) if by_file else None,
        "paused": target in seen.held,
        "live": counts["live"],
        "onTheirWay": counts["on_its_way"],
        "refused": counts["refused"],
        "incomplete": counts["incomplete"],
    }


def _partner(services: Services, partner: Partner, seen: status.Seen) -> dict[str, object]:
    """What the desk needs to draw a partner: its names and its settings."""
    return {
        "target": partner.target,
        "wire": partner.wire or partner.target,
        "name": partner.name,
        "site": partner.lists_cars,
        "configured": services.settings.configured(partner.target),
        "paused": partner.target in seen.held,
        "blocked": seen.blocked.get(partner.target, 0),
        "needs": list(partner.needs),
        "optional": list(partner.options),
        "missing": services.settings.missing(partner.target),
    }


def _dms_status(services: Services, seen: status.Seen) -> tuple[str, str | None]:
    """One of the documented states, and the sentence that explains it."""
    if missing := services.settings.missing("wayne_reeves"):
        return "not_configured", f"Set {' and '.join(missing)}."
    if "wayne_reeves" in seen.held:
        return "paused", PAUSED
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
        "environment": "production" if services.settings.quickbooks_environment == "production" else "sandbox",
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
    if "quickbooks" in seen.held:
        return "paused", PAUSED
    if seen.books is None or seen.books.realm != services.settings.quickbooks_realm_id:
        if seen.books_refusal == CONNECT_WITH_TAX_CODE:
            return "reauth_required", CONNECT_WITH_TAX_CODE
        return "reauth_required", "QuickBooks is not connected yet. What is waiting is posted as soon as you connect."
    if seen.books.state != "connected":
        return "reauth_required", "Sign in to QuickBooks again. What is waiting is posted then."
    if seen.books_refusal:  # The sentence says what to set, where it is not the sign-in alone.
        return "reauth_required", seen.books_refusal
    return ("degraded", seen.books_error) if seen.books_error else ("connected", None)


def _days_until(at: str, now: datetime) -> int:
    return max(0, (parse_instant(at) - now).days)
