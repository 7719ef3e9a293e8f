"""Several tasks of one partner in one delivery go to it together where it can take them, and each is settled on its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random

import pytest

from carlot.domain.backoff import OUTBOUND
from carlot.engine import worker as engine
from carlot.engine.enqueue import Registry, TaskKind
from carlot.errors import AuthExpired, LeaseLost, PartnerError, Permanent, Retryable, StatementRefused
from carlot.platform.ports import Services, Statement, statement
from carlot.store.tasks import Lease, Outcome, Shared, TaskRequest
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

    async def _together(self, services: Services, leases: Sequence[Lease]) -> Mapping[str, Outcome | Exception | None]:
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
    assert {(task["state"], task["attempts"], task["error"]) for task in world.tasks()} == {("pending", 0, "It waited too long.")}


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
    assert set(states(world).values()) == {"pending"}
    world.clock.forward(30)
    await work(world, batches.registry, *task_ids)
    assert set(states(world).values()) == {"blocked"}
    assert len(batches.taken) == 2


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

    async def changed(services: Services, leases: Sequence[Lease]) -> Mapping[str, Outcome | Exception | None]:
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


@dataclass
class Writers:
    """Work whose writes are one: `shared` is written once for all, `own` by subject; `alone` are the subjects done alone."""

    shared: Shared
    own: Mapping[str, Statement] = field(default_factory=dict)
    left: Sequence[str] = ()
    failure: Exception | None = None
    calls: bool = False
    alone: list[str] = field(default_factory=list)

    @property
    def registry(self) -> Registry:
        return {(TARGET, KIND): TaskKind(self._alone, OUTBOUND, 60, run_batch=self._together, batch_size=5)}

    async def _alone(self, services: Services, lease: Lease) -> Outcome:
        self.alone.append(lease.subject_id)
        return Outcome(tuple(self.own[name] for name in [lease.subject_id] if name in self.own), "Alone.")

    async def _together(self, services: Services, leases: Sequence[Lease]) -> Mapping[str, Outcome | Exception | None]:
        if self.calls:
            with suppress(PartnerError):
                await services.http.request("GET", "http://localhost:1/", {}, None, timeout_s=1, max_bytes=9)
        if self.failure:
            raise self.failure
        return {
            lease.id: None
            if lease.subject_id in self.left
            else Outcome(
                tuple(self.own[name] for name in [lease.subject_id] if name in self.own), "Together.", shared=self.shared
            )
            for lease in leases
        }


def noted(world: World) -> list[str]:
    return [row["key"] for row in world.database.query("SELECT key FROM notes ORDER BY rowid")]


def note(key: str) -> Statement:
    return statement("INSERT INTO notes (key) VALUES (?1)", key)


@pytest.fixture
def notes(world: World) -> World:
    """A world with a table for what is written, where each key stands once."""
    world.database.connection.execute("CREATE TABLE notes (key TEXT NOT NULL UNIQUE)")
    return world


def outcomes(world: World) -> dict[str, str]:
    return {task["subject_id"]: task["outcome"] for task in world.tasks()}


async def test_what_is_shared_is_written_once_behind_what_each_writes(notes: World) -> None:
    writers = Writers(Shared((note("all"),)), {"a": note("a"), "c": note("c")})
    await work(notes, writers.registry, *await want(notes, *"abc"))
    assert sorted(noted(notes)[:2]) == ["a", "c"]
    assert noted(notes)[2:] == ["all"]
    assert outcomes(notes) == dict.fromkeys("abc", "Together.")
    assert set(states(notes).values()) == {"done"}
    assert writers.alone == []


async def test_what_is_shared_enqueues_and_wakes_what_follows(notes: World) -> None:
    writers = Writers(Shared((note("all"),), (TaskRequest("alerts", "alert", "follows"),)))
    task_ids = await want(notes, *"abc")
    notes.timed.waiting.clear()
    await work(notes, writers.registry, *task_ids)
    follows = notes.task(target="alerts", subject_id="follows")
    assert follows["state"] == "pending"
    assert [follows["id"] in message.body for message in notes.timed.waiting] == [True]


async def test_what_is_left_out_of_the_whole_is_done_alone(notes: World) -> None:
    writers = Writers(Shared((note("all"),)), left="b")
    await work(notes, writers.registry, *await want(notes, *"abc"))
    assert outcomes(notes) == {"a": "Together.", "b": "Alone.", "c": "Together."}
    assert noted(notes) == ["all"]


async def test_where_one_of_them_is_refused_nothing_is_written_and_each_is_done_alone(notes: World) -> None:
    notes.database.connection.execute("INSERT INTO notes (key) VALUES ('b')")
    writers = Writers(Shared((note("all"),)), {"b": note("b")})
    await work(notes, writers.registry, *await want(notes, *"abc"))
    assert noted(notes) == ["b"]
    assert sorted(writers.alone) == ["a", "b", "c"]
    assert states(notes) == {"a": "done", "b": "pending", "c": "done"}


async def test_a_lost_lease_is_settled_by_whoever_has_it(notes: World) -> None:
    writers = Writers(Shared((note("all"),)))
    task_ids = await want(notes, *"abc")
    steal = statement("UPDATE sync_tasks SET lease_token = 'other' WHERE subject_id = 'b'")

    async def robbed(services: Services, leases: Sequence[Lease]) -> Mapping[str, Outcome | Exception | None]:
        await services.database.batch([steal])
        return await writers._together(services, leases)

    registry = {(TARGET, KIND): TaskKind(writers._alone, OUTBOUND, 60, run_batch=robbed, batch_size=5)}
    await work(notes, registry, *task_ids)
    assert states(notes) == {"a": "done", "b": "running", "c": "done"}
    assert noted(notes) == []


async def test_a_mistake_of_ours_before_any_call_fails_only_whose_it_is(notes: World) -> None:
    writers = Writers(Shared(), failure=KeyError("oops"))
    await work(notes, writers.registry, *await want(notes, *"abc"))
    assert sorted(writers.alone) == ["a", "b", "c"]
    assert set(states(notes).values()) == {"done"}


async def test_a_mistake_of_ours_behind_a_call_is_tried_again_together(notes: World) -> None:
    writers = Writers(Shared(), failure=KeyError("oops"), calls=True)
    await work(notes, writers.registry, *await want(notes, *"abc"))
    assert writers.alone == []
    assert set(states(notes).values()) == {"pending"}


async def test_a_change_made_meanwhile_is_not_lost_where_all_are_settled_in_one(notes: World) -> None:
    writers = Writers(Shared())
    task_ids = await want(notes, *"ab")

    async def changed(services: Services, leases: Sequence[Lease]) -> Mapping[str, Outcome | Exception | None]:
        await want(notes, "b")
        return await writers._together(services, leases)

    registry = {(TARGET, KIND): TaskKind(writers._alone, OUTBOUND, 60, run_batch=changed, batch_size=5)}
    await engine.run_tasks(notes.services, registry, task_ids)
    assert states(notes) == {"a": "done", "b": "pending"}
