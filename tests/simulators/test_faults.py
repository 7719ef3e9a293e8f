"""Each kind of fault, the script, and that a seed replays."""

import time
from typing import Any

import httpx
import pytest

FAULTS = "/_sim/faults/wayne-reeves"


def set_faults(sim: httpx.Client, **knobs: Any) -> None:
    answer = sim.put(FAULTS, json=knobs)
    assert answer.status_code == 200, answer.text


def script(sim: httpx.Client, *rules: dict[str, Any]) -> None:
    set_faults(sim, script=list(rules))


def outcome(sim: httpx.Client) -> str:
    """What a client sees of one request: the status, or the name of the failure."""
    try:
        answer = sim.get("/inventory?limit=2")
        answer.json()
        return str(answer.status_code)
    except (httpx.HTTPError, ValueError) as error:
        return type(error).__name__


def sell_first(sim: httpx.Client) -> httpx.Response:
    vehicle = sim.get("/_sim/wayne-reeves/inventory").json()["vehicles"][0]
    body = {"stock_number": vehicle["stock_number"], "vin": vehicle["vin"], "sale_price": 1, "sale_date": "2026-11-20"}
    return sim.post("/sales", json=body, headers={"Idempotency-Key": "k"})


def sales(sim: httpx.Client) -> int:
    return len(sim.get("/_sim/wayne-reeves/sales").json()["sales"])


def test_an_error_rate_of_one_fails_every_request(sim: httpx.Client) -> None:
    set_faults(sim, error_rate=1, error_statuses=[500, 504])
    assert {outcome(sim) for _ in range(20)} == {"500", "504"}


def test_rate_limit_tells_when_to_come_back(sim: httpx.Client) -> None:
    set_faults(sim, rate_limit_rate=1, retry_after_s=3)
    answer = sim.get("/inventory")
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "3")


def test_an_outage_refuses_until_it_is_cleared(sim: httpx.Client) -> None:
    set_faults(sim, outage=True)
    assert outcome(sim) == "503"
    set_faults(sim, outage="refuse")
    assert outcome(sim) in ("ReadError", "RemoteProtocolError")
    assert sim.delete(FAULTS).status_code == 204
    assert outcome(sim) == "200"


def test_truncated_with_a_length_that_lies(sim: httpx.Client) -> None:
    set_faults(sim, truncate_rate=1, truncate_mode="length")
    with pytest.raises(httpx.RemoteProtocolError, match="complete message body"):
        sim.get("/inventory")


def test_truncated_json_with_the_right_length(sim: httpx.Client) -> None:
    set_faults(sim, truncate_rate=1, truncate_mode="json")
    answer = sim.get("/inventory")
    assert answer.status_code == 200
    assert len(answer.content) == int(answer.headers["Content-Length"])
    with pytest.raises(ValueError, match=r"."):
        answer.json()


def test_reset_does_no_work_and_lost_answer_does(sim: httpx.Client) -> None:
    set_faults(sim, reset_rate=1)
    with pytest.raises(httpx.TransportError):
        sell_first(sim)
    assert sales(sim) == 0
    set_faults(sim, lost_answer_rate=1)
    with pytest.raises(httpx.TransportError):
        sell_first(sim)
    assert sales(sim) == 1
    set_faults(sim)
    assert sell_first(sim).status_code == 201
    assert sales(sim) == 1


def test_error_body_and_html_are_200_without_work(sim: httpx.Client) -> None:
    set_faults(sim, error_body_rate=1)
    answer = sell_first(sim)
    assert answer.status_code == 200
    assert "error" in answer.json()
    set_faults(sim, html_rate=1)
    answer = sell_first(sim)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/html")
    assert sales(sim) == 0


@pytest.mark.parametrize(("before_work", "sales_after"), [(False, 1), (True, 0)])
def test_a_stalled_sale_is_still_recorded_once(sim: httpx.Client, before_work: bool, sales_after: int) -> None:
    set_faults(sim, stall_rate=1, stall_s=0.6, stall_before_work=before_work)
    sim.timeout = httpx.Timeout(0.3)
    with pytest.raises(httpx.ReadTimeout):
        sell_first(sim)
    sim.timeout = httpx.Timeout(10)
    assert sales(sim) == sales_after
    time.sleep(0.6)
    assert sales(sim) == 1


def test_a_script_strikes_the_requests_it_names(sim: httpx.Client) -> None:
    script(
        sim,
        {"method": "GET", "path": "/inventory", "nth": 2, "fault": "status", "status": 500},
        {"method": "GET", "path": "/inv*", "nth": 3, "times": 2, "fault": "rate_limit", "retry_after_s": 9},
        {"method": "POST", "fault": "outage"},
    )
    assert [outcome(sim) for _ in range(6)] == ["200", "500", "200", "429", "429", "200"]
    assert sell_first(sim).status_code == 503
    assert sell_first(sim).status_code == 201
    struck = sim.get(FAULTS).json()["struck"]
    assert struck == {"status": 1, "rate_limit": 2, "outage": 1}


