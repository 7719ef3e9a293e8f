"""A listing is removed where it was put: also after the dealer id was corrected, and when its site is no longer configured."""

from __future__ import annotations

from typing import Any

import pytest

from app.typed import vin
from listings.market import Market
from support.lot import answer

OLD = f"/truecar/v1/dealers/D%2042/inventory/{vin(1)}"
NEW = f"/truecar/v1/dealers/D43/inventory/{vin(1)}"


def heard(market: Market, method: str) -> list[str]:
    """The addresses that TrueCar was asked at, in order."""
    return [call["path"] for call in market.network.heard(method, partner="truecar")]


async def listed(**changed: Any) -> tuple[Market, dict[str, Any]]:
    market = Market()
    car = await market.add(1, **changed)
    await market.settle()
    market.forget_calls()
    return market, car


async def test_a_corrected_dealer_id_moves_every_car() -> None:
    """Both addresses may lead to the same listing, so the present one is looked at after the old one was removed."""
    market, _ = await listed()
    market.env["TRUECAR_DEALER_ID"] = "D43"
    await market.minutes(3)
    await market.settle()
    assert [path.replace("%20", " ") for path in heard(market, "DELETE")] == [OLD.replace("%20", " ")]
    assert heard(market, "PUT")[0] == NEW
    market.check()
    assert market.tasks(state="dead") == []
    assert market.database.query("SELECT * FROM old_listings") == []


async def test_a_car_that_is_sold_at_that_moment_leaves_the_old_address() -> None:
    market, car = await listed()
    market.env["TRUECAR_DEALER_ID"] = "D43"
    await market.sold(car)
    await market.settle()
    assert [path.replace("%20", " ") for path in heard(market, "DELETE")] == [OLD.replace("%20", " ")]
    assert heard(market, "PUT") == []
    assert market.shown("truecar") == {}
    market.check()


@pytest.mark.parametrize("status", [401, 403])
async def test_an_old_address_that_lets_us_not_in_holds_up_nothing_and_says_what_to_do(status: int) -> None:
    market, car = await listed()
    rule = {"fault": "status", "status": status, "path": "*/dealers/D*42/*", "times": 10_000}
    market.network.faults("truecar", script=[rule])
    market.env["TRUECAR_DEALER_ID"] = "D43"
    await market.minutes(3)
    await market.settle()
    market.check()
    task = market.task(target="truecar", kind="old_listing")
    assert task["state"] == "dead"
    assert vin(1) in task["error"]
    assert "by hand" in task["error"]
    rows = market.database.query("SELECT blocked_reason FROM partners WHERE target = 'truecar' AND blocked_reason IS NOT NULL")
    assert rows == []
    status_now = answer(await market.call("GET", "/api/integrations/status"))
    assert status_now["queue"]["dead"] == 1
    await market.sold(car)
    await market.settle()
    assert market.audit("truecar")[vin(1)][0] == "pending", "it may still stand at the old address"


@pytest.mark.parametrize("setting", ["TRUECAR_DEALER_ID", "TRUECAR_API_URL"])
async def test_a_site_that_is_no_longer_configured_lets_a_sold_car_go(setting: str) -> None:
    market, car = await listed()
    market.env[setting] = None
    await market.minutes(2)
    assert vin(1) in market.shown("truecar"), "a setting that is gone for a moment takes nothing off"
    await market.sold(car)
    await market.settle()
    assert market.shown("truecar") == {}
    assert market.audit("truecar")[vin(1)][0] == "absent"


async def test_an_edit_meanwhile_waits_and_does_not_hold_up_the_removal() -> None:
    market, car = await listed()
    market.env["TRUECAR_DEALER_ID"] = None
    await market.change(car, price=15_000)
    await market.minutes(2)
    assert market.task(target="truecar", kind="listing")["state"] == "blocked"
    await market.sold(car)
    await market.settle()
    assert market.shown("truecar") == {}


async def test_without_the_key_it_is_dead_and_says_so() -> None:
    market, car = await listed()
    market.env["CARGURUS_API_KEY"] = None
    await market.sold(car)
    await market.settle()
    task = market.task(target="cargurus", kind="old_listing")
    assert task["state"] == "dead"
    assert "CARGURUS_API_KEY" in task["error"]
    assert market.audit("cargurus")[vin(1)][0] == "pending"
    market.env["CARGURUS_API_KEY"] = "key"
    await market.call("POST", f"/api/integrations/tasks/{task['id']}/retry")
    await market.settle()
    assert market.shown("cargurus") == {}
    market.check()


async def test_what_a_wrong_dealer_id_refused_is_tried_under_the_right_one() -> None:
    market = Market()
    rule = {"fault": "status", "status": 404, "path": "*/dealers/D*42/*", "times": 10_000}
    market.network.faults("truecar", script=[rule])
    await market.add(1)
    await market.settle()
    assert market.task(target="truecar")["state"] == "dead"
    market.env["TRUECAR_DEALER_ID"] = "D43"
    await market.minutes(2)
    await market.settle()
    market.check()
