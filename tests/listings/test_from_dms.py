"""What the DMS tells of a car reaches the sites, by pull and by webhook."""

from __future__ import annotations

from typing import Any

from listings.market import SITES, Market
from support.lot import answer, car
from sync.test_events import LATER, event, sale

VIN = car(1)["vin"]


async def published(count: int = 1) -> Market:
    """Cars of the DMS that every site shows."""
    market = Market(cars=[car(number) for number in range(1, count + 1)])
    assert await market.pull() == "completed"
    assert market.tasks(kind="listing") == [], "what is not to be published raises nothing"
    for number in range(1, count + 1):
        await market.edit(f"A{number}", publishToThirdParty=True)
        market.prices[car(number)["vin"]] = {6995.0}
    await market.work()
    market.check()
    market.forget_calls()
    return market


def dms(market: Market, stock_number: str, **changes: Any) -> None:
    market.network.dms.lot.update(stock_number, changes)


async def tell(market: Market, told: dict[str, Any]) -> None:
    assert await market.told_by_dms(told) == 200
    await market.settle()


async def test_photos_of_the_dms_are_passed_on_and_never_fetched() -> None:
    """Https only; whatever else the DMS names is left out."""
    photos = ["https://photos.test/front.jpg", "https://photos.test/back.jpg"]
    market = await published()
    dms(market, "A1", photos=[photos[0], "http://photos.test/plain.jpg", "javascript:alert(1)", photos[1]])
    await market.pull()
    assert market.shown()[VIN]["photoUrls"] == photos
    await market.edit("A1", publishToWebsite=True)
    assert answer(await market.call("GET", "/api/public/inventory"))[0]["photos"] == photos
    assert {entry["partner"] for entry in market.network.core.ledger.select(None, None, None, 0)} == {"wayne-reeves", *SITES}


async def test_a_price_in_the_next_pull() -> None:
    market = await published(2)
    dms(market, "A1", price=5995.0)
    market.prices[VIN].add(5995.0)
    await market.pull()
    market.check()
    assert [market.calls(site) for site in SITES] == [["PUT"]] * 3


async def test_an_unchanged_pull_calls_nobody() -> None:
    market = await published(2)
    dms(market, "A1", location="Back row")
    await market.pull()
    await market.pull()
    assert [market.calls(site) for site in SITES] == [[]] * 3


async def test_a_price_by_webhook() -> None:
    market = await published()
    market.prices[VIN].add(6100.0)
    await tell(market, event("updated", price=6100.0, updated_at=LATER))
    market.check()
    assert market.shown()[VIN]["price"] == 6100


async def test_sold_in_the_next_pull() -> None:
    market = await published(2)
    dms(market, "A1", status="sold")
    await market.pull()
    market.check()
    assert VIN not in market.shown()


async def test_sold_by_webhook() -> None:
    market = await published()
    await tell(market, event("sold", sale=sale(), updated_at=LATER))
    market.check()
    assert market.shown() == {}


async def test_sold_by_webhook_without_a_sale() -> None:
    market = await published()
    await tell(market, event("sold", updated_at=LATER))
    market.check()
    assert market.shown() == {}


async def test_gone_from_the_dms() -> None:
    market = await published(3)
    market.network.dms.lot.remove("A1")
    await market.pull()
    market.clock.forward(3600)
    assert len(market.shown()) == 3
    await market.pull()
    await market.pull()
    assert len(market.shown()) == 2
    market.check()


async def test_a_vin_corrected_in_the_dms() -> None:
    market = await published()
    other = car(77)["vin"]
    dms(market, "A1", vin=other)
    market.prices[other] = {6995.0}
    await market.pull()
    market.check()
    assert list(market.shown()) == [other]


async def test_an_older_event_never_brings_a_sold_car_back() -> None:
    market = await published()
    await tell(market, event("sold", event_id="evt_9", sale=sale(), updated_at=LATER))
    for number, kind in enumerate(("updated", "added", "updated")):
        await tell(market, event(kind, event_id=f"evt_{number}", price=100.0 + number))
    # A page from before the sale. What shows it as available later says that the deal fell through.
    market.network.dms.lot.upsert(
        {**market.dms_record("A1"), "status": "available", "price": 1.0, "updated_at": "2025-02-01T08:30:00Z"}
    )
    await market.pull()
    market.check()
    assert [market.calls(site) for site in SITES] == [["DELETE", "GET"]] * 3
