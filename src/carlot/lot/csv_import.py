"""A CSV file of vehicles: the good rows are taken over, the bad ones are kept with their reasons."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from itertools import islice
from typing import Any

from pydantic import ValidationError
from pydantic_core import to_json

from carlot.domain import csv_text
from carlot.domain.csv_changes import FieldChange, note_changes
from carlot.domain.fault_words import fault_words
from carlot.domain.times import instant
from carlot.domain.vehicle import PUSHED_TO_DMS, stored
from carlot.domain.vehicle_csv import PROBLEM, Reading, Remark, Row, Sheet, UnreadableSheet, kept_cells, read_row
from carlot.domain.vehicle_entry import NewVehicle, VehicleChange
from carlot.engine.enqueue import commit
from carlot.errors import Conflict, ConstraintViolation, Problem
from carlot.lot.csv_identity import keepers, whose
from carlot.lot.csv_remarks import remark_on, vin_fault, vin_hint
from carlot.lot.sync_rules import enqueue_edits_of, enqueue_listings
from carlot.lot.vehicle_changes import changed_values, new_values
from carlot.platform.ports import Services, Statement
from carlot.store import csv_imports, vehicles_bulk, vin_decodes
from carlot.store.vehicles_bulk import Found, by_column

MAX_ROWS = 10_000
MAX_FAULTS = 3
"""So many faults of one row are named."""

_TOGETHER = 200
"""Rows that are looked up and written together."""

_LONGEST_KEY = 200
"""A longer number finds no vehicle."""

_NEVER_EMPTY = frozenset({"vin", "year", "make", "model", "status", "publishToWebsite", "publishToThirdParty"})
"""Fields that an empty cell leaves as they are."""

_SOLD_ELSEWHERE = "Skipped: this vehicle is sold and is not in your inventory."
_SOLD_HERE = "This vehicle is in your inventory. To mark it sold, enter the sale."


@dataclass
class Plan:
    """What a file comes to.

    `empty_clears`: an empty cell clears its field, instead of leaving it as it is. `finds_any`: a row is a known vehicle.
    """

    import_id: str
    sheet: Sheet
    base: str
    empty_clears: bool
    rows: int = 0
    finds_any: bool = False
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: list[Remark] = field(default_factory=list)
    warnings: list[Remark] = field(default_factory=list)
    changes: dict[str, FieldChange] = field(default_factory=dict)
    writes: list[Statement] = field(default_factory=list)
    vehicle_ids: list[str] = field(default_factory=list)
    pushed_ids: list[str] = field(default_factory=list)
    released: dict[str, tuple[dict[str, Any], int]] = field(default_factory=dict)
    """The vehicles whose stock numbers pass to others, by id: as they were, and the row that takes the number."""
    kept: set[str] = field(default_factory=set)
    """Ids of vehicles whose rows keep or leave out their stock numbers."""
    digests: set[bytes] = field(default_factory=set)
    seen: dict[tuple[str, str], int] = field(default_factory=dict)


@dataclass
class _Part:
    """Some rows on their way: what is added and what is changed, by column; how those were before; what is not taken."""

    planned: Plan
    created: list[dict[str, Any]] = field(default_factory=list)
    changed: list[dict[str, Any]] = field(default_factory=list)
    befores: list[dict[str, Any]] = field(default_factory=list)
    rejected: list[dict[str, Any]] = field(default_factory=list)

    def reject(self, row: Row, faults: Sequence[Remark]) -> None:
        """A row is not taken, for these reasons."""
        named = faults[:MAX_FAULTS]
        self.planned.rejected += named
        problem = " ".join(dict.fromkeys(fault.message for fault in named))
        self.rejected.append({"row": row.number, "cells": kept_cells(self.planned.sheet, row), "problem": problem})

    def writes(self, now: str) -> list[Statement]:
        """The statements that take the part over."""
        return [
            *vehicles_bulk.insert(self.created, now),
            *vehicles_bulk.change(self.changed, now),
            *csv_imports.add_changes(self.planned.import_id, self.befores),
            *csv_imports.add_rejected(self.planned.import_id, self.rejected),
        ]


class _Refused(Exception):
    """A row cannot be taken: the field, and why."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(message)
        self.name, self.message = name, message


async def plan(services: Services, sheet: Sheet, base: str, *, empty_clears: bool = False) -> Plan:
    """Work out what a file changes; nothing is written yet. Raises: `UnreadableSheet`."""
    planned = Plan(services.clock.token(), sheet, base, empty_clears)
    while part := list(islice(sheet.rows, _TOGETHER)):
        planned.rows += len(part)
        if planned.rows > MAX_ROWS:
            raise UnreadableSheet(f"A file may have {MAX_ROWS:,} rows at most.")
        await _plan_part(services, planned, part)
    if (missing := sheet.missing()) and not planned.finds_any:
        raise UnreadableSheet(sheet.without(missing[0]))
    if planned.released:
        _release(planned, instant(services.clock.now()))
    return planned


