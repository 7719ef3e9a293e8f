"""Imports of CSV files: the rows that were not taken, and how the vehicles were before, so that an import can be undone."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from pydantic_core import from_json, to_json

from carlot.domain.csv_text import header
from carlot.domain.parts import in_parts
from carlot.domain.vehicle import BY_WIRE, PUSHED_TO_DMS
from carlot.platform.ports import Database, Row, Statement, statement
from carlot.store.csv_cells import raw_cell

KEPT = 20
"""So many imports can be undone and answer their rejected rows; older ones are forgotten."""

_PART = 100
"""Rejected rows in one read."""

# An import. ?1 id, ?2 JSON array of the file's headings, ?3 now.
ADD = "INSERT INTO csv_imports (id, headings, created_at) VALUES (?1, ?2, ?3)"

# Rows that were not taken. ?1 the import, ?2 JSON array of {row, cells, problem}.
ADD_REJECTED = """
INSERT INTO csv_import_rejected (import_id, row, cells, problem)
SELECT ?1, r.value ->> 'row', r.value ->> 'cells', r.value ->> 'problem' FROM json_each(?2) AS r"""

# Vehicles that were added or changed. ?1 the import, ?2 JSON array of {id, version, before}.
ADD_CHANGES = """
INSERT INTO csv_import_changes (import_id, vehicle_id, version, before)
SELECT ?1, r.value ->> 'id', r.value ->> 'version', r.value ->> 'before' FROM json_each(?2) AS r"""

# All but the newest imports are forgotten, with what belongs to them.
_OLD = f"import_id NOT IN (SELECT id FROM csv_imports ORDER BY created_at DESC, rowid DESC LIMIT {KEPT})"
FORGET = (
    f"DELETE FROM csv_import_rejected WHERE {_OLD}",
    f"DELETE FROM csv_import_changes WHERE {_OLD}",
    f"DELETE FROM csv_imports WHERE {_OLD.replace('import_id', 'id', 1)}",
)

# One import.
READ = "SELECT headings, undone_at FROM csv_imports WHERE id = ?1"

# Some of the rejected rows of an import as lines of CSV. ?1 the import, ?2 how many columns its file has, ?3 the row behind which
# they begin. The problem stands behind the file's own columns, and cells too many behind the problem.
REJECTED = f"""
SELECT r.row, (SELECT group_concat({raw_cell("cell.value")}, ',') FROM (
    SELECT value FROM (
      SELECT key AS place, value FROM json_each(r.cells) UNION ALL SELECT ?2 - 0.5, r.problem) ORDER BY place) AS cell)
  || char(13) || char(10) AS line
FROM csv_import_rejected r WHERE r.import_id = ?1 AND r.row > ?3 ORDER BY r.row LIMIT {_PART}"""

# The vehicles that an import added or changed; whether the DMS takes back something of what undoing it changes. ?1 the import.
_PUSHED = ", ".join(f"'{BY_WIRE[name].column}'" for name in sorted(PUSHED_TO_DMS))
TOUCHED = f"""
SELECT v.id, nullif(v.vin, v.id) AS vin, v.stock_number, v.external_dms_id IS NOT NULL AND EXISTS (
    SELECT 1 FROM json_each(c.before) AS b WHERE b.key IN ({_PUSHED})) AS pushed
