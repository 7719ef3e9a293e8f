"""A toy partner: work that a test scripts, so that the engine is seen alone."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from carlot.domain.backoff import OUTBOUND, Backoff
from carlot.engine import enqueue
from carlot.engine import worker as engine
from carlot.engine.enqueue import Registry, TaskKind
from carlot.platform.ports import Services, Statement, statement
from carlot.store.tasks import Lease, Outcome, TaskRequest
from support.world import World

TARGET = "wayne_reeves"
KIND = "toy"

Step = Callable[[Services, Lease], Awaitable[Outcome]] | Exception | Outcome


@dataclass
class Toy:
    """What is done for tasks of kind `toy`: the next step of the script, and nothing once it has run out."""

    steps: list[Step] = field(default_factory=list)
    leases: list[Lease] = field(default_factory=list)
    given_up: list[str] = field(default_factory=list)
    backoff: Backoff = OUTBOUND
    lease_s: float = 60
    blocks: bool = True
    target: str = TARGET

    @property
    def registry(self) -> Registry:
        return {
            (self.target, KIND): TaskKind(
                self._run, self.backoff, self.lease_s, on_dead=self._on_dead, blocks_on_sign_in=self.blocks
            )
        }

    async def _run(self, services: Services, lease: Lease) -> Outcome:
        self.leases.append(lease)
        step = self.steps.pop(0) if self.steps else Outcome()
        if isinstance(step, Exception):
            raise step
        return step if isinstance(step, Outcome) else await step(services, lease)

    def _on_dead(self, services: Services, subject_id: str, failure: Exception) -> Sequence[Statement]:
        self.given_up.append(f"{subject_id}: {failure}")
        return ()


def no_change() -> Statement:
    """A statement that changes nothing: a batch must have one."""
    return statement("SELECT 1")


async def want(world: World, *subjects: str, target: str = TARGET, deadline: str | None = None) -> list[str]:
    """Raise toy tasks; answer their ids."""
    wants = [TaskRequest(target, KIND, subject, deadline=deadline) for subject in subjects]
    for first in range(0, len(wants), 500):
        await enqueue.commit(world.services, [no_change()], wants[first : first + 500])
    return [world.task(target=target, kind=KIND, subject_id=subject)["id"] for subject in subjects]


async def work(world: World, registry: Registry, *task_ids: str) -> None:
    """Take tasks up, as a delivery does."""
    await engine.run_tasks(world.services, registry, list(task_ids))


def state_of(world: World, task_id: str) -> Mapping[str, object]:
    """A task as stored."""
    return world.task(id=task_id)
