"""The simulated listing sites: what they take, refuse, show and can be made to do."""

from typing import Any

import httpx
import pytest

VIN = "1HGCM82633A004352"
ADDRESS = {
    "cargurus": f"/cargurus/v1/listings/{VIN}",
    "truecar": f"/truecar/v1/dealers/D42/inventory/{VIN}",
    "kbb": f"/kbb/v1/dealers/K7/vehicles/{VIN}",
}
LISTING: dict[str, dict[str, Any]] = {
    "cargurus": {
        "vin": VIN,
        "year": 2003,
        "make": "Honda",
        "model": "Accord",
        "price": 6995.5,
        "photoUrls": ["https://a.test/1.jpg"],
    },
    "truecar": {
        "vin": VIN,
        "year": 2003,
        "make": "Honda",
        "model": "Accord",
        "list_price": 6995.5,
        "photos": [{"url": "https://a.test/1.jpg", "position": 0}],
    },
    "kbb": {
        "VIN": VIN,
        "ModelYear": 2003,
        "Make": "Honda",
        "Model": "Accord",
        "ListPrice": 6995.5,
        "Photos": ["https://a.test/1.jpg"],
    },
}
SITES = pytest.mark.parametrize("site", list(ADDRESS))


def put(sim: httpx.Client, site: str, **changed: Any) -> httpx.Response:
    listing = {name: value for name, value in {**LISTING[site], **changed}.items() if value is not ...}
    return sim.put(ADDRESS[site], json=listing)


def shown(sim: httpx.Client, site: str) -> dict[str, Any]:
    listings: dict[str, Any] = sim.get(f"/_sim/{site}/listings").json()["listings"]
    return listings


@SITES
def test_put_read_and_remove(sim: httpx.Client, site: str) -> None:
    assert sim.get(ADDRESS[site]).status_code == 404
    first, again = put(sim, site), put(sim, site)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json() == {"id": f"{site}-000001"}
    assert sim.get(ADDRESS[site]).json() == {"id": f"{site}-000001", **LISTING[site]}
    assert sim.delete(ADDRESS[site]).status_code == 204
    assert sim.delete(ADDRESS[site]).status_code == 404
    assert shown(sim, site) == {}
    history = sim.get(f"/_sim/{site}/history").json()["history"]
    assert [(change["what"], change["price"]) for change in history] == [("put", 6995.5), ("put", 6995.5), ("removed", None)]


@SITES
def test_every_needed_field_is_needed_and_no_other_is_known(sim: httpx.Client, site: str) -> None:
    for name in LISTING[site]:
        answer = put(sim, site, **{name: ...})
        assert (answer.status_code, answer.json()["error"]["field"]) == (422, name)
    answer = put(sim, site, cost=1)
    assert (answer.status_code, answer.json()["error"]["field"]) == (422, "cost")
    assert shown(sim, site) == {}


@pytest.mark.parametrize(
    "photos", [[], ["/photos/1"], ["ftp://a.test/1"], ["https://a.test/a b"], ["https://a.test/1.jpg"] * 61, "https://a.test/1"]
)
def test_photos_are_whole_addresses(sim: httpx.Client, photos: Any) -> None:
    assert put(sim, "cargurus", photoUrls=photos).status_code == 422


@pytest.mark.parametrize("price", [0, -1, "6995", None])
def test_a_price_is_a_number_above_nothing(sim: httpx.Client, price: Any) -> None:
    assert put(sim, "kbb", ListPrice=price).status_code == 422


def test_a_vin_must_be_that_of_the_address(sim: httpx.Client) -> None:
    assert put(sim, "cargurus", vin="5YJSA1DG0DF000001").json()["error"]["code"] == "vin_mismatch"


def test_a_wrong_or_missing_key_is_401(sim: httpx.Client) -> None:
    assert sim.put(ADDRESS["cargurus"], json=LISTING["cargurus"], headers={"Authorization": ""}).status_code == 401
    sim.put("/_sim/cargurus/knobs", json={"key": "right"})
    assert put(sim, "cargurus").status_code == 401
    assert sim.get(ADDRESS["cargurus"], headers={"Authorization": "Bearer right"}).status_code == 404
    sim.put("/_sim/kbb/knobs", json={"key": "right"})
    assert put(sim, "kbb").status_code == 401
    assert sim.get(ADDRESS["kbb"], headers={"X-Api-Key": "right"}).status_code == 404


