"""Sales, service records, customers: the resource is written with its tasks, whoever comes at the same time."""

from __future__ import annotations

import asyncio
from random import Random
from typing import Any

import pytest

from carlot.platform.ports import Response
from support.lot import answer
from support.perils import Perils
from support.world import World

DAY_S = 86_400
SALE = {"salePrice": 6500, "saleDate": "2025-02-03"}
SALE_SHOWN = {
    *("id", "vehicleId", "vin", "salePrice", "saleDate", "lines", "total", "customer"),
    *("docNumber", "state", "invoiceId", "balance", "paidAt", "payments", "booksNote", "createdAt"),
}
RECORD_SHOWN = {
    *("id", "vehicleId", "vin", "serviceDate", "description", "vendor"),
    *("cost", "docNumber", "state", "purchaseId", "booksNote", "createdAt"),
}


async def lot_of_three() -> World:
    world = World(3)
    assert await world.pull() == "completed"
    return world


async def post_sale(world: World, stock_number: str = "A1", **changes: Any) -> Response:
    entry = {"vehicleId": world.vehicle(stock_number)["id"], **SALE, **changes}
    return await world.call("POST", "/api/sales", {name: value for name, value in entry.items() if value is not ...})


def raised(world: World, subject_id: str) -> dict[tuple[str, str], dict[str, Any]]:
    return {(task["target"], task["kind"]): task for task in world.tasks(subject_id=subject_id)}


def several(world: World, seed: int) -> None:
    """Requests that are under way at the same time take turns at every call to the platform."""
    world.restart(Perils(world.clock, interleave=Random(seed)))


