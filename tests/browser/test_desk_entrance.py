"""Getting in: signed out, expired, not configured, away."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from browser.conftest import Complaints, OpenDesk, OpenPage, sign_in
from browser.desk_page import add_vehicle, address, becomes, field
from browser.installation import Installation
from support.running import TOKEN

NOT_CONFIGURED = {"status": 503, "code": "auth-not-configured", "detail": "No one can sign in yet."}


def test_the_token_opens_the_desk_and_signing_out_closes_it(
    page: Page, desk_lot: Installation, complaints: Complaints, faultless: Callable[[Page], None]
) -> None:
    complaints.expect("401")
    page.goto(desk_lot.url)
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    expect(page.get_by_label("Access token")).to_be_focused()
    faultless(page)
    page.keyboard.type("not the token")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_have_text("That is not the right access token.")
    expect(page.get_by_label("Access token")).to_have_attribute("aria-invalid", "true")
    faultless(page)
    page.get_by_label("Access token").fill(TOKEN)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Inventory")).to_be_visible()
    cookie = page.context.cookies()[0]
    assert (cookie["httpOnly"], cookie["secure"], cookie["sameSite"]) == (True, True, "Lax")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in", exact=True)).to_be_visible()
    assert page.context.cookies() == []


def test_an_expired_session_keeps_what_was_typed(desk: OpenDesk, desk_lot: Installation, complaints: Complaints) -> None:
    complaints.expect("401")
    vehicle = add_vehicle(desk_lot)
    page = desk(address(vehicle))
    expect(field(page, "Trim")).to_be_visible()
    page.context.clear_cookies()
    field(page, "Trim").fill("Typed too late")
    field(page, "Trim").press("Enter")
    expect(page.get_by_role("heading", name="Sign in again")).to_be_visible()
    expect(page.get_by_text("1 change is saved here and will be sent after you sign in.")).to_be_visible()
    page.get_by_label("Access token").fill(TOKEN)
    page.keyboard.press("Enter")
    expect(field(page, "Trim")).to_have_value("Typed too late")
    becomes(desk_lot, vehicle, trim="Typed too late")


def test_while_nobody_can_sign_in_it_says_how(
    page: Page, desk_lot: Installation, complaints: Complaints, faultless: Callable[[Page], None]
) -> None:
    complaints.expect("401", "503")
    page.route("**/api/**", lambda route: route.fulfill(status=503, json=NOT_CONFIGURED, content_type="application/problem+json"))
    page.goto(desk_lot.url)
    expect(page.get_by_role("heading", name="Sign-in is not set up yet")).to_be_visible()
    expect(page.get_by_text("npx wrangler secret put ADMIN_TOKEN")).to_be_visible()
    faultless(page)
    page.unroute("**/api/**")
    page.get_by_role("button", name="Done, try again").click()
    expect(page.get_by_role("heading", name="Sign in", exact=True)).to_be_visible()


@pytest.mark.parametrize(
    ("failure", "by_itself"),
    [
        (lambda route: route.abort(), True),
        (lambda route: route.fulfill(status=500, json={}), False),
        (lambda route: route.fulfill(body="<p>Gateway"), False),
    ],
    ids=["no answer", "500", "no JSON"],
)
def test_a_desk_that_cannot_be_opened_opens_later(
    desk_lot: Installation,
    session_cookie: str,
    page: Page,
    complaints: Complaints,
    failure: Callable[[Route], None],
    by_itself: bool,
    faultless: Callable[[Page], None],
) -> None:
    sign_in(page, desk_lot, session_cookie)
    complaints.expect("500", "ERR_FAILED")
    page.route("**/api/vehicles?*", failure)
    page.goto(desk_lot.url)
    expect(page.get_by_role("heading", name="CarLot Manager could not be opened")).to_be_visible()
    faultless(page)
    page.unroute("**/api/vehicles?*")
    if not by_itself:
        page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("heading", name="Inventory")).to_be_visible()


def test_while_it_opens_it_is_a_page_already(
    desk_lot: Installation, session_cookie: str, page: Page, axe: Callable[[Page], None]
) -> None:
    sign_in(page, desk_lot, session_cookie)
    held: list[Route] = []
    page.route("**/api/vehicles?*", lambda route: held.append(route), times=1)  # noqa: PLW0108 (playwright cannot wrap a built-in)
    page.goto(desk_lot.url)
    expect(page.get_by_text("One moment…")).to_be_visible()
    axe(page)
    held[0].continue_()
    expect(page.get_by_role("heading", name="Inventory")).to_be_visible()


def test_without_scripts_it_says_what_to_do(open_page: OpenPage, desk_lot: Installation) -> None:
    page = open_page(java_script_enabled=False)
    page.goto(desk_lot.url)
    expect(page.locator("noscript p")).to_contain_text("The desk needs JavaScript.")
    expect(page.locator("noscript p")).to_be_visible()
