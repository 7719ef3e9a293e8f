"""To the DMS: sales made and undone, and what the dealer edited by hand."""

from __future__ import annotations

import json
from typing import Any

import pytest

from support.lot import answer
from support.world import HOUR, World


async def lot_of_three() -> World:
    world = World(3)
    assert await world.pull() == "completed"
    return world


def posts(world: World) -> list[dict[str, Any]]:
    return world.network.heard("POST", "/sales")


def keys(world: World) -> set[str | None]:
    return {entry["idempotency_key"] for entry in posts(world)}


class TestSale:
    async def test_it_is_told_with_its_key_in_dollars(self) -> None:
        world = await lot_of_three()
        customer = {"name": "Ann Lee", "email": "ann@example.test", "phone": "555"}
        sale = await world.sell("A1", 6499.99, customer=customer)
        await world.until_quiet()
        [entry] = posts(world)
        assert entry["idempotency_key"] == sale["id"]
        assert entry["body"] == {
            "stock_number": "A1",
            "vin": sale["vin"],
            "sale_price": 6499.99,
            "sale_date": "2025-02-03",
            "customer": customer,
        }
        assert world.dms_record("A1")["status"] == "sold"
        assert world.database.query("SELECT dms_sale_id FROM sales") == [{"dms_sale_id": "WRS-000001"}]

    @pytest.mark.parametrize("nobody", [{}, {"customer": {"name": "Ann"}}])
    async def test_what_is_not_known_of_the_customer_is_left_out(self, nobody: dict[str, Any]) -> None:
        world = await lot_of_three()
        await world.sell("A1", **nobody)
        await world.until_quiet()
        [entry] = posts(world)
        assert entry["body"].get("customer") == nobody.get("customer")

    @pytest.mark.parametrize("fault", ["lost_answer", "stall", "truncate", "html", "error_body", "reset", "status", "rate_limit"])
    @pytest.mark.parametrize("times", [1, 4])
    async def test_whatever_comes_back_it_is_one_sale_under_one_key(self, fault: str, times: int) -> None:
        world = await lot_of_three()
        world.network.faults(script=[{"fault": fault, "path": "/sales", "times": times}])
        sale = await world.sell("A1")
        await world.until_quiet()
        assert keys(world) == {sale["id"]}
        assert len({json.dumps(entry["body"]) for entry in posts(world)}) == 1
        assert len(world.dms_sales(standing=False)) == 1
        assert world.task(kind="sale")["state"] == "done"

    async def test_it_is_written_down_before_it_is_tried(self) -> None:
        world = await lot_of_three()
        world.network.faults(script=[{"fault": "reset", "path": "/sales"}])
        await world.sell("A1")
        await world.work()
        [row] = world.database.query("SELECT dms_tried_at, dms_sale_id FROM sales")
        assert row["dms_tried_at"] is not None and row["dms_sale_id"] is None

    async def test_a_car_the_dms_does_not_have_is_said_in_plain_words(self) -> None:
        world = await lot_of_three()
        world.network.dms.lot.remove("A1")
        await world.sell("A1")
        await world.until_quiet()
        task = world.task(kind="sale")
        assert (task["state"], task["error"]) == ("dead", "Wayne Reeves refused the request (404).")

    async def test_sold_there_already_is_agreed(self) -> None:
        world = await lot_of_three()
        world.network.dms.lot.update("A1", {"status": "sold"})
        await world.sell("A1")
        await world.until_quiet()
        task = world.task(kind="sale")
        assert (task["state"], task["outcome"]) == ("done", "Wayne Reeves has this vehicle as sold already.")


