"""Crons: the daily pull runs once in each of the dealer's days, whatever his clocks do; the sweep rings and releases."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from carlot import app
from carlot.engine.recovery import LIMIT
from carlot.partners.wayne_reeves import start
from carlot.partners.wayne_reeves.start import DAILY_HOUR
from carlot.platform.ports import Services
from carlot.task_kinds import CRONS
from support.lot import answer
from support.world import HOUR, World
from sync.toys import want

ZONES = {
    "America/New_York": ("2025-03-05", "2025-03-13", "spring forward at 2 on 9 March"),
    "America/Chicago": ("2025-10-29", "2025-11-06", "fall back at 2 on 2 November"),
    "Europe/London": ("2025-03-26", "2025-04-03", "spring forward at 1 on 30 March"),
    "Australia/Lord_Howe": ("2025-04-02", "2025-04-10", "half an hour back at 2 on 6 April"),
    "Africa/Cairo": ("2025-04-21", "2025-04-29", "spring forward at midnight on 25 April"),
    "Asia/Kathmandu": ("2025-05-01", "2025-05-05", "45 minutes off"),
    "Antarctica/Troll": ("2025-03-26", "2025-04-03", "two hours forward at 1 on 30 March"),
    "Pacific/Kiritimati": ("2025-05-01", "2025-05-05", "a day ahead of America"),
    "Nowhere/Unknown": ("2025-05-01", "2025-05-05", "counts as UTC"),
}


def started(world: World) -> list[str]:
    """The days that have a run."""
    return [row["day"] for row in world.database.query("SELECT DISTINCT day FROM import_runs ORDER BY day")]


def runs(world: World) -> int:
    return int(world.database.query("SELECT count(*) AS n FROM import_runs")[0]["n"])


async def hour(world: World, at: datetime) -> None:
    """The hourly cron, as Cloudflare fires it."""
    world.clock.time = at + timedelta(seconds=7)
    await app.handle_tick(HOUR, at, world.services)


def end_runs(world: World, status: str = "completed") -> None:
    world.database.query("UPDATE import_runs SET status = ?, finished_at = created_at WHERE finished_at IS NULL", status)


class TestDailyPull:
    @pytest.mark.parametrize("zone", ZONES)
    async def test_once_in_each_local_day(self, zone: str) -> None:
        """Hour by hour over the days on which the clocks change: no day without a pull, none with two."""
        first, last, _ = ZONES[zone]
        world = World(settings={"DEALER_TIMEZONE": zone})
        known = ZoneInfo(zone) if zone != "Nowhere/Unknown" else ZoneInfo("UTC")
        midnight = datetime.fromisoformat(first).replace(tzinfo=known).astimezone(UTC)
        at = midnight.replace(minute=0) + timedelta(hours=1)
        end = datetime.fromisoformat(last).replace(tzinfo=known)
        began: Counter[date] = Counter()
        while at < end:
            before = runs(world)
            await hour(world, at)
            if runs(world) > before:
                local = at.astimezone(known)
                assert local.hour in (DAILY_HOUR, DAILY_HOUR + 1)
                began[local.date()] += 1
            end_runs(world)
            at += timedelta(hours=1)
        days = (date.fromisoformat(last) - date.fromisoformat(first)).days
        assert sorted(began) == [date.fromisoformat(first) + timedelta(days=number) for number in range(days)]
        assert set(began.values()) == {1}

    @pytest.mark.parametrize("opens", [3, 6, 22])
    @pytest.mark.parametrize("zone", ["America/New_York", "America/Chicago", "Antarctica/Troll", "Asia/Kathmandu"])
    async def test_a_dms_that_opens_later_is_pulled_each_day(self, zone: str, opens: int) -> None:
        """Until its hour every run fails; then one is complete, and no other starts that day. The clocks change meanwhile."""
        first, last, _ = ZONES[zone]
        world = World(settings={"DEALER_TIMEZONE": zone})
        at = datetime.fromisoformat(first).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC).replace(minute=0) + timedelta(hours=1)
        end = datetime.fromisoformat(last).replace(tzinfo=ZoneInfo(zone))
        done: Counter[date] = Counter()
        while at < end:
            before = runs(world)
            await hour(world, at)
            local = at.astimezone(ZoneInfo(zone))
            if runs(world) > before:
                assert done[local.date()] == 0
                done[local.date()] += local.hour >= opens
                end_runs(world, "completed" if local.hour >= opens else "degraded")
            at += timedelta(hours=1)
        days = (date.fromisoformat(last) - date.fromisoformat(first)).days
        assert done == dict.fromkeys((date.fromisoformat(first) + timedelta(days=number) for number in range(days)), 1)

    @pytest.mark.parametrize("fault", [{"outage": True}, {"outage": "refuse"}], ids=str)
    async def test_an_outage_at_three_costs_no_day(self, world: World, fault: dict[str, Any]) -> None:
        """From 3:00 to 3:02 in New York, longer than a run tries."""
        world.network.faults(**fault)
        await hour(world, datetime(2025, 2, 3, 8, 0, tzinfo=UTC))
        await world.minutes(30)
        assert [row["status"] for row in world.database.query("SELECT status FROM import_runs")] == ["degraded"]
        world.network.faults()
        await hour(world, datetime(2025, 2, 3, 9, 0, tzinfo=UTC))
        await world.until_quiet()
        assert len(world.database.query("SELECT 1 FROM vehicles")) == 3
        count = runs(world)
        for later in range(10, 24):
            await hour(world, datetime(2025, 2, 3, later, 0, tzinfo=UTC))
            await world.until_quiet()
        assert (runs(world), count) == (2, 2)

    async def test_a_pull_before_the_hour_is_not_the_day_s(self, world: World) -> None:
        world.clock.time = datetime(2025, 2, 3, 6, 30, tzinfo=UTC)
        await world.pull()
        await hour(world, datetime(2025, 2, 3, 8, 0, tzinfo=UTC))
        assert runs(world) == 2

    async def test_a_worker_that_slept_through_the_hour_pulls_later_that_day(self, world: World) -> None:
        await hour(world, datetime(2025, 2, 3, 23, 0, tzinfo=UTC))
        assert (runs(world), started(world)) == (1, ["2025-02-03"])

    async def test_a_cron_that_fires_twice_starts_one(self, world: World) -> None:
        for _ in range(3):
            await hour(world, datetime(2025, 2, 3, 9, 0, tzinfo=UTC))
            end_runs(world)
        assert runs(world) == 1

    async def test_the_dealer_s_own_pull_at_that_time_is_the_day_s(self, world: World) -> None:
        assert (await world.call("POST", "/api/integrations/wayne-reeves/sync")).status == 202
        for _ in range(3):
            await hour(world, datetime(2025, 2, 3, 9, 0, tzinfo=UTC))
        assert (runs(world), started(world)) == (1, ["2025-02-03"])
        end_runs(world)
        await hour(world, datetime(2025, 2, 3, 10, 0, tzinfo=UTC))
        assert runs(world) == 1

    async def test_nothing_to_pull_from_is_no_run(self, world: World) -> None:
        world.env["WAYNE_REEVES_API_URL"] = None
        await hour(world, datetime(2025, 2, 3, 9, 0, tzinfo=UTC))
        assert (runs(world), started(world)) == (0, [])

    async def test_two_buttons_are_one_pull(self, world: World) -> None:
        told = [answer(await world.call("POST", "/api/integrations/wayne-reeves/sync")) for _ in range(3)]
        assert len({each["runId"] for each in told}) == 1
        assert runs(world) == 1
        await world.until_quiet()
        assert len(world.network.heard("GET", "/inventory")) == 1

    async def test_the_day_s_pull_brings_the_lot_in(self, world: World) -> None:
        await hour(world, datetime(2025, 2, 3, 9, 0, tzinfo=UTC))
        await world.until_quiet()
        assert world.database.query("SELECT started_by, status FROM import_runs") == [
            {"started_by": "cron", "status": "completed"}
        ]
        assert len(world.database.query("SELECT 1 FROM vehicles")) == 3

    async def test_a_step_that_fails_holds_up_no_other(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        async def broken(services: Services, at: datetime) -> None:
            raise RuntimeError("oops")

        monkeypatch.setitem(CRONS, HOUR, (broken, *CRONS[HOUR]))
        with pytest.raises(RuntimeError, match="oops"):
            await hour(world, datetime(2025, 2, 3, 9, 0, tzinfo=UTC))
        assert runs(world) == 1

    def test_it_is_due_in_the_dealer_s_night(self) -> None:
        assert start.DAILY_HOUR == 3


class TestSweep:
    async def test_it_wakes_many_in_parts(self, world: World) -> None:
        await want(world, *(f"car-{number}" for number in range(LIMIT + 200)))
        world.timed.waiting.clear()
        world.clock.forward(60)
        await world.tick()
        assert len(world.timed.waiting) == LIMIT
        await world.tick()
        assert len({message.body for message in world.timed.waiting}) == LIMIT + 200

    async def test_it_leaves_alone_what_waits_for_its_time(self, world: World) -> None:
        [task_id] = await want(world, "car-1")
        world.timed.waiting.clear()
        world.database.query("UPDATE sync_tasks SET wake_due_at = ?", world.later(3600))
        await world.minutes(5)
        assert world.task(id=task_id)["state"] == "pending"

    async def test_it_calls_no_partner(self, world: World) -> None:
        await world.pull()
        await world.sell("A1")
        heard = len(world.network.heard())
        world.clock.forward(60)
        for cron in ("* * * * *", "0 * * * *"):
            await world.tick(cron)
        assert len(world.network.heard()) == heard

    async def test_an_unknown_cron_does_nothing(self, world: World) -> None:
        await world.tick("5 4 * * *")
        assert world.perils.calls == 0
