"""What a page of the DMS's inventory does to the vehicles table: one read to tell news from known, one statement to write."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from pydantic import TypeAdapter

from carlot.domain.times import instant
from carlot.domain.vehicle import FROM_DMS, MAX_PHOTOS, PUSHED_TO_DMS, Field
from carlot.platform.ports import Database, Statement, statement
from carlot.store.tasks import enqueue_select


def _to_hold(wire: str, column: str) -> str:
    """The number that the car of a record will have: the DMS's, unless the dealer edited it by hand."""
    return f"iif(instr(v.edited_fields, '\"{wire}\"'), v.{column}, r.value ->> '{column}')"


# Of the records in ?1 those that say something new, each with what stands in its way: `twin` is another car with its VIN (on the
# lot, or sold and not acquired since), `namesake` another car with its stock number. Either may be the same car entered by hand.
# What is older than what we have is no news. Most records have nothing in their way: of those the key is enough.
CLASSIFY = f"""
SELECT json_object(
  'added', json_group_array(r.key) FILTER (WHERE v.id IS NULL AND twin.id IS NULL AND namesake.id IS NULL),
  'changed', json_group_array(r.key) FILTER (WHERE v.edited_fields = '[]' AND twin.id IS NULL AND namesake.id IS NULL),
  'special', json_group_array(json_object(
    'key', r.key, 'known', v.id, 'edited', ifnull(v.edited_fields <> '[]', 0),
    'twin', twin.id, 'twin_stock', coalesce(twin.stock_number, ''), 'twin_sold', twin.status = 'sold',
    'twin_by_hand', twin.external_dms_id IS NULL AND v.id IS NULL,
    'namesake', namesake.id)) FILTER (WHERE v.edited_fields <> '[]' OR twin.id IS NOT NULL OR namesake.id IS NOT NULL)) AS news
FROM json_each(?1) AS r
LEFT JOIN vehicles v ON v.external_dms_id = r.value ->> 'stock_number'
LEFT JOIN vehicles twin ON twin.id = (
  SELECT t.id FROM vehicles t
  WHERE t.vin = {_to_hold("vin", "vin")} AND t.id IS NOT v.id AND r.value ->> 'status' IS NOT 'sold'
    AND (t.status IN ('available', 'pending') OR (t.status = 'sold' AND v.id IS NULL AND NOT EXISTS (
      SELECT 1 FROM sales s WHERE s.vehicle_id = t.id AND s.voided_at IS NULL AND s.sale_date < r.value ->> 'date_acquired')))
  ORDER BY t.status = 'sold' LIMIT 1)
LEFT JOIN vehicles namesake ON namesake.stock_number = {_to_hold("stockNumber", "stock_number")} AND namesake.status <> 'archived'
  AND namesake.id IS NOT v.id AND namesake.id IS NOT twin.id
WHERE v.id IS NULL OR (v.dms_record IS NOT r.value
  AND ifnull(strftime('%Y-%m-%dT%H:%M:%fZ', r.value ->> 'updated_at') >= v.dms_updated_at, 1))"""


def _from_record(field: Field) -> str:
    """The expression that reads a column's value from the record `r.value`."""
    value = f"r.value ->> '{field.dms}'"
    if field.kind == "money":
        return f"CAST(round(({value}) * 100) AS INTEGER)"
    if field.wire == "photos":
        # https only, or under our own address (?3); nothing that could end the text it is put into.
        return f"""(SELECT json_group_array(value) FROM (SELECT value FROM json_each(r.value, '$.photos')
          WHERE (value LIKE 'https://%' OR (?3 <> '' AND substr(value, 1, length(?3) + 1) = ?3 || '/'))
            AND instr(value, '"') = 0 AND instr(value, '\\') = 0 AND instr(value, ' ') = 0
            AND instr(value, '<') = 0 AND instr(value, '>') = 0 LIMIT {MAX_PHOTOS}))"""
    if field.wire == "status":
        return f"ifnull({value}, 'available')"
    return f"nullif({value}, '')" if field.kind == "text" else value


_EDITED = "instr(vehicles.edited_fields, '\"{wire}\"')"
_ABSENT = "json_type(excluded.dms_record, '$.{dms}') IS NULL"


