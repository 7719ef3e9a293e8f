"""A sale that is undone has no invoice that stands, whenever it is undone and whatever became of the invoice meanwhile."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from support.books import BooksWorld, connected
from support.lot import answer
from support.perils import Perils


async def posted(world: BooksWorld) -> dict[str, Any]:
    """A sale with its invoice."""
    sale = await world.sell("A1")
    await world.until_quiet()
    return sale


async def undone(world: BooksWorld) -> None:
    """Everything has come to its end, and no invoice stands."""
    await world.until_quiet()
    await world.minutes(1)
    await world.until_quiet()
    assert world.posted(state="standing") == []
    assert {task["state"] for task in world.tasks()} == {"done"}, world.tasks()
    world.check_books()


class TestVoid:
    async def test_an_invoice_is_voided_and_stays_in_the_books(self) -> None:
        world = await connected()
        sale = await posted(world)
        await world.void(sale["id"])
        await undone(world)
        (invoice,) = world.posted(state="voided")
        assert (invoice["doc_number"], invoice["total_cents"]) == (sale["docNumber"], 0)
        shown = answer(await world.call("GET", f"/api/sales/{sale['id']}"))
        assert (shown["state"], shown["invoiceId"], shown["balance"]) == ("voided", invoice["id"], 0.0)

    async def test_before_it_was_posted_nothing_is_sent(self) -> None:
        world = await connected()
        sale = await world.sell("A1")
        await world.void(sale["id"])
        await undone(world)
        assert world.calls("POST") == []

    async def test_the_car_is_sold_again_under_another_number(self) -> None:
        world = await connected()
        first = await posted(world)
        await world.void(first["id"])
        second = await world.sell("A1", 7100)
        await world.until_quiet()
        assert [line["doc_number"] for line in world.posted(state="standing")] == [second["docNumber"]]
        world.check_books()

    async def test_an_invoice_that_was_changed_meanwhile(self) -> None:
        world = await connected()
        sale = await posted(world)
        world.bookkeeper("edit", "Invoice", sale["docNumber"], amount_cents=123400)
        await world.void(sale["id"])
        await undone(world)

    @pytest.mark.parametrize("action", ["void", "delete"])
    async def test_an_invoice_that_is_gone_already(self, action: str) -> None:
        world = await connected()
        sale = await posted(world)
        world.bookkeeper(action, "Invoice", sale["docNumber"])
        await world.void(sale["id"])
        await undone(world)
        assert world.calls("POST", "/invoice")[1:] == []

    @pytest.mark.parametrize(
        "fault", ["status", "lost_answer", "stall", "truncate", "html", "error_body", "empty", "xml", "reset"]
    )
    @pytest.mark.parametrize("method", ["GET", "POST"])
    async def test_calls_that_fail(self, method: str, fault: str) -> None:
        world = await connected()
        sale = await posted(world)
        world.faults({"fault": fault, "method": method, "path": "/invoice*", "times": 2})
        await world.void(sale["id"])
        await undone(world)


class TestUnknownOutcome:
    """The sale is undone while nobody knows whether its invoice has arrived."""

    @pytest.mark.parametrize("requestid", ["honoured", "ignored"])
    @pytest.mark.parametrize("fault", ["lost_answer", "reset", "truncate"])
    async def test_it_is_looked_for_before_it_is_given_up(self, fault: str, requestid: str) -> None:
        world = await connected()
        world.knobs(requestid=requestid)
        world.faults({"fault": fault, "method": "POST", "path": "/invoice"})
        sale = await world.sell("A1")
        await world.work()
        await world.void(sale["id"])
        await undone(world)

    async def test_one_that_arrives_minutes_later_is_found(self) -> None:
        world = await connected()
        world.faults({"fault": "stall", "stall_before_work": True, "method": "POST", "path": "/invoice"})
        sale = await world.sell("A1")
        await world.work()
        await world.void(sale["id"])
        await world.minutes(5)
        await world.network.do_late_work()
        assert len(world.posted(state="standing")) == 1
        await undone(world)

    async def test_undone_while_the_invoice_is_on_its_way(self) -> None:
        """A worker stands still before each of its calls in turn, while the dealer undoes the sale."""
        for number in range(1, 60):
            world = await connected()
            sale = await world.sell("A1", customer={"name": "Erin Example"})
            slow = Perils(world.clock, pause_at=number)
            world.restart(slow)
            worker = asyncio.ensure_future(world.work())
            pause = asyncio.ensure_future(slow.paused.wait())
            await asyncio.wait({worker, pause}, return_when=asyncio.FIRST_COMPLETED)
            pause.cancel()
            world.restart()
            await world.void(sale["id"])
            slow.go_on.set()
            await worker
            await undone(world)
            if slow.calls < number:
                break
        assert 15 < number < 59
