"""The lot in a frame of the dealer's own website, by the snippets as the documentation prints them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Frame, FrameLocator, Page, Route, expect

from browser.conftest import OpenPage
from browser.installation import Installation
from browser.lot_page import Car
from browser.snippets import on, snippet

Publish = Callable[[str], str]


@pytest.fixture(scope="module", params=["thin scrollbars", "classic scrollbars"])
def browser(request: pytest.FixtureRequest, launch: Callable[..., Browser]) -> Iterator[Browser]:
    """A browser as on a phone or a Mac, and one whose scrollbars take room, as on Windows."""
    classic = request.param == "classic scrollbars"
    browser = launch(ignore_default_args=["--hide-scrollbars"]) if classic else launch()
    yield browser
    browser.close()


@pytest.fixture
def fitting(demo_lot: Installation) -> str:
    """The frame that fits, as printed."""
    return on(demo_lot.url, snippet("The frame that fits", "html"))


def lot_in(page: Page) -> FrameLocator:
    """The lot inside the first frame."""
    return page.frame_locator("iframe >> nth=0")


def frame_of(page: Page, lot: Installation) -> Frame:
    """The lot's document."""
    return next(frame for frame in page.frames if frame.url.startswith(lot.url))


def all_shown(page: Page, cars: list[Car]) -> None:
    """Wait until the whole lot stands in the frame."""
    expect(lot_in(page).locator("#grid a[data-vehicle]")).to_have_count(len(cars))


def fits(page: Page, lot: Installation) -> bool:
    """Whether the frame is as high as what is in it, to the pixel."""
    content = frame_of(page, lot).evaluate("() => document.documentElement.getBoundingClientRect().height")
    frame = page.locator("iframe").first.evaluate("frame => frame.getBoundingClientRect().height")
    return bool(abs(frame - content) <= 1)


def until(page: Page, holds: Callable[[], bool]) -> None:
    """Wait until something holds."""
    for _ in range(300):
        if holds():
            return
        page.wait_for_timeout(50)
    raise AssertionError("it never held")


def test_the_plain_frame_works_as_printed(page: Page, demo_lot: Installation, cars: list[Car], dealer_site: Publish) -> None:
    printed = snippet("The plain frame", "html")
    assert printed == snippet("Embedding the lot", "html", "README.md")
    page.goto(dealer_site(on(demo_lot.url, printed)))
    all_shown(page, cars)
    assert page.locator("iframe").bounding_box()["height"] == 800  # type: ignore[index]
    lot_in(page).locator("#grid a[data-vehicle]").first.click()
    expect(lot_in(page).get_by_role("button", name="Copy link")).to_be_visible()
    assert "#" not in page.url


def test_the_frame_that_fits_is_as_high_as_its_content(
    open_page: OpenPage, browser: Browser, demo_lot: Installation, cars: list[Car], dealer_site: Publish, fitting: str
) -> None:
    page = open_page(browser=browser)
    page.goto(dealer_site(fitting))
    all_shown(page, cars)
    until(page, lambda: fits(page, demo_lot))
    whole = page.locator("iframe").evaluate("frame => frame.offsetHeight")
    assert whole > 5000
    lot_in(page).get_by_role("combobox", name="Make").select_option("Volvo")
    until(page, lambda: fits(page, demo_lot) and page.locator("iframe").evaluate("frame => frame.offsetHeight") < whole / 3)
    lot_in(page).get_by_role("searchbox", name="Search").fill("nothing like it")
    expect(lot_in(page).get_by_role("heading", name="No vehicles match")).to_be_visible()
    until(page, lambda: fits(page, demo_lot))
    assert frame_of(page, demo_lot).evaluate("() => document.documentElement.scrollHeight <= innerHeight + 1")


def test_on_a_phone_it_fits_too(
    open_page: OpenPage, browser: Browser, demo_lot: Installation, cars: list[Car], dealer_site: Publish, fitting: str
) -> None:
    page = open_page(browser=browser, width=360, height=740, is_mobile=True, has_touch=True)
    page.goto(dealer_site(fitting))
    all_shown(page, cars)
    until(page, lambda: fits(page, demo_lot))
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    lot_in(page).get_by_role("button", name="Filters", exact=True).tap()
    until(page, lambda: fits(page, demo_lot))


