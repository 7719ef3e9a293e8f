"""The network drops, the page goes, an answer is lost: nothing of the dealer's work is, and nothing is done twice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from browser.conftest import Complaints, OpenDesk
from browser.desk_page import Vehicle, add_vehicle, address, becomes, field, stored, toast
from browser.installation import Installation
from support.running import wait_until

Check = Callable[[Page], None]
NO_NETWORK = ("ERR_INTERNET_DISCONNECTED", "ERR_FAILED", "503")


def rows_of(lot: Installation, path: str, member: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = lot.ask("GET", path).json()[member]
    return found


def enter_service(page: Page, work: str, cost: str) -> None:
    page.get_by_role("region", name="Service", exact=True).get_by_role("button", name="Add record").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("What was done").fill(work)
    dialog.get_by_label("Cost").fill(cost)
    dialog.get_by_role("button", name="Add record").click()


def test_work_goes_on_without_a_network_and_is_sent_when_it_is_back(
    desk: OpenDesk, desk_lot: Installation, complaints: Complaints, faultless: Check
) -> None:
    complaints.expect(*NO_NETWORK)
    car, sold = add_vehicle(desk_lot, make="Wanderer"), add_vehicle(desk_lot, make="Horch")
    page = desk(address(car))
    expect(page.get_by_role("heading", level=1)).to_have_text("2019 Wanderer Accord")
    page.context.set_offline(True)
    strip = page.locator(".offline")
    expect(strip).to_contain_text("You are offline. Changes you make are saved here and sent when you are back online.")
    page.get_by_role("switch", name="Publish to Website").click()
    field(page, "Trim").fill("In the dead spot")
    field(page, "Trim").press("Enter")
    page.goto(f"{desk_lot.url}/#/customers")
    expect(page.get_by_text("This loads when you are back online.")).to_be_visible()
    page.goto(f"{desk_lot.url}/{address(sold)}")
    page.get_by_role("button", name="Sell", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="Sell").click()
    expect(page.locator(".vehicle-price")).to_contain_text("Sold")
    field(page, "Trim").fill("A mistake")
    field(page, "Trim").press("Enter")
    expect(strip).to_contain_text("You are offline. 4 changes are saved here and will be sent when you are back online.")
    strip.get_by_role("button", name="Show them").click()
    kept = page.get_by_role("dialog", name="Not sent yet")
    expect(kept.get_by_role("listitem")).to_have_count(4)
    faultless(page)
    kept.get_by_role("listitem").filter(has_text="Trim of 2019 Horch").get_by_role("button", name="Discard").click()
    expect(kept.get_by_role("listitem")).to_have_count(3)
    page.keyboard.press("Escape")
    assert stored(desk_lot, car)["trim"] is None
    page.context.set_offline(False)
    expect(strip).to_have_count(0)
    becomes(desk_lot, car, trim="In the dead spot", publishToWebsite=True)
    becomes(desk_lot, sold, status="sold", trim=None)


@pytest.mark.parametrize("database", ["that keeps it", "that comes too late"])
def test_what_a_closed_page_could_not_send_the_next_one_sends(
    desk: OpenDesk, desk_lot: Installation, complaints: Complaints, database: str
) -> None:
    complaints.expect(*NO_NETWORK)
    car = add_vehicle(desk_lot)
    page = desk(address(car))
    page.context.set_offline(True)
    expect(page.locator(".offline")).to_be_visible()
    if database == "that comes too late":
        page.evaluate("() => { IDBObjectStore.prototype.put = () => { throw new DOMException('too late', 'AbortError'); }; }")
    # Typed and neither left nor confirmed: the page goes while the cursor is still in the field.
    field(page, "Location").fill("Row 9")
    context = page.context
    with page.expect_event("close"):
        page.close(run_before_unload=True)
    context.set_offline(False)
    again = context.new_page()
    again.goto(f"{desk_lot.url}/#/sales")
    becomes(desk_lot, car, location="Row 9")


@pytest.mark.parametrize("loss", ["the answer", "the request"])
def test_what_is_sent_again_is_not_done_twice(desk: OpenDesk, desk_lot: Installation, complaints: Complaints, loss: str) -> None:
    complaints.expect("ERR_FAILED", "409")
    car = add_vehicle(desk_lot, make=f"Brabus {loss}")
    page = desk(address(car))
    expect(page.get_by_role("button", name="Sell", exact=True)).to_be_visible()
    lost: list[str] = []

    def lose_once(route: Route) -> None:
        path = route.request.url.rsplit("/", 1)[1]
        if route.request.method != "POST" or path in lost:
            return route.continue_()
        lost.append(path)
        if loss == "the answer":
            route.fetch()
        return route.abort()

    for path in ("sales", "service-records", "customers"):
        page.route(f"**/api/{path}", lose_once)
    page.clock.install()
    enter_service(page, f"Wheels, {loss} lost", "333")
    page.clock.run_for(11_000)
    number = f"/api/service-records?vehicleId={car['id']}"
    wait_until(pumped(page, lambda: rows_of(desk_lot, number, "serviceRecords") != []), 20, "the record")
    page.get_by_role("button", name="Sell", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="Sell").click()
    wait_until(pumped(page, lambda: stored(desk_lot, car)["status"] == "sold"), 20, "the sale")
    page.keyboard.type("gc")
    page.get_by_role("button", name="Add customer").click()
    page.get_by_role("dialog").get_by_label("Name").fill(f"Twice {loss}")
    page.keyboard.press("Enter")
    expect(toast(page, f"Twice {loss} added.")).to_be_visible()
    wait_until(pumped(page, lambda: page.locator(".offline, .saving").count() == 0), 20, "all is sent")
    assert sorted(lost) == ["customers", "sales", "service-records"]
    assert [row["cost"] for row in rows_of(desk_lot, number, "serviceRecords")] == [333]
    assert len(rows_of(desk_lot, f"/api/sales?vehicleId={car['id']}", "sales")) == 1
    assert len(rows_of(desk_lot, f"/api/customers?q=Twice+{loss.replace(' ', '+')}", "customers")) == 1


def test_a_server_that_is_in_trouble_is_tried_again(
    desk: OpenDesk, desk_lot: Installation, complaints: Complaints, faultless: Check
) -> None:
    complaints.expect("503")
    car: Vehicle = add_vehicle(desk_lot)
    page = desk(address(car))
    away = {"status": 503, "code": "unavailable", "detail": "The database is not responding. Try again in a moment."}
    page.route(
        "**/api/vehicles/*",
        lambda route: (
            route.fulfill(status=503, json=away, content_type="application/problem+json")
            if route.request.method == "PATCH"
            else route.continue_()
        ),
    )
    field(page, "Trim").fill("Later")
    field(page, "Trim").press("Enter")
    strip = page.locator(".offline")
    expect(strip).to_contain_text("1 change could not be sent yet and is being retried.")
    strip.get_by_role("button", name="Show it").click()
    expect(page.get_by_role("dialog")).to_contain_text("The database is not responding.")
    faultless(page)
    page.keyboard.press("Escape")
    page.unroute("**/api/vehicles/*")
    # At once; it may just be going by itself.
    page.evaluate("() => [...document.querySelectorAll('.offline button')].find(one => one.textContent === 'Send now')?.click()")
    expect(strip).to_have_count(0)
    becomes(desk_lot, car, trim="Later")


def pumped(page: Page, holds: Callable[[], bool]) -> Callable[[], bool]:
    """The same question, with the page's own clock and requests going on between two answers."""

    def ask() -> bool:
        page.clock.run_for(500)
        return holds()

    return ask
