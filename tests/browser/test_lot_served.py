"""The page that the Worker makes, taken over by the script: nothing is drawn twice, nothing is said in another language."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import Page, Route, expect

from browser.conftest import Complaints, OpenPage
from browser.installation import Installation
from browser.lot_page import Car, settled
from runtime.paths import ROOT

WORDS = {name: json.loads((ROOT / "public/words" / f"{name}.json").read_text(encoding="utf-8")) for name in ("en", "es")}
ENGLISH = {text for key, text in WORDS["en"].items() if key != "terms" and text != WORDS["es"][key]}
SAID = """() => [...document.querySelectorAll('*')].flatMap(each => [
  ...['aria-label', 'placeholder', 'alt', 'title'].map(name => each.getAttribute(name)),
  ...(each.matches('script') ? [] : [...each.childNodes].filter(node => node.nodeType === 3).map(node => node.data)),
]).filter(Boolean).map(text => text.trim()).filter(Boolean)"""


def english(page: Page) -> list[str]:
    """What of a page is one of the English texts."""
    return [text for text in page.evaluate(SAID) if text in ENGLISH]


@pytest.mark.parametrize("query", ["", "?lang=es", "?radius=4&accent=c8102e"])
def test_the_script_keeps_the_cards_that_came_with_the_page(
    page: Page, demo_lot: Installation, cars: list[Car], query: str
) -> None:
    held: list[Route] = []
    page.route("**/js/inventory.js", lambda route: held.append(route))  # noqa: PLW0108 (playwright cannot wrap a built-in)
    page.goto(f"{demo_lot.url}/inventory.html{query}", wait_until="commit")
    expect(page.locator("#grid a[data-vehicle]")).to_have_count(24)
    page.evaluate("() => document.querySelectorAll('#grid > li').forEach(each => { each.cameWithThePage = true; })")
    held[0].continue_()
    settled(page, [car["id"] for car in cars])
    assert page.evaluate("() => [...document.querySelectorAll('#grid > li')].filter(each => each.cameWithThePage).length") == 24


def test_what_a_visitor_enters_before_the_script_runs_counts(page: Page, demo_lot: Installation, cars: list[Car]) -> None:
    """On a slow phone the search is there seconds before the script."""
    held: list[Route] = []
    page.route("**/js/inventory.js", lambda route: held.append(route))  # noqa: PLW0108 (playwright cannot wrap a built-in)
    page.goto(f"{demo_lot.url}/inventory.html", wait_until="commit")
    page.get_by_role("searchbox").fill("toyota")
    page.get_by_role("combobox", name="Sort by").select_option("-year")
    held[0].continue_()
    toyotas = sorted((car for car in cars if car["make"] == "Toyota"), key=lambda car: -car["year"])
    settled(page, [car["id"] for car in toyotas])
    expect(page.get_by_role("searchbox")).to_have_value("toyota")
    expect(page).to_have_url(f"{demo_lot.url}/inventory.html?q=toyota&sort=-year")


def test_nothing_is_english_on_the_spanish_page(
    open_page: OpenPage, demo_lot: Installation, cars: list[Car], complaints: Complaints
) -> None:
    complaints.expect("404")
    page = open_page(locale="es-US")
    page.goto(f"{demo_lot.url}/inventory.html")
    expect(page.get_by_role("heading", name=f"{len(cars)} vehículos")).to_be_visible()
    settled(page, [car["id"] for car in cars])
    assert english(page) == []
    page.locator("select[name=make]").select_option("Ford")
    page.locator("input[name=q]").fill("nada parecido")
    expect(page.get_by_role("heading", name=WORDS["es"]["noMatch"])).to_be_visible()
    assert english(page) == []
    page.goto(f"{demo_lot.url}/inventory.html?vehicle={next(car['id'] for car in cars if len(car['photos']) > 1)}")
    expect(page.get_by_role("button", name=WORDS["es"]["photoNext"])).to_be_visible()
    assert english(page) == []
    page.goto(f"{demo_lot.url}/inventory.html?vehicle=gone")
    expect(page.get_by_role("heading", name=WORDS["es"]["goneTitle"])).to_be_visible()
    expect(page.locator(".similar a[data-vehicle]").first).to_be_visible()
    assert english(page) == []
    page.get_by_role("link", name="English").click()
    expect(page.get_by_role("heading", name=WORDS["en"]["goneTitle"])).to_be_visible()
    assert english(page) != []
