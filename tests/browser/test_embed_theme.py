"""The look that the lot's address asks for: colour, scheme, corners, columns."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from browser.conftest import OpenPage
from browser.installation import Installation
from browser.lot_page import Car, opened

# Bright, dark, in the middle, and the two ends.
ACCENTS = ["ffcc00", "0a1f44", "808080", "FFF"]


def colour(page: Page, selector: str, name: str) -> str:
    """A colour as the browser computes it; an element that is just being replaced by its successor has none."""
    computed = "(element, name) => getComputedStyle(element)[name]"
    for _ in range(10):
        if found := page.locator(selector).first.evaluate(computed, name):
            return str(found)
    raise AssertionError(f"{selector} has no {name}")


def rgb(digits: str) -> str:
    """Hex digits as the browser writes a colour."""
    six = "".join(digit * 2 for digit in digits) if len(digits) == 3 else digits
    return f"rgb({', '.join(str(int(six[at : at + 2], 16)) for at in (0, 2, 4))})"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("accent", ACCENTS)
def test_any_accent_can_be_read(
    open_page: OpenPage, demo_lot: Installation, cars: list[Car], axe: Callable[[Page], None], accent: str, scheme: str
) -> None:
    page = open_page(color_scheme=scheme)
    page.goto(f"{cars[0]['url']}&accent={accent}")
    expect(page.locator(".contact .button-strong")).to_be_visible()
    assert colour(page, ".contact .button-strong", "backgroundColor") == rgb(accent)
    axe(page)
    page.get_by_role("link", name="All vehicles").click()
    page.get_by_role("checkbox", name="Sedan").check()
    expect(page.get_by_role("button", name="Remove filter: Sedan")).to_be_visible()
    axe(page)


def test_an_accent_that_can_be_read_is_not_touched(page: Page, demo_lot: Installation, cars: list[Car]) -> None:
    page.goto(f"{cars[0]['url']}&accent=0a1f44&dark=0")
    expect(page.locator(".vehicle-back a")).to_be_visible()
    assert colour(page, ".vehicle-back a", "color") == rgb("0a1f44")


@pytest.mark.parametrize(
    ("query", "system", "scheme"),
    [
        ("", "dark", "dark"),
        ("", "light", "light"),
        ("?dark=1", "light", "dark"),
        ("?dark=0", "dark", "light"),
        ("?dark=auto", "dark", "dark"),
        ("?dark=maybe", "light", "light"),
    ],
)
def test_dark_is_forced_forbidden_or_left_to_the_visitor(
    open_page: OpenPage, demo_lot: Installation, query: str, system: str, scheme: str
) -> None:
    page = opened(open_page(color_scheme=system), demo_lot, query)
    ground = {"light": "rgb(250, 249, 246)", "dark": "rgb(18, 20, 18)"}
    assert colour(page, "html", "backgroundColor") == ground[scheme]


@pytest.mark.parametrize(("radius", "photo", "button"), [("0", "0px", "0px"), ("4", "4px", "3px"), ("32", "32px", "20px")])
def test_corners_are_as_round_as_asked(page: Page, demo_lot: Installation, radius: str, photo: str, button: str) -> None:
    opened(page, demo_lot, f"?radius={radius}")
    assert colour(page, ".card .photo", "borderRadius") == photo
    assert colour(page, "#filters-done", "borderRadius") == button


@pytest.mark.parametrize(
    ("columns", "width", "seen"),
    [("1", 1280, 1), ("2", 1280, 2), ("4", 1280, 4), ("6", 1280, 4), ("3", 360, 1), ("3", 768, 3)],
)
def test_there_are_at_most_so_many_columns(
    open_page: OpenPage, demo_lot: Installation, columns: str, width: int, seen: int
) -> None:
    page = opened(open_page(width=width), demo_lot, f"?columns={columns}")
    assert len(colour(page, "#grid", "gridTemplateColumns").split()) == seen
    assert page.evaluate("() => document.documentElement.scrollWidth <= document.documentElement.clientWidth")


@pytest.mark.parametrize(
    "query",
    [
        *(
            "accent=red",
            "accent=%23c8102e",
            "accent=c8102",
            "accent=url(//evil.example)",
            "accent=fff;}*{top:0",
            "accent=",
        ),
        *(
            "radius=-1",
            "radius=33",
            "radius=4px",
            "radius=1e1",
            "radius=",
            "columns=0",
            "columns=7",
            "columns=1.5",
            "columns=all",
        ),
    ],
)
def test_what_is_not_valid_is_ignored(page: Page, demo_lot: Installation, query: str) -> None:
    opened(page, demo_lot, f"?{query}")
    assert page.evaluate("() => document.documentElement.getAttribute('style')") is None


def test_the_look_stays_while_the_visitor_moves_but_is_not_shared(
    open_page: OpenPage, demo_lot: Installation, cars: list[Car]
) -> None:
    page = opened(open_page(permissions=["clipboard-read", "clipboard-write"]), demo_lot, "?accent=c8102e&radius=0&make=Ford")
    page.locator("#grid a[data-vehicle]").first.click()
    expect(page.locator(".contact")).to_be_visible()
    look = parse_qs(urlsplit(page.url).query)
    assert (look.pop("accent"), look.pop("radius"), list(look)) == (["c8102e"], ["0"], ["vehicle"])
    page.reload()
    expect(page.locator(".contact")).to_be_visible()
    assert colour(page, ".contact .button-strong", "backgroundColor") == rgb("c8102e")
    page.get_by_role("button", name="Copy link").click()
    expect(page.get_by_role("button", name="Link copied")).to_be_visible()
    shared = parse_qs(urlsplit(page.evaluate("() => navigator.clipboard.readText()")).query)
    assert list(shared) == ["vehicle"]
    page.get_by_role("link", name="All vehicles").click()
    expect(page.locator("#grid a[data-vehicle]").first).to_be_visible()
    assert parse_qs(urlsplit(page.url).query)["accent"] == ["c8102e"]
