"""What only the dealer can decide is asked, once, and his answer takes effect together with what he has chosen."""

from __future__ import annotations

from typing import Any

import pytest

from carlot.platform.ports import Response
from support.lot import answer, car
from support.world import World
from sync.test_events import event, sale, tell

LATER = "2025-02-01T09:00:00Z"
LATEST = "2025-02-01T10:00:00Z"


async def lot_of_three() -> World:
    world = World(3)
    assert await world.pull() == "completed"
    return world


async def sold_by_pull(world: World, number: int = 1) -> None:
    """The DMS shows a car as sold, and nobody says for how much."""
    world.network.dms.lot.upsert(car(number, status="sold", updated_at=LATER))
    assert await world.pull() == "completed"


async def questions(world: World, state: str = "open") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = answer(await world.call("GET", f"/api/questions?state={state}"))["questions"]
    return found


async def reply(world: World, choice: str, **given: Any) -> Response:
    [question] = await questions(world)
    return await world.call("POST", f"/api/questions/{question['id']}/answer", {"choice": choice, **given})


def audit_sales(world: World) -> list[tuple[Any, ...]]:
    return [tuple(row.values()) for row in world.database.query("SELECT price_cents, state FROM audit_sale ORDER BY sale_id")]


def status(world: World, stock_number: str = "A1") -> str:
    return str(world.vehicle(stock_number)["status"])


class TestSoldWithoutAPrice:
    @pytest.mark.parametrize("way", ["pull", "sold event", "updated event"])
    async def test_the_sale_is_there_and_asked(self, way: str) -> None:
        world = await lot_of_three()
        if way == "pull":
            await sold_by_pull(world)
        else:
            await tell(world, event(way.split(maxsplit=1)[0], status="sold", updated_at=LATER))
        assert status(world) == "sold"
        assert audit_sales(world) == [(None, "asked")]
        [question] = await questions(world)
        assert (question["kind"], question["state"], question["vehicleId"]) == ("sale_price", "open", world.vehicle("A1")["id"])
        assert "2003 Honda Accord (stock number A1)" in question["text"]
        assert [(each["choice"], each["needs"]) for each in question["choices"]] == [
            ("enter", ["salePrice", "saleDate", "customer"]),
            ("not_sold", []),
        ]
        assert world.database.query("SELECT kind, subject_id, vin, state FROM audit_question") == [
            {"kind": "sale_price", "subject_id": question["subjectId"], "vin": car(1)["vin"], "state": "open"}
        ]
        assert world.tasks(kind="invoice") == []

    async def test_the_deadline_runs(self) -> None:
        world = await lot_of_three()
        await sold_by_pull(world)
        shown = answer(await world.call("GET", "/api/integrations/status"))
        assert (shown["questions"], shown["deadlines"]["invoicesDue"], shown["deadlines"]["overdue"]) == (1, 1, 0)
        world.clock.forward(7 * 86400 + 1)
        assert answer(await world.call("GET", "/api/integrations/status"))["deadlines"]["overdue"] == 1

    async def test_it_is_alarmed_and_so_is_its_deadline(self) -> None:
        world = await lot_of_three()
        world.env["ALERT_WEBHOOK_URL"] = "https://alerts.test/hook"
        await sold_by_pull(world)
        await world.tick()
        subjects = "SELECT subject FROM alerts WHERE cleared_at IS NULL ORDER BY subject"
        assert [row["subject"] for row in world.database.query(subjects)] == ["question:sale_price"]
        [text] = [row["text"] for row in world.database.query("SELECT text FROM alerts")]
        assert "2003 Honda Accord (stock number A1)" in text
        world.clock.forward(6 * 86400)
        await world.tick()
        raised = {row["subject"] for row in world.database.query(subjects)}
        assert raised >= {"deadline:questions", "question:sale_price"}
        assert (await reply(world, "not_sold")).status == 200
        await world.tick()
        assert not raised & {row["subject"] for row in world.database.query(subjects)} - {"backlog"}

    async def test_a_car_first_seen_as_sold_is_history(self) -> None:
        world = World([car(1, status="sold")])
        await world.pull()
        world.network.dms.lot.upsert(car(1, status="sold", mileage=5, updated_at=LATER))
        await world.pull()
        assert (status(world), audit_sales(world), await questions(world)) == ("sold", [], [])

    async def test_the_answer_is_the_sale_and_its_invoice(self) -> None:
        world = await lot_of_three()
        await sold_by_pull(world)
        world.clock.forward(86400)
        given = {"salePrice": 6300.5, "saleDate": "2025-02-02", "customer": {"name": "Ann Lee", "phone": "555"}}
        response = await reply(world, "enter", **given)
        assert response.status == 200
        shown = answer(response)
        assert (shown["state"], shown["answer"]) == (
            "answered",
            {"choice": "enter", "salePrice": 6300.5, "saleDate": "2025-02-02"},
        )
        assert shown["answeredAt"] is not None and shown["answeredBy"]
        [row] = world.database.query(
            "SELECT sale_price_cents, sale_date, name FROM sales s JOIN customers c ON c.id = s.customer_id"
        )
        assert tuple(row.values()) == (630_050, "2025-02-02", "Ann Lee")
        # Seven days after the end of the day of the sale.
        assert world.task(kind="invoice")["deadline_at"] == "2025-02-10T00:00:00.000Z"
        assert await questions(world) == []

    async def test_not_sold_puts_the_car_back_whatever_the_dms_goes_on_showing(self) -> None:
        world = await lot_of_three()
        await sold_by_pull(world)
        assert (await reply(world, "not_sold")).status == 200
        assert (status(world), audit_sales(world)) == ("available", [(None, "voided")])
        await world.pull()
        assert (status(world), await questions(world)) == ("available", [])

    async def test_a_price_that_comes_by_itself_settles_it(self) -> None:
        world = await lot_of_three()
        await sold_by_pull(world)
        await tell(world, event("sold", updated_at=LATER, sale=sale()))
        assert [question["state"] for question in await questions(world, "void")] == ["void"]
        assert audit_sales(world) == [(630_000, "pending")]
        assert [task["deadline_at"] is not None for task in world.tasks(kind="invoice")] == [True]

    async def test_the_sale_may_be_entered_as_any_other(self) -> None:
        world = await lot_of_three()
        await sold_by_pull(world)
        sold = await world.sell("A1", 6400.0)
        assert (sold["salePrice"], sold["state"], await questions(world)) == (6400.0, "pending", [])
        assert len(audit_sales(world)) == 1

    async def test_the_daily_posting_leaves_it_alone(self) -> None:
        world = await lot_of_three()
        await sold_by_pull(world)
        [row] = answer(await world.call("GET", "/api/sales"))["sales"]
        assert (row["salePrice"], row["state"]) == (None, "asked")
        changed = await world.call("PATCH", f"/api/sales/{row['id']}", {"saleDate": "2025-02-02"})
        assert (changed.status, answer(changed)["code"]) == (409, "price-unknown")


