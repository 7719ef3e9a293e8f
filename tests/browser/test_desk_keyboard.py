"""A dealer's day at the desk without a mouse: a refused listing is mended, a car sold, a file imported, a question answered."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import FileChooser, Locator, Page, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from browser.conftest import OpenDesk
from browser.desk_page import add_vehicle, becomes, field, toast
from browser.installation import Installation
from simulators.wayne_reeves.files import LOT_FILE, read_lot
from support.running import wait_until

Check = Callable[[Page], None]
REFUSED = {"error": {"code": "bad-price", "message": "The price looks wrong.", "field": "price"}}
FARTHEST = 250


def reach(page: Page, target: Locator, key: str = "Tab") -> None:
    """Move the focus to an element as the keyboard does."""
    expect(target).to_be_visible()
    for _ in range(FARTHEST):
        if target.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press(key)
    raise AssertionError(f"{FARTHEST} times {key} do not reach {target}")


def choose(page: Page, button: Locator) -> FileChooser:
    """Open the browser's dialog for files; a button that is drawn anew meanwhile is reached once more."""
    for _ in range(5):
        reach(page, button)
        try:
            with page.expect_file_chooser(timeout=8_000) as chooser:
                page.keyboard.press("Enter")
        except PlaywrightTimeout:
            continue
        return chooser.value
    raise AssertionError("The dialog does not open.")


def write(page: Page, text: str) -> None:
    """Write over what stands in the field that has the focus."""
    page.keyboard.press("Control+A")
    page.keyboard.type(text)


def sites_of(lot: Installation, vehicle_id: str) -> set[str]:
    """How a car stands with the listing sites."""
    return {site["state"] for site in lot.ask("GET", f"/api/vehicles/{vehicle_id}/listings").json()["listings"].values()}


def test_a_whole_day_by_keyboard_alone(desk: OpenDesk, desk_lot: Installation, faultless: Check) -> None:
    script = [{"fault": "status", "status": 422, "body": REFUSED, "method": "PUT", "times": 1}]
    desk_lot.partners.sim("PUT", "faults/truecar", {"script": script})
    photos = [f"{desk_lot.url}/demo/coupe-black.svg"]
    car = add_vehicle(desk_lot, make="Hudson", price=1850, photos=photos, publishToThirdParty=True)
    wait_until(lambda: sites_of(desk_lot, car["id"]) == {"live", "dead"}, 30, "a refused listing")
    page = desk("#/failed")
    mend_a_refused_listing(page, desk_lot, car["id"])
    sell(page)
    import_a_file(page, desk_lot)
    answer_a_question(page, desk_lot, faultless)


def mend_a_refused_listing(page: Page, lot: Installation, vehicle_id: str) -> None:
    """From the inbox to the car, whose price had a digit too few; the site takes it then."""
    refused = page.locator(".letter").filter(has_text="TrueCar listing: 2019 Hudson Accord")
    expect(refused).to_contain_text("The price looks wrong.")
    reach(page, refused.get_by_role("link", name="2019 Hudson Accord"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1, name="2019 Hudson Accord")).to_be_focused()
    reach(page, field(page, "Asking price"))
    write(page, "18,500")
    page.keyboard.press("Enter")
    wait_until(lambda: sites_of(lot, vehicle_id) == {"live"}, 30, "all sites show it")


def sell(page: Page) -> None:
    """With a customer, and no more than the keys of a form."""
    reach(page, page.get_by_role("button", name="Sell", exact=True), "Shift+Tab")
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Sell 2019 Hudson Accord")
    expect(dialog.get_by_label("Sale price")).to_be_focused()
    write(page, "18,000")
    reach(page, dialog.get_by_label("Customer"))
    page.keyboard.type("Kay Board")
    page.keyboard.press("Enter")
    expect(page.get_by_role("region", name="The sale")).to_contain_text("Sold for $18,000")
    page.keyboard.type("gs")
    expect(page.get_by_role("row").filter(has_text="Hudson")).to_contain_text("Kay Board")


def import_a_file(page: Page, lot: Installation) -> None:
    """A price by a file, which is seen before it is taken."""
    car = add_vehicle(lot, make="Nash", price=7000)
    sheet = f"vin,year,make,model,price\n{car['vin']},2019,Nash,Accord,6500\n"
    page.keyboard.type("gi")
    expect(page.get_by_role("heading", level=1, name="Inventory")).to_be_focused()
    reach(page, page.get_by_role("link", name="Import"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1, name="Import vehicles")).to_be_focused()
    chooser = choose(page, page.get_by_role("button", name="Choose a file"))
    chooser.set_files({"name": "lot.csv", "mimeType": "text/csv", "buffer": sheet.encode()})
    expect(page.get_by_role("heading", name="Check the columns")).to_be_focused()
    reach(page, page.get_by_role("button", name="Import 1 vehicle"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Import finished")).to_be_focused()
    expect(toast(page, "Imported: 0 added, 1 updated.")).to_be_visible()
    becomes(lot, car, price=6500)


def answer_a_question(page: Page, lot: Installation, faultless: Check) -> None:
    """The DMS shows a car as sold and does not say for how much."""
    car = {
        "stock_number": "Q1",
        "vin": "W0L0XCF0814000019",
        "make": "Opel",
        "model": "Corsa",
        "year": 2003,
        "status": "available",
    }
    others = read_lot(LOT_FILE, f"{lot.url}/demo/")
    lot.import_lot([*others, car])
    lot.import_lot([*others, {**car, "status": "sold"}])
    page.keyboard.type("gf")
    asked = page.locator(".letter").filter(has_text="2003 Opel Corsa (stock number Q1)")
    expect(asked).to_contain_text("What was it sold for, and to whom?")
    expect(page.get_by_role("navigation", name="Desk").get_by_role("link", name="Needs you (1 waiting)")).to_be_visible()
    faultless(page)
    reach(page, asked.get_by_role("button", name="Enter the sale"))
    page.keyboard.press("Enter")
    form = page.get_by_role("dialog", name="Enter the sale")
    for label, text in (("Sale price", "6,300.50"), ("Customer", "Ann Lee"), ("Phone", "555")):
        reach(page, form.get_by_label(label))
        page.keyboard.type(text)
    faultless(page)
    page.keyboard.press("Enter")
    expect(asked).to_have_count(0)
    # The invoice of the sale waits for QuickBooks, which is not set up, so the inbox may not be empty.
    expect(page.get_by_role("link", name="Needs you", exact=True)).to_be_visible()
    [sale] = [each for each in lot.ask("GET", "/api/sales").json()["sales"] if each["vin"] == car["vin"]]
    assert (sale["salePrice"], sale["customer"]["name"], sale["customer"]["phone"]) == (6300.5, "Ann Lee", "555")
