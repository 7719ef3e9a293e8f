"""The sync engine, its raising half: what a task is, and how a change wants one.

A change writes the truth and raises its tasks in one batch (`commit`). A message only says "look at this task"; `work` does.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from carlot import trace
from carlot.domain.backoff import Backoff
from carlot.domain.times import after, instant
from carlot.engine.messages import wake
from carlot.engine.throttle import GatedHttp
from carlot.errors import (
    QueueUnavailable,
)
from carlot.log import log
from carlot.platform.ports import Row, Services, Statement
from carlot.store import tasks
from carlot.store.tasks import Done, Lease, Want

DELIVERY_S = 30.0
"""How long a wake-up may take before the sweep sends another."""

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
    if woken := ids_of(rows[len(changes) :]):
        await wake_tasks(services, woken)
    return rows[: len(changes)]


def ids_of(raised: Sequence[Sequence[Row]]) -> list[str]:
    """The ids of the tasks that were raised, to be woken."""
    return [str(row["id"]) for rows in raised for row in rows]


def raising(services: Services, wants: Sequence[Want]) -> list[Statement]:
    """The statements that raise tasks; each answers the id to wake."""
    now = services.clock.now()
    return [tasks.raise_task(services.clock.token(), want, instant(now), after(now, DELIVERY_S)) for want in wants]


async def wake_tasks(services: Services, task_ids: Sequence[str], delay_s: float = 0) -> None:
    """Ring for tasks. A queue that takes nothing costs a minute: the sweep finds them."""
    try:
        await services.sync_queue.send(
            [wake(task_id, trace.current()) for task_id in task_ids], min(int(delay_s + 0.999), MAX_DELAY_S)
        )
    except QueueUnavailable as failure:
        log("wake.failed", level="warn", tasks=len(task_ids), error=str(failure))


def gated(services: Services, target: str) -> Services:
    """The services with the network as one partner bears it."""
    return replace(services, http=GatedHttp(services, target))
