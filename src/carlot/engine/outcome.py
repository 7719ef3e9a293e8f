"""The sync engine, what a task's work came to: settle it, go on with it, back off or give it up.

One batch has the outcome and everything that follows from it, and is refused when the lease is no longer held.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

from carlot import trace
from carlot.domain.times import after, instant, parse_instant
from carlot.engine.enqueue import PROBE_S, TaskKind, task_ids, wake_tasks
from carlot.engine.throttle import ThrottledHttp, ThrottledSockets
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
from carlot.platform.ports import Services, Statement
from carlot.store import partner_calls, tasks
from carlot.store.tasks import Lease, Outcome, Shared

SAME_VERDICTS = 5
"""How many times in a row a partner may refuse a request in the same words before its task is given up."""

LOOK_S = 5.0
"""How soon after a refusal of our credentials one more call decides."""


class Calls(NamedTuple):
    """A task's calls to its partner: whether one was answered as by one that knows us, and what is still to be written."""

    answered: bool
    ended: Sequence[Statement]


async def record(
    services: Services,
    kind: TaskKind | None,
    lease: Lease,
    result: Outcome | Exception,
    stop: datetime | None = None,
) -> Lease | None:
    """Write down what came of it; answer the lease for the next step when there is one and it is before `stop`."""
    http = services.http if isinstance(services.http, ThrottledHttp) else None
    calls = Calls(http.answered or _let_in_by_socket(services, result), http.take_ended()) if http else Calls(False, ())
    goes_on: Lease | None = None
    try:
        if isinstance(result, Outcome):
            keeps = kind if kind and result.more and stop and services.clock.now() < stop else None
            try:
                goes_on = await _settle(services, lease, result, keeps, calls)
            except LeaseLost:
                raise
            except ConstraintViolation as collision:
                # What collides with a change made meanwhile is taken up again, and then sees that change.
                result = Retryable(f"It collided with another change and is being retried ({collision}).")
            except StatementRefused as refused:
                result = refused
        if isinstance(result, Exception):
            await _fail(services, kind, lease, result, calls)
    except LeaseLost:
        log("task.lease_lost", level="warn", task=lease.id, target=lease.target, kind=lease.kind)
    if goes_on:
        return goes_on
    _log_done(services, lease)
    return None


async def record_together(services: Services, done: Sequence[tuple[Lease, Outcome]], shared: Shared) -> bool:
    """Write down what several tasks came to, in one batch; `False`: it was refused, and each of them has to be done alone."""
    now = services.clock.now()
    ended = services.http.take_ended() if isinstance(services.http, ThrottledHttp) else []
    settled = [_done(lease, outcome, now) for lease, outcome in done]
    changes = [*settled, *(write for _, outcome in done for write in outcome.writes), *shared.writes, *ended]
    try:
        rows = await services.database.batch([*changes, *tasks.enqueue(shared.enqueue, instant(now))])
    except (ConstraintViolation, StatementRefused):  # A lost lease is one, too.
        return False
    again = [lease.id for (lease, _), row in zip(done, rows, strict=False) if row and row[0]["state"] == "pending"]
    if woken := [*task_ids(rows[len(changes) :]), *again]:
        await wake_tasks(services, woken)
    for lease, _ in done:
        trace.follow(lease.id)
        _log_done(services, lease)
    return True


async def _settle(services: Services, lease: Lease, done: Outcome, keeps: TaskKind | None, calls: Calls) -> Lease | None:
    """Settle what was done; the lease is kept for the next step when it is a kind's that `keeps` it.

    Raises: `LeaseLost`, `ConstraintViolation`, `StatementRefused`, `DatabaseUnavailable`.
    """
    now = services.clock.now()
    settle = _done(lease, done, now, held_until=after(now, keeps.lease_s) if keeps else None)
    changes = [settle, *done.writes, *calls.ended, *(_let_in(lease, now) if calls.answered else ())]
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


