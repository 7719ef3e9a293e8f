"""The fault knobs that all partners share, struck on QuickBooks and answered in its words."""

from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree as ET

import httpx
import pytest

FAULTS = "/_sim/faults/quickbooks"
Builder = Callable[..., dict[str, Any]]


def count(sim: httpx.Client) -> int:
    return int(sim.get("/_sim/quickbooks/documents").json()["count"])


def script(sim: httpx.Client, **rule: Any) -> None:
    assert sim.put(FAULTS, json={"script": [rule]}).status_code == 200


@pytest.mark.parametrize("fault", ["lost_answer", "truncate", "empty", "xml"])
def test_done_but_not_told(sim: httpx.Client, company: httpx.Client, invoice: Builder, fault: str) -> None:
    script(sim, fault=fault, path="/v3/*")
    told: Any = None
    try:
        answer = company.post("invoice", params={"requestid": "r1"}, json=invoice())
        assert answer.status_code == 200
        told = answer.json()
    except (httpx.TransportError, ValueError):
        pass
    assert told is None
    assert count(sim) == 1
    again = company.post("invoice", params={"requestid": "r1"}, json=invoice())
    assert again.json()["Invoice"]["DocNumber"] == "S-1"
    assert count(sim) == 1


@pytest.mark.parametrize("fault", ["error_body", "html", "status"])
@pytest.mark.parametrize("after_work", [False, True])
def test_an_error_before_or_after_the_work(
    sim: httpx.Client, company: httpx.Client, invoice: Builder, fault: str, after_work: bool
) -> None:
    script(sim, fault=fault, after_work=after_work)
    answer = company.post("invoice", json=invoice())
    assert answer.status_code == (500 if fault == "status" else 200)
    assert "Invoice" not in answer.text
    assert count(sim) == int(after_work)


def test_an_empty_body_and_xml(sim: httpx.Client, company: httpx.Client, invoice: Builder) -> None:
    script(sim, fault="empty")
    answer = company.get("companyinfo/1")
    assert (answer.status_code, answer.content) == (200, b"")
    script(sim, fault="xml")
    answer = company.post("invoice", json=invoice())
    assert answer.headers["Content-Type"].startswith("application/xml")
    root = ET.fromstring(answer.text)
    name = "{http://schema.intuit.com/finance/v3}"
    assert root.find(f"{name}Invoice/{name}DocNumber").text == "S-1"  # type: ignore[union-attr]
    script(sim, fault="xml")
    fault = ET.fromstring(company.get("invoice/999").text).find(f"{name}Fault/{name}Error")
    assert fault is not None
    assert fault.attrib == {"code": "610", "element": ""}


def test_errors_in_its_own_words(sim: httpx.Client, company: httpx.Client) -> None:
    script(sim, fault="error_body")
    answer = company.get("companyinfo/1")
    assert answer.status_code == 200
    assert answer.json()["Fault"]["type"] == "SystemFault"
    script(sim, fault="rate_limit")
    limited = company.get("companyinfo/1")
    assert (limited.status_code, limited.headers["Retry-After"]) == (429, "60")
    assert limited.json()["fault"]["error"][0]["code"] == "3001"
    script(sim, fault="rate_limit", retry_after_s=2)
    assert company.get("companyinfo/1").headers["Retry-After"] == "2"
    script(sim, fault="status", status=401)
    assert company.get("companyinfo/1").json()["fault"]["type"] == "AUTHENTICATION"
    script(sim, fault="status", status=502, retry_after_s=7)
    broken = company.get("companyinfo/1")
    assert (broken.status_code, broken.headers["Retry-After"]) == (502, "7")
    assert broken.json()["fault"]["type"] == "SERVICE"
    script(sim, fault="status", status=400, body={"Fault": {"Error": [], "type": "ValidationFault"}})
    assert company.get("companyinfo/1").json() == {"Fault": {"Error": [], "type": "ValidationFault"}}
    sim.put(FAULTS, json={"outage": True})
    assert company.get("companyinfo/1").json()["fault"]["error"][0]["message"].endswith("statusCode=503")
    assert sim.post("/oauth2/v1/tokens/bearer").status_code == 503


def test_rates_can_be_kept_to_some_paths(sim: httpx.Client, company: httpx.Client, tokens: dict[str, str]) -> None:
    sim.put(FAULTS, json={"error_rate": 1, "rates_path": "/v3/*/invoice*"})
    assert company.get("companyinfo/1").status_code == 200
    assert company.get("invoice/1").status_code in (500, 502, 503)
    form = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    assert sim.post("/oauth2/v1/tokens/bearer", data=form, auth=("app", "x")).status_code == 200


def test_a_lost_answer_of_a_refresh_breaks_the_connection_when_rotation_is_strict(
    sim: httpx.Client, tokens: dict[str, str]
) -> None:
    form = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    for rotation, status in (("graceful", 200), ("strict", 400)):
        sim.put("/_sim/quickbooks/knobs", json={"rotation": rotation})
        script(sim, fault="lost_answer", path="/oauth2/*")
        with pytest.raises(httpx.TransportError):
            sim.post("/oauth2/v1/tokens/bearer", data=form, auth=("app", "x"))
        assert sim.post("/oauth2/v1/tokens/bearer", data=form, auth=("app", "x")).status_code == status


def test_what_was_struck_is_in_the_ledger_with_its_requestid(sim: httpx.Client, company: httpx.Client, invoice: Builder) -> None:
    script(sim, fault="lost_answer")
    with pytest.raises(httpx.TransportError):
        company.post("invoice", params={"requestid": "r1"}, json=invoice())
    company.post("invoice", params={"requestid": "r1"}, json=invoice())
    entries = sim.get("/_sim/ledger?partner=quickbooks&path=/v3/*").json()["entries"]
    assert [(each["fault"], each["status"], each["query"]) for each in entries] == [
        ("lost_answer", None, {"requestid": "r1"}),
        (None, 200, {"requestid": "r1"}),
    ]
    assert entries[0]["body"]["DocNumber"] == "S-1"


def test_the_other_partners_know_the_new_faults(sim: httpx.Client) -> None:
    sim.put("/_sim/faults/wayne-reeves", json={"script": [{"fault": "empty"}, {"fault": "xml"}, {"fault": "rate_limit"}]})
    assert sim.get("/inventory").content == b""
    assert sim.get("/inventory").headers["Content-Type"].startswith("application/xml")
    assert sim.get("/inventory").json()["error"]["code"] == "rate_limited"
