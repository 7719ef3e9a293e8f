"""One vehicle of the public lot: its own address, its photos, how to reach the dealer, what search engines read."""

from __future__ import annotations

import json
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from playwright.sync_api import Page, expect

from browser.conftest import OpenPage
from browser.installation import DEALER, Installation
from browser.lot_page import Car, opened, settled


def title(car: Car) -> str:
    """What the page calls a vehicle."""
    return f"{car['year']} {car['make']} {car['model']}"


@pytest.fixture(scope="module")
def pictured(cars: list[Car]) -> Car:
    """A vehicle with a price, several photos and a trim."""
    return next(car for car in cars if car["price"] and len(car["photos"]) > 2 and car["trim"])


def test_the_address_that_the_api_gives_opens_the_vehicle(page: Page, demo_lot: Installation, pictured: Car) -> None:
    page.goto(pictured["url"])
    expect(page.get_by_role("heading", level=1, name=title(pictured))).to_be_visible()
    expect(page).to_have_title(f"{title(pictured)} {pictured['trim']} · Maple Street Motors")
    expect(page.locator("#lot-view")).to_be_hidden()
    details = page.locator(".details")
    for fact in ("vin", "stockNumber", "engine", "exteriorColor", "interiorColor", "location"):
        expect(details).to_contain_text(pictured[fact])
    expect(page.locator(".about")).to_contain_text(pictured["description"][:40])


def test_back_and_forward_go_through_list_and_vehicle(page: Page, demo_lot: Installation, cars: list[Car]) -> None:
    opened(page, demo_lot, "?make=Ford&sort=price")
    fords = [car["id"] for car in sorted((car for car in cars if car["make"] == "Ford"), key=lambda car: car["price"] or 10**9)]
    settled(page, fords)
    third = page.locator("#grid a[data-vehicle]").nth(2)
    name = third.inner_text()
    third.click()
    expect(page.get_by_role("heading", level=1, name=name)).to_be_focused()
    assert parse_qs(urlsplit(page.url).query) == {"vehicle": [fords[2]]}
    page.go_back()
    settled(page, fords)
    expect(page.locator("#grid a[data-vehicle]").nth(2)).to_be_focused()
    assert parse_qs(urlsplit(page.url).query) == {"make": ["Ford"], "sort": ["price"]}
    page.go_forward()
    expect(page.get_by_role("heading", level=1, name=name)).to_be_visible()
    page.get_by_role("link", name="All vehicles").click()
    settled(page, fords)


def test_back_in_the_list_the_visitor_is_where_he_left_it(page: Page, demo_lot: Installation, cars: list[Car]) -> None:
    opened(page, demo_lot)
    far = page.locator("#grid a[data-vehicle]").nth(45)
    far.scroll_into_view_if_needed()
    # Playwright's own scrolling before a click is over now.
    far.hover()
    left_at = page.evaluate("() => scrollY")
    assert left_at > 2000
    far.click()
    expect(page.get_by_role("link", name="All vehicles")).to_be_visible()
    assert page.evaluate("() => scrollY") == 0
    page.go_back()
    expect(far).to_be_in_viewport()
    page.wait_for_function("left => Math.abs(scrollY - left) < 5", arg=left_at)


def test_from_a_shared_address_the_way_leads_to_the_whole_lot(page: Page, demo_lot: Installation, cars: list[Car]) -> None:
    page.goto(cars[5]["url"])
    page.get_by_role("link", name="All vehicles").click()
    settled(page, [car["id"] for car in cars])
    page.go_back()
    expect(page.get_by_role("heading", level=1, name=title(cars[5]))).to_be_visible()


@pytest.mark.parametrize("identity", ["0123456789abcdef", "../../etc/passwd", "<script>", "%00", "ü" * 300])
def test_a_vehicle_that_is_gone_is_told_in_words(
    page: Page, demo_lot: Installation, complaints: list[str], identity: str
) -> None:
    page.goto(f"{demo_lot.url}/inventory.html?vehicle={identity}")
    expect(page.get_by_role("heading", name="This vehicle is no longer available")).to_be_visible()
    page.get_by_role("link", name="See all vehicles").click()
    expect(page.locator("#grid a[data-vehicle]").first).to_be_visible()
    # The console notes the 404 of the API.
    assert [complaint for complaint in complaints if "404" not in complaint] == []
    complaints.clear()


