"""The sync engine, what a task's work came to: settle it, go on with it, back off or give it up.

One batch has the outcome and everything that follows from it, and is refused when the lease is no longer held.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from carlot.domain.times import after, instant, parse_instant
from carlot.engine.enqueue import PROBE_S, TaskKind, task_ids, wake_tasks
from carlot.errors import (
    AuthExpired,
    ConstraintViolation,
    Doubtful,
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
from carlot.store import partner_calls, tasks
from carlot.store.tasks import Lease, Outcome

SAME_VERDICTS = 5
"""How many times in a row a partner may refuse a request in the same words before its task is given up."""


async def record(
    services: Services, kind: TaskKind | None, lease: Lease, result: Outcome | Exception, stop: datetime | None = None
) -> Lease | None:
    """Write down what came of it; answer the lease for the next step when there is one and it is before `stop`."""
    started = parse_instant(lease.leased_at)
    goes_on: Lease | None = None
    try:
        if isinstance(result, Outcome):
            keeps = kind if kind and result.more and stop and services.clock.now() < stop else None
            try:
                goes_on = await _settle(services, lease, result, keeps)
            except LeaseLost:
                raise
            except ConstraintViolation as collision:
                # What collides with a change made meanwhile is taken up again, and then sees that change.
                result = Retryable(f"It collided with another change and is tried again ({collision}).")
            except StatementRefused as refused:
                result = refused
        if isinstance(result, Exception):
            await _fail(services, kind, lease, result)
    except LeaseLost:
        log("task.lease_lost", level="warn", task=lease.id, target=lease.target, kind=lease.kind)
    if goes_on:
        return goes_on
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
    return None


async def _settle(services: Services, lease: Lease, done: Outcome, keeps: TaskKind | None) -> Lease | None:
    """Settle what was done; the lease is kept for the next step when it is a kind's that `keeps` it.

    Raises: `LeaseLost`, `ConstraintViolation`, `StatementRefused`, `DatabaseUnavailable`.
    """
    now = services.clock.now()
    settle = tasks.settle_done(
        lease,
        now=instant(now),
        summary=done.summary,
        more=done.more,
        wake_due=after(now, tasks.DELIVERY_S),
        held_until=after(now, keeps.lease_s) if keeps else None,
    )
    changes = [settle, *done.writes]
    rows = await services.database.batch([*changes, *tasks.enqueue(done.enqueue, instant(now))])
    woken = task_ids(rows[len(changes) :])
    settled = rows[0][0] if rows[0] else {}
    if settled.get("state") == "pending":
        woken.append(lease.id)
    if woken:
        await wake_tasks(services, woken)
    if settled.get("state") != "running":
        return None
    return replace(
        lease, wanted_rev=int(settled["wanted_rev"]), attempts=1, interrupted=0, failing_since=None, verdict=None, repeats=0
    )


async def _fail(services: Services, kind: TaskKind | None, lease: Lease, failure: Exception) -> None:
    now = services.clock.now()
    state, delay_s = _consequence(services, kind, lease, failure)
    plain = isinstance(failure, (PartnerError, StatementRefused))
    reason = str(failure) if plain else f"A mistake in this program: {failure!r}"
    at = now + timedelta(seconds=delay_s)
    settle = tasks.settle_failed(
        lease,
        state=state,
        now=instant(now),
        error=reason,
        next_attempt=instant(at),
        wake_due=after(at, tasks.DELIVERY_S),
        tried=not isinstance(failure, (Throttled, NeedsDealer)),
        verdict=reason if isinstance(failure, Doubtful) else None,
    )
    follow = list(kind.on_dead(services, lease.subject_id, failure)) if kind and state == "dead" else []
    if isinstance(failure, AuthExpired):
        follow.append(partner_calls.block(lease.target, reason, after(now, PROBE_S), lease.leased_at))
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
    if isinstance(failure, NeedsDealer) and (kind is None or kind.blocks_on_sign_in):
        return "blocked", 0.0
    if kind is None or isinstance(failure, (Permanent, NeedsDealer, StatementRefused)):
        return "dead", 0.0
    chance = services.clock.random()
    asked_s = failure.delay_s if isinstance(failure, Retryable) else None
    if isinstance(failure, Throttled):
        return "pending", (asked_s or 0.0) + chance * kind.backoff.base_s
    if isinstance(failure, Doubtful) and lease.refusals(str(failure)) >= SAME_VERDICTS:
        return "dead", 0.0
    now = services.clock.now()
    failing_for_s = (now - parse_instant(lease.failing_since)).total_seconds() if lease.failing_since else 0.0
    if kind.backoff.gives_up(lease.attempts, failing_for_s):
        return "dead", 0.0
    return "pending", kind.backoff.delay_s(lease.attempts, chance, asked_s)
