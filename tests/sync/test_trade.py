"""Deals that fall through: a car of a DMS's sale that the DMS shows as available later is on the lot; paid money is asked."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from partners.quickbooks.test_corrections import reply, the_question
from partners.quickbooks.test_payments import pay
from support.books import BooksWorld, connected
from support.lot import car
from support.perils import Perils
from support.world import World
from sync.test_events import event, sale, tell
from sync.test_questions import audit_sales, lot_of_three, questions, status

SOLD = "2025-02-01T09:00:00Z"
LATER = "2025-02-01T10:00:00Z"
LATEST = "2025-02-01T11:00:00Z"


async def shows(world: World, number: int = 1, **changed: Any) -> None:
    """The DMS shows a car so, and its inventory is pulled."""
    world.network.dms.lot.upsert(car(number, **changed))
    await world.pull()


class TestFallThrough:
    @pytest.mark.parametrize("told", ["event with its sale", "event", "pull"])
    @pytest.mark.parametrize("undone", ["event", "pull"])
    async def test_the_car_is_on_the_lot_and_the_sale_is_void(self, told: str, undone: str) -> None:
        world = await lot_of_three()
        if told == "pull":
            await shows(world, status="sold", updated_at=SOLD)
        else:
            await tell(world, event("sold", updated_at=SOLD, sale=sale() if "sale" in told else ...))
        assert status(world) == "sold"
        if undone == "pull":
            await shows(world, status="available", updated_at=LATER)
        else:
            await tell(world, event("updated", event_id="later", status="available", updated_at=LATER))
        assert status(world) == "available"
        assert [state for _, state in audit_sales(world)] == ["voided"]
        assert await questions(world) == []

    @pytest.mark.parametrize("at", ["2025-02-01T08:59:00Z", SOLD])
    async def test_nothing_that_is_not_later_re_lists_it(self, at: str) -> None:
        world = await lot_of_three()
        await tell(world, event("sold", updated_at=SOLD, sale=sale()))
        await tell(world, event("updated", event_id="stale", status="available", updated_at=at, price=5000.0))
        await shows(world, status="available", updated_at=at, price=5001.0)
        assert status(world) == "sold"

    async def test_a_record_that_tells_no_status_re_lists_nothing(self) -> None:
        world = await lot_of_three()
        await tell(world, event("sold", updated_at=SOLD, sale=sale()))
        await tell(world, event("updated", event_id="later", status=..., updated_at=LATER))
        assert status(world) == "sold"

    async def test_a_sale_made_here_is_not_undone_by_the_dms(self) -> None:
        world = await lot_of_three()
        await world.sell("A1")
        await world.until_quiet()
        await shows(world, status="available", updated_at=world.later(3600))
        assert status(world) == "sold"

    async def test_it_can_be_sold_again_by_either(self) -> None:
        world = await lot_of_three()
        await tell(world, event("sold", updated_at=SOLD, sale=sale()))
        await shows(world, status="available", updated_at=LATER)
        await shows(world, status="sold", updated_at=LATEST)
        assert status(world) == "sold"
        assert sorted(state for _, state in audit_sales(world)) == ["asked", "voided"]

    async def test_an_old_sale_told_late_gives_way_to_the_next_pull(self) -> None:
        world = await lot_of_three()
        await shows(world, status="available", updated_at=LATER)
        await tell(world, event("sold", updated_at=SOLD, sale=sale()))
        assert status(world) == "sold"
        await world.pull()
        assert status(world) == "available"

    @pytest.mark.parametrize("seed", range(6))
    async def test_so_it_does_when_a_pull_comes_between_the_event_and_its_effect(self, seed: int) -> None:
        world = await lot_of_three()
        world.network.dms.lot.upsert(car(1, status="available", updated_at=LATER))
        await world.call("POST", "/api/integrations/wayne-reeves/sync")
        assert await world.told_by_dms(event("sold", updated_at=SOLD, sale=sale())) == 200
        world.restart(Perils(world.clock, interleave=Random(seed)))
        await world.until_quiet()
        for _ in range(2):
            await world.pull()
        assert (status(world), [state for _, state in audit_sales(world)]) == ("available", ["voided"])


class TestUndoneHereFirst:
    @pytest.mark.parametrize("sale_id", [None, "S-1"])
    async def test_the_dms_undoes_it_a_day_later(self, sale_id: str | None) -> None:
        world = await lot_of_three()
        told = sale() if sale_id is None else sale(sale_id=sale_id)
        await tell(world, event("sold", updated_at=SOLD, sale=told))
        await world.void(str(world.database.query("SELECT id FROM sales")[0]["id"]))
        await world.until_quiet()
        await shows(world, status="sold", updated_at=SOLD, price=5000.0)
        await world.pull()
        assert (status(world), await questions(world)) == ("available", [])
        await shows(world, status="available", updated_at=LATER)
        assert (status(world), [state for _, state in audit_sales(world)]) == ("available", ["voided"])
        await shows(world, status="sold", updated_at=LATEST)
        assert status(world) == "sold"


class TestInTheBooks:
    async def sold(self) -> BooksWorld:
        world = await connected()
        await tell(world, event("sold", updated_at=SOLD, sale=sale()))
        world.clock.forward(60)
        await world.until_quiet()
        world.check_books()
        return world

    async def test_an_unpaid_invoice_is_voided(self) -> None:
        world = await self.sold()
        await shows(world, status="available", updated_at=LATER)
        assert [line["state"] for line in world.posted()] == ["voided"]

    @pytest.mark.parametrize(("choice", "left"), [("void", []), ("leave", [630_000])])
    async def test_one_that_was_paid_without_our_knowledge_is_asked(self, choice: str, left: list[int]) -> None:
        world = await self.sold()
        pay(world, world.database.query("SELECT invoice_id FROM sales")[0]["invoice_id"], 100_000)
        await shows(world, status="available", updated_at=LATER)
        question = await the_question(world)
        assert (status(world), question["kind"], [line["state"] for line in world.posted()]) == (
            "available",
            "invoice_paid",
            ["standing"],
        )
        assert "voided by the DMS, but $1,000.00 has been paid on its invoice" in question["text"]
        await reply(world, choice)
        await shows(world, status="available", updated_at=LATEST, price=5000.0)
        assert [line["total_cents"] for line in world.posted(state="standing")] == left
        assert (await questions(world), world.tasks(state="dead")) == ([], [])
        world.check_books()

    async def test_an_invoice_that_is_being_sent_meanwhile_is_looked_at_again(self) -> None:
        """Its worker has read the sale that stood, and has not noted yet that it sends the invoice."""
        world = await connected()
        assert (await world.call("POST", "/api/integrations/partners/quickbooks/pause")).status == 204
        await tell(world, event("sold", updated_at=SOLD, sale=sale()))
        taken_up = "UPDATE sync_tasks SET state = 'running', leased_until = ? WHERE kind = 'invoice' RETURNING id"
        assert world.database.query(taken_up, world.later(60))
        world.network.dms.lot.upsert(car(1, status="available", updated_at=LATER))
        await world.call("POST", "/api/integrations/wayne-reeves/sync")
        await world.work()
        task = world.task(kind="invoice")
        assert (status(world), task["state"], task["wanted_rev"]) == ("available", "running", 2)

    async def paid(self) -> BooksWorld:
        world = await self.sold()
        [row] = world.database.query("SELECT id, invoice_id FROM sales")
        pay(world, row["invoice_id"])
        await world.call("POST", "/api/integrations/quickbooks/sync")
        world.clock.forward(86400)
        await world.tick("0 * * * *")
        await world.until_quiet()
        assert audit_sales(world) == [(630_000, "paid")]
        await shows(world, status="available", updated_at=LATER)
        assert (status(world), (await the_question(world))["kind"]) == ("sold", "sale_undone")
        return world

    async def test_of_a_paid_one_it_is_asked(self) -> None:
        world = await self.paid()
        await reply(world, "void")
        assert (status(world), audit_sales(world)) == ("available", [(630_000, "voided")])

    async def test_kept_it_is_ours(self) -> None:
        world = await self.paid()
        await reply(world, "keep")
        await shows(world, status="available", updated_at=LATEST, price=5000.0)
        assert (status(world), await questions(world)) == ("sold", [])

    async def test_sold_again_there_it_is_no_question(self) -> None:
        world = await self.paid()
        await shows(world, status="sold", updated_at=LATEST)
        assert (status(world), await questions(world)) == ("sold", [])