class TestSelling:
    async def test_a_sale_as_it_is_shown(self) -> None:
        world = await lot_of_three()
        customer = {"name": "Ann Lee", "email": "ann@example.test", "phone": "555"}
        response = await post_sale(world, salePrice=6499.99, customer=customer)
        assert response.status == 201
        sale = answer(response)
        assert set(sale) == SALE_SHOWN
        assert response.headers["location"] == f"/api/sales/{sale['id']}"
        assert (sale["salePrice"], sale["saleDate"], sale["state"]) == (6499.99, "2025-02-03", "pending")
        assert {**customer, "id": sale["customer"]["id"]} == sale["customer"]
        assert sale["docNumber"].startswith("CL-S-")
        assert answer(await world.call("GET", response.headers["location"])) == sale
        assert answer(await world.call("GET", "/api/sales")) == {"sales": [sale], "total": 1}

    async def test_the_car_is_sold_and_the_partners_hear_of_it(self) -> None:
        world = await lot_of_three()
        sale = answer(await post_sale(world))
        assert world.vehicle("A1")["status"] == "sold"
        tasks = raised(world, sale["id"])
        assert set(tasks) == {("quickbooks", "invoice"), ("wayne_reeves", "sale")}
        assert tasks["quickbooks", "invoice"]["deadline_at"][:19] == world.later(7 * DAY_S)[:19]
        assert {task["vehicle_id"] for task in tasks.values()} == {sale["vehicleId"]}

    async def test_a_car_the_dms_never_heard_of_is_no_news_to_it(self) -> None:
        world = World(0)
        entry = {"vin": "5YJSA1DG9DFP14705", "year": 2013, "make": "Tesla", "model": "Model S"}
        vehicle = answer(await world.call("POST", "/api/vehicles", entry))
        response = await world.call("POST", "/api/sales", {"vehicleId": vehicle["id"], **SALE})
        assert set(raised(world, answer(response)["id"])) == {("quickbooks", "invoice")}

    async def test_a_sold_vehicle_cannot_be_sold_again(self) -> None:
        world = await lot_of_three()
        await post_sale(world)
        before = world.database.query("SELECT * FROM sync_tasks")
        response = await post_sale(world, salePrice=7000)
        assert (response.status, answer(response)["code"]) == (409, "already-sold")
        assert len(world.database.query("SELECT * FROM sales")) == 1
        assert world.database.query("SELECT * FROM sync_tasks") == before

    async def test_no_longer_on_the_lot(self) -> None:
        world = await lot_of_three()
        await world.call("DELETE", f"/api/vehicles/{world.vehicle('A1')['id']}")
        response = await post_sale(world, customer={"name": "Ann"})
        assert (response.status, answer(response)["code"]) == (409, "not-on-lot")
        assert world.database.query("SELECT * FROM customers") == []

    async def test_no_such_vehicle(self) -> None:
        world = World(0)
        response = await world.call("POST", "/api/sales", {"vehicleId": "gone", **SALE})
        assert response.status == 404

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"salePrice": -1}, "salePrice"),
            ({"salePrice": 1.001}, "salePrice"),
            ({"salePrice": 100_000_000}, "salePrice"),
            ({"salePrice": ...}, "salePrice"),
            ({"saleDate": "2025-02-30"}, "saleDate"),
            ({"saleDate": "03.02.2025"}, "saleDate"),
            ({"saleDate": "1949-12-31"}, "saleDate"),
            ({"saleDate": "2025-02-04"}, "saleDate"),
            ({"saleDate": ...}, "saleDate"),
            ({"vehicleId": ""}, "vehicleId"),
            ({"customer": {}}, "customer.name"),
            ({"customer": {"name": ""}}, "customer.name"),
            ({"customer": {"name": "A\x00B"}}, "customer.name"),
            ({"customer": {"name": "Ann", "age": 7}}, "customer.age"),
            ({"docNumber": "mine"}, "docNumber"),
        ],
    )
    async def test_what_breaks_the_schema_is_422_and_writes_nothing(self, changes: dict[str, Any], field: str) -> None:
        world = await lot_of_three()
        response = await post_sale(world, **changes)
        assert response.status == 422
        assert [error["field"] for error in answer(response)["errors"]] == [field]
        assert world.database.query("SELECT * FROM sales") == []
        assert world.vehicle("A1")["status"] == "available"

    async def test_today_is_the_later_of_the_dealer_s_day_and_that_of_utc(self) -> None:
        """It is 7 p.m. of the 3rd in New York, and the 4th already by UTC; in Auckland it is the 4th before UTC says so."""
        for zone, hours, last in (("America/New_York", 14, "2025-02-04"), ("Pacific/Auckland", 5, "2025-02-04")):
            world = await lot_of_three()
            world.env["DEALER_TIMEZONE"] = zone
            world.clock.forward(hours * 3600)
            late = await post_sale(world, saleDate="2025-02-05")
            assert (late.status, answer(late)["errors"][0]["field"]) == (422, "saleDate")
            sold = await post_sale(world, saleDate=last)
            assert sold.status == 201
            changed = await world.call("PATCH", f"/api/sales/{answer(sold)['id']}", {"saleDate": "2025-02-05"})
            assert changed.status == 422

    @pytest.mark.parametrize("seed", range(20))
    async def test_two_sales_of_one_car_at_the_same_moment_are_one(self, seed: int) -> None:
        world = await lot_of_three()
        several(world, seed)
        responses = await asyncio.gather(*(post_sale(world, salePrice=6000 + number) for number in range(3)))
        assert sorted(response.status for response in responses) == [201, 409, 409]
        [row] = world.database.query("SELECT id FROM sales")
        assert [task["subject_id"] for task in world.tasks(kind="invoice")] == [row["id"]]
        await world.until_quiet()
        assert [sale["idempotency_key"] for sale in world.dms_sales()] == [row["id"]]

    async def test_a_known_customer_is_taken_again(self) -> None:
        world = await lot_of_three()
        first = answer(await post_sale(world, "A1", customer={"name": "Ann Lee", "email": "ann@example.test"}))
        second = answer(await post_sale(world, "A2", customer={"name": "ann lee"}))
        third = answer(await post_sale(world, "A3", customer={"name": "Ann Lee", "email": "other@example.test"}))
        assert first["customer"]["id"] == second["customer"]["id"] != third["customer"]["id"]


class TestCorrecting:
    async def test_what_is_there_already_is_no_fault(self) -> None:
        world = await lot_of_three()
        sale = answer(await post_sale(world))
        said: list[dict[str, Any]] = [{}, {"salePrice": 6500}, {"saleDate": "2025-02-03"}, {"customer": None}, {"lines": []}]
        for same in said:
            response = await world.call("PATCH", f"/api/sales/{sale['id']}", same)
            assert (response.status, answer(response)) == (200, sale)
        record = {"vehicleId": world.vehicle("A2")["id"], "serviceDate": "2025-02-03", "description": "Oil", "cost": 40}
        record = answer(await world.call("POST", "/api/service-records", record))
        response = await world.call("PATCH", f"/api/service-records/{record['id']}", {"cost": 40, "description": "Oil"})
        assert (response.status, answer(response)) == (200, record)
        customer = answer(await world.call("POST", "/api/customers", {"name": "Ann"}))
        response = await world.call("PATCH", f"/api/customers/{customer['id']}", {"name": "Ann"})
        assert (response.status, answer(response)["name"]) == (200, "Ann")

    @pytest.mark.parametrize("day", [0, "0", "1738540800", 1738540800.0, True, "2025-02-03T00:00:00Z", "2025-2-3", "2025-02-30"])
    async def test_a_day_is_written_out(self, day: object) -> None:
        world = await lot_of_three()
        assert (await post_sale(world, saleDate=day)).status == 422
        assert (await world.call("GET", f"/api/reports/profit?from={day}")).status == 400


