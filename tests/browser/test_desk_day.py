"""A dealer's day at the desk, from an empty lot to a paid invoice."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from browser.conftest import Complaints, OpenPage
from browser.desk_page import field, fulfil, toast
from browser.installation import Installation, hold, running
from support.running import TOKEN, wait_until

CAR = "2023 Toyota Corolla"


@pytest.fixture
def fresh_lot(tmp_path: Path) -> Iterator[Installation]:
    """On the first morning: on all listing sites, with QuickBooks still to be connected, and with nothing in the DMS."""
    with running(tmp_path, on_sites=True, with_books=True, AUTH_MODE="required") as installation:
        hold(installation.partners, [])
        yield installation


def test_a_day_from_an_empty_lot_to_a_paid_invoice(
    open_page: OpenPage,
    fresh_lot: Installation,
    complaints: Complaints,
    faultless: Callable[[Page], None],
    tmp_path: Path,
) -> None:
    # Not signed in at first; the pages of the simulated Intuit have no icon; and when a car changes meanwhile (the DMS took
    # an edit), the desk asks for it again and edits that.
    complaints.expect("401", "404", "412")
    page = open_page(color_scheme="light", reduced_motion="reduce")
    visitor = open_page()
    open_for_business(page, fresh_lot, faultless)
    put_on_show(page, fresh_lot, photo(page, tmp_path / "front.png"))
    visitor.goto(f"{fresh_lot.url}/inventory.html?q=corolla")
    expect(visitor.get_by_role("link", name=CAR)).to_be_visible()
    work_on_it(page)
    sell_it(page)
    visitor.reload()
    expect(visitor.get_by_role("link", name="1998 Toyota Corolla")).to_be_visible()
    expect(visitor.get_by_role("link", name=CAR)).to_have_count(0)
    wait_until(lambda: fresh_lot.ask("GET", "/api/service-records").json()["total"] == 1, 20, "the service record")
    look_at_the_books(page)
    connect_the_books(page)
    # The invoice of a sale waits 30 seconds for an undo; there is time for the views of a desk that has nothing yet.
    look_at_empty_views(page, fresh_lot, faultless)
    page.keyboard.type("gp")
    for due in ("Invoices due", "Expenses due"):
        expect(page.locator(".figures > div").filter(has_text=due)).to_contain_text("0", timeout=60_000)
    get_paid(page, fresh_lot)


def open_for_business(page: Page, lot: Installation, faultless: Callable[[Page], None]) -> None:
    """The lot is empty, and gets its first cars."""
    page.goto(lot.url)
    page.get_by_label("Access token").fill(TOKEN)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="No vehicles yet")).to_be_visible()
    faultless(page)
    page.get_by_role("button", name="Load sample cars").click()
    expect(toast(page, "60 sample cars added.")).to_be_visible()


def put_on_show(page: Page, lot: Installation, front: Path) -> None:
    """One of them gets a photo of its own for a cover, and goes on the listing sites."""
    page.get_by_role("searchbox").fill("corolla 2023")
    page.get_by_role("link", name=CAR).click()
    tiles = page.locator(".photo-tile:not(.photo-coming)")
    expect(tiles.first).to_be_visible()
    before = tiles.count()
    page.get_by_label("Photo files").set_input_files(front)
    expect(tiles).to_have_count(before + 1)
    page.get_by_role("button", name=re.compile(f"^Move photo {before + 1}")).press("Home")
    page.get_by_role("switch", name="Publish to Third Party").click()
    # On the website it is already: a slip takes it off, and Undo puts it back.
    website = page.get_by_role("switch", name="Publish to Website")
    website.click()
    expect(website).not_to_be_checked()
    toast(page, f"{CAR} taken off your website.").get_by_role("button", name="Undo").click()
    expect(website).to_be_checked()
    expect(page.locator(".site").get_by_text("Listed", exact=True)).to_have_count(3)
    vehicle_id = page.url.rsplit("/", 1)[1]
    wait_until(lambda: shown_cover(lot, vehicle_id).startswith(f"{lot.url}/photos/"), 20, "the new cover on the website")


def work_on_it(page: Page) -> None:
    """Work is done on it, and its price changes, here and on the sites."""
    page.get_by_role("region", name="Service", exact=True).get_by_role("button", name="Add record").click()
    page.get_by_label("What was done").fill("New tires")
    page.get_by_label("Cost", exact=True).fill("640")
    page.get_by_role("dialog").get_by_role("button", name="Add record").click()
    field(page, "Asking price").fill("19,995")
    field(page, "Asking price").press("Enter")
    expect(page.locator(".site").get_by_text("Listed at $19,995 since")).to_have_count(3)


def sell_it(page: Page) -> None:
    """It is sold, by a slip of the finger at first, and leaves the sites."""
    for price, slipped in (("1,999", True), ("19,500", False)):
        page.get_by_role("button", name="Sell", exact=True).click()
        page.get_by_label("Sale price").fill(price)
        page.get_by_label("Customer").fill("Grace Okafor")
        page.get_by_role("dialog").get_by_role("button", name="Sell").click()
        if slipped:
            expect(page.get_by_role("dialog")).to_contain_text("less than half")
            page.get_by_role("dialog").get_by_role("button", name="Sell").click()
        expect(page.get_by_role("region", name="The sale")).to_contain_text(f"Sold for ${price}")
        if slipped:
            page.get_by_role("button", name="Undo sale").click()
            expect(toast(page, f"Sale of {CAR} undone")).to_be_visible()
    expect(page.locator(".site").get_by_text("Not listed", exact=True)).to_have_count(3)


def look_at_the_books(page: Page) -> None:
    """What has to go into the books is counted, with the sale that was undone left out."""
    page.keyboard.type("gp")
    figures = page.locator(".figures > div")
    expect(figures.filter(has_text="Invoices due")).to_contain_text("1")
    expect(figures.filter(has_text="Expenses due")).to_contain_text("1")
    page.keyboard.type("gs")
    expect(page.get_by_role("row").filter(has_text="$19,500")).to_contain_text("Waiting for QuickBooks")
    expect(page.get_by_role("row").filter(has_text="$1,999")).to_contain_text("Voided")


def connect_the_books(page: Page) -> None:
    """QuickBooks is connected at Intuit, and takes what has waited."""
    page.keyboard.type("gp")
    card = page.get_by_role("region", name="QuickBooks")
    expect(card.get_by_text("QuickBooks is not connected yet.")).to_be_visible()
    card.get_by_role("link", name="Connect to QuickBooks").click()
    page.get_by_role("button", name="Connect", exact=True).click()
    expect(toast(page, "QuickBooks is connected.")).to_be_visible()
    expect(card.get_by_text("Connected", exact=True)).to_be_visible()


def look_at_empty_views(page: Page, lot: Installation, faultless: Callable[[Page], None]) -> None:
    """Each says what belongs there, as at a desk that has only just been opened."""
    answers = {
        "sales?*": {"sales": [], "total": 0},
        "service-records?*": {"serviceRecords": [], "total": 0},
        "customers?*": {"customers": [], "total": 0},
        "integrations/tasks?*": {"tasks": [], "nextCursor": None},
    }
    for path, empty in answers.items():
        page.route(f"**/api/{path}", partial(fulfil, empty))
    page.goto(f"{lot.url}/#/sales")
    page.reload()
    for keys, title in (
        ("gs", "No sales yet"),
        ("gw", "No service records yet"),
        ("gc", "No customers yet"),
        ("gf", "Nothing needs you"),
    ):
        page.keyboard.type(keys)
        expect(page.get_by_role("heading", name=title)).to_be_visible()
        faultless(page)
    page.unroute_all()
    page.reload()
    # Keys are heard from the first frame on.
    expect(page.get_by_role("heading", level=1, name="Needs you")).to_be_visible()


def get_paid(page: Page, lot: Installation) -> None:
    """The invoice stands in the books, is paid there, and is seen to be."""
    documents = lot.partners.sim("GET", "quickbooks/documents")["documents"]
    posted = sorted((each["kind"], each["total_cents"], each["state"]) for each in documents)
    assert posted == [("Invoice", 1_950_000, "standing"), ("Purchase", 64_000, "standing")]
    page.keyboard.type("gs")
    row = page.get_by_role("row").filter(has_text="$19,500")
    expect(row).to_contain_text("Invoiced")
    expect(row).to_contain_text("$19,500 due")
    invoice = next(each for each in documents if each["kind"] == "Invoice")
    lot.partners.sim("POST", "quickbooks/pay", {"invoice": invoice["id"]})
    wait_until(lambda: lot.ask("GET", "/api/sales").json()["sales"][0]["state"] == "paid", 30, "the payment")
    page.reload()
    expect(row).to_contain_text("Paid")


def shown_cover(lot: Installation, vehicle_id: str) -> str:
    """The first photo that visitors see of a vehicle."""
    answer = lot.worker.client.get(f"/api/public/vehicle/{vehicle_id}")
    photos = answer.json()["photos"] if answer.status_code == 200 else []
    return str(photos[0]) if photos else ""


def photo(page: Page, path: Path) -> Path:
    """A photo to be uploaded."""
    page.screenshot(path=path)
    return path
