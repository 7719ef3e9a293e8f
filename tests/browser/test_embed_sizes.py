"""The frame on the dealer's page while the page changes: widths, links, tabs, later frames, two frames, policies, print."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from browser.conftest import OpenPage
from browser.installation import Installation
from browser.lot_page import Car
from browser.snippets import on, snippet
from browser.test_embed_frame import all_shown, fits, frame_of, lot_in, until

Publish = Callable[..., str]
# As pasted from the documentation of the version before.
PASTED_EARLIER = """<iframe src="https://YOUR-WORKER.workers.dev/inventory.html" title="Our inventory" loading="lazy"
  style="display:block;width:100%;min-height:800px;border:0;frame-sizing:content-height"></iframe>
<script type="module" src="https://YOUR-WORKER.workers.dev/embed.js"></script>"""


@pytest.fixture(params=["as printed now", "as pasted earlier"])
def fitting(request: pytest.FixtureRequest, demo_lot: Installation) -> str:
    """The frame that fits."""
    printed = snippet("The frame that fits", "html") if request.param == "as printed now" else PASTED_EARLIER
    return on(demo_lot.url, printed)


def height(page: Page) -> int:
    """The height of the first frame."""
    found: int = page.locator("iframe").first.evaluate("frame => frame.offsetHeight")
    return found


def test_it_fits_after_every_change_of_width(
    open_page: OpenPage, demo_lot: Installation, cars: list[Car], dealer_site: Publish, fitting: str
) -> None:
    page = open_page(width=844, height=390)
    page.goto(dealer_site(fitting))
    all_shown(page, cars)
    until(page, lambda: fits(page, demo_lot))
    lot = frame_of(page, demo_lot)

    def fits_at(width: int, tall: int) -> None:
        page.set_viewport_size({"width": width, "height": tall})
        shown = f"() => innerWidth === {min(width, 1000)} && document.documentElement.scrollHeight <= innerHeight"
        until(page, lambda: bool(lot.evaluate(shown)) and fits(page, demo_lot))

    for width, tall in ((390, 844), (1280, 800), (700, 800), (844, 390)):
        fits_at(width, tall)
    lot_in(page).locator("#grid a[data-vehicle]").first.click()
    expect(lot_in(page).get_by_role("button", name="Copy link")).to_be_visible()
    for width, tall in ((390, 844), (1280, 800)):
        fits_at(width, tall)
        assert height(page) < 3000


def test_a_link_of_the_page_leaves_no_empty_space(
    page: Page, demo_lot: Installation, cars: list[Car], dealer_site: Publish, fitting: str
) -> None:
    page.goto(dealer_site(f'<a href="#lot?make=Ford">Our Fords</a><a href="#lot">All</a>{fitting}'))
    all_shown(page, cars)
    until(page, lambda: fits(page, demo_lot))
    whole = height(page)
    page.get_by_role("link", name="Our Fords").click()
    fords = [car for car in cars if car["make"] == "Ford"]
    expect(lot_in(page).locator("#grid a[data-vehicle]")).to_have_count(len(fords))
    until(page, lambda: fits(page, demo_lot) and height(page) < whole / 2)
    page.get_by_role("link", name="All").click()
    all_shown(page, cars)
    until(page, lambda: fits(page, demo_lot) and height(page) == whole)


def test_from_a_hidden_tab_it_comes_at_the_right_height(
    page: Page, demo_lot: Installation, cars: list[Car], dealer_site: Publish, fitting: str
) -> None:
    eager = fitting.replace('loading="lazy"', "")
    page.goto(dealer_site(f'<div id="tab" style="display:none">{eager}</div>'))
    expect(lot_in(page).locator("#grid a[data-vehicle]")).to_have_count(len(cars))
    page.evaluate("() => { document.getElementById('tab').style.display = 'block'; }")
    until(page, lambda: fits(page, demo_lot) and height(page) > 3000)
    page.evaluate("() => { document.getElementById('tab').style.display = 'none'; }")
    page.set_viewport_size({"width": 500, "height": 800})
    page.evaluate("() => { document.getElementById('tab').style.display = 'block'; }")
    until(page, lambda: fits(page, demo_lot))


@pytest.mark.parametrize("way", ["added", "given its address", "moved in a fragment"])
def test_frames_that_come_later_are_seen(
    page: Page, demo_lot: Installation, cars: list[Car], dealer_site: Publish, way: str
) -> None:
    begun, end, script = on(demo_lot.url, snippet("The frame that fits", "html")).partition("</iframe>")
    frame = (begun + end).replace('loading="lazy"', "")
    held = frame.replace(" src=", " data-src=") if way == "given its address" else ""
    # The page has loaded when its module has run.
    page.goto(dealer_site(f'<div id="place">{held}</div>{script}'))
    if way == "given its address":
        page.evaluate("() => { const frame = document.querySelector('iframe'); frame.src = frame.dataset.src; }")
    elif way == "added":
        page.evaluate("html => { document.getElementById('place').innerHTML = html; }", frame)
    else:
        fragment = "document.createRange().createContextualFragment(`<div>${html}</div>`)"
        page.evaluate(f"html => {{ document.getElementById('place').append({fragment}); }}", frame)
    all_shown(page, cars)
    until(page, lambda: fits(page, demo_lot) and height(page) > 3000)


def test_two_frames_keep_their_own_addresses(page: Page, demo_lot: Installation, cars: list[Car], dealer_site: Publish) -> None:
    printed = on(demo_lot.url, snippet("The frame that fits", "html")).replace('loading="lazy"', "")
    frame, _, script = printed.partition("</iframe>")
    first = frame.replace("/inventory.html", "/inventory.html?make=Ford") + "</iframe>"
    second = frame.replace("/inventory.html", "/inventory.html?make=Toyota") + "</iframe>"
    address = dealer_site(f"{first}{second}{script}")
    page.goto(address)
    fords, toyotas = ([car for car in cars if car["make"] == make] for make in ("Ford", "Toyota"))
    lots = [page.frame_locator(f"iframe >> nth={at}") for at in (0, 1)]
    expect(lots[0].locator("#grid a[data-vehicle]")).to_have_count(len(fords))
    expect(lots[1].locator("#grid a[data-vehicle]")).to_have_count(len(toyotas))
    expect(page).to_have_url(address)
    lots[1].locator("#grid a[data-vehicle]").first.click()
    expect(page).to_have_url(f"{address}#lot2?vehicle={toyotas[0]['id']}")
    lots[0].get_by_role("combobox", name="Sort by").select_option("price")
    both = f"{address}#lot?make=Ford&sort=price/lot2?vehicle={toyotas[0]['id']}"
    expect(page).to_have_url(both)
    page.goto("about:blank")
    page.goto(both)
    expect(lots[0].locator("#grid a[data-vehicle]")).to_have_count(len(fords))
    expect(lots[0].get_by_role("combobox", name="Sort by")).to_have_value("price")
    expect(lots[1].get_by_role("button", name="Copy link")).to_be_visible()
    expect(page).to_have_url(both)


def test_a_link_followed_before_the_lots_script_ran_stands_in_the_pages_address(
    page: Page, demo_lot: Installation, cars: list[Car], dealer_site: Publish
) -> None:
    held: list[Route] = []
    page.route("**/js/inventory.js", lambda route: route.continue_() if held else held.append(route))
    address = dealer_site(on(demo_lot.url, snippet("The frame that fits", "html")).replace('loading="lazy"', ""))
    page.goto(address, wait_until="commit")
    link = lot_in(page).locator("#grid a[data-vehicle]").first
    asked = link.get_attribute("data-vehicle")
    until(page, lambda: bool(held))
    link.click()
    expect(page).to_have_url(f"{address}#lot?vehicle={asked}")
    lot_in(page).locator("a[data-back]").first.click()
    expect(page).to_have_url(address)


def test_a_strict_policy_of_the_dealers_page_changes_nothing(
    page: Page, demo_lot: Installation, cars: list[Car], dealer_site: Publish, complaints: list[str]
) -> None:
    own = demo_lot.url
    policy = f"default-src 'none'; style-src 'self'; script-src {own}; frame-src {own}"
    printed = on(own, snippet("The frame that fits", "html"))
    page.goto(dealer_site(printed, policy))
    all_shown(page, cars)
    until(page, lambda: fits(page, demo_lot))
    box = page.locator("iframe").bounding_box()
    assert box is not None
    assert box["width"] > 900
    assert page.locator("iframe").evaluate("frame => getComputedStyle(frame).borderTopWidth") == "0px"
    assert complaints
    assert all("inline style" in complaint for complaint in complaints)
    complaints.clear()


def test_a_page_that_shows_cars_itself_is_what_is_shared(
    open_page: OpenPage, demo_lot: Installation, cars: list[Car], dealer_site: Publish
) -> None:
    page = open_page(permissions=["clipboard-read", "clipboard-write"])
    printed = on(demo_lot.url, snippet("The frame that fits", "html")).replace("<iframe ", '<iframe data-share="page" ')
    address = dealer_site(printed)
    page.goto(f"{address}?page_id=7")
    all_shown(page, cars)
    lot_in(page).locator("#grid a[data-vehicle]").nth(2).click()
    lot_in(page).get_by_role("button", name="Copy link").click()
    expect(lot_in(page).get_by_role("button", name="Link copied")).to_be_visible()
    shared = page.evaluate("() => navigator.clipboard.readText()")
    assert shared == f"{address}?page_id=7&carlot_vehicle={cars[2]['id']}"
    page.goto(shared)
    name = f"{cars[2]['year']} {cars[2]['make']} {cars[2]['model']}"
    expect(lot_in(page).get_by_role("heading", level=1, name=name)).to_be_visible()


def test_every_photo_is_there_when_the_page_around_is_printed(
    page: Page, demo_lot: Installation, cars: list[Car], dealer_site: Publish
) -> None:
    page.goto(dealer_site(on(demo_lot.url, snippet("The frame that fits", "html"))))
    all_shown(page, cars)
    frame = frame_of(page, demo_lot)
    loaded = "() => [...document.querySelectorAll('#grid img')].every(image => image.complete && image.naturalWidth)"
    until(page, lambda: bool(frame.evaluate(loaded)))
    assert frame.evaluate("() => document.querySelectorAll('#grid img').length") > 20


def test_the_frame_speaks_the_language_of_the_page(
    open_page: OpenPage, demo_lot: Installation, cars: list[Car], dealer_site: Publish
) -> None:
    page = open_page(locale="en-US")
    printed = on(demo_lot.url, snippet("The frame that fits", "html"))
    page.goto(dealer_site(f"<script>document.documentElement.lang = 'es-MX';</script>{printed}"))
    expect(lot_in(page).get_by_role("heading", name=f"{len(cars)} vehículos")).to_be_visible()
    until(page, lambda: fits(page, demo_lot))
    lot_in(page).get_by_role("link", name="English").click()
    expect(lot_in(page).get_by_role("heading", name=f"{len(cars)} vehicles")).to_be_visible()
    until(page, lambda: fits(page, demo_lot))
