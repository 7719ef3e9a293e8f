"""The engine: tasks are raised with the change, leased, fenced, settled, and never lose a change."""

from __future__ import annotations

import asyncio

import pytest

from carlot.domain.times import parse_instant
from carlot.engine import enqueue
from carlot.errors import ConstraintViolation, Permanent, Retryable
from carlot.partners.registry import PARTNERS
from carlot.platform.ports import Services, statement
from carlot.store.tasks import Lease, Outcome, TaskRequest
from support.perils import Killed, Perils
from support.world import World
from sync.toys import KIND, TARGET, Toy, no_change, state_of, want, work

ADD_CUSTOMER = statement("INSERT INTO customers (id, name, created_at, updated_at) VALUES ('c1', 'Ann', '2025', '2025')")
TOY = TaskRequest(TARGET, KIND, "car-1")


def customers(world: World) -> int:
    return int(world.database.query("SELECT count(*) AS n FROM customers")[0]["n"])


class TestRaising:
    async def test_change_and_task_are_one_batch(self, world: World) -> None:
        before = world.perils.calls
        await enqueue.commit(world.services, [ADD_CUSTOMER], [TOY])
        assert world.perils.names[before:] == ["database.batch", "queue.send"]
        assert customers(world) == 1
        assert [task["state"] for task in world.tasks()] == ["pending"]

    async def test_a_refused_change_raises_nothing(self, world: World) -> None:
        refused = statement("INSERT INTO customers (id, name, created_at, updated_at) VALUES ('c1', '', '2025', '2025')")
        with pytest.raises(ConstraintViolation):
            await enqueue.commit(world.services, [refused], [TOY])
        assert world.tasks() == []
        assert world.timed.waiting == []

    @pytest.mark.parametrize("after_effect", [False, True])
    async def test_killed_at_the_batch_neither_or_both(self, world: World, after_effect: bool) -> None:
        world.restart(Perils(world.clock, kill_at=1, after_effect=after_effect))
        with pytest.raises(Killed):
            await enqueue.commit(world.services, [ADD_CUSTOMER], [TOY])
        assert (customers(world), len(world.tasks())) == ((1, 1) if after_effect else (0, 0))

    async def test_a_burst_of_changes_is_one_task(self, world: World) -> None:
        for _ in range(5):
            await enqueue.commit(world.services, [no_change()], [TOY])
        assert (world.task()["wanted_rev"], world.task()["done_rev"]) == (5, 0)

    async def test_a_burst_of_changes_is_one_call(self, world: World, toy: Toy) -> None:
        for _ in range(5):
            [task_id] = await want(world, "car-1")
        await work(world, toy.registry, task_id, task_id)
        assert len(toy.leases) == 1
        assert (world.task()["state"], world.task()["done_rev"]) == ("done", 5)

    async def test_a_queue_that_is_away_costs_a_minute(self, world: World) -> None:
        world.timed.broken = True
        await enqueue.commit(world.services, [ADD_CUSTOMER], [TOY])
        assert customers(world) == 1
        world.timed.broken = False
        await world.tick()
        assert world.timed.waiting == []
        world.clock.forward(60)
        await world.tick()
        assert len(world.timed.waiting) == 1

    async def test_a_lost_message_costs_a_minute(self, world: World) -> None:
        await want(world, "car-1")
        world.timed.waiting.clear()
        world.clock.forward(60)
        await world.tick()
        assert len(world.timed.waiting) == 1

    async def test_the_sweep_rings_once_and_then_gives_time(self, world: World) -> None:
        await want(world, "car-1")
        world.timed.waiting.clear()
        world.clock.forward(60)
        for _ in range(4):
            await world.tick()
            world.clock.forward(60)
        assert len(world.timed.waiting) == 1
        world.clock.forward(120)
        await world.tick()
        assert len(world.timed.waiting) == 2


