"""Many vehicles at once, as a CSV file has them: found, written in one batch, and written out."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from pydantic_core import from_json, to_json

from carlot.domain.csv_text import header
from carlot.domain.model import Model
from carlot.domain.parts import in_parts
from carlot.domain.vehicle import BY_WIRE, Field
from carlot.domain.vehicle_csv import EXPORTED
from carlot.platform.ports import Database, Statement, statement
from carlot.store.csv_cells import kept_cell, line, plain_cell, text_cell
from carlot.store.tasks import enqueue_select
from carlot.store.vehicle_json import ADMIN_OBJECT

PART = 500
CHUNK = 12
"""As in `store.feeds`: vehicles in one read, and in one text."""

_COLUMNS = tuple(f.column for f in BY_WIRE.values() if f.writable or f.wire == "vinValid")

# What is known of the rows in ?1 (JSON array of {id, vin, stock}): the vehicle that is meant, by id, by VIN on the lot or, where the row
# or the vehicle has no VIN, by stock number; another vehicle on the lot that has its stock number, or its VIN; the day its VIN was last sold
# under its stock number, or under any where the row has none: a file may list what is long sold; what the VIN decoder said of its VIN.
FIND = f"""
SELECT row, found,
  (SELECT {ADMIN_OBJECT} FROM vehicles WHERE id = found) AS vehicle,
  (SELECT {ADMIN_OBJECT} FROM vehicles WHERE stock_number = stock AND status IN ('available', 'pending') AND id IS NOT found) AS holder,
  (SELECT o.id FROM vehicles o WHERE o.vin = wanted_vin AND o.status IN ('available', 'pending') AND o.id IS NOT found) AS vin_of,
  (SELECT max(s.sale_date) FROM vehicles o JOIN sales s ON s.vehicle_id = o.id AND s.voided_at IS NULL
    WHERE o.vin = wanted_vin AND o.status = 'sold' AND (o.stock_number = stock OR ifnull(stock, '') = '')) AS sold_on,
  (SELECT suggestions FROM vin_decodes WHERE vin = wanted_vin) AS said
FROM (SELECT r.key AS row, r.value ->> 'vin' AS wanted_vin, r.value ->> 'stock' AS stock, coalesce(
    (SELECT v.id FROM vehicles v WHERE v.id = r.value ->> 'id'),
    (SELECT v.id FROM vehicles v WHERE v.vin = r.value ->> 'vin' AND v.status IN ('available', 'pending')),
    (SELECT v.id FROM vehicles v WHERE v.stock_number = r.value ->> 'stock' AND v.status IN ('available', 'pending')
      AND (r.value ->> 'vin' = '' OR v.vin = v.id))) AS found
  FROM json_each(?1) AS r)
ORDER BY row"""

# New vehicles. ?1 JSON array of objects by column, with their ids, ?2 now.
INSERT = f"""
INSERT INTO vehicles (id, version, created_at, updated_at, {", ".join(_COLUMNS)})
SELECT r.value ->> 'id', 1, ?2, ?2, {", ".join(f"json_extract(r.value, '$.{column}')" for column in _COLUMNS)}
FROM json_each(?1) AS r"""

# Changed vehicles, each at the version that was read: the whole batch fails when one has moved on. ?1 as in INSERT.
CHANGE = f"""
UPDATE vehicles SET
  {", ".join(f"{c} = iif(json_type(r.value, '$.{c}') IS NULL, {c}, json_extract(r.value, '$.{c}'))" for c in (*_COLUMNS, "edited_fields"))},
  version = CASE WHEN version = r.value ->> 'version' THEN version + 1 END, updated_at = ?2
