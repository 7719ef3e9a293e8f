"""Each workflow is killed at each of its calls to the platform, before it and after it, and must end as if it had not been."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass

import pytest

from carlot.errors import DatabaseUnavailable
from support.lot import answer
from support.perils import Killed, Perils
from support.world import World
from sync.agreement import History, check_always, check_at_rest

SOLD = {"id": "evt_1", "event": "vehicle.sold", "sale": {"sale_price": 6300.0, "sale_date": "2025-02-01"}}
MOST_CALLS = 200


@dataclass(frozen=True)
class Workflow:
    """Something that goes on in several steps. `ask` is what somebody outside does, and does again when he got no answer."""

    name: str
    prepare: Callable[[World], Awaitable[None]]
    ask: Callable[[World], Awaitable[None]]
    check: Callable[[World], None]


async def pulled(world: World) -> None:
    assert await world.pull() == "completed"


async def sold(world: World) -> None:
    await pulled(world)
    await world.sell("A1")
    await world.until_quiet()


async def press_sell(world: World) -> None:
    entry = {"vehicleId": world.vehicle("A1")["id"], "salePrice": 6500, "saleDate": "2025-02-03", "customer": {"name": "Ann"}}
    assert (await world.call("POST", "/api/sales", entry)).status in (201, 409)


async def press_void(world: World) -> None:
    await world.void(world.database.query("SELECT id FROM sales")[0]["id"])


async def press_edit(world: World) -> None:
    await world.edit("A1", price=7001, description="One owner.")


async def sold_by_the_dms(world: World) -> None:
    await pulled(world)
    world.dms_sells("A1")


async def tell_sold(world: World) -> None:
    assert await world.told_by_dms({**SOLD, "vehicle": world.dms_record("A1")}) == 200


async def tell_a_tie(world: World) -> None:
    event = {"id": "evt_1", "event": "vehicle.updated", "vehicle": {**world.dms_record("A1"), "price": 1.0}}
    assert await world.told_by_dms(event) == 200


async def press_pull(world: World) -> None:
    world.network.dms.knobs.page_cap = 2
    assert (await world.call("POST", "/api/integrations/wayne-reeves/sync")).status == 202


async def failed_for_good(world: World) -> None:
    await pulled(world)
    world.network.faults(script=[{"fault": "status", "status": 422, "path": "/sales"}])
    await world.sell("A1")
    await world.work()
    world.network.faults()
    assert world.task(kind="sale")["state"] == "dead"


async def press_retry(world: World) -> None:
    response = await world.call("POST", f"/api/integrations/tasks/{world.task(kind='sale')['id']}/retry")
    assert response.status in (202, 409)


async def press_discard(world: World) -> None:
    response = await world.call("POST", f"/api/integrations/tasks/{world.tasks(kind='pull')[-1]['id']}/discard")
    assert response.status in (200, 409)


async def a_pull_that_dies(world: World) -> None:
    """A message that came to the dead letter queue, of a task that somebody took up and never put down."""
    await pulled(world)
    world.restart(Perils(world.clock, kill_at=6))
    await press_pull(world)
    with pytest.raises(Killed):
        await world.work()
    world.restart()
    world.clock.forward(61)
    world.timed.dead_letters, world.timed.waiting = world.timed.waiting, []


async def nothing(world: World) -> None:
    """The queue's own doing: nobody has to ask again."""


async def a_pull_that_waits(world: World) -> None:
    await pulled(world)
    await press_pull(world)


async def messages_lost(world: World) -> None:
    await pulled(world)
    await press_sell(world)
    await press_edit_of_another(world)
    world.timed.waiting.clear()
    world.clock.forward(60)


async def press_edit_of_another(world: World) -> None:
    await world.edit("A2", price=7002)


async def fire_the_cron(world: World) -> None:
    await world.tick()


def one_sale(world: World) -> None:
    [row] = world.database.query("SELECT id FROM sales")
    assert [sale["idempotency_key"] for sale in world.dms_sales(standing=False)] == [row["id"]]
    assert len(world.database.query("SELECT 1 FROM customers")) <= 1


def no_sale(world: World) -> None:
    assert world.dms_sales() == []
    assert len(world.dms_sales(standing=False)) == 1
    assert (world.vehicle("A1")["status"], world.dms_record("A1")["status"]) == ("available", "available")


def edited(world: World) -> None:
    assert (world.dms_record("A1")["price"], world.dms_record("A1")["description"]) == (7001.0, "One owner.")
    assert world.vehicle("A1")["edited_fields"] == "[]"


def one_sale_of_the_dms(world: World) -> None:
    [row] = world.database.query("SELECT sale_price_cents, origin FROM sales")
    assert row == {"sale_price_cents": 630_000, "origin": "dms"}
    assert world.network.heard("POST", "/sales") == []