def test_knobs_of_refusal(sim: httpx.Client) -> None:
    put(sim, "kbb")
    knobs = {"refuse": {VIN: "Not today"}, "refuse_removal": [VIN]}
    assert sim.put("/_sim/kbb/knobs", json=knobs).json()["knobs"]["refuse"] == {VIN: "Not today"}
    assert put(sim, "kbb").json()["error"] == {"code": "refused", "message": "Not today"}
    assert sim.delete(ADDRESS["kbb"]).status_code == 422
    sim.put("/_sim/kbb/knobs", json={"keep_removed": [VIN]})
    assert sim.delete(ADDRESS["kbb"]).status_code == 204
    assert VIN in shown(sim, "kbb")
    sim.put("/_sim/kbb/knobs", json={"show_removed_s": 30})
    assert sim.delete(ADDRESS["kbb"]).status_code == 204
    assert sim.get(ADDRESS["kbb"]).status_code == 200
    assert shown(sim, "kbb") == {}
    assert sim.put("/_sim/kbb/knobs", json={"unheard_of": 1}).status_code == 422
    assert set(sim.get("/_sim/kbb/knobs").json()["meanings"]) >= {"refuse", "fetch_photos"}


def test_photos_are_fetched_when_asked_for(sim: httpx.Client) -> None:
    sim.put("/_sim/cargurus/knobs", json={"fetch_photos": True})
    answer = put(sim, "cargurus", photoUrls=[f"{sim.base_url}/_sim"])
    assert answer.json()["error"]["code"] == "photo_unreachable"


def test_what_happens_behind_carlots_back(sim: httpx.Client) -> None:
    put(sim, "truecar")
    assert sim.put(f"/_sim/truecar/listings/{VIN}", json={"list_price": 1}).json()["list_price"] == 1
    assert sim.get(ADDRESS["truecar"]).json()["list_price"] == 1
    assert sim.delete(f"/_sim/truecar/listings/{VIN}").status_code == 204
    assert sim.delete(f"/_sim/truecar/listings/{VIN}").status_code == 404
    assert sim.get(ADDRESS["truecar"]).status_code == 404


def test_faults_and_ledger_are_a_sites_own(sim: httpx.Client) -> None:
    sim.put("/_sim/faults/kbb", json={"outage": True})
    assert (put(sim, "kbb").status_code, put(sim, "cargurus").status_code) == (503, 201)
    heard = sim.get("/_sim/ledger", params={"partner": "kbb"}).json()["entries"]
    assert [(entry["method"], entry["path"], entry["status"], entry["fault"]) for entry in heard] == [
        ("PUT", ADDRESS["kbb"], 503, "outage")
    ]


def test_one_car_can_be_forbidden_while_the_others_are_taken(sim: httpx.Client) -> None:
    words = {"error": {"code": "forbidden", "message": "Locked by another dealer"}}
    rule = {"fault": "status", "status": 403, "body": words, "path": f"*/{VIN}", "times": 1000}
    sim.put("/_sim/faults/kbb", json={"script": [rule]})
    for _ in range(3):
        answer = put(sim, "kbb")
        assert (answer.status_code, answer.json()) == (403, words)
        assert sim.get(ADDRESS["kbb"].replace(VIN, "2HGCM82633A004353")).status_code == 404
    assert (put(sim, "cargurus").status_code, shown(sim, "kbb")) == (201, {})


def test_a_lost_answer_did_its_work(sim: httpx.Client) -> None:
    sim.put("/_sim/faults/cargurus", json={"lost_answer_rate": 1})
    with pytest.raises(httpx.HTTPError):
        put(sim, "cargurus")
    assert VIN in shown(sim, "cargurus")


def test_reset_empties_a_site(sim: httpx.Client) -> None:
    put(sim, "kbb")
    sim.post("/_sim/reset")
    assert shown(sim, "kbb") == {}
    assert sim.get("/_sim/kbb/history").json()["history"] == []