def _release(planned: Plan, now: str) -> None:
    """Have the vehicles whose numbers others take give them up first; it changes those that no row gives another one."""
    part = _Part(planned)
    for vehicle_id in planned.released.keys() - set(planned.vehicle_ids):
        before, number = planned.released[vehicle_id]
        _change(part, number, before, changed_values(before, {"stockNumber": None}, planned.base))
    planned.writes = [vehicles_bulk.release(list(planned.released)), *planned.writes, *part.writes(now)]


async def carry_out(services: Services, planned: Plan) -> None:
    """Write what was planned, all of it or nothing.

    Raises: `Conflict` when the lot has changed since it was planned.
    """
    now = services.clock.now()
    enqueued = enqueue_listings(services, *planned.vehicle_ids) if planned.vehicle_ids else []
    enqueued += enqueue_edits_of(services, planned.pushed_ids)
    if planned.vehicle_ids and services.settings.configured(vin_decodes.TARGET):
        enqueued.append(vin_decodes.enqueue_fills(planned.vehicle_ids, instant(now)))
    headings = [column.heading for column in planned.sheet.columns if column.heading.lower() != PROBLEM]
    added = csv_imports.add(planned.import_id, headings, instant(now))
    try:
        await commit(services, [added, *planned.writes, *csv_imports.forget_old()], enqueued)
    except ConstraintViolation as moved:
        raise Conflict("Someone changed the inventory in the meantime. Nothing was imported. Try again.", code="busy") from moved


async def _plan_part(services: Services, planned: Plan, rows: Sequence[Row]) -> None:
    read: list[tuple[Row, Reading]] = []
    part = _Part(planned)
    for row in rows:
        if _is_repeat(planned, row):
            continue
        reading = read_row(planned.sheet, row)
        planned.warnings += reading.warnings
        if reading.faults:
            part.reject(row, reading.faults)
        elif reading.is_vehicle:
            read.append((row, reading))
    known = await vehicles_bulk.find(services.database, _keys(read))
    planned.kept |= keepers(zip(known, (reading.values for _, reading in read), strict=True))
    for (row, reading), found in zip(read, known, strict=True):
        try:
            _plan_row(services, part, row, reading, found)
        except _Refused as refusal:
            part.reject(row, [remark_on(planned.sheet, row, reading, refusal.name, refusal.message)])
        except Problem as refusal:
            errors = refusal.errors or [("", refusal.detail)]
            part.reject(row, [remark_on(planned.sheet, row, reading, name, message) for name, message in errors])
        except ValidationError as failure:
            faults = [fault_words(error) for error in failure.errors(include_url=False)]
            part.reject(row, [remark_on(planned.sheet, row, reading, name, message) for name, message in faults])
    planned.writes += part.writes(instant(services.clock.now()))


def _is_repeat(planned: Plan, row: Row) -> bool:
    """Whether the same row, to the letter, stood in the file before."""
    digest = blake2b(to_json([csv_text.readable(cell) for cell in row.cells or [row.text]]), digest_size=16).digest()
    if digest in planned.digests:
        return True
    planned.digests.add(digest)
    return False


def _keys(read: Sequence[tuple[Row, Reading]]) -> list[dict[str, str | None]]:
    """What the vehicles of rows are found by."""
    return [
        {
            "id": (values.get("id") or "")[: _LONGEST_KEY + 1],
            "vin": (values.get("vin") or "")[: _LONGEST_KEY + 1],
            "stock": values["stockNumber"][: _LONGEST_KEY + 1] if values.get("stockNumber") else None,
        }
        for values in (reading.values for _, reading in read)
    ]


def _plan_row(services: Services, part: _Part, row: Row, reading: Reading, found: Found) -> None:
    """Add a row to what is created or changed. Raises: `_Refused`, `Problem`, `ValidationError`."""
    planned = part.planned
    before, holder = whose(found, reading.values)
    planned.finds_any |= before is not None
    said = _said(planned, reading.values, before)
    name = "" if holder is None else f"The vehicle with {'VIN ' + holder['vin'] if holder['vin'] else 'no VIN'}"
    # A vehicle without a VIN is known by its stock number alone.
    if holder and (holder["vin"] is None or holder["id"] in planned.kept):
        raise _Refused("stockNumber", f"{name} has this stock number and keeps it.")
    _require_room(planned, reading.values, found, before, row.number)
    if before is None:
        _create(services, part, row, reading, said, found)
    else:
        _plan_change(part, row, reading, before, said, found)
    if holder:
        planned.released[holder["id"]] = (holder, row.number)
        planned.warnings.append(
            remark_on(planned.sheet, row, reading, "stockNumber", f"{name} had this stock number and gives it up.")
        )


def _create(services: Services, part: _Part, row: Row, reading: Reading, said: dict[str, Any], found: Found) -> None:
    """Have a row add a vehicle. Raises: as `_plan_row`."""
    planned = part.planned
    vehicle_id = services.clock.token()
    new = _new(said, vehicle_id, found.sold_on, planned.base)
    _warn(planned, row, reading, vin_fault(said.get("vin"), new["year"]) or vin_hint(found, new["make"], new["year"]))
    part.created.append({"id": vehicle_id, **by_column(new)})
    part.befores.append({"id": vehicle_id, "version": 1, "before": None})
    planned.vehicle_ids.append(vehicle_id)
    planned.created += 1