def three_cars(world: World) -> None:
    assert len(world.database.query("SELECT 1 FROM vehicles")) == 3
    for run in world.database.query("SELECT id FROM import_runs WHERE status = 'completed'"):
        pages = world.database.query("SELECT page, seen FROM import_pages WHERE run_id = ? ORDER BY page", run["id"])
        assert [page["page"] for page in pages] == list(range(1, len(pages) + 1))
        assert sum(page["seen"] for page in pages) == 3


def both_arrived(world: World) -> None:
    one_sale(world)
    assert world.dms_record("A2")["price"] == 7002.0


WORKFLOWS = (
    Workflow("sale", pulled, press_sell, one_sale),
    Workflow("void", sold, press_void, no_sale),
    Workflow("edit", pulled, press_edit, edited),
    Workflow("webhook sold", sold_by_the_dms, tell_sold, one_sale_of_the_dms),
    Workflow("webhook that ties", pulled, tell_a_tie, three_cars),
    Workflow("import", nothing, press_pull, three_cars),
    Workflow("import again", pulled, press_pull, three_cars),
    Workflow("retry", failed_for_good, press_retry, one_sale),
    Workflow("discard", a_pull_that_waits, press_discard, three_cars),
    Workflow("bury", a_pull_that_dies, nothing, three_cars),
    Workflow("sweep", messages_lost, fire_the_cron, both_arrived),
)


async def crash(workflow: Workflow, number: int, *, after_effect: bool) -> bool:
    """Kill the workflow at its call of that number and recover; answer whether it had so many calls."""
    world, history = World(3), History()
    await workflow.prepare(world)
    history.prices |= {"A1": {700_100}, "A2": {700_200}}
    history.poisoned |= {row["subject_id"] for row in world.tasks() if row["kind"] == "pull" or row["state"] == "dead"}
    world.restart(Perils(world.clock, kill_at=number, after_effect=after_effect))
    try:
        await workflow.ask(world)
        await world.work()
    except Killed:
        world.restart()
        check_always(world, history)
        await workflow.ask(world)
        killed = True
    else:
        world.restart()
        killed = False
    await check_at_rest(world, history)
    workflow.check(world)
    return killed


@pytest.mark.parametrize("after_effect", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda workflow: workflow.name)
async def test_killed_at_every_call(workflow: Workflow, after_effect: bool) -> None:
    for number in range(1, MOST_CALLS):
        try:
            killed = await crash(workflow, number, after_effect=after_effect)
        except AssertionError as failure:
            raise AssertionError(f"{workflow.name}, killed at call {number}") from failure
        if not killed:
            break
    assert 2 < number < MOST_CALLS - 1


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda workflow: workflow.name)
async def test_the_database_is_locked_at_every_call(workflow: Workflow) -> None:
    """As often as a sender would try: the third attempt meets a database that answers again."""
    for number in range(1, MOST_CALLS):
        for after_effect in (False, True):
            world, history = World(3), History()
            await workflow.prepare(world)
            history.prices |= {"A1": {700_100}, "A2": {700_200}}
            history.poisoned |= {row["subject_id"] for row in world.tasks() if row["kind"] == "pull" or row["state"] == "dead"}
            world.restart(Perils(world.clock, locked={number: after_effect, number + 1: after_effect}))
            for _ in range(3):
                try:
                    await workflow.ask(world)
                except (DatabaseUnavailable, AssertionError):
                    continue
                break
            await world.work()
            calls = world.perils.calls
            world.restart()
            await check_at_rest(world, history)
            workflow.check(world)
        if calls < number:
            break


async def test_a_sale_is_there_in_full_or_not_at_all() -> None:
    """Between any two calls: a sale has its car sold and its tasks raised."""
    for number in range(1, 12):
        for after_effect in (False, True):
            world = World(1)
            await pulled(world)
            world.restart(Perils(world.clock, kill_at=number, after_effect=after_effect))
            with suppress(Killed):
                await press_sell(world)
            sales = world.database.query("SELECT id FROM sales")
            assert (world.vehicle("A1")["status"] == "sold") == bool(sales)
            assert len(world.tasks(kind="invoice")) == len(world.tasks(kind="sale")) == len(sales)


async def test_what_was_answered_is_kept() -> None:
    world = World(1)
    await pulled(world)
    entry = {"vehicleId": world.vehicle("A1")["id"], "salePrice": 6500, "saleDate": "2025-02-03"}
    sale = answer(await world.call("POST", "/api/sales", entry))
    world.timed.waiting.clear()
    world.restart()
    await world.until_quiet()
    assert [each["idempotency_key"] for each in world.dms_sales()] == [sale["id"]]
