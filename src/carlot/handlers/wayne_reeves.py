"""The partners as the dealer sees them: their state, and pulls from the DMS."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field

from carlot.domain.times import parse_instant
from carlot.errors import Conflict, NotFound, QueueUnavailable
from carlot.partners.registry import SITES
from carlot.partners.wayne_reeves.start import start_pull
from carlot.platform.ports import Request, Response, Services
from carlot.store import pull_runs, status
from carlot.web import rate_limit
from carlot.web.parsing import read_query
from carlot.web.responses import json_answer


class RunsQuery(BaseModel):
    """How many runs to show."""

    limit: Annotated[int, Field(ge=1, le=100)] = 20


async def sync_wayne_reeves(request: Request, services: Services) -> Response:
    """Start a pull of the whole inventory, or join the one that is going."""
    if missing := services.settings.missing("wayne_reeves"):
        raise Conflict(f"Wayne Reeves is not configured yet: set {' and '.join(missing)}.", code="not-configured")
    await rate_limit.spend(services, rate_limit.SYNC)
    run_id, state = await start_pull(services, "dealer")
    return json_answer({"runId": run_id, "status": state}, 202, {"location": f"/api/integrations/runs/{run_id}"})


async def list_runs(request: Request, services: Services) -> Response:
    """The latest pulls, newest first."""
    limit = read_query(request, RunsQuery).limit
    return json_answer({"runs": await pull_runs.reports(services.database, limit)})


async def get_run(request: Request, services: Services) -> Response:
    """One pull: how far it is, and what it came to."""
    report = await pull_runs.report(services.database, request.params["id"])
    if report is None:
        raise NotFound("There is no such run.")
    return json_answer(report)


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
        }
    )


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
    """The books: one of the documented states, the sentence that explains it, and how long the sign-in holds."""
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
