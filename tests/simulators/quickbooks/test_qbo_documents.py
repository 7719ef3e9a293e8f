"""Invoices and expenses: what is served, what is refused, what changes."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

Builder = Callable[..., dict[str, Any]]
CodeOf = Callable[[httpx.Response], str]


def made(answer: httpx.Response) -> dict[str, Any]:
    """The object in an answer."""
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert body.pop("time")
    (found,) = body.values()
    return dict(found)


def read(company: httpx.Client, kind: str, number: str) -> dict[str, Any]:
    return made(company.get(f"{kind}/{number}"))


def test_an_invoice_is_served_whole(company: httpx.Client, invoice: Builder) -> None:
    served = made(company.post("invoice", params={"minorversion": 75}, json=invoice(PrivateNote="VIN 1HGCM82633A004352")))
    assert served == read(company, "invoice", served["Id"])
    assert (served["TotalAmt"], served["Balance"], served["SyncToken"]) == (12345.67, 12345.67, "0")
    assert (served["DocNumber"], served["TxnDate"], served["DueDate"]) == ("S-1", "2026-11-20", "2026-12-20")
    assert served["CustomerRef"]["name"] == "Walk-in Customer"
    assert served["LinkedTxn"] == []
    assert [line["DetailType"] for line in served["Line"]] == ["SalesItemLineDetail", "SubTotalLineDetail"]
    assert datetime.fromisoformat(served["MetaData"]["CreateTime"]).utcoffset() == timedelta(hours=-8)


def test_cents_add_up_whatever_the_floats_say(company: httpx.Client, invoice: Builder) -> None:
    body = invoice(amount=0.1)
    body["Line"].append({**invoice(amount=0.2)["Line"][0]})
    body["Line"].append({"DetailType": "DescriptionOnly", "Description": "As seen"})
    served = made(company.post("invoice", json=body))
    assert served["TotalAmt"] == 0.3
    assert [line.get("Amount") for line in served["Line"]] == [0.1, 0.2, 0, 0.3]


def without(body: dict[str, Any], *path: Any) -> dict[str, Any]:
    """`body` without what lies at `path`."""
    inner: Any = body
    for step in path[:-1]:
        inner = inner[step]
    del inner[path[-1]]
    return body


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda body: without(body, "CustomerRef"), "2020"),
        (lambda body: without(body, "Line"), "2020"),
        (lambda body: body | {"Line": []}, "2020"),
        (lambda body: without(body, "Line", 0, "DetailType"), "2020"),
        (lambda body: without(body, "Line", 0, "Amount"), "2020"),
        (lambda body: without(body, "Line", 0, "SalesItemLineDetail"), "2020"),
        (lambda body: body | {"Vin": "1HGCM82633A004352"}, "2010"),
        (lambda body: body | {"DocNumber": "X" * 22}, "2050"),
        (lambda body: body | {"DocNumber": 7}, "2010"),
        (lambda body: body | {"PrivateNote": "X" * 4001}, "2050"),
        (lambda body: body | {"TxnDate": "11/20/2026"}, "2060"),
        (lambda body: body | {"CustomerRef": {"value": "999"}}, "2500"),
        (lambda body: body["Line"][0]["SalesItemLineDetail"].update(ItemRef={"value": "999"}) or body, "2500"),
        (lambda body: body["Line"][0]["SalesItemLineDetail"].update(UnitPrice=1) or body, "6070"),
        (lambda body: body["Line"][0]["SalesItemLineDetail"].update(Qty="many") or body, "2110"),
        (lambda body: body["Line"][0].update(Amount="much") or body, "2110"),
        (lambda body: body["Line"][0].update(Amount=-5, SalesItemLineDetail={}) or body, "6000"),
        (lambda body: body["Line"][0].update(DetailType="Unknown") or body, "2170"),
        (lambda body: [body], "10000"),
    ],
)
def test_bad_invoices_are_refused(
    company: httpx.Client, sim: httpx.Client, invoice: Builder, refused: CodeOf, change: Callable[[Any], Any], code: str
) -> None:
    assert refused(company.post("invoice", json=change(invoice()))) == code
    assert sim.get("/_sim/quickbooks/documents").json() == {"documents": [], "count": 0}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda body, _: without(body, "PaymentType"), "2020"),
        (lambda body, _: body | {"PaymentType": "Barter"}, "2170"),
        (lambda body, _: without(body, "AccountRef"), "2020"),
        (lambda body, ids: body | {"AccountRef": {"value": ids["Vehicle Service Expense"]}}, "6000"),
        (lambda body, ids: body | {"AccountRef": {"value": ids["Dealer Card"]}}, "6000"),
        (lambda body, _: without(body, "Line"), "2020"),
        (lambda body, _: without(body, "Line", 0, "AccountBasedExpenseLineDetail", "AccountRef"), "2020"),
        (lambda body, _: body | {"EntityRef": {"value": "999", "type": "Vendor"}}, "2500"),
        (lambda body, _: body | {"EntityRef": {"value": "1", "type": "Dog"}}, "2170"),
        (lambda body, _: body | {"Balance": 3}, "2010"),
    ],
)
def test_bad_expenses_are_refused(
    company: httpx.Client, purchase: Builder, ids: dict[str, str], refused: CodeOf, change: Callable[..., Any], code: str
) -> None:
    assert refused(company.post("purchase", json=change(purchase(), ids))) == code


def test_an_expense_is_served_whole(company: httpx.Client, purchase: Builder, ids: dict[str, str]) -> None:
    vendor = {"value": ids["Tire Barn"], "type": "Vendor"}
    served = made(company.post("purchase", json=purchase(EntityRef=vendor)))
    assert (served["TotalAmt"], served["AccountRef"]["name"]) == (99.5, "Checking")
    assert served["EntityRef"] == {"value": ids["Tire Barn"], "name": "Tire Barn", "type": "Vendor"}
    card = purchase("E-2", PaymentType="CreditCard", AccountRef={"value": ids["Dealer Card"]})
    assert made(company.post("purchase", json=card))["PaymentType"] == "CreditCard"


def test_unreadable_bodies_and_unknown_objects(company: httpx.Client, refused: CodeOf) -> None:
    json_type = {"Content-Type": "application/json"}
    assert refused(company.post("invoice", content=b"{", headers=json_type)) == "10000"
    assert refused(company.post("invoice", content=b"[" * 200_000, headers=json_type)) == "10000"
    assert refused(company.post("invoice", content=b"{}")) == "1050"
    assert refused(company.post("invoice", data={"DocNumber": "S-1"})) == "1050"
    assert refused(company.get("invoice/999")) == "610"
    assert refused(company.get("spaceship/1")) == "500"
    assert refused(company.post("spaceship", json={})) == "500"


def test_a_number_is_used_once_a_kind(
    company: httpx.Client, sim: httpx.Client, invoice: Builder, purchase: Builder, refused: CodeOf
) -> None:
    first = made(company.post("invoice", json=invoice("N-1")))
    second = company.post("invoice", json=invoice("N-1", 5))
    assert refused(second) == "6140"
    detail = second.json()["Fault"]["Error"][0]["Detail"]
    assert f"DocNumber=N-1 is assigned to TxnType=Invoice with TxnId={first['Id']}" in detail
    assert company.post("purchase", json=purchase("N-1")).status_code == 200
    sim.patch("/_sim/quickbooks/knobs", json={"duplicate_document": "6210"})
    assert refused(company.post("invoice", json=invoice("N-1"))) == "6210"
    assert company.post("invoice", params={"include": "allowduplicatedocnum"}, json=invoice("N-1")).status_code == 200
    sim.patch("/_sim/quickbooks/knobs", json={"duplicate_document": "allowed"})
    assert company.post("invoice", json=invoice("N-1")).status_code == 200
    assert sim.get("/_sim/quickbooks/documents?kind=Invoice").json()["count"] == 3


def test_numbers_that_quickbooks_gives(company: httpx.Client, sim: httpx.Client, invoice: Builder) -> None:
    assert "DocNumber" not in made(company.post("invoice", json=invoice(None)))
    sim.patch("/_sim/quickbooks/knobs", json={"custom_txn_numbers": False})
    assert [made(company.post("invoice", json=invoice(None)))["DocNumber"] for _ in range(2)] == ["1001", "1002"]


def test_a_closed_period_and_an_ended_subscription(
    company: httpx.Client, sim: httpx.Client, invoice: Builder, refused: CodeOf
) -> None:
    first = made(company.post("invoice", json=invoice("N-1", TxnDate="2026-10-31")))
    sim.patch("/_sim/quickbooks/knobs", json={"books_closed_until": "2026-10-31"})
    assert refused(company.post("invoice", json=invoice("N-2", TxnDate="2026-10-31"))) == "6210"
    assert refused(company.post("invoice", params={"operation": "void"}, json=first)) == "6210"
    moved = {**invoice("N-1", TxnDate="2026-11-01"), "Id": first["Id"], "SyncToken": "0"}
    assert refused(company.post("invoice", json=moved)) == "6210"
    assert company.post("invoice", json=invoice("N-2", TxnDate="2026-11-01")).status_code == 200
    sim.patch("/_sim/quickbooks/knobs", json={"books_closed_code": "5010"})
    closed = company.post("invoice", params={"operation": "void"}, json=first)
    assert refused(closed) == "5010"
    assert closed.json()["Fault"]["Error"][0]["Message"] == "Account Period Closed"
    sim.put("/_sim/quickbooks/knobs", json={"subscription_ended": True})
    assert refused(company.post("invoice", json=invoice("N-3"))) == "6190"
    assert company.get(f"invoice/{first['Id']}").status_code == 200


def test_a_category_is_not_sold(company: httpx.Client, sim: httpx.Client, invoice: Builder, refused: CodeOf) -> None:
    seeded = sim.post("/_sim/quickbooks/seed", json={"items": [{"Name": "Cars", "Type": "Category"}]}).json()
    body = invoice()
    body["Line"][0]["SalesItemLineDetail"]["ItemRef"] = {"value": seeded["items"][0]}
    answer = company.post("invoice", json=body)
    assert refused(answer) == "2500"
    assert answer.json()["Fault"]["Error"][0]["Detail"].endswith("Categories cannot be used in transactions.")


def test_updates_whole_and_sparse(company: httpx.Client, invoice: Builder, refused: CodeOf) -> None:
    first = made(company.post("invoice", json=invoice(PrivateNote="one")))
    number = {"Id": first["Id"]}
    sparse = {**number, "SyncToken": "0", "sparse": True, "PrivateNote": "two"}
    second = made(company.post("invoice", json=sparse))
    assert (second["SyncToken"], second["PrivateNote"], second["TotalAmt"]) == ("1", "two", 12345.67)
    assert refused(company.post("invoice", json=sparse)) == "5010"
    assert refused(company.post("invoice", json={**number, "sparse": True})) == "2020"
    whole = made(company.post("invoice", json={**invoice(amount=5), **number, "SyncToken": "1"}))
    assert (whole["SyncToken"], whole["TotalAmt"], "PrivateNote" in whole) == ("2", 5, False)
    cleared = made(company.post("invoice", json={**number, "SyncToken": "2", "sparse": True, "DocNumber": ""}))
    assert "DocNumber" not in cleared
    assert refused(company.post("invoice", json={"Id": "999", "SyncToken": "0", "sparse": True})) == "610"


def test_a_voided_invoice_stays_with_zeros(company: httpx.Client, invoice: Builder, refused: CodeOf) -> None:
    first = made(company.post("invoice", json=invoice(PrivateNote="one")))
    token = {"Id": first["Id"], "SyncToken": first["SyncToken"]}
    voided = made(company.post("invoice", params={"operation": "void"}, json=token))
    assert (voided["TotalAmt"], voided["Balance"], voided["PrivateNote"]) == (0, 0, "Voided - one")
    assert voided["Line"][0]["SalesItemLineDetail"]["UnitPrice"] == voided["Line"][0]["Amount"] == 0
    assert refused(company.post("invoice", params={"operation": "void"}, json=token)) == "5010"
    assert voided["DocNumber"] == "S-1"
    assert refused(company.post("invoice", json=invoice())) == "6140"


def test_what_can_be_deleted_and_voided(company: httpx.Client, purchase: Builder, ids: dict[str, str], refused: CodeOf) -> None:
    expense = made(company.post("purchase", json=purchase()))
    assert refused(company.post("purchase", params={"operation": "void"}, json=expense)) == "500"
    gone = made(company.post("purchase", params={"operation": "delete"}, json=expense))
    assert gone == {"domain": "QBO", "status": "Deleted", "Id": expense["Id"]}
    assert refused(company.get(f"purchase/{expense['Id']}")) == "610"
    assert refused(company.post("purchase", params={"operation": "delete"}, json=expense)) == "610"
    customer = {"Id": ids["Walk-in Customer"], "SyncToken": "0"}
    assert refused(company.post("customer", params={"operation": "delete"}, json=customer)) == "500"
    assert refused(company.post("invoice", params={"operation": "explode"}, json={})) == "500"
    assert company.post("purchase", json=purchase()).status_code == 200


def test_xml_unless_json_is_asked_for(company: httpx.Client, invoice: Builder) -> None:
    served = made(company.post("invoice", json=invoice(PrivateNote="A & B <c>")))
    for accept in ("*/*", "application/xml"):
        answer = company.get(f"invoice/{served['Id']}", headers={"Accept": accept})
        assert answer.headers["Content-Type"].startswith("application/xml")
        assert "<PrivateNote>A &amp; B &lt;c&gt;</PrivateNote>" in answer.text
        fault = company.get("invoice/999", headers={"Accept": accept})
        assert fault.status_code == 400
        assert '<Fault type="ValidationFault"><Error code="610" element="">' in fault.text


def test_a_fault_with_status_200(company: httpx.Client, sim: httpx.Client) -> None:
    sim.patch("/_sim/quickbooks/knobs", json={"faults_as_200": True})
    answer = company.get("invoice/999")
    assert answer.status_code == 200
    assert answer.json()["Fault"]["Error"][0]["code"] == "610"


def test_the_company_and_its_preferences(company: httpx.Client, sim: httpx.Client, refused: CodeOf) -> None:
    assert made(company.get("companyinfo/9341453172604218"))["CompanyName"] == "Maple Street Motors"
    assert refused(company.get("companyinfo/7")) == "610"
    assert made(company.get("preferences"))["SalesFormsPrefs"]["CustomTxnNumbers"] is True
    sim.patch("/_sim/quickbooks/knobs", json={"books_closed_until": "2026-10-31"})
    assert made(company.get("preferences"))["AccountingInfoPrefs"]["BookCloseDate"] == "2026-10-31"
