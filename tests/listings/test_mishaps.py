"""Sites that fail: whatever strikes a call, in the end the site shows what it should, and a sold car nowhere."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from app.typed import vin
from listings.market import LANDS_S, SITES, Market
from support.perils import Killed, Perils

MISHAPS: dict[str, dict[str, Any]] = {
    "500 before the work": {"fault": "status", "status": 500},
    "502 after the work": {"fault": "status", "status": 502, "after_work": True},
    "slow down": {"fault": "rate_limit", "retry_after_s": 3},
    "out of time, done at once": {"fault": "stall"},
    "out of time, done later": {"fault": "stall", "stall_before_work": True},
    "the answer is lost": {"fault": "lost_answer"},
    "connection reset": {"fault": "reset"},
    "cut short by the network": {"fault": "truncate", "truncate_mode": "length"},
    "cut short in the JSON": {"fault": "truncate", "truncate_mode": "json"},
    "200 with an error in it": {"fault": "error_body"},
    "200 with a web page": {"fault": "html"},
    "200 with a list": {"fault": "error_body", "body": []},
    "503": {"fault": "outage", "retry_after_s": 7},
    "401": {"fault": "status", "status": 401},
    "408": {"fault": "status", "status": 408},
}
MISHAP = pytest.mark.parametrize("mishap", MISHAPS.values(), ids=list(MISHAPS))


@MISHAP
async def test_a_mishap_while_publishing_ends_with_the_right_listing(market: Market, mishap: dict[str, Any]) -> None:
    market.network.faults("cargurus", script=[{**mishap, "method": "PUT", "times": 2}])
    await market.add(1)
    await market.settle()
    market.check()


@MISHAP
async def test_while_changing_the_price(market: Market, mishap: dict[str, Any]) -> None:
    car = await market.add(1)
    await market.work()
    market.network.faults("cargurus", script=[{**mishap, "method": "PUT"}])
    await market.change(car, price=5)
    await market.work()
    await market.change(car, price=6)
    await market.settle()
    market.check()


@MISHAP
@pytest.mark.parametrize("method", ["DELETE", "GET"])
async def test_a_mishap_while_removing_ends_without_a_listing(market: Market, mishap: dict[str, Any], method: str) -> None:
    car = await market.add(1)
    await market.work()
    market.network.faults("cargurus", script=[{**mishap, "method": method, "times": 2}])
    await market.sold(car)
    await market.settle()
    market.check()


@MISHAP
async def test_a_sale_after_a_publish_that_went_wrong(market: Market, mishap: dict[str, Any]) -> None:
    market.network.faults("cargurus", script=[{**mishap, "method": "PUT", "times": 3}])
    car = await market.add(1)
    await market.deliver_due()
    await market.sold(car)
    await market.settle()
    market.check()


@MISHAP
async def test_while_reading_back_at_night(market: Market, mishap: dict[str, Any]) -> None:
    await market.add(1)
    await market.work()
    market.network.sites["cargurus"].show(vin(1), {**market.shown()[vin(1)], "price": 20001})
    market.shown()[vin(1)]["price"] = 1  # What a site does to its own listings is no price of ours.
    market.network.faults("cargurus", script=[{**mishap, "method": "GET"}])
    market.clock.forward(86_400)
    await market.tick("0 * * * *")
    await market.settle()
    market.check()


async def test_a_put_that_lands_after_the_removal_is_found_and_mended(market: Market) -> None:
    """The call timed out here, and took effect there after the sold car had been removed and read back."""
    market.network.faults("cargurus", script=[{"fault": "stall", "stall_before_work": True, "method": "PUT"}])
    car = await market.add(1)
    await market.work()
    await market.sold(car)
    await market.work()
    assert market.shown() == {}
    assert market.audit()[vin(1)][0] == "absent"
    market.clock.forward(LANDS_S)
    await market.network.land()
    assert list(market.shown()) == [vin(1)]
    await market.minutes(2)
    market.check()


async def test_an_old_price_that_lands_late_is_found_and_mended(market: Market) -> None:
    car = await market.add(1)
    await market.work()
    market.network.faults("cargurus", script=[{"fault": "stall", "stall_before_work": True, "method": "PUT"}])
    await market.change(car, price=5)
    await market.deliver_due()
    await market.change(car, price=6)
    market.clock.forward(6)
    await market.work()
    assert market.audit()[vin(1)] == ("live", 600)
    market.clock.forward(LANDS_S)
    await market.network.land()
    assert market.shown()[vin(1)]["price"] == 5
    await market.minutes(2)
    market.check()


async def test_a_removal_that_lands_after_the_sale_was_undone_is_found_and_mended(market: Market) -> None:
    car = await market.add(1)
    await market.work()
    market.network.faults("kbb", script=[{"fault": "stall", "stall_before_work": True, "method": "DELETE"}])
    sale_id = await market.sold(car)
    await market.deliver_due()
    await market.void(sale_id)
    market.clock.forward(6)
    await market.work()
    assert market.audit("kbb")[vin(1)][0] == "live"
    market.clock.forward(LANDS_S)
    await market.network.land()
    assert market.shown("kbb") == {}
    await market.minutes(2)
    market.check()


@pytest.mark.parametrize("outage", [True, "refuse"])
async def test_a_site_that_is_down_for_23_hours(market: Market, outage: Any) -> None:
    cars = [await market.add(number) for number in range(1, 13)]
    await market.until_quiet()
    market.network.faults("truecar", outage=outage)
    for number, car in enumerate(cars):
        await (market.sold(car) if number % 2 else market.change(car, price=100 + number))
    sold_at = market.clock.now()
    await market.minutes(23 * 60)
    assert len(market.shown("truecar")) == 12
    assert len(market.shown("kbb")) == 6
    down = len(market.calls("truecar"))
    assert down < 23 * 60, "it is left alone while it is down"
    market.network.faults("truecar")
    while market.tasks(state="pending"):
        await market.minutes(1)
    market.check()
    removed = [change for change in market.network.sites["truecar"].history if change["what"] == "removed"]
    assert len(removed) == 6
    assert (market.clock.now() - sold_at).total_seconds() < 23.7 * 3600


@pytest.mark.parametrize("after_effect", [False, True], ids=["before", "after"])
async def test_killed_at_any_call(after_effect: bool) -> None:
    """Publish, a new price, a sale: killed at each call to platform or site in turn, before or after its effect."""
    call = 0
    while True:
        call += 1
        market = Market()
        car = await market.add(1)
        market.restart(Perils(market.clock, kill_at=call, after_effect=after_effect))
        try:
            await market.work()
            await market.change(car, price=7)
            await market.work()
            await market.sold(car)
            await market.work()
            reached = False
        except Killed:
            reached = True
        market.restart()
        if not market.database.query("SELECT 1 FROM sales"):
            await market.change(car, price=8)
            await market.settle()
            market.check()
            await market.sold(car)
        await market.settle()
        market.check()
        assert all(market.shown(site) == {} for site in SITES)
        if not reached:
            break
    assert call > 30, "so many calls there are at least"


@pytest.mark.parametrize("seed", range(12))
async def test_a_busy_day_with_every_fault(seed: int) -> None:
    """Thirty cars published, changed, sold, unpublished in any order while sites fail in every way."""
    chance = Random(seed)
    market = Market(seed=seed)
    rates = (
        "error_rate",
        "rate_limit_rate",
        "stall_rate",
        "truncate_rate",
        "lost_answer_rate",
        "reset_rate",
        "error_body_rate",
        "html_rate",
    )
    for site in SITES:
        knobs = {rate: chance.uniform(0, 0.08) for rate in rates}
        market.network.faults(site, seed=seed, stall_before_work=chance.random() < 0.5, **knobs)
    cars = [await market.add(number) for number in range(1, 31)]
    sold: set[str] = set()
    for _ in range(150):
        car = chance.choice(cars)
        step = chance.randrange(8)
        if step < 4 and car["id"] not in sold:
            await market.change(car, price=chance.randrange(1000, 30000), mileage=chance.randrange(100000))
        elif step == 4 and car["id"] not in sold and chance.random() < 0.5:
            await market.sold(car)
            sold.add(car["id"])
        elif step == 5 and car["id"] not in sold:
            await market.change(car, publishToThirdParty=chance.random() < 0.6)
        elif step == 6:
            await market.deliver_due(most=chance.randrange(1, 30), order=chance)
        elif chance.random() < 0.3:
            await market.minutes(1)
    for site in SITES:
        market.network.faults(site)
    await market.settle()
    market.check()


class TestDefinedEnds:
    """What a site may answer besides: each has its end."""

    @pytest.mark.parametrize("body", [{}, {"id": ""}, {"status": "ok"}])
    async def test_a_success_without_an_id_that_took_the_car(self, market: Market, body: dict[str, str]) -> None:
        rule = {"fault": "status", "status": 201, "after_work": True, "method": "PUT", "body": body, "times": 1000}
        market.network.faults("cargurus", script=[rule])
        await market.add(1)
        await market.settle()
        market.check()
        assert market.calls("cargurus", "PUT") == ["PUT"]

    async def test_a_success_without_an_id_that_did_not_take_it(self, market: Market) -> None:
        market.network.faults("cargurus", script=[{"fault": "status", "status": 201, "method": "PUT", "body": {}, "times": 1000}])
        await market.add(1)
        await market.settle()
        task = market.task(target="cargurus")
        assert (task["state"], task["attempts"]) == ("dead", 5)
        assert "does not show it" in task["error"]

    @pytest.mark.parametrize(("status", "tries"), [(409, 5), (413, 1)])
    async def test_a_refused_car_is_given_up(self, market: Market, status: int, tries: int) -> None:
        rule = {"fault": "status", "status": status, "method": "PUT", "times": 1000, "body": {"error": {"message": "No."}}}
        market.network.faults("cargurus", script=[rule])
        await market.add(1)
        await market.settle()
        task = market.task(target="cargurus")
        assert (task["state"], task["attempts"]) == ("dead", tries)
        assert market.task(target="kbb")["state"] == "done"

    @pytest.mark.parametrize("status", [403, 409, 413, 422])
    async def test_a_removal_is_never_given_up_for_it(self, market: Market, status: int) -> None:
        car = await market.add(1)
        await market.settle()
        rule = {"fault": "status", "status": status, "method": "DELETE", "times": 12, "body": {"error": {"message": "No."}}}
        market.network.faults("cargurus", script=[rule])
        await market.sold(car)
        await market.settle()
        market.check()

    async def test_410_is_gone_as_404(self, market: Market) -> None:
        car = await market.add(1)
        await market.settle()
        market.shown("cargurus").clear()
        gone = {"fault": "status", "status": 410, "times": 1000}
        market.network.faults("cargurus", script=[gone])
        market.forget_calls()
        await market.sold(car)
        await market.settle()
        assert market.task(target="cargurus")["state"] == "done"
        assert market.audit("cargurus")[car["vin"]][0] == "absent"
        assert market.calls("cargurus") == ["DELETE", "GET"]
