"""Poison: what kills whoever takes it up, and what nobody can read, harms only itself, is seen, and can be tried again."""

from __future__ import annotations

import contextlib

import pytest

from carlot.app import handle_delivery
from carlot.engine import recovery
from carlot.engine.worker import MAX_INTERRUPTED
from carlot.platform.ports import Delivery, Services, Verdict
from carlot.store.tasks import Lease, Outcome
from support.lot import answer
from support.perils import Killed, Perils
from support.world import World
from sync.toys import TARGET, Toy, state_of, want, work

UNREADABLE = [
    "null",
    "[]",
    "7",
    '"task"',
    "{}",
    '{"type":"task"}',
    '{"type":"task","id":""}',
    '{"type":"task","id":7}',
    "[" * 5000,
]


async def kill(services: Services, lease: Lease) -> Outcome:
    raise Killed


async def take_up(world: World, toy: Toy, task_ids: list[str]) -> None:
    try:
        await work(world, toy.registry, *task_ids)
    except Killed:
        world.restart()


async def poison(world: World, toy: Toy, *subjects: str) -> None:
    """Every take-up of these subjects kills the worker; all others are done."""

    async def run(services: Services, lease: Lease) -> Outcome:
        if lease.subject_id in subjects:
            world.perils.killed = True
        return Outcome()

    toy.steps = [run] * 1000


class TestKillers:
    async def test_it_is_given_up_after_so_many_lives(self, world: World, toy: Toy) -> None:
        await poison(world, toy, "car-1")
        [task_id] = await want(world, "car-1")
        for _ in range(MAX_INTERRUPTED + 3):
            await take_up(world, toy, [task_id])
            world.clock.forward(61)
        task = state_of(world, task_id)
        assert (task["state"], task["error"]) == ("dead", f"It was interrupted {MAX_INTERRUPTED} times without finishing.")
        assert len(toy.leases) == MAX_INTERRUPTED
        assert toy.given_up == [f"car-1: {task['error']}"]

    @pytest.mark.parametrize("count", [4, 12])
    async def test_its_neighbours_live(self, world: World, toy: Toy, count: int) -> None:
        """They are delivered together again and again: all but the poison are done, none is taken for poison."""
        subjects = [f"car-{number}" for number in range(count)]
        await poison(world, toy, "car-1")
        task_ids = await want(world, *subjects)
        for _ in range(4 * MAX_INTERRUPTED):
            await take_up(world, toy, task_ids)
            world.clock.forward(61)
        assert {task["subject_id"]: task["state"] for task in world.tasks()} == {
            subject: "dead" if subject == "car-1" else "done" for subject in subjects
        }

    async def test_two_poisons_are_two_deaths(self, world: World, toy: Toy) -> None:
        await poison(world, toy, "car-1", "car-2")
        task_ids = await want(world, *(f"car-{number}" for number in range(6)))
        for _ in range(8 * MAX_INTERRUPTED):
            await take_up(world, toy, task_ids)
            world.clock.forward(61)
        assert {task["subject_id"] for task in world.tasks(state="dead")} == {"car-1", "car-2"}
        assert len(world.tasks(state="done")) == 4

    async def test_kills_far_apart_are_no_poison(self, world: World, toy: Toy) -> None:
        """A worker may die now and then; a task that settles in between starts from nought."""
        [task_id] = await want(world, "car-1")
        for _ in range(3 * MAX_INTERRUPTED):
            toy.steps = [kill, Outcome()]
            for _ in range(2):
                await take_up(world, toy, [task_id])
                world.clock.forward(61)
            assert state_of(world, task_id)["state"] == "done"
            await want(world, "car-1")