class TestUndoing:
    async def test_it_is_undone(self) -> None:
        world = await lot_of_three()
        sale = await world.sell("A1")
        await world.until_quiet()
        await world.void(sale["id"])
        await world.until_quiet()
        assert [entry["path"] for entry in world.network.heard("DELETE")] == ["/sales/WRS-000001"]
        assert (world.dms_sales(), world.dms_record("A1")["status"]) == ([], "available")

    async def test_one_whose_fate_is_unknown_is_looked_up_under_its_key(self) -> None:
        world = await lot_of_three()
        world.network.faults(script=[{"fault": "lost_answer", "path": "/sales"}])
        sale = await world.sell("A1")
        await world.work()
        await world.void(sale["id"])
        await world.until_quiet()
        assert keys(world) == {sale["id"]}
        assert len(world.dms_sales(standing=False)) == 1
        assert world.dms_sales() == []

    async def test_one_that_was_never_told_is_not_told_to_be_undone(self) -> None:
        world = await lot_of_three()
        sale = await world.sell("A1")
        await world.void(sale["id"])
        await world.until_quiet()
        assert posts(world) == world.network.heard("DELETE") == []

    @pytest.mark.parametrize("fault", ["lost_answer", "reset", "status", "stall", "html", "error_body"])
    async def test_undone_once_whatever_comes_back(self, fault: str) -> None:
        world = await lot_of_three()
        sale = await world.sell("A1")
        await world.until_quiet()
        world.network.faults(script=[{"fault": fault, "method": "DELETE", "path": "/sales/*", "times": 2}])
        await world.void(sale["id"])
        await world.until_quiet()
        assert (world.dms_sales(), world.task(kind="sale")["state"]) == ([], "done")
        assert world.dms_record("A1")["status"] == "available"

    @pytest.mark.parametrize("told_first", [False, True])
    async def test_sold_again_at_once_the_dms_ends_with_the_second_sale(self, told_first: bool) -> None:
        """The second sale may reach the DMS while the first still stands there: refused, it is told again after the undoing."""
        world = await lot_of_three()
        first = await world.sell("A1", 6000)
        await world.until_quiet()
        world.timed.waiting.clear()
        await world.void(first["id"])
        second = await world.sell("A1", 6100)
        if told_first:
            world.timed.waiting.sort(
                key=lambda message: world.task(kind="sale", subject_id=second["id"])["id"] not in message.body
            )
            await world.deliver_due(1)
        await world.until_quiet()
        assert [sale["idempotency_key"] for sale in world.dms_sales()] == [second["id"]]
        assert world.dms_record("A1")["status"] == "sold"

    async def test_while_the_undoing_waits_a_pull_does_not_sell_the_car_again(self) -> None:
        world = await lot_of_three()
        sale = await world.sell("A1")
        await world.until_quiet()
        world.network.faults(
            script=[{"fault": "status", "method": "DELETE", "path": "/sales/*", "times": 3, "retry_after_s": 3600}]
        )
        await world.void(sale["id"])
        await world.work()
        world.clock.forward(60)
        world.database.query("UPDATE partners SET paused_until = NULL")
        await world.call("POST", "/api/integrations/wayne-reeves/sync")
        for _ in range(3):
            await world.deliver_due()
        assert world.vehicle("A1")["status"] == "available"
        await world.until_quiet()
        assert await world.pull() == "completed"
        assert (world.vehicle("A1")["status"], world.dms_record("A1")["status"]) == ("available", "available")

    async def test_a_page_from_before_the_undoing_does_not_sell_the_car_again(self) -> None:
        """The page was on its way while the sale was undone."""
        world = await lot_of_three()
        sale = await world.sell("A1")
        await world.until_quiet()
        stale = world.network.dms.lot.page(0, 500, None)
        await world.void(sale["id"])
        [undoing] = [message for message in world.timed.waiting if world.task(kind="sale")["id"] in message.body]
        world.timed.waiting.clear()
        await world.call("POST", "/api/integrations/wayne-reeves/sync")
        real = world.network.request

        async def held_back(method: str, url: str, *args: Any, **limits: Any) -> Any:
            if "/inventory" not in url:
                return await real(method, url, *args, **limits)
            world.network.request = real  # type: ignore[method-assign]
            answer = await real(method, url, *args, **limits)
            world.timed.waiting.append(undoing)
            await world.work()
            assert world.dms_sales() == []
            return answer._replace(body=b'{"vehicles":[' + b",".join(stale.records) + b'],"next_cursor":null,"total":3}')

        world.network.request = held_back  # type: ignore[method-assign]
        await world.until_quiet()
        assert world.dms_sales() == []
        assert world.vehicle("A1")["status"] == "available"

    async def test_sold_there_by_somebody_else_it_is_sold_here_after_the_next_pull(self) -> None:
        """Both sides sold the car; the sale here is undone. The one there stands, so the car is not for sale."""
        world = await lot_of_three()
        sale = await world.sell("A1")
        world.network.dms.lot.update("A1", {"status": "sold"})
        await world.until_quiet()
        assert await world.pull() == "completed"
        await world.void(sale["id"])
        await world.until_quiet()
        assert await world.pull() == "completed"
        assert world.vehicle("A1")["status"] == "sold"


