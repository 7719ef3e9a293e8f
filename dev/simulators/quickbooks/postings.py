"""The double entry behind the documents: what each debits and credits, and the trial balance of a company.

Nothing is stored: as in QuickBooks, a report reads the documents as they are now, so that a void, a deletion or a change takes
effect at the date of the document. Amounts are cents: debits above zero, credits below; those of one document sum to zero.

Source: Intuit, "Invoice" (an item's `IncomeAccountRef` is what a sale of it credits), "Payment" (`DepositToAccountRef`, else
Undeposited Funds), "Purchase", "JournalEntry".
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from simulators.quickbooks.company import Body, Company, Record
from simulators.quickbooks.money import cents

RECEIVABLE = "Accounts Receivable"
UNDEPOSITED = "UndepositedFunds"
DOCUMENTS = ("Invoice", "Payment", "Purchase", "JournalEntry")


@dataclass(frozen=True, slots=True)
class Posting:
    """One debit (above zero) or credit (below zero) on an account, with the class and the department that it counts under."""

    account_id: str
    amount_cents: int
    class_id: str | None = None
    department_id: str | None = None


def trial_balance(
    company: Company, until: str | None = None, class_name: str | None = None, department: str | None = None
) -> dict[str, int]:
    """Return the balance of each account with postings, by full name; only those up to a day, of a class or of a department."""
    totals: Counter[str] = Counter()
    for kind in DOCUMENTS:
        for record in company.standing(kind):
            if until is not None and record.body["TxnDate"] > until:
                continue
            for posting in postings(company, record):
                if class_name is not None and _name(company, "Class", posting.class_id) != class_name:
                    continue
                if department is not None and _name(company, "Department", posting.department_id) != department:
                    continue
                totals[posting.account_id] += posting.amount_cents
    named = {_name(company, "Account", account_id) or account_id: total for account_id, total in totals.items()}
    return {name: total for name, total in sorted(named.items()) if total}


def postings(company: Company, record: Record) -> list[Posting]:
    """Return what one document posts. Raises: ValueError when it is out of balance."""
    posted = list(
        {"Invoice": _invoice, "Payment": _payment, "Purchase": _purchase, "JournalEntry": _journal}[record.kind](
            company, record.body
        )
    )
    if sum(posting.amount_cents for posting in posted):
        raise ValueError(f"out of balance: {record.body}")
    return [posting for posting in posted if posting.amount_cents]


def _invoice(company: Company, body: Body) -> Iterator[Posting]:
    department = _id(body.get("DepartmentRef"))
    yield Posting(_account(company, "AccountType", RECEIVABLE), _cents(body["TotalAmt"]), _id(body.get("ClassRef")), department)
    for line in body["Line"]:
        if line["DetailType"] != "SalesItemLineDetail":
            continue
        detail = line["SalesItemLineDetail"]
        class_id = _id(detail.get("ClassRef")) or _id(body.get("ClassRef"))
        yield Posting(_income_account(company, detail), -_cents(line["Amount"]), class_id, department)


def _payment(company: Company, body: Body) -> Iterator[Posting]:
    received = _id(body.get("DepositToAccountRef")) or _account(company, "AccountSubType", UNDEPOSITED)
    yield Posting(received, _cents(body["TotalAmt"]))
    yield Posting(_account(company, "AccountType", RECEIVABLE), -_cents(body["TotalAmt"]))


def _purchase(_company: Company, body: Body) -> Iterator[Posting]:
    side = -1 if body["Credit"] else 1
    department = _id(body.get("DepartmentRef"))
    yield Posting(body["AccountRef"]["value"], -side * _cents(body["TotalAmt"]), None, department)
    for line in body["Line"]:
        detail = line["AccountBasedExpenseLineDetail"]
        yield Posting(detail["AccountRef"]["value"], side * _cents(line["Amount"]), _id(detail.get("ClassRef")), department)


def _journal(_company: Company, body: Body) -> Iterator[Posting]:
    for line in body["Line"]:
        detail = line["JournalEntryLineDetail"]
        side = 1 if detail["PostingType"] == "Debit" else -1
        places = _id(detail.get("ClassRef")), _id(detail.get("DepartmentRef"))
        yield Posting(detail["AccountRef"]["value"], side * _cents(line["Amount"]), *places)


def _income_account(company: Company, detail: Body) -> str:
    item = company.find("Item", detail["ItemRef"]["value"]) if "ItemRef" in detail else None
    if item is not None and "IncomeAccountRef" in item.body:
        return str(item.body["IncomeAccountRef"]["value"])
    return _account(company, "Classification", "Revenue")


def _account(company: Company, name: str, value: str) -> str:
    """Return the first account whose property has a value: the books' own accounts are found by what they are."""
    return next(record.object_id for record in company.standing("Account") if record.body.get(name) == value)


def _name(company: Company, kind: str, object_id: str | None) -> str | None:
    record = company.find(kind, object_id) if object_id is not None else None
    return None if record is None else str(record.body["FullyQualifiedName"])


def _id(sent: Body | None) -> str | None:
    return None if not sent else str(sent["value"])


def _cents(served: object) -> int:
    return cents(served) or 0
