"""The three ways in: a request, a queue delivery, a cron tick. Exceptions become responses here and nowhere else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from carlot import trace
from carlot.domain.author import CRON, PROGRAM
from carlot.engine import messages
from carlot.engine.recovery import bury, keep_unreadable
from carlot.engine.worker import run_tasks
from carlot.errors import BlobsUnavailable, CarlotError, DatabaseUnavailable, Problem, Unavailable
from carlot.log import log
from carlot.platform.ports import Delivery, Request, Response, Services, Verdict
from carlot.routes import ROUTER
from carlot.store.authors import as_author
from carlot.store.purging import with_purges
from carlot.task_kinds import CRONS, TASKS
from carlot.web import auth, edge
from carlot.web.endpoint import Guard
from carlot.web.responses import ANY_ORIGIN, empty, problem_answer, secured, validated

_PREFLIGHT = {
    "access-control-allow-origin": "*",
    "access-control-allow-methods": "GET, HEAD, OPTIONS",
    "access-control-allow-headers": "If-None-Match, Content-Type",
    "access-control-max-age": "86400",
}
_RETRY_S = 30
_SECRET_FOLDERS = ("/feeds/", "/api/inventory-files/")
"""What follows in a path is a secret."""


async def handle_request(request: Request, services: Services) -> Response:
    """Return the response to any request."""
    started = services.clock.now()
    services = with_purges(services)
    trace.begin(request.id)
    try:
        response = await _answer(request, services)
    except Problem as problem:
        response = _refusal(problem, request)
    except (DatabaseUnavailable, BlobsUnavailable) as failure:
        log("request.failed", level="error", error=str(failure))
        what = "database" if isinstance(failure, DatabaseUnavailable) else "store of photos"
        busy = Unavailable(f"The {what} is not responding. Try again in a moment.", headers={"retry-after": "5"})
        response = _refusal(busy, request)
    except Exception as failure:  # noqa: BLE001  The last net: a mistake of ours is an answer too, never a traceback.
        log("request.failed", level="error", error=repr(failure), path=_logged(request.path))
        response = _refusal(Problem("It has been logged under the id in 'instance'."), request)
    ms = round((services.clock.now() - started).total_seconds() * 1000)
    log("request", method=request.method, path=_logged(request.path), status=response.status, ms=ms)
    return secured(response, request)


def _refusal(problem: Problem, request: Request) -> Response:
    """Convert an exception to a response. Any site's page may read the errors of public addresses, as it may read their data."""
    response = problem_answer(problem, request.id)
    if not ROUTER.errors_are_public(request.path):
        return response
    return replace(response, headers={**response.headers, **ANY_ORIGIN})


def _logged(path: str) -> str:
    """Return a path without the secret of a feed's address, or of the upload address."""
    return next((f"{folder}..." for folder in _SECRET_FOLDERS if path.startswith(folder)), path)


async def _answer(request: Request, services: Services) -> Response:
    if request.method == "OPTIONS" and ROUTER.is_public(request.path):
        return empty(204, _PREFLIGHT)
    found = ROUTER.match(request.method, request.path)
    if found.route.guard is Guard.ADMIN:
        services = as_author(services, await auth.require_admin(request, services))
    response = await found.route.handler(replace(request, params=found.params), services)
    if found.route.guard is Guard.PUBLIC:
        response = validated(response, request)
    return edge.kept(response, request, found.route.path, services.settings)


async def handle_delivery(deliveries: Sequence[Delivery], services: Services, *, dead_letters: bool = False) -> list[Verdict]:
    """Run the tasks that the messages name; messages from the dead letter queue mark their tasks dead.

    D1 keeps what must be tried again, so every message is acknowledged after one look; only when the database is unavailable are
    the messages themselves delivered again.
    """
    services = with_purges(services)
    wanted: dict[str, str] = {}
    try:
        for delivery in deliveries:
            message = messages.parse(delivery.body)
            if message is None:
                await keep_unreadable(services, delivery.id)
            else:
                wanted[message.id] = message.request
        trace.deliver(wanted)
        if dead_letters:
            await bury(as_author(services, PROGRAM), TASKS, list(wanted))
        else:
            await run_tasks(services, TASKS, list(wanted))
    except CarlotError as failure:
        log("delivery.failed", level="error", tasks=len(wanted), error=str(failure))
        return [Verdict(delivery.id, _RETRY_S) for delivery in deliveries]
    return [Verdict(delivery.id) for delivery in deliveries]


async def handle_tick(cron: str, at: datetime, services: Services) -> None:
    """Run a cron's steps, each of which fails alone. None calls a partner. Raises: the first failure, when all were tried."""
    trace.begin("")
    if cron not in CRONS:
        log("cron.unknown", level="error", cron=cron)
        return
    services = as_author(with_purges(services), CRON)
    failures: list[Exception] = []
    for step in CRONS[cron]:
        try:
            await step(services, at)
        except Exception as failure:  # noqa: BLE001  A mistake in one step, or in what it finds, keeps no other from its work.
            log("cron.failed", level="error", cron=cron, step=step.__name__, error=repr(failure))
            failures.append(failure)
    if failures:
        raise failures[0]
