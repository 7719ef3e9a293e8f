"""What the cron of every minute does: wake what should be awake, release what is no longer blocked."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from carlot.domain.times import after, instant
from carlot.engine.enqueue import PROBE_S, wake_tasks
from carlot.errors import NeedsDealer
from carlot.log import log
from carlot.platform.ports import Services
from carlot.store import partner_calls, tasks

SWEPT_S = 300.0
"""How long the sweep leaves a task alone that it has just woken."""

LIMIT = 1000

Checks = Mapping[str, Callable[[Services], Awaitable[None]]]
"""By target: whether it can be called at all, as far as that is known without a call. Raises: `NeedsDealer`."""


async def sweep(services: Services, checks: Checks) -> int:
    """Release what can go again, then ring for every task whose wake-up is overdue; answer how many."""
    await _release(services, checks)
    now = services.clock.now()
    overdue = await tasks.sweep(services.database, instant(now), after(now, SWEPT_S), LIMIT)
    if overdue:
        log("sweep", tasks=len(overdue))
        await wake_tasks(services, overdue)
    return len(overdue)


async def _release(services: Services, checks: Checks) -> None:
    """Blocked tasks go again when the dealer has acted; a partner that refused us is probed now and then."""
    now = services.clock.now()
    refusing = {str(row["target"]): str(row["probe_at"]) for row in await partner_calls.all_blocked(services.database)}
    for target in await tasks.blocked_targets(services.database):
        if not await _can_be_called(services, target, checks):
            continue
        if target not in refusing:
            await services.database.batch([tasks.release(target, instant(now))])
        elif refusing[target] <= instant(now):
            # From its time on the probe is due until a call is answered: what is taken up now is tried (`tasks.LEASE`).
            await services.database.batch([tasks.probe(target, instant(now))])
            log("partner.probed", target=target, again_s=PROBE_S)


async def _can_be_called(services: Services, target: str, checks: Checks) -> bool:
    if target not in services.settings.partners or not services.settings.configured(target):
        return False
    try:
        if target in checks:
            await checks[target](services)
    except NeedsDealer:
        return False
    return True