def test_a_vehicle_opens_in_sight_and_back_leads_where_the_visitor_was(
    open_page: OpenPage, browser: Browser, demo_lot: Installation, cars: list[Car], dealer_site: Publish, fitting: str
) -> None:
    page = open_page(browser=browser)
    address = dealer_site(fitting)
    page.goto(address)
    all_shown(page, cars)
    until(page, lambda: fits(page, demo_lot))
    far = lot_in(page).locator(f'a[data-vehicle="{cars[30]["id"]}"]')
    far.scroll_into_view_if_needed()
    far.hover()
    page.wait_for_timeout(100)
    left_at = page.evaluate("() => scrollY")
    assert left_at > 2000
    far.click()
    expect(lot_in(page).get_by_role("link", name="All vehicles")).to_be_in_viewport()
    expect(page).to_have_url(f"{address}#lot?vehicle={cars[30]['id']}")
    until(page, lambda: fits(page, demo_lot))
    page.go_back()
    expect(far).to_be_in_viewport()
    until(page, lambda: abs(page.evaluate("() => scrollY") - left_at) < 5)
    expect(page).to_have_url(address)


def test_the_pages_own_address_leads_to_the_vehicle(
    open_page: OpenPage, browser: Browser, demo_lot: Installation, cars: list[Car], dealer_site: Publish, fitting: str
) -> None:
    page = open_page(browser=browser, permissions=["clipboard-read", "clipboard-write"])
    shared = f"{dealer_site(fitting)}?utm_source=mail#lot?vehicle={cars[3]['id']}"
    page.goto(shared)
    name = f"{cars[3]['year']} {cars[3]['make']} {cars[3]['model']}"
    expect(lot_in(page).get_by_role("heading", level=1, name=name)).to_be_visible()
    until(page, lambda: fits(page, demo_lot))
    lot_in(page).get_by_role("button", name="Copy link").click()
    expect(lot_in(page).get_by_role("button", name="Link copied")).to_be_visible()
    # A fragment never reaches a server, so the dealer's page would have no preview of the car. The Worker's page has one.
    assert page.evaluate("() => navigator.clipboard.readText()") == cars[3]["url"]


def test_filters_stand_in_the_pages_address_and_links_set_them(
    page: Page, demo_lot: Installation, cars: list[Car], dealer_site: Publish, fitting: str
) -> None:
    begun = fitting.replace("/inventory.html", "/inventory.html?radius=0&make=Toyota")
    address = dealer_site(f'<a href="#lot?make=Ford&sort=price">Our Fords</a>{begun}')
    page.goto(f"{address}#lot?bodyStyle=Truck&bodyStyle=Van")
    expected = [car for car in cars if car["bodyStyle"] in ("Truck", "Minivan", "Van")]
    expect(lot_in(page).locator("#grid a[data-vehicle]")).to_have_count(len(expected))
    page.get_by_role("link", name="Our Fords").click()
    fords = [car for car in cars if car["make"] == "Ford"]
    expect(lot_in(page).locator("#grid a[data-vehicle]")).to_have_count(len(fords))
    expect(page).to_have_url(f"{address}#lot?make=Ford&sort=price")
    assert "radius=0" in frame_of(page, demo_lot).url
    lot_in(page).get_by_role("button", name="Clear all").click()
    expect(page).to_have_url(f"{address}#lot?sort=price")


def test_an_anchor_of_the_page_itself_is_left_alone(
    page: Page, demo_lot: Installation, cars: list[Car], dealer_site: Publish, fitting: str
) -> None:
    address = f"{dealer_site(fitting)}#foot"
    page.goto(address)
    all_shown(page, cars)
    lot_in(page).locator("#grid a[data-vehicle]").first.click()
    expect(lot_in(page).get_by_role("button", name="Copy link")).to_be_visible()
    # The script of the page hears of the place and of the height in this order, so the address is decided by then.
    until(page, lambda: fits(page, demo_lot))
    assert page.url == address


def test_it_loads_when_the_visitor_comes_near(page: Page, demo_lot: Installation, dealer_site: Publish, fitting: str) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(dealer_site(f'<div style="height:9000px">A long story</div>{fitting}'))
    page.wait_for_load_state("networkidle")
    # The page has loaded, and with it the script, which is a module of it.
    assert f"{demo_lot.url}/embed.js" in asked
    assert f"{demo_lot.url}/inventory.html" not in asked
    page.locator("#foot").scroll_into_view_if_needed()
    expect(lot_in(page).locator("#grid a[data-vehicle]").first).to_be_attached()


