"""A CSV file of vehicles, taken over whole or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from pydantic import ValidationError

from carlot.domain.times import instant
from carlot.domain.vehicle import PUSHED_TO_DMS
from carlot.domain.vehicle_csv import Sheet, UnreadableSheet, read_row
from carlot.domain.vehicle_entry import NewVehicle, VehicleChange
from carlot.engine.enqueue import commit
from carlot.errors import Conflict, ConstraintViolation, Problem
from carlot.lot.sync_rules import enqueue_listings
from carlot.lot.vehicle_changes import changed_values, new_values, stored
from carlot.platform.ports import Services, Statement
from carlot.store import vehicles_bulk
from carlot.store.vehicles_bulk import Found, by_column
from carlot.web.parsing import field_errors

MAX_ROWS = 10_000
_TOGETHER = 200
"""Rows that are looked up and written together."""

_NEVER_EMPTY = frozenset({"vin", "year", "make", "model", "status", "publishToWebsite", "publishToThirdParty"})
"""Fields that an empty cell leaves as they are."""


@dataclass
class Plan:
    """What a file comes to. Rows are counted as a spreadsheet does: the header is row 1; a fault is (row, field, sentence)."""

    rows: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    faults: list[tuple[int, str, str]] = field(default_factory=list)
    writes: list[Statement] = field(default_factory=list)
    vehicle_ids: list[str] = field(default_factory=list)
    pushed_ids: list[str] = field(default_factory=list)


async def plan(services: Services, sheet: Sheet, base: str) -> Plan:
    """Work out what a file changes; nothing is written yet. Raises: `UnreadableSheet`."""
    planned = Plan()
    seen: dict[tuple[str, str], int] = {}
    numbered = enumerate(sheet.rows, 2)
    while part := list(islice(numbered, _TOGETHER)):
        planned.rows += len(part)
        if planned.rows > MAX_ROWS:
            raise UnreadableSheet(f"A file may have {MAX_ROWS:,} rows at most.")
        await _plan_part(services, sheet, part, base, planned, seen)
    return planned


async def carry_out(services: Services, planned: Plan) -> None:
    """Write what was planned, all of it or nothing.

    Raises: `Conflict` when the lot has changed since it was planned.
    """
    if not planned.writes:
        return
    now = services.clock.now()
    enqueued = enqueue_listings(services, *planned.vehicle_ids)
    if planned.pushed_ids:
        enqueued.append(vehicles_bulk.enqueue_edits(planned.pushed_ids, instant(now)))
    try:
        await commit(services, planned.writes, enqueued)
    except ConstraintViolation as moved:
        raise Conflict("The lot was changed meanwhile; nothing was taken over. Try again.", code="busy") from moved


async def _plan_part(
    services: Services,
    sheet: Sheet,
    part: Sequence[tuple[int, list[str]]],
    base: str,
    planned: Plan,
    seen: dict[tuple[str, str], int],
) -> None:
    read: list[tuple[int, dict[str, Any]]] = []
    for number, row in part:
        values, faults = read_row(sheet, row)
        planned.faults += [(number, name, message) for name, message in faults]
        if not faults:
            read.append((number, values))
    keys = [{"id": row.get("id"), "vin": (row.get("vin") or "").upper(), "stock": row.get("stockNumber")} for _, row in read]
    created: list[dict[str, Any]] = []
    changed: list[dict[str, Any]] = []
    for (number, values), found in zip(read, await vehicles_bulk.find(services.database, keys), strict=True):
        if fault := _clash(values, found, number, seen):
            planned.faults.append((number, *fault))
            continue
        try:
            _plan_row(services, values, found, base, planned, created, changed)
        except Problem as refusal:
            planned.faults += [(number, *error) for error in refusal.errors or [("", refusal.detail)]]
        except ValidationError as failure:
            found_wrong = field_errors(failure.errors(include_url=False, include_input=False, include_context=False))
            planned.faults += [(number, *error) for error in found_wrong]
    now = instant(services.clock.now())
    planned.writes += [vehicles_bulk.insert(created, now)] if created else []
    planned.writes += [vehicles_bulk.change(changed, now)] if changed else []


def _plan_row(
    services: Services,
    values: dict[str, Any],
    found: Found,
    base: str,
    planned: Plan,
    created: list[dict[str, Any]],
    changed: list[dict[str, Any]],
) -> None:
    """Add a row to what is created or changed. Raises: `Problem`, `ValidationError`."""
    before = found.before()
    said = {name: value for name, value in values.items() if name != "id" and (value is not None or name not in _NEVER_EMPTY)}
    if before is None:
        vehicle_id = services.clock.token()
        new = new_values(NewVehicle.model_validate(said).values(), found.sold_on, base)
        created.append({"id": vehicle_id, **by_column(new)})
        planned.created += 1
        planned.vehicle_ids.append(vehicle_id)
        return
    if said.get("status") == "sold" == before["status"]:
        del said["status"]
    given = VehicleChange.model_validate(said).values()
    # What the row repeats is not judged: the lot has it already.
    given = {name: value for name, value in given.items() if not _same(value, before, name, base)}
    if not (changes := changed_values(before, given, base) if given else {}):
        planned.unchanged += 1
        return
    changed.append({"id": before["id"], "version": before["version"], **by_column(changes)})
    planned.updated += 1
    planned.vehicle_ids.append(before["id"])
    if before["externalDmsId"] is not None and PUSHED_TO_DMS.intersection(changes):
        planned.pushed_ids.append(before["id"])


def _same(value: Any, before: dict[str, Any], name: str, base: str) -> bool:
    if name == "photos":
        value = [url.removeprefix(base) if url.startswith(f"{base}/photos/") else url for url in value]
    return bool(value == stored(before, name))


def _clash(values: dict[str, Any], found: Found, number: int, seen: dict[tuple[str, str], int]) -> tuple[str, str] | None:
    """Why a row cannot be taken beside the rows before it and the rest of the lot, as (field, sentence)."""
    before = found.before()
    vin, stock = (values.get("vin") or "").upper(), values.get("stockNumber")
    on_lot = values.get("status", before and before["status"]) not in ("sold", "archived")
    own = {"id": before["id"] if before else "", "vin": vin if on_lot else "", "stockNumber": stock or ""}
    for name, text in own.items():
        if text and (other := seen.setdefault((name, text), number)) != number:
            return "vin" if name == "id" else name, f"Row {other} is the same vehicle, or has the same number."
    if found.stock_of and not (before and before["stockNumber"] == stock):
        return "stockNumber", f"The vehicle with VIN {found.stock_of} has this stock number."
    if found.vin_of and on_lot:
        return "vin", "Another vehicle on the lot has this VIN."
    return None
