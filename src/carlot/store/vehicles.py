"""The vehicles table, as the dealer reads and writes it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic_core import from_json, to_json

from carlot.domain.search import Search
from carlot.domain.vehicle import BY_WIRE
from carlot.platform.ports import Database, Row, Statement, statement
from carlot.store import idempotency_keys
from carlot.store.idempotency_keys import Try, keeping
from carlot.store.standings import SiteAsked
from carlot.store.vehicle_json import ADMIN_OBJECT, admin_count_statement, admin_list_statement, joined

# One vehicle with all its fields, as one JSON text.
READ = f"SELECT {ADMIN_OBJECT} AS vehicle FROM vehicles WHERE id = ?1"
KEEP = keeping(READ)

# A new vehicle. ?1 is a JSON object of column values, ?2 the time.
_COLUMNS = tuple(f.column for f in BY_WIRE.values() if f.writable or f.wire == "vinValid")
INSERT = f"""
INSERT INTO vehicles (id, version, created_at, updated_at, {", ".join(_COLUMNS)})
SELECT ?2, 1, ?3, ?3, {", ".join(f"json_extract(?1, '$.{column}')" for column in _COLUMNS)}"""

# The given columns of one vehicle, at the version that was read; nothing when it has moved on. ?1 as in INSERT.
CHANGE = f"""
UPDATE vehicles SET
  {", ".join(f"{c} = iif(json_type(?1, '$.{c}') IS NULL, {c}, json_extract(?1, '$.{c}'))" for c in (*_COLUMNS, "edited_fields"))},
  version = version + 1, updated_at = ?4
WHERE id = ?2 AND version = ?3
RETURNING version"""

# The day a car with this VIN was last sold under this stock number.
SOLD_ON = """
SELECT max(s.sale_date) AS day FROM vehicles v JOIN sales s ON s.vehicle_id = v.id AND s.voided_at IS NULL
WHERE v.vin = ?1 AND v.stock_number = ?2 AND v.status = 'sold'"""

# The car on the lot that has a VIN (?1) or a stock number (?2), as people call it.
ON_LOT = """
SELECT year || ' ' || make || ' ' || model || ifnull(', ' || stock_number, '') AS name FROM vehicles
WHERE status IN ('available', 'pending') AND (vin = ?1 OR stock_number = ?2)"""


def _columns(values: Mapping[str, Any]) -> str:
    """Values by wire name as a JSON object by column; lists become JSON texts, as their columns hold them."""
    return to_json(
        {BY_WIRE[name].column: to_json(value).decode() if isinstance(value, list) else value for name, value in values.items()}
    ).decode()


async def read(database: Database, vehicle_id: str) -> dict[str, Any] | None:
    """One vehicle by wire names, photos as a list of URLs; `None`: no such vehicle."""
    row = await database.first(READ, vehicle_id)
    return None if row is None else as_read(row)


def as_read(row: Row) -> dict[str, Any]:
    """A vehicle from a row of `shown`, by wire names."""
    vehicle: dict[str, Any] = from_json(row["vehicle"])
    return vehicle


def shown(vehicle_id: str, attempt: Try | None) -> Statement:
    """Show a vehicle that its batch adds, as `read` does but as text, and keep that for its try."""
    return idempotency_keys.show(READ, KEEP, vehicle_id, attempt)


async def search(
    database: Database, wanted: Search, sites: Sequence[SiteAsked], today: str, reduced_since: str
) -> tuple[list[dict[str, Any]], int]:
    """One page of vehicles by wire names, with how each stands, and how many there are over all pages."""
    listed = admin_list_statement(wanted, sites, today, reduced_since)
    items, count = await database.batch([listed, admin_count_statement(wanted, sites)])
    return from_json(joined(items)), int(count[0]["total"])


async def sold_on(database: Database, vin: str, stock_number: str | None) -> str | None:
    """The day a car with this VIN was last sold here under this stock number; `None`: never."""
    row = await database.first(SOLD_ON, vin, stock_number)
    return row["day"] if row else None


async def on_lot(database: Database, vin: str | None = None, stockNumber: str | None = None) -> str | None:  # noqa: N803  wire names
    """The car on the lot with this VIN, or with this stock number, such as `2017 Toyota Tacoma, M1044`; `None`: none."""
    row = await database.first(ON_LOT, vin, stockNumber)
    return row["name"] if row else None


def insert(vehicle_id: str, values: Mapping[str, Any], now: str) -> Statement:
    """Add a vehicle with these values by wire name, those with a default of the schema all given."""
    return statement(INSERT, _columns(values), vehicle_id, now)


def change(vehicle_id: str, version: int, values: Mapping[str, Any], now: str) -> Statement:
    """Change a vehicle if it still is at that version; a row comes back when it was."""
    return statement(CHANGE, _columns(values), vehicle_id, version, now)


def wire_names(columns: Sequence[str]) -> list[str]:
    """The wire names of columns such as `vehicles.vin`, as SQLite names them in its errors."""
    by_column = {field.column: field.wire for field in BY_WIRE.values()}
    return [by_column.get(column.rpartition(".")[2].strip(), column) for column in columns]
