"""What is on a sale besides the car: refused in words when it cannot be invoiced, and the same total everywhere, to the cent."""

from __future__ import annotations

from typing import Any

import pytest

from simulators.quickbooks.postings import trial_balance
from support.books import BooksWorld, connected
from support.lot import answer

ALL_FIVE = [
    {"kind": "fee", "description": "Documents", "amount": 149.5},
    {"kind": "fee", "description": "Title and registration", "amount": 75.01},
    {"kind": "tax", "description": "Sales tax 6.25 %", "amount": 437.18},
    {"kind": "tradeIn", "description": "2009 Ford Focus", "amount": -1500},
    {"kind": "deposit", "description": "Deposit of January 30", "amount": -500},
    {"kind": "discount", "description": "Friends", "amount": -100.1},
]
SETTINGS = {
    "fee": "QUICKBOOKS_FEE_ITEM",
    "tax": "QUICKBOOKS_TAX_ITEM",
    "tradeIn": "QUICKBOOKS_TRADE_IN_ITEM",
    "deposit": "QUICKBOOKS_DEPOSIT_ITEM",
    "discount": "QUICKBOOKS_DISCOUNT_ITEM",
}


async def refused(world: BooksWorld, *lines: dict[str, Any], price: float = 6995.29) -> list[dict[str, str]]:
    entry = {"vehicleId": world.vehicle("A1")["id"], "salePrice": price, "saleDate": "2025-02-03", "lines": list(lines)}
    response = await world.call("POST", "/api/sales", entry)
    assert response.status == 422, response.body
    assert world.vehicle("A1")["status"] == "available"
    errors: list[dict[str, str]] = answer(response)["errors"]
    return errors


async def test_the_total_is_the_sum_to_the_cent_everywhere() -> None:
    world = await connected()
    sale = await world.sell("A1", 6995.29, lines=ALL_FIVE)
    # 6995.29 + 149.50 + 75.01 + 437.18 - 1500.00 - 500.00 - 100.10
    assert sale["total"] == 5556.88
    assert sale["salePrice"] == 6995.29
    assert sale["lines"] == ALL_FIVE
    await world.until_quiet()
    [invoice] = world.posted()
    assert invoice["total_cents"] == 555_688
    assert [(line["on"], line["amount_cents"]) for line in invoice["lines"]] == [
        ("Vehicle Sale", 699_529),
        ("Documentation Fee", 14_950),
        ("Documentation Fee", 7_501),
        ("Sales Tax", 43_718),
        ("Trade-In Allowance", -150_000),
        ("Deposit Taken", -50_000),
        ("Discount", -10_010),
    ]
    assert invoice["lines"][4]["description"] == "2009 Ford Focus"
    shown = answer(await world.call("GET", f"/api/sales/{sale['id']}"))
    assert (shown["total"], shown["balance"], shown["state"], shown["booksNote"]) == (5556.88, 5556.88, "posted", None)
    assert trial_balance(world.company) == {
        "Accounts Receivable (A/R)": 555_688,
        "Customer Deposits": 50_000,
        "Discounts Given": 10_010,
        "Sales Tax Payable": -43_718,
        "Services": -22_451,
        "Trade-Ins": 150_000,
        "Vehicle Sales": -699_529,
    }
    world.check_books()
    # What the DMS is told is the price of the car.
    assert [told["sale_price"] for told in world.dms_sales()] == [6995.29]


async def test_what_is_taken_off_is_below_zero_however_it_is_written() -> None:
    world = await connected()
    sale = await world.sell("A1", 6995.29, lines=[{"kind": "discount", "amount": 100}, {"kind": "tradeIn", "amount": 1500.5}])
    assert [line["amount"] for line in sale["lines"]] == [-100, -1500.5]
    assert [line["description"] for line in sale["lines"]] == ["Discount", "Trade-in allowance"]
    assert sale["total"] == 5394.79


@pytest.mark.parametrize("kind", SETTINGS)
async def test_a_line_whose_item_is_not_named(kind: str) -> None:
    world = await connected(settings={SETTINGS[kind]: ""})
    [error] = await refused(world, {"kind": kind, "description": "x", "amount": 10})
    assert error["field"] == "lines.0.kind"
    assert SETTINGS[kind] in error["message"]
    # The other kinds can be sold.
    others = [line for line in ALL_FIVE if line["kind"] != kind]
    assert (await world.sell("A1", 6995.29, lines=others))["state"] == "pending"


async def test_lines_that_make_no_invoice() -> None:
    world = await connected()
    [error] = await refused(world, {"kind": "discount", "description": "x", "amount": -7000}, price=6999.99)
    assert error["field"] == "lines"
    [error] = await refused(world, {"kind": "fee", "description": "x", "amount": -1})
    assert error == {"field": "lines.0.amount", "message": "The amount of a fee is below zero."}
    await refused(world, {"kind": "bribe", "description": "x", "amount": 1})
    await refused(world, {"kind": "fee", "description": "x", "amount": 1.005})
    await refused(world, *[{"kind": "fee", "description": "x", "amount": 1}] * 21)
    assert world.posted() == []


async def test_an_item_that_quickbooks_does_not_have_is_named_and_the_sale_waits() -> None:
    world = await connected(settings={"QUICKBOOKS_FEE_ITEM": "Doc Fee"})
    sale = await world.sell("A1", 6995.29, lines=ALL_FIVE[:1])
    await world.work()
    assert "QUICKBOOKS_FEE_ITEM" in world.task(kind="invoice", subject_id=sale["id"])["error"]
    world.add("Item", Name="Doc Fee", Type="Service", income="Services")
    await world.until_quiet()
    assert [line["on"] for line in world.posted()[0]["lines"]] == ["Vehicle Sale", "Doc Fee"]
