"""Correcting an invoice in the books when its sale was corrected. All else on it stays as it is there.

What was paid, or changed in QuickBooks by somebody, is not written over: the dealer is asked, and the sale is what the invoice is
until he has answered. QuickBooks takes no invoice below what was paid on it: that is asked too, whatever he has decided before.
Source: developer.intuit.com, API reference: Invoice ("Sparse update an invoice": `SyncToken`, and `Line` is given whole).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from pydantic_core import from_json, to_json

from carlot.domain.times import after, instant
from carlot.errors import Doubtful, Permanent
from carlot.lot.sale_changes import Paid, ask_about
from carlot.partners.quickbooks import client
from carlot.partners.quickbooks.client import Company
from carlot.partners.quickbooks.mapping import CHANGED, PAID_FOR, Entity, Fault
from carlot.partners.quickbooks.sent import HOLD_S, is_elsewhere
from carlot.platform.ports import Row, Services
from carlot.store import quickbooks_documents, sales, tasks
from carlot.store.sales import Terms
from carlot.store.tasks import Lease, Outcome


@dataclass(frozen=True, slots=True)
class _Sent:
    """What an invoice was last sent with: total in cents, day, our customer's id, lines.

    `is_decided`: the dealer has decided since that the invoice is to be as its sale is, whatever the books show.
    """

    total_cents: int
    date: str
    customer_id: str | None
    lines: list[dict[str, Any]]
    is_decided: int = 0


def is_corrected(row: Row) -> bool:
    """Whether a sale or a service record is no longer what it was last sent as. A journal entry never changes."""
    return bool(row["is_news"])


def was_sent_otherwise(row: Row, found: Entity) -> bool:
    """Whether what is found in the books is what was sent before the sale was corrected."""
    sent = _sent(row)
    return is_corrected(row) and sent is not None and found.total_cents == sent.total_cents


async def correct(
    services: Services, company: Company, lease: Lease, row: Row, content_of: Callable[[Row], Awaitable[Mapping[str, Any]]]
) -> Outcome:
    """Make the invoice of a sale what the sale is by now. Raises: as `client`, `Permanent`, `Doubtful`."""
    if is_elsewhere(row, services.settings.quickbooks_realm_id):
        return Outcome(summary="It was posted to another QuickBooks company; correct it there.")
    there = await client.read_with_lines(company, "Invoice", str(row["posted_id"]))
    if there is None or there[0].is_void:
        raise Permanent("The invoice was voided or deleted in QuickBooks, so that it cannot be corrected there.")
    found, lines = there
    if found.number != row["doc_number"]:
        raise Permanent(
            f"The invoice in QuickBooks no longer has the number {row['doc_number']}. Correct it there, then discard this."
        )
    wanted = await content_of(row)
    sent = _sent(row)
    if _is_so(found, lines, row, wanted):
        return _corrected(services, row, found, "is as the sale is")
    is_decided = sent is None or bool(sent.is_decided)
    if found.paid_cents > int(row["amount_cents"]):
        return await _asked(services, row, found, Paid(found.paid_cents), anew=is_decided)
    if (
        sent is not None
        and not is_decided
        and (found.total_cents != sent.total_cents or found.balance_cents != found.total_cents)
    ):
        return await _asked(services, row, found)
    same_lines = sent is not None and sent.lines == from_json(row["lines"])
    change = {
        "TxnDate": wanted["TxnDate"],
        "CustomerRef": wanted["CustomerRef"],
        "Line": _changed_lines(lines, wanted["Line"], same_lines=same_lines),
    }
    return await _change(services, company, lease, row, found, change)


async def _change(
    services: Services, company: Company, lease: Lease, row: Row, found: Entity, change: Mapping[str, Any]
) -> Outcome:
    """Send the change of an invoice that was read. Raises: as `correct`."""
    await services.database.batch([tasks.extend(lease, after(services.clock.now(), HOLD_S))])
    try:
        changed = await client.change(company, "Invoice", found, change)
    except Fault as fault:
        if fault.code in CHANGED:
            raise Doubtful(str(fault)) from fault
        if paid := await refused_for_payments(company, found, fault):
            return await _asked(services, row, found, paid, anew=True)
        raise
    return _corrected(services, row, changed, "changed")


async def refused_for_payments(company: Company, invoice: Entity, fault: Fault) -> Paid | None:
    """What was paid on an invoice for which QuickBooks refuses to have it changed; `None`: it is for something else.

    Raises: as `client`.
    """
    if fault.code not in PAID_FOR:
        return None
    # A payment may have arrived since the invoice was read.
    now = await client.read(company, "Invoice", invoice.id)
    return Paid(now.paid_cents, str(fault)) if now is not None and now.paid_cents else None


def _is_so(found: Entity, lines: Sequence[Mapping[str, Any]], row: Row, wanted: Mapping[str, Any]) -> bool:
    """Whether an invoice is as its sale is: the change was made, and its answer got lost.

    The total alone does not tell: a fee that was entered as tax is the same amount on another item.
    """
    customer = found.customer.value if found.customer else None
    there = (found.total_cents, found.date, customer, _sold(lines))
    return there == (int(row["amount_cents"]), str(row["sale_date"]), wanted["CustomerRef"]["value"], _sold(wanted["Line"]))


def _sold(lines: Sequence[Mapping[str, Any]]) -> list[tuple[int, str]]:
    """What the lines of an invoice sell: the cents and the item of each."""
    sold = []
    for line in lines:
        if line.get("DetailType") == "SalesItemLineDetail":
            item = (line.get("SalesItemLineDetail") or {}).get("ItemRef") or {}
            sold.append((round(Decimal(str(line.get("Amount") or 0)) * 100), str(item.get("value"))))
    return sold


def _changed_lines(
    there: Sequence[dict[str, Any]], wanted: Sequence[dict[str, Any]], *, same_lines: bool
) -> list[dict[str, Any]]:
    """The lines of an invoice with the car at its price of now; the lines of the sale anew where they were corrected too."""
    kept = [line for line in there if line.get("DetailType") != "SubTotalLineDetail"]
    ours = [number for number, line in enumerate(kept) if line.get("DetailType") == "SalesItemLineDetail"]
    if not ours:
        return [*wanted, *kept]
    if not same_lines:
        return [*wanted, *(line for number, line in enumerate(kept) if number not in ours)]
    car, price = kept[ours[0]], wanted[0]["Amount"]
    detail = {**car.get("SalesItemLineDetail", {}), "Qty": 1, "UnitPrice": price}
    kept[ours[0]] = {**car, "Amount": price, "SalesItemLineDetail": detail}
    return kept


async def _asked(services: Services, row: Row, found: Entity, paid: Paid | None = None, *, anew: bool = False) -> Outcome:
    """The sale is what the invoice was sent as, and the dealer is asked whether both are to be changed."""
    sale = await sales.read(services.database, str(row["id"]))
    if sale is None:
        return Outcome()
    terms = Terms(int(row["sale_price_cents"]), str(row["sale_date"]), row["customer_id"], str(row["lines"]))
    asked = await ask_about(services, "sale_changed", sale, terms, paid=paid, anew=anew)
    # What it was sent as is not known of an invoice that was found in the books.
    there = _Sent(found.total_cents or 0, found.date or terms.sale_date, terms.customer_id, from_json(terms.lines))
    sent = _sent(row) or there
    price = max(sent.total_cents - sum(int(line["amount_cents"]) for line in sent.lines), 0)
    before = Terms(price, sent.date, sent.customer_id, to_json(sent.lines).decode())
    back = sales.correct(sale.id, before, None, instant(services.clock.now()), forced=False)
    return Outcome((back, *asked.changes), "The invoice was paid or changed in QuickBooks: you are asked whether to change it.")


def _corrected(services: Services, row: Row, found: Entity, what: str) -> Outcome:
    now, realm = instant(services.clock.now()), services.settings.quickbooks_realm_id
    posted = quickbooks_documents.mark_posted("invoice", str(row["id"]), realm, found.id, found.balance_cents, now)
    return Outcome((quickbooks_documents.mark_sent([row], now), posted), f"Invoice {row['doc_number']} {what}.")


def _sent(row: Row) -> _Sent | None:
    return None if row["books_sent"] is None else _Sent(*from_json(row["books_sent"]))