class TestEdits:
    async def test_what_the_dms_takes_back_is_sent_and_nothing_else(self) -> None:
        world = await lot_of_three()
        changes = {"mileage": 99_000, "location": "Row 7", "price": 7100.5, "description": "One owner."}
        await world.edit("A1", **changes, trim="EX", publishToWebsite=True)
        await world.until_quiet()
        [entry] = world.network.heard("PATCH")
        assert (entry["path"], entry["body"]) == ("/inventory/A1", changes)
        assert world.task(kind="edits")["outcome"] == "Sent mileage 99000, price 7100.5, location Row 7."

    @pytest.mark.parametrize("change", [{"trim": "EX"}, {"publishToWebsite": True}, {"purchasePrice": 1}])
    async def test_what_it_does_not_take_back_is_not_sent(self, change: dict[str, Any]) -> None:
        world = await lot_of_three()
        await world.edit("A1", **change)
        assert world.tasks(kind="edits") == []

    async def test_a_burst_ends_with_the_last_value_in_one_call(self) -> None:
        world = await lot_of_three()
        for price in (7001, 7002, 7003):
            await world.edit("A1", price=price)
        await world.until_quiet()
        assert [entry["body"] for entry in world.network.heard("PATCH")] == [{"price": 7003.0}]

    async def test_an_edit_during_the_call_follows(self) -> None:
        world = await lot_of_three()
        await world.edit("A1", price=7001)
        real = world.network.request

        async def edited_meanwhile(*args: Any, **limits: Any) -> Any:
            world.network.request = real  # type: ignore[method-assign]
            await world.edit("A1", price=7002)
            return await real(*args, **limits)

        world.network.request = edited_meanwhile  # type: ignore[method-assign]
        await world.until_quiet()
        assert [entry["body"]["price"] for entry in world.network.heard("PATCH")] == [7001.0, 7002.0]

    async def test_no_longer_edited_once_the_dms_has_taken_it(self) -> None:
        world = await lot_of_three()
        await world.edit("A1", price=7001, mileage=5, trim="EX")
        await world.until_quiet()
        assert json.loads(world.vehicle("A1")["edited_fields"]) == ["trim"]
        await world.pull()
        vehicle = world.vehicle("A1")
        assert json.loads(vehicle["edited_fields"]) == ["trim"]
        assert (vehicle["price_cents"], vehicle["mileage_miles"], vehicle["trim"]) == (700_100, 5, "EX")
        world.network.dms.lot.update("A1", {"price": 6000.0, "trim": "LX"})
        await world.pull()
        assert (world.vehicle("A1")["price_cents"], world.vehicle("A1")["trim"]) == (600_000, "EX")

    async def test_until_then_the_dms_does_not_overwrite_it(self) -> None:
        world = await lot_of_three()
        world.network.faults(script=[{"fault": "status", "method": "PATCH", "times": 3}])
        await world.edit("A1", price=7001)
        world.network.dms.lot.update("A1", {"price": 6000.0, "mileage": 7})
        await world.call("POST", "/api/integrations/wayne-reeves/sync")
        await world.until_quiet()
        vehicle = world.vehicle("A1")
        assert (vehicle["price_cents"], vehicle["mileage_miles"]) == (700_100, 7)
        assert world.dms_record("A1")["price"] == 7001.0

    async def test_a_sold_car_s_edits_are_kept_here(self) -> None:
        world = await lot_of_three()
        await world.edit("A1", price=7001)
        await world.sell("A1")
        await world.until_quiet()
        assert world.network.heard("PATCH") == []

    @pytest.mark.parametrize("fault", ["lost_answer", "reset", "status", "stall", "rate_limit", "html", "error_body", "truncate"])
    async def test_whatever_comes_back_the_dms_ends_with_the_value(self, fault: str) -> None:
        world = await lot_of_three()
        world.network.faults(script=[{"fault": fault, "method": "PATCH", "times": 2}])
        await world.edit("A1", price=7001)
        await world.until_quiet()
        assert world.dms_record("A1")["price"] == 7001.0
        assert world.task(kind="edits")["state"] == "done"

    async def test_an_edit_of_a_sold_car_is_sent_when_the_sale_is_undone(self) -> None:
        world = await lot_of_three()
        sale = await world.sell("A1")
        await world.edit("A1", price=7001)
        await world.until_quiet()
        assert world.network.heard("PATCH") == []
        await world.void(sale["id"])
        await world.until_quiet()
        assert world.dms_record("A1")["price"] == 7001.0

    async def test_what_the_dms_shows_otherwise_after_a_pull_is_sent_again(self) -> None:
        """A call that was given up for lost may take effect late, behind a newer one."""
        world = await lot_of_three()
        world.network.faults(script=[{"fault": "stall", "stall_before_work": True, "method": "PATCH"}])
        await world.edit("A1", price=7001)
        await world.work()
        await world.edit("A1", price=7002)
        await world.until_quiet()
        await world.network.do_late_work()
        assert world.dms_record("A1")["price"] == 7001.0
        await world.pull()
        assert world.dms_record("A1")["price"] == 7002.0
        await world.pull()
        assert world.vehicle("A1")["edited_fields"] == "[]"

    async def test_a_car_typed_here_that_turns_up_there_is_sent_as_it_was_typed(self) -> None:
        world = World(1)
        record = world.dms_record("A1")
        entry = {"vin": record["vin"], "year": 2003, "make": "Honda", "model": "Accord", "price": 7100}
        assert (await world.call("POST", "/api/vehicles", entry)).status == 201
        await world.pull()
        assert world.dms_record("A1")["price"] == 7100.0

    async def test_a_dms_that_took_it_and_says_otherwise_later_counts(self) -> None:
        world = await lot_of_three()
        await world.edit("A1", description="One owner.")
        await world.until_quiet()
        for count in (1, 2, 3):
            world.network.dms.lot.update("A1", {"description": f"ONE OWNER {count}"})
            await world.pull()
            assert world.vehicle("A1")["description"] == f"ONE OWNER {count}"
        assert len(world.network.heard("PATCH")) == 1


