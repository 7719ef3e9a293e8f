"""Partners as the operator steers them: pause one by hand, and let it go again."""

from __future__ import annotations

from carlot.domain.times import instant
from carlot.engine.enqueue import commit, wake_tasks
from carlot.errors import NotFound
from carlot.partners.registry import CARLOT, PARTNERS, target_of
from carlot.platform.ports import Request, Response, Services
from carlot.store import history, partner_calls, tasks
from carlot.web.responses import empty


async def pause_partner(request: Request, services: Services) -> Response:
    """Pause a partner: its tasks wait and no call is made; deadlines run on. Pausing it again changes nothing."""
    target = _target(request)
    now = instant(services.clock.now())
    await commit(services, [partner_calls.hold(target, now), history.note("partner.paused", target)])
    return empty(204)


async def resume_partner(request: Request, services: Services) -> Response:
    """Let a paused partner go again: what waits is worked on at once."""
    target = _target(request)
    now = instant(services.clock.now())
    resumed = [partner_calls.let_go(target), tasks.hasten(target, now), history.note("partner.resumed", target)]
    _, waiting, _ = await services.database.batch(resumed)
    if waiting:
        await wake_tasks(services, [str(row["id"]) for row in waiting])
    return empty(204)


def _target(request: Request) -> str:
    """The partner that the path names, by its target or by its name in the API. Raises: `NotFound`."""
    target = target_of(request.params["target"])
    if target not in PARTNERS or target == CARLOT.target:
        raise NotFound("There is no such partner.")
    return target
