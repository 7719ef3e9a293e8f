"""The sync engine: take a lease, do the work, settle; back off, sweep, bury.

A message only says "look at this task". Whoever holds the lease reads the truth as it is now and makes the partner match; the
outcome is written in one batch with everything that follows from it, and only if the lease is still held.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from carlot.domain.backoff import Backoff
from carlot.domain.times import after, instant, parse_instant
from carlot.errors import AuthExpired, LeaseLost, PartnerError, Permanent, PlatformError, QueueUnavailable, Retryable
from carlot.log import log
from carlot.messages import wake
from carlot.ports import Services, Statement
from carlot.store import tasks
from carlot.store.tasks import Done, Lease

DELIVERY_S = 30.0
"""How long a wake-up may take before the sweep sends another."""

SWEPT_S = 300.0
"""How long the sweep leaves a task alone that it has just woken."""

SWEEP_LIMIT = 1000
MAX_INTERRUPTED = 5
"""Leases that may end without a word before a task counts as one that kills its worker."""

MAX_DELAY_S = 12 * 3600


@dataclass(frozen=True, slots=True)
class TaskKind:
    """What is done for one (target, kind).

    `run` does the work under a lease of `lease_s`, which is longer than its longest call; `on_dead` gives the writes that
    follow when it is given up, from its subject and the failure.
    """

    run: Callable[[Services, Lease], Awaitable[Done]]
    backoff: Backoff
    lease_s: float
    on_dead: Callable[[Services, str, Exception], Sequence[Statement]] = lambda services, subject_id, failure: ()


Registry = Mapping[tuple[str, str], TaskKind]


async def wake_tasks(services: Services, task_ids: Sequence[str], delay_s: float = 0) -> None:
    """Ring for tasks. A queue that takes nothing costs a minute: the sweep finds them."""
    try:
        await services.sync_queue.send([wake(task_id) for task_id in task_ids], min(int(delay_s), MAX_DELAY_S))
    except QueueUnavailable as failure:
        log("wake.failed", level="warn", tasks=len(task_ids), error=str(failure))


async def work_on(services: Services, registry: Registry, task_ids: Sequence[str]) -> None:
    """Take up those of the tasks that are due and free, one after the other.

    Raises: `DatabaseUnavailable`; what was not settled by then runs out of its lease and is swept up.
    """
    now = services.clock.now()
    until = {kind: after(now, entry.lease_s) for (_, kind), entry in registry.items()}
    taken = await tasks.lease(services.database, list(task_ids), services.clock.token(), instant(now), until)
    for lease in taken:
        await _work(services, registry, lease)


async def sweep(services: Services) -> int:
    """Ring for every task whose wake-up is overdue; answer how many."""
    now = services.clock.now()
    overdue = await tasks.sweep(services.database, instant(now), after(now, SWEPT_S), SWEEP_LIMIT)
    if overdue:
        log("sweep", tasks=len(overdue))
        await wake_tasks(services, overdue)
    return len(overdue)


async def _work(services: Services, registry: Registry, lease: Lease) -> None:
    started = services.clock.now()
    try:
        kind = registry.get((lease.target, lease.kind))
        if kind is None:
            await _fail(services, lease, None, Permanent(f"This version knows no work of kind {lease.kind} for {lease.target}."))
            return
        await _attempt(services, lease, kind)
    except LeaseLost:
        log("task.lease_lost", level="warn", task=lease.id, target=lease.target, kind=lease.kind)
    finally:
        elapsed = services.clock.now() - started
        log("task", task=lease.id, target=lease.target, kind=lease.kind, attempt=lease.attempts, ms=_ms(elapsed))


async def _attempt(services: Services, lease: Lease, kind: TaskKind) -> None:
    try:
        _check(services, lease)
        done = await kind.run(services, lease)
    except PlatformError:
        raise
    except Exception as failure:
        # Whatever one task runs into, a mistake of ours included, is that task's failure alone.
        await _fail(services, lease, kind, failure)
    else:
        await _settle(services, lease, done)


def _check(services: Services, lease: Lease) -> None:
    if lease.interrupted >= MAX_INTERRUPTED:
        raise Permanent(f"It was interrupted {lease.interrupted} times without finishing.")
    if missing := services.settings.missing(lease.target):
        raise AuthExpired(f"Not configured yet: set {', '.join(missing)}.")


async def _settle(services: Services, lease: Lease, done: Done) -> None:
    now = services.clock.now()
    settle = tasks.settle_done(
        lease, now=instant(now), outcome=done.outcome, more=done.more, wake_due=after(now, DELIVERY_S)
    )
    rows = await services.database.batch([settle, *done.writes])
    if rows[0] and rows[0][0]["state"] == "pending":
        await wake_tasks(services, [lease.id])


async def _fail(services: Services, lease: Lease, kind: TaskKind | None, failure: Exception) -> None:
    now = services.clock.now()
    state, delay_s = _consequence(services, lease, kind, failure)
    reason = str(failure) if isinstance(failure, PartnerError) else f"A mistake in this program: {failure!r}"
    at = now + timedelta(seconds=delay_s)
    settle = tasks.settle_failed(
        lease, state=state, now=instant(now), error=reason, next_attempt=instant(at), wake_due=after(at, DELIVERY_S)
    )
    follow = kind.on_dead(services, lease.subject_id, failure) if kind and state == "dead" else ()
    await services.database.batch([settle, *follow])
    level = "error" if state == "dead" else "warn"
    log("task.failed", level=level, task=lease.id, target=lease.target, state=state, error=reason, retry_s=round(delay_s, 1))
    if state == "pending":
        await wake_tasks(services, [lease.id], delay_s)


def _consequence(services: Services, lease: Lease, kind: TaskKind | None, failure: Exception) -> tuple[str, float]:
    """The state a failed task goes to, and the seconds to its next try."""
    if kind is None or isinstance(failure, Permanent):
        return "dead", 0.0
    if isinstance(failure, AuthExpired):
        return "blocked", 0.0
    now = services.clock.now()
    failing_for_s = (now - parse_instant(lease.failing_since)).total_seconds() if lease.failing_since else 0.0
    if kind.backoff.gives_up(lease.attempts, failing_for_s):
        return "dead", 0.0
    asked_s = failure.delay_s if isinstance(failure, Retryable) else None
    return "pending", kind.backoff.delay_s(lease.attempts, services.clock.random(), asked_s)


def _ms(elapsed: timedelta) -> int:
    return round(elapsed.total_seconds() * 1000)
