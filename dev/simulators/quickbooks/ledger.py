"""The books in a form for tests: one flat record for each document, amounts in cents."""

from typing import Any

from simulators.quickbooks.company import Body, Company, Record
from simulators.quickbooks.kinds import KINDS
from simulators.quickbooks.money import cents
from simulators.quickbooks.payments import amounts_by_invoice


def documents(company: Company, kind: str | None) -> list[dict[str, Any]]:
    """Return all documents ever written, of one kind or of all, in the order of their ids, including voided and deleted ones."""
    kinds = [each for each in KINDS.values() if each.is_document and (kind is None or each.name.lower() == kind.lower())]
    records = [record for each in kinds for record in company.everything(each.name)]
    return [line_of(company, record) for record in sorted(records, key=lambda record: int(record.object_id))]


def line_of(company: Company, record: Record) -> dict[str, Any]:
    """Return the record of one document."""
    body = record.body
    party = body.get("CustomerRef") or body.get("EntityRef") or {}
    return {
        "realm": company.realm,
        "kind": record.kind,
        "id": record.object_id,
        "doc_number": body.get("DocNumber"),
        "date": body["TxnDate"],
        "state": "deleted" if record.deleted else "voided" if record.voided else "standing",
        "total_cents": cents(body["TotalAmt"]) if "TotalAmt" in body else _debited(body),
        "balance_cents": cents(body["Balance"]) if "Balance" in body else None,
        "party": party.get("name"),
        "paid_from": body["AccountRef"]["name"] if "AccountRef" in body else None,
        "note": body.get("PrivateNote"),
        "lines": [_line(line) for line in body["Line"] if line.get("DetailType") not in (None, "SubTotalLineDetail")],
        "applied_cents": amounts_by_invoice(body["Line"]) if record.kind == "Payment" else None,
        "sync_token": body["SyncToken"],
        "request_ids": record.made_by,
    }


def _line(line: Body) -> dict[str, Any]:
    detail = line.get(line["DetailType"]) or {}
    target = detail.get("ItemRef") or detail.get("AccountRef") or {}
    side = -1 if detail.get("PostingType") == "Credit" else 1
    return {"amount_cents": side * (cents(line["Amount"]) or 0), "description": line.get("Description"), "on": target.get("name")}


def _debited(body: Body) -> int:
    """Return what a journal entry debits, which is what it credits."""
    return sum(amount for line in body["Line"] if (amount := _line(line)["amount_cents"]) > 0)
