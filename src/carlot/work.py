"""The sync engine, its working half: lease, run, settle, back off.

Whoever holds the lease reads the truth as it is now and makes the partner match; the outcome is written in one batch with
everything that follows from it, and only if the lease is still held.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Sequence
from dataclasses import replace
from datetime import timedelta

from carlot import trace
from carlot.domain.times import after, instant, parse_instant
from carlot.errors import (
    AuthExpired,
    ConstraintViolation,
    DatabaseUnavailable,
    LeaseLost,
    PartnerError,
    Permanent,
    Retryable,
    Throttled,
)
from carlot.log import log
from carlot.ports import Services
from carlot.store import partners, tasks
from carlot.store.tasks import Done, Lease
from carlot.sync import DELIVERY_S, PROBE_S, Registry, TaskKind, Together, gated, ids_of, raising, wake_tasks
from carlot.together import SharedDatabase

AT_ONCE = 10
"""Tasks that one delivery works on at a time: no lease runs out while its task waits its turn."""

MAX_INTERRUPTED = 5
"""Leases that may end without a word before a task counts as one that kills its worker."""

FRESH = timedelta(seconds=5)
"""How long after it was taken a lease still counts as new; a task that waited longer for its turn has its lease held anew."""


async def work_on(services: Services, registry: Registry, task_ids: Sequence[str]) -> None:
    """Take up those of the tasks that are due and free.

    Raises: `DatabaseUnavailable`; what was not settled by then runs out of its lease and is swept up.
    """
    # What tasks ask of the database side by side goes there together.
    services = replace(services, database=SharedDatabase(services.database))
    size = max([AT_ONCE, *(kind.most for kind in registry.values())])
    for first in range(0, len(task_ids), size):
        await _work_on_some(services, registry, list(task_ids[first : first + size]))


async def _work_on_some(services: Services, registry: Registry, task_ids: list[str]) -> None:
    now = services.clock.now()
    until = {kind: after(now, entry.lease_s) for (_, kind), entry in registry.items()}
    taken, suspects = await tasks.lease(services.database, task_ids, services.clock.token(), instant(now), until)
    groups: dict[tuple[str, str], list[Lease]] = {}
    for lease in taken:
        groups.setdefault((lease.target, lease.kind), []).append(lease)
    turns = asyncio.Semaphore(AT_ONCE)

    async def in_turn(work: Awaitable[None]) -> None:
        async with turns:
            await work

    works: list[Awaitable[None]] = []
    for key, leases in groups.items():
        kind = registry.get(key)
        if kind and kind.together:
            parts = [leases[first : first + kind.most] for first in range(0, len(leases), kind.most)]
            works += [_work_together(services, kind, kind.together, part) for part in parts]
        else:
            works += [_work(services, kind, lease) for lease in leases]
    # All are waited for even when one fails with the database: nobody is left working behind the back of the next delivery.
    failures = await asyncio.gather(*(in_turn(work) for work in works), return_exceptions=True)
    for failure in failures:
        if isinstance(failure, BaseException):
            raise failure
    # Each alone: what killed its worker takes no other task with it.
    for task_id in suspects:
        await _work_on_some(services, registry, [task_id])


async def _work(services: Services, kind: TaskKind | None, lease: Lease) -> None:
    trace.follow(lease.id)
    result: Done | Exception
    try:
        _check(services, lease)
        if kind is None:
            raise Permanent(f"This version knows no work of kind {lease.kind} for {lease.target}.")
        await _hold(services, kind, [lease])
        result = await kind.run(gated(services, lease.target), lease)
    except DatabaseUnavailable:
        raise
    except LeaseLost:
        log("task.lease_lost", level="warn", task=lease.id, target=lease.target, kind=lease.kind)
        return
    except Exception as failure:  # noqa: BLE001  Whatever one task runs into, a mistake of ours included, is its failure alone.
        result = failure
    await _conclude(services, kind, lease, result)


async def _work_together(services: Services, kind: TaskKind, together: Together, leases: Sequence[Lease]) -> None:
    """Several tasks of one kind in one go; each is settled on its own. Their calls go by the first one's request."""
    trace.follow(leases[0].id)
    results: dict[str, Done | Exception] = {}
    fit: list[Lease] = []
    for lease in leases:
        try:
            _check(services, lease)
            fit.append(lease)
        except PartnerError as failure:
            results[lease.id] = failure
    try:
        if fit:
            await _hold(services, kind, fit)
            results |= await together(gated(services, fit[0].target), fit)
    except DatabaseUnavailable:
        raise
    except LeaseLost:  # One of them is somebody else's by now; the others are taken up again.
        results |= {lease.id: Throttled("It waited too long for its turn.", 1.0) for lease in fit}
    except Exception as failure:  # noqa: BLE001  As in _work.
        results |= {lease.id: failure for lease in fit}

    async def conclude(lease: Lease) -> None:
        trace.follow(lease.id)
        await _conclude(services, kind, lease, results.get(lease.id, Retryable("The partner's answer left this one out.")))

    # Side by side, so that they go to the database together. All are waited for, as above.
    for outcome in await asyncio.gather(*(conclude(lease) for lease in leases), return_exceptions=True):
        if isinstance(outcome, BaseException):
            raise outcome


