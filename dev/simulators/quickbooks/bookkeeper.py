"""Manual changes in QuickBooks: take a payment, void, delete or edit a document. Closed periods and limits do not apply."""

from collections.abc import Callable
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from simulators.quickbooks import books, refusals
from simulators.quickbooks.company import Body, Company, Record
from simulators.quickbooks.kinds import KINDS
from simulators.quickbooks.knobs import Knobs
from simulators.quickbooks.money import cents, dollars

Work = Callable[[], Record]


class _Document(BaseModel):
    model_config = ConfigDict(extra="forbid")

    realm: str | None = None
    doc_number: str | None = None


class Payment(_Document):
    """Body of `POST /_sim/quickbooks/pay`."""

    invoice: str | None = None
    amount_cents: int | None = Field(default=None, gt=0)
    date: str | None = None


class Alteration(_Document):
    """Body of `POST /_sim/quickbooks/change`."""

    action: Literal["void", "delete", "edit"]
    kind: Literal["Invoice", "Purchase", "Payment", "JournalEntry"]
    id: str | None = None
    set: dict[str, Any] = {}
    amount_cents: int | None = Field(default=None, ge=0)

    @model_validator(mode="after")
    def _edits_something(self) -> "Alteration":
        if self.action == "edit" and not self.set and self.amount_cents is None:
            raise ValueError("an edit requires set or amount_cents")
        return self


def pay(company: Company, wish: Payment) -> Record:
    """Take a payment for one invoice. Raises: Refused."""
    invoice = find(company, "Invoice", wish.invoice, wish.doc_number)
    amount = dollars(cents(invoice.body["Balance"]) or 0 if wish.amount_cents is None else wish.amount_cents)
    links = [{"TxnId": invoice.object_id, "TxnType": "Invoice"}]
    customer = {"value": invoice.body["CustomerRef"]["value"]}
    body: Body = {"TotalAmt": amount, "CustomerRef": customer, "Line": [{"Amount": amount, "LinkedTxn": links}]}
    if wish.date is not None:
        body["TxnDate"] = wish.date
    return books.create(company, KINDS["payment"], body, Knobs())


def alter(company: Company, wish: Alteration) -> Record:
    """Void, delete or edit one document. Raises: Refused."""
    record = find(company, wish.kind, wish.id, wish.doc_number)
    if wish.action == "void":
        books.make_void(company, record)
    elif wish.action == "delete":
        books.erase(company, record)
    else:
        edit = {**wish.set, "Id": record.object_id, "SyncToken": record.body["SyncToken"], "sparse": True}
        if wish.amount_cents is not None:
            edit |= {"TotalAmt": dollars(wish.amount_cents)} if wish.kind == "Payment" else _repriced(record, wish.amount_cents)
        books.update(company, KINDS[wish.kind.lower()], edit, Knobs(duplicate_document="allowed"))
    return record


def find(company: Company, kind: str, number: str | None, doc_number: str | None) -> Record:
    """Return a document that was not deleted, by `Id` or by `DocNumber`. Raises: Refused."""
    for record in company.standing(kind):
        if record.object_id == number or (doc_number is not None and record.body.get("DocNumber") == doc_number):
            return record
    raise refusals.not_found()


def _repriced(record: Record, amount_cents: int) -> Body:
    """Return the lines of a document with a new amount in the first one."""
    line = dict(record.body["Line"][0])
    line["Amount"] = dollars(amount_cents)
    if line["DetailType"] == "SalesItemLineDetail":
        line["SalesItemLineDetail"] = {**line["SalesItemLineDetail"], "Qty": 1, "UnitPrice": line["Amount"]}
    return {"Line": [line, *record.body["Line"][1:]]}
