"""The program killed, or its platform failing, at each call that a pull makes: no vehicle is skipped, none is doubled."""

from __future__ import annotations

from typing import Any

import pytest

from carlot.errors import DatabaseUnavailable
from simulators.wayne_reeves.knobs import Knobs
from support.lot import answer, car
from support.perils import Killed, Perils
from support.world import World

CARS = 7
PAGES = 4
KINDS = ("killed before", "killed after", "failed before", "failed after")


def world_before() -> World:
    """A lot of seven cars in four pages."""
    world = World([car(number) for number in range(CARS)])
    world.network.dms.knobs = Knobs(page_cap=2)
    return world


async def world_with_news() -> World:
    """The same after two pulls: A6 is gone since the second, and A1 has a new price now."""
    world = world_before()
    assert await world.pull() == "completed"
    world.network.dms.lot.remove("A6")
    assert await world.pull() == "completed"
    world.network.dms.lot.upsert(car(1, price=5))
    return world


def peril(world: World, kind: str, call: int) -> Perils:
    """What befalls one call: the program is killed, or the platform fails; before it takes effect, or after."""
    after = kind.endswith("after")
    if kind.startswith("killed"):
        return Perils(world.clock, kill_at=call, after_effect=after)
    return Perils(world.clock, locked={call: after})


async def press(world: World) -> None:
    """The button; the dealer tries again where it did not work."""
    await world.call("POST", "/api/integrations/wayne-reeves/sync")


async def live(world: World, perils: Perils, *, keep_queue: bool = True) -> None:
    """One life under perils, from the button on, and then one without, which begins with whatever was left."""
    before = len(world.database.query("SELECT id FROM import_runs"))
    world.restart(perils)
    try:
        await press(world)
        await world.until_quiet()
    except (Killed, DatabaseUnavailable):  # A cron that finds no database fails, and comes again in a minute.
        if not keep_queue:
            world.timed.waiting.clear()
    world.restart()
    if len(world.database.query("SELECT id FROM import_runs")) == before:
        await press(world)
    await world.until_quiet()


def last_run(world: World) -> dict[str, Any]:
    """The last run, with the sums over its pages."""
    return world.database.query(
        """SELECT run.status, run.removed, count(*) AS pages, sum(seen) AS seen, sum(created) AS created, sum(updated) AS updated,
        sum(unchanged) AS unchanged FROM import_runs run JOIN import_pages ON run_id = run.id
        GROUP BY run.id ORDER BY run.created_at DESC LIMIT 1"""
    )[0]


def cars(world: World) -> dict[str, tuple[str, int, int]]:
    """Every car by stock number: state, version, price in cents."""
    rows = world.database.query("SELECT * FROM vehicles")
    found = {row["external_dms_id"]: (row["status"], row["version"], row["price_cents"]) for row in rows}
    assert len(found) == len(rows)
    return found


async def calls_of_a_pull(world: World) -> range:
    """The numbers of the calls to the platform that a pull makes which nothing befalls."""
    world.restart()
    await press(world)
    await world.until_quiet()
    return range(1, world.perils.calls + 1)


@pytest.mark.parametrize("keep_queue", [True, False], ids=["queue kept", "queue lost"])
@pytest.mark.parametrize("kind", KINDS)
async def test_at_each_call_of_a_first_pull(kind: str, keep_queue: bool) -> None:
    for call in await calls_of_a_pull(world_before()):
        world = world_before()
        await live(world, peril(world, kind, call), keep_queue=keep_queue)
        sums = {"status": "completed", "removed": 0, "pages": PAGES, "seen": CARS, "created": CARS, "updated": 0, "unchanged": 0}
        assert last_run(world) == sums, call
        assert cars(world) == {f"A{number}": ("available", 1, 699500) for number in range(CARS)}, call
        assert len(world.database.query("SELECT id FROM import_runs")) == 1
        assert {task["state"] for task in world.tasks()} == {"done"}


@pytest.mark.parametrize("kind", KINDS)
async def test_at_each_call_of_a_pull_that_changes_and_removes(kind: str) -> None:
    for call in await calls_of_a_pull(await world_with_news()):
        world = await world_with_news()
        await live(world, peril(world, kind, call))
        sums = {"status": "completed", "removed": 1, "pages": 3, "seen": 6, "created": 0, "updated": 1, "unchanged": 5}
        assert last_run(world) == sums, call
        expected = {f"A{number}": ("available", 1, 699500) for number in range(CARS)}
        assert cars(world) == {**expected, "A1": ("available", 2, 500), "A6": ("archived", 2, 699500)}, call


@pytest.mark.parametrize("length", range(6, 20))
async def test_life_after_life_cut_short(length: int) -> None:
    """Every life ends after so many calls. As long as each gets a page in, the pull ends."""
    world = world_before()
    await press(world)
    lives = 0
    while last_status(world) in ("queued", "running") and lives < 100:
        world.restart(Perils(world.clock, kill_at=length, after_effect=bool(lives % 2)))
        lives += 1
        try:
            await world.until_quiet()
        except Killed:
            world.clock.forward(60)
    world.restart()
    await world.until_quiet()
    assert lives > 1
    if length >= 15:  # Time for the cron's look, the lease and a whole page.
        assert last_run(world)["status"] == "completed"
    # A pull that kills its worker again and again is given up, with its reason; what was in stays in, once.
    run = answer(await world.call("GET", "/api/integrations/runs"))["runs"][0]
    assert run["status"] in ("completed", "degraded")
    assert run["status"] == "completed" or "interrupted" in run["message"]
    assert run["created"] == run["seen"] == len(cars(world))
    assert {version for _, version, _ in cars(world).values()} <= {1}


def last_status(world: World) -> str:
    """The state of the last run."""
    return str(world.database.query("SELECT status FROM import_runs ORDER BY created_at DESC LIMIT 1")[0]["status"])
