"""The operations on an object of a company: create, read, update, delete, void.

The API, a batch and the controls all use these functions.
"""

from typing import Any

from simulators.quickbooks import documents, journals, names, payments, refusals
from simulators.quickbooks.company import Body, Company, Record
from simulators.quickbooks.kinds import KINDS, Kind
from simulators.quickbooks.knobs import Knobs
from simulators.quickbooks.money import cents, dollars
from simulators.quickbooks.payments import amounts_by_invoice, settle, without_identity


def kind_named(name: str) -> Kind:
    """Return the entity of a path or a batch item, in any case. Raises: Refused."""
    kind = KINDS.get(name.lower())
    if kind is None:
        raise refusals.unsupported_operation(f"on {name}")
    return kind


def create(company: Company, kind: Kind, sent: Any, knobs: Knobs) -> Record:
    """Create an object. Raises: Refused."""
    body = _writable(kind, sent)
    _check_open(knobs)
    whole = _complete(company, kind, body, None, knobs)
    record = company.add(kind.name, kind.family, whole)
    if kind.name == "Payment":
        settle(company, record.object_id, {}, amounts_by_invoice(whole["Line"]))
    return record


def read(company: Company, kind: Kind, object_id: str) -> Record:
    """Return an object. Raises: Refused."""
    record = company.find(kind.name, object_id)
    if record is None:
        raise refusals.not_found()
    return record


def update(company: Company, kind: Kind, sent: Any, knobs: Knobs) -> Record:
    """Change an object: with `sparse` only the given properties, else all, which clears omitted ones. Raises: Refused."""
    body = _writable(kind, sent)
    _check_open(knobs)
    record = _newest(company, kind, sent)
    if sent.get("sparse") in (True, "true"):
        cleared = {name for name, value in sent.items() if value in (None, "")}
        kept = {name: value for name, value in record.body.items() if name not in kind.computed and name not in cleared}
        body = {**kept, **body}
    change_to(company, record, _complete(company, kind, body, record, knobs))
    return record


def change_to(company: Company, record: Record, whole: Body, operation: str = "Update") -> None:
    """Replace the body of an object, and update the balance of an invoice."""
    before = amounts_by_invoice(record.body["Line"]) if record.kind == "Payment" else {}
    company.change(record, whole, operation)
    if record.kind == "Payment":
        settle(company, record.object_id, before, amounts_by_invoice(whole["Line"]))


def delete(company: Company, kind: Kind, sent: Any, knobs: Knobs) -> Record:
    """Delete a document. Raises: Refused."""
    if not kind.is_document:
        raise refusals.unsupported_operation("Operation hard delete requested on name list object")
    _check_open(knobs)
    record = _newest(company, kind, sent)
    documents.check_open(record.body["TxnDate"], knobs)
    if kind.name == "Invoice" and record.body["LinkedTxn"]:
        raise refusals.business("The transaction has linked transactions: unlink them before deleting it")
    erase(company, record)
    return record


def erase(company: Company, record: Record) -> None:
    """Remove a document from the books. Payments drop their links to it, and invoices get their balance back."""
    if record.kind == "Payment":
        settle(company, record.object_id, amounts_by_invoice(record.body["Line"]), {})
    elif record.kind == "Invoice":
        _unlink(company, record)
    company.delete(record)


def void(company: Company, kind: Kind, sent: Any, knobs: Knobs) -> Record:
    """Void a document: it stays, with all amounts 0 and `Voided` in its note. Raises: Refused."""
    if not kind.can_void:
        raise refusals.unsupported_operation("void")
    _check_open(knobs)
    record = _newest(company, kind, sent)
    documents.check_open(record.body["TxnDate"], knobs)
    if record.body.get("LinkedTxn") and knobs.void_of_paid != "unlinks":
        raise refusals.paid(knobs.void_of_paid)
    make_void(company, record)
    return record


def make_void(company: Company, record: Record) -> None:
    """Void a document of any kind, as its owner can in QuickBooks itself."""
    if record.kind == "Invoice":
        _unlink(company, record)
    body = without_identity(record.body)
    note = body.get("PrivateNote")
    body["PrivateNote"] = f"Voided - {note}" if note else "Voided"
    body |= {name: 0 for name in ("TotalAmt", "Balance", "UnappliedAmt") if name in body}
    body["Line"] = [] if record.kind == "Payment" else [_zeroed(line) for line in body["Line"]]
    record.voided = True
    change_to(company, record, body, "Void")


def _zeroed(line: Body) -> Body:
    detail = line.get(line["DetailType"])
    zeroed = {**line, "Amount": 0}
    if isinstance(detail, dict):
        zeroed[line["DetailType"]] = {name: 0 if name in ("Qty", "UnitPrice") else value for name, value in detail.items()}
    return zeroed


def _unlink(company: Company, invoice: Record) -> None:
    for link in list(invoice.body["LinkedTxn"]):
        paid = company.find("Payment", link["TxnId"])
        if paid is None:
            continue
        kept = [line for line in paid.body["Line"] if line["LinkedTxn"][0]["TxnId"] != invoice.object_id]
        freed = sum(amounts_by_invoice(paid.body["Line"]).values()) - sum(amounts_by_invoice(kept).values())
        unapplied = (cents(paid.body["UnappliedAmt"]) or 0) + freed
        change_to(company, paid, {**without_identity(paid.body), "Line": kept, "UnappliedAmt": dollars(unapplied)})


def _complete(company: Company, kind: Kind, body: Body, before: Record | None, knobs: Knobs) -> Body:
    if kind.name == "Invoice":
        return documents.invoice(company, body, before, knobs)
    if kind.name == "Purchase":
        return documents.purchase(company, body, before, knobs)
    if kind.name == "JournalEntry":
        return journals.journal_entry(company, body, before, knobs)
    if kind.name == "Payment":
        return payments.payment(company, body, before, knobs)
    return names.complete(company, kind, body, before)


def _writable(kind: Kind, sent: Any) -> Body:
    """Return the properties to write, without blanks and computed ones. Raises: Refused for unknown properties."""
    if not isinstance(sent, dict):
        raise refusals.unreadable()
    for name in sent:
        if name not in kind.properties:
            raise refusals.unsupported_property(name)
    # A payment's total is the only total that is not computed from the lines.
    return {name: value for name, value in sent.items() if value not in (None, "") and name not in kind.computed}


def _newest(company: Company, kind: Kind, sent: Any) -> Record:
    """Return the object with the body's `Id`, if its `SyncToken` is the newest. Raises: Refused."""
    if not isinstance(sent, dict):
        raise refusals.unreadable()
    for name in ("Id", "SyncToken"):
        if sent.get(name) in (None, ""):
            raise refusals.missing_parameter(name)
    record = read(company, kind, str(sent["Id"]))
    if str(sent["SyncToken"]) != record.body["SyncToken"]:
        raise refusals.stale()
    return record


def _check_open(knobs: Knobs) -> None:
    if knobs.subscription_ended:
        raise refusals.subscription_ended()
