"""What the books must hold of sales and service records, and what they are known to hold."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from pydantic_core import to_json

from carlot.domain.deadlines import DOCUMENT_POSTED, LATE_ENTRY_POSTED
from carlot.platform.ports import Database, Row, Statement, statement
from carlot.store.sales import total_cents
from carlot.store.tasks import enqueue_select

# What of a sale its invoice is made of, as sales.books_sent keeps it.
_SENT = f"json_array({total_cents('s')}, s.sale_date, s.customer_id, json(s.lines))"

# Sales as their invoices need them. ?1 ids as JSON.
FOR_INVOICES = f"""
SELECT s.id, s.vehicle_id, {_SENT} AS books_now, s.books_sent IS NOT {_SENT} AS is_news, s.books_sent, s.origin, s.created_at, {total_cents("s")} AS amount_cents, s.sale_price_cents, s.lines, s.sale_date, s.doc_number, s.request_id,
  s.books_tried_at, s.books_realm_id,
  s.invoice_id AS posted_id, s.voided_at, nullif(v.vin, v.id) AS vin, v.stock_number, v.year, v.make, v.model, v.trim, v.location,
  c.id AS customer_id, c.name AS customer_name, c.email AS customer_email, c.phone AS customer_phone
FROM sales s JOIN vehicles v ON v.id = s.vehicle_id LEFT JOIN customers c ON c.id = s.customer_id AND c.erased_at IS NULL
WHERE s.id IN (SELECT value FROM json_each(?1))"""

# What an expense is made of.
_EXPENSE_NOW = "json_array({0}cost_cents, {0}service_date, {0}description, {0}vendor)"

# Service records as their expenses need them. ?1 ids as JSON.
FOR_EXPENSES = f"""
SELECT r.id, {_EXPENSE_NOW.format("r.")} AS books_now,
  ifnull(r.books_sent <> {_EXPENSE_NOW.format("r.")}, 0) AS is_news, r.books_sent, r.created_at, r.cost_cents AS amount_cents, r.service_date, r.description, r.vendor, r.doc_number, r.request_id,
  r.books_tried_at, r.books_realm_id,
  r.purchase_id AS posted_id, r.voided_at, nullif(v.vin, v.id) AS vin, v.stock_number, v.year, v.make, v.model, v.trim, v.location
FROM service_records r JOIN vehicles v ON v.id = r.vehicle_id
WHERE r.id IN (SELECT value FROM json_each(?1))"""

# What a journal entry moves. {lines} is the column.
_DEBITED = "(SELECT sum(max(value ->> 1, 0)) FROM json_each({lines}))"

# Journal entries as the books need them. ?1 ids as JSON.
FOR_JOURNALS = f"""
SELECT j.id, j.kind, 0 AS is_news, j.created_at, {_DEBITED.format(lines="j.lines")} AS amount_cents, j.lines, j.entry_date, j.doc_number, j.request_id, j.books_tried_at,
  j.books_realm_id, j.journal_id AS posted_id, j.voided_at,
  nullif(v.vin, v.id) AS vin, v.stock_number, v.year, v.make, v.model, v.trim, v.location
FROM journals j JOIN vehicles v ON v.id = j.vehicle_id
WHERE j.id IN (SELECT value FROM json_each(?1))"""

# Those that these documents of a company are known, or not known not, to belong to. ?1 ids of documents as JSON, ?2 realm.
POSTED = """
SELECT id, {posted} AS posted_id, doc_number, {amount} AS amount_cents, books_realm_id FROM {table}
WHERE {posted} IN (SELECT value FROM json_each(?1)) AND (books_realm_id = ?2 OR books_realm_id IS NULL)"""

# They are about to be sent. ?1 ids as JSON, ?2 now, ?3 realm.
MARK_TRIED = """
UPDATE {table} SET books_tried_at = ?2, books_realm_id = ?3, updated_at = ?2 WHERE id IN (SELECT value FROM json_each(?1))"""

# An expense is about to be sent with this. ?1 id, ?2 what it is made of.
MARK_EXPENSE_SENT = "UPDATE service_records SET books_sent = ?2 WHERE id = ?1"

# An expense is what its record is, or why it is not. ?2 what the record is, ?3 the reason.
MARK_FOLLOWED = "UPDATE service_records SET books_sent = ?2, books_note = ?3 WHERE id = ?1"

# What their invoices are sent with. ?1 JSON array of [id, what], ?2 now.
MARK_SENT = """
UPDATE sales SET books_sent = sent.value ->> 1, updated_at = ?2 FROM json_each(?1) AS sent WHERE sales.id = sent.value ->> 0"""

# It is known not to be there; what is sent next is another request. ?1 id, ?2 the next requestid.
MARK_REFUSED = "UPDATE {table} SET books_tried_at = NULL, books_realm_id = NULL, request_id = ?2 WHERE id = ?1"

# It is not posted, and why. ?1 id, ?2 the reason.
MARK_EARLY = "UPDATE {table} SET books_note = ?2 WHERE id = ?1"

# It is posted. ?2 its id in the books, ?3 now, ?4 the realm, ?5 what is owed on it (invoices).
MARK_INVOICED = f"""
UPDATE sales SET invoice_id = ?2, books_realm_id = ?4, books_note = NULL, balance_cents = coalesce(?5, balance_cents, {total_cents("sales")}),
  updated_at = ?3
