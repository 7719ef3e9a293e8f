"""The traded car comes onto the lot: its value leaves the account of trade-ins, and what was given too much for it is a cost."""

from __future__ import annotations

from typing import Any

import pytest

from carlot.platform.ports import Response
from partners.quickbooks.test_scenarios import ACCOUNTS, COST, FLOOR_PLAN, INVENTORY, RECEIVABLE, SALES, TRADE_INS, Dealer
from simulators.quickbooks.postings import trial_balance
from support.lot import answer

FOCUS = {"vin": "1FAHP3FN8AW139719", "year": 2010, "make": "Ford", "model": "Focus"}
TRADED = {"kind": "tradeIn", "description": "2010 Ford Focus", "amount": -1500}
SOLD = {RECEIVABLE: 549_529, SALES: -699_529, FLOOR_PLAN: -420_000}


async def with_a_trade_in(*more: dict[str, Any]) -> tuple[Dealer, dict[str, Any]]:
    """A sale for 6,995.29 with a car taken for 1,500.00."""
    dealer = Dealer(1, settings=ACCOUNTS)
    await dealer.connect()
    await dealer.pull()
    sale = await dealer.sell("A1", 6995.29, lines=[TRADED, *more])
    await dealer.settle()
    return dealer, sale


async def take_in(dealer: Dealer, sale: dict[str, Any], **values: Any) -> Response:
    return await dealer.call("POST", f"/api/sales/{sale['id']}/trade-in", {**FOCUS, **values})


async def profit(dealer: Dealer) -> tuple[float, float]:
    [car] = answer(await dealer.call("GET", "/api/reports/profit"))["cars"]
    return car["tradeInDifference"], car["profit"]


async def test_taken_in_for_what_it_is_worth() -> None:
    dealer, sale = await with_a_trade_in()
    assert trial_balance(dealer.company) == {**SOLD, COST: 420_000, TRADE_INS: 150_000}
    response = await take_in(dealer, sale)
    vehicle = answer(response)
    assert (response.status, response.headers["location"]) == (201, f"/api/vehicles/{vehicle['id']}")
    assert (vehicle["purchasePrice"], vehicle["purchaseDate"], vehicle["status"]) == (1500, "2025-02-03", "available")
    await dealer.settle()
    assert trial_balance(dealer.company) == {**SOLD, COST: 420_000, INVENTORY: 150_000}
    assert await profit(dealer) == (0, 2795.29)


async def test_what_was_given_too_much_is_a_cost_of_the_sale() -> None:
    dealer, sale = await with_a_trade_in()
    await take_in(dealer, sale, purchasePrice=1200.5)
    await dealer.settle()
    # 1,500.00 were given for what is worth 1,200.50.
    assert trial_balance(dealer.company) == {**SOLD, COST: 420_000 + 29_950, INVENTORY: 120_050}
    assert await profit(dealer) == (299.5, 2495.79)


async def test_a_bargain_is_a_gain() -> None:
    dealer, sale = await with_a_trade_in()
    await take_in(dealer, sale, purchasePrice=1600)
    await dealer.settle()
    assert trial_balance(dealer.company) == {**SOLD, COST: 420_000 - 10_000, INVENTORY: 160_000}
    assert await profit(dealer) == (-100, 2895.29)


async def test_worth_nothing() -> None:
    dealer, sale = await with_a_trade_in()
    await take_in(dealer, sale, purchasePrice=0)
    await dealer.settle()
    assert trial_balance(dealer.company) == {**SOLD, COST: 420_000 + 150_000}
    assert await profit(dealer) == (1500, 1295.29)


async def test_a_corrected_allowance_is_followed() -> None:
    dealer, sale = await with_a_trade_in()
    await take_in(dealer, sale)
    await dealer.settle()
    response = await dealer.call("PATCH", f"/api/sales/{sale['id']}", {"lines": [{**TRADED, "amount": -1700}]})
    assert response.status == 200, response.body
    await dealer.settle()
    assert trial_balance(dealer.company) == {**SOLD, RECEIVABLE: 529_529, COST: 420_000 + 20_000, INVENTORY: 150_000}
    assert await profit(dealer) == (200, 2595.29)


async def test_two_traded_cars_each_once() -> None:
    dealer, sale = await with_a_trade_in({**TRADED, "description": "2009 Tesla", "amount": -900})
    assert (await take_in(dealer, sale)).status == 201
    second = answer(await take_in(dealer, sale, vin="5YJSA1DG9DFP14705", year=2013, make="Tesla", model="Model S"))
    assert second["purchasePrice"] == 900
    third = await take_in(dealer, sale, vin="1HGCM82633A004352", year=2003, make="Honda", model="Accord")
    assert (third.status, answer(third)["code"]) == (409, "no-trade-in")
    await dealer.settle()
    assert trial_balance(dealer.company)[INVENTORY] == 240_000
    assert TRADE_INS not in trial_balance(dealer.company)


@pytest.mark.parametrize("undone", ["never traded", "void", "unknown"])
async def test_nothing_to_be_taken_in(undone: str) -> None:
    dealer, sale = await with_a_trade_in()
    if undone == "never traded":
        assert (await dealer.call("PATCH", f"/api/sales/{sale['id']}", {"lines": []})).status == 200
    elif undone == "void":
        await dealer.void(sale["id"])
    else:
        sale = {"id": "x"}
    assert (await take_in(dealer, sale)).status == (404 if undone == "unknown" else 409)
    assert len(dealer.database.query("SELECT 1 FROM vehicles")) == 1


async def test_a_void_sale_leaves_a_car_that_was_bought() -> None:
    dealer, sale = await with_a_trade_in()
    await take_in(dealer, sale)
    await dealer.settle()
    await dealer.void(sale["id"])
    await dealer.settle()
    assert trial_balance(dealer.company) == {INVENTORY: 420_000 + 150_000, FLOOR_PLAN: -420_000 - 150_000}
