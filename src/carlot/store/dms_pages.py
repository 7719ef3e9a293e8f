"""What a page of the DMS's inventory does to the vehicles table: one read to tell news from known, one statement to write."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from pydantic import Field as Member
from pydantic import TypeAdapter
from pydantic_core import to_json

from carlot.domain.identity import Candidate, Told, find
from carlot.domain.model import Model
from carlot.domain.times import instant
from carlot.domain.vehicle import FROM_DMS, MAX_PHOTOS, PUSHED_TO_DMS, Field
from carlot.platform.ports import Database, Row, Statement, statement
from carlot.store.dms_sales import ECHO, FELL_THROUGH
from carlot.store.tasks import enqueue_select

# Vehicles that a record (`r`) may be about, and may be named like: those with its VIN or its stock number. ?2 the run, or NULL: what
# its pages have shown so far.
_CANDIDATES = """(SELECT json_group_array(json_object(
    'car', json_object('id', c.id, 'vin', c.vin, 'dms_vin', iif(c.dms_record IS NULL, NULL, ifnull(c.dms_record ->> 'vin', c.vin)),
      'number', c.external_dms_id, 'stock_number', c.stock_number, 'status', c.status, 'make', c.make, 'model', c.model, 'year', c.year,
      'vin_valid', c.vin_valid, 'acquired', c.purchase_date,
      'sold_on', (SELECT s.sale_date FROM sales s WHERE s.vehicle_id = c.id AND s.voided_at IS NULL),
      'untold', ifnull(c.dms_record ->> 'status', '') <> 'sold' AND EXISTS (SELECT 1 FROM sales s WHERE s.vehicle_id = c.id
        AND s.voided_at IS NULL AND s.origin = 'carlot' AND s.dms_sale_id IS NULL AND (s.dms_tried_at IS NULL OR s.dms_sent IS NOT NULL)),
      'seen', ifnull((r.sold OR c.dms_record ->> 'status' IS NOT 'sold') AND c.external_dms_id IN (SELECT n.value FROM import_pages p, json_each(p.stock_numbers) n WHERE p.run_id = ?2), 0)),
    'edited', c.edited_fields <> '[]', 'old', ifnull(r.told < c.dms_updated_at, 0), 'same', c.dms_record IS r.kept)
    ORDER BY c.status = 'archived', c.updated_at DESC)
  FROM vehicles c WHERE c.id IN (SELECT id FROM vehicles WHERE vin = r.vin UNION SELECT id FROM vehicles WHERE external_dms_id = r.number
    UNION SELECT id FROM vehicles WHERE stock_number = r.number AND status IN ('available', 'pending')))"""

_RECORDS = """r AS MATERIALIZED (SELECT key, value ->> 'kept' AS kept, value ->> 'vin' AS vin, value ->> 'stock_number' AS number,
  value ->> 'status' IS 'sold' AS sold, value ->> 'date_acquired' AS acquired, strftime('%Y-%m-%dT%H:%M:%fZ', value ->> 'updated_at') AS told FROM json_each(?1))"""

# Of the records in ?1 those that say something new. Of nearly all the VIN and the stock number name the same car, or nobody: of those the
# key is enough. What is older than what we have is no news. ?2 as in _CANDIDATES.
CLASSIFY = f"""
WITH {_RECORDS}
SELECT json_object(
  'added', json_group_array(key) FILTER (WHERE is_new),
  'changed', json_group_array(key) FILTER (WHERE is_known AND is_news),
  'edited', json_group_array(key) FILTER (WHERE is_known AND is_news AND is_edited),
  'special', json_group_array(json_object('key', key, 'candidates', json(candidates))) FILTER (WHERE candidates IS NOT NULL)) AS news
