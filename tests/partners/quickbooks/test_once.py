"""What is in the books already is not sent again: each document is asked for by its number first, whatever the database knows."""

from __future__ import annotations

import pytest

from support.books import BooksWorld, connected
from support.platform import SqliteDatabase


def copy(world: BooksWorld) -> SqliteDatabase:
    """A backup of the database."""
    kept = SqliteDatabase()
    world.database.connection.backup(kept.connection)
    return kept


def put_back(world: BooksWorld, kept: SqliteDatabase) -> None:
    """The database is as it was, as after `make restore` or Time Travel; the books are not."""
    kept.connection.backup(world.database.connection)


class TestPutBack:
    @pytest.mark.parametrize("duplicates", ["6140", "allowed"])
    @pytest.mark.parametrize("count", [1, 3])
    async def test_nothing_is_posted_twice(self, count: int, duplicates: str) -> None:
        world = await connected()
        world.knobs(requestid="ignored", duplicate_document=duplicates)
        for number in range(1, count + 1):
            await world.sell(f"A{number}", customer={"name": f"Buyer {number}"})
            await world.spend(f"A{number}", vendor="Corner Glass")
        kept = copy(world)
        await world.until_quiet()
        put_back(world, kept)
        await world.until_quiet()
        world.check_books()
        assert len(world.posted()) == len(world.posted("Purchase")) == count
        assert world.names("Customer").count("Buyer 1") == 1

    async def test_from_before_a_void_it_is_found_and_seen_to_be_void(self) -> None:
        world = await connected()
        sale = await world.sell("A1")
        kept = copy(world)
        await world.until_quiet()
        await world.void(sale["id"])
        await world.until_quiet()
        put_back(world, kept)
        await world.until_quiet()
        assert [line["state"] for line in world.posted()] == ["voided"]
        assert world.sale(sale["id"])["invoice_id"] == world.posted()[0]["id"]

    async def test_one_of_several_that_is_there_does_not_hold_up_the_others(self) -> None:
        world = await connected()
        first = await world.sell("A1")
        kept = copy(world)
        await world.until_quiet()
        put_back(world, kept)
        for stock in ("A2", "A3"):
            await world.sell(stock)
        await world.until_quiet()
        world.check_books()
        assert len(world.posted()) == 3
        assert world.sale(first["id"])["invoice_id"]

    async def test_a_number_that_somebody_else_has_used_is_the_dealer_s_matter(self) -> None:
        world = await connected()
        sales = [await world.sell(stock) for stock in ("A1", "A2")]
        world.database.connection.execute("UPDATE sales SET doc_number = 'R-1' WHERE id = ?", (sales[0]["id"],))
        line = {"Amount": 5, "DetailType": "SalesItemLineDetail", "SalesItemLineDetail": {"ItemRef": {"value": "1"}}}
        world.add("Invoice", DocNumber="R-1", PrivateNote="Somebody's", CustomerRef={"value": "1"}, Line=[line])
        await world.until_quiet()
        task = world.task(target="quickbooks", subject_id=sales[0]["id"])
        assert (task["state"], "another invoice with the number R-1" in task["error"]) == ("dead", True)
        assert world.sale(sales[1]["id"])["invoice_id"]


class TestCalls:
    async def test_one_query_asks_for_the_whole_batch(self) -> None:
        world = await connected(30)
        for number in range(1, 31):
            await world.sell(f"A{number}")
        await world.until_quiet()
        world.check_books()
        batches = len(world.calls("POST", "/batch"))
        asked = [call["query"]["query"] for call in world.calls("GET", "/query") if "DocNumber" in call["query"]["query"]]
        assert len(asked) == batches <= 3
        assert sum(query.count("CL-S-") for query in asked) == 30


class TestRequestIds:
    @pytest.mark.parametrize("path", ["/invoice", "/batch"])
    async def test_a_refused_document_goes_under_a_new_one(self, path: str) -> None:
        world = await connected()
        world.knobs(books_closed_until="2025-02-28")
        for stock in ("A1", "A2") if path == "/batch" else ("A1",):
            await world.sell(stock)
        await world.until_quiet()
        world.knobs()
        await world.call("POST", "/api/integrations/tasks/retry-all")
        await world.until_quiet()
        world.check_books()
        ids = [call["query"]["requestid"] for call in world.calls("POST", path)]
        assert len(ids) == len(set(ids)) == 2

    @pytest.mark.parametrize("path", ["/invoice", "/batch"])
    async def test_one_whose_outcome_is_not_known_keeps_it(self, path: str) -> None:
        world = await connected()
        world.faults({"fault": "reset", "method": "POST", "path": path, "times": 1})
        for stock in ("A1", "A2") if path == "/batch" else ("A1",):
            await world.sell(stock)
        await world.work()
        world.database.connection.execute("UPDATE sync_tasks SET next_attempt_at = ?", (world.later(70),))
        world.clock.forward(75)
        await world.until_quiet()
        world.check_books()
        ids = [call["query"]["requestid"] for call in world.calls("POST", path)]
        assert (len(ids), len(set(ids))) == (2, 1)
