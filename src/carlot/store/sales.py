"""The sales table: a sale and what becomes of the car are one batch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pydantic_core import from_json

from carlot.platform.ports import Database, Row, Statement, statement
from carlot.store import pull_runs
from carlot.store.tasks import enqueue_select

# A sale of a car that can be sold: on the lot, or sold without a sale of ours. For any other the vehicle is NULL, which is refused.
INSERT = """
INSERT INTO sales (id, vehicle_id, sale_price_cents, sale_date, customer_id, origin, doc_number, request_id, created_at, updated_at)
VALUES (?1, (SELECT id FROM vehicles WHERE id = ?2 AND (status <> 'archived' OR ?6 = 'dms')), ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?9)"""

# Its car is sold.
SELL = "UPDATE vehicles SET status = 'sold', version = version + 1, updated_at = ?2 WHERE id = ?1"

# The sale is undone. Nothing comes back when it was before.
VOID = "UPDATE sales SET voided_at = ?2, updated_at = ?2 WHERE id = ?1 AND voided_at IS NULL RETURNING vehicle_id"

# Its car stands on the lot again.
UNSELL = """
UPDATE vehicles SET status = 'available', version = version + 1, updated_at = ?2
WHERE status = 'sold' AND id = (SELECT vehicle_id FROM sales WHERE id = ?1 AND voided_at = ?2)"""

_OBJECT = """json_object('id', s.id, 'vehicleId', s.vehicle_id, 'vin', nullif(v.vin, v.id),
  'salePrice', json(printf('%.2f', s.sale_price_cents / 100.0)), 'saleDate', s.sale_date,
  'customer', CASE WHEN c.id IS NOT NULL THEN json_object('id', c.id, 'name', c.name, 'email', c.email, 'phone', c.phone) END,
  'docNumber', s.doc_number, 'state', a.state, 'invoiceId', s.invoice_id,
  'balance', CASE WHEN s.balance_cents IS NOT NULL THEN json(printf('%.2f', s.balance_cents / 100.0)) END,
  'paidAt', s.paid_at, 'payments', (SELECT json_group_array(json_object(
    'amount', json(printf('%.2f', p.amount_cents / 100.0)), 'date', p.paid_on) ORDER BY p.paid_on) FROM payments p WHERE p.sale_id = s.id),
  'booksNote', s.books_note, 'createdAt', s.created_at)"""
_JOINED = """
FROM sales s JOIN vehicles v ON v.id = s.vehicle_id JOIN audit_sale a ON a.sale_id = s.id LEFT JOIN customers c ON c.id = s.customer_id"""

# One sale as the API shows it.
SHOW = f"SELECT {_OBJECT} AS sale {_JOINED} WHERE s.id = ?1"

# A page of sales, newest first. ?1 a vehicle or NULL.
LIST = f"""
SELECT {_OBJECT} AS sale, count(*) OVER () AS total {_JOINED}
WHERE ?1 IS NULL OR s.vehicle_id = ?1 ORDER BY s.created_at DESC, s.id LIMIT ?2 OFFSET ?3"""

# A sale as the DMS must hear of it.
FOR_DMS = """
SELECT s.id, s.sale_price_cents, s.sale_date, s.origin, s.dms_sale_id, s.dms_tried_at, s.voided_at,
  v.external_dms_id, nullif(v.vin, v.id) AS vin, c.name, c.email, c.phone
FROM sales s JOIN vehicles v ON v.id = s.vehicle_id LEFT JOIN customers c ON c.id = s.customer_id WHERE s.id = ?1"""

# The DMS is about to be told.
MARK_TRIED = "UPDATE sales SET dms_tried_at = coalesce(dms_tried_at, ?2), updated_at = ?2 WHERE id = ?1"

# The DMS has the sale.
MARK_TOLD = "UPDATE sales SET dms_sale_id = ?2, updated_at = ?3 WHERE id = ?1"

# The DMS has undone it, or never had it.
MARK_UNDONE = "UPDATE sales SET dms_sale_id = NULL, dms_tried_at = NULL, updated_at = ?2 WHERE id = ?1"

# What the DMS shows of its car is news again, even if it is what it showed before: it may have a sale of its own.
NEWS_AGAIN = """
UPDATE vehicles SET dms_record = '{}' WHERE dms_record IS NOT NULL AND id = (SELECT vehicle_id FROM sales WHERE id = ?1)"""

# The sale of its car that stands in its place: the DMS refused it as long as it had the other. ?1 the sale undone, ?2 now.
ENQUEUE_STANDING = enqueue_select(
    target="'wayne_reeves'",
    kind="'sale'",
    subject="s.id",
    vehicle="s.vehicle_id",
    now="?2",
    source="""FROM sales s WHERE s.vehicle_id = (SELECT vehicle_id FROM sales WHERE id = ?1)
  AND s.voided_at IS NULL AND s.origin = 'carlot' AND s.dms_sale_id IS NULL""",
)

# Fails its batch when a sale was undone since ?2: what the DMS was asked for before may show that sale. ?1 the run.
NONE_UNDONE = """
UPDATE import_runs SET status = CASE
  WHEN NOT EXISTS (SELECT 1 FROM sales WHERE voided_at IS NOT NULL AND updated_at >= ?2) THEN status END
