"""One vehicle: its fields changed where they stand, two people at once, photos, publishing, a new one."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Locator, Page, Route, expect

from browser.conftest import Complaints, OpenDesk
from browser.desk_page import add_vehicle, address, becomes, field, stored, toast
from browser.installation import Installation
from support.running import wait_until

Check = Callable[[Page], None]


def note(page: Page, label: str) -> Locator:
    """What stands below a field: its fault, or what became of the last change."""
    return page.locator(".line").filter(has=page.locator("label", has_text=label)).locator(".line-note")


def test_fields_are_checked_saved_and_taken_back_where_they_stand(
    desk: OpenDesk, desk_lot: Installation, complaints: Complaints, faultless: Check
) -> None:
    complaints.expect("409")
    other = add_vehicle(desk_lot)
    car = add_vehicle(desk_lot, trim="LX")
    page = desk(address(car))
    field(page, "Mileage").fill("many")
    field(page, "Mileage").press("Enter")
    expect(note(page, "Mileage")).to_have_text("Enter whole miles, such as 48,200.")
    expect(field(page, "Mileage")).to_have_attribute("aria-invalid", "true")
    field(page, "VIN").fill(car["vin"][:-1] + ("8" if car["vin"].endswith("9") else "9"))
    field(page, "VIN").press("Tab")
    expect(note(page, "VIN")).to_contain_text("typing error somewhere")
    # Only the server knows the other one: its refusal stands at the field too, with what was typed.
    field(page, "Stock number").fill(other["stockNumber"])
    field(page, "Stock number").press("Enter")
    words = f"This stock number is already in your inventory: 2019 Honda Accord, {other['stockNumber']}."
    expect(note(page, "Stock number")).to_have_text(words)
    expect(field(page, "Stock number")).to_have_value(other["stockNumber"])
    faultless(page)
    for label, was in (("Stock number", car["stockNumber"]), ("VIN", car["vin"]), ("Mileage", "42,000")):
        field(page, label).focus()
        field(page, label).press("Escape")
        expect(field(page, label)).to_have_value(was)
    field(page, "Mileage").fill("43,500 mi")
    field(page, "Trim").fill("  EX-L ")
    field(page, "Purchased").fill("2026-02-03")
    field(page, "Asking price").fill("$17,999.50")
    field(page, "Description").fill("One owner.\nTwo keys.")
    field(page, "Description").press("Control+Enter")
    expect(note(page, "Description")).to_contain_text("Saved")
    expect(page.get_by_text("$2,999.50")).to_be_visible()
    becomes(
        desk_lot,
        car,
        mileage=43500,
        trim="EX-L",
        purchaseDate="2026-02-03",
        price=17999.5,
        description="One owner.\nTwo keys.",
        vin=car["vin"],
        stockNumber=car["stockNumber"],
    )
    note(page, "Asking price").get_by_role("button", name="Undo").click()
    expect(field(page, "Asking price")).to_have_value("18,500")
    becomes(desk_lot, car, price=18500)


def test_two_people_at_one_car_see_both_versions_side_by_side(
    desk: OpenDesk, desk_lot: Installation, complaints: Complaints, faultless: Check
) -> None:
    complaints.expect("412")
    car = add_vehicle(desk_lot, trim="LX", engine="1.5L")
    page = desk(address(car))
    expect(field(page, "Trim")).to_have_value("LX")
    # Another field is in nobody's way: both stay.
    desk_lot.ask("PATCH", f"/api/vehicles/{car['id']}", {"location": "Row 7"})
    field(page, "Engine").fill("2.0L Turbo")
    field(page, "Engine").press("Enter")
    becomes(desk_lot, car, engine="2.0L Turbo", location="Row 7")
    expect(field(page, "Location")).to_have_value("Row 7")
    expect(page.get_by_role("dialog")).to_have_count(0)
    # The same field, twice: theirs stays, then ours.
    for trim, kept in (("Touring", "Theirs"), ("Sport", "Yours")):
        desk_lot.ask("PATCH", f"/api/vehicles/{car['id']}", {"trim": f"{trim} of somebody else"})
        field(page, "Trim").fill(trim)
        field(page, "Trim").press("Enter")
        dialog = page.get_by_role("dialog", name="Someone else changed this too")
        sides = dialog.get_by_role("group", name="Trim")
        expect(sides.locator(".clash-side")).to_have_text([f"Yours{trim}", f"Theirs{trim} of somebody else"])
        if kept == "Theirs":
            faultless(page)
            page.keyboard.press("Escape")
            expect(page.get_by_text("Someone else also changed Trim.")).to_be_visible()
            page.get_by_role("button", name="Compare").click()
        sides.get_by_role("radio", name=kept).check()
        dialog.get_by_role("button", name="Save").click()
        expect(dialog).to_have_count(0)
        stays = trim if kept == "Yours" else f"{trim} of somebody else"
        expect(field(page, "Trim")).to_have_value(stays)
        becomes(desk_lot, car, trim=stays)


def test_photos_are_added_ordered_by_keyboard_and_by_drag_and_removed(
    desk: OpenDesk, desk_lot: Installation, tmp_path: Path, faultless: Check
) -> None:
    car = add_vehicle(desk_lot)
    page = desk(address(car))
    files = [picture(page, tmp_path / f"{colour}.png", colour) for colour in ("red", "green", "blue")]
    page.get_by_label("Photo files").set_input_files(files)
    tiles = page.locator(".photo-tile")
    expect(tiles).to_have_count(3)
    expect(page.locator(".photo-coming")).to_have_count(0)
    wait_until(lambda: len(stored(desk_lot, car)["photos"]) == 3, 10, "three photos")
    red, green, blue = [photo["id"] for photo in stored(desk_lot, car)["photos"]]
    assert colours(page) == ["red", "green", "blue"]
    faultless(page)
    page.get_by_role("button", name=re.compile("^Move photo 3 of 3")).focus()
    page.keyboard.press("Home")
    expect(page.get_by_text("Photo moved to position 1 of 3, the cover.")).to_be_attached()
    page.keyboard.press("ArrowRight")
    wait_until(lambda: order(desk_lot, car) == [red, blue, green], 10, "red, blue, green")
    # The focus went along.
    expect(page.get_by_role("button", name=re.compile("^Move photo 2 of 3"))).to_be_focused()
    page.get_by_role("button", name=re.compile("^Move photo 3 of 3")).hover()
    page.mouse.down()
    first = tiles.first.bounding_box()
    assert first is not None
    page.mouse.move(first["x"] + 20, first["y"] + first["height"] - 20, steps=4)
    page.mouse.up()
    wait_until(lambda: order(desk_lot, car) == [green, red, blue], 10, "green, red, blue")
    assert colours(page) == ["green", "red", "blue"]
    page.get_by_role("button", name="Open photo 2 of 3").click()
    expect(page.get_by_role("dialog", name="Photo 2 of 3")).to_be_visible()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("dialog", name="Photo 3 of 3")).to_be_visible()
    faultless(page)
    page.keyboard.press("Escape")
    page.clock.install()
    page.get_by_role("button", name="Remove photo 1 of 3").click()
    expect(tiles).to_have_count(2)
    toast(page, "Photo removed.").get_by_role("button", name="Undo").click()
    expect(tiles).to_have_count(3)
    page.get_by_role("button", name="Remove photo 2 of 3").click()
    assert order(desk_lot, car) == [green, red, blue]
    page.clock.run_for(11_000)
    wait_until(lambda: order(desk_lot, car) == [green, blue], 10, "green, blue")


def test_what_was_done_does_not_snap_back_before_the_lot_is_read_again(
    desk: OpenDesk, desk_lot: Installation, tmp_path: Path
) -> None:
    car = add_vehicle(desk_lot)
    page = desk(address(car))
    files = [picture(page, tmp_path / f"{colour}.png", colour) for colour in ("red", "green")]
    page.get_by_label("Photo files").set_input_files(files)
    wait_until(lambda: len(stored(desk_lot, car)["photos"]) == 2, 10, "two photos")
    expect(page.locator(".photo-coming")).to_have_count(0)
    as_added = stored(desk_lot, car)["photos"]
    whole = f"**/api/vehicles/{car['id']}"
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route(whole, hold)
    page.get_by_role("button", name=re.compile("^Move photo 2 of 2")).focus()
    with page.expect_request(whole):
        page.keyboard.press("Home")
    assert order(desk_lot, car) == [photo["id"] for photo in reversed(as_added)]
    assert colours(page) == ["green", "red"]
    with page.expect_response(whole):
        held.pop().continue_()
    page.unroute(whole)
    assert colours(page) == ["green", "red"]


def test_a_vehicle_that_is_not_there_has_a_page_that_says_so(desk: OpenDesk, complaints: Complaints, faultless: Check) -> None:
    complaints.expect("404")
    page = desk("#/sales")
    page.evaluate("() => { location.hash = '#/vehicle/none'; }")
    expect(page.get_by_role("heading", level=1, name="Vehicle not found")).to_be_focused()
    faultless(page)


def test_what_is_no_picture_is_refused_in_words(desk: OpenDesk, desk_lot: Installation) -> None:
    car = add_vehicle(desk_lot)
    page = desk(address(car))
    page.get_by_label("Photo files").set_input_files({"name": "trip.heic", "mimeType": "image/heic", "buffer": b"not one"})
    expect(toast(page, "trip.heic cannot be read. Save it as JPEG or PNG and try again.")).to_be_visible()
    expect(page.locator(".photo-tile")).to_have_count(0)


def test_a_vehicle_goes_on_the_listing_sites_and_says_why_not(
    desk: OpenDesk, desk_lot: Installation, complaints: Complaints, tmp_path: Path, faultless: Check
) -> None:
    complaints.expect("409", "422")
    car = add_vehicle(desk_lot)
    page = desk(address(car))
    # One button: the switch is turned on, and then it says what is missing.
    page.get_by_role("button", name="Turn on and publish").click()
    expect(toast(page, "It cannot be published: It has no photo.")).to_be_visible()
    becomes(desk_lot, car, publishToThirdParty=True)
    sites = page.locator(".site")
    expect(sites).to_contain_text(["CarGurus", "TrueCar", "Kelley Blue Book"])
    expect(sites.get_by_text("It has no photo.")).to_have_count(3)
    page.get_by_role("button", name="Publish to Listing Sites").click()
    expect(toast(page, "It cannot be published: It has no photo.")).to_be_visible()
    # The list of what is not listed has the reason in words.
    page.goto(f"{desk_lot.url}/#/inventory?view=notListed&q={car['stockNumber']}")
    expect(page.locator(".lot-row .second")).to_have_text(["It has no photo."])
    page.set_viewport_size({"width": 390, "height": 844})
    expect(page.locator(".lot-card-facts > span").first).to_have_text("It has no photo.")
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto(f"{desk_lot.url}/{address(car)}")
    page.get_by_label("Photo files").set_input_files(picture(page, tmp_path / "red.png", "red"))
    expect(page.locator(".photo-tile:not(.photo-coming)")).to_have_count(1)
    page.get_by_role("button", name="Publish to Listing Sites").click()
    expect(toast(page, "On its way to CarGurus, TrueCar, Kelley Blue Book.")).to_be_visible()
    expect(sites.get_by_text("Listed", exact=True)).to_have_count(3)
    expect(sites.get_by_text("At $18,500 since")).to_have_count(3)
    for site in ("CarGurus", "TrueCar", "Kelley Blue Book"):
        expect(page.locator(".heard-good").filter(has_text=site)).to_be_visible()
    faultless(page)


def test_a_new_vehicle_with_its_faults_at_their_fields(
    desk: OpenDesk, desk_lot: Installation, complaints: Complaints, faultless: Check
) -> None:
    complaints.expect("409")
    taken = add_vehicle(desk_lot)
    fresh = add_vehicle(desk_lot)
    desk_lot.ask("PATCH", f"/api/vehicles/{fresh['id']}", {"stockNumber": "T-other"})
    page = desk("#/inventory")
    page.keyboard.press("n")
    expect(page.get_by_label("VIN")).to_be_focused()
    page.get_by_role("button", name="Add vehicle").click()
    expect(page.get_by_text("Required.")).to_have_count(4)
    faultless(page)
    for label, text in (("VIN", taken["vin"]), ("Year", "2019"), ("Make", "Saab"), ("Model", "900"), ("Asking price", "9,900")):
        page.get_by_label(label).fill(text)
    page.keyboard.press("Enter")
    expect(page.get_by_label("VIN")).to_be_focused()
    expect(page.get_by_role("alert")).to_have_text(
        f"This VIN is already in your inventory: 2019 Honda Accord, {taken['stockNumber']}"
    )
    expect(page.get_by_role("alert").get_by_role("link")).to_have_attribute("href", address(taken))
    page.get_by_label("VIN").fill("WBAPL33579A407213")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="2019 Saab 900")).to_be_visible()
    added = desk_lot.ask("GET", "/api/vehicles?q=WBAPL33579A407213").json()["vehicles"]
    assert [(car["make"], car["model"], car["price"]) for car in added] == [("Saab", "900", 9900)]


def picture(page: Page, path: Path, colour: str) -> Path:
    """A photo of nothing but a colour."""
    sheet = page.context.new_page()
    sheet.set_viewport_size({"width": 64, "height": 48})
    sheet.set_content(f"<body style='background:{colour}'>")
    sheet.screenshot(path=path)
    sheet.close()
    return path


def order(lot: Installation, car: dict[str, object]) -> list[str]:
    """The ids of a car's photos as they are shown."""
    return [photo["id"] for photo in stored(lot, car)["photos"]]


def colours(page: Page) -> list[str]:
    """What the photos show, in order: each is of one colour."""
    page.wait_for_function("() => [...document.querySelectorAll('.photo-tile img')].every(image => image.complete)")
    found: list[str] = page.locator(".photo-tile img").evaluate_all("""images => images.map(image => {
        const canvas = document.createElement('canvas');
        canvas.width = canvas.height = 1;
        const paper = canvas.getContext('2d');
        paper.drawImage(image, 0, 0, 1, 1);
        const [red, green, blue] = paper.getImageData(0, 0, 1, 1).data;
        return red > 128 ? 'red' : green > 64 ? 'green' : 'blue';
    })""")
    return found