def test_rules_that_match_the_same_requests_take_turns(sim: httpx.Client) -> None:
    script(
        sim,
        {"fault": "status", "status": 502},
        {"fault": "html"},
        {"fault": "none"},
        {"fault": "error_body", "body": {"x": 1}},
    )
    assert [outcome(sim) for _ in range(3)] == ["502", "JSONDecodeError", "200"]
    assert sim.get("/inventory").json() == {"x": 1}


def test_a_rule_can_ask_for_the_query_and_the_body(sim: httpx.Client) -> None:
    script(
        sim,
        {"query": "^limit=[3-9]$", "fault": "status", "status": 501},
        {"method": "POST", "body_has": "sale_price", "body_lacks": "customer", "fault": "status", "status": 502, "times": 9},
    )
    assert sim.get("/inventory?limit=2").status_code == 200
    assert sim.get("/inventory?limit=%33").status_code == 501
    assert sell_first(sim).status_code == 502
    assert sim.post("/sales", json={"sale_price": 1, "customer": {}}).status_code != 502
    assert sim.post("/sales", json={}).status_code != 502


def test_an_error_in_words_of_its_own(sim: httpx.Client) -> None:
    script(sim, {"fault": "status", "status": 403, "text": "<Fault/>", "content_type": "text/xml", "retry_after_s": 4})
    answer = sim.get("/inventory")
    assert (answer.status_code, answer.text, answer.headers["Retry-After"]) == (403, "<Fault/>", "4")
    assert answer.headers["Content-Type"].startswith("text/xml")


def test_an_altered_response_comes_after_the_work(sim: httpx.Client) -> None:
    script(sim, {"method": "POST", "fault": "altered", "replace": {'"sale_id":"[^"]+"': '"sale_id":"none"'}})
    answer = sell_first(sim)
    assert (answer.status_code, answer.json()) == (201, {"sale_id": "none"})
    assert sales(sim) == 1


def test_an_error_after_the_work(sim: httpx.Client) -> None:
    script(sim, {"method": "POST", "fault": "status", "status": 500, "after_work": True})
    assert sell_first(sim).status_code == 500
    assert sales(sim) == 1


def test_a_seed_replays(sim: httpx.Client) -> None:
    knobs = {"error_rate": 0.2, "rate_limit_rate": 0.2, "truncate_rate": 0.2, "reset_rate": 0.1, "html_rate": 0.1}
    runs = []
    for seed in (5, 5, 6):
        set_faults(sim, seed=seed, **knobs)
        runs.append([outcome(sim) for _ in range(60)])
    assert runs[0] == runs[1] != runs[2]
    assert 5 <= runs[0].count("200") <= 30


def test_drawn_by_request_the_order_plays_no_part(sim: httpx.Client) -> None:
    knobs = {"seed": 5, "by_request": True, "error_rate": 0.5}
    limits = [*range(1, 21), *range(1, 21)]

    def statuses(order: list[int]) -> dict[int, list[int]]:
        set_faults(sim, **knobs)
        met: dict[int, list[int]] = {}
        for limit in order:
            met.setdefault(limit, []).append(sim.get(f"/inventory?limit={limit}").status_code)
        return {limit: [status == 200 for status in found] for limit, found in met.items()}

    forwards = statuses(limits)
    assert forwards == statuses(limits[::-1])
    times = [good for found in forwards.values() for good in found]
    assert 8 <= times.count(True) <= 32
    assert any(first != second for first, second in forwards.values()), "the same request again has a draw of its own"


def test_without_a_seed_the_process_seed_replays_after_reset(sim: httpx.Client) -> None:
    runs = []
    for _ in range(2):
        sim.post("/_sim/reset")
        set_faults(sim, error_rate=0.5)
        runs.append([outcome(sim) for _ in range(30)])
    assert runs[0] == runs[1]
    assert len(set(runs[0])) > 1


def test_partners_fail_each_for_itself(sim: httpx.Client) -> None:
    set_faults(sim, outage=True)
    assert sim.post("/alerts", json={"text": "hello"}).status_code == 200


@pytest.mark.parametrize(
    "knobs",
    [
        {"error_rate": 2},
        {"error_rate": 0.6, "html_rate": 0.6},
        {"typo": 1},
        {"script": [{"fault": "no"}]},
        {"script": [{"fault": "reset", "query": "("}]},
        {"script": [{"fault": "altered", "replace": {"(": ""}}]},
    ],
)
def test_bad_knobs_are_refused(sim: httpx.Client, knobs: dict[str, Any]) -> None:
    assert sim.put(FAULTS, json=knobs).status_code == 422
    assert sim.get("/_sim/faults/nobody").status_code == 404
