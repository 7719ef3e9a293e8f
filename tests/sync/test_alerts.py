"""Alerts: what the dealer must know is told once when it begins and once when it is over."""

from __future__ import annotations

from datetime import datetime
from itertools import pairwise

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
        sentence = "CarLot: 2 syncs with Wayne Reeves failed. See Needs you. The partner refused the request (422)."
        assert told(world) == [sentence]
        for task_id in task_ids:
            await world.call("POST", f"/api/integrations/tasks/{task_id}/discard")
        await pass_minutes(world, 5)
        assert told(world) == [sentence, f"Resolved: {sentence}"]

    async def test_it_begins_again(self, world: World) -> None:
        for count in (1, 2):
            [task_id] = await dead(world, "car-1")
            await pass_minutes(world)
            await world.call("POST", f"/api/integrations/tasks/{task_id}/discard")
            await pass_minutes(world)
            assert len(told(world)) == 2 * count
            assert told(world)[-1].startswith("Resolved: ")

    async def test_a_new_failure_is_told_while_an_older_one_is_open(self, world: World) -> None:
        first = await dead(world, "car-1")
        await pass_minutes(world, 10)
        assert len(told(world)) == 1
        second = await dead(world, "car-2", "car-3")
        await pass_minutes(world, 10)
        assert [text[:22] for text in told(world)] == ["CarLot: 1 sync with Wa", "CarLot: 3 syncs with W"]
        # One less is nothing new; the end is told once.
        for task_id in (*first, *second):
            await world.call("POST", f"/api/integrations/tasks/{task_id}/discard")
            await pass_minutes(world)
        assert [text.startswith("Resolved: ") for text in told(world)] == [False, False, True]

    async def test_what_grew_and_ended_before_that_was_sent_still_ends(self, world: World) -> None:
        task_ids = await dead(world, "car-1")
        await pass_minutes(world)
        task_ids += await dead(world, "car-2")
        await world.tick()
        for task_id in task_ids:
            await world.call("POST", f"/api/integrations/tasks/{task_id}/discard")
        await world.tick()
        await pass_minutes(world)
        assert len(told(world)) == 2
        assert told(world)[1].startswith("Resolved: ")

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
        toy = Toy([AuthExpired("Wayne Reeves rejected the API key (401).")] * 2)
        [task_id] = await want(world, "car-1")
        for _ in toy.steps[:]:
            await work(world, toy.registry, task_id)
            world.clock.forward(30)
        await pass_minutes(world)
        assert told(world) == ["CarLot: Wayne Reeves needs you. Wayne Reeves rejected the API key (401)."]

        async def ask(services: Services, lease: Lease) -> Outcome:
            await fetch_inventory(services.http, services.settings, services.clock.now())
            return Outcome()

        toy.steps = [ask]
        await world.call("POST", f"/api/integrations/tasks/{task_id}/retry")
        await work(world, toy.registry, task_id)
        await pass_minutes(world)
        assert told(world)[1:] == ["Resolved: CarLot: Wayne Reeves needs you. Wayne Reeves rejected the API key (401)."]

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
        assert text.startswith(f"CarLot: syncs are running late: {MAX_BACKLOG + 1:,} messages waiting")
        world.timed.waiting.clear()
        await pass_minutes(world)
        assert told(world)[1:] == [f"Resolved: {text}"]

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
        assert text == "CarLot: 1 item for QuickBooks due soon or late, the first on Feb 10 at 5:30 AM. See Integrations."
        await world.call("POST", f"/api/integrations/tasks/{world.task(kind='invoice')['id']}/discard")
        await pass_minutes(world)
        assert told(world)[1:] == [f"Resolved: {text}"]


