"""Integrations and failed syncs: what the partners need, what went wrong, and what the dealer can do about it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from browser.conftest import Complaints, OpenDesk
from browser.desk_page import Vehicle, add_vehicle, toast
from browser.installation import Installation
from browser.snippets import on, snippet
from support.running import wait_until

Check = Callable[[Page], None]
REFUSED = {"error": {"code": "bad-price", "message": "The price <b>looks</b> wrong.", "field": "price"}}


def listed(lot: Installation, site: str, car: Vehicle) -> bool:
    """Whether a site shows a car."""
    state: str = lot.ask("GET", f"/api/vehicles/{car['id']}/listings").json()["listings"][site]["state"]
    return state == "live"


def letter(page: Page, car: Vehicle) -> Locator:
    """A car's entry in the inbox."""
    return page.locator(".letter").filter(has_text=f"2019 {car['make']} Accord")


def test_what_failed_is_said_in_words_retried_and_discarded(desk: OpenDesk, desk_lot: Installation, faultless: Check) -> None:
    refusals = {"fault": "status", "status": 422, "body": REFUSED, "method": "PUT", "times": 2}
    desk_lot.partners.sim("PUT", "faults/cargurus", {"script": [refusals]})
    photos = [f"{desk_lot.url}/demo/coupe-black.svg"]
    cars = [add_vehicle(desk_lot, make=make, photos=photos, publishToThirdParty=True) for make in ("Saab", "Seat")]
    wait_until(lambda: len(desk_lot.ask("GET", "/api/integrations/tasks?state=dead").json()["tasks"]) == 2, 30, "two failures")
    page = desk("#/failed")
    expect(page.get_by_role("heading", level=1)).to_have_text("Needs you")
    for car in cars:
        expect(letter(page, car)).to_contain_text(f"CarGurus listing: 2019 {car['make']} Accord")
        expect(letter(page, car)).to_contain_text("The price <b>looks</b> wrong.")
    expect(page.get_by_role("navigation", name="Desk").get_by_role("link", name="Needs you (2 waiting)")).to_be_visible()
    faultless(page)
    first, second = cars
    letter(page, first).get_by_role("button", name="Dismiss").click()
    expect(letter(page, first)).to_have_count(0)
    toast(page, "Dismissed: CarGurus listing: 2019 Saab Accord.").get_by_role("button", name="Undo").click()
    wait_until(lambda: listed(desk_lot, "carGurus", first), 30, "the first is listed")
    letter(page, second).get_by_role("button", name="Retry").click()
    expect(toast(page, "Retrying: CarGurus listing: 2019 Seat Accord.")).to_be_visible()
    expect(letter(page, second)).to_have_count(0)
    wait_until(lambda: listed(desk_lot, "carGurus", second), 30, "the second is listed")
    expect(page.get_by_role("link", name="Needs you", exact=True)).to_be_visible()


def test_files_from_the_dms_have_an_address_and_the_last_one_is_shown(
    desk: OpenDesk, desk_lot: Installation, faultless: Check
) -> None:
    """What a column is, is said once; the address can be changed."""
    path = desk_lot.ask("GET", "/api/inventory-files").json()["url"].removeprefix(desk_lot.url)
    there = desk_lot.ask("GET", "/api/vehicles?limit=1000").json()["vehicles"]
    wanted = ("externalDmsId", "vin", "year", "make", "model")
    rows = [",".join(str(car[name]) for name in wanted) for car in there if car["externalDmsId"]]
    content = "\r\n".join(["StockNumber,VIN,Year,Make,Model,Tag", *rows, "T1,1HGCM82633A004352,2003,Honda,Accord,", ""])
    sent = desk_lot.worker.client.put(path, content=content.encode())
    assert desk_lot.worker.finished(sent.json()["runId"])["status"] == "completed"
    page = desk("#/integrations")
    card = page.get_by_role("region", name="Files from your DMS")
    expect(card).to_contain_text("Received")
    expect(card).to_contain_text(path)
    card.get_by_text("Columns", exact=True).click()
    tag = card.get_by_label("Where the column Tag goes")
    expect(tag).to_have_value("")
    tag.select_option("price")
    expect(toast(page, "Saved. It counts from the next file on.")).to_be_visible()
    expect(tag).to_have_value("price")
    faultless(page)
    card.get_by_role("button", name="New link").click()
    expect(toast(page, "The old link no longer works.")).to_be_visible()
    expect(card).not_to_contain_text(path)
    assert desk_lot.worker.client.put(path, content=b"x").status_code == 404


