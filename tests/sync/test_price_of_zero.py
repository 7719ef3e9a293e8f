"""A price of 0 is none: the DMS that tells it does not say what a car was sold for. That is asked, or the known price stays."""

from __future__ import annotations

from typing import Any

import pytest

from support.lot import car
from support.world import World
from sync.test_events import event, sale, tell
from sync.test_questions import LATER, LATEST, audit_sales, lot_of_three, questions, reply, status

ZEROS: list[Any] = [0, 0.0, "0", "$0.00", 0.004]


@pytest.mark.parametrize("price", ZEROS)
async def test_a_sale_for_it_is_asked(price: Any) -> None:
    world = await lot_of_three()
    await tell(world, event("sold", updated_at=LATER, sale=sale(price)))
    assert (status(world), audit_sales(world), world.tasks(kind="invoice")) == ("sold", [(None, "asked")], [])
    [question] = await questions(world)
    assert question["kind"] == "sale_price"


async def test_told_once_more_for_it_the_question_stays() -> None:
    world = await lot_of_three()
    await tell(world, event("sold", event_id="a", updated_at=LATER, sale=sale(0)))
    await tell(world, event("sold", event_id="b", updated_at=LATEST, sale=sale(0)))
    assert (audit_sales(world), len(await questions(world))) == ([(None, "asked")], 1)


async def test_the_answer_stays_when_it_is_told_again() -> None:
    world = await lot_of_three()
    await tell(world, event("sold", event_id="a", updated_at=LATER, sale=sale(0)))
    assert (await reply(world, "enter", salePrice=6400, saleDate="2025-02-02")).status == 200
    await tell(world, event("sold", event_id="b", updated_at=LATEST, sale={"sale_price": 0}))
    assert (audit_sales(world), await questions(world)) == ([(640_000, "pending")], [])


@pytest.mark.parametrize("sale_id", [None, "S-1"])
async def test_a_correction_to_it_leaves_the_known_price_and_takes_the_rest(sale_id: str | None) -> None:
    world = await lot_of_three()
    named = {"sale_id": sale_id} if sale_id else {}
    await tell(world, event("sold", event_id="a", sale=sale(6300.0, **named)))
    corrected = sale(0, "2025-02-02", customer={"name": "Ann Lee"}, **named)
    await tell(world, event("sold", event_id="b", updated_at=LATER, sale=corrected))
    [row] = world.database.query("SELECT sale_price_cents, sale_date, name FROM sales s JOIN customers c ON c.id = s.customer_id")
    assert (tuple(row.values()), await questions(world)) == ((630_000, "2025-02-02", "Ann Lee"), [])


async def test_a_sale_made_here_is_not_disputed_by_it() -> None:
    world = await lot_of_three()
    await world.sell("A1", 6500.0)
    await tell(world, event("sold", updated_at=LATER, sale=sale(0, sale_id="S-7")))
    assert (audit_sales(world), await questions(world)) == ([(650_000, "pending")], [])


async def test_a_correction_of_an_earlier_stay_to_it_sells_nothing() -> None:
    """The car is back on the lot under the number that it had, and its first sale waits for its price."""
    world = await lot_of_three()
    await tell(world, event("sold", event_id="a", updated_at=LATER, sale=sale(6300.0, sale_id="S-1")))
    world.database.query("UPDATE sales SET sale_price_cents = NULL RETURNING id")
    await tell(world, event("added", event_id="b", updated_at=LATEST, date_acquired="2025-02-02"))
    told = event("sold", event_id="c", updated_at="2025-02-01T11:00:00Z", date_acquired="2025-02-02", sale=sale(0, sale_id="S-1"))
    await tell(world, told)
    assert status(world) == "available"


async def test_a_pull_that_shows_a_sold_car_for_it_asks() -> None:
    world = await lot_of_three()
    world.network.dms.lot.upsert(car(1, status="sold", price=0, updated_at=LATER))
    assert await world.pull() == "completed"
    assert (status(world), audit_sales(world), len(await questions(world))) == ("sold", [(None, "asked")], 1)


async def test_a_car_first_seen_as_sold_for_it_is_history() -> None:
    world = World(0)
    await tell(world, event("sold", 9, sale=sale(0)))
    assert (status(world, "A9"), audit_sales(world), await questions(world)) == ("sold", [], [])
