"""The lot as a list: finding, ordering, ticking, changing many, files in and out; thousands of rows."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, Route, expect

from browser.conftest import Complaints, OpenDesk
from browser.desk_page import SHIFTED, WATCH_SHIFTS, Vehicle, add_vehicle, becomes, shows, stored, toast
from browser.installation import Installation
from runtime.paths import ROOT

MANY = 5000
# What a keystroke or a screen of scrolling may put into the page, however long the lot is. bench/ takes the time of it.
ROWS_DRAWN = 80
DOCUMENTED = ROOT / "docs" / "desk.md"
READ_KEYS = """rows => rows.map(row =>
    [...row.querySelectorAll('kbd')].map(key => key.textContent).join(' ') + ': ' + row.querySelector('dd').textContent)"""
CSV_HEAD = "vin,year,make,model,stockNumber,price\n"


def trio(lot: Installation, make: str) -> list[Vehicle]:
    """Three vehicles of a make that nobody else has."""
    return [
        add_vehicle(lot, make=make, model=model, price=price, mileage=mileage, purchaseDate=day)
        for model, price, mileage, day in (
            ("Alpha", 10000, 90000, "2026-01-01"),
            ("Beta", 30000, 10000, "2026-03-01"),
            ("Gamma", 20000, 50000, "2026-02-01"),
        )
    ]


def stocks(vehicles: list[Vehicle], *order: int) -> list[str]:
    return [vehicles[place]["stockNumber"] for place in order]


def test_search_order_filters_and_a_view_of_ones_own(desk: OpenDesk, desk_lot: Installation) -> None:
    cars = trio(desk_lot, "Tatra")
    page = desk("#/inventory")
    search = page.get_by_role("searchbox")
    page.keyboard.press("/")
    expect(search).to_be_focused()
    page.keyboard.type("tatra")
    expect(page.locator(".lot-row")).to_have_count(3)
    shows(page, stocks(cars, 1, 2, 0))
    page.get_by_role("button", name="Price", exact=True).click()
    shows(page, stocks(cars, 0, 2, 1))
    page.get_by_role("button", name="Price", exact=True).click()
    expect(page.get_by_role("columnheader", name="Price")).to_have_attribute("aria-sort", "descending")
    shows(page, stocks(cars, 1, 2, 0))
    page.get_by_role("button", name="Filters").click()
    page.get_by_label("Price from").fill("15,000")
    expect(page.locator(".lot-row")).to_have_count(2)
    page.get_by_role("button", name="Save view").click()
    page.get_by_label("Name").fill("Dear Tatras")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="On the lot").click()
    expect(search).to_have_value("")
    page.reload()
    page.get_by_role("button", name="Dear Tatras").click()
    shows(page, stocks(cars, 1, 2))
    page.get_by_role("button", name="Remove filter: from $15,000").click()
    expect(page.locator(".lot-row")).to_have_count(3)
    # The address is the list: it can be opened elsewhere, and come back to.
    page.goto(page.url)
    page.reload()
    shows(page, stocks(cars, 1, 2, 0))
    page.get_by_role("link", name="2019 Tatra Gamma").click()
    expect(page.get_by_role("heading", name="2019 Tatra Gamma")).to_be_visible()
    expect(page.get_by_text("2 of 3")).to_be_visible()
    page.get_by_role("link", name="Inventory", exact=True).nth(1).click()
    shows(page, stocks(cars, 1, 2, 0))


def test_every_state_of_the_list_is_faultless(desk: OpenDesk, desk_lot: Installation, faultless: Callable[[Page], None]) -> None:
    trio(desk_lot, "Barkas")
    page = desk("#/inventory")
    expect(page.locator(".lot-row").first).to_be_visible()
    faultless(page)
    page.get_by_role("searchbox").fill("barkas")
    page.get_by_role("button", name="Filters").click()
    page.get_by_label("Price to").fill("25000")
    page.get_by_role("checkbox", name="Select all vehicles found").click()
    expect(page.get_by_role("toolbar", name="Change 2 vehicles")).to_be_visible()
    page.get_by_role("group", name="Website").get_by_role("button", name="On").click()
    expect(toast(page, "2 vehicles published to your website.")).to_be_visible()
    faultless(page)
    page.get_by_role("button", name="Price…").click()
    page.get_by_label("Amount").fill("500")
    expect(page.get_by_role("cell", name="$9,500")).to_be_visible()
    faultless(page)
    page.keyboard.press("Escape")
    page.get_by_role("searchbox").fill("nothing like it")
    expect(page.get_by_role("heading", name="No vehicles match")).to_be_visible()
    faultless(page)
    page.get_by_role("heading", level=1).click()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    faultless(page)


def test_by_keyboard_alone(desk: OpenDesk, desk_lot: Installation) -> None:
    trio(desk_lot, "Wartburg")
    page = desk("#/inventory?q=wartburg&sort=price")
    expect(page.locator(".lot-row")).to_have_count(3)
    for key in "jjk":
        page.keyboard.press(key)
    expect(page.get_by_role("link", name="2019 Wartburg Alpha")).to_be_focused()
    page.keyboard.press("x")
    expect(page.get_by_role("toolbar", name="Change 1 vehicle")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("toolbar")).to_have_count(0)
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="2019 Wartburg Gamma")).to_be_focused()
    page.keyboard.press("]")
    expect(page.get_by_role("heading", name="2019 Wartburg Beta")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator(".lot-row")).to_have_count(3)
    # Back in the list the focus is on the vehicle that was looked at last.
    expect(page.get_by_role("link", name="2019 Wartburg Beta")).to_be_focused()
    for keys, heading in (
        ("gs", "Sales"),
        ("gw", "Service"),
        ("gc", "Customers"),
        ("gp", "Integrations"),
        ("gf", "Needs you"),
        ("gi", "Inventory"),
    ):
        page.keyboard.type(keys)
        expect(page.get_by_role("heading", level=1, name=heading)).to_be_focused()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    shown = page.locator(".keys dl > div").evaluate_all(READ_KEYS)
    table = re.findall(r"^\|[^|]*\| `(.+?)` \| (.+?) \|$", DOCUMENTED.read_text(), re.MULTILINE)
    assert shown == [f"{key}: {words}" for key, words in table]
    page.get_by_role("switch", name="Single-key shortcuts").click()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.keyboard.press("?")
    page.wait_for_timeout(100)
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_many_at_once_and_back_again(desk: OpenDesk, desk_lot: Installation) -> None:
    cars = trio(desk_lot, "Trabant")
    page = desk("#/inventory?q=trabant&sort=price")
    page.get_by_role("checkbox", name="Select 2019 Trabant Alpha").click()
    page.get_by_role("checkbox", name="Select 2019 Trabant Beta").click(modifiers=["Shift"])
    bar = page.get_by_role("toolbar", name="Change 3 vehicles")
    bar.get_by_role("group", name="Third party").get_by_role("button", name="On").click()
    expect(page.get_by_role("switch", name="Publish to Third Party", checked=True)).to_have_count(3)
    for car in cars:
        becomes(desk_lot, car, publishToThirdParty=True)
    toast(page, "3 vehicles set to publish to listing sites.").get_by_role("button", name="Undo").click()
    expect(page.get_by_role("switch", name="Publish to Third Party", checked=True)).to_have_count(0)
    bar.get_by_role("button", name="Price…").click()
    page.get_by_label("Amount").fill("10")
    page.get_by_label("Unit", exact=True).select_option("%")
    page.get_by_role("button", name="Change 3 prices").click()
    expect(page.locator("td.col-price")).to_have_text(["$9,000", "$18,000", "$27,000"])
    for car, price in zip(cars, [9000, 27000, 18000], strict=True):
        becomes(desk_lot, car, price=price)
    page.get_by_role("button", name="Archive").click()
    expect(page.locator(".lot-row")).to_have_count(0)
    page.keyboard.press("u")
    expect(page.locator(".lot-row")).to_have_count(3)
    for car in cars:
        becomes(desk_lot, car, status="available")


def test_a_switch_that_is_refused_turns_back_and_says_why(desk: OpenDesk, desk_lot: Installation, complaints: Complaints) -> None:
    complaints.expect("409")
    car = add_vehicle(desk_lot, make="Simca")
    page = desk("#/inventory?q=simca")
    switch = page.get_by_role("switch", name="Publish to Website")
    gate: list[Route] = []
    page.route("**/api/vehicles/*", lambda route: gate.append(route) if route.request.method == "PATCH" else route.continue_())
    switch.click()
    # Shown at once, before anybody has answered.
    expect(switch).to_be_checked()
    page.wait_for_function("() => true")
    while not gate:
        page.wait_for_timeout(20)
    gate[0].fulfill(
        status=409, json={"code": "vehicle-sold", "detail": "This vehicle is sold."}, content_type="application/problem+json"
    )
    expect(switch).not_to_be_checked()
    expect(toast(page, "failed: This vehicle is sold.")).to_be_visible()
    assert not stored(desk_lot, car)["publishToWebsite"]
    page.unroute("**/api/vehicles/*")
    switch.click()
    becomes(desk_lot, car, publishToWebsite=True)


def test_thousands_of_vehicles_scroll_and_are_searched_at_once(desk: OpenDesk) -> None:
    lot = [generated(number) for number in range(MANY)]

    def answer(route: Route) -> None:
        query = httpx.URL(route.request.url).params
        offset, limit = int(query["offset"]), int(query["limit"])
        route.fulfill(json={"vehicles": lot[offset : offset + limit], "total": MANY})

    page = desk("#/failed")
    page.route("**/api/vehicles?*", answer)
    page.goto(page.url.split("#")[0] + "#/inventory")
    page.add_init_script(WATCH_SHIFTS)
    page.reload()
    expect(page.locator(".view-count").first).to_have_text("5,000")
    expect(page.locator(".aging-part")).to_have_count(4)
    # What comes behind the first page of the list moves nothing that is under the pointer.
    assert page.evaluate(SHIFTED) == 0
    assert page.locator(".lot-row").count() < ROWS_DRAWN
    drawn = page.evaluate(SCROLL_THROUGH)
    assert min(drawn) > 0 and max(drawn) < ROWS_DRAWN, f"rows drawn for each screen: {drawn}"
    expect(page.get_by_role("link", name=lot[-1]["model"], exact=False).first).to_be_visible()
    search = page.get_by_role("searchbox")
    search.focus()
    drawn = page.evaluate(TYPE_IN, "model 4321")
    assert 0 < max(drawn) < ROWS_DRAWN, f"rows drawn for each keystroke: {drawn}"
    expect(page.locator(".lot-row")).to_have_count(1)
    expect(page.get_by_role("link", name="2004 Make 21 Model 4321")).to_be_visible()


# Both answer how many rows each of their acts put into the page until its frame was drawn.
DRAWN = """
  let rows = 0;
  const watch = new MutationObserver(changes => {
    for (const { addedNodes } of changes) {
      for (const node of addedNodes) {
        if (node.nodeType !== Node.ELEMENT_NODE) continue;
        rows += node.matches('.lot-row') + node.querySelectorAll('.lot-row').length;
      }
    }
  });
  watch.observe(document.body, { childList: true, subtree: true });
  const drawn = async act => {
    rows = 0;
    act();
    await new Promise(done => requestAnimationFrame(() => setTimeout(done)));
    return rows;
  };
  const answer = [];
