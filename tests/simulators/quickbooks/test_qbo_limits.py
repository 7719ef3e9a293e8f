"""Limits of use, and the counts by which a test sees that they were kept."""

import asyncio
from collections.abc import Callable
from typing import Any

import httpx

from simulators.quickbooks.clock import Clock
from simulators.quickbooks.knobs import Knobs
from simulators.quickbooks.limits import Traffic

REALM = "9341453172604218"
ROUGH = {"script": [{"fault": "stall", "stall_s": 0.3, "times": 1000}]}


def counts(sim: httpx.Client) -> dict[str, Any]:
    return dict(sim.get("/_sim/quickbooks/traffic").json()["companies"].get(REALM, {}))


async def at_once(company: httpx.Client, number: int) -> list[httpx.Response]:
    """So many requests, none of which waits for another."""
    limits = httpx.Limits(max_connections=number)
    async with httpx.AsyncClient(base_url=company.base_url, headers=company.headers, limits=limits) as client:
        return list(await asyncio.gather(*(client.get("companyinfo/1") for _ in range(number))))


def test_ten_at_once(sim: httpx.Client, company: httpx.Client) -> None:
    sim.put("/_sim/faults/quickbooks", json=ROUGH)
    assert {answer.status_code for answer in asyncio.run(at_once(company, 10))} == {200}
    assert counts(sim)["most_at_once"] == 10
    sim.put("/_sim/faults/quickbooks", json=ROUGH)
    answers = asyncio.run(at_once(company, 14))
    assert sorted(answer.status_code for answer in answers) == [200] * 10 + [429] * 4
    assert counts(sim) == {
        "requests": 24,
        "operations": {"GET companyinfo": 24},
        "throttled": 4,
        "most_at_once": 14,
        "most_a_minute": 24,
    }


def test_a_request_counts_as_in_until_its_fault_is_over(start: Callable[..., Any]) -> None:
    process = start("--latency-ms", "300")
    with process.client() as sim:
        token = sim.post("/_sim/quickbooks/tokens", json={"client_id": "app"}).json()["access_token"]
        headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
        with httpx.Client(base_url=f"{process.url}/v3/company/{REALM}/", headers=headers) as company:
            answers = asyncio.run(at_once(company, 11))
        assert max(answer.status_code for answer in answers) == 429
        assert counts(sim)["most_at_once"] == 11


def test_five_hundred_a_minute(sim: httpx.Client, company: httpx.Client) -> None:
    assert {company.get("companyinfo/1").status_code for _ in range(500)} == {200}
    refused = company.get("companyinfo/1")
    assert refused.status_code == 429
    assert refused.headers["Retry-After"] == "60"
    error = refused.json()["fault"]["error"][0]
    assert error["message"] == "message=ThrottleExceeded; errorCode=003001; statusCode=429"
    assert (error["code"], refused.json()["fault"]["type"]) == ("3001", "SERVICE")
    sim.post("/_sim/quickbooks/clock", json={"advance_s": 61})
    assert company.get("companyinfo/1").status_code == 200
    assert counts(sim)["most_a_minute"] == 501
    assert sim.delete("/_sim/quickbooks/traffic").status_code == 204
    assert counts(sim) == {}


def test_forty_batches_a_minute(sim: httpx.Client, company: httpx.Client) -> None:
    body = {"BatchItemRequest": [{"bId": "1", "Query": "select count(*) from Item"}]}
    assert {company.post("batch", json=body).status_code for _ in range(40)} == {200}
    assert company.post("batch", json=body).status_code == 429
    assert company.get("companyinfo/1").status_code == 200
    assert counts(sim)["operations"] == {"POST batch": 41, "GET companyinfo": 1}


def test_other_companies_have_limits_of_their_own(sim: httpx.Client, company: httpx.Client) -> None:
    sim.patch("/_sim/quickbooks/knobs", json={"requests_a_minute": 1, "retry_after_s": None, "throttle_body": "xml"})
    assert company.get("companyinfo/1").status_code == 200
    refused = company.get("companyinfo/1")
    assert refused.status_code == 429
    assert "Retry-After" not in refused.headers
    assert '<Fault type="SERVICE"><Error code="3001"' in refused.text
    other = "9341453172604975"
    token = sim.post("/_sim/quickbooks/tokens", json={"client_id": "app", "realm": other}).json()["access_token"]
    answer = sim.get(f"/v3/company/{other}/companyinfo/1", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 200


def test_it_may_throttle_with_a_403(sim: httpx.Client, company: httpx.Client) -> None:
    knobs = {"requests_a_minute": 1, "retry_after_s": None, "throttle_body": "xml", "throttle_status": 403}
    sim.patch("/_sim/quickbooks/knobs", json=knobs)
    assert company.get("companyinfo/1").status_code == 200
    refused = company.get("companyinfo/1")
    assert refused.status_code == 403
    assert "message=ThrottleExceeded; errorCode=003001; statusCode=403" in refused.text


def test_refusals_do_not_prolong_themselves() -> None:
    clock, knobs = Clock(), Knobs(requests_a_minute=2)
    traffic = Traffic(clock)

    def come() -> bool:
        admitted = traffic.arrive("GET", "query", knobs)
        traffic.leave()
        return admitted

    assert [come() for _ in range(5)] == [True, True, False, False, False]
    clock.offset_s += 60
    assert [come() for _ in range(3)] == [True, True, False]


def test_refreshes_at_the_same_time_are_seen(sim: httpx.Client, tokens: dict[str, str]) -> None:
    sim.put("/_sim/faults/quickbooks", json=ROUGH)
    form = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}

    async def storm() -> list[httpx.Response]:
        async with httpx.AsyncClient(base_url=sim.base_url, auth=("app", "secret")) as client:
            return list(await asyncio.gather(*(client.post("/oauth2/v1/tokens/bearer", data=form) for _ in range(5))))

    answers = asyncio.run(storm())
    assert sorted(answer.status_code for answer in answers) == [200, 400, 400, 400, 400]
    assert sim.post("/oauth2/v1/tokens/bearer", data=form, auth=("app", "secret")).status_code == 400
    seen = sim.get("/_sim/quickbooks/traffic").json()["tokens"]
    assert seen == {"refreshes": 1, "refreshes_refused": 5, "most_refreshes_at_once": 5}
