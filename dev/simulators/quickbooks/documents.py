"""The rules of documents: invoices and purchases, their lines, numbers and totals."""

from datetime import date, timedelta
from typing import Any

from simulators.quickbooks import refusals
from simulators.quickbooks.clock import day
from simulators.quickbooks.company import Body, Company, Record
from simulators.quickbooks.knobs import Knobs
from simulators.quickbooks.money import cents, dollars
from simulators.quickbooks.names import USD, reference, tracked

LONGEST_NUMBER = 21
LONGEST_NOTE = 4000
DUE_DAYS = 30
PAID_FROM = {"Cash": "Bank", "Check": "Bank", "CreditCard": "Credit Card"}


def invoice(company: Company, body: Body, before: Record | None, knobs: Knobs) -> Body:
    """Return a complete invoice. Its balance is the total less earlier payments. Raises: Refused."""
    customer = reference(company, "Customer", body.get("CustomerRef"), "CustomerRef")
    check_taxed(company, body.get("Line"), knobs)
    lines, total_cents = _sales_lines(company, body.get("Line"))
    if total_cents < 0:
        raise refusals.business("Transaction amount must be 0 or greater")
    whole = {
        **tracked(company, body, "ClassRef", "DepartmentRef"),
        **head(company, "Invoice", body, before, knobs),
        "CustomerRef": customer,
    }
    paid_cents = _amount(before.body["TotalAmt"]) - _amount(before.body["Balance"]) if before else 0
    if paid_cents > total_cents:
        raise refusals.business("The invoice has payments above its new total")
    email = company.find("Customer", customer["value"])
    if "BillEmail" not in whole and email is not None and "PrimaryEmailAddr" in email.body:
        whole["BillEmail"] = email.body["PrimaryEmailAddr"]
    due = date.fromisoformat(whole["TxnDate"]) + timedelta(days=DUE_DAYS)
    defaults = {"DueDate": due.isoformat(), "PrintStatus": "NeedToPrint", "EmailStatus": "NotSet", "ApplyTaxAfterDiscount": False}
    return (
        defaults
        | whole
        | {
            "Line": [*lines, {"Amount": dollars(total_cents), "DetailType": "SubTotalLineDetail", "SubTotalLineDetail": {}}],
            "LinkedTxn": before.body["LinkedTxn"] if before else [],
            "TxnTaxDetail": {"TotalTax": 0},
            "Deposit": 0,
            "TotalAmt": dollars(total_cents),
            "Balance": dollars(total_cents - paid_cents),
        }
    )


def purchase(company: Company, body: Body, before: Record | None, knobs: Knobs) -> Body:
    """Return a complete expense. Raises: Refused."""
    paid_by = body.get("PaymentType")
    if not paid_by:
        raise refusals.missing_parameter("PaymentType")
    if paid_by not in PAID_FROM:
        raise refusals.invalid_choice("PaymentType", paid_by)
    account = reference(company, "Account", body.get("AccountRef"), "AccountRef")
    found = company.find("Account", account["value"])
    if found is None or found.body["AccountType"] != PAID_FROM[paid_by]:
        raise refusals.business(f"An expense of type {paid_by} is paid from an account of type {PAID_FROM[paid_by]}")
    check_taxed(company, body.get("Line"), knobs)
    lines, total_cents = _expense_lines(company, body.get("Line"))
    whole = {**tracked(company, body, "DepartmentRef"), **head(company, "Purchase", body, before, knobs), "AccountRef": account}
    if "EntityRef" in body:
        family = body["EntityRef"].get("type") or "Vendor" if isinstance(body["EntityRef"], dict) else "Vendor"
        if family not in ("Vendor", "Customer", "Employee"):
            raise refusals.invalid_choice("EntityRef.type", family)
        whole["EntityRef"] = {**reference(company, family, body["EntityRef"], "EntityRef"), "type": family}
    return (
        {"PrintStatus": "NotSet"}
        | whole
        | {
            "Credit": bool(body.get("Credit")),
            "Line": lines,
            "LinkedTxn": [],
            "TotalAmt": dollars(total_cents),
            "PurchaseEx": {"any": []},
        }
    )


def head(company: Company, kind: str, body: Body, before: Record | None, knobs: Knobs) -> Body:
    """Return the properties that all documents have: number, date, note, currency. Raises: Refused."""
    note = body.get("PrivateNote")
    if note is not None and (not isinstance(note, str) or len(note) > LONGEST_NOTE):
        raise refusals.wrong_length("PrivateNote", LONGEST_NOTE, len(str(note)))
    served: Body = {"TxnDate": _date(body.get("TxnDate"), company, before), "CurrencyRef": USD}
    check_open(served["TxnDate"], knobs)
    if before is not None:
        check_open(before.body["TxnDate"], knobs)
    number = _number(company, kind, body.get("DocNumber"), before, knobs)
    if number is not None:
        served["DocNumber"] = number
    return served


def check_open(txn_date: str, knobs: Knobs) -> None:
    """Raise Refused when the bookkeeper has closed the period."""
    if knobs.books_closed_until is not None and txn_date <= knobs.books_closed_until:
        raise refusals.books_closed(knobs.books_closed_until, knobs.books_closed_code)


def check_taxed(company: Company, lines: Any, knobs: Knobs) -> None:
    """Raise Refused when a line of a company outside the US has no tax code.

    Source: https://github.com/activepieces/activepieces/issues/8539.
    """
    for line in lines if isinstance(lines, list) else []:
        detail = line.get(line.get("DetailType")) if isinstance(line, dict) else None
        if not isinstance(detail, dict) or line["DetailType"] == "SubTotalLineDetail":
            continue
        code = detail.get("TaxCodeRef")
        if code and code.get("value") not in ("TAX", "NON"):
            reference(company, "TaxCode", code, "TaxCodeRef")
        if knobs.country != "US" and not code:
            raise refusals.business("Make sure all your transactions have a GST/HST rate before you save.")


