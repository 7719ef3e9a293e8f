"""The rules of journal entries: debits and credits on accounts, which are equal.

Source: Intuit's API reference, JournalEntry: each line has an amount of at least zero, a `PostingType` and an account; the debits
equal the credits; a line on accounts receivable names a customer, one on accounts payable a vendor.
"""

from typing import Any

from simulators.quickbooks import refusals
from simulators.quickbooks.company import Body, Company, Record
from simulators.quickbooks.documents import head, sent_lines
from simulators.quickbooks.knobs import Knobs
from simulators.quickbooks.money import cents, dollars
from simulators.quickbooks.names import USD, reference, tracked

SIDES = {"Debit": 1, "Credit": -1}
PARTY_OF = {"Accounts Receivable": "Customer", "Accounts Payable": "Vendor"}


def journal_entry(company: Company, body: Body, before: Record | None, knobs: Knobs) -> Body:
    """Return a complete journal entry. Raises: Refused."""
    lines: list[Body] = []
    difference_cents = 0
    for line in sent_lines(body.get("Line")):
        amount_cents, detail = _line(company, line)
        difference_cents += SIDES[detail["PostingType"]] * amount_cents
        number = len(lines)
        lines.append(
            {**line, "Id": str(number), "LineNum": number + 1, "Amount": dollars(amount_cents), "JournalEntryLineDetail": detail}
        )
    if len(lines) < 2:
        raise refusals.business("A transaction requires at least two lines")
    if difference_cents:
        raise refusals.business(
            "The transaction is not in balance. Make sure the total amount in the debit column equals the credits"
        )
    whole = {"Adjustment": False, **body, **head(company, "JournalEntry", body, before, knobs), "CurrencyRef": USD}
    return whole | {"Line": lines, "TxnTaxDetail": {}}


def _line(company: Company, line: Body) -> tuple[int, Body]:
    if line["DetailType"] != "JournalEntryLineDetail":
        raise refusals.invalid_choice("Line.DetailType", line["DetailType"])
    detail = line.get("JournalEntryLineDetail")
    if not isinstance(detail, dict):
        raise refusals.missing_parameter("JournalEntryLineDetail")
    amount_cents = cents(line.get("Amount"))
    if amount_cents is None or amount_cents < 0:
        raise refusals.invalid_decimal("Line.Amount", line.get("Amount"))
    if detail.get("PostingType") not in SIDES:
        raise refusals.invalid_choice("PostingType", detail.get("PostingType"))
    account = reference(company, "Account", detail.get("AccountRef"), "AccountRef")
    _check_party(company, account, detail.get("Entity"))
    return amount_cents, {**tracked(company, detail, "ClassRef", "DepartmentRef"), "AccountRef": account}


def _check_party(company: Company, account: Body, party: Any) -> None:
    found = company.find("Account", account["value"])
    family = PARTY_OF.get(found.body["AccountType"]) if found is not None else None
    if family is None:
        return
    if not isinstance(party, dict) or party.get("Type") != family:
        raise refusals.business(f"When you use {account['name']}, you must choose a {family.lower()} in the Name field")
    reference(company, family, party.get("EntityRef"), "EntityRef")
