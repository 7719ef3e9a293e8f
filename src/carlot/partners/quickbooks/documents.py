"""What our documents and names are in the books.

Source: developer.intuit.com, API reference: Invoice, Purchase, Customer (names), Vendor.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from carlot.partners.quickbooks.mapping import Entity

MAX_NAME = 500
MAX_TEXT = 4000


def to_invoice(sale: Mapping[str, Any], customer_id: str, item_id: str) -> dict[str, Any]:
    """The invoice of a sale (a row of `books.FOR_INVOICES`)."""
    amount = int(sale["sale_price_cents"]) / 100
    return {
        "DocNumber": sale["doc_number"],
        "TxnDate": sale["sale_date"],
        "PrivateNote": _note("sale", sale),
        "CustomerRef": {"value": customer_id},
        "Line": [
            {
                "Amount": amount,
                "DetailType": "SalesItemLineDetail",
                "Description": _car(sale)[:MAX_TEXT],
                "SalesItemLineDetail": {"ItemRef": {"value": item_id}, "Qty": 1, "UnitPrice": amount},
            }
        ],
    }


def to_purchase(record: Mapping[str, Any], vendor_id: str | None, expense_id: str, paid_from: tuple[str, str]) -> dict[str, Any]:
    """The expense of a service record (a row of `books.FOR_EXPENSES`); `paid_from` is how it was paid, and from which account."""
    return {
        "DocNumber": record["doc_number"],
        "TxnDate": record["service_date"],
        "PaymentType": paid_from[0],
        "AccountRef": {"value": paid_from[1]},
        "PrivateNote": _note("service", record),
        **({"EntityRef": {"value": vendor_id, "type": "Vendor"}} if vendor_id else {}),
        "Line": [
            {
                "Amount": int(record["cost_cents"]) / 100,
                "DetailType": "AccountBasedExpenseLineDetail",
                "Description": f"{_car(record)}: {record['description']}"[:MAX_TEXT],
                "AccountBasedExpenseLineDetail": {"AccountRef": {"value": expense_id}},
            }
        ],
    }


def is_ours(found: Entity, row: Mapping[str, Any]) -> bool:
    """Whether a document is the one that we sent.

    It has our number, and our id in its note; a document whose note was taken out has our amount.
    """
    if found.number != row["doc_number"]:
        return False
    amount = row["sale_price_cents"] if "sale_price_cents" in row else row["cost_cents"]
    return str(row["id"]) in found.note if found.note else found.total_cents == int(amount)


def _note(kind: str, row: Mapping[str, Any]) -> str:
    return f"CarLot {kind} {row['id']}, {_car(row)}"[:MAX_TEXT]


def _car(row: Mapping[str, Any]) -> str:
    name = " ".join(str(row[part]) for part in ("year", "make", "model", "trim") if row[part])
    vin = f", VIN {row['vin']}" if row["vin"] else ""
    stock = f", stock number {row['stock_number']}" if row["stock_number"] else ""
    return f"{name}{vin}{stock}"


def to_display_name(name: str, number: int = 1, family: str = "") -> str:
    """A name as the name lists take it; the first one that fails gets a suffix, and so on: `(customer)`, `(customer 2)`."""
    suffix = "" if number == 1 else f" ({family})" if number == 2 else f" ({family} {number - 1})"
    plain = " ".join(re.sub(r"[:\x00-\x1f]", " ", name).split()) or "Unnamed"
    return plain[: MAX_NAME - len(suffix)].rstrip() + suffix