def _taken_over(field: Field) -> str:
    """The assignment that copies a column from the DMS's record, unless the record leaves it out or the dealer edited it.

    Sold is final. That the DMS still shows a sale that was voided here, and that it is about to be told to undo, is no sale.
    """
    edited, absent = _EDITED.format(wire=field.wire), _ABSENT.format(dms=field.dms)
    if field.wire == "status":
        return f"""status = CASE WHEN vehicles.status = 'sold' THEN 'sold'
          WHEN excluded.status = 'sold' THEN iif(EXISTS (SELECT 1 FROM sales s WHERE s.vehicle_id = vehicles.id
            AND s.voided_at IS NOT NULL AND s.dms_tried_at IS NOT NULL), vehicles.status, 'sold')
          WHEN {edited} OR ({absent} AND vehicles.status <> 'archived') THEN vehicles.status ELSE excluded.status END"""
    return f"{field.column} = iif({edited} OR {absent}, vehicles.{field.column}, excluded.{field.column})"


# Write the records in ?1. ?2 JSON array of the keys whose VIN does not hold, ?3 our own address, ?4 now, ?5 1 to publish new ones.
# An event or page that is older than what we have writes nothing. Each record is taken apart once (jsonb), not once a column.
UPSERT = f"""
WITH r AS MATERIALIZED (SELECT key, value AS text, jsonb(value) AS value FROM json_each(?1))
INSERT INTO vehicles (id, external_dms_id, dms_record, dms_updated_at, vin_valid, publish_to_website, created_at, updated_at,
  {", ".join(field.column for field in FROM_DMS)})
SELECT lower(hex(randomblob(16))), r.value ->> 'stock_number', r.text,
  strftime('%Y-%m-%dT%H:%M:%fZ', r.value ->> 'updated_at'), r.key NOT IN (SELECT value FROM json_each(?2)), ?5, ?4, ?4,
  {", ".join(_from_record(field) for field in FROM_DMS)}
FROM r WHERE true
ON CONFLICT (external_dms_id) DO UPDATE SET
  {", ".join(_taken_over(field) for field in FROM_DMS)},
  vin_valid = iif({_EDITED.format(wire="vin")}, vehicles.vin_valid, excluded.vin_valid),
  dms_record = excluded.dms_record, dms_updated_at = coalesce(excluded.dms_updated_at, vehicles.dms_updated_at),
  version = vehicles.version + 1, updated_at = excluded.updated_at
WHERE vehicles.dms_record IS NOT excluded.dms_record
  AND (vehicles.dms_updated_at IS NULL OR excluded.dms_updated_at IS NULL OR excluded.dms_updated_at >= vehicles.dms_updated_at)"""

# Cars whose VINs change places give them up first, for no two may have one. ?1 JSON array of their ids.
PARK = "UPDATE vehicles SET vin = id WHERE id IN (SELECT value FROM json_each(?1))"

# A car entered by hand turns up in the DMS: from now on it is that car, and what was typed counts as edited. D1 takes five terms
# of a compound SELECT and 32 arguments of a function: the fields come in lists of ten. ?1 JSON array of [vehicle id, stock number].
_TYPED = [f"iif(vehicles.{field.column} <> '[]', '{field.wire}', NULL)" for field in FROM_DMS if field.wire != "status"]
_TYPED_LISTS = ", ".join(f"json_array({', '.join(_TYPED[first : first + 10])})" for first in range(0, len(_TYPED), 10))
ADOPT = f"""
UPDATE vehicles SET
  external_dms_id = pair.value ->> 1,
  edited_fields = (SELECT json_group_array(atom) FROM json_tree(json_array({_TYPED_LISTS})) WHERE atom IS NOT NULL)
FROM json_each(?1) AS pair WHERE vehicles.id = pair.value ->> 0"""

# The DMS shows what the dealer typed: the field is no longer hand-edited. ?1 JSON array of stock numbers, ?3 our own address.
AGREE = f"""
UPDATE vehicles SET edited_fields = (
  SELECT json_group_array(value) FROM (SELECT edit.value FROM json_each(vehicles.edited_fields) AS edit, (SELECT vehicles.dms_record AS value) AS r
    WHERE CASE edit.value {" ".join(f"WHEN '{f.wire}' THEN json_type(r.value, '$.{f.dms}') IS NULL OR vehicles.{f.column} IS NOT {_from_record(f)}" for f in FROM_DMS)} ELSE 1 END))
WHERE edited_fields <> '[]' AND dms_record IS NOT NULL
  AND external_dms_id IN (SELECT value FROM json_each(?1))"""