class TestVoiding:
    async def test_the_car_stands_on_the_lot_again_and_the_partners_hear_of_it(self) -> None:
        world = await lot_of_three()
        sale = await world.sell("A1")
        await world.until_quiet()
        response = await world.call("POST", f"/api/sales/{sale['id']}/void")
        assert (response.status, answer(response)["state"]) == (200, "voided")
        assert world.vehicle("A1")["status"] == "available"
        tasks = raised(world, sale["id"])
        assert {key: (task["wanted_rev"], task["state"]) for key, task in tasks.items()} == {
            ("quickbooks", "invoice"): (2, "blocked"),
            ("wayne_reeves", "sale"): (2, "pending"),
        }

    async def test_twice_is_once(self) -> None:
        world = await lot_of_three()
        sale = await world.sell("A1")
        first = await world.call("POST", f"/api/sales/{sale['id']}/void")
        again = await world.call("POST", f"/api/sales/{sale['id']}/void")
        assert (first.status, again.status, first.body) == (200, 200, again.body)
        assert raised(world, sale["id"])["wayne_reeves", "sale"]["wanted_rev"] == 2

    @pytest.mark.parametrize("seed", range(10))
    async def test_twice_at_the_same_moment(self, seed: int) -> None:
        world = await lot_of_three()
        sale = await world.sell("A1")
        several(world, seed)
        responses = await asyncio.gather(*(world.call("POST", f"/api/sales/{sale['id']}/void") for _ in range(3)))
        assert [response.status for response in responses] == [200, 200, 200]
        assert world.vehicle("A1")["status"] == "available"

    async def test_it_can_be_sold_again(self) -> None:
        world = await lot_of_three()
        first = await world.sell("A1", 6000)
        await world.void(first["id"])
        second = await world.sell("A1", 6100)
        assert first["docNumber"] != second["docNumber"]
        states = {sale["id"]: sale["state"] for sale in answer(await world.call("GET", "/api/sales"))["sales"]}
        assert states == {first["id"]: "voided", second["id"]: "pending"}

    async def test_no_such_sale(self) -> None:
        assert (await World(0).call("POST", "/api/sales/gone/void")).status == 404


class TestServiceRecords:
    async def test_a_record_as_it_is_shown_and_its_task(self) -> None:
        world = await lot_of_three()
        vehicle = world.vehicle("A1")
        entry = {"vehicleId": vehicle["id"], "serviceDate": "2025-02-01", "description": "Tyres", "vendor": "Bob", "cost": 399.99}
        response = await world.call("POST", "/api/service-records", entry)
        record = answer(response)
        assert (response.status, set(record)) == (201, RECORD_SHOWN)
        assert {**record, **entry} == record
        assert (record["vin"], record["state"], record["purchaseId"]) == (vehicle["vin"], "pending", None)
        assert set(raised(world, record["id"])) == {("quickbooks", "expense")}
        assert answer(await world.call("GET", "/api/service-records")) == {"serviceRecords": [record], "total": 1}

    async def test_a_sold_car_may_still_cost(self) -> None:
        world = await lot_of_three()
        sale = await world.sell("A1")
        entry = {"vehicleId": sale["vehicleId"], "serviceDate": "2025-02-04", "description": "Delivery", "cost": 0}
        assert (await world.call("POST", "/api/service-records", entry)).status == 201

    async def test_no_such_vehicle(self) -> None:
        world = World(0)
        entry = {"vehicleId": "gone", "serviceDate": "2025-02-04", "description": "Tyres", "cost": 1}
        assert (await world.call("POST", "/api/service-records", entry)).status == 404
        assert world.tasks() == []

    @pytest.mark.parametrize("changes", [{"cost": -1}, {"cost": 0.001}, {"description": ""}, {"serviceDate": "x"}, {"more": 1}])
    async def test_what_breaks_the_schema(self, changes: dict[str, Any]) -> None:
        world = await lot_of_three()
        entry = {
            "vehicleId": world.vehicle("A1")["id"],
            "serviceDate": "2025-02-04",
            "description": "Tyres",
            "cost": 1,
            **changes,
        }
        assert (await world.call("POST", "/api/service-records", entry)).status == 422
        assert world.tasks(kind="expense") == []


