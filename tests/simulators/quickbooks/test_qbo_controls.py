"""The ledger, what the bookkeeper does, and what is put into the books for a test."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

Builder = Callable[..., dict[str, Any]]


@pytest.fixture
def sold(company: httpx.Client, invoice: Builder) -> dict[str, Any]:
    """An invoice of 1,000.00."""
    params = {"requestid": "r1"}
    answer = company.post("invoice", params=params, json=invoice(amount=1000, PrivateNote="VIN 1HGCM82633A004352"))
    return dict(answer.json()["Invoice"])


def documents(sim: httpx.Client, query: str = "") -> list[dict[str, Any]]:
    return list(sim.get(f"/_sim/quickbooks/documents{query}").json()["documents"])


def change(sim: httpx.Client, action: str, **more: Any) -> httpx.Response:
    return sim.post("/_sim/quickbooks/change", json={"action": action, "kind": "Invoice", "doc_number": "S-1", **more})


def test_a_line_of_the_ledger(sim: httpx.Client, company: httpx.Client, sold: dict[str, Any], purchase: Builder) -> None:
    company.post("purchase", json=purchase())
    sale, expense = documents(sim)
    assert sale == {
        "realm": "9341453172604218",
        "kind": "Invoice",
        "id": sold["Id"],
        "doc_number": "S-1",
        "date": "2026-11-20",
        "state": "standing",
        "total_cents": 100_000,
        "balance_cents": 100_000,
        "party": "Walk-in Customer",
        "paid_from": None,
        "note": "VIN 1HGCM82633A004352",
        "lines": [{"amount_cents": 100_000, "description": "2003 Honda", "on": "Vehicle Sale"}],
        "applied_cents": None,
        "sync_token": "0",
        "request_ids": ["r1"],
    }
    assert (expense["kind"], expense["total_cents"], expense["paid_from"]) == ("Purchase", 9950, "Checking")
    assert expense["lines"][0]["on"] == "Vehicle Service Expense"
    assert expense["balance_cents"] is None
    assert len(documents(sim, "?kind=purchase")) == 1
    assert documents(sim, "?realm=9341453172604975") == []
    assert sim.get("/_sim/quickbooks/documents?realm=1").status_code == 404


def test_payments_part_and_whole(sim: httpx.Client, sold: dict[str, Any]) -> None:
    part = sim.post("/_sim/quickbooks/pay", json={"doc_number": "S-1", "amount_cents": 12_345, "date": "2026-11-21"}).json()
    assert (part["kind"], part["total_cents"], part["date"]) == ("Payment", 12_345, "2026-11-21")
    assert part["applied_cents"] == {sold["Id"]: 12_345}
    assert documents(sim, "?kind=Invoice")[0]["balance_cents"] == 87_655
    assert sim.post("/_sim/quickbooks/pay", json={"invoice": sold["Id"]}).json()["total_cents"] == 87_655
    assert documents(sim, "?kind=Invoice")[0]["balance_cents"] == 0
    assert sim.post("/_sim/quickbooks/pay", json={"invoice": sold["Id"], "amount_cents": 1}).status_code == 422
    assert sim.post("/_sim/quickbooks/pay", json={"invoice": "999"}).status_code == 404
    assert sim.post("/_sim/quickbooks/pay", json={"invoice": sold["Id"], "amount_cents": 0}).status_code == 422


def test_a_payment_taken_back(sim: httpx.Client, sold: dict[str, Any]) -> None:
    for action in ("void", "delete"):
        paid = sim.post("/_sim/quickbooks/pay", json={"invoice": sold["Id"]}).json()
        assert documents(sim, "?kind=Invoice")[0]["balance_cents"] == 0
        body = {"action": action, "kind": "Payment", "id": paid["id"]}
        assert sim.post("/_sim/quickbooks/change", json=body).status_code == 200
        assert documents(sim, "?kind=Invoice")[0]["balance_cents"] == 100_000
    assert [each["state"] for each in documents(sim, "?kind=Payment")] == ["voided", "deleted"]


def test_a_control_edits_a_document_in_the_books(
    sim: httpx.Client, company: httpx.Client, sold: dict[str, Any], purchase: Builder
) -> None:
    edited = change(sim, "edit", amount_cents=99_901, set={"DocNumber": "B-7", "PrivateNote": "haggled"}).json()
    assert (edited["total_cents"], edited["doc_number"], edited["note"]) == (99_901, "B-7", "haggled")
    assert edited["sync_token"] == "1"
    assert change(sim, "edit", amount_cents=1).status_code == 404
    assert change(sim, "edit", doc_number="B-7").status_code == 422
    assert change(sim, "edit", doc_number="B-7", set={"Shoe": 9}).status_code == 422
    for number in ("E-1", "E-2"):
        company.post("purchase", json=purchase(number))
    taken = {"action": "edit", "kind": "Purchase", "doc_number": "E-2", "set": {"DocNumber": "E-1"}}
    assert sim.post("/_sim/quickbooks/change", json=taken).json()["doc_number"] == "E-1"
    expense = {"action": "edit", "kind": "Purchase", "doc_number": "E-1", "amount_cents": 10_001}
    assert sim.post("/_sim/quickbooks/change", json=expense).json()["lines"][0]["amount_cents"] == 10_001
    paid = sim.post("/_sim/quickbooks/pay", json={"doc_number": "B-7", "amount_cents": 100}).json()
    more = {"action": "edit", "kind": "Payment", "id": paid["id"], "amount_cents": 150}
    assert sim.post("/_sim/quickbooks/change", json=more).json()["total_cents"] == 150


def test_void_and_delete_from_their_side_pass_all_rules(
    sim: httpx.Client, company: httpx.Client, sold: dict[str, Any], purchase: Builder
) -> None:
    sim.post("/_sim/quickbooks/pay", json={"invoice": sold["Id"]})
    company.post("purchase", json=purchase())
    sim.patch("/_sim/quickbooks/knobs", json={"books_closed_until": "2099-01-01", "subscription_ended": True})
    assert change(sim, "void").json()["state"] == "voided"
    assert change(sim, "delete").json()["state"] == "deleted"
    expense = {"kind": "Purchase", "doc_number": "E-1"}
    assert sim.post("/_sim/quickbooks/change", json={"action": "void", **expense}).json()["total_cents"] == 0
    assert company.get(f"invoice/{sold['Id']}").json()["Fault"]["Error"][0]["code"] == "610"


def test_a_control_seeds_accounts_items_vendors_and_employees(sim: httpx.Client, company: httpx.Client) -> None:
    seed = {
        "accounts": [{"Name": "Recon", "AccountType": "Expense"}, {"Name": "Fees", "AccountType": "Income"}],
        "items": [{"Name": "Gap cover", "income": "Fees"}],
        "vendors": [{"DisplayName": "Glass Co"}],
        "employees": [{"DisplayName": "Sam"}],
    }
    made = sim.post("/_sim/quickbooks/seed", json=seed).json()
    assert {kind: len(numbers) for kind, numbers in made.items()} == {
        "accounts": 2,
        "items": 1,
        "customers": 0,
        "vendors": 1,
        "employees": 1,
        "classes": 0,
        "departments": 0,
    }
    item = company.get(f"item/{made['items'][0]}").json()["Item"]
    assert item["IncomeAccountRef"]["name"] == "Fees"
    taken = sim.post("/_sim/quickbooks/seed", json={"customers": [{"DisplayName": "Glass Co"}]})
    assert (taken.status_code, taken.json()["error"]["code"]) == (422, "6240")
    assert sim.post("/_sim/quickbooks/seed", json={"shoes": []}).status_code == 422
    assert sim.get("/_sim/quickbooks/objects/shoe").status_code == 404
    elsewhere = sim.post("/_sim/quickbooks/seed", json={"realm": "9341453172604975", "customers": [{"DisplayName": "Glass Co"}]})
    assert elsewhere.status_code == 200


def test_knobs_are_replaced_or_changed(sim: httpx.Client) -> None:
    shown = sim.get("/_sim/quickbooks/knobs").json()
    assert all(len(meaning) > 20 for meaning in shown["meanings"].values())
    sim.patch("/_sim/quickbooks/knobs", json={"rotation": "daily"})
    assert sim.patch("/_sim/quickbooks/knobs", json={"requestid": "ignored"}).json()["knobs"]["rotation"] == "daily"
    assert sim.put("/_sim/quickbooks/knobs", json={"requestid": "ignored"}).json()["knobs"]["rotation"] == "strict"
    refused: list[Any] = [{"rotation": "never"}, {"shoe": 9}, []]
    for bad in refused:
        assert sim.patch("/_sim/quickbooks/knobs", json=bad).status_code == 422
    assert sim.get("/_sim/quickbooks/knobs").json()["knobs"]["requestid"] == "ignored"


def test_reset_puts_everything_back(sim: httpx.Client, company: httpx.Client, sold: dict[str, Any]) -> None:
    sim.patch("/_sim/quickbooks/knobs", json={"requestid": "ignored"})
    sim.post("/_sim/quickbooks/clock", json={"advance_s": 100_000})
    sim.post("/_sim/reset")
    assert documents(sim) == []
    assert sim.get("/_sim/quickbooks/knobs").json()["knobs"]["requestid"] == "honoured"
    assert sim.get("/_sim/quickbooks/traffic").json() == {"companies": {}, "tokens": {"most_refreshes_at_once": 0}}
    assert company.get(f"invoice/{sold['Id']}").status_code == 401
    assert sim.get("/_sim/quickbooks/objects/customer").json()["count"] == 3
    assert sim.post("/_sim/quickbooks/clock", json={"advance_s": 0}).json() == {"offset_s": 0}


def test_its_endpoints_are_listed(sim: httpx.Client) -> None:
    listed = sim.get("/_sim").json()
    assert listed["partners"]["quickbooks"] == ["/connect/oauth2", "/oauth2/v1", "/v2/oauth2", "/v3/company", "/.well-known"]
    paths = {each["path"] for each in listed["endpoints"] if each["path"].startswith("/_sim/quickbooks/")}
    assert {"/_sim/quickbooks/pay", "/_sim/quickbooks/change", "/_sim/quickbooks/webhooks/send"} <= paths


def test_what_to_set_is_told(start: Callable[..., Any]) -> None:
    process = start("--quickbooks-webhook", "http://127.0.0.1:1/hook", "--quickbooks-verifier", "v", "--show-settings")
    with process.client() as sim:
        told = sim.get("/_sim").json()["settings"]["quickbooks"]
        assert told["QUICKBOOKS_AUTHORIZE_URL"] == f"{process.url}/connect/oauth2"
        assert told["QUICKBOOKS_REALM_ID"] == "9341453172604218"
        assert told["QUICKBOOKS_WEBHOOK_VERIFIER"] == "v"
        names = {name: value for name, value in told.items() if not name.endswith(("_URL", "_ID", "_SECRET", "_VERIFIER"))}
        objects = [sim.get(f"/_sim/quickbooks/objects/{kind}").json()["objects"] for kind in ("item", "account", "customer")]
        assert set(names.values()) <= {each.get("Name") or each["DisplayName"] for kind in objects for each in kind}
        assert sim.get("/_sim/quickbooks/webhooks").json()["settings"]["url"] == "http://127.0.0.1:1/hook"
        assert sim.get("/_sim/quickbooks/webhooks").json()["waiting"] == 0
        sim.put("/_sim/quickbooks/webhooks", json={})
        sim.post("/_sim/reset")
        assert sim.get("/_sim/quickbooks/webhooks").json()["settings"]["url"] == "http://127.0.0.1:1/hook"
    process.running.terminate()
    printed = process.running.stdout.read()
    assert f'QUICKBOOKS_TOKEN_URL="{process.url}/oauth2/v1/tokens/bearer"' in printed
