"""A site that forbids one car (403) says something about that car: the others go on, and sold cars leave."""

from __future__ import annotations

from typing import Any

import pytest

from app.typed import vin
from listings.market import Market
from support.lot import answer

FOR_EVER = 1_000_000
LOCKED = {"error": {"code": "forbidden", "message": "This vehicle is locked by another dealer"}}


def forbid(market: Market, number: int, method: str | None = None, site: str = "cargurus") -> None:
    """The site answers 403 to every call about one car."""
    only = {} if method is None else {"method": method}
    rule = {"fault": "status", "status": 403, "body": LOCKED, "path": f"*/{vin(number)}", "times": FOR_EVER, **only}
    market.network.faults(site, script=[rule])


def partner(market: Market, site: str = "cargurus") -> dict[str, Any]:
    return market.database.query("SELECT * FROM partners WHERE target = ?", site)[0]


async def test_the_other_cars_go_on_and_sold_ones_leave_within_the_hour(market: Market) -> None:
    forbid(market, 1)
    cars = [await market.add(number) for number in range(1, 6)]
    await market.minutes(5)
    assert set(market.shown()) == {vin(number) for number in range(2, 6)}
    for day in range(4):
        await market.change(cars[0], price=9000 + day)
        await market.minutes(1)
        await market.change(cars[4], price=8000 + day)
        await market.minutes(1)
        assert market.shown()[vin(5)]["price"] == 8000 + day
        assert partner(market)["blocked_reason"] is None
        market.clock.forward(86_400)
    await market.sold(cars[1])
    await market.sold(cars[2])
    await market.minutes(60)
    assert set(market.shown()) == {vin(4), vin(5)}
    assert {task["state"] for task in market.tasks(target="cargurus")} == {"dead", "done"}


async def test_the_forbidden_car_says_so_in_the_words_of_the_site(market: Market) -> None:
    forbid(market, 1)
    car = await market.add(1)
    await market.minutes(2)
    task = market.task(target="cargurus")
    assert (task["state"], task["error"]) == ("dead", "CarGurus refused it: This vehicle is locked by another dealer")
    assert (await market.listings(car))["carGurus"]["state"] == "dead"
    # It is not asked for again by itself; the dealer's retry, once the site takes it, puts it on.
    assert market.calls() == ["PUT"]
    market.network.faults("cargurus")
    assert answer(await market.call("POST", f"/api/integrations/tasks/{task['id']}/retry"))["state"] == "pending"
    await market.minutes(1)
    assert set(market.shown()) == {vin(1)}


@pytest.mark.parametrize("method", ["DELETE", "GET", None])
async def test_a_removal_that_is_forbidden_is_asked_for_until_the_car_is_gone(market: Market, method: str | None) -> None:
    cars = [await market.add(number) for number in (1, 2)]
    await market.minutes(1)
    forbid(market, 1, method)
    for car in cars:
        await market.sold(car)
    await market.minutes(60)
    assert vin(2) not in market.shown()
    task = market.task(target="cargurus", subject_id=cars[0]["id"])
    assert (task["state"], task["error"]) == ("pending", "CarGurus refused it: This vehicle is locked by another dealer")
    assert market.audit()[vin(1)][0] == "pending"
    for _ in range(3 * 24):
        market.clock.forward(3600)
        await market.minutes(1)
    market.network.faults("cargurus")
    await market.minutes(60)
    assert market.shown() == {}
    assert {state for state, _ in market.audit().values()} == {"absent"}


async def test_a_forbidden_look_at_a_removed_car_is_not_the_last(market: Market) -> None:
    """Its removal was never answered at first, so the site is read back once more: a late call may have put it up again."""
    car = await market.add(1)
    await market.minutes(1)
    market.network.faults("cargurus", script=[{"fault": "stall", "stall_before_work": True, "method": "PUT"}])
    await market.change(car, price=7000)
    await market.work()
    await market.sold(car)
    await market.work()
    forbid(market, 1, "GET")
    await market.minutes(90)
    assert market.task(target="cargurus")["state"] == "pending"
    market.network.faults("cargurus")
    await market.minutes(60)
    assert market.shown() == {}
    assert market.task(target="cargurus")["state"] == "done"
