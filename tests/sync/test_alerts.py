"""Alerts: what the dealer must know is told once when it begins and once when it is over."""

from __future__ import annotations

import pytest

from carlot.errors import AuthExpired, Permanent
from carlot.lot.alerts import MAX_BACKLOG
from carlot.partners.wayne_reeves.client import fetch_inventory
from carlot.platform.ports import Services
from carlot.store.tasks import Lease, Outcome
from support.simulated import BASE
from support.world import World
from sync.toys import Toy, want, work

DAY_S = 86_400


@pytest.fixture
def world() -> World:
    return World(settings={"ALERT_WEBHOOK_URL": f"{BASE}/alerts"})


def told(world: World) -> list[str]:
    return list(world.network.alerts._texts)


async def pass_minutes(world: World, count: int = 3) -> None:
    """Crons and deliveries; only alerts are worked on, so that what a test has set up stays."""
    for _ in range(count):
        world.clock.forward(60)
        await world.tick()
        for message in world.timed.due():
            if any(task["id"] in message.body for task in world.tasks(target="alerts")):
                await world._deliver([message], dead_letters=False)


async def dead(world: World, *subjects: str) -> list[str]:
    toy = Toy([Permanent("The partner refused the request (422).")] * len(subjects))
    task_ids = await want(world, *subjects)
    await work(world, toy.registry, *task_ids)
    world.timed.waiting.clear()
    return task_ids


class TestDead:
    async def test_told_once_and_once_when_it_is_over(self, world: World) -> None:
        task_ids = await dead(world, "car-1", "car-2")
        await pass_minutes(world, 5)
        sentence = (
            "CarLot: 2 sync task(s) with Wayne Reeves failed for good. See Integrations, Failed syncs. "
            "The partner refused the request (422)."
        )
        assert told(world) == [sentence]
        for task_id in task_ids:
            await world.call("POST", f"/api/integrations/tasks/{task_id}/discard")
        await pass_minutes(world, 5)
        assert told(world) == [sentence, f"Over: {sentence}"]

    async def test_it_begins_again(self, world: World) -> None:
        for count in (1, 2):
            [task_id] = await dead(world, "car-1")
            await pass_minutes(world)
            await world.call("POST", f"/api/integrations/tasks/{task_id}/discard")
            await pass_minutes(world)
            assert len(told(world)) == 2 * count
            assert told(world)[-1].startswith("Over: ")

    async def test_more_of_the_same_is_not_told_again(self, world: World) -> None:
        await dead(world, "car-1")
        await pass_minutes(world)
        await dead(world, "car-2", "car-3")
        await pass_minutes(world)
        assert len(told(world)) == 1

    async def test_what_began_and_ended_unsaid_stays_unsaid(self, world: World) -> None:
        [task_id] = await dead(world, "car-1")
        await world.tick()
        await world.call("POST", f"/api/integrations/tasks/{task_id}/discard")
        await world.tick()
        await pass_minutes(world)
        assert told(world) == []

    async def test_the_alert_address_being_away_is_no_alert_but_is_tried_again(self, world: World) -> None:
        world.network.faults("alerts", outage=True)
        await dead(world, "car-1")
        await pass_minutes(world, 20)
        assert told(world) == []
        world.network.faults("alerts")
        await pass_minutes(world, 20)
        assert len(told(world)) == 1


class TestRefusing:
    async def test_a_partner_that_needs_the_dealer(self, world: World) -> None:
        toy = Toy([AuthExpired("Wayne Reeves refused our credentials (401).")])
        [task_id] = await want(world, "car-1")
        await work(world, toy.registry, task_id)
        await pass_minutes(world)
        assert told(world) == ["CarLot: Wayne Reeves needs you. Wayne Reeves refused our credentials (401)."]

        async def ask(services: Services, lease: Lease) -> Outcome:
            await fetch_inventory(services.http, services.settings, services.clock.now())
            return Outcome()

        toy.steps = [ask]
        await world.call("POST", f"/api/integrations/tasks/{task_id}/retry")
        await work(world, toy.registry, task_id)
        await pass_minutes(world)
        assert told(world)[1:] == ["Over: CarLot: Wayne Reeves needs you. Wayne Reeves refused our credentials (401)."]

    async def test_an_unconfigured_partner_is_no_alarm(self, world: World) -> None:
        world.env["WAYNE_REEVES_API_KEY"] = None
        [task_id] = await want(world, "car-1")
        await work(world, Toy().registry, task_id)
        await pass_minutes(world)
        assert told(world) == []


class TestBacklog:
    async def test_too_many_messages(self, world: World) -> None:
        for _ in range(MAX_BACKLOG + 1):
            world.timed.put("null")
        await pass_minutes(world)
        [text] = told(world)
        assert text.startswith(f"CarLot: the queue is behind, {MAX_BACKLOG + 1} messages wait")
        world.timed.waiting.clear()
        await pass_minutes(world)
        assert told(world)[1:] == [f"Over: {text}"]

    async def test_an_old_message(self, world: World) -> None:
        world.timed.put("null")
        await pass_minutes(world, 10)
        assert told(world) == []
        await pass_minutes(world, 10)
        assert len(told(world)) == 1


class TestDeadlines:
    async def test_a_document_that_is_nearly_late(self, world: World) -> None:
        await world.pull()
        await world.sell("A1")
        await world.work()
        world.clock.forward(4 * DAY_S)
        await pass_minutes(world)
        assert told(world) == []
        world.clock.forward(DAY_S)
        await pass_minutes(world, 5)
        [text] = told(world)
        assert text.startswith(
            "CarLot: 1 task(s) with QuickBooks are close to their deadline or late; the first is due 2025-02-10"
        )
        await world.call("POST", f"/api/integrations/tasks/{world.task(kind='invoice')['id']}/discard")
        await pass_minutes(world)
        assert told(world)[1:] == [f"Over: {text}"]


async def test_without_an_address_nothing_is_kept_or_told() -> None:
    world = World()
    await dead(world, "car-1")
    await world.minutes(3)
    assert world.database.query("SELECT * FROM alerts") == []
    assert world.tasks(target="alerts") == []
