"""The sync engine, its working half: lease and run.

Whoever holds the lease reads the truth as it is now and makes the partner match; the outcome is written in one batch with
everything that follows from it, and only if the lease is still held (`settling`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from carlot import trace
from carlot.domain.times import after, instant, parse_instant
from carlot.engine.coalescing import CoalescingDatabase
from carlot.engine.enqueue import Registry, RunBatch, TaskKind, throttled
from carlot.engine.outcome import record
from carlot.errors import (
    DatabaseUnavailable,
    LeaseLost,
    NeedsDealer,
    PartnerError,
    Permanent,
    Retryable,
    StatementRefused,
    Throttled,
)
from carlot.log import log
from carlot.platform.ports import Services
from carlot.store import tasks
from carlot.store.tasks import Lease, Outcome

AT_ONCE = 10
"""Tasks that one delivery works on at a time: no lease runs out while its task waits its turn."""

MAX_INTERRUPTED = 5
"""Leases that may end without a word before a task counts as one that kills its worker."""

GO_ON = timedelta(seconds=1)
"""How long a delivery goes on with a task that has more to do. Then it rings anew, so that other messages have their turn."""

FRESH = timedelta(seconds=5)
"""How long after it was taken a lease still counts as new; a task that waited longer for its turn has its lease held anew."""


async def run_tasks(services: Services, registry: Registry, task_ids: Sequence[str]) -> None:
    """Take up those of the tasks that are due and free.

    Raises: `DatabaseUnavailable`; what was not settled by then runs out of its lease and is swept up.
    """
    # What tasks ask of the database side by side goes there together.
    services = replace(services, database=CoalescingDatabase(services.database))
    size = max([AT_ONCE, *(kind.batch_size for kind in registry.values())])
    for first in range(0, len(task_ids), size):
        await _work_on_some(services, registry, list(task_ids[first : first + size]))


async def _work_on_some(services: Services, registry: Registry, task_ids: list[str]) -> None:
    now = services.clock.now()
    until = {key: after(now, entry.lease_s) for key, entry in registry.items()}
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
        if kind and kind.run_batch:
            parts = [leases[first : first + kind.batch_size] for first in range(0, len(leases), kind.batch_size)]
            works += [_work_batch(services, kind, kind.run_batch, part) for part in parts]
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
    """Work on a task, step by step as long as it has more to do. Each step is settled, so what is done stays done."""
    stop = services.clock.now() + GO_ON
    held: Lease | None = lease
    while held:
        held = await _work_once(services, kind, held, stop)


async def _work_once(services: Services, kind: TaskKind | None, lease: Lease, stop: datetime) -> Lease | None:
    trace.follow(lease.id)
    result: Outcome | Exception
    try:
        _check(services, lease)
        if kind is None:
            raise Permanent(f"This version knows no work of kind {lease.kind} for {lease.target}.")
        await _hold(services, kind, [lease])
        result = await kind.run(throttled(services, lease.target), lease)
    except DatabaseUnavailable:
        raise
    except LeaseLost:
        log("task.lease_lost", level="warn", task=lease.id, target=lease.target, kind=lease.kind)
        return None
    except Exception as failure:  # noqa: BLE001  Whatever one task runs into, a mistake of ours included, is its failure alone.
        result = failure
    return await record(services, kind, lease, result, stop)


async def _work_batch(services: Services, kind: TaskKind, run_batch: RunBatch, leases: Sequence[Lease]) -> None:
    """Several tasks of one kind in one go; each is settled on its own. Their calls go by the first one's request."""
    trace.follow(leases[0].id)
    results: dict[str, Outcome | Exception] = {}
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
            results |= await run_batch(throttled(services, fit[0].target), fit)
    except DatabaseUnavailable:
        raise
    except LeaseLost:  # One of them is somebody else's by now; the others are taken up again.
        results |= {lease.id: Throttled("It waited too long for its turn.", 1.0) for lease in fit}
    except StatementRefused:  # It may be the statement of one of them: each alone.
        for lease in leases:
            await _work(services, kind, lease)
        return
    except Exception as failure:  # noqa: BLE001  As in _work.
        results |= {lease.id: failure for lease in fit}

    async def settle(lease: Lease) -> None:
        trace.follow(lease.id)
        await record(services, kind, lease, results.get(lease.id, Retryable("The partner's answer left this one out.")))

    # Side by side, so that they go to the database together. All are waited for, as above.
    for outcome in await asyncio.gather(*(settle(lease) for lease in leases), return_exceptions=True):
        if isinstance(outcome, BaseException):
            raise outcome


async def _hold(services: Services, kind: TaskKind, leases: Sequence[Lease]) -> None:
    """Hold leases that waited for their turn for as long as if they had just been taken. Raises: `LeaseLost`."""
    now = services.clock.now()
    if now > parse_instant(leases[0].leased_at) + FRESH:
        await services.database.batch([tasks.extend(lease, after(now, kind.lease_s)) for lease in leases])


def _check(services: Services, lease: Lease) -> None:
    """Whether a task can be tried at all. Raises: `Permanent`, `NeedsDealer`."""
    if lease.interrupted >= MAX_INTERRUPTED:
        raise Permanent(f"It was interrupted {lease.interrupted} times without finishing.")
    if missing := services.settings.missing(lease.target):
        raise NeedsDealer(f"Not configured yet: set {' and '.join(missing)}.")
    if lease.blocked_reason:
        raise NeedsDealer(lease.blocked_reason)
