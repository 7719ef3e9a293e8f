"""Who may: nothing set, bearer, session cookie, Cloudflare Access, and a desk left open on one's own machine."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest

from carlot import app
from carlot.platform.ports import Request
from carlot.routes import ROUTES
from carlot.web.auth import COOKIE
from support.lot import ENV, TOKEN, Lot, TextBody, answer

TARGET = "/api/vehicles"
OPEN_ENV: dict[str, str | None] = {"AUTH_MODE": "dev-open"}
LOCAL = ("http://localhost:8787", "http://127.0.0.1:1", "http://[::1]:8787", "http://LOCALHOST:8787", "https://localhost")
# Written down, so that no route is open because its guard says so.
OPEN_ROUTES = {
    *("GET /", "GET /api/health", "GET /api/openapi.json", "GET /api/public/inventory", "GET /api/public/vehicle/:id"),
    *("GET /api/public/dealer", "GET /photos/:id", "GET /feeds/:token/:file", "POST /api/session", "DELETE /api/session"),
    *("GET /api/integrations/quickbooks/callback", "POST /api/webhooks/wayne-reeves", "POST /api/webhooks/quickbooks"),
    *("GET /inventory.html", "GET /sitemap.xml", "GET /robots.txt", "GET /api/public/reduced"),
    *("PUT /api/inventory-files/:token", "POST /api/inventory-files/:token"),
}
ADMIN_ROUTES = [route for route in ROUTES if f"{route.method} {route.path}" not in OPEN_ROUTES]
CHANGING_ROUTES = [route for route in ADMIN_ROUTES if route.method not in ("GET", "HEAD")]
DEALER = "dealer@lot.test"
# Cookies of other programs under the same host name; many break RFC 6265, and browsers send them all the same.
ODD_COOKIES = (
    *('prefs={"a":1}', "a=1 2", 'consent=a"b', 'consent="a b', "flag", "=v", "k[]=1", "name with space=1", "", " ", "=", "a==b"),
    *("d=Mon, 01 Jan 2026", "a@b=1", "x=café", "x=\udcff", "a=b=c", "$Version=1", "$Path=/", "expires=0", "httponly", "a,b=1"),
    *(f"x{COOKIE}=1", f"{COOKIE}x=1", f"a={COOKIE}", COOKIE, COOKIE.upper() + "=1", f"{COOKIE}="),
)


async def status(lot: Lot, headers: dict[str, str] | None = None, method: str = "GET", **more: Any) -> tuple[int, str]:
    """Status and problem code of a call without the token."""
    content: dict[str, Any] | None = {} if method in ("POST", "PATCH", "PUT") else None
    response = await lot.call(method, TARGET, content, headers, signed_in=False, **more)
    return response.status, answer(response).get("code", "") if response.status >= 400 else ""


async def sign_in(lot: Lot, token: str = TOKEN, headers: dict[str, str] | None = None) -> tuple[int, str]:
    """POST /api/session; status and the cookie as a browser would send it."""
    response = await lot.call("POST", "/api/session", {"token": token}, headers, signed_in=False)
    return response.status, response.headers.get("set-cookie", "").partition(";")[0]


def test_what_is_written_down_as_open_is_there() -> None:
    assert {f"{route.method} {route.path}" for route in ROUTES} >= OPEN_ROUTES


@pytest.mark.parametrize("route", ADMIN_ROUTES, ids=lambda route: f"{route.method} {route.path}")
async def test_every_admin_route_is_closed(route: Any) -> None:
    target = route.path.replace(":id", "x").replace(":photoId", "y")
    closed = Lot({})
    for headers in ({}, {"authorization": "Bearer "}, {"authorization": "Bearer x"}, {"cookie": f"{COOKIE}=x"}):
        response = await closed.call(route.method, target, {}, headers, signed_in=False, origin="http://localhost:1")
        assert (response.status, answer(response)["code"]) == (503, "auth-not-configured")
        response = await Lot().call(route.method, target, {}, headers, signed_in=False)
        assert (response.status, answer(response)["code"]) == (401, "unauthorized")
        assert response.headers["www-authenticate"].startswith("Bearer")
    assert closed.database.statements == 0


@pytest.mark.parametrize("token", [None, "", "  ", "YOUR_ADMIN_TOKEN", "change-me", "<token>"])
async def test_a_placeholder_is_no_token(token: str | None) -> None:
    lot = Lot({"ADMIN_TOKEN": token})
    for given in ("", str(token), "undefined", "null", "None"):
        assert await status(lot, {"authorization": f"Bearer {given}"}) == (503, "auth-not-configured")
    response = await lot.call("POST", "/api/session", {"token": token or "x"}, signed_in=False)
    assert (response.status, answer(response)["code"]) == (503, "auth-not-configured")


@pytest.mark.parametrize(
    "header",
    [
        *("", "Bearer", "Bearer wrong", f"Basic {TOKEN}", TOKEN, f"Bearer {TOKEN}x", f"Bearer {TOKEN[:-1]}", "Bearer ü"),
        *("Bearer \udcff", "Bearer 🚗", f"Bearer {TOKEN.upper()}", "Bearer " + "x" * 100_000, f"Bearer{TOKEN}"),
    ],
)
async def test_a_wrong_bearer_is_401(lot: Lot, header: str) -> None:
    assert await status(lot, {"authorization": header}) == (401, "unauthorized")


@pytest.mark.parametrize("header", [f"Bearer {TOKEN}", f"bearer {TOKEN}", f"BEARER   {TOKEN} "])
async def test_the_right_bearer_passes(lot: Lot, header: str) -> None:
    assert await status(lot, {"authorization": header}) == (200, "")


async def test_a_token_may_be_any_text() -> None:
    lot = Lot({"ADMIN_TOKEN": "schlüssel 🚗"})
    assert await status(lot, {"authorization": "Bearer schlüssel 🚗"}) == (200, "")
    assert await status(lot, {"authorization": "Bearer schlussel"}) == (401, "unauthorized")


async def test_a_session_holds_two_weeks(lot: Lot) -> None:
    begun = await lot.call("POST", "/api/session", {"token": TOKEN}, signed_in=False)
    assert (begun.status, begun.body) == (204, b"")
    set_cookie = begun.headers["set-cookie"]
    assert set_cookie.startswith("__Host-")
    assert set_cookie.split("; ")[1:] == ["Path=/", "Max-Age=1209600", "HttpOnly", "Secure", "SameSite=Lax"]
    cookie = set_cookie.partition(";")[0]
    secret = cookie.partition("=")[2]
    assert len(secret) >= 32
    assert await status(lot, {"cookie": f"other=1; {cookie}; more=2"}) == (200, "")
    stored = lot.database.query("SELECT * FROM sessions")
    assert len(stored) == 1
    assert secret not in str(stored)
    lot.clock.forward(14 * 86400 - 1)
    assert await status(lot, {"cookie": cookie}) == (200, "")
    lot.clock.forward(1)
    assert await status(lot, {"cookie": cookie}) == (401, "unauthorized")
    await lot.tick()
    assert lot.database.query("SELECT * FROM sessions") == []


@pytest.mark.parametrize("odd", ODD_COOKIES)
async def test_cookies_of_other_programs_lock_nobody_out(lot: Lot, odd: str) -> None:
    _, cookie = await sign_in(lot)
    for sent in (
        f"{odd}; {cookie}",
        f"{cookie}; {odd}",
        f"{odd}; {cookie}; {odd}",
        f"{odd};{cookie};{odd}",
        f"{odd} ;\t{cookie} ;{odd}",
    ):
        assert await status(lot, {"cookie": sent}) == (200, ""), sent
    assert await status(lot, {"cookie": odd}) == (401, "unauthorized")


async def test_cookies_of_many_other_programs_lock_nobody_out_either(lot: Lot) -> None:
    _, cookie = await sign_in(lot)
    everything = "; ".join([*ODD_COOKIES, cookie, *ODD_COOKIES])
    assert await status(lot, {"cookie": everything}) == (200, "")
    assert (await lot.call("DELETE", "/api/session", None, {"cookie": everything}, signed_in=False)).status == 204
    assert await status(lot, {"cookie": cookie}) == (401, "unauthorized")


async def test_signing_out_ends_that_session_alone(lot: Lot) -> None:
    _, one = await sign_in(lot)
    _, other = await sign_in(lot)
    assert one != other
    out = await lot.call("DELETE", "/api/session", None, {"cookie": one}, signed_in=False)
    assert out.status == 204
    assert f"{COOKIE}=; " in out.headers["set-cookie"]
    assert "Max-Age=0" in out.headers["set-cookie"]
    assert await status(lot, {"cookie": one}) == (401, "unauthorized")
    assert await status(lot, {"cookie": other}) == (200, "")
    assert (await lot.call("DELETE", "/api/session", signed_in=False)).status == 204


async def test_a_wrong_token_opens_no_session(lot: Lot) -> None:
    for token in ("wrong", "ü", TOKEN + "x", " "):
        assert (await sign_in(lot, token))[0] in (401, 422)
    assert (await sign_in(lot, headers={"origin": "https://evil.test"}))[0] == 403
    assert lot.database.query("SELECT * FROM sessions") == []
    assert (await sign_in(lot, headers={"origin": "https://lot.test"}))[0] == 204


@pytest.mark.parametrize(
    "cookie", [f"{COOKIE}=", f"{COOKIE}=abc", f'{COOKIE}="', f"{COOKIE}=\x00", "=;=;", f"{COOKIE}=ü", "a" * 100_000, "[]=x"]
)
async def test_a_wrong_cookie_is_401(lot: Lot, cookie: str) -> None:
    await sign_in(lot)
    assert await status(lot, {"cookie": cookie}) == (401, "unauthorized")


OWN_PAGES: list[dict[str, str]] = [
    {},
    {"origin": "https://lot.test"},
    {"origin": "https://lot.test", "sec-fetch-site": "same-origin"},
    {"sec-fetch-site": "same-origin"},
]
OTHER_SITES: list[dict[str, str]] = [
    {"origin": "https://evil.test"},
    {"origin": "https://evil.test", "sec-fetch-site": "same-origin"},
    {"origin": "http://lot.test"},
    {"origin": "https://lot.test.evil.test"},
    {"origin": "null"},
    {"origin": ""},
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site"},
    {"sec-fetch-site": "none"},
]
REFUSALS = ("unauthorized", "cross-site", "auth-not-configured")


@pytest.mark.parametrize(
    ("headers", "passes"), [*((headers, True) for headers in OWN_PAGES), *((headers, False) for headers in OTHER_SITES)]
)
async def test_a_cookie_changes_nothing_from_another_site(lot: Lot, headers: dict[str, str], passes: bool) -> None:
    _, cookie = await sign_in(lot)
    found = await status(lot, {"cookie": cookie, **headers}, "POST")
    assert found == ((422, "invalid") if passes else (403, "cross-site"))
    # A bearer token does not travel by itself, and reading changes nothing.
    bearer = {"authorization": f"Bearer {TOKEN}", **headers}
    assert await status(lot, bearer, "POST") == (422, "invalid")
    assert await status(lot, {"cookie": cookie, **headers}) == (200, "")


async def behind_access(lot: Lot, method: str, target: str, headers: dict[str, str] | None = None) -> tuple[int, str]:
    """Status and problem code of a call by somebody whom Cloudflare Access has let in."""
    sent = {"content-type": "application/json", **(headers or {})}
    request = Request("r", method, "https://lot.test", target, (), sent, TextBody(b"{}"), DEALER)
    response = await app.handle_request(request, lot.services)
    return response.status, answer(response)["code"] if response.status >= 400 else ""


async def test_cloudflare_access_is_enough() -> None:
    for env in ({}, dict(ENV)):
        lot = Lot(env)
        assert (await status(lot))[0] in (401, 503)
        assert await behind_access(lot, "GET", TARGET) == (200, "")
        assert await behind_access(lot, "POST", TARGET, {"origin": "https://lot.test"}) == (422, "invalid")


@pytest.mark.parametrize("route", CHANGING_ROUTES, ids=lambda route: f"{route.method} {route.path}")
async def test_behind_access_no_other_site_changes_anything(route: Any) -> None:
    """Access too is known by a cookie, which travels by itself. A bearer token does not."""
    target = re.sub(r":\w+", "x", route.path)
    for headers in OTHER_SITES:
        for env in ({}, dict(ENV), dict(OPEN_ENV)):
            lot = Lot(env)
            assert await behind_access(lot, route.method, target, headers) == (403, "cross-site"), headers
            assert lot.database.statements == 0
        bearer = {"authorization": f"Bearer {TOKEN}", **headers}
        assert (await behind_access(Lot(), route.method, target, bearer))[1] not in REFUSALS, headers
    for headers in OWN_PAGES:
        assert (await behind_access(Lot(), route.method, target, headers))[1] not in REFUSALS, headers


async def test_behind_access_any_page_may_ask_for_what_only_reads(lot: Lot) -> None:
    """The browser keeps the answer from the page that asked, and QuickBooks sends the dealer back by such a request."""
    for headers in OTHER_SITES:
        for method in ("GET", "HEAD"):
            assert await behind_access(lot, method, TARGET, headers) == (200, "")


@pytest.mark.parametrize("origin", LOCAL)
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_dev_open_opens_the_own_machine(origin: str, method: str) -> None:
    lot = Lot(dict(OPEN_ENV))
    expected = (200, "") if method == "GET" else (422, "invalid")
    for headers in ({}, {"sec-fetch-site": "same-origin"}, {"sec-fetch-site": "none"}, {"origin": origin}):
        assert await status(lot, headers, method, origin=origin) == expected


FOREIGN: list[tuple[str, dict[str, str]]] = [
    ("https://lot.test", {}),
    ("http://192.168.0.7:8787", {}),
    ("http://localhost.evil.test", {}),
    ("http://evil-localhost", {}),
    ("http://127.0.0.1.evil.test", {}),
    ("http://0.0.0.0:8787", {}),
    ("http://localhost:8787", {"origin": "https://evil.test"}),
    ("http://localhost:8787", {"origin": "http://localhost:9999"}),
    ("http://localhost:8787", {"origin": "null"}),
    ("http://localhost:8787", {"origin": ""}),
    ("http://localhost:8787", {"sec-fetch-site": "cross-site"}),
    ("http://localhost:8787", {"sec-fetch-site": "same-site"}),
]


@pytest.mark.parametrize(("origin", "headers"), FOREIGN)
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
async def test_dev_open_is_closed_to_everybody_else(origin: str, headers: dict[str, str], method: str) -> None:
    target = TARGET if method != "DELETE" else TARGET + "/x"
    for env, expected in ((OPEN_ENV, 503), ({**OPEN_ENV, "ADMIN_TOKEN": "YOUR_ADMIN_TOKEN"}, 503), ({**ENV, **OPEN_ENV}, 401)):
        lot = Lot(dict(env))
        response = await lot.call(method, target, {}, headers, signed_in=False, origin=origin)
        assert response.status == expected


@pytest.mark.parametrize("mode", ["", "required", "open", "DEV-OPEN ", "true", "dev"])
async def test_only_dev_open_opens(mode: str) -> None:
    lot = Lot({**ENV, "AUTH_MODE": mode})
    assert (await status(lot, origin="http://localhost:8787"))[0] == 401


async def test_dev_open_with_a_placeholder_token_is_open_at_home() -> None:
    lot = Lot({**OPEN_ENV, "ADMIN_TOKEN": "YOUR_ADMIN_TOKEN"})
    assert await status(lot, origin="http://localhost:8787") == (200, "")


async def test_a_lapsed_session_is_forgotten_even_if_the_clock_jumps(lot: Lot) -> None:
    _, cookie = await sign_in(lot)
    lot.clock.forward(timedelta(days=365).total_seconds())
    assert await status(lot, {"cookie": cookie}, "POST") == (401, "unauthorized")