class TestCustomers:
    async def test_added_found_and_listed(self) -> None:
        world = World(0)
        response = await world.call("POST", "/api/customers", {"name": "Ann Lee", "email": "ann@example.test"})
        ann = answer(response)
        assert (response.status, ann["phone"]) == (201, None)
        await world.call("POST", "/api/customers", {"name": "Bob Ray", "phone": "555-1234"})
        for query, names in (("", ["Bob Ray", "Ann Lee"]), ("?q=ANN", ["Ann Lee"]), ("?q=1234", ["Bob Ray"]), ("?q=zzz", [])):
            world.clock.forward(1)
            listed = answer(await world.call("GET", f"/api/customers{query}"))
            assert [customer["name"] for customer in listed["customers"]] == names
            assert listed["total"] == len(names)

    @pytest.mark.parametrize("entry", [{}, {"name": ""}, {"name": "x" * 201}, {"name": 7}, {"name": "A", "id": "x"}])
    async def test_what_breaks_the_schema(self, entry: dict[str, Any]) -> None:
        assert (await World(0).call("POST", "/api/customers", entry)).status == 422


class TestWaitingForAPartner:
    async def test_documents_wait_for_the_books_and_are_counted(self) -> None:
        world = await lot_of_three()
        sale = await world.sell("A1")
        await world.until_quiet()
        task = raised(world, sale["id"])["quickbooks", "invoice"]
        assert task["state"] == "blocked"
        assert task["error"].startswith("Not configured yet: set QUICKBOOKS_CLIENT_ID")
        assert answer(await world.call("GET", f"/api/sales/{sale['id']}"))["state"] == "pending"

    async def test_a_sale_waits_for_the_dms_and_goes_when_it_is_configured(self) -> None:
        world = await lot_of_three()
        world.env["WAYNE_REEVES_API_KEY"] = "YOUR_API_KEY"
        sale = await world.sell("A1")
        await world.until_quiet()
        assert raised(world, sale["id"])["wayne_reeves", "sale"]["state"] == "blocked"
        world.clock.forward(40 * DAY_S)
        await world.until_quiet()
        assert world.dms_sales() == []
        world.env["WAYNE_REEVES_API_KEY"] = "key"
        await world.until_quiet()
        assert [each["idempotency_key"] for each in world.dms_sales()] == [sale["id"]]

    async def test_a_sale_made_and_undone_while_waiting_is_never_told(self) -> None:
        world = await lot_of_three()
        world.env["WAYNE_REEVES_API_KEY"] = None
        sale = await world.sell("A1")
        await world.void(sale["id"])
        await world.until_quiet()
        world.env["WAYNE_REEVES_API_KEY"] = "key"
        await world.until_quiet()
        assert raised(world, sale["id"])["wayne_reeves", "sale"]["state"] == "done"
        assert world.network.heard("POST", "/sales") == []


class TestSignedIn:
    @pytest.mark.parametrize(
        ("method", "target"),
        [(method, f"/api/{name}") for method in ("GET", "POST") for name in ("sales", "service-records", "customers")]
        + [("GET", "/api/sales/x"), ("POST", "/api/sales/x/void")],
    )
    async def test_only_for_the_dealer(self, method: str, target: str) -> None:
        assert (await World(0).call(method, target, {} if method == "POST" else None, signed_in=False)).status == 401


async def test_a_word_of_a_list_is_taken_however_it_is_written() -> None:
    world = World(2)
    await world.pull()
    for written, kept in ((" PENDING", "pending"), ("Available ", "available"), ("Archived", "archived")):
        response = await world.call("PATCH", f"/api/vehicles/{world.vehicle('A1')['id']}", {"status": written})
        assert (response.status, answer(response)["status"]) == (200, kept)
    world.env["QUICKBOOKS_TRADE_IN_ITEM"] = "Trade-In"
    sold = await world.sell("A2", lines=[{"kind": "FEE ", "amount": 10}, {"kind": "tradein", "amount": 500}])
    assert [line["kind"] for line in sold["lines"]] == ["fee", "tradeIn"]
    for refused in ("Sold ", "SOLD", "sold", "gone", 5, None):
        response = await world.call("PATCH", f"/api/vehicles/{world.vehicle('A1')['id']}", {"status": refused})
        assert response.status == 422, refused