FROM (SELECT *, iif(is_new OR is_known, NULL, {_CANDIDATES}) AS candidates FROM (
  SELECT r.*, v.edited_fields <> '[]' AS is_edited,
    v.dms_record IS NOT r.kept AND ifnull(r.told >= v.dms_updated_at, 1) AS is_news,
    ifnull(v.vin = r.vin AND (v.status IN ('available', 'pending') OR (v.status = 'sold' AND r.sold AND NOT EXISTS (
      SELECT 1 FROM sales s WHERE s.vehicle_id = v.id AND s.voided_at IS NULL AND s.sale_date < r.acquired
        AND ifnull(v.purchase_date < r.acquired, 1)))), 0) AS is_known,
    v.id IS NULL AND NOT EXISTS (SELECT 1 FROM vehicles o WHERE o.vin = r.vin)
      AND NOT EXISTS (SELECT 1 FROM vehicles o WHERE o.stock_number = r.number AND o.status IN ('available', 'pending')) AS is_new
  FROM r LEFT JOIN vehicles v ON v.external_dms_id = r.number) AS r)"""


def _from_record(field: Field) -> str:
    """The expression that reads a column's value from the record `r.value`."""
    value = f"r.value ->> '{field.dms}'"
    if field.kind == "money":
        cents = f"CAST(round(({value}) * 100) AS INTEGER)"
        # A price of 0 means that the car has no price.
        return f"nullif({cents}, 0)" if field.wire == "price" else cents
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
_ABSENT = "instr(excluded.dms_record, ' {dms} ')"


def _taken_over(field: Field) -> str:
    """The assignment that copies a column from the DMS's record, unless the record leaves it out or the dealer edited it.

    Sold ends here by a deal that fell through in the DMS, and not by what is older. That the DMS still shows a sale that was voided here, and that it is about to be told to undo, is no sale.
    """
    edited, absent = _EDITED.format(wire=field.wire), _ABSENT.format(dms=field.dms)
    if field.wire in ("stockNumber", "vin"):
        # A car that comes back to the lot comes back as the DMS names it: what the dealer called it may be another car's by now.
        edited = f"({edited} AND vehicles.status <> 'archived')"
    if field.wire == "status":
        return f"""status = CASE WHEN vehicles.status = 'sold' THEN iif({FELL_THROUGH}, excluded.status, 'sold')
          WHEN excluded.status = 'sold' THEN iif({ECHO}, vehicles.status, 'sold')
          WHEN {edited} OR ({absent} AND vehicles.status <> 'archived') THEN vehicles.status ELSE excluded.status END"""
    return f"{field.column} = iif({edited} OR {absent}, vehicles.{field.column}, excluded.{field.column})"


# Write the records in ?1. ?2 JSON array of the keys whose VIN does not hold, ?3 our own address, ?4 now, ?5 1 to publish new ones.
# An event or page that is older than what we have writes nothing. Each record is taken apart once (jsonb), not once a column.
UPSERT = f"""
WITH r AS MATERIALIZED (SELECT key, value ->> 'kept' AS kept, jsonb(value) AS value FROM json_each(?1))
INSERT INTO vehicles (id, external_dms_id, dms_record, dms_updated_at, vin_valid, publish_to_website, created_at, updated_at,
  {", ".join(field.column for field in FROM_DMS)})
SELECT lower(hex(randomblob(16))), r.value ->> 'stock_number', r.kept,
  strftime('%Y-%m-%dT%H:%M:%fZ', r.value ->> 'updated_at'), r.key NOT IN (SELECT value FROM json_each(?2)), ?5, ?4, ?4,
  {", ".join(_from_record(field) for field in FROM_DMS)}
FROM r WHERE true
ON CONFLICT (external_dms_id) DO UPDATE SET
  {", ".join(_taken_over(field) for field in FROM_DMS)},
  vin_valid = iif({_EDITED.format(wire="vin")} AND vehicles.status <> 'archived', vehicles.vin_valid, excluded.vin_valid),
  dms_record = excluded.dms_record, dms_updated_at = coalesce(excluded.dms_updated_at, vehicles.dms_updated_at),
  version = vehicles.version + 1, updated_at = excluded.updated_at
WHERE vehicles.dms_record IS NOT excluded.dms_record
  AND (vehicles.dms_updated_at IS NULL OR excluded.dms_updated_at IS NULL OR excluded.dms_updated_at >= vehicles.dms_updated_at)"""

# Cars give up their names before others get them in the same batch. Cars (?1, ids) give up the DMS's stock number, and with it the one
# they go by on the lot unless the dealer chose it; any car on the lot that goes by one of the numbers in ?2 gives that up. ?3 now.
RELEASE = """
UPDATE vehicles SET
  external_dms_id = iif(id IN (SELECT value FROM json_each(?1)), NULL, external_dms_id),
  stock_number = iif(status IN ('available', 'pending') AND (stock_number IN (SELECT value FROM json_each(?2))
    OR (id IN (SELECT value FROM json_each(?1)) AND instr(edited_fields, '"stockNumber"') = 0)), NULL, stock_number),
  edited_fields = iif(stock_number IN (SELECT value FROM json_each(?2)) AND status IN ('available', 'pending'),
    (SELECT json_group_array(value) FROM json_each(edited_fields) WHERE value <> 'stockNumber'), edited_fields),
  version = version + 1, updated_at = ?3
WHERE id IN (SELECT value FROM json_each(?1))
  OR (status IN ('available', 'pending') AND stock_number IN (SELECT value FROM json_each(?2)))"""