def test_photos_by_button_thumb_and_key(page: Page, demo_lot: Installation, pictured: Car) -> None:
    count = len(pictured["photos"])
    page.goto(pictured["url"])
    place = page.locator(".gallery-place")
    expect(place).to_have_text(f"1 / {count}")
    expect(page.get_by_role("img", name=f"{title(pictured)}, photo 1 of {count}")).to_be_visible()
    page.get_by_role("button", name="Next photo").click()
    expect(place).to_have_text(f"2 / {count}")
    page.keyboard.press("ArrowRight")
    expect(place).to_have_text(f"3 / {count}")
    page.get_by_role("button", name="Photo 1", exact=True).click()
    expect(place).to_have_text(f"1 / {count}")
    page.keyboard.press("ArrowLeft")
    expect(place).to_have_text(f"{count} / {count}")
    expect(page.get_by_role("img", name=f"photo {count} of {count}")).to_be_in_viewport()


def test_the_dealer_is_reached_by_phone_and_mail(page: Page, demo_lot: Installation, pictured: Car) -> None:
    page.goto(pictured["url"])
    expect(page.get_by_role("link", name="Call (555) 010-0142", exact=True).last).to_have_attribute("href", "tel:5550100142")
    mail = page.get_by_role("link", name="Email us").get_attribute("href")
    assert mail is not None
    to, _, query = mail.partition("?")
    written = parse_qs(query)
    assert to == f"mailto:{DEALER['DEALER_EMAIL']}"
    assert written["subject"] == [f"{title(pictured)} (stock {pictured['stockNumber']})"]
    assert pictured["url"] in unquote(written["body"][0])
    expect(page.locator(".contact")).to_contain_text(f"Ask for stock number {pictured['stockNumber']}.")
    expect(page.locator(".contact")).to_contain_text(DEALER["DEALER_ADDRESS"])


def test_the_link_is_copied(open_page: OpenPage, demo_lot: Installation, pictured: Car) -> None:
    page = open_page(permissions=["clipboard-read", "clipboard-write"])
    page.goto(pictured["url"])
    page.get_by_role("button", name="Copy link").click()
    expect(page.get_by_role("button", name="Link copied")).to_be_visible()
    assert page.evaluate("() => navigator.clipboard.readText()") == pictured["url"]


def test_where_copying_is_not_allowed_the_link_is_shown(page: Page, demo_lot: Installation, pictured: Car) -> None:
    page.add_init_script("navigator.clipboard.writeText = () => Promise.reject(new DOMException('no', 'NotAllowedError'))")
    page.goto(pictured["url"])
    page.get_by_role("button", name="Copy link").click()
    field = page.get_by_label("Link to this vehicle")
    expect(field).to_be_focused()
    expect(field).to_have_value(pictured["url"])


def test_search_engines_read_a_car_and_an_offer(page: Page, demo_lot: Installation, pictured: Car) -> None:
    page.goto(pictured["url"])
    expect(page.get_by_role("link", name="Email us")).to_be_visible()
    car = json.loads(page.locator("script[type='application/ld+json']").inner_text())
    assert car["@context"] == "https://schema.org"
    assert (car["@type"], car["name"], car["url"]) == ("Car", f"{title(pictured)} {pictured['trim']}", pictured["url"])
    assert (car["vehicleIdentificationNumber"], car["sku"]) == (pictured["vin"], pictured["stockNumber"])
    assert car["mileageFromOdometer"] == {"@type": "QuantitativeValue", "value": pictured["mileage"], "unitCode": "SMI"}
    assert car["image"] == pictured["photos"]
    offer = car["offers"]
    assert (offer["@type"], offer["price"], offer["priceCurrency"]) == ("Offer", pictured["price"], "USD")
    assert offer["availability"] == "https://schema.org/InStock"
    assert offer["seller"]["telephone"] == DEALER["DEALER_PHONE"]
    page.get_by_role("link", name="All vehicles").click()
    expect(page.locator("script[type='application/ld+json']")).to_have_count(0)


def test_a_car_without_a_price_is_offered_without_one(page: Page, demo_lot: Installation, cars: list[Car]) -> None:
    page.goto(next(car for car in cars if car["price"] is None)["url"])
    expect(page.locator(".vehicle-price")).to_have_text("Call for price")
    offer = json.loads(page.locator("script[type='application/ld+json']").inner_text())["offers"]
    assert "price" not in offer
    assert "priceCurrency" not in offer