class TestAnswers:
    async def test_twice_is_refused(self) -> None:
        world = await lot_of_three()
        await sold_by_pull(world)
        [question] = await questions(world)
        assert (await reply(world, "not_sold")).status == 200
        again = await world.call("POST", f"/api/questions/{question['id']}/answer", {"choice": "not_sold"})
        assert (again.status, answer(again)["code"]) == (409, "question-settled")

    async def test_one_that_settled_itself_is_refused(self) -> None:
        world = await lot_of_three()
        await sold_by_pull(world)
        [question] = await questions(world)
        await tell(world, event("sold", updated_at=LATER, sale=sale()))
        late = await world.call("POST", f"/api/questions/{question['id']}/answer", {"choice": "not_sold"})
        assert (late.status, status(world)) == (409, "sold")

    @pytest.mark.parametrize(
        ("given", "fields"),
        [({"choice": "void"}, {"choice"}), ({"choice": "enter"}, {"salePrice", "saleDate"})],
    )
    async def test_what_does_not_fit_is_refused_by_field(self, given: dict[str, Any], fields: set[str]) -> None:
        world = await lot_of_three()
        await sold_by_pull(world)
        [question] = await questions(world)
        response = await world.call("POST", f"/api/questions/{question['id']}/answer", given)
        assert response.status == 422
        assert {error["field"] for error in answer(response)["errors"]} == fields
        assert len(await questions(world)) == 1

    async def test_of_no_question(self) -> None:
        world = World(0)
        assert (await world.call("POST", "/api/questions/none/answer", {"choice": "keep"})).status == 404


