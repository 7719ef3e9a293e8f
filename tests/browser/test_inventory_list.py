"""The public lot: what is on show, found by search, filter and sort."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Locator, Page, expect

from browser.conftest import OpenPage
from browser.installation import Installation
from browser.lot_page import Car, opened, settled


def choose(page: Page, label: str, option: str) -> None:
    """Choose in a filter."""
    page.get_by_role("combobox", name=label, exact=True).select_option(option)


def asked(page: Page) -> dict[str, list[str]]:
    """What the address asks for."""
    return parse_qs(urlsplit(page.url).query)


def card(page: Page, car: Car) -> Locator:
    """The card of a vehicle."""
    return page.locator("#grid > li").filter(has=page.locator(f'a[data-vehicle="{car["id"]}"]'))


def test_every_vehicle_on_show_is_listed_in_the_order_of_the_api(page: Page, demo_lot: Installation, cars: list[Car]) -> None:
    opened(page, demo_lot)
    expect(page.get_by_role("heading", name=f"{len(cars)} vehicles")).to_be_visible()
    settled(page, [car["id"] for car in cars])
    expect(page).to_have_title("Vehicles for sale · Maple Street Motors")
    expect(page.get_by_role("link", name="Call (555) 010-0142")).to_have_attribute("href", "tel:5550100142")


def test_a_card_says_what_it_is_what_it_costs_and_how_far_it_went(page: Page, demo_lot: Installation, cars: list[Car]) -> None:
    opened(page, demo_lot)
    priced = next(car for car in cars if car["price"] and car["photos"] and car["trim"])
    first = card(page, priced)
    expect(first.get_by_role("heading")).to_have_text(f"{priced['year']} {priced['make']} {priced['model']}")
    expect(first).to_contain_text(priced["trim"])
    expect(first).to_contain_text(f"${priced['price']:,.0f}")
    expect(first).to_contain_text(f"{priced['mileage']:,} mi")
    expect(first.locator("img")).to_have_attribute("src", priced["photos"][0])
    expect(card(page, next(car for car in cars if car["price"] is None))).to_contain_text("Call for price")


def test_a_car_without_photos_is_drawn_in_its_own_paint(page: Page, demo_lot: Installation, cars: list[Car]) -> None:
    opened(page, demo_lot)
    drawn = next(car for car in cars if not car["photos"] and "Blue" in car["exteriorColor"])
    expect(card(page, drawn).locator("svg.paint-blue use")).to_have_attribute("href", f"#car-{drawn['bodyStyle'].lower()}")
    expect(card(page, drawn).locator("img")).to_have_count(0)


def test_a_photo_that_cannot_be_had_is_replaced_by_the_drawing(
    page: Page, demo_lot: Installation, cars: list[Car], complaints: list[str]
) -> None:
    page.route("**/demo/*", lambda route: route.abort())
    opened(page, demo_lot)
    pictured = next(car for car in cars if car["photos"])
    expect(card(page, pictured).locator("svg.silhouette")).to_be_visible()
    expect(card(page, pictured).locator("img")).to_have_count(0)
    assert all("Failed to load resource" in complaint for complaint in complaints)
    complaints.clear()


def test_search_takes_every_word_in_any_field(page: Page, demo_lot: Installation, cars: list[Car]) -> None:
    opened(page, demo_lot)
    page.get_by_role("searchbox", name="Search").fill("  toyota  AUTOMATIC ")
    wanted = [car["id"] for car in cars if car["make"] == "Toyota" and "automatic" in str(car).lower()]
    assert 1 < len(wanted) < len(cars)
    settled(page, wanted)
    page.get_by_role("searchbox", name="Search").fill(cars[3]["stockNumber"].lower())
    settled(page, [cars[3]["id"]])
    expect(page.get_by_role("heading", name=f"1 of {len(cars)} vehicles")).to_be_visible()
    page.wait_for_url(lambda url: parse_qs(urlsplit(url).query) == {"q": [cars[3]["stockNumber"].lower()]})


@pytest.mark.parametrize(
    ("label", "option", "field", "fits"),
    [
        ("Make", "Ford", "make", lambda car: car["make"] == "Ford"),
        ("Price from", "20000", "priceMin", lambda car: car["price"] is not None and car["price"] >= 20000),
        ("Price to", "10000", "priceMax", lambda car: car["price"] is not None and car["price"] <= 10000),
        ("Year from", "2020", "yearMin", lambda car: car["year"] >= 2020),
        ("Year to", "2010", "yearMax", lambda car: car["year"] <= 2010),
        ("Mileage", "50000", "mileageMax", lambda car: car["mileage"] is not None and car["mileage"] <= 50000),
    ],
)
def test_a_filter_keeps_what_fits_and_stands_in_the_address(
    page: Page, demo_lot: Installation, cars: list[Car], label: str, option: str, field: str, fits: Callable[[Car], bool]
) -> None:
    opened(page, demo_lot)
    choose(page, label, option)
    wanted = [car["id"] for car in cars if fits(car)]
    assert 0 < len(wanted) < len(cars)
    settled(page, wanted)
    page.wait_for_url(lambda url: parse_qs(urlsplit(url).query) == {field: [option]})
    page.reload()
    settled(page, wanted)


def test_models_are_offered_once_a_make_is_chosen(page: Page, demo_lot: Installation, cars: list[Car]) -> None:
    opened(page, demo_lot)
    model = page.get_by_role("combobox", name="Model", exact=True)
    expect(model).to_be_disabled()
    choose(page, "Make", "Ford")
    expect(model).to_be_enabled()
    fords = sorted({car["model"] for car in cars if car["make"] == "Ford"}, key=str.lower)
    expect(model.locator("option")).to_have_count(1 + len(fords))
    offered = model.locator("option").evaluate_all("options => options.map(option => option.value).filter(Boolean)")
    assert offered == fords
    model.select_option(offered[0])
    settled(page, [car["id"] for car in cars if (car["make"], car["model"]) == ("Ford", offered[0])])
    choose(page, "Make", "Toyota")
    settled(page, [car["id"] for car in cars if car["make"] == "Toyota"])


def test_body_styles_add_up_and_their_counts_follow_the_other_filters(
    page: Page, demo_lot: Installation, cars: list[Car]
) -> None:
    opened(page, demo_lot)
    choose(page, "Make", "Toyota")
    styles = {
        style: [car["id"] for car in cars if (car["make"], car["bodyStyle"]) == ("Toyota", style)] for style in ("Sedan", "SUV")
    }
    for style, ids in styles.items():
        expect(page.locator(".style").filter(has_text=re.compile(f"^{style}"))).to_have_text(f"{style}{len(ids)}")
        page.get_by_role("checkbox", name=style).check()
    settled(page, [car["id"] for car in cars if car["id"] in {*styles["Sedan"], *styles["SUV"]}])
    page.wait_for_url(lambda url: parse_qs(urlsplit(url).query).get("bodyStyle") == ["Sedan", "SUV"])


@pytest.mark.parametrize(
    ("sort", "field", "falling"),
    [
        ("price", "price", False),
        ("-price", "price", True),
        ("year", "year", False),
        ("-year", "year", True),
        ("mileage", "mileage", False),
    ],
)
def test_sorting_puts_the_unknown_last(
    page: Page, demo_lot: Installation, cars: list[Car], sort: str, field: str, falling: bool
) -> None:
    opened(page, demo_lot)
    page.get_by_role("combobox", name="Sort by").select_option(sort)
    known = sorted((car for car in cars if car[field] is not None), key=lambda car: car[field], reverse=falling)
    # Equal ones keep the order of arrival, also when the greatest comes first.
    if falling:
        known = sorted((car for car in cars if car[field] is not None), key=lambda car: -car[field])
    settled(page, [car["id"] for car in [*known, *(car for car in cars if car[field] is None)]])
    page.wait_for_url(lambda url: parse_qs(urlsplit(url).query) == {"sort": [sort]})


def test_filters_in_use_are_named_and_taken_away_one_by_one_or_all(page: Page, demo_lot: Installation, cars: list[Car]) -> None:
    opened(page, demo_lot, "?make=Ford&yearMin=2015&q=truck&utm_source=mail")
    chips = page.get_by_role("list", name="Filters in use").get_by_role("button")
    expect(chips).to_have_text(["“truck”×", "Ford×", "2015 or newer×", "Clear all"])
    page.get_by_role("button", name="Remove filter: “truck”").click()
    settled(page, [car["id"] for car in cars if car["make"] == "Ford" and car["year"] >= 2015])
    expect(page.get_by_role("button", name="Remove filter: Ford")).to_be_focused()
    page.get_by_role("button", name="Clear all").click()
    settled(page, [car["id"] for car in cars])
    expect(page.locator("#results")).to_be_focused()
    page.wait_for_url(lambda url: parse_qs(urlsplit(url).query) == {"utm_source": ["mail"]})


@pytest.mark.parametrize(
    "query",
    [
        "?priceMin=cheap&yearMax=-3&mileageMax=1e9&sort=best&bodyStyle=Spaceship&model=F-150",
        "?q=%20&make=&priceMin=",
        "?%E0%A4%A&&&==&?",
    ],
)
def test_a_senseless_address_shows_the_whole_lot(page: Page, demo_lot: Installation, cars: list[Car], query: str) -> None:
    opened(page, demo_lot, query)
    settled(page, [car["id"] for car in cars])
    expect(page.get_by_role("list", name="Filters in use").get_by_role("button")).to_have_count(0)


def test_an_address_with_a_make_that_is_not_there_says_so(page: Page, demo_lot: Installation, cars: list[Car]) -> None:
    opened(page, demo_lot, "?make=Trabant")
    expect(page.get_by_role("heading", name="No vehicles match")).to_be_visible()
    expect(page.get_by_role("heading", name=f"0 of {len(cars)} vehicles")).to_be_visible()
    page.get_by_role("button", name="Clear all filters").click()
    settled(page, [car["id"] for car in cars])
    assert asked(page) == {}


def test_on_a_phone_the_filters_open_and_close(open_page: OpenPage, demo_lot: Installation, cars: list[Car]) -> None:
    page = opened(open_page(width=360, height=780, has_touch=True, is_mobile=True), demo_lot)
    toggle = page.get_by_role("button", name="Filters", exact=True)
    expect(page.get_by_role("combobox", name="Make", exact=True)).to_be_hidden()
    toggle.tap()
    expect(toggle).to_have_attribute("aria-expanded", "true")
    choose(page, "Make", "Honda")
    hondas = [car["id"] for car in cars if car["make"] == "Honda"]
    expect(page.get_by_role("button", name="Filters (1)")).to_be_visible()
    page.get_by_role("button", name=f"Show {len(hondas)} vehicles").tap()
    expect(page.get_by_role("combobox", name="Make", exact=True)).to_be_hidden()
    settled(page, hondas)
    expect(page.locator("#results")).to_be_focused()


@pytest.mark.parametrize("width", [320, 360, 768, 1280, 1920])
def test_nothing_is_wider_than_the_screen(open_page: OpenPage, demo_lot: Installation, cars: list[Car], width: int) -> None:
    page = opened(open_page(width=width), demo_lot)
    expect(page.locator("#grid a[data-vehicle]")).to_have_count(len(cars))
    assert page.evaluate("() => document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    columns = page.locator("#grid").evaluate("grid => getComputedStyle(grid).gridTemplateColumns.split(' ').length")
    assert columns == {320: 1, 360: 1, 768: 2, 1280: 3, 1920: 3}[width]
