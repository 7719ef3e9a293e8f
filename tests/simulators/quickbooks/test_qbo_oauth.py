"""Consent, tokens and their ends."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

CONSENT = "/connect/oauth2"
TOKENS = "/oauth2/v1/tokens/bearer"
REVOKE = "/v2/oauth2/tokens/revoke"
CALLBACK = "https://lot.example/callback"
ASKED = {
    "client_id": "app",
    "response_type": "code",
    "scope": "com.intuit.quickbooks.accounting",
    "redirect_uri": CALLBACK,
    "state": "a b&c",
}
APP = ("app", "secret")
YEAR_S = 365 * 86_400


def came_back(answer: httpx.Response) -> dict[str, str]:
    """What the browser brings to the callback."""
    assert answer.status_code == 302, answer.text
    location = urlsplit(answer.headers["Location"])
    assert f"{location.scheme}://{location.netloc}{location.path}" == CALLBACK
    return {name: values[0] for name, values in parse_qs(location.query).items()}


def consent(sim: httpx.Client, **changes: str) -> dict[str, str]:
    return came_back(sim.get(CONSENT, params={**ASKED, "auto": "approve", **changes}))


def exchange(sim: httpx.Client, code: str, **changes: Any) -> httpx.Response:
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK}
    return sim.post(TOKENS, data={**form, **changes}, auth=APP)


def refresh(sim: httpx.Client, token: str, auth: tuple[str, str] = APP) -> httpx.Response:
    return sim.post(TOKENS, data={"grant_type": "refresh_token", "refresh_token": token}, auth=auth)


def works(sim: httpx.Client, token: str, realm: str = "9341453172604218") -> int:
    headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
    return sim.get(f"/v3/company/{realm}/companyinfo/{realm}", headers=headers).status_code


def advance(sim: httpx.Client, seconds: float) -> None:
    assert sim.post("/_sim/quickbooks/clock", json={"advance_s": seconds}).status_code == 200


def test_the_page_asks_and_its_buttons_answer(sim: httpx.Client) -> None:
    page = sim.get(CONSENT, params={**ASKED, "state": '"><script>'})
    assert page.headers["Content-Type"].startswith("text/html")
    assert (page.headers["Cache-Control"], page.headers["X-Frame-Options"]) == ("no-store", "DENY")
    assert ">Connect</button>" in page.text
    assert ">Cancel</button>" in page.text
    assert "Maple Street Rentals" in page.text
    assert "<script>" not in page.text
    form = {**ASKED, "decision": "approve", "realm": "9341453172604975"}
    approved = came_back(sim.post(CONSENT, data=form))
    assert approved.keys() == {"code", "state", "realmId"}
    assert (approved["state"], approved["realmId"]) == ("a b&c", "9341453172604975")
    assert came_back(sim.post(CONSENT, data={**form, "decision": "deny"})) == {"error": "access_denied", "state": "a b&c"}


def test_consent_by_itself(sim: httpx.Client) -> None:
    assert consent(sim)["realmId"] == "9341453172604218"
    assert consent(sim, realm="9341453172604975")["realmId"] == "9341453172604975"
    assert consent(sim, auto="deny")["error"] == "access_denied"
    sim.put("/_sim/quickbooks/knobs", json={"consent": "approve", "realm": "9341453172604975"})
    assert came_back(sim.get(CONSENT, params=ASKED))["realmId"] == "9341453172604975"


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": ""},
        {"redirect_uri": ""},
        {"redirect_uri": "javascript:alert(1)"},
        {"redirect_uri": "ftp://lot.example/"},
        {"state": ""},
    ],
)
def test_an_app_that_cannot_be_trusted_gets_nobody_back(sim: httpx.Client, changes: dict[str, str]) -> None:
    for answer in (sim.get(CONSENT, params=ASKED | changes), sim.post(CONSENT, data=ASKED | changes | {"decision": "approve"})):
        assert answer.status_code == 400
        assert "Location" not in answer.headers


def test_registered_apps_and_addresses_only(sim: httpx.Client) -> None:
    knobs = {"client_id": "app", "client_secret": "secret", "redirect_uris": [CALLBACK]}
    assert sim.put("/_sim/quickbooks/knobs", json=knobs).status_code == 200
    assert exchange(sim, consent(sim)["code"]).status_code == 200
    assert sim.get(CONSENT, params=ASKED | {"redirect_uri": CALLBACK + "/"}).status_code == 400
    assert sim.get(CONSENT, params=ASKED | {"client_id": "other"}).status_code == 400
    wrong = sim.post(TOKENS, data={"grant_type": "refresh_token", "refresh_token": "x"}, auth=("app", "wrong"))
    assert (wrong.status_code, wrong.json()) == (401, {"error": "invalid_client"})


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": "openid"}, "invalid_scope"),
        ({"scope": "com.intuit.quickbooks.accounting everything"}, "invalid_scope"),
    ],
)
def test_a_bad_request_comes_back_as_an_error(sim: httpx.Client, changes: dict[str, str], error: str) -> None:
    assert consent(sim, **changes) == {"error": error, "state": "a b&c"}


def test_a_code_is_good_once_soon_and_for_its_app(sim: httpx.Client) -> None:
    code = consent(sim)["code"]
    first = exchange(sim, code)
    assert first.json().keys() == {"token_type", "access_token", "refresh_token", "expires_in", "x_refresh_token_expires_in"}
    assert (first.json()["token_type"], first.json()["expires_in"]) == ("bearer", 3600)
    assert works(sim, first.json()["access_token"]) == 200
    assert exchange(sim, code).json()["error"] == "invalid_grant"
    assert exchange(sim, consent(sim)["code"], redirect_uri="https://else.example/").json()["error"] == "invalid_grant"
    assert exchange(sim, consent(sim, client_id="another")["code"]).json()["error"] == "invalid_grant"
    late = consent(sim)["code"]
    advance(sim, 301)
    assert exchange(sim, late).json()["error"] == "invalid_grant"


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({}, "invalid_request"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"grant_type": "refresh_token"}, "invalid_request"),
        ({"grant_type": "authorization_code", "code": "x"}, "invalid_request"),
        ({"grant_type": "refresh_token", "refresh_token": "made up"}, "invalid_grant"),
    ],
)
def test_bad_token_requests(sim: httpx.Client, form: dict[str, str], error: str) -> None:
    answer = sim.post(TOKENS, data=form, auth=APP)
    assert answer.status_code == 400
    # httpx sends an empty form without a content type, which is refused in the same words.
    assert answer.json()["error"] == error


def test_the_token_service_wants_basic_and_a_form(sim: httpx.Client, tokens: dict[str, str]) -> None:
    form = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    assert sim.post(TOKENS, data=form).status_code == 401
    assert sim.post(TOKENS, data=form, headers={"Authorization": "Basic !!"}).status_code == 401
    assert sim.post(TOKENS, json=form, auth=APP).json()["error"] == "invalid_request"
    assert refresh(sim, tokens["refresh_token"], ("another", "x")).json()["error"] == "invalid_grant"
    assert refresh(sim, tokens["refresh_token"]).status_code == 200


def test_strict_rotation_kills_the_old_token_at_once(sim: httpx.Client, tokens: dict[str, str]) -> None:
    second = refresh(sim, tokens["refresh_token"]).json()
    assert second["refresh_token"] != tokens["refresh_token"]
    again = refresh(sim, tokens["refresh_token"])
    assert again.status_code == 400
    assert again.json() == {"error": "invalid_grant", "error_description": "Incorrect or invalid refresh token"}
    assert again.headers["intuit_tid"]
    assert refresh(sim, second["refresh_token"]).status_code == 200
    assert works(sim, tokens["access_token"]) == works(sim, second["access_token"]) == 200


def test_graceful_rotation_leaves_the_old_token_a_day(sim: httpx.Client, tokens: dict[str, str]) -> None:
    sim.put("/_sim/quickbooks/knobs", json={"rotation": "graceful"})
    second = refresh(sim, tokens["refresh_token"]).json()
    advance(sim, 86_000)
    assert refresh(sim, tokens["refresh_token"]).status_code == 200
    advance(sim, 800)
    assert refresh(sim, tokens["refresh_token"]).json()["error"] == "invalid_grant"
    assert refresh(sim, second["refresh_token"]).status_code == 200


def test_daily_rotation_keeps_a_token_for_a_day(sim: httpx.Client, tokens: dict[str, str]) -> None:
    sim.put("/_sim/quickbooks/knobs", json={"rotation": "daily"})
    assert refresh(sim, tokens["refresh_token"]).json()["refresh_token"] == tokens["refresh_token"]
    advance(sim, 86_401)
    second = refresh(sim, tokens["refresh_token"]).json()["refresh_token"]
    assert second != tokens["refresh_token"]
    assert refresh(sim, tokens["refresh_token"]).json()["error"] == "invalid_grant"


def test_an_access_token_ends_after_an_hour_or_when_told(sim: httpx.Client, tokens: dict[str, str]) -> None:
    advance(sim, 3590)
    assert works(sim, tokens["access_token"]) == 200
    advance(sim, 10)
    assert works(sim, tokens["access_token"]) == 401
    second = refresh(sim, tokens["refresh_token"]).json()
    assert works(sim, second["access_token"]) == 200
    sim.post("/_sim/quickbooks/expire", json={})
    assert works(sim, second["access_token"]) == 401
    assert refresh(sim, second["refresh_token"]).status_code == 200


def test_the_hundred_days_roll_and_the_five_years_do_not(sim: httpx.Client) -> None:
    header = {"x-include-refresh-token-hard-expires-in": "true"}
    form = {"grant_type": "authorization_code", "code": consent(sim)["code"], "redirect_uri": CALLBACK}
    pair = sim.post(TOKENS, data=form, auth=APP, headers=header).json()
    assert pair["x_refresh_token_expires_in"] == 100 * 86_400
    assert 5 * YEAR_S - 5 <= pair["x_refresh_token_hard_expires_in"] <= 5 * YEAR_S
    days = 0
    while days + 99 < 5 * 365:
        advance(sim, 99 * 86_400)
        days += 99
        form = {"grant_type": "refresh_token", "refresh_token": pair["refresh_token"]}
        pair = sim.post(TOKENS, data=form, auth=APP, headers=header).json()
    left_s = 5 * YEAR_S - days * 86_400
    assert left_s - 60 <= pair["x_refresh_token_hard_expires_in"] <= left_s
    assert pair["x_refresh_token_expires_in"] <= pair["x_refresh_token_hard_expires_in"] < 100 * 86_400
    advance(sim, left_s)
    assert refresh(sim, pair["refresh_token"]).json()["error"] == "invalid_grant"


def test_a_refresh_token_left_alone_ends_after_hundred_days(sim: httpx.Client, tokens: dict[str, str]) -> None:
    advance(sim, 100 * 86_400)
    assert refresh(sim, tokens["refresh_token"]).json()["error"] == "invalid_grant"


@pytest.mark.parametrize("which", ["access_token", "refresh_token"])
def test_revoking_either_token_ends_the_connection(sim: httpx.Client, tokens: dict[str, str], which: str) -> None:
    assert sim.post(REVOKE, json={"token": tokens[which]}).status_code == 401
    assert sim.post(REVOKE, json={"token": tokens[which]}, auth=("another", "x")).status_code == 400
    assert works(sim, tokens["access_token"]) == 200
    answer = sim.post(REVOKE, json={"token": tokens[which]}, auth=APP)
    assert (answer.status_code, answer.content) == (200, b"")
    assert works(sim, tokens["access_token"]) == 401
    assert refresh(sim, tokens["refresh_token"]).json()["error"] == "invalid_grant"
    assert sim.post(REVOKE, json={"token": tokens[which]}, auth=APP).status_code == 400


def test_the_dealer_disconnects_from_his_side(sim: httpx.Client, tokens: dict[str, str]) -> None:
    assert sim.post("/_sim/quickbooks/revoke").json() == {"ended": 1}
    assert works(sim, tokens["access_token"]) == 401
    assert refresh(sim, tokens["refresh_token"]).json()["error"] == "invalid_grant"


def test_a_token_opens_its_own_company_only(sim: httpx.Client, tokens: dict[str, str]) -> None:
    assert works(sim, tokens["access_token"], "9341453172604975") == 403
    assert works(sim, "made up") == 401
    answer = sim.get("/v3/company/9341453172604218/companyinfo/1", headers={"Authorization": ""})
    assert answer.json()["fault"]["type"] == "AUTHENTICATION"
    assert answer.json()["fault"]["error"][0].keys() == {"message", "detail", "code", "element"}


def test_refreshes_are_counted(sim: httpx.Client, tokens: dict[str, str]) -> None:
    refresh(sim, tokens["refresh_token"])
    refresh(sim, tokens["refresh_token"])
    counts = sim.get("/_sim/quickbooks/traffic").json()["tokens"]
    assert counts == {"refreshes": 1, "refreshes_refused": 1, "most_refreshes_at_once": 1}
