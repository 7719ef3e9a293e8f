"""When a document is sent: 30 seconds after a sale made here, and never when it is dated before the books begin."""

from __future__ import annotations

import pytest

from support.books import BooksWorld, connected
from support.lot import answer
from support.world import World


async def sell_now(world: BooksWorld, stock_number: str) -> str:
    """Sell a car here; answer the sale's id before its invoice may be sent."""
    sale = await World.sell(world, stock_number)
    return str(sale["id"])


class TestUndo:
    async def test_the_invoice_waits_30_seconds(self) -> None:
        world = await connected()
        before = len(world.calls())
        await sell_now(world, "A1")
        await world.work()
        world.clock.forward(29)
        await world.work()
        assert len(world.calls()) == before
        await world.minutes(1)
        world.check_books()
        assert len(world.posted()) == 1

    async def test_the_button_does_not_make_it_faster(self) -> None:
        world = await connected()
        await sell_now(world, "A1")
        await world.call("POST", "/api/integrations/quickbooks/sync")
        await world.work()
        assert world.posted() == []

    async def test_an_undo_in_that_time_leaves_nothing_there_and_asks_for_nothing(self) -> None:
        world = await connected()
        before = len(world.calls())
        sale = await sell_now(world, "A1")
        assert world.vehicle("A1")["status"] == "sold"
        await world.work()
        world.clock.forward(20)
        await world.void(sale)
        await world.until_quiet()
        assert len(world.calls()) == before
        assert world.vehicle("A1")["status"] == "available"
        assert world.task(target="quickbooks")["outcome"] == "It is not in QuickBooks."

    async def test_without_a_connection_it_waits_for_nobody(self) -> None:
        world = BooksWorld()
        await world.pull()
        sale = await sell_now(world, "A1")
        await world.void(sale)
        await world.until_quiet()
        assert world.task(target="quickbooks")["state"] == "done"

    async def test_a_sale_that_the_dms_reports_need_not_wait(self) -> None:
        world = await connected()
        await world.told_by_dms(world.dms_sells("A1"))
        await world.work()
        assert len(world.posted()) == 1

    async def test_undone_after_a_backup_was_put_back_it_is_voided(self) -> None:
        """The database does not know that the invoice was sent."""
        world = await connected()
        sale = await world.sell("A1")
        await world.until_quiet()
        world.database.connection.execute("UPDATE sales SET invoice_id = NULL, books_tried_at = NULL, books_realm_id = NULL")
        await world.void(sale["id"])
        await world.until_quiet()
        assert [line["state"] for line in world.posted()] == ["voided"]


class TestStartDate:
    async def test_what_is_dated_before_it_is_never_posted_and_says_so(self) -> None:
        world = await connected(settings={"QUICKBOOKS_START_DATE": "2025-02-01"})
        early = await world.sell("A1", saleDate="2025-01-31")
        await world.sell("A2", saleDate="2025-02-01")
        work = await world.spend("A1", serviceDate="2025-01-31")
        await world.until_quiet()
        answered = await world.call("POST", "/api/integrations/quickbooks/sync")
        await world.until_quiet()
        assert answer(answered)["queued"] == 0
        assert [line["date"] for line in world.posted()] == ["2025-02-01"]
        assert world.posted("Purchase") == []
        shown = answer(await world.call("GET", f"/api/sales/{early['id']}"))
        assert shown["state"] == "pending"
        assert "before Feb 1, 2025, when posting to QuickBooks begins" in shown["booksNote"]
        assert "before Feb 1, 2025" in world.record(work["id"])["books_note"]
        assert {task["state"] for task in world.tasks(target="quickbooks")} == {"done"}

    async def test_without_it_everything_is_posted_and_the_note_goes(self) -> None:
        world = await connected(settings={"QUICKBOOKS_START_DATE": "2025-02-01"})
        early = await world.sell("A1", saleDate="2025-01-31")
        await world.until_quiet()
        world.env["QUICKBOOKS_START_DATE"] = ""
        await world.call("POST", "/api/integrations/quickbooks/sync")
        await world.until_quiet()
        world.check_books()
        assert world.sale(early["id"])["books_note"] is None

    @pytest.mark.parametrize("given", ["01/31/2025", "soon"])
    async def test_a_text_that_is_no_day_posts_nothing_and_is_named(self, given: str) -> None:
        world = await connected(settings={"QUICKBOOKS_START_DATE": given})
        await world.sell("A1")
        await world.minutes(2)
        assert f"QUICKBOOKS_START_DATE is “{given}”" in world.task(target="quickbooks")["error"]
        assert world.posted() == []
