"""Payments, what they do to invoices, and what change data capture tells of all that."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import httpx

Builder = Callable[..., dict[str, Any]]
CodeOf = Callable[[httpx.Response], str]


def made(answer: httpx.Response) -> dict[str, Any]:
    """The object in an answer."""
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert body.pop("time")
    (found,) = body.values()
    return dict(found)


def pay(company: httpx.Client, invoice: dict[str, Any], amount: float, total: float | None = None) -> httpx.Response:
    links = [{"TxnId": invoice["Id"], "TxnType": "Invoice"}]
    body = {"TotalAmt": total or amount, "CustomerRef": invoice["CustomerRef"], "Line": [{"Amount": amount, "LinkedTxn": links}]}
    return company.post("payment", json=body)


def read(company: httpx.Client, kind: str, number: str) -> dict[str, Any]:
    return made(company.get(f"{kind}/{number}"))


def test_payments_move_the_balance(company: httpx.Client, invoice: Builder, refused: CodeOf) -> None:
    first = made(company.post("invoice", json=invoice(amount=1000)))
    part = made(pay(company, first, 400, total=450.5))
    assert part["UnappliedAmt"] == 50.5
    assert part["Line"] == [{"Amount": 400, "LinkedTxn": [{"TxnId": first["Id"], "TxnType": "Invoice"}]}]
    after = read(company, "invoice", first["Id"])
    assert (after["Balance"], after["SyncToken"]) == (600, "1")
    assert after["LinkedTxn"] == [{"TxnId": part["Id"], "TxnType": "Payment"}]
    assert refused(pay(company, first, 600.01)) == "6000"
    rest = made(pay(company, first, 600))
    assert read(company, "invoice", first["Id"])["Balance"] == 0
    more = {"Id": part["Id"], "SyncToken": "0", "sparse": True, "Line": [{**part["Line"][0], "Amount": 300}]}
    assert made(company.post("payment", json=more))["UnappliedAmt"] == 150.5
    assert read(company, "invoice", first["Id"])["Balance"] == 100
    made(company.post("payment", params={"operation": "update", "include": "void"}, json={**rest, "sparse": True}))
    assert read(company, "invoice", first["Id"])["Balance"] == 700
    gone = {"Id": part["Id"], "SyncToken": "1"}
    made(company.post("payment", params={"operation": "delete"}, json=gone))
    final = read(company, "invoice", first["Id"])
    assert (final["Balance"], final["LinkedTxn"]) == (1000, [])


def test_payments_that_make_no_sense(company: httpx.Client, invoice: Builder, ids: dict[str, str], refused: CodeOf) -> None:
    first = made(company.post("invoice", json=invoice(amount=10)))
    assert refused(pay(company, {**first, "Id": "999"}, 1)) == "610"
    assert refused(pay(company, {**first, "CustomerRef": {"value": ids["Dana O'Neill"]}}, 1)) == "6000"
    assert refused(pay(company, first, 10, total=5)) == "6000"
    assert refused(company.post("payment", json={"CustomerRef": first["CustomerRef"]})) == "2020"
    assert refused(company.post("payment", json={"CustomerRef": first["CustomerRef"], "TotalAmt": -1})) == "2110"
    assert made(company.post("payment", json={"CustomerRef": first["CustomerRef"], "TotalAmt": 7}))["UnappliedAmt"] == 7


def test_a_paid_invoice_voided_or_deleted(company: httpx.Client, invoice: Builder, refused: CodeOf) -> None:
    first = made(company.post("invoice", json=invoice(amount=10)))
    payment = made(pay(company, first, 10))
    newest = read(company, "invoice", first["Id"])
    assert refused(company.post("invoice", params={"operation": "delete"}, json=newest)) == "6000"
    assert refused(company.post("invoice", json={**invoice(amount=9), "Id": first["Id"], "SyncToken": "1"})) == "6000"
    made(company.post("invoice", params={"operation": "void"}, json=newest))
    freed = read(company, "payment", payment["Id"])
    assert (freed["UnappliedAmt"], freed["Line"]) == (10, [])
    assert read(company, "invoice", first["Id"])["LinkedTxn"] == []


def test_changes_since_a_moment(company: httpx.Client, sim: httpx.Client, invoice: Builder, refused: CodeOf) -> None:
    def changes(since: str, entities: str = "Invoice,Payment") -> list[dict[str, Any]]:
        answer = company.get("cdc", params={"entities": entities, "changedSince": since})
        assert answer.status_code == 200, answer.text
        return list(answer.json()["CDCResponse"][0]["QueryResponse"])

    old, gone = (made(company.post("invoice", json=invoice(number))) for number in ("S-1", "S-2"))
    sim.post("/_sim/quickbooks/clock", json={"advance_s": 600})
    company.post("invoice", params={"operation": "delete"}, json=gone)
    payment = made(pay(company, old, 5))
    since = (datetime.fromisoformat(payment["MetaData"]["CreateTime"]) - timedelta(minutes=1)).isoformat()
    invoices, payments = changes(since)
    assert [each["Id"] for each in invoices["Invoice"]] == [old["Id"], gone["Id"]]
    tombstone = invoices["Invoice"][1]
    assert tombstone.keys() == {"domain", "status", "Id", "MetaData"}
    assert tombstone["status"] == "Deleted"
    assert (invoices["startPosition"], invoices["maxResults"]) == (1, 2)
    assert [each["Id"] for each in payments["Payment"]] == [payment["Id"]]
    assert changes((datetime.fromisoformat(since) + timedelta(hours=1)).isoformat()) == [{}, {}]
    sim.post("/_sim/quickbooks/clock", json={"advance_s": 31 * 86_400})
    token = sim.post("/_sim/quickbooks/tokens", json={"client_id": "app"}).json()["access_token"]
    company.headers["Authorization"] = f"Bearer {token}"
    assert refused(company.get("cdc", params={"entities": "Invoice", "changedSince": since})) == "2190"
    assert refused(company.get("cdc", params={"entities": "Invoice", "changedSince": "soon"})) == "2060"
    assert refused(company.get("cdc", params={"entities": "Shoe", "changedSince": "2099-01-01"})) == "2170"


def test_changes_stop_at_a_thousand(company: httpx.Client, sim: httpx.Client) -> None:
    customers = [{"DisplayName": f"Customer {number}"} for number in range(1001)]
    assert sim.post("/_sim/quickbooks/seed", json={"customers": customers}).status_code == 200
    answer = company.get("cdc", params={"entities": "Customer,Vendor", "changedSince": "2099-01-01T00:00:00Z"}).json()
    assert answer["CDCResponse"][0]["QueryResponse"] == [{}, {}]
    now = datetime.fromisoformat(answer["time"])
    answer = company.get(
        "cdc", params={"entities": "Customer,Vendor", "changedSince": (now - timedelta(days=1)).isoformat()}
    ).json()
    customers_changed, vendors_changed = answer["CDCResponse"][0]["QueryResponse"]
    assert len(customers_changed["Customer"]) == 1000
    assert vendors_changed == {}
