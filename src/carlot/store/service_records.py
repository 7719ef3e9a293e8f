"""The service_records table."""

from __future__ import annotations

from typing import Any

from pydantic_core import from_json

from carlot.platform.ports import Database, Statement, statement
from carlot.store import idempotency_keys
from carlot.store.idempotency_keys import Try, keeping

# Work done on a car. An unknown vehicle is NULL, which is refused.
INSERT = """
INSERT INTO service_records (id, vehicle_id, service_date, description, vendor, cost_cents, doc_number, request_id, created_at, updated_at)
VALUES (?1, (SELECT id FROM vehicles WHERE id = ?2), ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?9)"""

# Other values of a record that stands. A row comes back when it does.
CHANGE = """
UPDATE service_records SET service_date = ?2, description = ?3, vendor = ?4, cost_cents = ?5, updated_at = ?6
WHERE id = ?1 AND voided_at IS NULL RETURNING id"""

# It is undone.
VOID = "UPDATE service_records SET voided_at = ?2, updated_at = ?2 WHERE id = ?1 AND voided_at IS NULL"

_OBJECT = """json_object('id', r.id, 'vehicleId', r.vehicle_id, 'vin', nullif(v.vin, v.id), 'serviceDate', r.service_date,
  'description', r.description, 'vendor', r.vendor, 'cost', json(printf('%.2f', r.cost_cents / 100.0)), 'docNumber', r.doc_number, 'state', a.state,
  'purchaseId', r.purchase_id, 'booksNote', r.books_note, 'createdAt', r.created_at)"""
_JOINED = "FROM service_records r JOIN vehicles v ON v.id = r.vehicle_id JOIN audit_service a ON a.record_id = r.id"

# One record as the API shows it.
SHOW = f"SELECT {_OBJECT} AS record {_JOINED} WHERE r.id = ?1"
KEEP = keeping(SHOW)

# A page of records, newest first. ?1 a vehicle or NULL.
LIST = f"""
SELECT {_OBJECT} AS record, count(*) OVER () AS total {_JOINED}
WHERE ?1 IS NULL OR r.vehicle_id = ?1 ORDER BY r.created_at DESC, r.id LIMIT ?2 OFFSET ?3"""


def insert(
    record_id: str, vehicle_id: str, entry: tuple[str, str, str | None, int], doc_number: str, request_id: str, now: str
) -> Statement:
    """Record work: `entry` is day, description, vendor and cost in cents. `ConstraintViolation`: no such vehicle."""
    return statement(INSERT, record_id, vehicle_id, *entry, doc_number, request_id, now)


def change(record_id: str, entry: tuple[str, str, str | None, int], now: str) -> Statement:
    """Correct a record that stands: `entry` is as in `insert`. The row that comes back says that it does."""
    return statement(CHANGE, record_id, *entry, now)


def void(record_id: str, now: str) -> Statement:
    """Undo a record."""
    return statement(VOID, record_id, now)


def shown(record_id: str, attempt: Try | None) -> Statement:
    """Show a record that its batch makes, as the API shows it, and keep that for its try."""
    return idempotency_keys.show(SHOW, KEEP, record_id, attempt)


async def show(database: Database, record_id: str) -> dict[str, Any] | None:
    """One record as the API shows it."""
    row = await database.first(SHOW, record_id)
    return None if row is None else from_json(row["record"])


async def page(database: Database, vehicle_id: str | None, limit: int, offset: int) -> tuple[list[dict[str, Any]], int]:
    """A page of records, and how many there are."""
    rows = await database.all(LIST, vehicle_id, limit, offset)
    return [from_json(row["record"]) for row in rows], int(rows[0]["total"]) if rows else 0
