"""What the books must hold of sales and service records, and what they are known to hold."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from pydantic_core import to_json

from carlot.domain.deadlines import DOCUMENT_POSTED
from carlot.platform.ports import Database, Row, Statement, statement
from carlot.store.tasks import enqueue_select

# Sales as their invoices need them. ?1 ids as JSON.
FOR_INVOICES = """
SELECT s.id, s.sale_price_cents, s.sale_date, s.doc_number, s.request_id, s.books_tried_at, s.books_realm_id, s.books_batch_id,
  s.invoice_id AS posted_id, s.voided_at, nullif(v.vin, v.id) AS vin, v.stock_number, v.year, v.make, v.model, v.trim,
  c.id AS customer_id, c.name AS customer_name, c.email AS customer_email, c.phone AS customer_phone
FROM sales s JOIN vehicles v ON v.id = s.vehicle_id LEFT JOIN customers c ON c.id = s.customer_id
WHERE s.id IN (SELECT value FROM json_each(?1))"""

# Service records as their expenses need them. ?1 ids as JSON.
FOR_EXPENSES = """
SELECT r.id, r.cost_cents, r.service_date, r.description, r.vendor, r.doc_number, r.request_id, r.books_tried_at, r.books_realm_id,
  r.books_batch_id, r.purchase_id AS posted_id, r.voided_at, nullif(v.vin, v.id) AS vin, v.stock_number, v.year, v.make, v.model, v.trim
FROM service_records r JOIN vehicles v ON v.id = r.vehicle_id
WHERE r.id IN (SELECT value FROM json_each(?1))"""

# Those that these documents of a company are known, or not known not, to belong to. ?1 ids of documents as JSON, ?2 realm.
POSTED = """
SELECT id, {posted} AS posted_id, doc_number, {amount}, books_realm_id FROM {table}
WHERE {posted} IN (SELECT value FROM json_each(?1)) AND (books_realm_id = ?2 OR books_realm_id IS NULL)"""

# They are about to be sent. ?1 ids as JSON, ?2 now, ?3 the batch's requestid or NULL, ?4 realm.
MARK_TRIED = """
UPDATE {table} SET books_tried_at = ?2, books_batch_id = ?3, books_realm_id = ?4, updated_at = ?2
WHERE id IN (SELECT value FROM json_each(?1))"""

# They are known not to be there. ?1 ids as JSON.
MARK_REFUSED = """
UPDATE {table} SET books_tried_at = NULL, books_batch_id = NULL, books_realm_id = NULL
WHERE id IN (SELECT value FROM json_each(?1))"""

# It is posted. ?2 its id in the books, ?3 now, ?4 the realm, ?5 what is owed on it (invoices).
MARK_INVOICED = """
UPDATE sales SET invoice_id = ?2, books_realm_id = ?4, balance_cents = coalesce(?5, balance_cents, sale_price_cents), updated_at = ?3
WHERE id = ?1"""
MARK_EXPENSED = "UPDATE service_records SET purchase_id = ?2, books_realm_id = ?4, updated_at = ?3 WHERE id = ?1"

# Every sale and service record that is not in the books. Its deadline stays what it was from the start. ?1 now, ?2 the days they have,
# ?3 1: also those that the dealer has discarded.
ENQUEUE_UNPOSTED = enqueue_select(
    target="'quickbooks'",
    kind="kind",
    subject="id",
    vehicle="vehicle_id",
    now="?1",
    deadline="strftime('%Y-%m-%dT%H:%M:%fZ', created_at, '+' || ?2 || ' days')",
    source="""FROM (
  SELECT 'invoice' AS kind, id, vehicle_id, created_at FROM sales WHERE invoice_id IS NULL AND voided_at IS NULL
  UNION ALL SELECT 'expense', id, vehicle_id, created_at FROM service_records WHERE purchase_id IS NULL AND voided_at IS NULL
) AS unposted
WHERE ?3 OR NOT EXISTS (SELECT 1 FROM sync_tasks t
  WHERE t.target = 'quickbooks' AND t.kind = unposted.kind AND t.subject_id = unposted.id AND t.discarded_at IS NOT NULL)""",
)

# The posting of these, at once: who asks has perhaps just made what was missing.
RUN_UNPOSTED_NOW = """
UPDATE sync_tasks SET next_attempt_at = ?1 WHERE target = 'quickbooks' AND kind IN ('invoice', 'expense') AND state = 'pending'"""

# Objects of the books that may have changed there. ?1 JSON array of [kind, id], ?2 now.
ENQUEUE_CHANGED = enqueue_select(
    target="'quickbooks'", kind="value ->> 0", subject="value ->> 1", now="?2", source="FROM json_each(?1) WHERE true"
)

# What QuickBooks knows names of ours by. ?1 realm, ?2 kind, ?3 names as JSON.
NAMES = (
    "SELECT name, quickbooks_id FROM books_names WHERE realm_id = ?1 AND kind = ?2 AND name IN (SELECT value FROM json_each(?3))"
)

# One more.
KEEP_NAME = """
INSERT INTO books_names (realm_id, kind, name, quickbooks_id) VALUES (?1, ?2, ?3, ?4)
ON CONFLICT (realm_id, kind, name) DO UPDATE SET quickbooks_id = excluded.quickbooks_id"""

# All of a company, because one of them is no longer what it was.
FORGET_NAMES = "DELETE FROM books_names WHERE realm_id = ?1"

# Up to when the changes in the books have been seen.
SEEN_UNTIL = "SELECT seen_until FROM books_changes WHERE realm_id = ?1"
KEEP_SEEN = """
INSERT INTO books_changes (realm_id, seen_until) VALUES (?1, ?2)
ON CONFLICT (realm_id) DO UPDATE SET seen_until = max(seen_until, excluded.seen_until)"""


@dataclass(frozen=True, slots=True)
class Ledger:
    """One kind of document: what it is called there, and the statements on the table it comes from."""

    entity: str
    rows: str
    mark_tried: str
    mark_refused: str
    posted: str


def _ledger(entity: str, table: str, posted: str, amount: str, rows: str) -> Ledger:
    found = POSTED.format(table=table, posted=posted, amount=amount)
    return Ledger(entity, rows, MARK_TRIED.format(table=table), MARK_REFUSED.format(table=table), found)


LEDGERS: Mapping[str, Ledger] = {
    "invoice": _ledger("Invoice", "sales", "invoice_id", "sale_price_cents", FOR_INVOICES),
    "expense": _ledger("Purchase", "service_records", "purchase_id", "cost_cents", FOR_EXPENSES),
}
"""By the kind of task."""


async def documents(database: Database, kind: str, ids: Collection[str]) -> dict[str, Row]:
    """Sales or service records as their documents need them, by id."""
    rows = await database.all(LEDGERS[kind].rows, to_json(list(ids)).decode())
    return {str(row["id"]): row for row in rows}


async def posted(database: Database, kind: str, realm_id: str, document_ids: Collection[str]) -> list[Row]:
    """The sales or service records of these documents of a company.

    With those posted before companies were kept (`books_realm_id` is `None`): whether they are meant is seen in the document.
    """
    return await database.all(LEDGERS[kind].posted, to_json(sorted(document_ids)).decode(), realm_id)


def mark_tried(kind: str, ids: Collection[str], realm_id: str, batch_id: str | None, now: str) -> Statement:
    """They are about to be sent: from here on the company's books may have them, whatever comes back."""
    return statement(LEDGERS[kind].mark_tried, to_json(list(ids)).decode(), now, batch_id, realm_id)