def dead_tasks(lot: Installation) -> int:
    """How many tasks have failed for good."""
    return len(lot.ask("GET", "/api/integrations/tasks?state=dead").json()["tasks"])


def test_all_that_failed_is_retried_at_once_or_by_partner(desk: OpenDesk, desk_lot: Installation, faultless: Check) -> None:
    refusals = {"fault": "status", "status": 422, "body": REFUSED, "method": "PUT", "times": 4}
    desk_lot.partners.sim("PUT", "faults/kbb", {"script": [refusals]})
    photos = [f"{desk_lot.url}/demo/coupe-black.svg"]
    cars = [add_vehicle(desk_lot, make=make, photos=photos, publishToThirdParty=True) for make in ("Skoda", "Smart")]
    wait_until(lambda: dead_tasks(desk_lot) == 2, 30, "two failures")
    page = desk("#/failed")
    expect(letter(page, cars[1])).to_be_visible()
    page.get_by_role("button", name="Retry all").click()
    expect(toast(page, "Retrying 2 failed syncs.")).to_be_visible()
    wait_until(lambda: dead_tasks(desk_lot) == 2, 30, "two failures again")
    page.reload()
    page.get_by_role("button", name="Choose several…").click()
    dialog = page.get_by_role("dialog", name="Retry or dismiss several")
    dialog.get_by_label("Which").select_option("Failed at Kelley Blue Book")
    expect(dialog.get_by_role("button", name="Dismiss 2")).to_be_visible()
    faultless(page)
    dialog.get_by_role("button", name="Retry 2").click()
    expect(toast(page, "Retrying 2 syncs.")).to_be_visible()
    expect(dialog).to_have_count(0)
    for car in cars:
        expect(letter(page, car)).to_have_count(0)
        wait_until(lambda car=car: listed(desk_lot, "kbb", car), 30, "it is listed")  # type: ignore[misc]


def test_a_pull_is_watched_and_shows_what_it_rejected(desk: OpenDesk, desk_lot: Installation, faultless: Check) -> None:
    bad = {"stock_number": "BAD-1", "vin": "1HGCM82633A004352", "make": "", "model": "Accord", "year": "soon"}
    desk_lot.partners.sim("POST", "wayne-reeves/vehicles", bad)
    stall = {"fault": "stall", "stall_s": 1.5, "method": "GET"}
    desk_lot.partners.sim("PUT", "faults/wayne-reeves", {"script": [stall]})
    try:
        page = desk("#/integrations")
        card = page.get_by_role("region", name="Wayne Reeves")
        card.get_by_role("button", name="Sync now").click()
        expect(card.get_by_role("progressbar")).to_be_visible()
        expect(card.get_by_role("button", name="Sync now")).to_be_disabled()
        expect(toast(page, "Sync finished: 0 added")).to_be_visible()
        card.get_by_role("button", name="1 record rejected").click()
        table = card.get_by_role("region", name="Rejected records")
        expect(table.get_by_role("cell", name="BAD-1").first).to_be_visible()
        expect(table.get_by_role("cell", name="make", exact=True)).to_be_visible()
        faultless(page)
    finally:
        desk_lot.partners.sim("DELETE", "wayne-reeves/vehicles/BAD-1")


def told(page: Page, lot: Installation) -> dict[str, Any]:
    """What the status says of QuickBooks from now on: a dict to change."""
    status = lot.ask("GET", "/api/integrations/status").json()
    page.route("**/api/integrations/status", lambda route: route.fulfill(json=status))
    books: dict[str, Any] = status["quickbooks"]
    return books


