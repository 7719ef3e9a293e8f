"""Customers at the desk: corrected, and deleted for good. What was done to a vehicle, and partners paused by hand."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from playwright.sync_api import Page, Route, expect

from browser.conftest import OpenDesk
from browser.desk_page import add_vehicle, address, field, toast
from browser.installation import Installation

Check = Callable[[Page], None]


def test_a_customer_is_corrected_and_deleted(desk: OpenDesk, desk_lot: Installation, faultless: Check) -> None:
    ann = desk_lot.ask("POST", "/api/customers", {"name": "Ann Corrigible", "email": "ann@example.test"}).json()
    page = desk("#/customers")
    row = page.get_by_role("row").filter(has_text="Ann Corrigible")
    row.get_by_role("button", name="Change").click()
    dialog = page.get_by_role("dialog", name="Change customer")
    faultless(page)
    dialog.get_by_label("Phone").fill("555-0142")
    dialog.get_by_role("button", name="Save").click()
    expect(row.get_by_text("555-0142")).to_be_visible()
    assert desk_lot.ask("GET", f"/api/customers/{ann['id']}").json()["phone"] == "555-0142"
    toast(page, "Ann Corrigible changed.").get_by_role("button", name="Undo").click()
    expect(row.get_by_text("555-0142")).to_have_count(0)
    assert desk_lot.ask("GET", f"/api/customers/{ann['id']}").json()["phone"] is None
    row.get_by_role("button", name="Change").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    asked = page.get_by_role("dialog", name="Delete this customer?")
    faultless(page)
    asked.get_by_role("button", name="Delete customer").click()
    expect(row).to_have_count(0)
    assert desk_lot.ask("GET", f"/api/customers/{ann['id']}").json()["name"] == ""


def test_who_did_what_stands_on_the_vehicles_page(desk: OpenDesk, desk_lot: Installation) -> None:
    vehicle = add_vehicle(desk_lot)
    page = desk(address(vehicle))
    timeline = page.get_by_role("region", name="Timeline").get_by_role("listitem")
    expect(timeline.last).to_contain_text("Access token: Added")
    # Newest first, also what came within one second.
    for label, text in (("Trim", "LX"), ("Location", "Row 7"), ("Engine", "1.5L")):
        field(page, label).fill(text)
        field(page, label).press("Enter")
        expect(timeline.first).to_contain_text(text)
    expect(timeline.filter(has_text="Changed")).to_contain_text(
        ["engine: none to 1.5L", "location: none to Row 7", "trim: none to LX"]
    )


def test_a_partner_is_paused_and_let_go(desk: OpenDesk) -> None:
    page = desk("#/integrations")
    card = page.get_by_role("region", name="Wayne Reeves")
    card.get_by_role("button", name="Pause Wayne Reeves").click()
    expect(card.get_by_text("Paused", exact=True)).to_be_visible()
    card.get_by_role("button", name="Resume Wayne Reeves").click()
    expect(card.get_by_role("button", name="Pause Wayne Reeves")).to_be_visible()
    page.get_by_text("Updates received from partners").click()
    expect(page.get_by_role("region", name="Received updates").get_by_text("Show")).to_be_visible()


def test_received_events_are_looked_at_and_replayed(desk: OpenDesk, faultless: Check) -> None:
    body = {"stock_number": "A1", "note": "<b>not markup</b>"}
    refused = {
        "id": "e/1",
        "source": "wayne_reeves",
        "type": "vehicle.updated",
        "state": "failed",
        "note": "No such vehicle.",
        "task": None,
    }
    event = {**refused, "receivedAt": "2026-11-20T10:00:00.000Z", "body": body}
    asked: list[str] = []

    def answer(route: Route) -> None:
        asked.append(f"{route.request.method} {urlsplit(route.request.url).path} {urlsplit(route.request.url).query}")
        if route.request.method == "POST":
            event.update(state="applied", note=None)
            route.fulfill(status=202, json=event)
        else:
            route.fulfill(json={"events": [event], "nextCursor": None})

    page = desk("#/integrations")
    page.route("**/api/integrations/events**", answer)
    page.get_by_text("Updates received from partners").click()
    card = page.get_by_role("region", name="Received updates")
    expect(card.get_by_role("listitem")).to_contain_text("Wayne Reeves: vehicle.updated Failed")
    expect(card.get_by_role("listitem")).to_contain_text("No such vehicle.")
    card.get_by_text("Content", exact=True).click()
    expect(card.locator("pre")).to_contain_text("<b>not markup</b>")
    faultless(page)
    card.get_by_role("button", name="Process again").click()
    expect(toast(page, "The update is being processed again.")).to_be_visible()
    expect(card.get_by_role("listitem")).to_contain_text("Applied")
    with page.expect_response("**/api/integrations/events?*state=failed"):
        card.get_by_label("Show").select_option("failed")
    assert asked[1:] == [
        "POST /api/integrations/events/e%2F1/replay ",
        "GET /api/integrations/events limit=20",
        "GET /api/integrations/events limit=20&state=failed",
    ]
