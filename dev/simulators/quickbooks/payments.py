"""The rules of payments, and their effect on the balance of invoices."""

from typing import Any

from simulators.quickbooks import refusals
from simulators.quickbooks.company import Body, Company, Record
from simulators.quickbooks.documents import head
from simulators.quickbooks.knobs import Knobs
from simulators.quickbooks.money import cents, dollars
from simulators.quickbooks.names import reference

UNDEPOSITED = "Undeposited Funds"


def payment(company: Company, body: Body, before: Record | None, knobs: Knobs) -> Body:
    """Return a complete payment. The amount that its lines do not apply stays as credit. Raises: Refused."""
    customer = reference(company, "Customer", body.get("CustomerRef"), "CustomerRef")
    total_cents = cents(body.get("TotalAmt")) if "TotalAmt" in body else None
    if "TotalAmt" not in body:
        raise refusals.missing_parameter("TotalAmt")
    if total_cents is None or total_cents < 0:
        raise refusals.invalid_decimal("TotalAmt", body["TotalAmt"])
    lines = _lines(company, body.get("Line"), customer["value"], before)
    applied_cents = sum(applied(line) for line in lines)
    if applied_cents > total_cents:
        raise refusals.business("The amounts applied are more than the payment")
    whole = {"ProcessPayment": False, **body, **head(company, "Payment", body, before, knobs), "CustomerRef": customer}
    if "DepositToAccountRef" in body:
        whole["DepositToAccountRef"] = reference(company, "Account", body["DepositToAccountRef"], "DepositToAccountRef")
    amounts = {"TotalAmt": dollars(total_cents), "UnappliedAmt": dollars(total_cents - applied_cents)}
    return whole | {"Line": lines, "LinkedTxn": [], **amounts}


def _lines(company: Company, sent: Any, customer_id: str, before: Record | None) -> list[Body]:
    given_back = amounts_by_invoice(before.body["Line"]) if before else {}
    lines = []
    for line in sent or []:
        links = line.get("LinkedTxn") if isinstance(line, dict) else None
        if not isinstance(links, list) or len(links) != 1 or not isinstance(links[0], dict):
            raise refusals.missing_parameter("Line.LinkedTxn")
        amount_cents = cents(line.get("Amount"))
        if amount_cents is None or amount_cents < 0:
            raise refusals.invalid_decimal("Line.Amount", line.get("Amount"))
        invoice_id = str(links[0].get("TxnId"))
        invoice = company.find("Invoice", invoice_id) if links[0].get("TxnType") == "Invoice" else None
        if invoice is None:
            raise refusals.not_found()
        if invoice.body["CustomerRef"]["value"] != customer_id:
            raise refusals.business("The invoice is another customer's")
        open_cents = (cents(invoice.body["Balance"]) or 0) + given_back.get(invoice_id, 0)
        if amount_cents > open_cents:
            raise refusals.business("The payment is more than the open balance of the invoice")
        given_back[invoice_id] = given_back.get(invoice_id, 0) - amount_cents
        lines.append({"Amount": dollars(amount_cents), "LinkedTxn": [{"TxnId": invoice_id, "TxnType": "Invoice"}]})
    return lines


def applied(line: Body) -> int:
    """Return the cents that one line of a payment takes off an invoice."""
    return cents(line["Amount"]) or 0


def amounts_by_invoice(lines: list[Body]) -> dict[str, int]:
    """Return the cents that a payment's lines take off each invoice, by its `Id`."""
    amounts: dict[str, int] = {}
    for line in lines:
        invoice_id = line["LinkedTxn"][0]["TxnId"]
        amounts[invoice_id] = amounts.get(invoice_id, 0) + applied(line)
    return amounts


def settle(company: Company, payment_id: str, before: dict[str, int], after: dict[str, int]) -> None:
    """Update the invoices of a payment to match its lines: `Balance`, `LinkedTxn`, and with them `SyncToken`."""
    for invoice_id in {**before, **after}:
        invoice = company.find("Invoice", invoice_id)
        if invoice is None:
            continue
        balance_cents = (cents(invoice.body["Balance"]) or 0) + before.get(invoice_id, 0) - after.get(invoice_id, 0)
        links = [link for link in invoice.body["LinkedTxn"] if link["TxnId"] != payment_id]
        if invoice_id in after:
            links.append({"TxnId": payment_id, "TxnType": "Payment"})
        company.change(invoice, {**without_identity(invoice.body), "Balance": dollars(balance_cents), "LinkedTxn": links})


def without_identity(body: Body) -> Body:
    """Return an object without the properties that the books manage."""
    return {name: value for name, value in body.items() if name not in ("Id", "SyncToken", "MetaData", "domain", "sparse")}
