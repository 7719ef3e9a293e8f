"""What the queue gave up on, and what on it is none of ours: it is kept where the dealer sees it."""

from __future__ import annotations

from collections.abc import Sequence

from carlot.domain.times import instant
from carlot.engine.enqueue import Registry
from carlot.errors import LeaseLost, Permanent
from carlot.log import log
from carlot.platform.ports import Services
from carlot.store import dead_tasks


async def bury(services: Services, registry: Registry, task_ids: Sequence[str]) -> None:
    """What the queue gave up on: tasks that stop whoever takes them up are dead; the rest is left to the sweep."""
    failure = Permanent("It stopped the program each time it was taken up.")
    now = instant(services.clock.now())
    for row in await dead_tasks.abandoned(services.database, list(task_ids), now):
        kind = registry.get((row["target"], row["kind"]))
        follow = kind.on_dead(services, row["subject_id"], failure) if kind else ()
        try:
            await services.database.batch([dead_tasks.bury(row["id"], row["lease_token"], str(failure), now), *follow])
        except LeaseLost:  # It was taken up again: somebody else sees to it.
            continue
        log("task.buried", level="error", task=row["id"], target=row["target"], kind=row["kind"])


async def keep_unreadable(services: Services, message_id: str) -> None:
    """Keep a message that is none of ours where the dealer sees it, and harm nobody else."""
    log("message.unknown", level="error", message=message_id)
    now = instant(services.clock.now())
    reason = "A message on the queue that this program cannot read. It can be discarded."
    await services.database.batch([dead_tasks.insert_dead(services.clock.token(), message_id, reason, now)])