WHERE id = ?1"""

# A sale of a car that stands, or that is the very one that is told of: our own, coming back from the DMS.
SAME = """
SELECT id, voided_at FROM sales WHERE vehicle_id = ?1 AND (voided_at IS NULL OR (sale_price_cents = ?2 AND sale_date = ?3))
ORDER BY voided_at IS NULL DESC LIMIT 1"""


@dataclass(frozen=True, slots=True)
class NewSale:
    """A sale to be written. `origin` is `carlot` or `dms`."""

    id: str
    vehicle_id: str
    price_cents: int
    sale_date: str
    customer_id: str | None
    origin: str
    doc_number: str
    request_id: str


def insert(sale: NewSale, now: str) -> list[Statement]:
    """Record a sale and mark its car sold.

    Its batch fails with `ConstraintViolation` when there is no such car to sell, `UniqueViolation` when it is sold already.
    """
    values = (sale.id, sale.vehicle_id, sale.price_cents, sale.sale_date, sale.customer_id, sale.origin)
    return [
        statement(INSERT, *values, sale.doc_number, sale.request_id, now),
        statement(SELL, sale.vehicle_id, now),
    ]


def void(sale_id: str, now: str) -> list[Statement]:
    """Undo a sale and put its car back on the lot."""
    return [statement(VOID, sale_id, now), statement(UNSELL, sale_id, now)]


async def show(database: Database, sale_id: str) -> dict[str, Any] | None:
    """One sale as the API shows it."""
    row = await database.first(SHOW, sale_id)
    return None if row is None else from_json(row["sale"])


async def page(database: Database, vehicle_id: str | None, limit: int, offset: int) -> tuple[list[dict[str, Any]], int]:
    """A page of sales, and how many there are."""
    rows = await database.all(LIST, vehicle_id, limit, offset)
    return [from_json(row["sale"]) for row in rows], int(rows[0]["total"]) if rows else 0


async def for_dms(database: Database, sale_id: str) -> Row | None:
    """A sale as the DMS must hear of it."""
    return await database.first(FOR_DMS, sale_id)


def mark_tried(sale_id: str, now: str) -> Statement:
    """The DMS is about to be told: from here on it may have the sale, whatever comes back."""
    return statement(MARK_TRIED, sale_id, now)


def mark_told(sale_id: str, dms_sale_id: str, now: str) -> Statement:
    """The DMS has the sale under this id."""
    return statement(MARK_TOLD, sale_id, dms_sale_id, now)


def mark_undone(sale_id: str, now: str) -> list[Statement]:
    """The DMS has undone the sale, or never had it."""
    return [statement(MARK_UNDONE, sale_id, now), statement(NEWS_AGAIN, sale_id), pull_runs.forget_pages()]


def enqueue_standing(undone_id: str, now: str) -> Statement:
    """Tell the DMS of the sale that stands in place of one that was undone; the row that comes back has the id to wake."""
    return statement(ENQUEUE_STANDING, undone_id, now)


def none_undone(run_id: str, since: str) -> Statement:
    """Fail the batch when a sale was undone since then."""
    return statement(NONE_UNDONE, run_id, since)


async def same(database: Database, vehicle_id: str, price_cents: int, sale_date: str) -> str | None:
    """The id of a sale that leaves no room for another one told of: it stands, or it is the same."""
    row = await database.first(SAME, vehicle_id, price_cents, sale_date)
    return None if row is None else str(row["id"])
