"""The sync engine: raise, lease, run, settle, back off, sweep, bury.

A change writes the truth and raises its tasks in one batch (`commit`). A message only says "look at this task". Whoever holds the
lease reads the truth as it is now and makes the partner match; the outcome is written in one batch with everything that follows
from it, and only if the lease is still held.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from carlot.domain.backoff import Backoff
from carlot.domain.times import after, instant, parse_instant
from carlot.errors import (
    AuthExpired,
    ConstraintViolation,
    DatabaseUnavailable,
    LeaseLost,
    PartnerError,
    Permanent,
    QueueUnavailable,
    Retryable,
    Throttled,
)
from carlot.gate import GatedHttp
from carlot.log import log
from carlot.messages import wake
from carlot.ports import Row, Services, Statement
from carlot.store import partners, tasks
from carlot.store.tasks import Done, Lease, Want
from carlot.together import SharedDatabase

DELIVERY_S = 30.0
"""How long a wake-up may take before the sweep sends another."""

AT_ONCE = 10
"""Tasks that one delivery works on at a time: no lease runs out while its task waits its turn."""

MAX_INTERRUPTED = 5
"""Leases that may end without a word before a task counts as one that kills its worker."""

PROBE_S = 900.0
"""How long a partner that refused us is left alone before one task tries whether the dealer has acted."""

MAX_DELAY_S = 12 * 3600


Together = Callable[[Services, Sequence[Lease]], Awaitable[Mapping[str, Done | Exception]]]


@dataclass(frozen=True, slots=True)
class TaskKind:
    """What is done for one (target, kind).

    `run` does the work under a lease of `lease_s`, which is longer than its longest call. `together`, where a partner takes
    several at once, does up to `most` of them in one go and answers each on its own, by task id. `on_dead` gives the writes that
    follow when a task is given up, from its subject and the failure. A kind that does not `waits` ends where the others are
    blocked until the dealer acts.
    """

    run: Callable[[Services, Lease], Awaitable[Done]]
    backoff: Backoff
    lease_s: float
    on_dead: Callable[[Services, str, Exception], Sequence[Statement]] = lambda services, subject_id, failure: ()
    together: Together | None = None
    most: int = 1
    waits: bool = True


Registry = Mapping[tuple[str, str], TaskKind]


async def commit(
    services: Services, changes: Sequence[Statement], wants: Sequence[Want], raises: Sequence[Statement] = ()
) -> list[list[Row]]:
    """Write a change and raise its tasks in one batch, then ring for them; answer the rows of the changes.

    `raises` are statements that raise tasks themselves, as many as the database finds, and answer their ids.

    Raises: as `Database.batch`; then nothing was written.
    """
    rows = await services.database.batch([*changes, *raising(services, wants), *raises])
    if woken := _ids(rows[len(changes) :]):
        await wake_tasks(services, woken)
    return rows[: len(changes)]


def _ids(raised: Sequence[Sequence[Row]]) -> list[str]:
    return [str(row["id"]) for rows in raised for row in rows]


def raising(services: Services, wants: Sequence[Want]) -> list[Statement]:
    """The statements that raise tasks; each answers the id to wake."""
    now = services.clock.now()
    return [tasks.raise_task(services.clock.token(), want, instant(now), after(now, DELIVERY_S)) for want in wants]


async def wake_tasks(services: Services, task_ids: Sequence[str], delay_s: float = 0) -> None:
    """Ring for tasks. A queue that takes nothing costs a minute: the sweep finds them."""
    try:
        await services.sync_queue.send([wake(task_id) for task_id in task_ids], min(int(delay_s + 0.999), MAX_DELAY_S))
    except QueueUnavailable as failure:
        log("wake.failed", level="warn", tasks=len(task_ids), error=str(failure))


async def work_on(services: Services, registry: Registry, task_ids: Sequence[str]) -> None:
    """Take up those of the tasks that are due and free.

    Raises: `DatabaseUnavailable`; what was not settled by then runs out of its lease and is swept up.
    """
    # What tasks ask of the database side by side goes there together.
    services = replace(services, database=SharedDatabase(services.database))
    size = max([AT_ONCE, *(kind.most for kind in registry.values())])
    for first in range(0, len(task_ids), size):
        await _work_on_some(services, registry, list(task_ids[first : first + size]))


async def bury(services: Services, registry: Registry, task_ids: Sequence[str]) -> None:
    """What the queue gave up on: tasks that stop whoever takes them up are dead; the rest is left to the sweep."""
    failure = Permanent("It stopped the program each time it was taken up.")
    now = instant(services.clock.now())
    for row in await tasks.abandoned(services.database, list(task_ids), now):
        kind = registry.get((row["target"], row["kind"]))
        follow = kind.on_dead(services, row["subject_id"], failure) if kind else ()
        try:
            await services.database.batch([tasks.bury(row["id"], row["lease_token"], str(failure), now), *follow])
        except LeaseLost:  # It was taken up again: somebody else sees to it.
            continue
        log("task.buried", level="error", task=row["id"], target=row["target"], kind=row["kind"])


async def keep_poison(services: Services, message_id: str) -> None:
    """Keep a message that is none of ours where the dealer sees it, and harm nobody else."""
    log("message.unknown", level="error", message=message_id)
    now = instant(services.clock.now())
    reason = "A message on the queue that this program cannot read. It can be discarded."
    await services.database.batch([tasks.insert_dead(services.clock.token(), message_id, reason, now)])


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
    result: Done | Exception
    try:
        _check(services, lease)
        if kind is None:
            raise Permanent(f"This version knows no work of kind {lease.kind} for {lease.target}.")
        result = await kind.run(gated(services, lease.target), lease)
    except DatabaseUnavailable:
        raise
    except Exception as failure:  # noqa: BLE001  Whatever one task runs into, a mistake of ours included, is its failure alone.
        result = failure
    await _conclude(services, kind, lease, result)


async def _work_together(services: Services, kind: TaskKind, together: Together, leases: Sequence[Lease]) -> None:
    """Several tasks of one kind in one go; each is settled on its own."""
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
            results |= await together(gated(services, fit[0].target), fit)
    except DatabaseUnavailable:
        raise
    except Exception as failure:  # noqa: BLE001  As in _work.
        results |= {lease.id: failure for lease in fit}
    for lease in leases:
        await _conclude(services, kind, lease, results.get(lease.id, Retryable("The partner's answer left this one out.")))


def gated(services: Services, target: str) -> Services:
    """The services with the network as one partner bears it."""
    return replace(services, http=GatedHttp(services, target))


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
    woken = _ids(rows[len(changes) :])
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