FROM json_each(?1) AS r WHERE vehicles.id = r.value ->> 'id'"""

# Vehicles whose stock numbers pass to others give them up before anything else is written: two may change places. ?1 their ids as JSON.
RELEASE = "UPDATE vehicles SET stock_number = NULL WHERE id IN (SELECT value FROM json_each(?1))"

# The DMS is to take the edits of these cars. ?1 their ids as JSON, ?2 now.
ENQUEUE_EDITS = enqueue_select(
    target="'wayne_reeves'", kind="'edits'", subject="value", vehicle="value", now="?2", source="FROM json_each(?1) WHERE true"
)


def _cell(field: Field) -> str:
    if field.kind == "money":
        return plain_cell(f"CASE WHEN v.{field.column} IS NOT NULL THEN printf('%.2f', v.{field.column} / 100.0) END")
    if field.kind == "flag":
        return plain_cell(f"iif(v.{field.column}, 'true', 'false')")
    if field.wire == "photos":
        return text_cell(
            "(SELECT group_concat(url, ' ') FROM (SELECT iif(value LIKE '/photos/%', ?1 || value, value) AS url FROM json_each(v.photos) ORDER BY key))"
        )
    return (
        kept_cell("nullif(v.vin, v.id)" if field.wire == "vin" else f"v.{field.column}")
        if field.kind == "text"
        else plain_cell(f"v.{field.column}")
    )


# ?1 our own address, ?2 a state or NULL for all but the archived, ?3 the id behind which the part begins.
EXPORT = f"""
WITH part AS MATERIALIZED (
  SELECT row_number() OVER () AS n, id, item FROM (
    SELECT v.id, {line([_cell(field) for field in EXPORTED])} AS item FROM vehicles v
    WHERE (v.status = ?2 OR (?2 IS NULL AND v.status <> 'archived')) AND v.id > ?3 ORDER BY v.id LIMIT {PART}))
SELECT max(id) AS last, group_concat(item, '') AS text FROM (SELECT * FROM part ORDER BY n) GROUP BY (n - 1) / {CHUNK} ORDER BY 1"""


class Found(Model):
    """What is known of a row: the vehicle that is meant (JSON text; `None`: a new one), and what stands in its way.

    `holder` is another vehicle on the lot that has the row's stock number, as JSON text; `vin_of` the id of one that has its VIN;
    `said` what its VIN says of a vehicle, as JSON text.
    """

    row: int
    vehicle: str | None
    holder: str | None
    vin_of: str | None
    sold_on: str | None
    said: str | None

    def told(self) -> dict[str, str | int]:
        """What the row's VIN says of a vehicle, by wire names; empty where nobody has asked yet."""
        return {} if self.said is None else from_json(self.said)

    def before(self) -> dict[str, Any] | None:
        """The vehicle by wire names."""
        return None if self.vehicle is None else from_json(self.vehicle)


def by_column(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values by wire name as the statements take them; lists become JSON texts, as their columns hold them."""
    return {BY_WIRE[name].column: to_json(value).decode() if isinstance(value, list) else value for name, value in values.items()}


async def find(database: Database, rows: Sequence[Mapping[str, str | None]]) -> list[Found]:
    """What is known of rows, each `{id, vin, stock}`."""
    found = [row for _, text in in_parts(rows, to_json) for row in await database.all(FIND, text)]
    return [Found.model_validate(dict(row)) for row in found]


def insert(vehicles: Sequence[Mapping[str, Any]], now: str) -> list[Statement]:
    """Add vehicles, by column."""
    return [statement(INSERT, text, now) for _, text in in_parts(vehicles, to_json)]


def change(vehicles: Sequence[Mapping[str, Any]], now: str) -> list[Statement]:
    """Change vehicles, by column; fails its batch when one is no longer at its `version`."""
    return [statement(CHANGE, text, now) for _, text in in_parts(vehicles, to_json)]


def release(vehicle_ids: Sequence[str]) -> Statement:
    """Have vehicles give up their stock numbers, so that others can get them in the same batch."""
    return statement(RELEASE, to_json(list(vehicle_ids)).decode())


def enqueue_edits(vehicle_ids: Sequence[str], now: str) -> Statement:
    """Have the DMS take the edits of these vehicles; answers the ids to wake."""
    return statement(ENQUEUE_EDITS, to_json(list(vehicle_ids)).decode(), now)


async def export(database: Database, base: str, status: str | None) -> AsyncIterator[str]:
    """The lot as a CSV text, header first; no more than `PART` vehicles are in memory at a time."""
    text = header([field.wire for field in EXPORTED])
    last = ""
    while rows := await database.all(EXPORT, base, status, last):
        for row in rows:
            yield text + str(row["text"])
            text = ""
        last = str(rows[-1]["last"])
    yield text