def test_nobody_else_moves_the_page_or_the_frame(
    open_page: OpenPage, demo_lot: Installation, cars: list[Car], dealer_site: Publish, fitting: str
) -> None:
    page = open_page(permissions=["clipboard-read", "clipboard-write"])
    intruder = "parent.postMessage({ type: 'carlot:at', query: '?make=Ford' }, '*')"
    address = dealer_site(f"{fitting}<iframe title='Advertisement' srcdoc=\"<script>{intruder}</script>\"></iframe>")
    page.goto(address)
    all_shown(page, cars)
    # The page around may name an address of its own site only.
    page.evaluate("() => frames[0].postMessage({ type: 'carlot:around', address: 'https://elsewhere.example/' }, '*')")
    page.evaluate("() => frames[0].postMessage({ type: 'carlot:around', address: 'javascript:alert(1)' }, '*')")
    page.evaluate("() => frames[0].postMessage({ type: 'carlot:around', address: { toString: 1 } }, '*')")
    lot_in(page).locator("#grid a[data-vehicle]").first.click()
    lot_in(page).get_by_role("button", name="Copy link").click()
    expect(lot_in(page).get_by_role("button", name="Link copied")).to_be_visible()
    assert page.evaluate("() => navigator.clipboard.readText()") == cars[0]["url"]
    assert page.url == f"{address}#lot?vehicle={cars[0]['id']}"


def test_a_frame_whose_connection_broke_is_asked_for_again(
    page: Page, demo_lot: Installation, cars: list[Car], dealer_site: Publish, fitting: str
) -> None:
    broken: list[str] = []

    def break_twice(route: Route) -> None:
        if len(broken) < 2:
            broken.append(route.request.url)
            route.abort("connectionreset")
        else:
            route.continue_()

    page.route("**/inventory.html*", break_twice)
    # Loaded at once, and first by the script, which is there before the frame.
    page.goto(f"{dealer_site(fitting)}#lot?sort=price")
    all_shown(page, cars)
    assert len(broken) == 2


def test_if_the_script_cannot_load_the_frame_still_serves(
    page: Page, demo_lot: Installation, cars: list[Car], dealer_site: Publish, fitting: str, complaints: list[str]
) -> None:
    page.route("**/embed.js", lambda route: route.abort())
    page.goto(dealer_site(fitting))
    all_shown(page, cars)
    assert page.locator("iframe").evaluate("frame => frame.offsetHeight") >= 800
    complaints.clear()


def test_the_dealers_page_has_the_only_heading_and_ground(
    open_page: OpenPage, demo_lot: Installation, cars: list[Car], dealer_site: Publish, fitting: str
) -> None:
    page = open_page(color_scheme="dark")
    page.goto(dealer_site(fitting))
    all_shown(page, cars)
    expect(lot_in(page).locator(".masthead")).to_be_hidden()
    expect(lot_in(page).get_by_role("heading", level=1)).to_have_text("Vehicles for sale")
    frame = frame_of(page, demo_lot)
    assert frame.evaluate("() => getComputedStyle(document.documentElement).backgroundColor") == "rgba(0, 0, 0, 0)"
    assert frame.evaluate("() => getComputedStyle(document.documentElement).colorScheme") == "light"


def test_the_frame_sets_no_cookie(
    page: Page, demo_lot: Installation, cars: list[Car], dealer_site: Publish, fitting: str
) -> None:
    given: list[str] = []
    page.on("response", lambda response: given.extend(name for name in response.all_headers() if name == "set-cookie"))
    page.goto(dealer_site(fitting))
    all_shown(page, cars)
    lot_in(page).locator("#grid a[data-vehicle]").first.click()
    expect(lot_in(page).get_by_role("button", name="Copy link")).to_be_visible()
    assert page.context.cookies() == []
    assert given == []


@pytest.mark.parametrize("path", ["/", "/index.html", "/api/public/inventory"])
def test_nothing_but_the_lot_can_be_framed(
    page: Page, demo_lot: Installation, dealer_site: Publish, complaints: list[str], path: str
) -> None:
    page.goto(dealer_site(f'<iframe src="{demo_lot.url}{path}" title="The desk"></iframe>'))
    until(page, lambda: any("frame" in complaint for complaint in complaints))
    until(page, lambda: page.frames[1].url.startswith("chrome-error:"))
    complaints.clear()