def mark_refused(kind: str, ids: Collection[str]) -> Statement:
    """The books have refused them, so they are not there."""
    return statement(LEDGERS[kind].mark_refused, to_json(list(ids)).decode())


def mark_posted(kind: str, row_id: str, realm_id: str, document_id: str, balance_cents: int | None, now: str) -> Statement:
    """It is in the company's books under this id."""
    if kind == "invoice":
        return statement(MARK_INVOICED, row_id, document_id, now, realm_id, balance_cents)
    return statement(MARK_EXPENSED, row_id, document_id, now, realm_id)


def enqueue_unposted(now: str, *, discarded: bool = False) -> Statement:
    """Want everything posted that is not, also what the dealer has `discarded`; the rows that come back have the ids to wake."""
    return statement(ENQUEUE_UNPOSTED, now, DOCUMENT_POSTED.days, int(discarded))


def run_unposted_now(now: str) -> Statement:
    """Have what waits for a later try tried now."""
    return statement(RUN_UNPOSTED_NOW, now)


def enqueue_changed(objects: Collection[tuple[str, str]], now: str) -> Statement:
    """Want objects of the books looked at, each a (kind of task, id); the rows that come back have the ids to wake."""
    return statement(ENQUEUE_CHANGED, to_json(list(objects)).decode(), now)


async def names(database: Database, realm_id: str, kind: str, wanted: Collection[str]) -> dict[str, str]:
    """Those of the names that QuickBooks is known to have, with their ids there."""
    rows = await database.all(NAMES, realm_id, kind, to_json(list(wanted)).decode())
    return {str(row["name"]): str(row["quickbooks_id"]) for row in rows}


def keep_name(realm_id: str, kind: str, name: str, quickbooks_id: str) -> Statement:
    """Remember by which id QuickBooks knows a name."""
    return statement(KEEP_NAME, realm_id, kind, name, quickbooks_id)


def forget_names(realm_id: str) -> Statement:
    """Look every name up again."""
    return statement(FORGET_NAMES, realm_id)


async def seen_until(database: Database, realm_id: str) -> str | None:
    """Up to when the changes in the books have been seen; `None`: never looked."""
    row = await database.first(SEEN_UNTIL, realm_id)
    return None if row is None else str(row["seen_until"])


def keep_seen(realm_id: str, until: str) -> Statement:
    """The changes in the books have been seen up to then."""
    return statement(KEEP_SEEN, realm_id, until)