class TestLeases:
    async def test_repeated_messages_are_one_piece_of_work(self, world: World, toy: Toy) -> None:
        [task_id] = await want(world, "car-1")
        for _ in range(3):
            await work(world, toy.registry, task_id)
        assert len(toy.leases) == 1

    async def test_nobody_takes_what_is_held(self, world: World, toy: Toy) -> None:
        async def meanwhile(services: Services, lease: Lease) -> Outcome:
            await work(world, toy.registry, lease.id)
            return Outcome()

        toy.steps = [meanwhile]
        [task_id] = await want(world, "car-1")
        await work(world, toy.registry, task_id)
        assert len(toy.leases) == 1

    async def test_a_lease_lasts_as_long_as_its_own_target_s_kind_says(self, world: World, toy: Toy) -> None:
        """Two partners may have a kind of the same name."""
        other = Toy(lease_s=600, target="quickbooks")
        lasted_s: list[int] = []

        async def note(services: Services, lease: Lease) -> Outcome:
            until = parse_instant(str(state_of(world, lease.id)["leased_until"]))
            lasted_s.append(round((until - parse_instant(lease.leased_at)).total_seconds()))
            return Outcome()

        toy.steps, other.steps = [note], [note]
        requests = [TOY, TaskRequest("quickbooks", KIND, "car-1")]
        world.env |= dict.fromkeys(PARTNERS["quickbooks"].needs, "x")
        await enqueue.commit(world.services, [no_change()], requests)
        for task in world.tasks(kind=KIND):
            await work(world, {**toy.registry, **other.registry}, task["id"])
        assert lasted_s == [60, 600]

    async def test_two_instances_at_once_share_the_tasks_out(self, world: World, toy: Toy) -> None:
        task_ids = await want(world, *(f"car-{n}" for n in range(20)))
        await asyncio.gather(*(work(world, toy.registry, *task_ids) for _ in range(3)))
        assert sorted(lease.id for lease in toy.leases) == sorted(task_ids)

    async def test_the_attempt_is_counted_before_the_work(self, world: World, toy: Toy) -> None:
        seen: list[object] = []

        async def look(services: Services, lease: Lease) -> Outcome:
            seen.append((lease.attempts, state_of(world, lease.id)["attempts"], state_of(world, lease.id)["state"]))
            raise Killed

        toy.steps = [look, look]
        [task_id] = await want(world, "car-1")
        for _ in range(2):
            with pytest.raises(Killed):
                await work(world, toy.registry, task_id)
            world.clock.forward(61)
        assert seen == [(1, 1, "running"), (2, 2, "running")]

    async def test_a_dead_worker_s_task_is_taken_up_when_its_lease_is_over(self, world: World, toy: Toy) -> None:
        async def die(services: Services, lease: Lease) -> Outcome:
            raise Killed

        toy.steps = [die]
        [task_id] = await want(world, "car-1")
        with pytest.raises(Killed):
            await work(world, toy.registry, task_id)
        world.clock.forward(59)
        await work(world, toy.registry, task_id)
        assert len(toy.leases) == 1
        world.clock.forward(1)
        world.timed.waiting.clear()
        await world.tick()
        assert len(world.timed.waiting) == 1
        await work(world, toy.registry, task_id)
        assert len(toy.leases) == 2
        assert state_of(world, task_id)["state"] == "done"

    async def test_a_late_answer_of_a_lost_lease_changes_nothing(self, world: World, toy: Toy) -> None:
        """The fence: whoever was away for longer than his lease finds that another has taken over."""
        await enqueue.commit(world.services, [ADD_CUSTOMER], [])
        rename = statement("UPDATE customers SET name = 'Late' WHERE id = 'c1'")

        async def oversleep(services: Services, lease: Lease) -> Outcome:
            world.clock.forward(61)
            await work(world, toy.registry, lease.id)
            assert state_of(world, lease.id)["state"] == "pending"
            return Outcome((rename,), "late")

        toy.steps = [oversleep, Retryable("Not now.")]
        [task_id] = await want(world, "car-1")
        await work(world, toy.registry, task_id)
        task = state_of(world, task_id)
        assert (task["state"], task["outcome"], task["error"]) == ("pending", None, "Not now.")
        assert world.database.query("SELECT name FROM customers") == [{"name": "Ann"}]

    async def test_a_late_failure_of_a_lost_lease_changes_nothing(self, world: World, toy: Toy) -> None:
        async def oversleep(services: Services, lease: Lease) -> Outcome:
            world.clock.forward(61)
            await work(world, toy.registry, lease.id)
            raise Permanent("Refused, but long ago.")

        toy.steps = [oversleep, Outcome((), "Taken.")]
        [task_id] = await want(world, "car-1")
        await work(world, toy.registry, task_id)
        assert (state_of(world, task_id)["state"], state_of(world, task_id)["error"]) == ("done", None)


