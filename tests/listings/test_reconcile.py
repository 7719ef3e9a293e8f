"""The nightly look at what the sites really show."""

from __future__ import annotations

from typing import Any

from app.typed import entry, vin
from listings.market import SITES, Market
from support.lot import answer

HOUR = "0 * * * *"


async def night(market: Market) -> None:
    """The next night's look: 4 in the morning in New York is 9 in the morning UTC."""
    await market.until_quiet()
    at = market.clock.now()
    market.clock.forward(((9 - at.hour) % 24 or 24) * 3600 - at.minute * 60)
    market.forget_calls()
    await market.tick(HOUR)
    await market.work()


async def test_drift_is_found_and_mended(market: Market) -> None:
    cars = [await market.add(number) for number in range(1, 6)]
    await market.until_quiet()
    await market.sold(cars[4])
    await market.until_quiet()
    cargurus = market.network.sites["cargurus"]
    cargurus.hide(vin(1))
    market.shown()[vin(2)]["price"] = 1
    market.shown()[vin(3)]["photoUrls"] = []
    cargurus.show(vin(5), {"vin": vin(5), "price": 20005})
    await night(market)
    market.check()
    assert sorted(market.calls()) == sorted(["GET"] * 6 + ["PUT"] * 3 + ["DELETE"])
    assert sorted(market.calls("kbb")) == ["GET"] * 5


async def test_once_a_night(market: Market) -> None:
    await market.add(1)
    await night(market)
    assert [market.calls(site) for site in SITES] == [["GET"]] * 3
    market.forget_calls()
    for _ in range(5):
        market.clock.forward(3600)
        await market.tick(HOUR)
        await market.minutes(1)
    assert [market.calls(site) for site in SITES] == [[]] * 3
    await night(market)
    assert [market.calls(site) for site in SITES] == [["GET"]] * 3


async def test_an_outage_at_that_hour_costs_no_night(market: Market) -> None:
    for number in range(1, 4):
        await market.add(number)
    await market.until_quiet()
    market.network.sites["cargurus"].hide(vin(1))
    market.network.faults("cargurus", outage=True)
    await night(market)
    await market.minutes(40)
    market.network.faults("cargurus")
    await market.settle()
    market.check()


async def test_a_car_sold_long_ago_is_left_alone(market: Market) -> None:
    car = await market.add(1)
    await market.until_quiet()
    await market.sold(car)
    for _ in range(7):
        await night(market)
        assert market.calls() == ["GET"]
    await night(market)
    assert market.calls() == []


async def test_a_sold_entry_that_is_looked_for_leaves_the_new_one_alone(market: Market) -> None:
    """The site shows the sold car again; while that is found out, the car taken in again is put up."""
    first = await market.add(1)
    await market.until_quiet()
    await market.sold(first)
    await market.until_quiet()
    entered = entry(1, stockNumber="H1b", purchaseDate="2025-03-01", price=11111)
    second = answer(await market.call("POST", "/api/vehicles", entered))
    market.network.sites["cargurus"].show(vin(1), {"vin": vin(1), "price": 20001})
    plain = market.network.request
    begun: list[str] = []

    async def publish_meanwhile(method: str, url: str, *rest: Any, **limits: Any) -> Any:
        shown = await plain(method, url, *rest, **limits)
        if method == "GET" and "cargurus" in url and not begun:
            begun.append(url)
            await market.change(second, publishToThirdParty=True)
            await market.deliver_due()
        return shown

    market.network.request = publish_meanwhile  # type: ignore[method-assign]
    await night(market)
    await market.settle()
    assert begun
    assert market.calls("cargurus").count("DELETE") == 0
    market.check()


async def test_what_was_refused_stays_refused_until_it_changes(market: Market) -> None:
    market.network.sites["kbb"].knobs.refuse = {vin(1): "no"}
    await market.add(1)
    await night(market)
    assert market.calls("kbb") == []
    assert market.task(target="kbb")["state"] == "dead"


async def test_before_four_in_the_morning_nothing_happens(market: Market) -> None:
    await market.add(1)
    await market.until_quiet()
    market.clock.forward((24 - market.clock.now().hour + 8) * 3600)
    market.forget_calls()
    await market.tick(HOUR)
    await market.work()
    assert market.calls() == []


async def test_a_new_address_of_the_photos_reaches_the_sites(market: Market) -> None:
    """PUBLIC_BASE_URL is set to another one: no car has changed, but what is told of it has."""
    market.env["PUBLIC_BASE_URL"] = "https://old.example"
    car = await market.add(1)
    market.database.query("UPDATE vehicles SET photos = '[\"/photos/p1\"]' WHERE id = ?", car["id"])
    await market.until_quiet()
    market.env["PUBLIC_BASE_URL"] = "https://new.example"
    await night(market)
    assert market.shown()[vin(1)]["photoUrls"] == ["https://new.example/photos/p1"]