# Cars get the stock numbers under which the DMS now shows them. ?1 JSON array of [vehicle id, stock number].
RENUMBER = (
    "UPDATE vehicles SET external_dms_id = pair.value ->> 1 FROM json_each(?1) AS pair WHERE vehicles.id = pair.value ->> 0"
)

# A car entered by hand turns up in the DMS: from now on it is that car, and what was typed counts as edited. D1 takes five terms
# of a compound SELECT and 32 arguments of a function: the fields come in lists of ten. ?1 JSON array of [vehicle id, stock number].
_TYPED = [f"iif(vehicles.{field.column} <> '[]', '{field.wire}', NULL)" for field in FROM_DMS if field.wire != "status"]
_TYPED_LISTS = ", ".join(f"json_array({', '.join(_TYPED[first : first + 10])})" for first in range(0, len(_TYPED), 10))
ADOPT = f"""
UPDATE vehicles SET
  external_dms_id = pair.value ->> 1,
  edited_fields = (SELECT json_group_array(atom) FROM json_tree(json_array({_TYPED_LISTS})) WHERE atom IS NOT NULL)
FROM json_each(?1) AS pair WHERE vehicles.id = pair.value ->> 0"""

# The DMS shows what the dealer typed: the field is no longer hand-edited. ?1 the records, as far as they were written, ?3 our own address.
AGREE = f"""
UPDATE vehicles SET edited_fields = (SELECT json_group_array(edit.value) FROM json_each(vehicles.edited_fields) AS edit
  WHERE CASE edit.value {" ".join(f"WHEN '{f.wire}' THEN json_type(r.value, '$.{f.dms}') IS NULL OR vehicles.{f.column} IS NOT {_from_record(f)}" for f in FROM_DMS)} ELSE 1 END)
FROM json_each(?1) AS r
WHERE edited_fields <> '[]' AND external_dms_id = r.value ->> 'stock_number' AND dms_record IS r.value ->> 'kept'"""

# The DMS has taken these values (?2, a JSON object by column) of a car (?1): what still has its value is no longer hand-edited, so that
# what the DMS says of it later counts again.
TAKEN = f"""
UPDATE vehicles SET edited_fields = (SELECT json_group_array(edit.value) FROM json_each(vehicles.edited_fields) AS edit
  WHERE NOT CASE edit.value {" ".join(f"WHEN '{f.wire}' THEN json_type(?2, '$.{f.column}') IS NOT NULL AND vehicles.{f.column} IS ?2 ->> '$.{f.column}'" for f in FROM_DMS if f.wire in PUSHED_TO_DMS)} ELSE 0 END)
WHERE id = ?1"""

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

# What the DMS shows of a car is news again, even if it is what it showed before, where that is later than what it tells of now (?2).
NEWS_AGAIN = "UPDATE vehicles SET dms_record = '{}' WHERE id = ?1 AND dms_record IS NOT NULL AND dms_updated_at > ?2"

# The vehicles that the records in ?1 may be about, and the time of what is told. ?2 as in _CANDIDATES.
LOOK_UP = f"WITH {_RECORDS} SELECT r.told, {_CANDIDATES} AS candidates FROM r ORDER BY r.key"