class TestDeadLetters:
    async def test_a_task_that_stopped_its_worker_is_dead_and_seen(self, world: World, toy: Toy) -> None:
        toy.steps = [kill]
        [task_id] = await want(world, "car-1")
        await take_up(world, toy, [task_id])
        world.clock.forward(61)
        await recovery.bury(world.services, toy.registry, [task_id])
        task = state_of(world, task_id)
        assert (task["state"], task["error"]) == ("dead", "It crashed the program each time it ran.")
        assert toy.given_up == ["car-1: It crashed the program each time it ran."]
        shown = answer(await world.call("GET", "/api/integrations/tasks?state=dead"))["tasks"]
        assert [(each["id"], each["error"]) for each in shown] == [(task_id, task["error"])]
        assert world.database.query("SELECT task_id FROM audit_dead") == [{"task_id": task_id}]

    async def test_it_is_retried_once(self, world: World, toy: Toy) -> None:
        toy.steps = [kill]
        [task_id] = await want(world, "car-1")
        await take_up(world, toy, [task_id])
        world.clock.forward(61)
        await recovery.bury(world.services, toy.registry, [task_id])
        for _ in range(3):
            assert (await world.call("POST", f"/api/integrations/tasks/{task_id}/retry")).status == 202
        for _ in range(3):
            await work(world, toy.registry, task_id)
        assert len(toy.leases) == 2
        assert (await world.call("POST", f"/api/integrations/tasks/{task_id}/retry")).status == 409

    async def test_a_late_answer_of_the_buried_changes_nothing(self, world: World, toy: Toy) -> None:
        async def oversleep(services: Services, lease: Lease) -> Outcome:
            world.clock.forward(61)
            await recovery.bury(services, toy.registry, [lease.id])
            return Outcome((), "late")

        toy.steps = [oversleep]
        [task_id] = await want(world, "car-1")
        await work(world, toy.registry, task_id)
        assert (state_of(world, task_id)["state"], state_of(world, task_id)["outcome"]) == ("dead", None)

    @pytest.mark.parametrize("state", ["pending", "done", "blocked", "held"])
    async def test_messages_that_died_while_the_database_was_away_bury_nobody(self, world: World, toy: Toy, state: str) -> None:
        [task_id] = await want(world, "car-1")
        if state in ("done", "held"):
            toy.steps = [kill] if state == "held" else []
            await take_up(world, toy, [task_id])
        elif state == "blocked":
            world.env["WAYNE_REEVES_API_KEY"] = None
            await work(world, toy.registry, task_id)
        before = state_of(world, task_id)
        await recovery.bury(world.services, toy.registry, [task_id])
        assert state_of(world, task_id) == before
        assert toy.given_up == []

    @pytest.mark.parametrize("after_effect", [False, True])
    async def test_killed_while_burying_the_follow_up_is_not_lost(self, after_effect: bool) -> None:
        """A pull that is given up ends its run in the same batch: otherwise no pull would ever start again."""
        for number in range(1, 6):
            world = World()
            world.restart(Perils(world.clock, kill_at=8))
            run_id = await _begin_a_pull_that_dies(world)
            world.restart(Perils(world.clock, kill_at=number, after_effect=after_effect))
            task_id = world.task(kind="pull")["id"]
            message = [Delivery("m", f'{{"type":"task","id":"{task_id}"}}', 6)]
            with contextlib.suppress(Killed):
                await handle_delivery(message, world.services, dead_letters=True)
            status = world.database.query("SELECT status FROM import_runs WHERE id = ?", run_id)[0]["status"]
            assert (world.task(kind="pull")["state"] == "dead") == (status == "degraded"), number


async def _begin_a_pull_that_dies(world: World) -> str:
    run_id = answer(await world.call("POST", "/api/integrations/wayne-reeves/sync"))["runId"]
    with pytest.raises(Killed):
        await world.work()
    world.clock.forward(61)
    return str(run_id)


class TestMessages:
    @pytest.mark.parametrize("body", UNREADABLE)
    async def test_what_nobody_can_read_is_kept_once_and_harms_none(self, world: World, body: str) -> None:
        world.timed.put(body)
        world.timed.put(body)
        await world.work()
        dead = answer(await world.call("GET", "/api/integrations/tasks?state=dead"))["tasks"]
        assert [task["kind"] for task in dead] == ["message", "message"]
        assert {task["error"] for task in dead} == {"A message on the queue that this program cannot read. It can be discarded."}
        assert world.timed.waiting == []

    async def test_delivered_again_it_is_still_one(self, world: World) -> None:
        for attempt in (1, 2, 3):
            await handle_delivery([Delivery("m1", "null", attempt)], world.services)
        assert len(world.tasks(state="dead")) == 1

    async def test_its_neighbours_are_worked_on(self, world: World) -> None:
        await world.pull()
        await world.sell("A1")
        bodies = [message.body for message in world.timed.waiting]
        deliveries = [Delivery(f"m{number}", body, 1) for number, body in enumerate(["null", *bodies, "[]"])]
        assert await handle_delivery(deliveries, world.services) == [Verdict(delivery.id) for delivery in deliveries]
        assert len(world.dms_sales()) == 1

    async def test_it_can_be_discarded_but_not_retried(self, world: World) -> None:
        await handle_delivery([Delivery("m1", "null", 1)], world.services)
        task_id = world.task()["id"]
        assert (await world.call("POST", f"/api/integrations/tasks/{task_id}/retry")).status == 409
        assert answer(await world.call("POST", "/api/integrations/tasks/retry-all")) == {"queued": 0}
        assert (await world.call("POST", f"/api/integrations/tasks/{task_id}/discard")).status == 200
        assert world.tasks(state="dead") == []

    async def test_a_message_of_a_task_that_is_not_there_does_nothing(self, world: World) -> None:
        deliveries = [Delivery("m1", '{"type":"task","id":"gone"}', 1)]
        assert await handle_delivery(deliveries, world.services) == [Verdict("m1")]
        assert world.tasks() == []

    async def test_while_the_database_is_away_messages_come_back(self, world: World) -> None:
        await world.pull()
        await world.sell("A1")
        body = f'{{"type":"task","id":"{world.task(kind="sale")["id"]}"}}'
        world.restart(Perils(world.clock, locked=dict.fromkeys(range(1, 50), False)))
        assert await handle_delivery([Delivery("m1", body, 1), Delivery("m2", "null", 1)], world.services) == [
            Verdict("m1", 30),
            Verdict("m2", 30),
        ]
        world.restart()
        assert await handle_delivery([Delivery("m1", body, 2)], world.services) == [Verdict("m1")]
        assert len(world.dms_sales()) == 1

    async def test_an_unknown_kind_is_dead_in_plain_words(self, world: World) -> None:
        [task_id] = await want(world, "car-1")
        await work(world, {}, task_id)
        assert state_of(world, task_id)["error"] == f"This version does not know tasks of kind toy for {TARGET}."
        assert state_of(world, task_id)["state"] == "dead"
