"""What the DMS tells of a sale late, twice or in the wrong order, and what it is told of one that was changed meanwhile."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from support.lot import car
from support.perils import Perils
from support.world import World
from sync.test_events import event, sale, tell
from sync.test_questions import audit_sales, lot_of_three, questions, reply, status

FIRST = "2025-02-01T09:00:00Z"
SECOND = "2025-02-01T10:00:00Z"
THIRD = "2025-02-01T11:00:00Z"


def told(name: str, at: str, price: float = 6300.0, **more: Any) -> dict[str, Any]:
    """An event that tells of a sale at a time of the DMS's."""
    return event("sold", event_id=name, updated_at=at, sale=sale(price, **more))


async def paid() -> World:
    """The DMS has sold a car for 6,300 dollars, which are paid."""
    world = await lot_of_three()
    await tell(world, told("a", FIRST))
    world.database.query("UPDATE sales SET invoice_id = '1', paid_at = '2025-02-02T08:00:00.000Z' RETURNING id")
    return world


class TestOrder:
    async def test_the_latest_telling_counts_when_it_says_what_is_known(self) -> None:
        world = await lot_of_three()
        await tell(world, told("a", FIRST), told("c", THIRD), told("b", SECOND, 6275.0))
        assert audit_sales(world) == [(630_000, "pending")]

    @pytest.mark.parametrize("seed", range(4))
    async def test_so_it_does_when_two_take_effect_at_the_same_time(self, seed: int) -> None:
        world = await lot_of_three()
        await tell(world, told("a", FIRST))
        for each in (told("b", SECOND, 6275.0), told("c", THIRD)):
            assert await world.told_by_dms(each) == 200
        world.restart(Perils(world.clock, interleave=Random(seed)))
        await world.until_quiet()
        assert audit_sales(world) == [(630_000, "pending")]

    @pytest.mark.parametrize("order", ["bc", "cb"])
    async def test_the_latest_correction_of_a_paid_sale_is_asked(self, order: str) -> None:
        world = await paid()
        events = {"b": told("b", SECOND, 6275.0), "c": told("c", THIRD, 6250.0)}
        await tell(world, *(events[name] for name in order))
        [question] = await questions(world)
        assert (question["kind"], "$6,250.00" in question["text"]) == ("sale_changed", True)

    @pytest.mark.parametrize("seed", range(4))
    async def test_so_it_is_when_two_take_effect_at_the_same_time(self, seed: int) -> None:
        world = await paid()
        for each in (told("c", THIRD, 6250.0), told("b", SECOND, 6275.0)):
            assert await world.told_by_dms(each) == 200
        world.restart(Perils(world.clock, interleave=Random(seed)))
        await world.until_quiet()
        [question] = await questions(world)
        assert "$6,250.00" in question["text"]

    async def test_a_correction_that_the_dms_takes_back_is_asked_no_more(self) -> None:
        world = await paid()
        await tell(world, told("b", SECOND, 6275.0))
        assert len(await questions(world)) == 1
        await tell(world, told("c", THIRD))
        assert (await questions(world), audit_sales(world)) == ([], [(630_000, "paid")])

    async def test_what_the_dealer_wants_changed_is_asked_whatever_the_dms_repeats(self) -> None:
        world = await paid()
        [row] = world.database.query("SELECT id FROM sales")
        assert (await world.call("PATCH", f"/api/sales/{row['id']}", {"salePrice": 6400})).status == 200
        await tell(world, told("c", THIRD))
        [question] = await questions(world)
        assert "$6,400.00" in question["text"]

    async def test_a_price_told_late_is_taken_though_the_car_was_seen_sold_after_it(self) -> None:
        world = await lot_of_three()
        world.network.dms.lot.upsert(car(1, status="sold", updated_at=THIRD))
        await world.pull()
        await tell(world, told("a", FIRST, 6300.0), told("b", SECOND, 6275.0))
        assert (await questions(world), audit_sales(world)) == ([], [(627_500, "pending")])


class TestDisputes:
    async def disputed(self, *events: dict[str, Any]) -> World:
        world = await lot_of_three()
        await world.sell("A1", 6500.0)
        await tell(world, *events)
        return world

    async def test_the_latest_amount_is_disputed(self) -> None:
        world = await self.disputed(told("c", THIRD, 6250.0), told("b", SECOND, 6275.0))
        [question] = await questions(world)
        assert (question["kind"], "$6,250.00" in question["text"]) == ("sale_disputed", True)

    async def test_it_ends_when_the_dms_is_corrected_to_what_was_entered_here(self) -> None:
        world = await self.disputed(told("b", SECOND, 6275.0), told("c", THIRD, 6500.0))
        assert (await questions(world), audit_sales(world)) == ([], [(650_000, "pending")])

    async def test_a_sale_that_became_theirs_can_fall_through_there(self) -> None:
        world = await self.disputed(told("b", SECOND, 6275.0))
        assert (await reply(world, "theirs")).status == 200
        world.network.dms.lot.upsert(car(1, status="available", updated_at=THIRD))
        await world.pull()
        assert (status(world), audit_sales(world)) == ("available", [(627_500, "voided")])


