"""What has changed in the books: payments, and documents voided, deleted or edited there. It is seen and shown, not fought.

Events only name what to look at; what holds is read from the books, so that neither order nor repeats matter.
Source: developer.intuit.com, API reference: Payment (`LinkedTxn`), Invoice (`Balance`), "Change data capture".
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from carlot.domain.money import dollars
from carlot.domain.times import after, instant, parse_instant
from carlot.partners.quickbooks import client
from carlot.partners.quickbooks.client import Company
from carlot.partners.quickbooks.company import open_company
from carlot.partners.quickbooks.documents import is_ours
from carlot.partners.quickbooks.mapping import Entity
from carlot.partners.quickbooks.webhook import KINDS
from carlot.platform.ports import Row, Services
from carlot.store import payments, quickbooks_documents
from carlot.store.tasks import Lease, Outcome

OVERLAP = timedelta(hours=1)
"""How far a look at changes reaches back behind the last one: their clock may differ from ours."""

MOST_CHANGES = 1000
"""Objects in one answer."""

LOOKED_AT = ("Invoice", "Payment", "Purchase")


async def read_payment(services: Services, lease: Lease) -> Outcome:
    """Take over one payment: what it pays of which sale. What is owed is then read from the invoices. Raises: as `client`."""
    realm = services.settings.quickbooks_realm_id
    company = await open_company(services)
    payment = await client.read(company, "Payment", lease.subject_id)
    paid = _paid(payment)
    before = await payments.invoices_of(services.database, realm, lease.subject_id)
    ours = await _sales_of(services, company, {*paid, *before})
    writes = payments.forget(realm, lease.subject_id, ours.values())
    now = services.clock.now()
    at = instant(now)
    for invoice_id, sale_id in ours.items():
        if payment is not None and invoice_id in paid:
            writes.append(payments.keep(lease.subject_id, sale_id, paid[invoice_id], payment.date or at[:10], at))
    if not ours:
        return Outcome(tuple(writes), "This is not a payment for one of our sales.")
    # Each invoice has a task of its own that reads it: of two payments at once, none takes down a balance from before the other.
    checks = quickbooks_documents.enqueue_changed([("invoice_check", invoice_id) for invoice_id in ours], at)
    return Outcome(tuple(writes), "Payment read.", enqueue=(checks,))


async def check_invoice(services: Services, lease: Lease) -> Outcome:
    """See what the books show of an invoice of ours by now. Raises: as `client`."""
    row, found = await _looked_at(services, "invoice", lease.subject_id)
    if row is None:
        return Outcome(summary="This is not one of our invoices.")
    gone = found is None or found.is_void
    owed = 0 if gone or found is None or found.balance_cents is None else found.balance_cents
    note = _difference(found, int(row["amount_cents"]))
    realm, now = services.settings.quickbooks_realm_id, instant(services.clock.now())
    paid = not gone and owed == 0
    return Outcome((payments.note_invoice(str(row["id"]), realm, owed, note, now, paid=paid),), "Invoice read.")


async def check_expense(services: Services, lease: Lease) -> Outcome:
    """See what the books show of an expense of ours by now. Raises: as `client`."""
    row, found = await _looked_at(services, "expense", lease.subject_id)
    if row is None:
        return Outcome(summary="This is not one of our expenses.")
    note = _difference(found, int(row["amount_cents"]))
    realm, now = services.settings.quickbooks_realm_id, instant(services.clock.now())
    return Outcome((payments.note_expense(str(row["id"]), realm, note, now),), "Expense read.")


async def check_changes(services: Services, lease: Lease) -> Outcome:
    """Look at everything that has changed since the last look: the webhook may have missed it. Raises: as `client`."""
    realm = services.settings.quickbooks_realm_id
    company = await open_company(services)
    now = services.clock.now()
    seen = await quickbooks_documents.seen_until(services.database, realm)
    since = (parse_instant(seen) if seen else now - timedelta(days=1)) - OVERLAP
    changes = await client.changes(company, LOOKED_AT, since)
    changed = [(KINDS[entity.lower()], each.id) for entity, found in changes.items() for each in found]
    enqueued = quickbooks_documents.enqueue_changed(changed, instant(now))
    if len(changed) < MOST_CHANGES:
        return Outcome(
            (quickbooks_documents.keep_seen(realm, instant(now)),), f"{len(changed)} changes seen.", enqueue=(enqueued,)
        )
    # There is more: go on from the latest one.
    latest = max(each.meta.updated for found in changes.values() for each in found if each.meta and each.meta.updated)
    until = instant(parse_instant(latest) + OVERLAP)
    if seen is not None and until <= seen:  # A thousand changes within the overlap: it goes on behind them.
        until = after(parse_instant(seen), OVERLAP.total_seconds())
    return Outcome(
        (quickbooks_documents.keep_seen(realm, until),), f"{len(changed)} changes seen.", more=True, enqueue=(enqueued,)
    )


async def _looked_at(services: Services, kind: str, document_id: str) -> tuple[Row | None, Entity | None]:
    """The sale or service record of a document, and the document as it is in the books; no row: it is none of ours."""
    rows = await quickbooks_documents.posted(services.database, kind, services.settings.quickbooks_realm_id, [document_id])
    if not rows:
        return None, None
    found = await client.read(await open_company(services), quickbooks_documents.LEDGERS[kind].entity, document_id)
    return next((row for row in rows if _is_believed(row, found)), None), found


async def _sales_of(services: Services, company: Company, invoice_ids: Collection[str]) -> dict[str, str]:
    """Those of the invoices that are ours, with their sales."""
    ours: dict[str, str] = {}
    for row in await quickbooks_documents.posted(
        services.database, "invoice", services.settings.quickbooks_realm_id, invoice_ids
    ):
        invoice_id = str(row["posted_id"])
        known = row["books_realm_id"] is not None
        if known or _is_believed(row, await client.read(company, "Invoice", invoice_id)):
            ours[invoice_id] = str(row["id"])
    return ours


def _is_believed(row: Row, found: Entity | None) -> bool:
    """Whether a document is that of a row: the company of its id is known, or the document itself shows it."""
    return row["books_realm_id"] is not None or (found is not None and is_ours(found, row))


def _difference(found: Entity | None, amount_cents: int) -> str | None:
    """What the books show otherwise than it was posted, in plain words."""
    if found is None:
        return "It was deleted in QuickBooks."
    if found.is_void:
        return "It was voided in QuickBooks."
    if found.total_cents is not None and found.total_cents != amount_cents:
        return f"It was changed in QuickBooks: it is {dollars(found.total_cents)} there."
    return None


def _paid(payment: Entity | None) -> dict[str, int]:
    """What a payment pays, in cents by invoice; nothing when it is gone or void."""
    paid: dict[str, int] = {}
    if payment is None or payment.is_void:
        return paid
    for line in payment.lines:
        for linked in line.linked:
            if linked.type == "Invoice":
                paid[linked.id] = paid.get(linked.id, 0) + round(line.amount * 100)
    return paid
