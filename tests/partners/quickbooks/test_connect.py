"""Connecting QuickBooks: only who began it ends it, once, for the right company; nothing of it stays in an address."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from carlot.platform.ports import Response
from carlot.web.auth import COOKIE
from support.books import BooksWorld
from support.lot import TOKEN, answer
from support.perils import Killed, Perils
from support.simulated import BOOKS

AUTHORIZE = "/api/integrations/quickbooks/authorize"
CALLBACK = "/api/integrations/quickbooks/callback"
DISCONNECT = "/api/integrations/quickbooks/disconnect"
ROOT = Path(__file__).parents[3]
OTHER_COMPANY = "9341453172604975"


async def begun(world: BooksWorld, **how: Any) -> str:
    """Where the dealer is sent."""
    response = await world.call("GET", AUTHORIZE, **how)
    assert response.status == 302, response.body
    return response.headers["location"]


async def consented(world: BooksWorld, location: str, choice: str = "&auto=approve") -> str:
    """Where Intuit sends him back: the path and query of the callback."""
    back = await world.network.request("GET", location + choice, {}, None, timeout_s=5, max_bytes=100_000)
    assert back.status == 302, back.body
    parts = urlsplit(back.headers["location"])
    return f"{parts.path}?{parts.query}"


async def connect(world: BooksWorld) -> Response:
    return await world.call("GET", await consented(world, await begun(world)))


def stored(world: BooksWorld) -> list[dict[str, Any]]:
    return world.database.query("SELECT * FROM oauth_tokens")


async def status(world: BooksWorld) -> dict[str, Any]:
    found: dict[str, Any] = answer(await world.call("GET", "/api/integrations/status"))["quickbooks"]
    return found


async def test_the_way_there_says_what_is_documented_and_nothing_else() -> None:
    world = BooksWorld()
    location = await begun(world)
    query = dict(parse_qsl(urlsplit(location).query))
    assert location.startswith(f"{world.env['QUICKBOOKS_AUTHORIZE_URL']}?")
    assert set(query) == {"client_id", "response_type", "scope", "redirect_uri", "state"}
    assert (query["client_id"], query["response_type"], query["scope"]) == ("client", "code", "com.intuit.quickbooks.accounting")
    assert query["redirect_uri"] == f"https://lot.test{CALLBACK}"
    assert len(query["state"]) == 64
    # Only its hash is kept.
    assert query["state"] not in str(world.database.query("SELECT * FROM oauth_states"))


async def test_it_ends_at_the_desk_with_tokens_that_nobody_can_read() -> None:
    world = BooksWorld()
    assert (await status(world))["status"] == "reauth_required"
    response = await connect(world)
    assert (response.status, response.headers["location"]) == (302, "/")
    (row,) = stored(world)
    pair = world.network.books.tokens
    secrets = [*pair._access, *pair._refresh]
    assert len(secrets) == 2
    kept = str(row) + str(world.key_value.texts)
    assert not any(secret in kept for secret in secrets)
    assert set(world.key_value.texts) == {"quickbooks_access_token", "quickbooks_refresh_token"}
    shown = await status(world)
    assert (shown["status"], shown["authenticated"]) == ("connected", True)
    assert (shown["daysLeftUnused"], shown["daysLeft"] > 1800) == (99, True)


async def test_what_waited_is_posted() -> None:
    world = BooksWorld()
    await world.pull()
    await world.sell("A1")
    await world.spend("A2")
    await world.work()
    assert {task["state"] for task in world.tasks() if task["target"] == "quickbooks"} == {"blocked"}
    await connect(world)
    await world.until_quiet()
    world.check_books()
    assert (len(world.posted()), len(world.posted("Purchase"))) == (1, 1)


@pytest.mark.parametrize("twice", [True, False])
async def test_a_state_is_good_once_and_for_ten_minutes(twice: bool) -> None:
    world = BooksWorld()
    back = await consented(world, await begun(world))
    if twice:
        assert (await world.call("GET", back)).headers["location"] == "/"
        again = await consented(world, await begun(world))
        state = dict(parse_qsl(urlsplit(back).query))["state"]
        code = dict(parse_qsl(urlsplit(again).query))["code"]
        back = f"{CALLBACK}?code={code}&state={state}&realmId={world.env['QUICKBOOKS_REALM_ID']}"
        await world.call("POST", DISCONNECT)
    else:
        world.clock.forward(601)
    assert (await world.call("GET", back)).headers["location"] == "/#/partners/quickbooks-expired"
    assert stored(world) == []


async def signed_in(world: BooksWorld) -> dict[str, str]:
    response = await world.call("POST", "/api/session", {"token": TOKEN}, signed_in=False)
    return {"cookie": response.headers["set-cookie"].partition(";")[0]}


async def test_only_the_session_that_began_it_ends_it() -> None:
    world = BooksWorld()
    mine, other = await signed_in(world), await signed_in(world)
    assert COOKIE in mine["cookie"]
    back = await consented(world, await begun(world, headers=mine, signed_in=False))
    refused = await world.call("GET", back, headers=other, signed_in=False)
    assert refused.headers["location"] == "/#/partners/quickbooks-expired"
    assert stored(world) == []
    assert (await world.call("GET", back, headers=mine, signed_in=False)).headers["location"] == "/"
    assert len(stored(world)) == 1


@pytest.mark.parametrize("path", [AUTHORIZE, f"{CALLBACK}?code=c&state=s&realmId=1"])
async def test_nobody_begins_or_ends_it_unsigned(path: str) -> None:
    world = BooksWorld()
    assert (await world.call("GET", path, signed_in=False)).status == 401
    world.env["ADMIN_TOKEN"] = ""
    assert (await world.call("GET", path, signed_in=False)).status == 503
    assert world.database.query("SELECT * FROM oauth_states") == []


async def test_a_local_instance_needs_no_sign_in_though_the_way_back_comes_from_another_site() -> None:
    world = BooksWorld(settings={"AUTH_MODE": "dev-open"})
    local: dict[str, Any] = {"signed_in": False, "origin": "http://localhost:8787"}
    back = await consented(world, await begun(world, **local))
    response = await world.call("GET", back, headers={"sec-fetch-site": "cross-site"}, **local)
    assert response.headers["location"] == "/"
    # A foreign page gets nowhere: it has no state.
    forged = await world.call(
        "GET", f"{CALLBACK}?code=c&state=forged&realmId=1", headers={"sec-fetch-site": "cross-site"}, **local
    )
    assert forged.headers["location"] == "/#/partners/quickbooks-expired"
    assert (await world.call("GET", AUTHORIZE, headers={"sec-fetch-site": "cross-site"}, **local)).status == 401


@pytest.mark.parametrize(
    ("choice", "word"), [("&auto=deny", "declined"), (f"&auto=approve&realm={OTHER_COMPANY}", "other-company")]
)
async def test_no_consent_and_the_wrong_company_connect_nothing(choice: str, word: str) -> None:
    world = BooksWorld()
    response = await world.call("GET", await consented(world, await begun(world), choice))
    assert (response.status, response.headers["location"]) == (302, f"/#/partners/quickbooks-{word}")
    assert stored(world) == []


@pytest.mark.parametrize(
    ("setting", "value"),
    [("TOKEN_ENCRYPTION_KEY", "c2hvcnQ="), ("TOKEN_ENCRYPTION_KEY", "no base64!"), ("QUICKBOOKS_CLIENT_SECRET", "wrong")],
)
async def test_a_wrong_setting_is_said_and_is_no_crash(setting: str, value: str) -> None:
    world = BooksWorld()
    world.knobs(client_secret="secret")
    back = await consented(world, await begun(world))
    world.env[setting] = value
    assert (await world.call("GET", back)).headers["location"] == "/#/partners/quickbooks-misconfigured"
    assert stored(world) == []


@pytest.mark.parametrize("fault", ["reset", "status"])
async def test_intuit_in_trouble_connects_nothing(fault: str) -> None:
    world = BooksWorld()
    back = await consented(world, await begun(world))
    rule: dict[str, Any] = {"fault": fault, **({"status": 503} if fault == "status" else {})}
    world.network.faults(BOOKS, script=[rule])
    assert (await world.call("GET", back)).headers["location"] == "/#/partners/quickbooks-failed"
    assert stored(world) == []


async def test_a_database_away_after_the_consent_ends_at_the_desk_too() -> None:
    ends = []
    for number in range(1, 30):
        world = BooksWorld()
        back = await consented(world, await begun(world))
        perils = Perils(world.clock, locked={number: False})
        world.restart(perils)
        response = await world.call("GET", back)
        ends.append(response.headers.get("location", response.status))
        if any(name.startswith("http") for name in perils.names):
            assert response.status == 302, perils.names
        world.restart()
        assert (ends[-1] == "/") == bool(stored(world))
        if ends[-1] == "/":
            break
    # Before the state is used nothing has begun; from then on the code is out of the address.
    assert "/#/partners/quickbooks-failed" in ends


async def test_not_configured_is_a_problem_that_says_what_to_set() -> None:
    world = BooksWorld(settings={"QUICKBOOKS_CLIENT_ID": ""})
    for method, path in (("GET", AUTHORIZE), ("POST", "/api/integrations/quickbooks/sync")):
        response = await world.call(method, path)
        assert (response.status, answer(response)["code"]) == (409, "not-configured")
        assert "QUICKBOOKS_CLIENT_ID" in answer(response)["detail"]


async def test_disconnecting_revokes_and_forgets_and_loses_no_document() -> None:
    world = BooksWorld()
    await world.pull()
    await connect(world)
    (refresh,) = world.network.books.tokens._refresh
    world.clock.forward(2)  # KV takes one write a second.
    assert (await world.call("POST", DISCONNECT)).status == 204
    assert (stored(world), world.key_value.texts) == ([], {})
    assert world.network.books.tokens._refresh[refresh][0].revoked
    assert (await world.call("POST", DISCONNECT)).status == 204
    await world.sell("A1")
    await world.work()
    assert world.posted() == []
    await connect(world)
    await world.until_quiet()
    world.check_books()


async def test_disconnecting_while_intuit_is_away_forgets_all_the_same() -> None:
    world = BooksWorld()
    await connect(world)
    world.network.faults(BOOKS, script=[{"fault": "reset"}])
    world.clock.forward(5)
    assert (await world.call("POST", DISCONNECT)).status == 204
    assert (stored(world), world.key_value.texts) == ([], {})


async def test_the_mirror_may_fail() -> None:
    world = BooksWorld()
    world.key_value.broken = True
    assert (await connect(world)).headers["location"] == "/"
    assert (await status(world))["status"] == "connected"


@pytest.mark.parametrize("after_effect", [False, True])
async def test_killed_at_every_call_of_the_way_back_it_can_be_done_again(after_effect: bool) -> None:
    for number in range(1, 30):
        world = BooksWorld()
        back = await consented(world, await begun(world))
        world.restart(Perils(world.clock, kill_at=number, after_effect=after_effect))
        try:
            await world.call("GET", back)
        except Killed:
            world.restart()
        else:
            return
        world.clock.forward(2)
        assert (await connect(world)).headers["location"] == "/"
        assert (await status(world))["status"] == "connected"
    raise AssertionError("it makes more calls than are tried")


NEEDS_TAX_CODE = (
    "A company outside the United States needs a tax code on each line: set QUICKBOOKS_TAX_CODE to the name of one, then connect."
)


@pytest.mark.parametrize("country", ["CA", "gb"])
async def test_a_company_abroad_is_connected_once_its_tax_code_is_set(country: str) -> None:
    world = BooksWorld()
    await world.pull()
    await world.sell("A1")
    world.knobs(country=country)
    assert (await connect(world)).headers["location"] == "/#/partners/quickbooks-needs-tax-code"
    assert stored(world) == []
    shown = await status(world)
    assert (shown["status"], shown["authenticated"], shown["message"]) == ("reauth_required", False, NEEDS_TAX_CODE)
    assert NEEDS_TAX_CODE.partition(": ")[0] in " ".join((ROOT / "docs" / "guide.md").read_text().split())
    await world.minutes(20)
    world.env["QUICKBOOKS_TAX_CODE"] = "Exempt"
    assert (await connect(world)).headers["location"] == "/"
    assert (await status(world))["status"] == "connected"
    await world.until_quiet()
    world.check_books()


@pytest.mark.parametrize("fault", ["reset", "status", "html", "truncate"])
async def test_a_company_that_does_not_tell_its_country_is_connected(fault: str) -> None:
    world = BooksWorld()
    world.faults({"path": "/companyinfo/*", "fault": fault})
    assert (await connect(world)).headers["location"] == "/"
    assert (await status(world))["status"] == "connected"