class TestForbidden:
    """A 403 is the DMS's word on one thing."""

    async def test_one_forbidden_edit_stops_neither_pulls_nor_sales_nor_other_edits(self) -> None:
        world = await lot_of_three()
        forbidden = {"fault": "status", "status": 403, "path": "/inventory/A1", "times": 1_000_000}
        world.network.faults(script=[forbidden])
        await world.edit("A1", price=7001)
        for day in range(1, 5):
            await world.edit("A2", price=7100 + day)
            world.network.dms.lot.update("A3", {"mileage": 90_000 + day})
            for _ in range(24):
                world.clock.forward(3600 - 60)
                await world.tick(HOUR)
                await world.minutes(1)
            assert world.vehicle("A3")["mileage_miles"] == 90_000 + day
            assert world.dms_record("A2")["price"] == 7100 + day
        runs = answer(await world.call("GET", "/api/integrations/runs"))["runs"]
        # The day on which it began has its pull too.
        assert [(run["startedBy"], run["status"]) for run in runs] == [("cron", "completed")] * 5 + [("dealer", "completed")]
        await world.sell("A3")
        await world.minutes(1)
        assert len(world.dms_sales()) == 1
        task = world.task(kind="edits", subject_id=world.vehicle("A1")["id"])
        assert (task["state"], task["error"]) == ("dead", "Wayne Reeves refused the request (403).")
        # It was asked for once, and once more after each pull that still showed the old price.
        assert len(world.network.heard("PATCH", "/inventory/A1")) == 1 + 5

    async def test_one_forbidden_sale_is_its_own_failure(self) -> None:
        world = await lot_of_three()
        world.network.faults(script=[{"fault": "status", "status": 403, "path": "/sales"}])
        await world.sell("A1")
        await world.minutes(1)
        await world.sell("A2")
        await world.minutes(1)
        assert sorted(task["state"] for task in world.tasks(kind="sale")) == ["dead", "done"]
