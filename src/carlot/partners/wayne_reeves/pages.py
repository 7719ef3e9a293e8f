"""Pages of the DMS's inventory, wherever they come from: which records can be used, and which fields cannot.

Source: docs/partners.md, "Inventory" (ASSUMED).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, StringConstraints, ValidationError

from carlot.domain.fault_words import first_fault
from carlot.domain.model import Model
from carlot.errors import Retryable
from carlot.partners.wayne_reeves.mapping import DmsVehicle, Rejection
from carlot.partners.wayne_reeves.spelling import mend, read_names


class _Page(Model):
    # A record that is not spelled as documented stays as it came and is read by `mend`. Most pages need no Python for a record.
    vehicles: list[Annotated[DmsVehicle | Any, Field(union_mode="left_to_right")]]
    next_cursor: Annotated[
        Annotated[str, StringConstraints(min_length=1, max_length=4000)] | None, BeforeValidator(lambda cursor: cursor or None)
    ] = None
    total: Annotated[int, Field(ge=0)]


_ESCAPE = re.compile(rb"\\(?:u[dD][89abAB]..\\u[dD][c-fC-F]..|(u[dD][89a-fA-F]..)|.)")
"""An escape in JSON; the group has what is half a surrogate pair."""

_READING = str(DmsVehicle.model_fields).encode()


@dataclass(frozen=True, slots=True)
class InventoryPage:
    """One page as far as it can be judged without the database.

    `stock_numbers` and `vins` name every record, rejected ones included; of `unidentified` records neither can be read. `told_at`
    is the time of those records that give none. `is_cut`: the page ends in the middle of a record, and there is no other behind
    it.
    """

    records: list[DmsVehicle]
    rejected: list[Rejection]
    stock_numbers: list[str]
    vins: list[str]
    unidentified: int
    seen: int
    next_cursor: str | None
    total: int
    told_at: datetime | None = None
    is_cut: bool = False


def to_fingerprint(body: bytes) -> str:
    """Return what identifies a page, in hex: its bytes, and the way this version reads them."""
    return hashlib.blake2b(_READING + body, digest_size=32).hexdigest()


def read_page(body: bytes) -> InventoryPage:
    """Read one page of `GET /inventory`.

    Raises: `Retryable` when the answer is no inventory page: cut short, an error in disguise, no JSON.
    """
    try:
        page = _read(body)
    except ValidationError as failure:
        raise Retryable(f"Wayne Reeves sent something that is not an inventory page. {first_fault(failure)}") from failure
    return page_of(page.vehicles, page.next_cursor, page.total)


def page_of(vehicles: Sequence[object], next_cursor: str | None, total: int, rows: Sequence[int] | None = None) -> InventoryPage:
    """Judge the records of a page; one that is no `DmsVehicle` is read by `mend`. `rows` are their numbers in a file."""
    records: list[DmsVehicle] = []
    rejected: list[Rejection] = []
    stock_numbers: list[str] = []
    vins: list[str] = []
    unidentified = 0
    stocks: set[str] = set()
    for_sale: dict[str, str] = {}
    for place, found in enumerate(vehicles):
        entry, notes = (found, []) if isinstance(found, DmsVehicle) else mend(found)
        number, vin = read_names(found) if entry is None else (entry.stock_number, entry.vin)
        rejected += notes if number or rows is None else [note.in_row(rows[place]) for note in notes]
        if vin:
            vins.append(vin)
        if entry is None:
            stock_numbers += [number] if number else []
            unidentified += not (number or vin)
        elif entry.stock_number in stocks:
            rejected.append(Rejection(stock_number=entry.stock_number, field="stock_number", message="It is on the page twice."))
        elif entry.vin in for_sale and entry.status != "sold":
            stock_numbers.append(entry.stock_number)
            message = f"VIN {entry.vin} is on the page twice; {for_sale[entry.vin]} has it."
            rejected.append(Rejection(stock_number=entry.stock_number, field="vin", message=message))
        else:
            stocks.add(entry.stock_number)
            if entry.status != "sold":
                for_sale[entry.vin] = entry.stock_number
            stock_numbers.append(entry.stock_number)
            records.append(entry)
    return InventoryPage(records, rejected, stock_numbers, vins, unidentified, len(vehicles), next_cursor, total)


def _read(body: bytes) -> _Page:
    """Parse a page. Half a surrogate pair (a text cut inside an emoji) is no JSON: it is replaced, and the rest is read."""
    try:
        return _Page.model_validate_json(body)
    except ValidationError:
        whole = _ESCAPE.sub(lambda escape: rb"\ufffd" if escape[1] else escape[0], body)
        if whole == body:
            raise
        return _Page.model_validate_json(whole)