class TestCorrections:
    """The DMS corrects its own sale; what was paid is asked."""

    async def test_an_unposted_sale_is_corrected(self) -> None:
        world = await lot_of_three()
        await tell(world, event("sold", event_id="a", sale=sale(sale_id="S-1", customer={"name": "Ann"})))
        later = event("sold", event_id="b", updated_at=LATER, sale=sale(6250.0, "2025-02-02", sale_id="S-1"))
        await tell(world, later)
        [row] = world.database.query("SELECT * FROM sales")
        assert (row["sale_price_cents"], row["sale_date"], row["dms_sale_id"]) == (625_000, "2025-02-02", "S-1")
        assert row["customer_id"] is not None

    async def test_an_older_one_changes_nothing(self) -> None:
        world = await lot_of_three()
        await tell(world, event("sold", event_id="a", updated_at=LATER, sale=sale()))
        await tell(world, event("sold", event_id="b", sale=sale(1.0)))
        assert audit_sales(world) == [(630_000, "pending")]

    async def test_of_a_paid_sale_it_is_asked(self) -> None:
        world = await lot_of_three()
        await tell(world, event("sold", event_id="a", sale=sale()))
        world.database.query("UPDATE sales SET invoice_id = '1', paid_at = '2025-02-02T08:00:00.000Z' RETURNING id")
        corrections = [event("sold", event_id=name, updated_at=LATER, sale=sale(6250.0)) for name in ("b", "c")]
        await tell(world, corrections[0])
        [question] = await questions(world)
        assert (question["kind"], audit_sales(world)) == ("sale_changed", [(630_000, "paid")])
        assert "$6,250.00" in question["text"]
        assert (await reply(world, "keep")).status == 200
        await tell(world, corrections[1])  # It was answered.
        assert (await questions(world), audit_sales(world)) == ([], [(630_000, "paid")])

    async def test_applied_it_is_changed(self) -> None:
        world = await lot_of_three()
        await tell(world, event("sold", event_id="a", sale=sale()))
        world.database.query("UPDATE sales SET invoice_id = '1', paid_at = '2025-02-02T08:00:00.000Z' RETURNING id")
        await tell(world, event("sold", event_id="b", updated_at=LATER, sale=sale(6250.0)))
        assert (await reply(world, "apply")).status == 200
        assert [row[0] for row in audit_sales(world)] == [625_000]


class TestDisputes:
    """Sold here and in the DMS."""

    async def disputed(self) -> World:
        world = await lot_of_three()
        await world.sell("A1", 6500.0)
        await tell(world, event("sold", updated_at=LATER, sale=sale(6300.0, sale_id="S-7")))
        return world

    async def test_different_amounts_are_asked(self) -> None:
        world = await self.disputed()
        [question] = await questions(world)
        assert (question["kind"], audit_sales(world)) == ("sale_disputed", [(650_000, "pending")])
        assert "$6,500.00" in question["text"] and "$6,300.00" in question["text"]

    async def test_ours(self) -> None:
        world = await self.disputed()
        assert (await reply(world, "ours")).status == 200
        await tell(world, event("sold", event_id="again", updated_at=LATEST, sale=sale(6300.0, sale_id="S-7")))
        assert (await questions(world), audit_sales(world)) == ([], [(650_000, "pending")])

    async def test_theirs(self) -> None:
        world = await self.disputed()
        assert (await reply(world, "theirs")).status == 200
        [row] = world.database.query("SELECT sale_price_cents, sale_date, origin, dms_sale_id FROM sales")
        assert tuple(row.values()) == (630_000, "2025-02-01", "dms", "S-7")

    async def test_the_same_amount_is_no_question(self) -> None:
        world = await lot_of_three()
        await world.sell("A1", 6300.0)
        await tell(world, event("sold", updated_at=LATER, sale=sale(6300.0)))
        assert (await questions(world), len(audit_sales(world))) == ([], 1)


class TestChangedHere:
    async def test_an_unposted_sale(self) -> None:
        world = await lot_of_three()
        sold = await world.sell("A1", 6500.0, customer={"name": "Ann"})
        response = await world.call("PATCH", f"/api/sales/{sold['id']}", {"salePrice": 6400, "saleDate": "2025-02-02"})
        shown = answer(response)
        assert (response.status, shown["salePrice"], shown["saleDate"]) == (200, 6400.0, "2025-02-02")
        assert shown["customer"]["name"] == "Ann"
        response = await world.call("PATCH", f"/api/sales/{sold['id']}", {"customer": None})
        assert (answer(response)["customer"], answer(response)["salePrice"]) == (None, 6400.0)

    async def test_a_voided_one_is_not(self) -> None:
        world = await lot_of_three()
        sold = await world.sell("A1", 6500.0)
        await world.void(sold["id"])
        assert (await world.call("PATCH", f"/api/sales/{sold['id']}", {"salePrice": 1})).status == 409
