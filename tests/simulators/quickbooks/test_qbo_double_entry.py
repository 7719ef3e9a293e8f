"""The simulated books are double entry: each kind of document debits and credits, and a trial balance adds them up."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

Builder = Callable[..., dict[str, Any]]
Entry = Callable[..., dict[str, Any]]


@pytest.fixture
def entry(ids: dict[str, str]) -> Entry:
    """Bodies of journal entries: amounts in dollars by account, credits below zero."""

    def build(number: str = "J-1", where: dict[str, str] | None = None, **amounts: float) -> dict[str, Any]:
        lines = [
            {
                "Amount": abs(amount),
                "DetailType": "JournalEntryLineDetail",
                "JournalEntryLineDetail": {
                    "PostingType": "Debit" if amount > 0 else "Credit",
                    "AccountRef": {"value": ids[account.replace("_", " ")]},
                    **{name: {"value": value} for name, value in (where or {}).items()},
                },
            }
            for account, amount in amounts.items()
        ]
        return {"DocNumber": number, "TxnDate": "2026-11-20", "Line": lines}

    return build


def balance(sim: httpx.Client, query: str = "") -> dict[str, int]:
    found = sim.get(f"/_sim/quickbooks/trial-balance{query}").json()
    assert query.startswith(("?class", "?department")) or found["total"] == 0
    return dict(found["accounts"])


def refused(answer: httpx.Response) -> str:
    assert answer.status_code == 400, answer.text
    return str(answer.json()["Fault"]["Error"][0]["code"])


def test_each_kind_of_document_debits_and_credits(
    sim: httpx.Client, company: httpx.Client, invoice: Builder, purchase: Builder, entry: Entry, ids: dict[str, str]
) -> None:
    assert balance(sim) == {}
    fee = {
        "Amount": 149,
        "DetailType": "SalesItemLineDetail",
        "SalesItemLineDetail": {"ItemRef": {"value": ids["Documentation Fee"]}, "Qty": 1, "UnitPrice": 149},
    }
    taken = {
        "Amount": -2000,
        "DetailType": "SalesItemLineDetail",
        "SalesItemLineDetail": {"ItemRef": {"value": ids["Trade-In Allowance"]}, "Qty": 1, "UnitPrice": -2000},
    }
    body = invoice(amount=10_000)
    body["Line"] += [fee, taken]
    assert company.post("invoice", json=body).json()["Invoice"]["TotalAmt"] == 8149
    company.post("purchase", json=purchase(amount=99.5))
    assert company.post("journalentry", json=entry(Vehicle_Inventory=4200, Floor_Plan=-4200)).status_code == 200
    sim.post("/_sim/quickbooks/pay", json={"doc_number": "S-1", "amount_cents": 300_000})
    assert balance(sim) == {
        "Accounts Receivable (A/R)": 814_900 - 300_000,
        "Checking": -9_950,
        "Floor Plan": -420_000,
        "Services": -14_900,
        "Trade-Ins": 200_000,
        "Undeposited Funds": 300_000,
        "Vehicle Inventory": 420_000,
        "Vehicle Sales": -1_000_000,
        "Vehicle Service Expense": 9_950,
    }
    assert balance(sim, "?until=2026-11-19") == {}
    assert balance(sim, "?realm=9341453172604975") == {}


def test_a_void_a_change_and_a_deletion_leave_nothing_of_what_was(
    sim: httpx.Client, company: httpx.Client, invoice: Builder, purchase: Builder, entry: Entry
) -> None:
    sold = company.post("invoice", json=invoice(amount=10_000)).json()["Invoice"]
    spent = company.post("purchase", json=purchase(amount=99.5)).json()["Purchase"]
    journal = company.post("journalentry", json=entry(Vehicle_Inventory=4200, Floor_Plan=-4200)).json()["JournalEntry"]
    changed = {**entry(Vehicle_Inventory=4000.01, Floor_Plan=-4000.01), "Id": journal["Id"], "SyncToken": journal["SyncToken"]}
    assert company.post("journalentry", json=changed).json()["JournalEntry"]["SyncToken"] == "1"
    assert balance(sim)["Vehicle Inventory"] == 400_001
    company.post("invoice", params={"operation": "void"}, json={"Id": sold["Id"], "SyncToken": "0"})
    company.post("purchase", params={"operation": "delete"}, json={"Id": spent["Id"], "SyncToken": "0"})
    gone = company.post("journalentry", params={"operation": "delete"}, json={"Id": journal["Id"], "SyncToken": "1"})
    assert gone.json()["JournalEntry"]["status"] == "Deleted"
    assert balance(sim) == {}
    assert refused(company.get(f"journalentry/{journal['Id']}")) == "610"


def test_what_a_journal_entry_may_not_be(company: httpx.Client, entry: Entry) -> None:
    def post(body: dict[str, Any]) -> httpx.Response:
        return company.post("journalentry", json=body)

    assert refused(post(entry(Vehicle_Inventory=4200, Floor_Plan=-4199.99))) == "6000"
    assert refused(post({**entry(), "Line": []})) == "2020"
    assert refused(post(entry(Vehicle_Inventory=0.0))) == "6000"
    unknown = entry(Vehicle_Inventory=1, Floor_Plan=-1)
    unknown["Line"][0]["JournalEntryLineDetail"]["AccountRef"]["value"] = "9999"
    assert refused(post(unknown)) == "2500"
    sideless = entry(Vehicle_Inventory=1, Floor_Plan=-1)
    sideless["Line"][0]["JournalEntryLineDetail"]["PostingType"] = "Left"
    assert refused(post(sideless)) == "2170"
    negative = entry(Vehicle_Inventory=1, Floor_Plan=-1)
    negative["Line"][0]["Amount"] = -1
    assert refused(post(negative)) == "2110"
    nobody = entry(Vehicle_Sales=-1)
    nobody["Line"] += entry(**{"Accounts_Receivable_(A/R)": 1})["Line"]
    assert refused(post(nobody)) == "6000"
    twice = entry(Vehicle_Inventory=1, Floor_Plan=-1)
    assert post(twice).status_code == 200
    assert refused(post(twice)) == "6140"
    # The numbers of a kind are its own.
    assert len(company.get("query", params={"query": "select * from JournalEntry where DocNumber = 'J-1'"}).json()) == 2


def test_classes_and_departments(
    sim: httpx.Client, company: httpx.Client, invoice: Builder, purchase: Builder, entry: Entry
) -> None:
    sim.post(
        "/_sim/quickbooks/seed", json={"classes": [{"Name": "Used"}, {"Name": "New"}], "departments": [{"Name": "Main lot"}]}
    )
    sub = sim.post("/_sim/quickbooks/seed", json={"classes": [{"Name": "Trucks", "ParentRef": {"value": "1"}, "SubClass": True}]})
    found = company.get("query", params={"query": "select * from Class where FullyQualifiedName = 'Used:Trucks'"}).json()
    assert found["QueryResponse"]["Class"][0]["Id"] == sub.json()["classes"][0]
    sold = invoice(amount=10_000, DepartmentRef={"value": "1"})
    sold["Line"][0]["SalesItemLineDetail"]["ClassRef"] = {"value": "1"}
    assert company.post("invoice", json=sold).json()["Invoice"]["DepartmentRef"] == {"value": "1", "name": "Main lot"}
    spent = purchase(amount=99.5, DepartmentRef={"value": "1"})
    spent["Line"][0]["AccountBasedExpenseLineDetail"]["ClassRef"] = {"value": "2"}
    assert company.post("purchase", json=spent).status_code == 200
    places = {"ClassRef": "1", "DepartmentRef": "1"}
    assert company.post("journalentry", json=entry("J-1", places, Vehicle_Inventory=50, Floor_Plan=-50)).status_code == 200
    assert balance(sim, "?class=Used") == {"Floor Plan": -5_000, "Vehicle Inventory": 5_000, "Vehicle Sales": -1_000_000}
    assert balance(sim, "?class=New") == {"Vehicle Service Expense": 9_950}
    assert balance(sim, "?department=Main+lot") == {
        "Accounts Receivable (A/R)": 1_000_000,
        "Checking": -9_950,
        "Floor Plan": -5_000,
        "Vehicle Inventory": 5_000,
        "Vehicle Sales": -1_000_000,
        "Vehicle Service Expense": 9_950,
    }
    sold["Line"][0]["SalesItemLineDetail"]["ClassRef"] = {"value": "77"}
    assert refused(company.post("invoice", json={**sold, "DocNumber": "S-2"})) == "2500"
    assert refused(company.post("purchase", json=purchase("E-2", DepartmentRef={"value": "77"}))) == "2500"
