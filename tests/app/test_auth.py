"""Who may: nothing set, bearer, session cookie, Cloudflare Access, and a desk left open on one's own machine."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from carlot import app
from carlot.platform.ports import Request
from carlot.routes import ROUTES
from carlot.web.auth import COOKIE
from carlot.web.endpoint import Guard
from support.lot import ENV, TOKEN, Lot, TextBody, answer

TARGET = "/api/vehicles"
OPEN_ENV: dict[str, str | None] = {"AUTH_MODE": "dev-open"}
LOCAL = ("http://localhost:8787", "http://127.0.0.1:1", "http://[::1]:8787", "http://LOCALHOST:8787", "https://localhost")
ADMIN_ROUTES = [route for route in ROUTES if route.guard is Guard.ADMIN]


async def status(lot: Lot, headers: dict[str, str] | None = None, method: str = "GET", **more: Any) -> tuple[int, str]:
    """Status and problem code of a call without the token."""
    content: dict[str, Any] | None = {} if method in ("POST", "PATCH", "PUT") else None
    response = await lot.call(method, TARGET, content, headers, signed_in=False, **more)
    return response.status, answer(response).get("code", "") if response.status >= 400 else ""


async def sign_in(lot: Lot, token: str = TOKEN, headers: dict[str, str] | None = None) -> tuple[int, str]:
    """POST /api/session; status and the cookie as a browser would send it."""
    response = await lot.call("POST", "/api/session", {"token": token}, headers, signed_in=False)
    return response.status, response.headers.get("set-cookie", "").partition(";")[0]


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


@pytest.mark.parametrize(
    ("headers", "passes"),
    [
        ({}, True),
        ({"origin": "https://lot.test"}, True),
        ({"origin": "https://lot.test", "sec-fetch-site": "same-origin"}, True),
        ({"sec-fetch-site": "same-origin"}, True),
        ({"origin": "https://evil.test"}, False),
        ({"origin": "http://lot.test"}, False),
        ({"origin": "https://lot.test.evil.test"}, False),
        ({"origin": "null"}, False),
        ({"sec-fetch-site": "cross-site"}, False),
        ({"sec-fetch-site": "same-site"}, False),
        ({"sec-fetch-site": "none"}, False),
    ],
)
async def test_a_cookie_changes_nothing_from_another_site(lot: Lot, headers: dict[str, str], passes: bool) -> None:
    _, cookie = await sign_in(lot)
    found = await status(lot, {"cookie": cookie, **headers}, "POST")
    assert found == ((422, "invalid") if passes else (403, "cross-site"))
    # A bearer token does not travel by itself, and reading changes nothing.
    bearer = {"authorization": f"Bearer {TOKEN}", **headers}
    assert await status(lot, bearer, "POST") == (422, "invalid")
    assert await status(lot, {"cookie": cookie, **headers}) == (200, "")


async def test_cloudflare_access_is_enough() -> None:
    for env in ({}, dict(ENV)):
        lot = Lot(env)
        request = Request("r", "GET", "https://lot.test", TARGET, (), {}, TextBody(b""))
        assert (await app.handle_request(request, lot.services)).status in (401, 503)
        known = replace(request, access_email="dealer@lot.test")
        assert (await app.handle_request(known, lot.services)).status == 200


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
