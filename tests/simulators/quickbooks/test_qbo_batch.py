"""Batches, and requestids with and without them."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

Builder = Callable[..., dict[str, Any]]
CodeOf = Callable[[httpx.Response], str]


def item(name: str, kind: str, body: dict[str, Any], operation: str = "create", **more: Any) -> dict[str, Any]:
    return {"bId": name, "operation": operation, kind: body, **more}


def run(company: httpx.Client, *items: dict[str, Any], request_id: str | None = None) -> list[dict[str, Any]]:
    params = {} if request_id is None else {"requestid": request_id}
    answer = company.post("batch", json={"BatchItemRequest": list(items)}, params=params)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["BatchItemResponse"])


def code_of(answer: dict[str, Any]) -> str:
    return str(answer["Fault"]["Error"][0]["code"])


def count(sim: httpx.Client, kind: str = "Invoice") -> int:
    return int(sim.get(f"/_sim/quickbooks/documents?kind={kind}").json()["count"])


def test_each_item_is_answered_on_its_own(company: httpx.Client, invoice: Builder, purchase: Builder) -> None:
    answers = run(
        company,
        item("a", "Invoice", invoice("S-1")),
        item("b", "Invoice", invoice("S-1")),
        item("c", "Purchase", purchase()),
        item("d", "Vendor", {"DisplayName": "Walk-in Customer"}),
        {"bId": "e", "Query": "select * from Customer where DisplayName = 'Dana O\\'Neill'"},
        item("f", "Invoice", {"Id": "999", "SyncToken": "0"}, "delete"),
        item("g", "Shoe", {}),
        {"bId": "h", "operation": "create"},
        item("i", "Invoice", invoice("S-9"), "explode"),
        {"bId": "j", "Invoice": invoice("S-9")},
        {"bId": "k", "Query": "select nothing"},
        {"bId": "l", "Query": "select * from Item", "operation": "create"},
        {**item("m", "Invoice", invoice("S-9")), "requestid": "own"},
    )
    assert [each["bId"] for each in answers] == list("abcdefghijklm")
    assert answers[0]["Invoice"]["DocNumber"] == "S-1"
    assert answers[2]["Purchase"]["TotalAmt"] == 99.5
    assert answers[4]["QueryResponse"]["Customer"][0]["Id"] == "2"
    codes = {each["bId"]: code_of(each) for each in answers if "Fault" in each}
    named = "b=6140 d=6240 f=610 g=2010 h=2010 i=500 j=2020 k=4000 l=2010 m=2010"
    assert codes == dict(each.split("=") for each in named.split())


def test_update_void_and_delete_in_a_batch(company: httpx.Client, sim: httpx.Client, invoice: Builder) -> None:
    first, second, third = (
        answer["Invoice"] for answer in run(company, *(item(f"{n}", "Invoice", invoice(f"S-{n}")) for n in range(3)))
    )
    answers = run(
        company,
        item("a", "Invoice", {"Id": first["Id"], "SyncToken": "0", "sparse": True, "PrivateNote": "x"}, "update"),
        item("b", "Invoice", {"Id": second["Id"], "SyncToken": "0"}, "update", optionsData="void"),
        item("c", "Invoice", {"Id": third["Id"], "SyncToken": "0"}, "delete"),
        item("d", "Invoice", invoice("S-0"), optionsData="allowduplicatedocnum"),
    )
    assert answers[0]["Invoice"]["PrivateNote"] == "x"
    assert answers[1]["Invoice"]["TotalAmt"] == 0
    assert answers[2]["Invoice"]["status"] == "Deleted"
    states = [each["state"] for each in sim.get("/_sim/quickbooks/documents").json()["documents"]]
    assert states == ["standing", "voided", "deleted", "standing"]


def test_batches_that_are_refused_as_a_whole(company: httpx.Client, sim: httpx.Client, invoice: Builder, refused: CodeOf) -> None:
    def send(items: Any, request_id: str = "") -> str:
        return refused(company.post("batch", json={"BatchItemRequest": items}, params={"requestid": request_id}))

    good = [item(str(n), "Invoice", invoice(f"S-{n}")) for n in range(31)]
    assert send(good) == "1040"
    assert send([]) == "2020"
    assert send([{"operation": "create"}]) == "2020"
    assert send([good[0], good[0]]) == "2010"
    assert send(good[:1], "r" * 37) == "2130"
    assert send([{**good[0], "bId": "b" * 11}], "r") == "2050"
    assert count(sim) == 0
    assert len(run(company, *good[:30], request_id="r" * 36)) == 30
    assert count(sim) == 30


def test_a_requestid_answers_once(company: httpx.Client, sim: httpx.Client, invoice: Builder, refused: CodeOf) -> None:
    params = {"requestid": "r1"}
    assert refused(company.post("invoice", params=params, json=invoice(amount=1) | {"CustomerRef": {"value": "999"}})) == "2500"
    first = company.post("invoice", params=params, json=invoice("S-1")).json()["Invoice"]
    assert company.post("invoice", params=params, json=invoice("S-1")).json()["Invoice"] == first
    assert company.post("invoice", params=params, json=invoice("S-2", 5)).json()["Invoice"] == first
    assert count(sim) == 1
    assert sim.get("/_sim/quickbooks/documents").json()["documents"][0]["request_ids"] == ["r1"]
    assert refused(company.post("invoice", params={"requestid": "r" * 51}, json=invoice("S-2"))) == "2130"
    assert company.post("invoice", params={"requestid": "r" * 50}, json=invoice("S-2")).status_code == 200


@pytest.mark.parametrize(("numbers", "documents"), [("6140", 1), ("allowed", 2)])
def test_a_requestid_that_is_ignored(
    company: httpx.Client, sim: httpx.Client, invoice: Builder, numbers: str, documents: int
) -> None:
    sim.put("/_sim/quickbooks/knobs", json={"requestid": "ignored", "duplicate_document": numbers})
    for _ in range(2):
        company.post("invoice", params={"requestid": "r1"}, json=invoice("S-1"))
    assert count(sim) == documents


def test_an_item_is_known_by_the_requestid_of_its_batch_and_its_own_name(
    company: httpx.Client, sim: httpx.Client, invoice: Builder
) -> None:
    sim.patch("/_sim/quickbooks/knobs", json={"duplicate_document": "allowed"})
    first = run(company, item("a", "Invoice", invoice("S-1")), item("b", "Invoice", {"Line": []}), request_id="r1")
    assert code_of(first[1]) == "2020"
    again = run(company, item("b", "Invoice", invoice("S-2")), item("a", "Invoice", invoice("S-1")), request_id="r1")
    assert again[1] == first[0]
    assert again[0]["Invoice"]["DocNumber"] == "S-2"
    assert count(sim) == 2
    run(company, item("a", "Invoice", invoice("S-1")), request_id="r2")
    run(company, item("a", "Invoice", invoice("S-1")))
    assert count(sim) == 4


def test_items_that_fail_by_themselves_are_not_done(company: httpx.Client, sim: httpx.Client, invoice: Builder) -> None:
    sim.patch("/_sim/quickbooks/knobs", json={"batch_item_fault_rate": 0.5})
    items = [item(str(number), "Invoice", invoice(f"S-{number}")) for number in range(30)]
    answers = run(company, *items, request_id="r1")
    failed = [each for each in answers if "Fault" in each]
    assert {code_of(each) for each in failed} == {"10000"}
    assert 5 < len(failed) < 25
    assert count(sim) == 30 - len(failed)
    sim.patch("/_sim/quickbooks/knobs", json={"batch_item_fault_rate": 0})
    assert all("Invoice" in each for each in run(company, *items, request_id="r1"))
    assert count(sim) == 30
