"""The sync engine, its working half: lease and run.

Whoever holds the lease reads the truth as it is now and makes the partner match; the outcome is written in one batch with
everything that follows from it, and only if the lease is still held (`settling`).
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from operator import itemgetter
from typing import NamedTuple

from carlot import trace
from carlot.domain.author import PROGRAM
from carlot.domain.times import after, instant, parse_instant
from carlot.engine.coalescing import CoalescingDatabase
from carlot.engine.enqueue import InTurn, Registry, Result, RunBatch, TaskKind
from carlot.engine.outcome import record, record_together
from carlot.engine.throttle import ThrottledHttp, ThrottledSockets
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
from carlot.store.authors import as_author
from carlot.store.tasks import Lease, Outcome, Shared

AT_ONCE = 6
"""Tasks that one delivery works on at a time, each with one call to a partner open at most: Cloudflare opens six connections for
an invocation, and a seventh call would wait while its time-out runs. No lease runs out while its task waits its turn.

Source: developers.cloudflare.com/workers/platform/limits, "Simultaneous open connections".
"""

LEASED = 10
"""Tasks whose leases one delivery takes at a time; more where a partner takes more in one call."""

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
    size = max([LEASED, *(kind.batch_size for kind in registry.values())])
    for first in range(0, len(task_ids), size):
        await _work_on_some(services, registry, list(task_ids[first : first + size]))


async def _work_on_some(services: Services, registry: Registry, task_ids: list[str]) -> None:
    now = services.clock.now()
    until = {key: after(now, entry.lease_s) for key, entry in registry.items()}
    taken, suspects = await tasks.lease(services.database, task_ids, services.clock.token(), instant(now), until)
    groups: dict[tuple[str, str], list[Lease]] = {}
    for lease in taken:
        groups.setdefault((lease.target, lease.kind), []).append(lease)
    turns = _Turns()
    works: list[Awaitable[None]] = []
    for key, leases in groups.items():
        kind = registry.get(key)
        if kind and kind.run_batch:
            parts = [leases[first : first + kind.batch_size] for first in range(0, len(leases), kind.batch_size)]
            works += [_work_batch(services, kind, kind.run_batch, part, turns) for part in parts]
        else:
            works += [_work(services, kind, lease, turns) for lease in leases]
    # All are waited for even when one fails with the database: nobody is left working behind the back of the next delivery.
    failures = await asyncio.gather(*works, return_exceptions=True)
    for failure in failures:
        if isinstance(failure, BaseException):
            raise failure
    # Each alone: what killed its worker takes no other task with it.
    for task_id in suspects:
        await _work_on_some(services, registry, [task_id])


class _Turns:
    """Lets work begin while `AT_ONCE` connections are enough for all that is under way."""

    def __init__(self) -> None:
        self._free = AT_ONCE
        self._waiting: deque[tuple[int, asyncio.Future[None]]] = deque()

    @asynccontextmanager
    async def take(self, connections: int) -> AsyncIterator[None]:
        """A turn for work that has so many connections open at most."""
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((connections, turn))
        self._let_begin()
        await turn
        try:
            yield
        finally:
            self._free += connections
            self._let_begin()

    def _let_begin(self) -> None:
        """Let those who have waited longest begin, all at once: then they go to the database together."""
        while self._waiting and self._waiting[0][0] <= self._free:
            connections, turn = self._waiting.popleft()
            self._free -= connections
            turn.set_result(None)


async def _work(services: Services, kind: TaskKind | None, lease: Lease, turns: _Turns) -> None:
    """Work on a task, step by step as long as it has more to do. Each step is settled, so what is done stays done.

    The next task has its turn before the last step is settled: what it reads goes to the database together with that.
    """
    trace.follow(lease.id)
    held: Lease | None = lease
    async with turns.take(kind.connections if kind else 1):
        stop = services.clock.now() + GO_ON
        while held:
            step = await _step(services, kind, held)
            if step is None or not (isinstance(step.result, Outcome) and step.result.more):
                break
            held = await step.record(stop)
    if held and step:
        await step.record(stop)


class _Step(NamedTuple):
    """A step of a task that is done, but for writing down what came of it."""

    services: Services
    kind: TaskKind | None
    lease: Lease
    result: Outcome | Exception

    async def record(self, stop: datetime) -> Lease | None:
        """As `engine.outcome.record`."""
        return await record(self.services, self.kind, self.lease, self.result, stop)


async def _step(services: Services, kind: TaskKind | None, lease: Lease) -> _Step | None:
    """Do one step of a task; `None` when its lease was lost."""
    services = _in_its_name(services, kind, lease)
    http = ThrottledHttp(services, lease.target, closes_later=True)
    services = replace(services, http=http, sockets=ThrottledSockets(http))
    result: Outcome | Exception
    try:
        _check(services, kind, lease)
        if kind is None:
            raise Permanent(f"This version does not know tasks of kind {lease.kind} for {lease.target}.")
        await _hold(services, kind, [lease])
        result = await kind.run(services, lease)
    except DatabaseUnavailable:
        raise
    except LeaseLost:
        log("task.lease_lost", level="warn", task=lease.id, target=lease.target, kind=lease.kind)
        return None
    except Exception as failure:  # noqa: BLE001  Whatever one task runs into, a mistake of ours included, is its failure alone.
        result = failure
    return _Step(services, kind, lease, result)


async def _work_batch(services: Services, kind: TaskKind, run_batch: RunBatch, leases: Sequence[Lease], turns: _Turns) -> None:
    """Several tasks of one kind in one go; each is settled on its own. Their calls go by the first one's request."""
    trace.follow(leases[0].id)
    services = _in_its_name(services, kind, leases[0])
    http = ThrottledHttp(services, leases[0].target, closes_later=True)
    services = replace(services, http=http)
    results: dict[str, Result] = {}
    fit: list[Lease] = []
    for lease in leases:
        try:
            _check(services, kind, lease)
            fit.append(lease)
        except PartnerError as failure:
            results[lease.id] = failure
    if fit:
        async with turns.take(1):
            results |= await _run_batch(services, http, kind, run_batch, fit)
    together: dict[Shared, list[tuple[Lease, Outcome]]] = {}
    works: list[Awaitable[object]] = []
    in_turn: list[tuple[int, Lease]] = []
    for lease in leases:
        result = results.get(lease.id, Retryable("The partner's answer left this one out."))
        if isinstance(result, Outcome) and result.shared:
            together.setdefault(result.shared, []).append((lease, result))
        elif isinstance(result, InTurn):
            in_turn.append((result.place, lease))
        elif result is None:
            works.append(_work(services, kind, lease, turns))
        else:
            works.append(_settle_one(services, kind, lease, result))
    works += [_settle_together(services, kind, done, shared, turns) for shared, done in together.items()]
    works.append(_work_in_turn(services, kind, [lease for _, lease in sorted(in_turn, key=itemgetter(0))], turns))
    # Side by side, so that they go to the database together. All are waited for, as above.
    for ended in await asyncio.gather(*works, return_exceptions=True):
        if isinstance(ended, BaseException):
            raise ended