class TestOverdue:
    async def test_a_reminder_each_morning_until_it_is_done(self, world: World) -> None:
        """Due at 10:30 on the 10th; eight in the morning in New York is 13:00 UTC."""
        await world.pull()
        await world.sell("A1")
        await world.work()
        overdue: list[datetime] = []
        for _ in range(24 * 11):
            world.clock.forward(3600 - 60)
            heard = len([text for text in told(world) if text.startswith("CarLot: overdue")])
            await pass_minutes(world, 1)
            await pass_minutes(world, 1)
            if len([text for text in told(world) if text.startswith("CarLot: overdue")]) > heard:
                overdue.append(world.clock.now())
        assert [at.day for at in overdue] == [10, 10, 11, 12, 13, 14]
        assert all(13 <= at.hour <= 14 for at in overdue[1:])
        await world.call("POST", f"/api/integrations/tasks/{world.task(kind='invoice')['id']}/discard")
        await pass_minutes(world)
        texts = [text for text in told(world) if "overdue" in text]
        assert texts[-1] == f"Resolved: {texts[-2]}"
        assert "overdue: 1 invoice." in texts[0]
        assert "Feb 10 at 5:30 AM" in texts[0]


class TestHeartbeat:
    @pytest.fixture
    def world(self) -> World:
        return World(settings={"ALERT_HEARTBEAT_URL": f"{BASE}/alerts/heartbeat"})

    async def test_it_comes_every_five_minutes_by_the_queue(self, world: World) -> None:
        await world.tick()
        assert world.network.heard("GET", partner="alerts") == [], "a cron calls nobody"
        at = []
        for _ in range(60):
            before = len(world.network.heard("GET", partner="alerts"))
            await world.minutes(1)
            if len(world.network.heard("GET", partner="alerts")) > before:
                at.append(world.clock.now())
        gaps = [(later - earlier).total_seconds() for earlier, later in pairwise(at)]
        assert len(at) == 12
        assert all(299 <= gap <= 301 for gap in gaps), gaps

    async def test_no_crons_no_heartbeat(self, world: World) -> None:
        await world.minutes(1)
        heard = len(world.network.heard("GET", partner="alerts"))
        for _ in range(30):
            world.clock.forward(60)
            await world.work()
        assert len(world.network.heard("GET", partner="alerts")) == heard

    async def test_an_outage_of_the_watcher_is_over_when_it_is_over(self, world: World) -> None:
        world.network.faults("alerts", outage=True)
        await world.minutes(300)
        assert world.task(target="heartbeat")["state"] == "pending"
        world.network.faults("alerts")
        heard = len(world.network.heard("GET", partner="alerts"))
        await world.minutes(10)
        assert len(world.network.heard("GET", partner="alerts")) > heard

    async def test_a_wrong_address_is_one_failed_task(self, world: World) -> None:
        world.network.faults("alerts", script=[{"fault": "status", "status": 404, "method": "GET", "times": 1000}])
        await world.minutes(60)
        assert world.task(target="heartbeat")["state"] == "dead"
        assert len(world.network.heard("GET", partner="alerts")) == 1
        assert "alerts" not in world.task(target="heartbeat")["error"]

    async def test_without_the_setting_there_is_none(self) -> None:
        world = World()
        await world.minutes(6)
        assert world.tasks(target="heartbeat") == []


async def test_without_an_address_nothing_is_kept_or_told() -> None:
    world = World()
    await dead(world, "car-1")
    await world.minutes(3)
    assert world.database.query("SELECT * FROM alerts") == []
    assert world.tasks(target="alerts") == []


class TestWhatATextMayHold:
    async def test_no_customer_and_no_markup(self, world: World) -> None:
        """An alert goes to a chat that others read, and that reads markup in what it gets."""
        await world.pull()
        customer = {"name": "Ann <!channel> Lee", "email": "ann@example.test", "phone": "555-010-0100"}
        await world.sell("A1", customer=customer)
        markup = "*See* <https://evil.test|this> @here `x` ~y~"
        error = f"QuickBooks has too many named {customer['name']} ({customer['email']}). {markup}"
        world.database.query("UPDATE sync_tasks SET state = 'dead', error = ? WHERE kind = 'invoice'", error)
        await pass_minutes(world)
        [text] = [each for each in told(world) if "QuickBooks" in each]
        assert not [part for part in ("Ann", "Lee", "ann", customer["phone"]) if part in text]
        assert not set("<>@`*~|&") & set(text)
        assert "too many named" in text
