"""What the desk offers and never does by itself: the details that a VIN tells, and sample cars."""

from __future__ import annotations

from collections.abc import Callable

import httpx
from playwright.sync_api import Page, Route, expect

from browser.conftest import OpenDesk
from browser.desk_page import add_vehicle, address, becomes
from browser.installation import Installation
from simulators import vin

Check = Callable[[Page], None]
SAID = {
    "year": 2003,
    "make": "Honda",
    "model": "Accord",
    "trim": "EX",
    "bodyStyle": "Sedan",
    "engine": "2.4L I4",
    "fuelType": None,
    "drivetrain": "FWD",
    "transmission": None,
}


def decoder(page: Page, number: str, **filled: str) -> list[str]:
    """Answer for the VIN decoder: first that it is on its way, then what the VIN says. Returns what was asked."""
    asked: list[str] = []

    def answer(route: Route) -> None:
        asked.append(route.request.url)
        known = len(asked) > 1
        suggestions = SAID if known else dict.fromkeys(SAID)
        state = "decoded" if known else "on_its_way"
        told = {"vin": number, "valid": True, "state": state, "suggestions": suggestions, "hint": None, "filled": filled}
        route.fulfill(json=told)

    page.route(f"**/api/vin/{number}", answer)
    return asked


def test_a_vin_fills_the_form_only_where_it_is_empty(desk: OpenDesk, desk_lot: Installation, faultless: Check) -> None:
    number = "1HGCM82633A004352"
    page = desk("#/vehicle/new")
    decoder(page, number)
    page.get_by_label("VIN").fill(number[:-1] + "3")
    page.keyboard.press("Tab")
    # It is checked when the field is left, and suggests no other VIN.
    expect(page.get_by_role("alert")).to_have_text("This VIN has a typing error somewhere. Compare it with the plate.")
    page.get_by_label("Make").fill("Acura")
    page.get_by_label("VIN").fill(number.lower())
    page.keyboard.press("Tab")
    # The year is known without a decoder.
    expect(page.get_by_label("Year")).to_have_value("2003")
    expect(page.get_by_text("This VIN is: 2003, Honda, Accord, EX, Sedan, 2.4L I4, FWD.")).to_be_visible()
    expect(page.get_by_text("This VIN belongs to a 2003 Honda Accord.")).to_be_visible()
    faultless(page)
    page.get_by_role("button", name="Use these details").press("Enter")
    for label, text in (("Make", "Acura"), ("Model", "Accord"), ("Trim", "EX"), ("Engine", "2.4L I4"), ("Body style", "Sedan")):
        expect(page.get_by_label(label)).to_have_value(text)
    page.get_by_label("Engine").fill("2.4L")
    page.get_by_role("button", name="Add vehicle").click()
    expect(page.get_by_role("heading", name="2003 Acura Accord")).to_be_visible()
    [added] = desk_lot.ask("GET", f"/api/vehicles?q={number}").json()["vehicles"]
    kept = (added["make"], added["trim"], added["engine"], added["bodyStyle"], added["drivetrain"], added["fuelType"])
    assert kept == ("Acura", "EX", "2.4L", "Sedan", "FWD", None)


def test_a_vin_goes_to_the_decoder_and_back_and_a_decoder_that_is_slow_or_down_stops_nobody(
    desk: OpenDesk, desk_lot: Installation
) -> None:
    """Nothing stands between the page, the Worker, its queue and the simulated decoder."""
    numbers = [vin.complete("1FM", "CU0GX", 2018, "U", serial) for serial in (1, 2, 3)]
    escape = {"ModelYear": "2018", "Make": "FORD", "Model": "Escape", "Trim": "SE", "DriveType": "FWD/Front-Wheel Drive"}
    desk_lot.partners.sim("PUT", "vin-decoder/vins", dict.fromkeys(numbers, escape))
    page = desk("#/vehicle/new")
    page.get_by_label("VIN").fill(numbers[0])
    page.keyboard.press("Tab")
    page.get_by_label("Model").fill("Explorer")
    expect(page.get_by_text("This VIN is: 2018, Ford, Escape, SE, FWD.")).to_be_visible()
    expect(page.get_by_text("This VIN belongs to a 2018 Ford Escape.")).to_be_visible()
    page.get_by_role("button", name="Use these details").press("Enter")
    expect(page.get_by_label("Make")).to_have_value("Ford")
    page.get_by_role("button", name="Add vehicle").click()
    expect(page.get_by_role("heading", name="2018 Ford Explorer")).to_be_visible()
    # What the page offers of a car that it has saved comes from the same place.
    expect(page.get_by_text("This VIN belongs to a 2018 Ford Escape.")).to_be_visible()
    # Slow: it would answer in a minute. Down: it answers 503.
    for number, fault in zip(numbers[1:], ({"stall_rate": 1, "stall_s": 60}, {"outage": True}), strict=True):
        desk_lot.partners.sim("PUT", "faults/vin-decoder", fault)
        page.goto(f"{desk_lot.url}/#/vehicle/new")
        page.get_by_label("VIN").fill(number)
        page.keyboard.press("Tab")
        page.get_by_label("Make").fill("Ford")
        page.get_by_label("Model").fill("Edge")
        page.get_by_role("button", name="Add vehicle").click()
        expect(page.get_by_role("heading", name="2018 Ford Edge")).to_be_visible(timeout=5_000)
        expect(page.get_by_role("button", name="Use these details")).to_have_count(0)
    desk_lot.partners.sim("DELETE", "faults/vin-decoder")


def test_a_cars_page_offers_what_its_vin_says_and_marks_what_came_from_it(desk: OpenDesk, desk_lot: Installation) -> None:
    car = add_vehicle(desk_lot, trim="LX", engine="2.4L I4")
    page = desk()
    decoder(page, car["vin"], engine="2.4L I4", bodyStyle="Coupe")
    page.goto(f"{desk_lot.url}/{address(car)}")
    expect(page.locator("label").filter(has_text="from the VIN")).to_have_text(["Engine from the VIN"])
    page.get_by_role("button", name="Use these details").click()
    becomes(desk_lot, car, trim="LX", bodyStyle="Sedan", drivetrain="FWD", fuelType=None, year=2019)
    expect(page.get_by_role("button", name="Use these details")).to_have_count(0)


def test_a_deployed_instance_offers_sample_cars_only_while_nothing_is_configured_and_shows_none(
    desk: OpenDesk, desk_lot: Installation
) -> None:
    page = desk("#/sales")
    rules = """async () => {
        const steps = await import("/js/desk/inventory/first-steps.js");
        const partner = (target, site) => [{target, site, configured: true}];
        return [
            steps.offersSamples("lot.example.com", partner("quickbooks", false)),
            steps.offersSamples("lot.example.com", partner("kbb", true)),
            steps.offersSamples("lot.example.com", undefined),
            steps.offersSamples("lot.example.com", partner("vin_decoder", false)),
            steps.sampleImport("lot.example.com"),
        ]
    }"""
    *offers, target = page.evaluate(rules)
    assert offers == [False, False, False, True]
    headers = {**desk_lot.worker.client.headers, "content-type": "text/csv"}
    sheet = httpx.get(f"{desk_lot.url}/demo/lot.csv").content
    plain = httpx.post(f"{desk_lot.url}/api/vehicles/import?dryRun=true", content=sheet, headers=headers, timeout=30).json()
    ours = httpx.post(f"{desk_lot.url}{target}&dryRun=true", content=sheet, headers=headers, timeout=30).json()
    shown = [{column["field"] for column in report["columns"]} for report in (plain, ours)]
    assert shown[0] - shown[1] == {"publishToWebsite"}