WHERE id = ?1"""
MARK_EXPENSED = (
    "UPDATE service_records SET purchase_id = ?2, books_realm_id = ?4, books_note = NULL, updated_at = ?3 WHERE id = ?1"
)
MARK_JOURNALED = "UPDATE journals SET journal_id = ?2, books_realm_id = ?4, books_note = NULL, updated_at = ?3 WHERE id = ?1"

_INSTANT = "strftime('%Y-%m-%dT%H:%M:%fZ', {of}, '+{days} days')"


def _due(date: str) -> str:
    """By when a document is to be posted: seven days after its day, and never less than a day after its entry.

    A day ends at midnight UTC, which is before it ends at any dealer in America.
    """
    days, late = DOCUMENT_POSTED.days, LATE_ENTRY_POSTED.days
    entered, dated = _INSTANT.format(of="created_at", days=days), _INSTANT.format(of=date, days=days + 1)
    return f"max(min({entered}, {dated}), {_INSTANT.format(of='created_at', days=late)})"


def _enqueue_one(kind: str, table: str, date: str, posted: str) -> str:
    """Build the statement that wants one document posted or taken back. ?1 now, ?2 its id.

    What is posted or void has been changed since: its time counts from the change. What was voided before it was sent owes nothing.
    """
    changed = _INSTANT.format(of="?1", days=DOCUMENT_POSTED.days)
    under_way = f"EXISTS (SELECT 1 FROM sync_tasks WHERE target = 'quickbooks' AND kind = '{kind}' AND subject_id = {table}.id AND state = 'running')"
    return enqueue_select(
        target="'quickbooks'",
        kind=f"'{kind}'",
        subject="id",
        vehicle="vehicle_id",
        now="?1",
        deadline=f"""CASE WHEN {posted} IS NOT NULL OR (voided_at IS NOT NULL AND (books_tried_at IS NOT NULL OR {under_way})) THEN {changed}
    WHEN voided_at IS NULL THEN {_due(date)} END""",
        source=f"FROM {table} WHERE id = ?2",
    )


ENQUEUE_ONE = {
    "invoice": _enqueue_one("invoice", "sales", "sale_date", "invoice_id"),
    "expense": _enqueue_one("expense", "service_records", "service_date", "purchase_id"),
}

# Every sale, service record and journal entry that is not in the books and not dated before them. Its deadline stays what it was from the
# start. ?1 now, ?2 1: also those that the dealer has discarded, ?3 the day on which the books begin, or empty.
ENQUEUE_UNPOSTED = enqueue_select(
    target="'quickbooks'",
    kind="kind",
    subject="id",
    vehicle="vehicle_id",
    now="?1",
    deadline=_due("dated"),
    source="""FROM (
  SELECT 'invoice' AS kind, id, vehicle_id, created_at, sale_date AS dated FROM sales
    WHERE invoice_id IS NULL AND voided_at IS NULL AND sale_price_cents IS NOT NULL AND sale_date >= ?3
  UNION ALL SELECT 'expense', id, vehicle_id, created_at, service_date FROM service_records
    WHERE purchase_id IS NULL AND voided_at IS NULL AND service_date >= ?3
  UNION ALL SELECT 'journal', id, vehicle_id, created_at, entry_date FROM journals
    WHERE journal_id IS NULL AND voided_at IS NULL AND entry_date >= ?3
) AS unposted
WHERE ?2 OR NOT EXISTS (SELECT 1 FROM sync_tasks t
  WHERE t.target = 'quickbooks' AND t.kind = unposted.kind AND t.subject_id = unposted.id AND t.discarded_at IS NOT NULL)""",
)

# The posting of these, at once: who asks has perhaps just made what was missing.
RUN_UNPOSTED_NOW = """
UPDATE sync_tasks SET next_attempt_at = ?1 WHERE target = 'quickbooks' AND kind IN ('invoice', 'expense', 'journal') AND state = 'pending'"""

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
INSERT INTO books_names (realm_id, kind, name, quickbooks_id, made) VALUES (?1, ?2, ?3, ?4, ?5)
ON CONFLICT (realm_id, kind, name) DO UPDATE SET quickbooks_id = excluded.quickbooks_id, made = excluded.made"""

# A customer that we have made in a company: his id there, and the task that follows his changes. ?1 realm, ?2 our customer, ?3 now.
MADE_CUSTOMER = "SELECT quickbooks_id FROM books_names WHERE realm_id = ?1 AND kind = 'customer' AND name = ?2 AND made = 1"
ENQUEUE_CUSTOMER = enqueue_select(
    target="'quickbooks'",
    kind="'customer'",
    subject="name",
    now="?3",
    source="FROM books_names WHERE realm_id = ?1 AND kind = 'customer' AND name = ?2 AND made = 1",
)