class TestTold:
    """What the DMS hears of a sale made here."""

    @pytest.mark.parametrize("changes", [{"salePrice": 6100}, {"saleDate": "2025-02-02"}, {"customer": {"name": "Bob Ray"}}])
    async def test_a_repeat_says_what_was_said_first(self, changes: dict[str, Any]) -> None:
        """One key stands for one body: the answer to the first got lost, and the sale was corrected meanwhile."""
        world = await lot_of_three()
        world.network.faults(script=[{"times": 1, "fault": "lost_answer", "path": "/sales"}])
        made = await world.sell("A1", 6000.0, customer={"name": "Ann Lee"})
        await world.work()
        assert (await world.call("PATCH", f"/api/sales/{made['id']}", changes)).status == 200
        await world.until_quiet()
        first, second = world.network.heard("POST", "/sales")
        assert first["body"] == second["body"]
        assert (world.task(kind="sale")["state"], len(world.dms_sales())) == ("done", 1)

    async def test_a_repeat_names_the_car_as_it_was_called_first(self) -> None:
        """The car got another stock number here meanwhile; the DMS may have the sale under the one that it was told."""
        world = await lot_of_three()
        world.network.faults(script=[{"times": 1, "fault": "lost_answer", "path": "/sales"}])
        await world.sell("A1", 6000.0)
        await world.work()
        world.database.query("UPDATE vehicles SET external_dms_id = 'B1' WHERE external_dms_id = 'A1' RETURNING id")
        await world.until_quiet()
        first, second = world.network.heard("POST", "/sales")
        assert first["body"] == second["body"]
        assert (world.task(kind="sale")["state"], len(world.dms_sales())) == ("done", 1)

    async def test_under_a_number_that_is_gone_it_is_told_once_more_under_the_new_one(self) -> None:
        world = await lot_of_three()
        world.network.faults(script=[{"times": 1, "fault": "status", "path": "/sales"}])
        await world.sell("A1", 6000.0)
        await world.work()
        world.network.dms.lot.renumber({"A1": "B1"})
        world.database.query("UPDATE vehicles SET external_dms_id = 'B1' WHERE external_dms_id = 'A1' RETURNING id")
        await world.until_quiet()
        assert [each["body"]["stock_number"] for each in world.network.heard("POST", "/sales")] == ["A1", "A1", "B1"]
        assert (world.task(kind="sale")["state"], len(world.dms_sales())) == ("done", 1)

    async def test_after_a_refusal_the_dms_hears_of_the_sale_as_it_is_by_then(self) -> None:
        world = await lot_of_three()
        record = dict(world.dms_record("A1"))
        world.network.dms.lot.remove("A1")
        made = await world.sell("A1", 6000.0)
        await world.until_quiet()
        world.network.dms.lot.upsert(record)
        assert (await world.call("PATCH", f"/api/sales/{made['id']}", {"salePrice": 6100})).status == 200
        await world.call("POST", f"/api/integrations/tasks/{world.task(kind='sale')['id']}/retry")
        await world.until_quiet()
        assert [each["sale_price"] for each in world.dms_sales()] == [6100.0]

    async def test_a_sale_of_which_it_may_know_and_whose_car_it_has_no_more_is_undone(self) -> None:
        world = await lot_of_three()
        world.network.faults(script=[{"times": 1, "fault": "status", "path": "/sales"}])
        made = await world.sell("A1", 6000.0)
        await world.work()
        world.network.dms.lot.remove("A1")
        await world.void(made["id"])
        await world.until_quiet()
        assert world.task(kind="sale")["state"] == "done"

    async def test_a_sale_is_undone_there_though_its_car_has_lost_its_number(self) -> None:
        world = await lot_of_three()
        made = await world.sell("A1", 6000.0)
        await world.until_quiet()
        other = car(9, stock_number="A1", make="Ford", model="Fiesta", updated_at=world.later(10))
        world.network.dms.lot.upsert(other)
        await world.pull()
        await world.void(made["id"])
        await world.until_quiet()
        assert world.dms_sales() == []
        assert world.dms_record("A1") == other