"""
SCROLL_THROUGH = f"""async () => {{ {DRAWN}
  const end = document.documentElement.scrollHeight;
  for (let step = 1; step <= 60; step += 1) {{
    const top = (end * step) / 60;
    const rows = await drawn(() => window.scrollTo(0, top));
    if (step < 60) answer.push(rows);
    const body = document.querySelector('.lot-table').getBoundingClientRect();
    const seen = document.elementFromPoint(600, 500)?.closest('.lot-row');
    if (!seen && body.bottom > 520) throw new Error(`nothing is drawn at ${{top}}`);
  }}
  return answer;
}}"""
TYPE_IN = f"""async text => {{ {DRAWN}
  const input = document.querySelector('#find');
  const write = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set;
  for (let end = 1; end <= text.length; end += 1) {{
    answer.push(await drawn(() => {{
      write.call(input, text.slice(0, end));
      input.dispatchEvent(new Event('input', {{ bubbles: true }}));
    }}));
  }}
  return answer;
}}"""


def generated(number: int) -> dict[str, Any]:
    """A vehicle as the API lists it."""
    texts = dict.fromkeys(
        ("trim", "bodyStyle", "exteriorColor", "interiorColor", "transmission", "fuelType", "drivetrain", "engine")
    )
    return {
        **texts,
        "id": f"{number:032x}",
        "vin": f"VIN{number:014d}",
        "stockNumber": f"S{number}",
        "year": 1990 + number % 34 if number != 4321 else 2004,
        "make": f"Make {number % 50}",
        "model": f"Model {number}",
        "mileage": number * 7,
        "price": 1000 + number,
        "description": "Words. " * 60,
        "location": None,
        "photos": [],
        "externalDmsId": None,
        "purchasePrice": None,
        "purchaseDate": f"{2026 - number // 400:04d}-01-01",
        "status": "available",
        "publishToWebsite": True,
        "publishToThirdParty": False,
        "editedFields": [],
        "vinValid": True,
        "version": 1,
        "createdAt": "2026-01-01T00:00:00.000Z",
        "updatedAt": "2026-01-01T00:00:00.000Z",
        "url": "/inventory.html",
    }


def test_a_file_out_and_in(desk: OpenDesk, desk_lot: Installation, faultless: Callable[[Page], None]) -> None:
    car = add_vehicle(desk_lot, make="Borgward", price=7000)
    page = desk("#/inventory?q=borgward")
    with page.expect_download() as download:
        page.get_by_role("link", name="Export").click()
    assert car["vin"] in download.value.path().read_text()
    bad = CSV_HEAD + f"{car['vin']},2019,Borgward,Isabella,{car['stockNumber']},seven\n"
    good = CSV_HEAD + f"{car['vin']},2019,Borgward,Isabella,{car['stockNumber']},6500\n"
    page.get_by_role("link", name="Import").click()
    choose(page, bad)
    expect(page.get_by_text("1 row cannot be imported. The other rows can.")).to_be_visible()
    expect(page.get_by_role("cell", name="'seven' is not a dollar amount.")).to_be_visible()
    expect(page.get_by_role("button", name="Nothing to import")).to_be_disabled()
    faultless(page)
    choose(page, good)
    expect(page.get_by_text("0 new, 1 to update, 0 unchanged")).to_be_visible()
    expect(page.get_by_role("row").filter(has_text="1 changed")).to_contain_text(
        ["Row 2: Accord → Isabella", "Row 2: $7,000 → $6,500"]
    )
    page.get_by_role("button", name="Import 1 vehicle").click()
    expect(toast(page, "Imported: 0 added, 1 updated.")).to_be_visible()
    expect(page.get_by_role("heading", name="Import finished")).to_be_focused()
    becomes(desk_lot, car, model="Isabella", price=6500)
    page.get_by_role("button", name="Undo import").click()
    expect(toast(page, "Import undone: 1 vehicle put back.")).to_be_visible()
    faultless(page)
    page.get_by_role("link", name="Go to inventory").click()
    page.get_by_role("searchbox").fill("borgward")
    expect(page.locator("td.col-price")).to_have_text(["$7,000"])


def test_columns_are_matched_by_hand_and_bad_rows_come_back(
    desk: OpenDesk, desk_lot: Installation, faultless: Callable[[Page], None]
) -> None:
    cars = [add_vehicle(desk_lot, make="Glas", price=7000, location="Front") for _ in range(4)]
    lines = [
        f"{car['vin']},2019,Glas,Isar,{car['stockNumber']},{price},Bought too high\n"
        for car, price in zip(cars, ("seven", "6500", "lots", ""), strict=True)
    ]
    sheet = CSV_HEAD.replace("\n", ",Yard note\n") + "".join(lines)
    # By keyboard on a phone.
    page = desk("#/import", width=390, height=844)
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Choose a file").press("Enter")
    chooser.value.set_files({"name": "lot.csv", "mimeType": "text/csv", "buffer": sheet.encode()})
    expect(page.get_by_role("heading", name="Check the columns")).to_be_focused()
    note = page.get_by_role("row").filter(has_text="Yard note")
    expect(note).to_contain_text("Bought too high")
    expect(page.get_by_label("Where the column Yard note goes")).to_have_value("")
    # What is not recognized goes where the dealer says, and what would change is said before.
    page.get_by_label("Where the column Yard note goes").focus()
    page.get_by_label("Where the column Yard note goes").select_option(label="Location")
    expect(note).to_contain_text("Row 3: Front → Bought too high")
    expect(page.get_by_label("Where the column Yard note goes")).to_be_focused()
    page.get_by_label("Empty cells clear the field").check()
    expect(page.get_by_role("row").filter(has_text="1 emptied")).to_contain_text("Row 5: $7,000 → empty")
    problems = page.get_by_role("region", name="Rows with problems").get_by_role("row")
    expect(problems.filter(has_text="not a dollar amount")).to_contain_text(["'seven'", "'lots'"])
    faultless(page)
    page.get_by_role("button", name="Import 2, skip 2").press("Enter")
    expect(page.get_by_text("Imported: 0 added, 2 updated, 2 skipped.").first).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the skipped rows").click()
    text = download.value.path().read_text()
    assert [car["vin"] in text for car in cars] == [True, False, True, False]
    assert "'seven' is not a dollar amount." in text
    assert [stored(desk_lot, car)["price"] for car in cars] == [7000, 6500, 7000, None]
    # The next file of this kind is matched the same way.
    page.get_by_role("button", name="Import another file").click()
    choose(page, sheet)
    expect(page.get_by_text("Columns are matched the way you matched them last time")).to_be_visible()
    expect(page.get_by_label("Where the column Yard note goes")).to_have_value("location")
    page.get_by_role("button", name="Start over").click()
    expect(page.get_by_label("Where the column Yard note goes")).to_have_value("")


def choose(page: Page, text: str) -> None:
    page.get_by_label("CSV file").set_input_files({"name": "lot.csv", "mimeType": "text/csv", "buffer": text.encode()})


def test_an_empty_lot_offers_the_first_steps_and_the_demo_lot(desk: OpenDesk, desk_lot: Installation) -> None:
    taken: list[bytes] = []

    def lists(route: Route) -> None:
        route.fulfill(json={"vehicles": [generated(1)] if taken else [], "total": len(taken)})

    def imports(route: Route) -> None:
        taken.append(route.request.post_data_buffer or b"")
        route.fulfill(
            json={"importId": "i1", "created": 60, **dict.fromkeys(("updated", "unchanged"), 0)}
            | {name: [] for name in ("rejected", "warnings", "columns", "changes")}
        )

    page = desk("#/failed")
    page.route("**/api/vehicles?*", lists)
    page.route("**/api/vehicles/import", imports)
    page.goto(page.url.split("#")[0] + "#/inventory")
    page.reload()
    expect(page.get_by_role("heading", name="No vehicles yet")).to_be_visible()
    expect(page.get_by_role("button", name="Sync from Wayne Reeves")).to_be_visible()
    page.get_by_role("button", name="Load sample cars").click()
    expect(toast(page, "60 sample cars added.")).to_be_visible()
    expect(page.locator(".lot-row")).to_have_count(1)
    # The real import takes the file that was sent, pictures and all.
    answer = httpx.post(
        f"{desk_lot.url}/api/vehicles/import?dryRun=true",
        content=taken[0],
        headers={**desk_lot.worker.client.headers, "content-type": "text/csv"},
        timeout=30,
    )
    assert answer.status_code == 200, answer.text
    report = answer.json()
    assert (sum(report[name] for name in ("created", "updated", "unchanged")), report["rejected"]) == (60, [])
    assert desk_lot.url.encode() + b"/demo/" in taken[0]


def test_on_a_phone_there_are_cards(desk: OpenDesk, desk_lot: Installation, faultless: Callable[[Page], None]) -> None:
    cars = trio(desk_lot, "Goggomobil")
    page = desk("#/inventory?q=goggo&sort=price", width=360, height=740, has_touch=True, is_mobile=True)
    expect(page.locator(".lot-card")).to_have_count(3)
    expect(page.locator(".lot-card a")).to_have_text(["2019 Goggomobil Alpha", "2019 Goggomobil Gamma", "2019 Goggomobil Beta"])
    faultless(page)
    page.get_by_role("button", name="Select several").tap()
    page.get_by_role("checkbox", name="Select 2019 Goggomobil Alpha").tap()
    faultless(page)
    page.get_by_role("group", name="Website").get_by_role("button", name="On").tap()
    becomes(desk_lot, cars[0], publishToWebsite=True)
    page.get_by_role("button", name="Done").tap()
    page.locator(".lot-card").nth(1).tap()
    expect(page.get_by_role("heading", name="2019 Goggomobil Gamma")).to_be_visible()


@pytest.mark.parametrize("text", ["<img src=x onerror=window.pwned=1>", "</script><script>window.pwned=1</script>"])
def test_hostile_text_stays_text(desk: OpenDesk, desk_lot: Installation, text: str) -> None:
    """The description keeps its angle brackets, all other texts lose them."""
    texts = ("trim", "exteriorColor", "location", "description", "engine")
    car = add_vehicle(desk_lot, make=text, model=text, stockNumber=text + str(len(text)), **dict.fromkeys(texts, text))
    page = desk(f"#/inventory?q={json.dumps(text)[1:5]}")
    page.goto(f"{desk_lot.url}/#/vehicle/{car['id']}")
    plain = text.replace("<", "").replace(">", "")
    expect(page.get_by_role("heading", level=1)).to_have_text(f"2019 {plain} {plain}")
    expect(page.get_by_label("Description")).to_have_value(text)
    page.get_by_role("button", name="Sell", exact=True).click()
    expect(page.get_by_role("dialog")).to_contain_text(plain)
    assert page.evaluate("() => window.pwned") is None
    assert page.locator("#desk :is(script, iframe, object), #desk [onerror]").count() == 0