def _done(lease: Lease, done: Outcome, now: datetime, held_until: str | None = None) -> Statement:
    return tasks.settle_done(
        lease,
        now=instant(now),
        summary=done.summary,
        more=done.more,
        wake_due=after(now, tasks.DELIVERY_S),
        held_until=held_until,
    )


def _log_done(services: Services, lease: Lease) -> None:
    """Write the line of a task that was tried, however it ended."""
    ms = round((services.clock.now() - parse_instant(lease.leased_at)).total_seconds() * 1000)
    log(
        "task",
        task=lease.id,
        target=lease.target,
        kind=lease.kind,
        vehicle=lease.vehicle_id,
        attempt=lease.attempts,
        ms=ms,
    )


async def _fail(services: Services, kind: TaskKind | None, lease: Lease, failure: Exception, calls: Calls) -> None:
    now = services.clock.now()
    refused = isinstance(failure, AuthExpired)
    if isinstance(failure, AuthExpired):
        failure = await _looked_at_again(services, lease, failure)
    state, delay_s = _consequence(services, kind, lease, failure)
    plain = isinstance(failure, (PartnerError, StatementRefused))
    reason = str(failure) if plain else f"A bug in CarLot Manager: {failure!r}"
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
        denied=refused,
    )
    follow = list(kind.on_dead(services, lease.subject_id, failure)) if kind and state == "dead" else []
    follow += _exchange(services, lease)
    if calls.answered and not refused and isinstance(failure, (Permanent, Doubtful)):
        follow += _let_in(lease, now)
    if isinstance(failure, AuthExpired):
        follow.append(partner_calls.block(lease.target, reason, after(now, PROBE_S), lease.leased_at))
    elif refused and isinstance(failure, Throttled):
        follow.append(partner_calls.doubt(lease.target, instant(now), _recently(now)))
    await services.database.batch([settle, *calls.ended, *follow])
    log(
        "task.failed",
        level="error" if state == "dead" else "warn",
        task=lease.id,
        target=lease.target,
        state=state,
        error=reason,
        retry_s=round(delay_s, 1),
    )
    if state == "pending":
        await wake_tasks(services, [lease.id], delay_s)


def _let_in_by_socket(services: Services, result: Outcome | Exception) -> bool:
    """Whether a connection was opened and the work came to its end: who does not let us in over one ends it with a failure."""
    return isinstance(services.sockets, ThrottledSockets) and services.sockets.opened and isinstance(result, Outcome)


def _exchange(services: Services, lease: Lease) -> list[Statement]:
    """Keep the last call that the task made, as it may be shown."""
    made = services.http.last if isinstance(services.http, ThrottledHttp) else []
    return [tasks.keep_exchange(lease, made[0].shown(services.settings.secrets))] if made else []


async def _looked_at_again(services: Services, lease: Lease, refused: AuthExpired) -> PartnerError:
    """What a refusal of our credentials is: the partner's word on all of us, on this task alone, or not sure yet.

    It is sure when a call that began after the first refusal is refused too. It concerns one task alone when the partner has let
    others in since it first refused this one.
    """
    known = await partner_calls.refusals(services.database, lease.id)
    if refused.surely or known["blocked_reason"]:
        return refused
    if known["denied_at"] and known["let_in_at"] and known["let_in_at"] > known["denied_at"]:
        return Doubtful(str(refused))
    if known["doubted_at"] and _recently(services.clock.now()) < known["doubted_at"] < lease.leased_at:
        return refused
    return Throttled(str(refused), LOOK_S)


def _let_in(lease: Lease, now: datetime) -> list[Statement]:
    """Note that the partner lets us in. A call alone shows less: some let us read, and refuse us what we write."""
    return [partner_calls.let_in(lease.target, instant(now), instant(now - timedelta(minutes=1)))]


def _recently(now: datetime) -> str:
    return instant(now - timedelta(seconds=PROBE_S))


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