def test_quickbooks_is_set_up_connected_and_disconnected(desk: OpenDesk, desk_lot: Installation, faultless: Check) -> None:
    page = desk("#/customers")
    page.goto(f"{desk_lot.url}/#/integrations/quickbooks")
    card = page.get_by_role("region", name="QuickBooks")
    expect(card.get_by_text("Not set up")).to_be_visible()
    # Who comes for its set-up finds it open.
    expect(card.get_by_text(f"{desk_lot.url}/api/integrations/quickbooks/callback")).to_be_visible()
    expect(card.get_by_text("npx wrangler secret put QUICKBOOKS_CLIENT_ID")).to_be_visible()
    expect(card.get_by_role("link", name="Connect to QuickBooks")).to_have_count(0)
    faultless(page)
    books = told(page, desk_lot)
    books.update(
        configured=True,
        authenticated=False,
        status="reauth_required",
        message="QuickBooks is not connected yet. What is waiting is posted as soon as you connect.",
    )
    page.reload()
    expect(card.get_by_text("Not connected", exact=True)).to_be_visible()
    expect(card.get_by_text("QuickBooks is not connected yet. What is waiting is posted as soon as you connect.")).to_be_visible()
    connect = card.get_by_role("link", name="Connect to QuickBooks")
    expect(connect).to_have_attribute("href", "/api/integrations/quickbooks/authorize")
    books.update(authenticated=True, status="connected", message=None, lastSync="2026-11-20T09:15:00Z", daysLeft=9)
    calls: list[str] = []

    def posted(route: Route) -> None:
        calls.append(route.request.url.rsplit("/", 1)[1])
        if calls[-1] == "sync":
            route.fulfill(status=202, json={"queued": 3})
        else:
            route.fulfill(status=204)

    page.route("**/api/integrations/quickbooks/*", posted)
    page.reload()
    expect(card.get_by_text("Connected")).to_be_visible()
    expect(card.get_by_text("The sign-in at Intuit ends in 9 days")).to_be_visible()
    card.get_by_role("button", name="Sync now").click()
    expect(toast(page, "3 documents on the way to QuickBooks.")).to_be_visible()
    card.get_by_role("button", name="Disconnect…").click()
    dialog = page.get_by_role("dialog", name="Disconnect QuickBooks?")
    faultless(page)
    dialog.get_by_role("button", name="Disconnect").click()
    expect(toast(page, "QuickBooks disconnected.")).to_be_visible()
    assert calls == ["sync", "disconnect"]


@pytest.mark.parametrize(
    ("trouble", "says"),
    [
        ("declined", "You chose Cancel at Intuit"),
        ("misconfigured", "Ask your web person"),
        ("constructor", "is not connected"),
    ],
)
def test_what_went_wrong_at_intuit_is_said_once(desk: OpenDesk, desk_lot: Installation, trouble: str, says: str) -> None:
    page = desk(f"#/partners/quickbooks-{trouble}")
    expect(toast(page, says)).to_be_visible()
    expect(page).to_have_url(f"{desk_lot.url}/#/integrations/quickbooks")
    page.reload()
    expect(page.get_by_role("region", name="QuickBooks")).to_be_visible()
    expect(page.locator(".toast")).to_have_count(0)


@pytest.mark.parametrize("partner", ["wayne_reeves", "cargurus", "truecar", "kbb"])
def test_each_partner_says_how_it_is_set_up(desk: OpenDesk, partner: str) -> None:
    page = desk(f"#/integrations/{partner}")
    place = page.locator(f"#partner-{partner}")
    place.get_by_text("Set up (for your web person)", exact=True).click() if partner == "wayne_reeves" else None
    expect(place.get_by_text("npx wrangler secret put").first).to_be_visible()
    expect(place.get_by_text("make deploy")).to_be_visible()


def test_a_feed_is_paused_and_gets_another_address(desk: OpenDesk, desk_lot: Installation, complaints: Complaints) -> None:
    page = desk("#/integrations")
    # The code for the dealer's website is the one that the documentation recommends.
    printed = on(desk_lot.url, snippet("The frame that fits", "html"))
    assert page.get_by_role("region", name="Your website").locator("code").inner_text() == printed.rstrip()
    feed = page.get_by_role("listitem").filter(has=page.get_by_role("heading", name="Any other site"))
    before = feed.locator("code").inner_text()
    assert desk_lot.worker.client.get(before).status_code == 200
    feed.get_by_role("button", name="New link").click()
    expect(toast(page, "Any other site: the old link no longer works.")).to_be_visible()
    expect(feed.locator("code")).not_to_have_text(before)
    after = feed.locator("code").inner_text()
    assert [desk_lot.worker.client.get(address).status_code for address in (before, after)] == [404, 200]
    feed.get_by_role("switch").click()
    expect(feed.get_by_role("switch")).not_to_be_checked()
    assert desk_lot.worker.client.get(after).status_code != 200