FROM csv_import_changes c JOIN vehicles v ON v.id = c.vehicle_id WHERE c.import_id = ?1 ORDER BY v.created_at, v.id"""

# Vehicles that an import (?1) added leave the lot, unless they were changed since. ?2 now.
ARCHIVE_ADDED = """
UPDATE vehicles SET status = 'archived', version = vehicles.version + 1, updated_at = ?2
FROM csv_import_changes AS c
WHERE c.import_id = ?1 AND c.vehicle_id = vehicles.id AND c.before IS NULL AND c.version = vehicles.version
RETURNING id"""


def _then(column: str) -> str:
    """The SQL of a column as it was before."""
    return f"iif(json_type(c.before, '$.{column}') IS NULL, vehicles.{column}, json_extract(c.before, '$.{column}'))"


# Vehicles that get back the stock numbers that they had before an import (?1) give up the present ones first: two may have changed places.
_TAKES_BACK = """{c}.import_id = ?1 AND {c}.vehicle_id = {v}.id AND {c}.version = {v}.version
    AND json_type({c}.before, '$.stock_number') IS NOT NULL"""
RELEASE = f"""
UPDATE vehicles SET stock_number = NULL FROM csv_import_changes AS c
WHERE {_TAKES_BACK.format(c="c", v="vehicles")} AND NOT EXISTS (SELECT 1 FROM vehicles o
  WHERE o.id <> vehicles.id AND o.stock_number = c.before ->> 'stock_number' AND o.status IN ('available', 'pending')
    AND NOT EXISTS (SELECT 1 FROM csv_import_changes AS d WHERE {_TAKES_BACK.format(c="d", v="o")}))"""

# Vehicles that an import (?1) changed get their values back, unless they were changed since, or another vehicle has the stock number or
# the VIN by now. ?2 now.
_COLUMNS = tuple(f.column for f in BY_WIRE.values() if f.writable or f.wire in ("vinValid", "editedFields"))
PUT_BACK = f"""
UPDATE vehicles SET {", ".join(f"{column} = {_then(column)}" for column in _COLUMNS)},
  version = vehicles.version + 1, updated_at = ?2
FROM csv_import_changes AS c
WHERE c.import_id = ?1 AND c.vehicle_id = vehicles.id AND c.before IS NOT NULL AND c.version = vehicles.version
  AND NOT EXISTS (SELECT 1 FROM vehicles o
    WHERE o.id <> vehicles.id AND o.stock_number = {_then("stock_number")} AND o.status IN ('available', 'pending')
      AND {_then("status")} IN ('available', 'pending'))
  AND NOT EXISTS (SELECT 1 FROM vehicles o
    WHERE o.id <> vehicles.id AND o.vin = {_then("vin")} AND o.status IN ('available', 'pending')
      AND {_then("status")} IN ('available', 'pending'))
RETURNING id"""

# An import (?1) is undone. ?2 now.
MARK_UNDONE = "UPDATE csv_imports SET undone_at = ?2 WHERE id = ?1"


def add(import_id: str, headings: Sequence[str], now: str) -> Statement:
    """Keep an import."""
    return statement(ADD, import_id, to_json(list(headings)).decode(), now)


def add_rejected(import_id: str, rows: Sequence[Mapping[str, Any]]) -> list[Statement]:
    """Keep rejected rows of an import, each `{row, cells, problem}`."""
    return [statement(ADD_REJECTED, import_id, text) for _, text in in_parts(rows, to_json)]


def add_changes(import_id: str, vehicles: Sequence[Mapping[str, Any]]) -> list[Statement]:
    """Keep how vehicles were before an import, each `{id, version, before}`; no `before`: it was added."""
    return [statement(ADD_CHANGES, import_id, text) for _, text in in_parts(vehicles, to_json)]


def forget_old() -> list[Statement]:
    """Forget all imports but the newest."""
    return [statement(sql) for sql in FORGET]


async def read(database: Database, import_id: str) -> Row | None:
    """An import: `headings` as a JSON array, `undone_at`; `None`: there is none, or it is forgotten."""
    return await database.first(READ, import_id)


async def rejected_csv(database: Database, import_id: str, headings: str, problem: str) -> AsyncIterator[str]:
    """The rejected rows as a CSV text, in the file's own columns and one more that says what is wrong."""
    names: list[str] = from_json(headings)
    yield header([*names, problem])
    last = 0
    while rows := await database.all(REJECTED, import_id, len(names), last):
        yield "".join(str(row["line"]) for row in rows)
        last = int(rows[-1]["row"])


async def touched(database: Database, import_id: str) -> list[Row]:
    """The vehicles that an import added or changed: `id`, `vin`, `stock_number`, `pushed` (1: undoing it concerns the DMS)."""
    return await database.all(TOUCHED, import_id)


def undo(import_id: str, now: str) -> list[Statement]:
    """Undo an import; the first and the third answer the ids of the vehicles that were put back."""
    return [
        statement(ARCHIVE_ADDED, import_id, now),
        statement(RELEASE, import_id),
        statement(PUT_BACK, import_id, now),
        statement(MARK_UNDONE, import_id, now),
    ]
