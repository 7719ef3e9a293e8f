"""The payments table, and what the books show of our documents."""

from __future__ import annotations

from collections.abc import Collection

from pydantic_core import to_json

from carlot.platform.ports import Database, Statement, statement

# The invoices that a payment of a company is known to pay. ?2 realm.
INVOICES = """
SELECT s.invoice_id FROM payments p JOIN sales s ON s.id = p.sale_id
WHERE p.payment_id = ?1 AND (s.books_realm_id = ?2 OR s.books_realm_id IS NULL)"""

# The invoices of these sales are seen to be a company's. ?1 ids of sales as JSON, ?2 realm.
CLAIM = "UPDATE sales SET books_realm_id = ?2 WHERE id IN (SELECT value FROM json_each(?1)) AND books_realm_id IS NULL"

# A payment of a company as it is known is no longer what it was. Another company's payment may have the same id. ?2 realm.
FORGET = """
DELETE FROM payments
WHERE payment_id = ?1 AND EXISTS (SELECT 1 FROM sales s WHERE s.id = payments.sale_id AND s.books_realm_id = ?2)"""

# What a payment pays of a sale.
KEEP = "INSERT INTO payments (payment_id, sale_id, amount_cents, paid_on, created_at) VALUES (?1, ?2, ?3, ?4, ?5)"

# What the invoice of a sale shows. ?2 realm, ?3 what is owed, ?4 what is otherwise than it was posted, ?5 now, ?6 1 when it is paid. A sale
# that was undone here is expected to be void there.
NOTE_INVOICE = """
UPDATE sales SET books_realm_id = ?2, balance_cents = ?3, books_note = iif(voided_at IS NULL, ?4, NULL), updated_at = ?5,
  paid_at = iif(?6 AND voided_at IS NULL, coalesce(paid_at, ?5), NULL)
WHERE id = ?1"""

# What is otherwise with the expense of a service record than it was posted. ?2 realm.
NOTE_EXPENSE = """
UPDATE service_records SET books_realm_id = ?2, books_note = iif(voided_at IS NULL, ?3, NULL), updated_at = ?4 WHERE id = ?1"""


async def invoices_of(database: Database, realm_id: str, payment_id: str) -> set[str]:
    """The invoices that a payment of a company was known to pay."""
    return {str(row["invoice_id"]) for row in await database.all(INVOICES, payment_id, realm_id)}


def forget(realm_id: str, payment_id: str, sale_ids: Collection[str]) -> list[Statement]:
    """A payment of a company pays nothing any more, or something else; these sales are seen to be that company's."""
    return [statement(CLAIM, to_json(list(sale_ids)).decode(), realm_id), statement(FORGET, payment_id, realm_id)]


def keep(payment_id: str, sale_id: str, amount_cents: int, paid_on: str, now: str) -> Statement:
    """A payment pays this of a sale, on that day."""
    return statement(KEEP, payment_id, sale_id, amount_cents, paid_on, now)


def note_invoice(sale_id: str, realm_id: str, owed_cents: int, note: str | None, now: str, *, paid: bool) -> Statement:
    """What a company's books show of the invoice of a sale."""
    return statement(NOTE_INVOICE, sale_id, realm_id, owed_cents, note, now, int(paid))


def note_expense(record_id: str, realm_id: str, note: str | None, now: str) -> Statement:
    """What a company's books show of the expense of a service record."""
    return statement(NOTE_EXPENSE, record_id, realm_id, note, now)
