"""The profit of a car and of all of them: worked out by hand, and the same as the trial balance; for the dealer's eyes only."""

from __future__ import annotations

from typing import Any

import pytest

from partners.quickbooks.test_scenarios import ACCOUNTS, COST, DISCOUNTS, FEES, SALES, Dealer
from simulators.quickbooks.postings import trial_balance
from support.lot import answer

LINES = [
    {"kind": "fee", "description": "Documents", "amount": 149.5},
    {"kind": "tax", "description": "6.25 %", "amount": 437.21},
    {"kind": "deposit", "description": "Of January 30", "amount": -500},
    {"kind": "discount", "description": "Friends", "amount": -100.1},
]


async def two_sold() -> Dealer:
    """A car of 4,200.00 with work, fees and a discount, sold in February; one without, sold in March; and one that stands."""
    dealer = Dealer(3, settings=ACCOUNTS)
    await dealer.connect()
    await dealer.pull()
    await dealer.spend("A1", 120.5, serviceDate="2025-01-20")
    await dealer.sell("A1", 6995.29, lines=LINES)
    await dealer.spend("A1", 80, serviceDate="2025-02-02")
    await dealer.spend("A3", 33.33, serviceDate="2025-02-02")
    dealer.clock.forward(40 * 86_400)
    await dealer.sell("A2", 4000, saleDate="2025-03-10")
    await dealer.settle()
    return dealer


async def report(dealer: Dealer, path: str = "profit", query: str = "") -> dict[str, Any]:
    response = await dealer.call("GET", f"/api/reports/{path}{query}")
    assert response.status == 200, response.body
    found: dict[str, Any] = answer(response)
    return found


async def test_a_car_and_the_sum() -> None:
    dealer = await two_sold()
    found = await report(dealer)
    first, second = found["cars"]
    assert first == {
        "saleId": first["saleId"],
        "vehicleId": dealer.vehicle("A1")["id"],
        "vin": dealer.vehicle("A1")["vin"],
        "stockNumber": "A1",
        "year": 2003,
        "make": "Honda",
        "model": "Accord",
        "docNumber": first["docNumber"],
        "saleDate": "2025-02-03",
        "salePrice": 6995.29,
        "fees": 149.5,
        "discounts": -100.1,
        "purchasePrice": 4200,
        "recon": 200.5,
        "tradeInDifference": 0,
        # 6,995.29 + 149.50 - 100.10 - 4,200.00 - 200.50
        "profit": 2644.19,
    }
    assert (second["profit"], second["recon"]) == (-200, 0)
    assert found["total"] == {
        "cars": 2,
        "unknown": 0,
        "salePrice": 10_995.29,
        "fees": 149.5,
        "discounts": -100.1,
        "purchasePrice": 8400,
        "recon": 200.5,
        "tradeInDifference": 0,
        "profit": 2444.19,
    }


async def test_the_sum_is_what_the_books_show() -> None:
    dealer = await two_sold()
    balance = trial_balance(dealer.company)
    earned = -sum(balance.get(account, 0) for account in (SALES, FEES, DISCOUNTS, COST))
    assert earned == 244_419 == round((await report(dealer))["total"]["profit"] * 100)


async def test_days_and_months() -> None:
    dealer = await two_sold()
    assert [car["stockNumber"] for car in (await report(dealer, query="?from=2025-02-04"))["cars"]] == ["A2"]
    assert [car["stockNumber"] for car in (await report(dealer, query="?to=2025-02-03"))["cars"]] == ["A1"]
    whole = await report(dealer, query="?from=2025-02-03&to=2025-03-10")
    assert (whole["from"], whole["to"], len(whole["cars"])) == ("2025-02-03", "2025-03-10", 2)
    months = (await report(dealer, "sales"))["months"]
    assert [(month["month"], month["cars"], month["salePrice"], month["profit"]) for month in months] == [
        ("2025-02", 1, 6995.29, 2644.19),
        ("2025-03", 1, 4000, -200),
    ]
    for query in ("?from=2025-03-01&to=2025-02-01", "?from=yesterday", "?to=2025-02-30"):
        assert (await dealer.call("GET", f"/api/reports/profit{query}")).status == 400