class TestTakenBack:
    """A car that was sold, taken back in trade and sold again, under the number that it had."""

    async def sold_twice(self, first: str | None = None, second: str | None = None) -> World:
        world = await lot_of_three()
        await tell(world, event("sold", event_id="a", updated_at=FIRST, sale=sale(6300.0, sale_id=first)))
        again = sale(6200.0, "2025-02-03", sale_id=second)
        await tell(world, event("sold", event_id="b", updated_at=SECOND, date_acquired="2025-02-02", sale=again))
        return world

    async def test_it_is_two_vehicles_and_two_sales(self) -> None:
        world = await self.sold_twice()
        rows = world.database.query(
            """SELECT s.sale_price_cents AS cents, v.purchase_date AS acquired, v.external_dms_id AS number
            FROM sales s JOIN vehicles v ON v.id = s.vehicle_id WHERE v.vin = ? ORDER BY s.created_at""",
            car(1)["vin"],
        )
        assert [tuple(row.values()) for row in rows] == [(630_000, "2025-01-14", None), (620_000, "2025-02-02", "A1")]

    async def test_a_correction_of_the_first_sale_corrects_that(self) -> None:
        world = await self.sold_twice("S-1", "S-2")
        await tell(world, event("sold", event_id="c", updated_at=THIRD, sale=sale(6250.0, sale_id="S-1")))
        prices = world.database.query("SELECT dms_sale_id, sale_price_cents FROM sales ORDER BY created_at")
        assert [tuple(row.values()) for row in prices] == [("S-1", 625_000), ("S-2", 620_000)]


async def test_a_correction_of_a_sale_that_was_undone_here_sells_nothing() -> None:
    world = await lot_of_three()
    await tell(world, told("a", FIRST, sale_id="S-1"))
    await world.void(str(world.database.query("SELECT id FROM sales")[0]["id"]))
    await tell(world, told("b", SECOND, 6250.0, sale_id="S-1"))
    assert (status(world), audit_sales(world)) == ("available", [(630_000, "voided")])


async def test_an_older_telling_of_a_sale_that_was_undone_here_sells_nothing() -> None:
    """The DMS corrected its sale and took the correction back; it names no sale."""
    world = await lot_of_three()
    await tell(world, told("a", FIRST))
    await world.void(str(world.database.query("SELECT id FROM sales")[0]["id"]))
    await tell(world, told("c", THIRD), told("b", SECOND, 6275.0))
    assert (status(world), audit_sales(world)) == ("available", [(630_000, "voided")])


SPELLED: dict[str, tuple[Any, tuple[Any, ...]]] = {
    "texts": (
        {"sale_price": "$6,300.00", "sale_date": "02/01/2025", "customer": {"name": " Ann Lee ", "email": "", "phone": ""}},
        (630_000, "2025-02-01", None, "Ann Lee", None),
    ),
    "a time and a number for an id": (
        {"sale_price": "6300", "sale_date": "2025-02-01T10:00:00Z", "sale_id": 17},
        (630_000, "2025-02-01", "17", None, None),
    ),
    "nobody": (
        {"sale_price": 6300, "sale_date": "2025-02-01", "customer": {"name": ""}},
        (630_000, "2025-02-01", None, None, None),
    ),
    "a name alone": (
        {"sale_price": 6300, "sale_date": "2025-02-01", "customer": "Ann"},
        (630_000, "2025-02-01", None, "Ann", None),
    ),
    "no day": ({"sale_price": 6300, "customer": {"name": "Ann", "email": 5}}, (630_000, "2025-02-01", None, "Ann", None)),
    "an empty day": ({"sale_price": 6300, "sale_date": "", "sale_id": ""}, (630_000, "2025-02-01", None, None, None)),
    "no price": ({"sale_date": "2025-02-01"}, (None, "2025-02-01", None, None, None)),
    "an empty price": ({"sale_price": "", "sale_date": ""}, (None, "2025-02-01", None, None, None)),
    "a price below zero": ({"sale_price": -5, "sale_date": "2025-02-01"}, (None, "2025-02-01", None, None, None)),
    "nothing": ({}, (None, "2025-02-01", None, None, None)),
}


@pytest.mark.parametrize("how", SPELLED)
async def test_a_sale_is_read_as_dealer_programs_spell_it(how: str) -> None:
    """What cannot be read is left out, and a price that is not known is asked."""
    spelled, known = SPELLED[how]
    world = await lot_of_three()
    shout = {**event("sold", updated_at=FIRST, sale=spelled), "event": "Vehicle.Sold ", "occurred_at": ""}
    await tell(world, shout)
    [row] = world.database.query(
        """SELECT sale_price_cents, sale_date, dms_sale_id, c.name, c.email
        FROM sales s LEFT JOIN customers c ON c.id = s.customer_id"""
    )
    assert (status(world), tuple(row.values())) == ("sold", known)
    assert len(await questions(world)) == (known[0] is None)