# The cars on the lot with hand edits of which the DMS takes some back. ?1 now.
ENQUEUE_EDITED = enqueue_select(
    target="'wayne_reeves'",
    kind="'edits'",
    subject="v.id",
    vehicle="v.id",
    now="?1",
    source=f"""FROM vehicles v
WHERE v.edited_fields <> '[]' AND v.external_dms_id IS NOT NULL AND v.status IN ('available', 'pending')
  AND ({" OR ".join(f"instr(v.edited_fields, '{chr(34)}{wire}{chr(34)}')" for wire in sorted(PUSHED_TO_DMS))})""",
)

# What is known of the DMS's car (?1), and the time of what is told of it (?2) as UPSERT would write it.
LOOK_UP = """
SELECT v.id, v.status, v.dms_record, v.dms_updated_at, told.at AS told_at,
  EXISTS (SELECT 1 FROM sales s WHERE s.vehicle_id = v.id AND s.voided_at IS NOT NULL) AS had_sale_undone
FROM (SELECT strftime('%Y-%m-%dT%H:%M:%fZ', ?2) AS at) AS told LEFT JOIN vehicles v ON v.external_dms_id = ?1"""


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a car of the DMS."""

    id: str
    status: str
    dms_record: str | None
    dms_updated_at: str | None
    had_sale_undone: bool


@dataclass(frozen=True, slots=True)
class Seen:
    """What was seen of a car of the DMS, at `seen_at`; `told_at` is the time of what is told of it."""

    stock_number: str
    known: Known | None
    told_at: str | None
    seen_at: str


@dataclass(frozen=True, slots=True)
class Special:
    """A record that says something new, by its place in the page, of a car that was edited by hand, or with another in its way.

    `known` is the id of the record's own car, `None` when it is new.
    """

    key: int
    known: str | None
    edited: int
    twin: str | None
    twin_stock: str
    twin_sold: int | None
    twin_by_hand: int
    namesake: str | None


@dataclass(frozen=True, slots=True)
class News:
    """The records that say something new, by their place in the page: of new cars, of known ones, and what needs a look."""

    added: list[int]
    changed: list[int]
    special: list[Special]


_NEWS = TypeAdapter(News)


async def classify(database: Database, records: str) -> News:
    """Which records (a JSON array) say something new."""
    row = await database.first(CLASSIFY, records)
    return _NEWS.validate_json(str(row["news"])) if row else News([], [], [])


def upsert(records: str, invalid_vins: str, own_base: str, now: str, publish: bool) -> Statement:
    """Write records that say something new."""
    return statement(UPSERT, records, invalid_vins, own_base, now, int(publish))


def park(vehicle_ids: str) -> Statement:
    """Take the VINs off cars (a JSON array of ids) that get others in the same batch."""
    return statement(PARK, vehicle_ids)


def adopt(pairs: str) -> Statement:
    """Make cars entered by hand the DMS's; `pairs` is a JSON array of [vehicle id, stock number]."""
    return statement(ADOPT, pairs)


def agree(stock_numbers: str, own_base: str) -> Statement:
    """End the hand edits that the DMS now shows."""
    return statement(AGREE, stock_numbers, None, own_base)


def enqueue_edited(now: str) -> Statement:
    """Send the DMS what the dealer edited and it does not show yet; the rows that come back have the ids to wake."""
    return statement(ENQUEUE_EDITED, now)


async def look_up(database: Database, stock_number: str, told: datetime | None, now: datetime) -> Seen:
    """See what is known of the DMS's car with that stock number, of which something is `told` as of that time."""
    row = await database.first(LOOK_UP, stock_number, None if told is None else told.isoformat()) or {}
    known = None
    if row.get("id") is not None:
        known = Known(row["id"], row["status"], row["dms_record"], row["dms_updated_at"], bool(row["had_sale_undone"]))
    return Seen(stock_number, known, row.get("told_at"), instant(now))