async def _run_batch(
    services: Services, http: ThrottledHttp, kind: TaskKind, run_batch: RunBatch, leases: Sequence[Lease]
) -> Mapping[str, Result]:
    """Do the work of several tasks at once; what failed before a call was made may be the fault of one: each alone (`None`)."""
    try:
        await _hold(services, kind, leases)
        return await run_batch(services, leases)
    except DatabaseUnavailable:
        raise
    except LeaseLost:  # One of them is somebody else's by now; the others are taken up again.
        return {lease.id: Throttled("It waited too long.", 1.0) for lease in leases}
    except StatementRefused:
        return {lease.id: None for lease in leases}
    except Exception as failure:  # noqa: BLE001  As in _step.
        alone = not http.last and not isinstance(failure, PartnerError)
        return {lease.id: None if alone else failure for lease in leases}


async def _work_in_turn(services: Services, kind: TaskKind, leases: Sequence[Lease], turns: _Turns) -> None:
    for lease in leases:
        await _work(services, kind, lease, turns)


async def _settle_one(services: Services, kind: TaskKind, lease: Lease, result: Outcome | Exception) -> None:
    trace.follow(lease.id)
    await record(services, kind, lease, result)


async def _settle_together(
    services: Services, kind: TaskKind, done: Sequence[tuple[Lease, Outcome]], shared: Shared, turns: _Turns
) -> None:
    """Settle what was done together. Where one of it cannot be written, each is done anew, alone."""
    if not await record_together(services, done, shared):
        for lease, _ in done:
            await _work(services, kind, lease, turns)


def _in_its_name(services: Services, kind: TaskKind | None, lease: Lease) -> Services:
    """What a task writes is by whoever it brings news from."""
    partner = services.settings.partners.get(lease.target)
    return as_author(services, (kind and kind.author) or (partner.name if partner else PROGRAM))


async def _hold(services: Services, kind: TaskKind, leases: Sequence[Lease]) -> None:
    """Hold leases that waited for their turn for as long as if they had just been taken. Raises: `LeaseLost`."""
    now = services.clock.now()
    if now > parse_instant(leases[0].leased_at) + FRESH:
        await services.database.batch([tasks.extend(lease, after(now, kind.lease_s)) for lease in leases])


def _check(services: Services, kind: TaskKind | None, lease: Lease) -> None:
    """Whether a task can be tried at all. Raises: `Permanent`, `NeedsDealer`."""
    if lease.interrupted >= MAX_INTERRUPTED:
        raise Permanent(f"It was interrupted {lease.interrupted} times without finishing.")
    missing = services.settings.missing(lease.target)
    if missing and not (kind and kind.unconfigured):
        raise NeedsDealer(f"Not configured yet: set {' and '.join(missing)}.")
    if lease.blocked_reason:
        raise NeedsDealer(lease.blocked_reason)
