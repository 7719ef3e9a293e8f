"""Pages of the DMS's inventory, wherever they come from: which records can be used, and which fields cannot.

Source: docs/partners.md, "Inventory" (ASSUMED).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
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
_READING_KEY = hashlib.blake2b(_READING).digest()
_BETWEEN = (b"},{", b"}, {")
"""What stands between the records of a page, as programs write it."""


@dataclass(frozen=True, slots=True)
class Before:
    """A page as it was, all of which was taken over: for each record its digest, its stock number and its VIN.

    The digest of a record that is read again each time is empty.
    """

    digests: Sequence[str]
    stock_numbers: Sequence[str]
    vins: Sequence[str]


@dataclass(frozen=True, slots=True)
class InventoryPage:
    """One page as far as it can be judged without the database.

    `stock_numbers` and `vins` name every record, rejected ones included; of `unidentified` records neither can be read. `told_at`
    is the time of those records that give none. `is_cut`: the page ends in the middle of a record, and there is no other behind
    it. `digests` are those of `Before`, or none where there is nothing to compare with. `seen` counts all records of the page,
    also those that are left out of `records` because they are as they were.
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
    digests: Sequence[str] = ()


def to_fingerprint(body: bytes) -> str:
    """Return what identifies a page, in hex: its bytes, and the way this version reads them."""
    return hashlib.blake2b(_READING + body, digest_size=32).hexdigest()


def read_page(body: bytes, before: Before | None = None) -> InventoryPage:
    """Read one page of `GET /inventory`, or of it only what is not as it was `before`.

    Raises: `Retryable` when the answer is no inventory page: cut short, an error in disguise, no JSON.
    """
    between = next((each for each in _BETWEEN if each in body), _BETWEEN[0])
    pieces = body.split(between)
    digests = [hashlib.blake2b(piece, digest_size=8, key=_READING_KEY).hexdigest() for piece in pieces]
    changes = _read_changes(between, pieces, digests, before) if before else None
    if changes:
        return changes
    try:
        page = _read(body)
    except ValidationError as failure:
        raise Retryable(f"Wayne Reeves sent something that is not an inventory page. {first_fault(failure)}") from failure
    return _with_digests(page_of(page.vehicles, page.next_cursor, page.total), digests)


def _with_digests(page: InventoryPage, digests: Sequence[str]) -> InventoryPage:
    """The page with the digests of its records, where each piece is one."""
    if page.rejected or not len(digests) == page.seen == len(page.records):
        return page
    return replace(page, digests=[_lasting(*each) for each in zip(page.records, digests, strict=True)])


def _lasting(record: DmsVehicle, digest: str) -> str:
    """The digest by which a record is known the next time. One that is sold is read again each time."""
    return "" if record.status == "sold" else digest


def _read_changes(between: bytes, pieces: Sequence[bytes], digests: Sequence[str], before: Before) -> InventoryPage | None:
    """Read a page without the records that are as they were; `None`: it has to be read whole.

    The first and the last piece have the page's own fields in them, and are always read. Where a piece that is left is not one
    good record, or names a vehicle that is left out, nothing is left out.
    """
    known = {digest: place for place, digest in enumerate(before.digests) if digest}
    same = {number: known[digests[number]] for number in range(1, len(pieces) - 1) if digests[number] in known}
    left = [number for number in range(len(pieces)) if number not in same]
    if not same:
        return None
    try:
        found = _read(between.join(pieces[number] for number in left))
    except ValidationError:
        return None
    page = page_of(found.vehicles, found.next_cursor, found.total)
    if page.rejected or len(page.records) != len(left):
        return None
    stock_numbers = [before.stock_numbers[same[number]] if number in same else "" for number in range(len(pieces))]
    vins = [before.vins[same[number]] if number in same else "" for number in range(len(pieces))]
    lasting = list(digests)
    for number, record in zip(left, page.records, strict=True):
        stock_numbers[number], vins[number] = record.stock_number, record.vin
        lasting[number] = _lasting(record, digests[number])
    # Names that stand twice on a page are about each other.
    if len(set(stock_numbers)) < len(pieces) or len(set(vins)) < len(pieces):
        return None
    return replace(page, stock_numbers=stock_numbers, vins=vins, seen=len(pieces), digests=lasting)


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