def _plan_change(part: _Part, row: Row, reading: Reading, before: dict[str, Any], said: dict[str, Any], found: Found) -> None:
    """Have a row change its vehicle, where it says something new. Raises: as `_plan_row`."""
    planned = part.planned
    if before["id"] in planned.released:
        said = {"stockNumber": None, **said}
    elif said.get("stockNumber", before["stockNumber"]) == before["stockNumber"]:
        planned.kept.add(before["id"])
    given = VehicleChange.model_validate(said).values()
    # What the row repeats is not judged: the lot has it already.
    given = {name: value for name, value in given.items() if not _same(value, before, name, planned.base)}
    changes = changed_values(before, given, planned.base, any_vin=True) if given else {}
    if not changes:
        planned.unchanged += 1
        return
    vin, make, year = (changes.get(name, before[name]) for name in ("vin", "make", "year"))
    fault = vin_fault(vin, year) if "vinValid" in changes else None
    _warn(planned, row, reading, fault or (vin_hint(found, make, year) if changes.keys() & {"vin", "make", "year"} else None))
    _change(part, row.number, before, changes)


def _change(part: _Part, number: int, before: dict[str, Any], changes: dict[str, Any]) -> None:
    """Have a vehicle changed by a row."""
    planned = part.planned
    old = {name: stored(before, name) for name in changes}
    if "vin" in old and old["vin"] is None:
        old["vin"] = before["id"]
    if "editedFields" in changes:
        # Undoing is an edit by hand, too: the fields stay marked, so that the DMS takes the old values back.
        old["editedFields"] = changes["editedFields"]
    note_changes(planned.changes, number, old, changes)
    part.changed.append({"id": before["id"], "version": before["version"], **by_column(changes)})
    part.befores.append({"id": before["id"], "version": before["version"] + 1, "before": by_column(old)})
    planned.vehicle_ids.append(before["id"])
    planned.updated += 1
    if before["externalDmsId"] is not None and PUSHED_TO_DMS.intersection(changes):
        planned.pushed_ids.append(before["id"])


def _new(said: dict[str, Any], vehicle_id: str, sold_on: str | None, base: str) -> dict[str, Any]:
    """All values of a new vehicle; one that has no VIN has its id in place of it.

    Raises: `_Refused`, `Problem`, `ValidationError`.
    """
    if "vin" in said:
        return new_values(NewVehicle.model_validate(said).values(), sold_on, base, any_vin=True)
    if "stockNumber" not in said:
        raise _Refused("vin", "The VIN is missing. A vehicle without a VIN needs a stock number.")
    entry = NewVehicle.model_validate({**said, "vin": vehicle_id})
    return {**new_values(entry.values(), sold_on, base, any_vin=True), "vin": vehicle_id, "vinValid": 0}


def _said(planned: Plan, values: dict[str, Any], before: dict[str, Any] | None) -> dict[str, Any]:
    """What a row says as an entry takes it; an `http:` photo is taken as `https:`, but at our own address. Raises: `_Refused`."""
    said = {
        name: [] if value is None and name == "photos" else value
        for name, value in values.items()
        if name != "id" and (value is not None or (planned.empty_clears and name not in _NEVER_EMPTY))
    }
    if said.get("photos"):
        own = f"{planned.base}/"
        said["photos"] = [url if url.startswith(own) else re.sub("^http://", "https://", url) for url in said["photos"]]
    if said.get("status") == "sold":
        if before is None:
            raise _Refused("status", _SOLD_ELSEWHERE)
        if before["status"] != "sold":
            raise _Refused("status", _SOLD_HERE)
        del said["status"]
    return said


def _warn(planned: Plan, row: Row, reading: Reading, words: str | None) -> None:
    """Say something of the VIN of a row that is taken."""
    if words:
        planned.warnings.append(remark_on(planned.sheet, row, reading, "vin", words))


def _same(value: Any, before: dict[str, Any], name: str, base: str) -> bool:
    if name == "photos":
        value = [url.removeprefix(base) if url.startswith(f"{base}/photos/") else url for url in value]
    return bool(value == stored(before, name))


def _require_room(planned: Plan, values: dict[str, Any], found: Found, before: dict[str, Any] | None, number: int) -> None:
    """Refuse a row that does not go with the rows before it and the rest of the lot. Raises: `_Refused`."""
    vin, stock = values.get("vin") or "", values.get("stockNumber")
    on_lot = (values.get("status") or (before and before["status"])) not in ("sold", "archived")
    own = {"id": before["id"] if before else "", "vin": vin if on_lot else "", "stockNumber": stock or ""}
    for name, text in own.items():
        if text and (other := planned.seen.setdefault((name, text), number)) != number:
            raise _Refused("vin" if name == "id" else name, f"Row {other} is the same vehicle or has the same number.")
    if found.vin_of and on_lot:
        raise _Refused("vin", "Another vehicle in your inventory has this VIN.")
