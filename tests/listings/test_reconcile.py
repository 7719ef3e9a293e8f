"""The nightly look at what the sites really show."""

from __future__ import annotations

from app.typed import vin
from listings.market import SITES, Market

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


async def test_a_car_sold_long_ago_is_left_alone(market: Market) -> None:
    car = await market.add(1)
    await market.until_quiet()
    await market.sold(car)
    for _ in range(7):
        await night(market)
        assert market.calls() == ["GET"]
    await night(market)
    assert market.calls() == []


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
