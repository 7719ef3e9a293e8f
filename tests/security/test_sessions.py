"""Sessions can be taken back: one, all of them, and all of them by another admin token."""

from __future__ import annotations

import pytest

from carlot.web.auth import COOKIE
from support.lot import ENV, TOKEN, Lot


async def signed_in(lot: Lot) -> dict[str, str]:
    """The headers of a browser that has just signed in."""
    begun = await lot.call("POST", "/api/session", {"token": lot.env["ADMIN_TOKEN"]}, signed_in=False)
    assert begun.status == 204
    return {"cookie": begun.headers["set-cookie"].partition(";")[0]}


async def holds(lot: Lot, browser: dict[str, str]) -> bool:
    """Whether that browser is signed in."""
    return (await lot.call("GET", "/api/vehicles", headers=browser, signed_in=False)).status == 200


@pytest.mark.parametrize("by_bearer", [True, False])
async def test_every_browser_is_signed_out_at_once(lot: Lot, by_bearer: bool) -> None:
    browsers = [await signed_in(lot) for _ in range(3)]
    out = await lot.call("DELETE", "/api/sessions", headers=None if by_bearer else browsers[0], signed_in=by_bearer)
    assert (out.status, out.headers["set-cookie"].partition(";")[0]) == (204, f"{COOKIE}=")
    assert [await holds(lot, browser) for browser in browsers] == [False] * 3
    assert await holds(lot, await signed_in(lot))


async def test_nobody_else_signs_them_out(lot: Lot) -> None:
    browser = await signed_in(lot)
    assert (await lot.call("DELETE", "/api/sessions", signed_in=False)).status == 401
    foreign = {**browser, "origin": "https://evil.test"}
    assert (await lot.call("DELETE", "/api/sessions", headers=foreign, signed_in=False)).status == 403
    assert await holds(lot, browser)


async def test_another_admin_token_ends_every_session(lot: Lot) -> None:
    browser = await signed_in(lot)
    lot.env = {**ENV, "ADMIN_TOKEN": "another token"}
    assert not await holds(lot, browser)
    assert await holds(lot, await signed_in(lot))
    lot.env = {**ENV, "ADMIN_TOKEN": TOKEN}
    assert await holds(lot, browser), "and the old token's are those of who has the old token"


async def test_a_session_is_new_at_each_sign_in(lot: Lot) -> None:
    """A cookie that somebody planted before is not taken over (session fixation)."""
    planted = {"cookie": f"{COOKIE}=planted"}
    begun = await lot.call("POST", "/api/session", {"token": TOKEN}, planted, signed_in=False)
    assert begun.status == 204
    assert "planted" not in begun.headers["set-cookie"]
    assert not await holds(lot, planted)
