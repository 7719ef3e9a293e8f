"""Several tasks of one partner in one delivery go to it together where it can take them, and each is settled on its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random

from carlot.domain.backoff import OUTBOUND
from carlot.engine import worker as engine
from carlot.engine.enqueue import Registry, TaskKind
from carlot.errors import AuthExpired, LeaseLost, Permanent, Retryable, StatementRefused
from carlot.platform.ports import Services
from carlot.store.tasks import Lease, Outcome
from support.perils import Killed, Perils
from support.world import World
from sync.toys import KIND, TARGET, state_of, want, work


@dataclass
class Batches:
    """A partner that takes up to five at once. `outcomes` says what becomes of a subject; of others nothing is said."""

    outcomes: Mapping[str, Outcome | Exception] = field(default_factory=dict)
    default: Outcome | Exception | None = field(default_factory=Outcome)
    failure: BaseException | None = None
    taken: list[list[str]] = field(default_factory=list)
    most: int = 5
    alone: Mapping[str, Exception] | None = None

    @property
    def registry(self) -> Registry:
        return {(TARGET, KIND): TaskKind(self._alone, OUTBOUND, 60, run_batch=self._together, batch_size=self.most)}

    async def _alone(self, services: Services, lease: Lease) -> Outcome:
        if self.alone is None:
            raise AssertionError("it can be taken together")
        if lease.subject_id in self.alone:
            raise self.alone[lease.subject_id]
        return Outcome()

    async def _together(self, services: Services, leases: Sequence[Lease]) -> Mapping[str, Outcome | Exception]:
        self.taken.append(sorted(lease.subject_id for lease in leases))
        if self.failure:
            raise self.failure
        said = {lease.id: self.outcomes.get(lease.subject_id, self.default) for lease in leases}
        return {task_id: outcome for task_id, outcome in said.items() if outcome is not None}


def states(world: World) -> dict[str, str]:
    return {task["subject_id"]: task["state"] for task in world.tasks()}


async def test_one_call_for_all(world: World) -> None:
    batches = Batches()
    task_ids = await want(world, *"abcde")
    await work(world, batches.registry, *task_ids)
    assert batches.taken == [list("abcde")]
    assert set(states(world).values()) == {"done"}


async def test_never_more_than_the_partner_takes(world: World) -> None:
    batches = Batches()
    task_ids = await want(world, *"abcdefghijkl")
    await work(world, batches.registry, *task_ids)
    assert max(len(taken) for taken in batches.taken) <= 5
    assert len(batches.taken) == 3
    assert set(states(world).values()) == {"done"}


async def test_never_more_than_it_takes_beside_a_kind_that_takes_more(world: World) -> None:
    batches, wide = Batches(), Batches(most=30)
    registry = {**batches.registry, ("carlot", KIND): wide.registry[TARGET, KIND]}
    task_ids = await want(world, *"abcdefghijkl")
    await work(world, registry, *task_ids)
    assert max(len(taken) for taken in batches.taken) <= 5


async def test_each_has_an_end_of_its_own(world: World) -> None:
    batches = Batches({"b": Permanent("Refused."), "c": Retryable("Not now.", 60.0), "d": ValueError("oops")})
    task_ids = await want(world, *"abcde")
    await work(world, batches.registry, *task_ids)
    assert states(world) == {"a": "done", "b": "dead", "c": "pending", "d": "pending", "e": "done"}


async def test_they_are_settled_with_few_calls_to_the_database(world: World) -> None:
    batches = Batches(most=20)
    task_ids = await want(world, *"abcdefghijklmnopqrst")
    world.restart(Perils(world.clock, interleave=Random(1)))  # Calls take their time, as they do.
    await work(world, batches.registry, *task_ids)
    assert set(states(world).values()) == {"done"}
    assert len(world.perils.names) < 6


async def test_a_lease_that_was_lost_meanwhile_is_no_mistake_of_the_others(world: World) -> None:
    batches = Batches(failure=LeaseLost("the lease is somebody else's"))
    await work(world, batches.registry, *await want(world, *"abc"))
    assert {(task["state"], task["attempts"], task["error"]) for task in world.tasks()} == {
        ("pending", 0, "It waited too long for its turn.")
    }


async def test_what_the_answer_leaves_out_is_tried_again(world: World) -> None:
    batches = Batches({"a": Outcome()}, default=None)
    task_ids = await want(world, *"ab")
    await work(world, batches.registry, *task_ids)
    assert states(world) == {"a": "done", "b": "pending"}
    assert world.task(subject_id="b")["error"] == "The partner's answer left this one out."


async def test_a_failed_call_fails_all_of_them(world: World) -> None:
    batches = Batches(failure=AuthExpired("Refused our credentials (401)."))
    task_ids = await want(world, *"abc")
    await work(world, batches.registry, *task_ids)
    assert set(states(world).values()) == {"blocked"}
    assert len(batches.taken) == 1


async def test_a_mistake_of_ours_fails_all_of_them_for_now(world: World) -> None:
    batches = Batches(failure=KeyError("oops"))
    task_ids = await want(world, *"abc")
    await work(world, batches.registry, *task_ids)
    assert set(states(world).values()) == {"pending"}


async def test_one_that_cannot_be_tried_holds_up_none(world: World) -> None:
    batches = Batches()
    task_ids = await want(world, *"abc")
    world.database.connection.execute("UPDATE sync_tasks SET interrupted = 5 WHERE subject_id = 'b'")
    await work(world, batches.registry, *task_ids)
    assert batches.taken == [["a", "c"]]
    assert states(world) == {"a": "done", "b": "dead", "c": "done"}


async def test_a_batch_that_killed_its_worker_goes_on_one_by_one(world: World) -> None:
    batches = Batches()
    task_ids = await want(world, *"abc")
    batches.failure = Killed()
    try:
        await work(world, batches.registry, *task_ids)
    except Killed:
        world.restart()
    batches.failure = None
    world.clock.forward(61)
    await work(world, batches.registry, *task_ids)
    assert batches.taken == [["a", "b", "c"], ["a"], ["b"], ["c"]]
    assert set(states(world).values()) == {"done"}


async def test_a_change_during_the_call_is_not_lost(world: World) -> None:
    batches = Batches()
    task_ids = await want(world, *"ab")
    inner = batches._together

    async def changed(services: Services, leases: Sequence[Lease]) -> Mapping[str, Outcome | Exception]:
        await want(world, "b")
        return await inner(services, leases)

    registry = {(TARGET, KIND): TaskKind(batches._alone, OUTBOUND, 60, run_batch=changed, batch_size=5)}
    await engine.run_tasks(world.services, registry, task_ids)
    assert states(world) == {"a": "done", "b": "pending"}
    assert state_of(world, task_ids[1])["done_rev"] == 1


async def test_a_refused_statement_is_the_failure_of_its_task_alone(world: World) -> None:
    refused = StatementRefused("string or blob too big")
    batches = Batches(failure=refused, alone={"b": refused})
    await work(world, batches.registry, *await want(world, "a", "b", "c"))
    assert batches.taken == [["a", "b", "c"]]
    assert states(world) == {"a": "done", "b": "dead", "c": "done"}
    assert world.task(subject_id="b")["error"] == str(refused)