async def test_the_service_of_each_month() -> None:
    """By the day of the work, whether the car is sold or not; a record that was voided costs nothing."""
    dealer = await two_sold()
    wrong = await dealer.spend("A3", 5000, serviceDate="2025-02-02")
    assert (await dealer.call("POST", f"/api/service-records/{wrong['id']}/void")).status == 200
    found = await report(dealer, "service")
    assert found == {
        "from": None,
        "to": None,
        "months": [
            {"month": "2025-01", "records": 1, "cars": 1, "cost": 120.5},
            # 80.00 + 33.33
            {"month": "2025-02", "records": 2, "cars": 2, "cost": 113.33},
        ],
        "total": {"records": 3, "cost": 233.83},
    }
    await dealer.spend("A3", 0.1, serviceDate="2025-02-28")
    days = await report(dealer, "service", "?from=2025-01-21&to=2025-02-02")
    assert ([month["month"] for month in days["months"]], days["total"]) == (["2025-02"], {"records": 2, "cost": 113.33})
    assert (await report(dealer, "service", "?from=2025-02-28"))["total"] == {"records": 1, "cost": 0.1}
    assert (await report(dealer, "service", "?from=2026-01-01"))["total"] == {"records": 0, "cost": 0}
    response = await dealer.call("GET", "/api/reports/service.csv?to=2025-02-02")
    text = response.body if isinstance(response.body, str) else response.body.decode()
    assert text.split("\r\n") == [
        '"Month","Service records","Cars","Cost"',
        '"2025-01",1,1,120.50',
        '"2025-02",2,2,113.33',
        "",
    ]


async def test_files() -> None:
    dealer = await two_sold()
    await dealer.edit("A2", make='=HYPERLINK("x")')
    response = await dealer.call("GET", "/api/reports/profit.csv")
    assert response.headers["content-type"].startswith("text/csv")
    text = response.body if isinstance(response.body, str) else response.body.decode()
    head, first, second, total = text.split("\r\n")[:4]
    assert head.startswith('"Sold on","Stock number","VIN"')
    assert head.endswith('"Price","Fees","Discounts","Purchase","Reconditioning","Trade-in difference","Profit"')
    assert first.startswith('"2025-02-03","A1",')
    assert first.endswith(",6995.29,149.50,-100.10,4200.00,200.50,0.00,2644.19")
    assert "\"'=HYPERLINK" in second
    assert total.startswith('"Total",,,')
    assert total.endswith(",10995.29,149.50,-100.10,8400.00,200.50,0.00,2444.19")
    months = await dealer.call("GET", "/api/reports/sales.csv?from=2025-03-01")
    text = months.body if isinstance(months.body, str) else months.body.decode()
    assert text.split("\r\n")[1] == '"2025-03",1,0,4000.00,0.00,0.00,4200.00,0.00,0.00,-200.00'


async def test_half_of_the_data_makes_no_profit() -> None:
    dealer = await two_sold()
    await dealer.edit("A2", purchasePrice=None)
    found = await report(dealer)
    assert [car["profit"] for car in found["cars"]] == [2644.19, None]
    assert (found["total"]["profit"], found["total"]["unknown"]) == (2644.19, 1)


async def test_a_void_sale_brings_nothing() -> None:
    dealer = await two_sold()
    await dealer.void((await report(dealer))["cars"][0]["saleId"])
    assert [car["stockNumber"] for car in (await report(dealer))["cars"]] == ["A2"]


@pytest.mark.parametrize("path", ["profit", "profit.csv", "sales", "sales.csv", "service", "service.csv"])
async def test_none_of_it_is_public(path: str) -> None:
    dealer = Dealer(1, settings=ACCOUNTS)
    response = await dealer.call("GET", f"/api/reports/{path}", signed_in=False)
    assert response.status == 401
    assert "access-control-allow-origin" not in response.headers