class TestSettling:
    async def test_writes_and_wants_go_with_the_settling(self, world: World, toy: Toy) -> None:
        toy.steps = [Outcome((ADD_CUSTOMER,), "Taken.", enqueue=(TaskRequest(TARGET, KIND, "car-2"),))]
        [task_id] = await want(world, "car-1")
        world.timed.waiting.clear()
        before = world.perils.calls
        await work(world, toy.registry, task_id)
        assert "database.batch" in world.perils.names[before:]
        assert customers(world) == 1
        follow = world.task(subject_id="car-2")
        assert follow["state"] == "pending"
        assert [message.body for message in world.timed.waiting] == [f'{{"type": "task", "id": "{follow["id"]}"}}']

    async def test_a_change_during_the_call_is_not_lost(self, world: World, toy: Toy) -> None:
        async def changed_meanwhile(services: Services, lease: Lease) -> Outcome:
            await want(world, "car-1")
            return Outcome()

        toy.steps = [changed_meanwhile]
        [task_id] = await want(world, "car-1")
        await work(world, toy.registry, task_id)
        task = state_of(world, task_id)
        assert (task["state"], task["wanted_rev"], task["done_rev"]) == ("pending", 2, 1)
        world.timed.waiting[:-1] = []
        await work(world, toy.registry, task_id)
        task = state_of(world, task_id)
        assert (task["state"], task["done_rev"], len(toy.leases)) == ("done", 2, 2)

    async def test_a_change_during_the_call_rings_at_once(self, world: World, toy: Toy) -> None:
        async def changed_meanwhile(services: Services, lease: Lease) -> Outcome:
            await want(world, "car-1")
            world.timed.waiting.clear()
            return Outcome()

        toy.steps = [changed_meanwhile]
        [task_id] = await want(world, "car-1")
        await work(world, toy.registry, task_id)
        assert [message.due <= world.clock.now() for message in world.timed.waiting] == [True]

    async def test_more_to_do_goes_on_at_once_each_step_settled(self, world: World, toy: Toy) -> None:
        [task_id] = await want(world, "car-1")
        world.timed.waiting.clear()
        states = []

        async def step(services: Services, lease: Lease) -> Outcome:
            task = state_of(world, task_id)
            held_s = round((parse_instant(str(task["leased_until"])) - services.clock.now()).total_seconds())
            states.append((task["state"], task["outcome"], task["done_rev"], task["attempts"], held_s))
            world.clock.forward(0.2)
            return Outcome((), f"Step {len(states)}.", more=len(states) < 3)

        toy.steps = [step, step, step]
        await work(world, toy.registry, task_id)
        assert states == [("running", None, 0, 1, 60), ("running", "Step 1.", 0, 1, 60), ("running", "Step 2.", 0, 1, 60)]
        task = state_of(world, task_id)
        assert (task["state"], task["outcome"], task["done_rev"], task["attempts"]) == ("done", "Step 3.", 1, 0)
        assert (task["lease_token"], task["leased_until"], world.timed.waiting) == (None, None, [])

    async def test_after_a_second_more_to_do_rings_anew(self, world: World, toy: Toy) -> None:
        async def step(services: Services, lease: Lease) -> Outcome:
            world.clock.forward(0.6)
            return Outcome(more=len(toy.steps) > 0)

        toy.steps = [step, step, step]
        [task_id] = await want(world, "car-1")
        world.timed.waiting.clear()
        await work(world, toy.registry, task_id)
        task = state_of(world, task_id)
        assert (task["state"], task["attempts"], task["lease_token"], len(toy.steps)) == ("pending", 0, None, 1)
        assert [message.due <= world.clock.now() for message in world.timed.waiting] == [True]
        await work(world, toy.registry, task_id)
        assert state_of(world, task_id)["state"] == "done"

    async def test_a_step_that_fails_is_tried_again_and_the_ones_before_stay_done(self, world: World, toy: Toy) -> None:
        toy.steps = [Outcome((), "Step 1.", more=True), Retryable("Not now.")]
        [task_id] = await want(world, "car-1")
        await work(world, toy.registry, task_id)
        task = state_of(world, task_id)
        assert (task["state"], task["attempts"], task["outcome"], task["error"]) == ("pending", 1, "Step 1.", "Not now.")

    async def test_a_change_during_a_step_that_goes_on_is_not_lost(self, world: World, toy: Toy) -> None:
        async def changed_meanwhile(services: Services, lease: Lease) -> Outcome:
            await want(world, "car-1")
            return Outcome(more=True)

        toy.steps = [changed_meanwhile, Outcome()]
        [task_id] = await want(world, "car-1")
        await work(world, toy.registry, task_id)
        task = state_of(world, task_id)
        assert (task["state"], task["wanted_rev"], task["done_rev"]) == ("done", 2, 2)

    async def test_success_wipes_the_failures_out(self, world: World, toy: Toy) -> None:
        toy.steps = [Retryable("Not now."), Outcome((), "Taken.")]
        [task_id] = await want(world, "car-1")
        await work(world, toy.registry, task_id)
        world.clock.forward(3600)
        await work(world, toy.registry, task_id)
        task = state_of(world, task_id)
        assert (task["state"], task["attempts"], task["error"], task["failing_since"]) == ("done", 0, None, None)
        assert (task["outcome"], task["lease_token"]) == ("Taken.", None)

    async def test_a_new_want_after_the_end_begins_anew(self, world: World, toy: Toy) -> None:
        [task_id] = await want(world, "car-1")
        await work(world, toy.registry, task_id)
        assert await want(world, "car-1") == [task_id]
        task = state_of(world, task_id)
        assert (task["state"], task["wanted_rev"], task["done_rev"]) == ("pending", 2, 1)

    async def test_a_change_revives_the_dead(self, world: World, toy: Toy) -> None:
        toy.steps = [Permanent("Refused.")]
        [task_id] = await want(world, "car-1")
        await work(world, toy.registry, task_id)
        assert state_of(world, task_id)["state"] == "dead"
        await want(world, "car-1")
        task = state_of(world, task_id)
        assert (task["state"], task["attempts"], task["interrupted"]) == ("pending", 0, 0)

    async def test_deadline_is_dropped_when_met(self, world: World, toy: Toy) -> None:
        [task_id] = await want(world, "car-1", deadline=world.later(3600))
        assert state_of(world, task_id)["deadline_at"] == world.later(3600 - 0.002)
        await work(world, toy.registry, task_id)
        assert state_of(world, task_id)["deadline_at"] is None


class TestCollisions:
    async def test_what_collides_with_another_change_is_tried_again_and_delays_nobody(self, world: World, toy: Toy) -> None:
        await enqueue.commit(world.services, [ADD_CUSTOMER], [])
        toy.steps = [Outcome((ADD_CUSTOMER,)), Outcome(), Outcome()]
        task_ids = await want(world, "car-1", "car-2")
        await work(world, toy.registry, *task_ids)
        collided, other = (state_of(world, task_id) for task_id in task_ids)
        assert (collided["state"], collided["interrupted"], other["state"]) == ("pending", 0, "done")
        world.clock.forward(60)
        await work(world, toy.registry, *task_ids)
        assert state_of(world, task_ids[0])["state"] == "done"