# Those of a company that a document named which was refused: they may no longer be what they were. ?2 JSON array of [kind, name].
FORGET_NAMES = """
DELETE FROM books_names WHERE realm_id = ?1
  AND EXISTS (SELECT 1 FROM json_each(?2) AS named WHERE named.value ->> 0 = books_names.kind AND named.value ->> 1 = books_names.name)"""

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
    mark_early: str
    posted: str


def _ledger(entity: str, table: str, posted: str, amount: str, rows: str) -> Ledger:
    found = POSTED.format(table=table, posted=posted, amount=amount)
    return Ledger(
        entity, rows, MARK_TRIED.format(table=table), MARK_REFUSED.format(table=table), MARK_EARLY.format(table=table), found
    )


LEDGERS: Mapping[str, Ledger] = {
    "invoice": _ledger(
        "Invoice", "sales", "invoice_id", f"coalesce(sales.books_sent ->> 0, {total_cents('sales')})", FOR_INVOICES
    ),
    "expense": _ledger("Purchase", "service_records", "purchase_id", "coalesce(books_sent ->> 0, cost_cents)", FOR_EXPENSES),
    "journal": _ledger("JournalEntry", "journals", "journal_id", _DEBITED.format(lines="lines"), FOR_JOURNALS),
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


def mark_tried(kind: str, ids: Collection[str], realm_id: str, now: str) -> Statement:
    """They are about to be sent: from here on the company's books may have them, whatever comes back."""
    return statement(LEDGERS[kind].mark_tried, to_json(list(ids)).decode(), now, realm_id)


def mark_expense_sent(record_id: str, sent: str) -> Statement:
    """An expense is about to be sent with this."""
    return statement(MARK_EXPENSE_SENT, record_id, sent)


def mark_followed(record_id: str, now: str, note: str | None) -> Statement:
    """An expense is what its record is by `now`, a text of `FOR_EXPENSES`; or it was left as it is, for the reason in the note."""
    return statement(MARK_FOLLOWED, record_id, now, note)


def mark_sent(rows: Iterable[Row], now: str) -> Statement:
    """The invoices of sales are sent as these rows are."""
    return statement(MARK_SENT, to_json([[row["id"], row["books_now"]] for row in rows]).decode(), now)


def mark_refused(kind: str, row_id: str, next_request_id: str) -> Statement:
    """The books have refused it, so it is not there. A requestid that was refused may be refused for good: it has another one now."""
    return statement(LEDGERS[kind].mark_refused, row_id, next_request_id)


def mark_early(kind: str, row_id: str, note: str) -> Statement:
    """It is dated before the books begin, so that it is not posted."""
    return statement(LEDGERS[kind].mark_early, row_id, note)


def mark_posted(kind: str, row_id: str, realm_id: str, document_id: str, balance_cents: int | None, now: str) -> Statement:
    """It is in the company's books under this id."""
    if kind == "invoice":
        return statement(MARK_INVOICED, row_id, document_id, now, realm_id, balance_cents)
    return statement(MARK_EXPENSED if kind == "expense" else MARK_JOURNALED, row_id, document_id, now, realm_id)


def enqueue_unposted(now: str, start_date: str, *, discarded: bool = False) -> Statement:
    """Want everything posted that is not, also what the dealer has `discarded`; the rows that come back have the ids to wake.

    What is dated before `start_date` is left out, if there is one.
    """
    return statement(ENQUEUE_UNPOSTED, now, int(discarded), start_date)


def enqueue_document(kind: str, row_id: str, now: str) -> Statement:
    """Want the `invoice` of a sale or the `expense` of a service record in step with it, by the time that its own day gives it."""
    return statement(ENQUEUE_ONE[kind], now, row_id)


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


def keep_name(realm_id: str, kind: str, name: str, quickbooks_id: str, *, made: bool = False) -> Statement:
    """Remember by which id QuickBooks knows a name, and whether we have made it there."""
    return statement(KEEP_NAME, realm_id, kind, name, quickbooks_id, int(made))


async def made_customer(database: Database, realm_id: str, customer_id: str) -> str | None:
    """The id in QuickBooks of a customer whom we have made there; `None`: we have not."""
    row = await database.first(MADE_CUSTOMER, realm_id, customer_id)
    return None if row is None else str(row["quickbooks_id"])


def enqueue_customer(realm_id: str, customer_id: str, now: str) -> Statement:
    """A customer was changed here: one whom we have made in QuickBooks follows."""
    return statement(ENQUEUE_CUSTOMER, realm_id, customer_id, now)


def forget_names(realm_id: str, used: Collection[tuple[str, str]]) -> Statement:
    """Look these names, each a (kind, name), up again."""
    return statement(FORGET_NAMES, realm_id, to_json(list(used)).decode())


async def seen_until(database: Database, realm_id: str) -> str | None:
    """Up to when the changes in the books have been seen; `None`: never looked."""
    row = await database.first(SEEN_UNTIL, realm_id)
    return None if row is None else str(row["seen_until"])


def keep_seen(realm_id: str, until: str) -> Statement:
    """The changes in the books have been seen up to then."""
    return statement(KEEP_SEEN, realm_id, until)
