"""The page of the API reference: every endpoint is on it, found by its words, opened by its address."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from browser.conftest import Complaints
from browser.installation import Installation
from carlot.routes import ROUTES

DESCRIPTION = "**/api/openapi.json"


def opened(page: Page, lot: Installation, address: str = "") -> Page:
    """The reference, ready."""
    page.goto(f"{lot.url}/api.html{address}")
    expect(page.locator("#endpoints")).to_have_attribute("aria-busy", "false")
    return page


def test_every_endpoint_is_shown(page: Page, demo_lot: Installation) -> None:
    opened(page, demo_lot)
    shown = page.locator(".endpoint > summary").evaluate_all(
        "each => each.map(e => [e.querySelector('.method').textContent, e.querySelector('code').textContent])"
    )
    expect(page.locator("body")).not_to_contain_text("[object")
    expect(page.locator("body")).not_to_contain_text("undefined")
    assert sorted(map(tuple, shown)) == sorted((route.method, re.sub(r":(\w+)", r"{\1}", route.path)) for route in ROUTES)


def test_an_address_opens_its_endpoint(page: Page, demo_lot: Installation) -> None:
    opened(page, demo_lot, "#sales_create_sale")
    sale = page.locator("#sales_create_sale")
    expect(sale).to_have_attribute("open", "")
    expect(sale).to_be_in_viewport()
    for text in ("vehicleId", "salePrice", "saleDate", "409", "Bearer ADMIN_TOKEN"):
        expect(sale.get_by_text(text).first).to_be_visible()
    assert '\'{"vehicleId":' in (sale.locator("pre").text_content() or "")
    page.locator("#contents a", has_text="/api/health").click()
    expect(page.locator("#public_get_health")).to_have_attribute("open", "")


def test_an_endpoint_is_found_by_its_words(page: Page, demo_lot: Installation) -> None:
    opened(page, demo_lot)
    find = page.get_by_label("Find an endpoint")
    find.fill("post photos")
    expect(page.locator(".endpoint:visible")).to_have_count(1)
    expect(page.locator(".endpoint:visible code").first).to_have_text("/api/vehicles/{id}/photos")
    expect(page.locator("#found")).to_have_text("1 endpoints")
    find.fill("no such thing")
    expect(page.get_by_text("Nothing is called that.")).to_be_visible()
    find.fill("")
    expect(page.locator(".endpoint:visible")).to_have_count(len(ROUTES))


def test_a_description_that_does_not_come_is_said(page: Page, demo_lot: Installation, complaints: Complaints) -> None:
    complaints.expect("503")
    page.route(DESCRIPTION, lambda route: route.fulfill(status=503))
    opened(page, demo_lot)
    expect(page.get_by_text("The reference could not be loaded. The description answered 503.")).to_be_visible()
    page.unroute(DESCRIPTION)
    page.get_by_role("button", name="Try again").click()
    expect(page.locator(".endpoint")).to_have_count(len(ROUTES))


@pytest.mark.parametrize("address", ["", "#vehicles_create_vehicle"])
def test_it_is_for_every_eye(page: Page, demo_lot: Installation, address: str, faultless: Callable[[Page], None]) -> None:
    faultless(opened(page, demo_lot, address))


def test_what_the_description_says_is_never_markup(page: Page, demo_lot: Installation) -> None:
    page.route(
        DESCRIPTION,
        lambda route: route.fulfill(
            json={
                "info": {"description": "<img src=x onerror=alert(1)>"},
                "paths": {"/<b>": {"get": {"tags": ["<i>"], "summary": "<u>", "operationId": "x", "responses": {}}}},
            }
        ),
    )
    opened(page, demo_lot)
    expect(page.locator(".endpoint code").first).to_have_text("/<b>")
    assert page.locator("#endpoints i, #endpoints u, #about img").count() == 0
