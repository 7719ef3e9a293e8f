"""Pages of the DMS's inventory: which records can be used, and which fields cannot.

Source: docs/partners.md, "Inventory" (ASSUMED).
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, Field, StringConstraints, ValidationError

from carlot.errors import Retryable
from carlot.partners.wayne_reeves.mapping import DmsVehicle, Rejection
from carlot.partners.wayne_reeves.spelling import mend


class _Page(BaseModel):
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
    """One page as far as it can be judged without the database. `stock_numbers` names every record that has one."""

    records: list[DmsVehicle]
    rejected: list[Rejection]
    stock_numbers: list[str]
    seen: int
    next_cursor: str | None
    total: int


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
        first = failure.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "the whole"
        raise Retryable(f"Wayne Reeves sent something that is no inventory page ({where}: {first['msg']}).") from failure
    records: list[DmsVehicle] = []
    rejected: list[Rejection] = []
    stock_numbers: list[str] = []
    stocks: set[str] = set()
    vins: dict[str, str] = {}
    for found in page.vehicles:
        entry, notes = (found, []) if isinstance(found, DmsVehicle) else mend(found)
        rejected += notes
        if entry is None:
            stock_numbers += [note.stock_number for note in notes if note.stock_number]
        elif entry.stock_number in stocks:
            rejected.append(Rejection(stock_number=entry.stock_number, field="stock_number", message="It is on the page twice."))
        elif entry.vin in vins and entry.status != "sold":
            stock_numbers.append(entry.stock_number)
            message = f"VIN {entry.vin} is on the page twice; {vins[entry.vin]} has it."
            rejected.append(Rejection(stock_number=entry.stock_number, field="vin", message=message))
        else:
            stocks.add(entry.stock_number)
            if entry.status != "sold":
                vins[entry.vin] = entry.stock_number
            stock_numbers.append(entry.stock_number)
            records.append(entry)
    return InventoryPage(records, rejected, stock_numbers, len(page.vehicles), page.next_cursor, page.total)


def _read(body: bytes) -> _Page:
    """Parse a page. Half a surrogate pair (a text cut inside an emoji) is no JSON: it is replaced, and the rest is read."""
    try:
        return _Page.model_validate_json(body)
    except ValidationError:
        whole = _ESCAPE.sub(lambda escape: rb"\ufffd" if escape[1] else escape[0], body)
        if whole == body:
            raise
        return _Page.model_validate_json(whole)
