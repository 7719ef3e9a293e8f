"""The vin_decodes table: what the VIN decoder said of each VIN, kept for good; and the empty fields of cars that it fills."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import NamedTuple

from pydantic_core import from_json, to_json

from carlot.domain.vehicle import BY_WIRE, DECODED
from carlot.platform.ports import Database, Statement, statement
from carlot.store.tasks import enqueue_select

TARGET, DECODE, FILL = "vin_decoder", "decode", "fill"

_COLUMNS = {wire: BY_WIRE[wire].column for wire in DECODED}

# What is known of some VINs. ?1 their JSON array.
READ = "SELECT vin, suggestions, hint FROM vin_decodes WHERE vin IN (SELECT value FROM json_each(?1))"

# The VIN decoder has answered. ?1 the VIN, ?2 what it suggests as JSON, ?3 its hint or NULL, ?4 now.
KEEP = "INSERT INTO vin_decodes (vin, suggestions, hint, decoded_at) VALUES (?1, ?2, ?3, ?4) ON CONFLICT (vin) DO NOTHING"

# The VINs of some cars that are on the lot. ?1 JSON array of their ids.
VINS = "SELECT id, vin FROM vehicles WHERE id IN (SELECT value FROM json_each(?1)) AND status IN ('available', 'pending') AND vin_valid = 1"

# A field that nobody has filled: it is empty, and the dealer has not emptied it. {v} is the vehicle.
_EMPTY = {wire: f"({{v}}.{column} IS NULL AND instr({{v}}.edited_fields, '\"{wire}\"') = 0)" for wire, column in _COLUMNS.items()}
_OWN = {wire: empty.format(v="vehicles") for wire, empty in _EMPTY.items()}

# The empty fields of a car get what its VIN says. ?1 what is suggested as JSON, ?2 the car, ?3 its VIN, ?4 now.
FILL_EMPTY = f"""
UPDATE vehicles SET
  decoded_fields = json_patch(decoded_fields, (SELECT json_group_object(key, value) FROM json_each(?1)
    WHERE {" OR ".join(f"(key = '{wire}' AND {empty})" for wire, empty in _OWN.items())})),
  {", ".join(f"{column} = iif({_OWN[wire]}, ?1 ->> '{wire}', {column})" for wire, column in _COLUMNS.items())},
  version = version + 1, updated_at = ?4
WHERE id = ?2 AND vin = ?3 AND status IN ('available', 'pending')
  AND ({" OR ".join(f"(?1 ->> '{wire}' IS NOT NULL AND {empty})" for wire, empty in _OWN.items())})
RETURNING version"""


def _enqueue_fills(which: str) -> str:
    """Build the statement for every car that lacks a field of which its VIN may tell: it was not decoded yet, or says it."""
    lacks = " OR ".join(
        f"({empty.format(v='v')} AND (d.vin IS NULL OR d.suggestions ->> '{wire}' IS NOT NULL))" for wire, empty in _EMPTY.items()
    )
    return enqueue_select(
        target=f"'{TARGET}'",
        kind=f"'{FILL}'",
        subject="v.id",
        now="?1",
        source=f"""FROM vehicles v LEFT JOIN vin_decodes d ON d.vin = v.vin
WHERE v.{which} IN (SELECT value FROM json_each(?2)) AND v.status IN ('available', 'pending') AND v.vin_valid = 1 AND length(v.vin) = 17
  AND ({lacks})""",
    )


# Cars that were imported. ?1 now, ?2 JSON array of their ids, or of the DMS's stock numbers.
ENQUEUE_FILLS = _enqueue_fills("id")
ENQUEUE_IMPORTED = _enqueue_fills("external_dms_id")

# The desk asks about a VIN: nobody is asking about it yet, and nobody has asked in vain lately. ?1 now, ?2 the VIN, ?3 since when.
ENQUEUE_ASKED = enqueue_select(
    target=f"'{TARGET}'",
    kind=f"'{DECODE}'",
    subject="?2",
    now="?1",
    source=f"""WHERE NOT EXISTS (SELECT 1 FROM vin_decodes WHERE vin = ?2)
  AND NOT EXISTS (SELECT 1 FROM sync_tasks WHERE target = '{TARGET}' AND kind = '{DECODE}' AND subject_id = ?2
    AND (state <> 'done' OR updated_at > ?3))""",
)

# Where a VIN stands: what is known of it, whether the decoder is being asked and has not failed to answer, and what was filled in.
STANDING = f"""
SELECT (SELECT json_object('suggestions', json(suggestions), 'hint', hint) FROM vin_decodes WHERE vin = ?1) AS known,
  EXISTS (SELECT 1 FROM sync_tasks WHERE target = '{TARGET}' AND kind = '{DECODE}' AND subject_id = ?1
    AND state IN ('pending', 'running') AND failing_since IS NULL AND error IS NULL) AS asked,
  (SELECT decoded_fields FROM vehicles WHERE vin = ?1 AND status IN ('available', 'pending')) AS filled"""


class Known(NamedTuple):
    """What the decoder said of a VIN: values by the fields' names in our API, and a sentence for the dealer or `None`."""

    suggestions: Mapping[str, str | int]
    hint: str | None


class Standing(NamedTuple):
    """What is known of a VIN, whether the decoder is being asked, and what was filled in at the car on the lot that has it."""

    known: Known | None
    asked: bool
    filled: Mapping[str, str]


async def read(database: Database, vins: Collection[str]) -> dict[str, Known]:
    """What is known of VINs, by VIN."""
    rows = await database.all(READ, to_json(list(vins)).decode())
    return {str(row["vin"]): Known(from_json(row["suggestions"]), row["hint"]) for row in rows}


async def standing(database: Database, vin: str) -> Standing:
    """Where a VIN stands."""
    row = await database.first(STANDING, vin) or {}
    known = Known(**from_json(row["known"])) if row.get("known") else None
    return Standing(known, bool(row.get("asked")), from_json(row.get("filled") or "{}"))


async def vins_of(database: Database, vehicle_ids: Collection[str]) -> dict[str, str]:
    """The VINs of those of the cars that are on the lot and have a valid one, by car."""
    rows = await database.all(VINS, to_json(list(vehicle_ids)).decode())
    return {str(row["id"]): str(row["vin"]) for row in rows}


def keep(vin: str, known: Known, now: str) -> Statement:
    """Keep what the decoder said of a VIN."""
    return statement(KEEP, vin, to_json(known.suggestions).decode(), known.hint, now)


def fill(vehicle_id: str, vin: str, suggestions: Mapping[str, str | int], now: str) -> Statement:
    """Fill the empty fields of a car, and mark them; nothing when it has another VIN by now, or has left the lot."""
    wanted = {name: value for name, value in suggestions.items() if name in DECODED}
    return statement(FILL_EMPTY, to_json(wanted).decode(), vehicle_id, vin, now)


def enqueue_fills(vehicle_ids: Collection[str], now: str) -> Statement:
    """Want the empty fields of these cars filled."""
    return statement(ENQUEUE_FILLS, now, to_json(list(vehicle_ids)).decode())


def enqueue_imported(stock_numbers: Collection[str], now: str) -> Statement:
    """The same of the DMS's cars with these stock numbers."""
    return statement(ENQUEUE_IMPORTED, now, to_json(list(stock_numbers)).decode())


def enqueue_asked(vin: str, now: str, since: str) -> Statement:
    """Want a VIN decoded, unless it is known, is being asked about, or was asked about in vain since that time."""
    return statement(ENQUEUE_ASKED, now, vin, since)
