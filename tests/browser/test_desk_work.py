"""Selling, service, customers: what is entered, how it stands in the books, and the ways back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from browser.conftest import Complaints, OpenDesk
from browser.desk_page import Vehicle, add_vehicle, address, becomes, toast
from browser.installation import Installation
from support.running import wait_until

Check = Callable[[Page], None]


def sales_of(lot: Installation, car: Vehicle) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = lot.ask("GET", f"/api/sales?vehicleId={car['id']}").json()["sales"]
    return found


def records_of(lot: Installation, car: Vehicle) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = lot.ask("GET", f"/api/service-records?vehicleId={car['id']}").json()["serviceRecords"]
    return found


def test_a_sale_its_gross_and_its_undo(desk: OpenDesk, desk_lot: Installation, faultless: Check) -> None:
    car = add_vehicle(desk_lot, make="Lancia")
    desk_lot.ask("POST", "/api/customers", {"name": "Ines Prado", "email": "ines@prado.example"})
    page = desk(address(car))
    expect(page.get_by_role("button", name="Sell", exact=True)).to_be_visible()
    page.keyboard.press("s")
    dialog = page.get_by_role("dialog", name="Sell 2019 Lancia Accord")
    expect(dialog.get_by_label("Sale price")).to_be_focused()
    expect(dialog.get_by_label("Sale price")).to_have_value("18,500")
    dialog.get_by_label("Sale price").fill("lots")
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("alert")).to_have_text("Enter an amount such as 12,995 or 12995.50.")
    expect(page.locator("#customers option")).not_to_have_count(0)
    dialog.get_by_label("Customer").fill("Ines Prado")
    expect(dialog.get_by_label("Email")).to_have_value("ines@prado.example")
    faultless(page)
    dialog.get_by_label("Sale price").fill("17,250.75")
    dialog.get_by_role("button", name="Sell").click()
    strip = page.get_by_role("region", name="The sale")
    expect(strip).to_contain_text("Sold for $17,250.75")
    expect(strip).to_contain_text("to Ines Prado")
    expect(strip).to_contain_text("Waiting for QuickBooks")
    expect(page.locator(".sums-result")).to_have_text("Gross$2,250.75")
    expect(page.locator(".heard").filter(has_text="QuickBooks · Invoice")).to_be_visible()
    faultless(page)
    sale = sales_of(desk_lot, car)[0]
    assert (sale["salePrice"], sale["customer"]["name"]) == (17250.75, "Ines Prado")
    page.keyboard.type("gs")
    row = page.get_by_role("row").filter(has_text="Lancia")
    expect(row.locator("td[data-label=Gross]")).to_have_text("$2,250.75")
    expect(row.locator("td[data-label=Invoice]")).to_contain_text(sale["docNumber"])
    faultless(page)
    page.keyboard.press("u")
    expect(toast(page, "Sale of 2019 Lancia Accord undone. The vehicle is back on the lot.")).to_be_visible()
    expect(row).to_contain_text("Voided")
    becomes(desk_lot, car, status="available")
    page.goto(f"{desk_lot.url}/{address(car)}")
    expect(page.get_by_role("button", name="Sell", exact=True)).to_be_visible()
    expect(strip).to_have_count(0)


def test_while_a_sale_loads_nothing_is_said_of_it(desk: OpenDesk, desk_lot: Installation) -> None:
    car = add_vehicle(desk_lot, make="Panhard")
    desk_lot.ask("POST", "/api/sales", {"vehicleId": car["id"], "salePrice": 17000, "saleDate": "2026-11-20"})
    page = desk()
    held: list[Route] = []
    holding = True

    def hold(route: Route) -> None:
        held.append(route) if holding else route.continue_()

    page.route("**/api/sales?*", hold)
    with page.expect_request("**/api/sales?*"):
        page.goto(f"{desk_lot.url}/{address(car)}")
    expect(page.locator(".strip")).to_have_text("Loading the sale…")
    holding = False
    for route in held:
        route.continue_()
    expect(page.get_by_role("region", name="The sale")).to_contain_text("Sold for $17,000")
    # QuickBooks is not set up here. What it takes to set it up is not said in the dealer's way.
    timeline = page.get_by_role("region", name="Timeline")
    expect(timeline.get_by_text("For your web person")).to_be_visible()
    assert "QUICKBOOKS" not in timeline.inner_text()


def test_a_sale_is_changed_and_changed_back(
    desk: OpenDesk, desk_lot: Installation, faultless: Check, complaints: Complaints
) -> None:
    car = add_vehicle(desk_lot, make="Simca")
    buyer = {"name": "Ines Prado", "email": "ines@prado.example", "phone": "555-0123"}
    desk_lot.ask(
        "POST", "/api/sales", {"vehicleId": car["id"], "salePrice": 17250.75, "saleDate": "2026-11-18", "customer": buyer}
    )

    def kept() -> tuple[Any, Any]:
        sale = sales_of(desk_lot, car)[0]
        return sale["salePrice"], sale["customer"]["name"]

    page = desk(address(car))
    strip = page.get_by_role("region", name="The sale")
    strip.get_by_role("button", name="Change…").click()
    dialog = page.get_by_role("dialog", name="Change the sale of 2019 Simca Accord")
    expect(dialog.get_by_label("Sale price")).to_have_value("17,250.75")
    expect(dialog.get_by_label("Email")).to_have_value("ines@prado.example")
    faultless(page)
    for label, text in (("Sale price", "16,900"), ("Customer", "Bo Lindqvist"), ("Email", ""), ("Phone", "")):
        dialog.get_by_label(label).fill(text)
    dialog.get_by_role("button", name="Save").click()
    expect(strip).to_contain_text("Sold for $16,900 on")
    expect(strip).to_contain_text("to Bo Lindqvist")
    expect(page.locator(".sums-result")).to_have_text("Gross$1,900")
    wait_until(lambda: kept() == (16900, "Bo Lindqvist"), 15, "the correction")
    toast(page, "Sale of 2019 Simca Accord changed.").get_by_role("button", name="Undo").click()
    wait_until(lambda: kept() == (17250.75, "Ines Prado"), 15, "the sale before")
    # Without all that it is made of, a gross is not shown; it is asked for again when the server answers.
    complaints.expect("net::ERR_FAILED")
    page.route("**/api/reports/profit", lambda route: route.abort())
    page.keyboard.type("gs")
    row = page.get_by_role("row").filter(has_text="Simca")
    expect(row.locator("td[data-label=Gross]")).to_have_text("…")
    page.unroute("**/api/reports/profit")
    expect(row.locator("td[data-label=Gross]")).to_have_text("$2,250.75", timeout=20_000)


@pytest.mark.parametrize(
    ("state", "balance", "paid_at", "says"),
    [
        ("posted", 12000.0, None, "Invoiced Invoice {number}, $12,000 due"),
        ("paid", 0.0, "2026-11-20T10:00:00Z", "Paid Invoice {number}, paid Nov 20, 2026"),
    ],
    ids=["posted", "paid"],
)
def test_a_sale_in_the_books_is_voided_with_a_word_of_warning(
    desk: OpenDesk,
    desk_lot: Installation,
    faultless: Check,
    state: str,
    balance: float,
    paid_at: str | None,
    says: str,
) -> None:
    car = add_vehicle(desk_lot, make="Rover")
    sold = {"vehicleId": car["id"], "salePrice": 12000, "saleDate": "2026-11-18"}
    sale = desk_lot.ask("POST", "/api/sales", sold).json()

    booked = {**sale, "state": state, "balance": balance, "paidAt": paid_at, "invoiceId": "145"}
    answer = {"sales": [booked], "total": 1}
    page = desk("#/customers")
    page.route("**/api/sales?*", lambda route: route.fulfill(json=answer))
    page.goto(f"{desk_lot.url}/{address(car)}")
    strip = page.get_by_role("region", name="The sale")
    expect(strip.locator("p").nth(1)).to_have_text(says.format(number=sale["docNumber"]))
    there = "https://sandbox.qbo.intuit.com/app/invoice?txnId=145"
    expect(strip.get_by_role("link", name=sale["docNumber"])).to_have_attribute("href", there)
    strip.get_by_role("button", name="Void sale…").click()
    dialog = page.get_by_role("dialog", name="Void the sale of 2019 Rover Accord?")
    expect(dialog.get_by_text("refund it there")).to_have_count(1 if state == "paid" else 0)
    faultless(page)
    dialog.get_by_role("button", name="Keep the sale").click()
    expect(dialog).to_have_count(0)
    strip.get_by_role("button", name="Void sale…").click()
    page.unroute("**/api/sales?*")
    dialog.get_by_role("button", name="Void the sale").click()
    expect(page.get_by_role("button", name="Sell", exact=True)).to_be_visible()
    assert sales_of(desk_lot, car)[0]["state"] == "voided"


def test_service_is_held_a_moment_for_undo_and_then_an_expense(desk: OpenDesk, desk_lot: Installation, faultless: Check) -> None:
    car = add_vehicle(desk_lot, make="Talbot")
    page = desk(address(car))
    page.clock.install()
    card = page.get_by_role("region", name="Service", exact=True)
    card.get_by_role("button", name="Add record").click()
    dialog = page.get_by_role("dialog", name="Service on 2019 Talbot Accord")
    dialog.get_by_role("button", name="Add record").click()
    expect(dialog.get_by_role("alert")).to_have_text(["Enter what was done.", "Enter the cost."])
    faultless(page)
    for label, text in (("What was done", "Front brakes"), ("Cost", "412.5"), ("Vendor", "Elm Garage")):
        dialog.get_by_label(label).fill(text)
    dialog.get_by_role("button", name="Add record").click()
    expect(card).to_contain_text("Front brakes")
    expect(card).to_contain_text("Not sent yet")
    toast(page, "$412.50 of service added to 2019 Talbot Accord.").get_by_role("button", name="Undo").click()
    expect(toast(page, "The record was not added.")).to_be_visible()
    expect(card).to_contain_text("No service records on this vehicle yet.")
    page.clock.run_for(11_000)
    assert records_of(desk_lot, car) == []
    # From the page of all records, the vehicle is named by its stock number.
    page.keyboard.type("gw")
    page.get_by_role("button", name="Add record").click()
    dialog = page.get_by_role("dialog", name="Service record")
    dialog.get_by_label("Vehicle").fill(car["stockNumber"])
    expect(dialog.locator(".hint")).to_contain_text("2019 Talbot Accord")
    dialog.get_by_label("What was done").fill("Detailing")
    dialog.get_by_label("Cost").fill("$ 1,200")
    dialog.get_by_role("button", name="Add record").click()
    page.clock.run_for(11_000)
    row = page.get_by_role("row").filter(has_text="Talbot")
    expect(row).to_contain_text("Detailing")
    expect(row).to_contain_text("$1,200")
    expect(row).to_contain_text("Waiting for QuickBooks")
    faultless(page)
    wait_until(lambda: [record["cost"] for record in records_of(desk_lot, car)] == [1200], 10, "one record")
    page.goto(f"{desk_lot.url}/{address(car)}")
    expect(page.locator(".sums-result")).to_have_text("Gross at asking price$2,300")


def test_a_service_record_is_corrected_and_voided_with_undo(desk: OpenDesk, desk_lot: Installation, faultless: Check) -> None:
    car = add_vehicle(desk_lot, make="Wartburg")
    work = {"vehicleId": car["id"], "serviceDate": "2026-11-18", "description": "Clutch", "vendor": "Elm Garage", "cost": 640.25}
    record = desk_lot.ask("POST", "/api/service-records", work).json()

    def kept() -> dict[str, Any]:
        found: dict[str, Any] = desk_lot.ask("GET", f"/api/service-records/{record['id']}").json()
        return found

    page = desk(address(car))
    page.clock.install()
    card = page.get_by_role("region", name="Service", exact=True)
    card.get_by_role("button", name="Change… Clutch").click()
    dialog = page.get_by_role("dialog", name="Change service record")
    expect(dialog.get_by_label("Cost")).to_have_value("640.25")
    faultless(page)
    dialog.get_by_label("Cost").fill("610")
    dialog.get_by_label("Vendor").fill("")
    dialog.get_by_role("button", name="Save").click()
    expect(card).to_contain_text("$610")
    wait_until(lambda: (kept()["cost"], kept()["vendor"]) == (610, None), 15, "the correction")
    toast(page, "Clutch changed.").get_by_role("button", name="Undo").click()
    wait_until(lambda: (kept()["cost"], kept()["vendor"]) == (640.25, "Elm Garage"), 15, "the values before")
    expect(card).to_contain_text("$640.25")
    # From the page of all records; what is voided by mistake comes back before anything is sent.
    page.keyboard.type("gw")
    row = page.get_by_role("row").filter(has_text="Wartburg")
    for undone in (True, False):
        row.get_by_role("button", name="Change… Clutch").click()
        dialog.get_by_role("button", name="Void record").click()
        expect(row).to_contain_text("Voiding")
        if undone:
            toast(page, "Clutch voided.").get_by_role("button", name="Undo").click()
            expect(toast(page, "The record was kept.")).to_be_visible()
            expect(row).to_contain_text("Waiting for QuickBooks")
        page.clock.run_for(11_000)
        if undone:
            assert kept()["state"] == "pending"
    expect(row).to_contain_text("Voided")
    faultless(page)
    assert kept()["state"] == "voided"


def test_work_on_a_vehicle_that_is_gone_still_has_its_name(desk: OpenDesk, desk_lot: Installation) -> None:
    car = add_vehicle(desk_lot, make="Borgward")
    work = {"vehicleId": car["id"], "serviceDate": "2026-11-18", "description": "Tow", "cost": 75}
    desk_lot.ask("POST", "/api/service-records", work)
    desk_lot.ask("DELETE", f"/api/vehicles/{car['id']}")
    row = desk("#/service").get_by_role("row").filter(has_text="Tow")
    expect(row.get_by_role("link")).to_have_text("2019 Borgward Accord")


def test_customers_are_added_found_and_have_what_they_bought(desk: OpenDesk, desk_lot: Installation, faultless: Check) -> None:
    car = add_vehicle(desk_lot, make="Sunbeam")
    page = desk("#/customers")
    page.get_by_role("button", name="Add customer").click()
    dialog = page.get_by_role("dialog", name="New customer")
    faultless(page)
    dialog.get_by_label("Name").fill("Zoltan Abay")
    dialog.get_by_label("Email").fill("zoltan@abay.example")
    dialog.get_by_label("Phone").fill("(555) 010-0199")
    page.keyboard.press("Enter")
    expect(toast(page, "Zoltan Abay added.")).to_be_visible()
    sold = {"vehicleId": car["id"], "salePrice": 9000, "saleDate": "2026-11-18"}
    buyer = {"name": "Zoltan Abay", "email": "zoltan@abay.example", "phone": "(555) 010-0199"}
    desk_lot.ask("POST", "/api/sales", {**sold, "customer": buyer})
    page.reload()
    page.get_by_role("searchbox").fill("0199 zol")
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.get_by_role("link", name="zoltan@abay.example")).to_have_attribute("href", "mailto:zoltan%40abay.example")
    expect(page.get_by_role("link", name="(555) 010-0199")).to_have_attribute("href", "tel:5550100199")
    expect(page.get_by_role("link", name="2019 Sunbeam Accord")).to_have_attribute("href", address(car))
    faultless(page)


def test_a_trade_in_is_on_the_sale_and_its_car_is_taken_in(desk: OpenDesk, desk_lot: Installation, faultless: Check) -> None:
    car = add_vehicle(desk_lot, make="Saab")
    page = desk(address(car))
    page.get_by_role("button", name="Sell", exact=True).click()
    dialog = page.get_by_role("dialog", name="Sell 2019 Saab Accord")
    dialog.get_by_label("Sale price").fill("17,250.75")
    for number, (kind, amount) in enumerate((("Fee", "149.50"), ("Trade-in", "1,500")), start=1):
        dialog.get_by_role("button", name="Add a fee, tax or trade-in").click()
        line = dialog.get_by_role("group", name=f"Line {number}")
        line.get_by_label("Type").select_option(kind)
        line.get_by_role("textbox").first.fill(amount)
    faultless(page)
    dialog.get_by_role("button", name="Sell").click()
    strip = page.get_by_role("region", name="The sale")
    expect(strip.locator(".sale-lines")).to_contain_text("Total $15,900.25")
    sale = sales_of(desk_lot, car)[0]
    assert [(line["kind"], line["amount"]) for line in sale["lines"]] == [("fee", 149.5), ("tradeIn", -1500)]
    strip.get_by_role("link", name="Add it to inventory").click()
    expect(page.get_by_role("heading", name="Add a trade-in")).to_be_visible()
    expect(page.get_by_label("Purchase price")).to_have_value("1,500")
    for label, value in (("VIN", "1FAHP3FN8AW139719"), ("Year", "2010"), ("Make", "Ford"), ("Model", "Focus")):
        page.get_by_label(label, exact=True).fill(value)
    page.get_by_label("Purchase price").fill("1,200")
    page.get_by_role("button", name="Add vehicle").click()
    expect(page.get_by_role("heading", name="2010 Ford Focus")).to_be_visible()
    page.goto(f"{desk_lot.url}/#/profit")
    row = page.get_by_role("row").filter(has_text="Saab")
    # 17,250.75 + 149.50 - 15,000 - 300 given too much for the trade-in
    expect(row.locator("td[data-label=Profit]")).to_have_text("$2,100.25")
    faultless(page)
    row.get_by_role("link").click()
    expect(page.locator(".sums-result")).to_have_text("Gross$2,100.25")
    expect(page.locator(".sums")).to_contain_text("Trade-in over-allowance$300")
    faultless(page)
