"""The prices of a car over time."""

from __future__ import annotations

import json
import re
from typing import Any, cast

import pytest

from app.typed import add, change, get, sell
from feeds.test_feeds import rows
from support.lot import Lot


async def test_each_change_of_a_price_is_kept_whoever_makes_it(lot: Lot) -> None:
    car = await add(lot, price=10_000)
    await change(lot, car["id"], price=9_500.50)
    await change(lot, car["id"], mileage=7)
    lot.database.query("UPDATE vehicles SET price_cents = NULL")
    kept = lot.database.query("SELECT vehicle_id, before_cents, after_cents FROM price_changes ORDER BY id")
    assert [tuple(row.values()) for row in kept] == [(car["id"], 1_000_000, 950_050), (car["id"], 950_050, None)]


async def test_newest_is_by_the_day_of_the_purchase_then_by_entry(lot: Lot) -> None:
    """What came in one file has one time of entry: the day on which each car was bought decides."""
    days = ["2024-12-01", None, "2025-01-15", "2025-01-15", None]
    for number, day in enumerate(days):
        await add(lot, number, purchaseDate=day, publishToWebsite=True)
        lot.clock.forward(60)
    for target in ("/api/vehicles", "/api/public/inventory"):
        found = str((await lot.call("GET", target)).body)
        order = [found.index(f'"H{number}"') for number in (4, 1, 3, 2, 0)]
        assert order == sorted(order), target


async def listed(lot: Lot) -> dict[str, Any]:
    """The only car, as the list shows it."""
    [car] = (await get(lot, "/api/vehicles"))["vehicles"]
    return cast(dict[str, Any], car)


async def reprice(lot: Lot, days: float, price: float | None) -> None:
    """Some days later the price is another."""
    lot.clock.forward(days * 86_400)
    await change(lot, (await listed(lot))["id"], price=price)


@pytest.mark.parametrize(
    ("changes", "is_reduced"),
    [
        ([], False),
        ([(2, 9_500)], True),
        ([(2, 10_500)], False),
        # Raised to be lowered again: 14 days ago it was no dearer.
        ([(20, 12_000), (1, 10_000)], False),
        ([(2, 12_000), (20, 10_000)], True),
        ([(2, 12_000), (1, 10_000)], False),
        ([(2, 9_000), (1, 9_500)], True),
        ([(2, 9_000), (1, 10_000)], False),
        ([(2, None), (1, 9_000)], True),
        ([(2, 9_000), (1, None)], False),
        ([(2, 9_000), (15, 9_000)], False),
        # A slip of the hand, put right within the hour, was never a price.
        ([(0.04, 9_000)], False),
    ],
)
async def test_a_price_is_reduced_when_it_is_below_that_of_14_days_ago(
    lot: Lot, changes: list[tuple[float, float | None]], is_reduced: bool
) -> None:
    car = await add(lot, price=10_000, publishToWebsite=True)
    for days, price in changes:
        await reprice(lot, days, price)
    assert (await listed(lot))["priceReduced"] is is_reduced
    reduced = await get(lot, "/api/public/reduced")
    assert reduced["vehicles"] == (
        [{"id": car["id"], "was": 12_000 if changes[-1:] == [(20, 10_000)] else 10_000}] if is_reduced else []
    )


async def test_days_on_the_lot_end_with_the_sale(lot: Lot) -> None:
    car = await add(lot, purchaseDate="2025-01-20", price=10_000)
    await change(lot, car["id"], price=9_000)
    assert ((await listed(lot))["daysOnLot"], (await listed(lot))["priceChanges"]) == (14, 1)
    sell(lot, car["id"], "2025-01-30")
    lot.clock.forward(86_400)
    assert (await listed(lot))["daysOnLot"] == 10


async def test_the_public_page_says_that_a_price_fell_and_what_it_was(lot: Lot) -> None:
    car = await add(lot, price=10_000, publishToWebsite=True)
    await add(lot, 2, price=20_000, publishToWebsite=True)
    lot.clock.forward(2 * 86_400)
    await change(lot, car["id"], price=9_500)
    page = str((await lot.call("GET", f"/inventory.html?vehicle={car['id']}")).body)
    assert "Price reduced" in page and "Was $10,000" in page
    [offer] = [
        json.loads(each)["offers"]
        for each in re.findall(r'<script type="application/ld\+json"[^>]*>(.*?)</script>', page, re.DOTALL)
    ]
    struck = offer["priceSpecification"]
    assert (offer["price"], struck["price"], struck["priceType"]) == (9500, 10000, "https://schema.org/StrikethroughPrice")
    assert str((await lot.call("GET", "/inventory.html")).body).count('class="tag-reduced"') == 1
    # Fourteen days later it is no news, though nothing of the lot has changed.
    lot.clock.forward(15 * 86_400)
    for target in ("/inventory.html", f"/inventory.html?vehicle={car['id']}"):
        assert 'class="tag-reduced"' not in str((await lot.call("GET", target)).body)


async def test_a_feed_has_the_price_before_where_its_reader_has_a_column_for_it(lot: Lot) -> None:
    """A feed goes by the database's own clock. Google's specification has the final price alone; Meta's has a sale price."""
    car = await add(lot, price=10_000, mileage=7, photos=["https://photos.test/1.jpg"], publishToThirdParty=True)
    await add(lot, 2, price=20_000, mileage=7, photos=["https://photos.test/2.jpg"], publishToThirdParty=True)
    await change(lot, car["id"], price=9_000.50)
    lot.database.query("UPDATE price_changes SET at = strftime('%Y-%m-%dT%H:%M:%fZ', 'now')")
    for name, columns, fallen, other in (
        ("generic", ("price", "price_before"), ("9000.50", "10000.00"), ("20000.00", "")),
        ("meta", ("price", "sale_price"), ("10000.00 USD", "9000.50 USD"), ("20000.00 USD", "")),
        ("google", ("price",), ("9000.50 USD",), ("20000.00 USD",)),
    ):
        found = {row["vin"]: tuple(row[each] for each in columns) for row in await rows(lot, name)}
        assert [found[each] for each in sorted(found)] == [fallen, other], name
    lot.database.query("UPDATE price_changes SET at = strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '-15 days')")
    assert {row["sale_price"] for row in await rows(lot, "meta")} == {""}