# What is known of vehicles. ?1 their ids as JSON.
KNOWN = """
SELECT id, status, dms_record, dms_updated_at,
  (SELECT done_at FROM sync_tasks WHERE target = 'wayne_reeves' AND kind = 'edits' AND subject_id = v.id) AS edits_taken_at,
  EXISTS (SELECT 1 FROM sales s WHERE s.vehicle_id = v.id AND s.voided_at IS NOT NULL) AS had_sale_undone
FROM vehicles v WHERE id IN (SELECT value FROM json_each(?1))"""


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a car that the DMS tells of. `edits_taken_at`: when the DMS last took what the dealer edited."""

    id: str
    status: str
    dms_record: str | None
    dms_updated_at: str | None
    edits_taken_at: str | None
    had_sale_undone: bool


@dataclass(frozen=True, slots=True)
class Seen:
    """What was seen of the car of a record, at `seen_at`; `told_at` is the time of what is told of it.

    `holder` is the id of the vehicle that goes by the record's stock number at the DMS, `candidates` are the ids of all that the
    record may be about.
    """

    stock_number: str
    known: Known | None
    holder: str | None
    told_at: str | None
    seen_at: str
    candidates: tuple[str, ...]


class Named(Model):
    """A vehicle that a record may be about: whether the dealer edited it, whether the record is older than what we have, or the same."""

    car: Candidate
    edited: int
    old: int
    same: int


class Special(Model):
    """A record, by its place in the page, of which VIN and stock number name different vehicles, or one that has left the lot."""

    key: int
    candidates: list[Named]


class News(Model):
    """The records that say something new, by their place in the page: of new cars, of known ones, and what needs a look.

    `edited` are those of `changed` that the dealer has edited by hand.
    """

    added: list[int] = Member(default_factory=list)
    changed: list[int] = Member(default_factory=list)
    edited: list[int] = Member(default_factory=list)
    special: list[Special] = Member(default_factory=list)


@cache
def _named() -> TypeAdapter[list[Named]]:
    return TypeAdapter(list[Named])


async def classify(database: Database, records: str, run_id: str | None) -> News:
    """Which records (a JSON array) say something new; `run_id` is the run that they belong to."""
    row = await database.first(CLASSIFY, records, run_id)
    return News.model_validate_json(str(row["news"])) if row else News()


def upsert(records: str, invalid_vins: str, own_base: str, now: str, publish: bool) -> Statement:
    """Write records that say something new."""
    return statement(UPSERT, records, invalid_vins, own_base, now, int(publish))


def release(vehicle_ids: str, stock_numbers: str, now: str) -> Statement:
    """Have cars (a JSON array of ids) give up the DMS's stock number, and all cars on the lot these stock numbers (a JSON array)."""
    return statement(RELEASE, vehicle_ids, stock_numbers, now)


def renumber(pairs: str) -> Statement:
    """Give cars the DMS's stock numbers; `pairs` is a JSON array of [vehicle id, stock number]."""
    return statement(RENUMBER, pairs)


def adopt(pairs: str) -> Statement:
    """Make cars entered by hand the DMS's; `pairs` is a JSON array of [vehicle id, stock number]."""
    return statement(ADOPT, pairs)


def agree(records: str, own_base: str) -> Statement:
    """End the hand edits that the DMS now shows in these records."""
    return statement(AGREE, records, None, own_base)


def taken(vehicle_id: str, values: str) -> Statement:
    """Note that the DMS has taken these values (a JSON object by column) of a car."""
    return statement(TAKEN, vehicle_id, values)


def enqueue_edited(now: str) -> Statement:
    """Send the DMS what the dealer edited and it does not show yet; the rows that come back have the ids to wake."""
    return statement(ENQUEUE_EDITED, now)


def news_again(vehicle_id: str, told_at: str) -> Statement:
    """Read what the DMS shows of a car once more where that is later than `told_at`, even if it is what it showed before.

    The statement compares the times, because a page of a pull can be written between an event's reading and its writing.
    """
    return statement(NEWS_AGAIN, vehicle_id, told_at)


async def look_up(database: Database, records: str, told: Sequence[Told], now: datetime) -> list[Seen]:
    """See what is known of the vehicles that `records` (a JSON array) tell of; `told` is what each tells of its identity."""
    rows = await database.all(LOOK_UP, records, None)
    named = [[each.car for each in _named().validate_json(row["candidates"] or "[]")] for row in rows]
    found = [find(one, cars) for one, cars in zip(told, named, strict=True)]
    ids = [car.id for car in found if isinstance(car, Candidate)]
    known = {row["id"]: _known(row) for row in await database.all(KNOWN, to_json(ids).decode())} if ids else {}
    return [
        Seen(
            one.number,
            known.get(car.id) if isinstance(car, Candidate) else None,
            next((each.id for each in cars if each.number == one.number), None),
            row["told"],
            instant(now),
            tuple(each.id for each in cars),
        )
        for one, car, cars, row in zip(told, found, named, rows, strict=True)
    ]


def _known(row: Row) -> Known:
    texts = (row["id"], row["status"], row["dms_record"], row["dms_updated_at"], row["edits_taken_at"])
    return Known(*texts, bool(row["had_sale_undone"]))
