"""What a kind of task is, and how a change enqueues tasks.

A change writes the truth and enqueues its tasks in one batch (`commit`). A message only says "look at this task" (`worker`).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from carlot import trace
from carlot.domain.backoff import Backoff
from carlot.domain.times import instant
from carlot.engine.messages import wake
from carlot.engine.throttle import ThrottledHttp, ThrottledSockets
from carlot.errors import QueueUnavailable
from carlot.log import log
from carlot.platform.ports import Row, Services, Statement
from carlot.store import tasks
from carlot.store.tasks import Enqueue, Lease, Outcome

PROBE_S = 900.0
"""How long after a refusal one task tries whether the dealer has acted."""

MAX_DELAY_S = 12 * 3600
"""The longest delay of a queue message. Source: https://developers.cloudflare.com/queues/platform/limits/."""


@dataclass(frozen=True, slots=True)
class InTurn:
    """A task of a batch that is done alone, and after those before it: side by side they would collide. `place` is its place."""

    place: int


Result = Outcome | Exception | InTurn | None
"""What became of a task of a batch; `None`: it is done alone, beside the others."""

RunBatch = Callable[[Services, Sequence[Lease]], Awaitable[Mapping[str, Result]]]


@dataclass(frozen=True, slots=True)
class TaskKind:
    """What the worker does for one (target, kind).

    `run` does the work under a lease of `lease_s`, which is longer than its longest call. Where several tasks can be done in one
    go, `run_batch` does up to `batch_size` at once and returns each one's outcome by task id; what it leaves out, `run` does.
    `on_dead` returns the writes that follow when a task is given up, from its subject and the failure. While its partner needs
    the dealer, a task is blocked, or, without `blocks_on_sign_in`, dead. With `unconfigured` it runs although settings of its
    partner are missing. `author` is kept with what the work changes; empty: its partner's name. `connections` is how many the
    work has open at most.
    """

    run: Callable[[Services, Lease], Awaitable[Outcome]]
    backoff: Backoff
    lease_s: float
    on_dead: Callable[[Services, str, Exception], Sequence[Statement]] = lambda services, subject_id, failure: ()
    run_batch: RunBatch | None = None
    batch_size: int = 1
    blocks_on_sign_in: bool = True
    author: str = ""
    unconfigured: bool = False
    connections: int = 1


Registry = Mapping[tuple[str, str], TaskKind]


async def commit(services: Services, changes: Sequence[Statement], enqueue: Sequence[Enqueue] = ()) -> list[list[Row]]:
    """Write a change and enqueue its tasks in one batch, then wake them; return the rows of the changes.

    Nothing to change and nothing to enqueue is no batch: a correction may say what is there already.
    Raises: as `Database.batch`; then nothing was written.
    """
    if not changes and not enqueue:
        return []
    rows = await services.database.batch([*changes, *tasks.enqueue(enqueue, instant(services.clock.now()))])
    if woken := task_ids(rows[len(changes) :]):
        await wake_tasks(services, woken)
    return rows[: len(changes)]


def task_ids(enqueued: Sequence[Sequence[Row]]) -> list[str]:
    """The ids of the tasks that were enqueued, to be woken."""
    return [str(row["id"]) for rows in enqueued for row in rows]


async def wake_tasks(services: Services, task_ids: Sequence[str], delay_s: float = 0) -> None:
    """Send wake-ups for tasks. If the queue is unavailable, the sweep wakes them within a minute."""
    try:
        await services.sync_queue.send(
            [wake(task_id, trace.current()) for task_id in task_ids], min(int(delay_s + 0.999), MAX_DELAY_S)
        )
    except QueueUnavailable as failure:
        log("wake.failed", level="warn", tasks=len(task_ids), error=str(failure))


def throttled(services: Services, target: str) -> Services:
    """Return the services with the network limited to what one partner accepts."""
    http = ThrottledHttp(services, target)
    return replace(services, http=http, sockets=ThrottledSockets(http))