async def _hold(services: Services, kind: TaskKind, leases: Sequence[Lease]) -> None:
    """Hold leases that waited for their turn for as long as if they had just been taken. Raises: `LeaseLost`."""
    now = services.clock.now()
    if now > parse_instant(leases[0].leased_at) + FRESH:
        await services.database.batch([tasks.extend(lease, after(now, kind.lease_s)) for lease in leases])


def _check(services: Services, lease: Lease) -> None:
    """Whether a task can be tried at all. Raises: `Permanent`, `AuthExpired`."""
    if lease.interrupted >= MAX_INTERRUPTED:
        raise Permanent(f"It was interrupted {lease.interrupted} times without finishing.")
    if missing := services.settings.missing(lease.target):
        raise AuthExpired(f"Not configured yet: set {' and '.join(missing)}.")
    if lease.blocked_reason:
        raise AuthExpired(lease.blocked_reason)


async def _conclude(services: Services, kind: TaskKind | None, lease: Lease, result: Done | Exception) -> None:
    started = parse_instant(lease.leased_at)
    try:
        if isinstance(result, Done):
            result = await _settled(services, lease, result)
        if isinstance(result, Exception):
            await _fail(services, kind, lease, result)
    except LeaseLost:
        log("task.lease_lost", level="warn", task=lease.id, target=lease.target, kind=lease.kind)
    ms = round((services.clock.now() - started).total_seconds() * 1000)
    log(
        "task",
        task=lease.id,
        target=lease.target,
        kind=lease.kind,
        vehicle=lease.vehicle_id,
        attempt=lease.attempts,
        ms=ms,
    )


async def _settled(services: Services, lease: Lease, done: Done) -> Done | Retryable:
    """Settle what was done. What collides with a change made meanwhile is taken up again, and then sees that change.

    Raises: `LeaseLost`, `DatabaseUnavailable`.
    """
    try:
        await _settle(services, lease, done)
    except LeaseLost:
        raise
    except ConstraintViolation as collision:
        return Retryable(f"It collided with another change and is tried again ({collision}).")
    return done


async def _settle(services: Services, lease: Lease, done: Done) -> None:
    now = services.clock.now()
    settle = tasks.settle_done(lease, now=instant(now), outcome=done.outcome, more=done.more, wake_due=after(now, DELIVERY_S))
    changes = [settle, *done.writes]
    rows = await services.database.batch([*changes, *raising(services, done.wants), *done.raises])
    woken = ids_of(rows[len(changes) :])
    if rows[0] and rows[0][0]["state"] == "pending":
        woken.append(lease.id)
    if woken:
        await wake_tasks(services, woken)


async def _fail(services: Services, kind: TaskKind | None, lease: Lease, failure: Exception) -> None:
    now = services.clock.now()
    state, delay_s = _consequence(services, kind, lease, failure)
    reason = str(failure) if isinstance(failure, PartnerError) else f"A mistake in this program: {failure!r}"
    at = now + timedelta(seconds=delay_s)
    settle = tasks.settle_failed(
        lease,
        state=state,
        now=instant(now),
        error=reason,
        next_attempt=instant(at),
        wake_due=after(at, DELIVERY_S),
        tried=not isinstance(failure, (Throttled, AuthExpired)),
    )
    follow = list(kind.on_dead(services, lease.subject_id, failure)) if kind and state == "dead" else []
    if isinstance(failure, AuthExpired) and services.settings.configured(lease.target):
        follow.append(partners.block(lease.target, reason, after(now, PROBE_S)))
    await services.database.batch([settle, *follow])
    level = "error" if state == "dead" else "warn"
    log(
        "task.failed",
        level=level,
        task=lease.id,
        target=lease.target,
        state=state,
        error=reason,
        retry_s=round(delay_s, 1),
    )
    if state == "pending":
        await wake_tasks(services, [lease.id], delay_s)


def _consequence(services: Services, kind: TaskKind | None, lease: Lease, failure: Exception) -> tuple[str, float]:
    """The state a failed task goes to, and the seconds to its next try."""
    if isinstance(failure, AuthExpired) and (kind is None or kind.waits):
        return "blocked", 0.0
    if kind is None or isinstance(failure, (Permanent, AuthExpired)):
        return "dead", 0.0
    chance = services.clock.random()
    asked_s = failure.delay_s if isinstance(failure, Retryable) else None
    if isinstance(failure, Throttled):
        return "pending", (asked_s or 0.0) + chance * kind.backoff.base_s
    now = services.clock.now()
    failing_for_s = (now - parse_instant(lease.failing_since)).total_seconds() if lease.failing_since else 0.0
    if kind.backoff.gives_up(lease.attempts, failing_for_s):
        return "dead", 0.0
    return "pending", kind.backoff.delay_s(lease.attempts, chance, asked_s)