def _date(sent: Any, company: Company, before: Record | None) -> str:
    if sent is None:
        return str(before.body["TxnDate"]) if before else day(company.clock.now())
    try:
        return date.fromisoformat(sent).isoformat()
    except (TypeError, ValueError):
        raise refusals.invalid_date("TxnDate", sent) from None


def _number(company: Company, kind: str, sent: Any, before: Record | None, knobs: Knobs) -> str | None:
    if sent is None:
        # QuickBooks numbers only sales forms; an expense without a number stays without one.
        return None if kind != "Invoice" or knobs.custom_txn_numbers else company.next_doc_number()
    if not isinstance(sent, str):
        raise refusals.unsupported_property("DocNumber")
    if len(sent) > LONGEST_NUMBER:
        raise refusals.wrong_length("DocNumber", LONGEST_NUMBER, len(sent))
    if knobs.duplicate_document != "allowed":
        for other in company.standing(kind):
            if other is not before and other.body.get("DocNumber") == sent:
                raise refusals.duplicate_document(knobs.duplicate_document, sent, kind, other.object_id)
    return sent


def _sales_lines(company: Company, sent: Any) -> tuple[list[Body], int]:
    lines: list[Body] = []
    total_cents = 0
    for line in sent_lines(sent):
        if line["DetailType"] == "SubTotalLineDetail":
            continue  # QuickBooks computes its own subtotal
        amount_cents = _line_amount(line)
        if line["DetailType"] == "SalesItemLineDetail":
            line["SalesItemLineDetail"] = _sales_detail(company, line, amount_cents)
        elif line["DetailType"] != "DescriptionOnly":
            raise refusals.invalid_choice("Line.DetailType", line["DetailType"])
        total_cents += amount_cents
        lines.append(_numbered(line, len(lines) + 1, amount_cents))
    if not lines:
        raise refusals.missing_parameter("Line")
    return lines, total_cents


def _sales_detail(company: Company, line: Body, amount_cents: int) -> Body:
    detail = line.get("SalesItemLineDetail")
    if not isinstance(detail, dict):
        raise refusals.missing_parameter("SalesItemLineDetail")
    detail = tracked(company, detail, "ClassRef")
    price, quantity = detail.get("UnitPrice"), detail.get("Qty")
    if price is not None and quantity is not None:
        price_cents = cents(price)
        if price_cents is None or isinstance(quantity, bool) or not isinstance(quantity, int | float | str):
            raise refusals.invalid_decimal("UnitPrice", price)
        try:
            product = round(price_cents * float(quantity))
        except ValueError:
            raise refusals.invalid_decimal("Qty", quantity) from None
        if product != amount_cents:
            raise refusals.wrong_product(line.get("Amount"))
    if "ItemRef" in detail:
        detail["ItemRef"] = reference(company, "Item", detail["ItemRef"], "ItemRef")
        item = company.find("Item", detail["ItemRef"]["value"])
        if item is not None and item.body["Type"] == "Category":
            raise refusals.category()
    return {**detail, "TaxCodeRef": detail.get("TaxCodeRef") or {"value": "NON"}}


def _expense_lines(company: Company, sent: Any) -> tuple[list[Body], int]:
    lines: list[Body] = []
    total_cents = 0
    for line in sent_lines(sent):
        amount_cents = _line_amount(line)
        if line["DetailType"] != "AccountBasedExpenseLineDetail":
            raise refusals.invalid_choice("Line.DetailType", line["DetailType"])
        detail = line.get("AccountBasedExpenseLineDetail")
        if not isinstance(detail, dict):
            raise refusals.missing_parameter("AccountBasedExpenseLineDetail")
        detail = tracked(company, detail, "ClassRef")
        account = reference(company, "Account", detail.get("AccountRef"), "AccountRef")
        served = {"BillableStatus": "NotBillable", "TaxCodeRef": {"value": "NON"}} | detail | {"AccountRef": account}
        line["AccountBasedExpenseLineDetail"] = served
        total_cents += amount_cents
        lines.append(_numbered(line, len(lines) + 1, amount_cents))
    return lines, total_cents


def sent_lines(sent: Any) -> list[Body]:
    """Return the lines of a document without blanks, each with its `DetailType`. Raises: Refused."""
    if not isinstance(sent, list) or not sent:
        raise refusals.missing_parameter("Line")
    lines = []
    for line in sent:
        if not isinstance(line, dict):
            raise refusals.unsupported_property("Line")
        if not line.get("DetailType"):
            raise refusals.missing_parameter("Line.DetailType")
        lines.append({name: value for name, value in line.items() if value not in (None, "")})
    return lines


def _line_amount(line: Body) -> int:
    if "Amount" not in line:
        if line["DetailType"] == "DescriptionOnly":
            return 0
        raise refusals.missing_parameter("Line.Amount")
    amount_cents = cents(line["Amount"])
    if amount_cents is None:
        raise refusals.invalid_decimal("Line.Amount", line["Amount"])
    return amount_cents


def _numbered(line: Body, number: int, amount_cents: int) -> Body:
    kept = {name: value for name, value in line.items() if name not in ("LinkedTxn", "CustomField") or value}
    return kept | {"Id": str(number), "LineNum": number, "Amount": dollars(amount_cents)}


def _amount(served: Any) -> int:
    """Return the cents of an amount that the books wrote."""
    return cents(served) or 0
