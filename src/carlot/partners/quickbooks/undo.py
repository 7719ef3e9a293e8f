"""Undoing in the books what was undone here: an invoice is voided, an expense deleted, and nothing that is not ours.

The dealer is asked where money was paid on the invoice and he has not voided its sale, and where QuickBooks refuses for that.
Ids are unique within a company only, so that an id of another company is never looked at in this one.
Source: developer.intuit.com, API reference: Invoice ("Void an invoice"), Purchase ("Delete a purchase").
"""

from __future__ import annotations

from carlot.domain.author import DMS
from carlot.domain.times import after, instant
from carlot.errors import Doubtful, Permanent
from carlot.lot.sale_changes import Paid, ask_to_void
from carlot.partners.quickbooks import client
from carlot.partners.quickbooks.client import Company
from carlot.partners.quickbooks.correct import refused_for_payments
from carlot.partners.quickbooks.documents import is_ours
from carlot.partners.quickbooks.mapping import CHANGED, Entity, Fault
from carlot.partners.quickbooks.sent import HOLD_S, check_arrived, is_elsewhere, look_up
from carlot.platform.ports import Row, Services
from carlot.store import history, questions, quickbooks_documents, tasks
from carlot.store.tasks import Lease, Outcome

UNDER_WAY_VOID_S = 600.0
"""How long what is void by now may still be on its way: nothing tells of it should it still arrive after it was looked for."""


async def take_back(services: Services, company: Company, lease: Lease, row: Row) -> Outcome:
    """Undo what was posted of a sale or record that is void. Raises: as `client`, `Permanent`, `Doubtful`."""
    realm, entity = services.settings.quickbooks_realm_id, quickbooks_documents.LEDGERS[lease.kind].entity
    if is_elsewhere(row, realm):
        return Outcome(summary=_elsewhere(row))
    current = await _in_the_books(services, company, entity, row)
    if current is None and not _is_known(row):
        return Outcome(summary=_absent(row))
    now = services.clock.now()
    document_id = str(row["posted_id"]) if current is None else current.id
    undone = quickbooks_documents.mark_posted(lease.kind, str(row["id"]), realm, document_id, 0, instant(now))
    if current is None or current.is_void:
        return Outcome((undone,), "It is void in QuickBooks.")
    if not is_ours(current, row):
        raise Permanent(
            f"The {entity.lower()} in QuickBooks no longer has the number {row['doc_number']} and the note of CarLot Manager. "
            "Void it in QuickBooks, then retry."
        )
    if lease.kind == "invoice" and current.paid_cents and (kept := await _kept(services, row, Paid(current.paid_cents))):
        return kept
    await services.database.batch([tasks.extend(lease, after(now, HOLD_S))])
    undo = client.void if lease.kind == "invoice" else client.remove
    try:
        await undo(company, entity, current.id, current.sync_token)
    except Fault as fault:
        if fault.code in CHANGED:
            raise Doubtful(str(fault)) from fault
        if lease.kind == "invoice" and (paid := await refused_for_payments(company, current, fault)):
            return _asked(services, row, paid)
        raise
    return Outcome((undone,), f"{entity} {row['doc_number']} voided.")


async def _kept(services: Services, row: Row, paid: Paid) -> Outcome | None:
    """What a paid invoice comes to that is not voided now; `None`: it is, because the dealer wants it so."""
    chosen = await questions.chosen(services.database, "invoice_paid", str(row["id"]))
    if chosen == "leave":
        return Outcome(summary="The invoice stays in QuickBooks, as you have decided.")
    if chosen is None and await history.voided_by(services.database, str(row["id"]), str(row["vehicle_id"])) == DMS:
        return _asked(services, row, paid)
    return None


def _asked(services: Services, row: Row, paid: Paid) -> Outcome:
    asked = ask_to_void(services, str(row["id"]), str(row["vehicle_id"]), paid)
    return Outcome((asked,), "Money was paid on the invoice: you are asked whether to void it.")


def _is_known(row: Row) -> bool:
    """Whether it is known under which id and in which company it was posted."""
    return row["posted_id"] is not None and row["books_realm_id"] is not None


async def _in_the_books(services: Services, company: Company, entity: str, row: Row) -> Entity | None:
    """The document: by its id where that is known to be this company's, else by its number."""
    if _is_known(row):
        return await client.read(company, entity, str(row["posted_id"]))
    # What the database says was never sent is looked for too: it may have been put back from a backup.
    if row["posted_id"] is None and row["books_tried_at"] is not None:
        check_arrived(row, services.clock.now(), UNDER_WAY_VOID_S)
    return await look_up(company, entity, row)


def _elsewhere(row: Row) -> str:
    if row["posted_id"] is not None:
        return "It was posted to another QuickBooks company; void it there."
    return f"It may have been posted to another QuickBooks company; look there for number {row['doc_number']} and void it."


def _absent(row: Row) -> str:
    if row["posted_id"] is None:
        return "It is not in QuickBooks."
    return "It is not in this QuickBooks company. If it was posted to another one, void it there."
