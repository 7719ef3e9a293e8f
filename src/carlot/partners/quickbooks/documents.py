"""What our documents and names are in the books.

Source: developer.intuit.com, API reference: Invoice, Purchase, Customer (names), Vendor.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from pydantic_core import from_json

from carlot.domain.sale_lines import line_setting
from carlot.partners.quickbooks.mapping import Entity

MAX_NAME = 500
MAX_TEXT = 4000

JOURNAL_WORDS = {"purchase": "purchase", "recon": "reconditioning", "cost": "cost of sale"}
"""What a journal entry of a kind is about."""

JOURNAL_ACCOUNTS = {
    "inventory": "QUICKBOOKS_INVENTORY_ACCOUNT",
    "cost": "QUICKBOOKS_COST_OF_SALES_ACCOUNT",
    "purchase": "QUICKBOOKS_PURCHASE_ACCOUNT",
    "expense": "QUICKBOOKS_EXPENSE_ACCOUNT",
    "trade_in": "QUICKBOOKS_TRADE_IN_ITEM",
}
"""The setting that names the account of a line of a journal entry, or the item whose account it is."""


def to_invoice(
    sale: Mapping[str, Any], customer_id: str, items: Mapping[str, str], tax_code: str | None = None
) -> dict[str, Any]:
    """The invoice of a sale (a row of `books.FOR_INVOICES`), with the tax code of its lines, if any.

    `items` has the item of each setting that names one.
    """
    others = [
        _sales_line(int(line["amount_cents"]), str(line["description"]), items[line_setting(line)], tax_code)
        for line in from_json(sale["lines"])
    ]
    return {
        "DocNumber": sale["doc_number"],
        "TxnDate": sale["sale_date"],
        "PrivateNote": _note("sale", sale),
        "CustomerRef": {"value": customer_id},
        "Line": [_sales_line(int(sale["sale_price_cents"]), _car(sale), items["QUICKBOOKS_SALES_ITEM"], tax_code), *others],
    }


def _sales_line(amount_cents: int, description: str, item_id: str, tax_code: str | None) -> dict[str, Any]:
    """One line of an invoice. What is taken off is a line below zero, as Intuit's own articles do it.

    Source: quickbooks.intuit.com, "Record a retainer or deposit"; "Track trade-in cars as inventory" (HOW13274).
    """
    amount = amount_cents / 100
    return {
        "Amount": amount,
        "DetailType": "SalesItemLineDetail",
        "Description": description[:MAX_TEXT],
        "SalesItemLineDetail": {"ItemRef": {"value": item_id}, "Qty": 1, "UnitPrice": amount, **_taxed(tax_code)},
    }


def to_purchase(
    record: Mapping[str, Any], vendor_id: str | None, expense_id: str, paid_from: tuple[str, str], tax_code: str | None = None
) -> dict[str, Any]:
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
                "Amount": int(record["amount_cents"]) / 100,
                "DetailType": "AccountBasedExpenseLineDetail",
                "Description": f"{_car(record)}: {record['description']}"[:MAX_TEXT],
                "AccountBasedExpenseLineDetail": {"AccountRef": {"value": expense_id}, **_taxed(tax_code)},
            }
        ],
    }


def to_journal(entry: Mapping[str, Any], accounts: Mapping[str, str]) -> dict[str, Any]:
    """A journal entry (a row of `FOR_JOURNALS`); `accounts` has the account of each setting that names one.

    Source: developer.intuit.com, API reference: JournalEntry.
    """
    return {
        "DocNumber": entry["doc_number"],
        "TxnDate": entry["entry_date"],
        "PrivateNote": _note(JOURNAL_WORDS[str(entry["kind"])], entry),
        "Line": [
            {
                "Amount": abs(amount_cents) / 100,
                "DetailType": "JournalEntryLineDetail",
                "Description": f"{JOURNAL_WORDS[str(entry['kind'])].capitalize()}: {_car(entry)}"[:MAX_TEXT],
                "JournalEntryLineDetail": {
                    "PostingType": "Debit" if amount_cents > 0 else "Credit",
                    "AccountRef": {"value": accounts[JOURNAL_ACCOUNTS[account]]},
                },
            }
            for account, amount_cents in from_json(entry["lines"])
        ],
    }


def placed(content: Mapping[str, Any], class_id: str | None, department_id: str | None) -> dict[str, Any]:
    """A document with its class and its department, if any: a class stands on each line, a department on the document.

    On a journal entry both stand on each line.
    Source: developer.intuit.com, API reference: Class, Department, Invoice and Purchase (`DepartmentRef`, and `ClassRef` in the
    detail of a line), JournalEntry (`JournalEntryLineDetail`). ASSUMED: the company tracks classes by line, not by document;
    to be confirmed under *Account and settings*, *Advanced*, *Categories*.
    """
    by_line = {"ClassRef": class_id, "DepartmentRef": department_id}
    whole: dict[str, Any] = {}
    if content["Line"][0]["DetailType"] != "JournalEntryLineDetail":
        whole = {"DepartmentRef": {"value": department_id}} if department_id else {}
        by_line.pop("DepartmentRef")
    references = {name: {"value": value} for name, value in by_line.items() if value}
    lines = [{**line, line["DetailType"]: {**line[line["DetailType"]], **references}} for line in content["Line"]]
    return {**content, **whole, "Line": lines}


def _taxed(tax_code: str | None) -> dict[str, Any]:
    """The tax code of a line. Companies outside the United States need one; QuickBooks refuses a line without it (6000).

    Source: https://github.com/activepieces/activepieces/issues/8539; developer.intuit.com, API reference: Invoice (`TaxCodeRef`).
    """
    return {"TaxCodeRef": {"value": tax_code}} if tax_code else {}


def is_ours(found: Entity, row: Mapping[str, Any]) -> bool:
    """Whether a document is the one that we sent.

    It has our number, and our id in its note; a document whose note was taken out has our amount.
    """
    if found.number != row["doc_number"]:
        return False
    return str(row["id"]) in found.note if found.note else found.total_cents == int(row["amount_cents"])


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


def to_plain_name(name: str) -> str:
    """A name without the characters beyond U+FFFF, such as emoji, which not every part of QuickBooks takes."""
    return " ".join(re.sub(r"[^\u0000-\uffff]", " ", name).split()) or "Unnamed"
