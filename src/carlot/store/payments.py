"""The payments table, and what the books show of our documents."""

from __future__ import annotations

from collections.abc import Collection

from pydantic_core import to_json

from carlot.platform.ports import Database, Statement, statement

# The sales of invoices. ?1 ids of invoices as JSON.
SALES = "SELECT invoice_id, id FROM sales WHERE invoice_id IN (SELECT value FROM json_each(?1))"

# The invoices that a payment is known to pay.
INVOICES = "SELECT s.invoice_id FROM payments p JOIN sales s ON s.id = p.sale_id WHERE p.payment_id = ?1"

# A payment as it is known is no longer what it was.
FORGET = "DELETE FROM payments WHERE payment_id = ?1"

# What a payment pays of a sale.
KEEP = "INSERT INTO payments (payment_id, sale_id, amount_cents, paid_on, created_at) VALUES (?1, ?2, ?3, ?4, ?5)"

# What an invoice should come to.
PRICE = "SELECT sale_price_cents FROM sales WHERE invoice_id = ?1"

# What an invoice shows. ?2 what is owed, ?3 what is otherwise than it was posted, ?4 now, ?5 1 when it is paid. A sale that was undone here
# is expected to be void there.
NOTE_INVOICE = """
UPDATE sales SET balance_cents = ?2, books_note = iif(voided_at IS NULL, ?3, NULL), updated_at = ?4,
  paid_at = iif(?5 AND voided_at IS NULL, coalesce(paid_at, ?4), NULL)
WHERE invoice_id = ?1"""

# What an expense should come to.
EXPENSE = "SELECT cost_cents FROM service_records WHERE purchase_id = ?1"

# What is otherwise with an expense than it was posted.
NOTE_EXPENSE = "UPDATE service_records SET books_note = iif(voided_at IS NULL, ?2, NULL), updated_at = ?3 WHERE purchase_id = ?1"


async def sales_by_invoice(database: Database, invoice_ids: Collection[str]) -> dict[str, str]:
    """Those of the invoices that are ours, with their sales."""
    rows = await database.all(SALES, to_json(sorted(invoice_ids)).decode())
    return {str(row["invoice_id"]): str(row["id"]) for row in rows}


async def invoices_of(database: Database, payment_id: str) -> set[str]:
    """The invoices that a payment was known to pay."""
    return {str(row["invoice_id"]) for row in await database.all(INVOICES, payment_id)}


def forget(payment_id: str) -> Statement:
    """A payment pays nothing any more, or something else."""
    return statement(FORGET, payment_id)


def keep(payment_id: str, sale_id: str, amount_cents: int, paid_on: str, now: str) -> Statement:
    """A payment pays this of a sale, on that day."""
    return statement(KEEP, payment_id, sale_id, amount_cents, paid_on, now)


async def price(database: Database, invoice_id: str) -> int:
    """What an invoice of ours should come to, in cents."""
    row = await database.first(PRICE, invoice_id)
    return 0 if row is None else int(row["sale_price_cents"])


def note_invoice(invoice_id: str, owed_cents: int, note: str | None, now: str, *, paid: bool) -> Statement:
    """What the books show of an invoice."""
    return statement(NOTE_INVOICE, invoice_id, owed_cents, note, now, int(paid))


async def expense(database: Database, purchase_id: str) -> int | None:
    """What an expense of ours should come to, in cents; `None`: it is none of ours."""
    row = await database.first(EXPENSE, purchase_id)
    return None if row is None else int(row["cost_cents"])


def note_expense(purchase_id: str, note: str | None, now: str) -> Statement:
    """What the books show of an expense."""
    return statement(NOTE_EXPENSE, purchase_id, note, now)
