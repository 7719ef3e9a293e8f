"""Recovery: wake tasks whose wake-up was lost, release those no longer blocked, and keep what the queue gave up on."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta

from carlot.domain.times import after, instant
from carlot.engine.enqueue import PROBE_S, Registry, wake_tasks
from carlot.errors import LeaseLost, NeedsDealer, Permanent
from carlot.log import log
from carlot.platform.ports import Services
from carlot.store import dead_tasks, partner_calls, tasks

SWEPT_S = 300.0
"""How long the sweep leaves a task alone after waking it."""

LIMIT = 1000
"""The most tasks with a deadline, and the most of all tasks, that one sweep wakes."""

URGENT = timedelta(hours=25)
"""What is due so soon is woken before everything else: sold cars leave the sites within a day."""

Checks = Mapping[str, Callable[[Services], Awaitable[None]]]
"""By target: whether it can be called at all, as far as that is known without a call. Raises: `NeedsDealer`."""


async def sweep(services: Services, checks: Checks) -> int:
    """Release what can go again, then wake every task whose wake-up is overdue; return how many."""
    await _release(services, checks)
    now = services.clock.now()
    overdue = await tasks.sweep(services.database, instant(now), after(now, SWEPT_S), LIMIT, instant(now + URGENT))
    if overdue:
        log("sweep", tasks=len(overdue))
        await wake_tasks(services, overdue)
    return len(overdue)


async def bury(services: Services, registry: Registry, task_ids: Sequence[str]) -> None:
    """Mark tasks that crash every worker as dead. Their messages are dead letters; the sweep wakes all others."""
    failure = Permanent("It crashed the program each time it ran.")
    now = instant(services.clock.now())
    for row in await dead_tasks.abandoned(services.database, list(task_ids), now):
        kind = registry.get((row["target"], row["kind"]))
        follow = kind.on_dead(services, row["subject_id"], failure) if kind else ()
        try:
            await services.database.batch([dead_tasks.bury(row["id"], row["lease_token"], str(failure), now), *follow])
        except LeaseLost:  # Another worker has taken it up again.
            continue
        log("task.buried", level="error", task=row["id"], target=row["target"], kind=row["kind"])


async def keep_unreadable(services: Services, message_id: str) -> None:
    """Record an unreadable message as a failure that the dealer sees and can discard."""
    log("message.unknown", level="error", message=message_id)
    now = instant(services.clock.now())
    reason = "A message on the queue that this program cannot read. It can be discarded."
    await services.database.batch([dead_tasks.insert_dead(services.clock.token(), message_id, reason, now)])


async def _release(services: Services, checks: Checks) -> None:
    """Let blocked tasks go again when the dealer has acted; probe a partner that refused us from time to time."""
    now = services.clock.now()
    refusing = {str(row["target"]): str(row["probe_at"]) for row in await partner_calls.all_blocked(services.database)}
    for target in await tasks.blocked_targets(services.database):
        if not await _can_be_called(services, target, checks):
            continue
        if target not in refusing:
            await services.database.batch([tasks.release(target, instant(now))])
        elif refusing[target] <= instant(now):
            # Once it is due, the probe stays due until a call is answered: each task leased now is tried (`tasks.LEASE`).
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
