"""What stands before each call to a site: the car is as it was read, the lease is held, nobody else is at work on its VIN."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from app.typed import entry, vin
from carlot.platform.ports import Row, Statement
from carlot.store import listings
from listings.market import SITES, Market
from support.lot import answer


async def test_two_entries_of_one_car(market: Market) -> None:
    """Sold, taken in again, and published anew: the old entry does not take the new one's listing down."""
    first = await market.add(1)
    await market.work()
    await market.sold(first)
    response = await market.call("POST", "/api/vehicles", entry(1, stockNumber="H1b", purchaseDate="2025-03-01", price=11111))
    second = answer(response)
    await market.change(second, publishToThirdParty=True)
    await market.settle()
    market.check()
    assert market.shown()[vin(1)]["price"] == 11111
    await market.change(first, description="Sold with a smile.")
    await market.settle()
    market.check()


def after_the_look(market: Market, happens: Callable[[], Awaitable[None]]) -> None:
    """Let something happen once, just after the truth about a car was read and before any site is told."""
    plain = market.database.batch

    async def look_first(statements: Sequence[Statement]) -> list[list[Row]]:
        rows = await plain(statements)
        if any(statement.sql == listings.READ for statement in statements):
            market.database.batch = plain  # type: ignore[method-assign]
            await happens()
        return rows

    market.database.batch = look_first  # type: ignore[method-assign]


async def test_a_car_that_is_sold_between_the_look_and_the_call_is_not_put_up(market: Market) -> None:
    """The truth was read, and is another before the site is told."""
    car = await market.add(1)

    async def sell() -> None:
        await market.sold(car)

    after_the_look(market, sell)
    await market.settle()
    assert market.database.query("SELECT count(*) AS n FROM sales") == [{"n": 1}]
    assert [market.calls(site, "PUT") for site in SITES] == [[]] * 3
    market.check()


async def test_who_lost_the_lease_tells_nobody(market: Market) -> None:
    """One that was held up for longer than its lease finds another at work."""
    await market.add(1)

    async def sleep_too_long() -> None:
        market.database.query("UPDATE sync_tasks SET lease_token = 'another', leased_until = '2025-02-03T11:00:00.000Z'")

    after_the_look(market, sleep_too_long)
    await market.deliver_due()
    assert market.database.query("SELECT DISTINCT lease_token FROM sync_tasks") == [{"lease_token": "another"}]
    assert [market.calls(site) for site in SITES] == [[]] * 3
    market.clock.forward(3600)
    await market.settle()
    market.check()


async def test_two_at_work_on_one_vin_never_undo_each_other(market: Market) -> None:
    """The sold entry is being taken off while the new one is to be put on: the new one waits."""
    first = await market.add(1)
    await market.work()
    await market.sold(first)
    response = await market.call("POST", "/api/vehicles", entry(1, stockNumber="H1b", purchaseDate="2025-03-01", price=11111))
    second = answer(response)
    plain = market.network.request
    begun: list[str] = []
    puts_meanwhile: list[str] = []

    async def publish_meanwhile(method: str, url: str, *rest: Any, **limits: Any) -> Any:
        if method == "DELETE" and "cargurus" in url and not begun:
            begun.append(url)
            await market.change(second, publishToThirdParty=True)
            await market.deliver_due()
            puts_meanwhile.extend(market.calls("cargurus", "PUT")[1:])
        return await plain(method, url, *rest, **limits)

    market.network.request = publish_meanwhile  # type: ignore[method-assign]
    await market.settle()
    assert begun
    assert puts_meanwhile == []
    market.check()
    assert market.shown()[vin(1)]["price"] == 11111


async def test_a_late_removal_of_the_sold_entry_leaves_the_new_one_alone(market: Market) -> None:
    """The old entry's removal waits for its turn after a failure; the new entry has taken the listing over meanwhile."""
    first = await market.add(1)
    await market.work()
    market.network.faults("kbb", script=[{"fault": "status", "status": 500, "method": "DELETE"}])
    await market.sold(first)
    await market.work()
    entered = entry(1, stockNumber="H1b", purchaseDate="2025-03-01", price=11111, publishToThirdParty=True)
    await market.call("POST", "/api/vehicles", entered)
    market.prices[vin(1)].add(11111)
    await market.settle()
    market.check()
    assert market.calls("kbb") == ["PUT", "DELETE", "PUT"]
    assert {task["state"] for task in market.tasks(kind="listing")} == {"done"}
