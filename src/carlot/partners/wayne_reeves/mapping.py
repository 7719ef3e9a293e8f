"""The DMS's JSON as our values. ASSUMED: its shapes, as in docs/partners.md, "Inventory", where nine fields are documented."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    TypeAdapter,
    ValidationError,
)
from pydantic_core import to_json

from carlot.domain.parts import in_parts
from carlot.errors import Retryable

# SQLite ends a text at a NUL.
_Line = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00]*$", strip_whitespace=True)]
_Name = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00]*$", strip_whitespace=True)]
_Vin = Annotated[str, StringConstraints(min_length=1, max_length=32, pattern=r"^[!-~ ]+$", strip_whitespace=True, to_upper=True)]
_Text = Annotated[str, StringConstraints(max_length=10_000, pattern=r"^[^\x00]*$", strip_whitespace=True)]
_Dollars = Annotated[float, Field(ge=0, le=99_999_999, allow_inf_nan=False)]
_Url = Annotated[str, StringConstraints(max_length=500, pattern=r"^[^\x00]*$")]


def _lower(text: object) -> object:
    """Partners spell their enumerations in any case: `SOLD`, `Sold `, `sold`."""
    return text.strip().lower() if isinstance(text, str) else text


_Status = Annotated[Literal["available", "pending", "sold"], BeforeValidator(_lower)]
_Price = Annotated[_Dollars | None, AfterValidator(lambda price: price or None)]
"""An asking price in dollars. A price of 0 means that the car has no price."""


class DmsVehicle(BaseModel):
    """One vehicle as the DMS sends it. Amounts are dollars; `photos` may contain addresses that are left out later.

    An absent field leaves the vehicle as it is; an explicit `null` clears it.
    """

    model_config = ConfigDict(coerce_numbers_to_str=True)

    stock_number: Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[^\x00]*$", strip_whitespace=True)]
    vin: _Vin
    make: _Name
    model: _Name
    year: Annotated[int, Field(ge=1885, le=2100)]
    cost: _Dollars | None = None
    date_acquired: date | None = None
    mileage: Annotated[int, Field(ge=0, le=9_999_999)] | None = None
    location: _Line | None = None
    trim: _Line | None = None
    body_style: _Line | None = None
    exterior_color: _Line | None = None
    interior_color: _Line | None = None
    transmission: _Line | None = None
    fuel_type: _Line | None = None
    drivetrain: _Line | None = None
    engine: _Line | None = None
    price: _Price = None
    description: _Text | None = None
    photos: Annotated[list[_Url], Field(max_length=200)] | None = None
    status: _Status = "available"
    updated_at: datetime | None = None


class _Page(BaseModel):
    # A record that is no vehicle is kept as it came, so that one bad record costs nobody else its place.
    vehicles: list[Annotated[DmsVehicle | Any, Field(union_mode="left_to_right")]]
    next_cursor: Annotated[str, StringConstraints(min_length=1, max_length=4000)] | None = None
    total: Annotated[int, Field(ge=0)]


_ESCAPE = re.compile(rb"\\(?:u[dD][89abAB]..\\u[dD][c-fC-F]..|(u[dD][89a-fA-F]..)|.)")
"""An escape in JSON; the group has what is half a surrogate pair."""

_READING = str(DmsVehicle.model_fields).encode()

_RECORDS = TypeAdapter(list[DmsVehicle])


class Rejection(BaseModel):
    """A record that was not taken: its stock number (empty when it has none), the field, and why."""

    model_config = ConfigDict(frozen=True)

    stock_number: str = Field(serialization_alias="stockNumber")
    field: str
    message: str


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
    """What tells a page from every other, in hex: its bytes, and the way this version reads them."""
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
    for entry in page.vehicles:
        if not isinstance(entry, DmsVehicle):
            rejection = _rejection(entry)
            rejected.append(rejection)
            stock_numbers += [rejection.stock_number] if rejection.stock_number else []
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
    """Half a surrogate pair (a text cut in the middle of an emoji) is no JSON: its place is marked, and the rest is read."""
    try:
        return _Page.model_validate_json(body)
    except ValidationError:
        whole = _ESCAPE.sub(lambda escape: rb"\ufffd" if escape[1] else escape[0], body)
        if whole == body:
            raise
        return _Page.model_validate_json(whole)


def _rejection(entry: object) -> Rejection:
    stock_number = entry.get("stock_number") if isinstance(entry, dict) else None
    named = str(stock_number).strip()[:64] if isinstance(stock_number, (str, int)) else ""
    try:
        DmsVehicle.model_validate_json(to_json(entry))
    except ValidationError as failure:
        first = failure.errors(include_url=False, include_input=False)[0]
        return Rejection(stock_number=named, field=str(first["loc"][0]) if first["loc"] else "", message=str(first["msg"]))
    return Rejection(stock_number=named, field="", message="The record cannot be read.")


def to_records_json(records: Sequence[DmsVehicle]) -> str:
    """Records as the JSON array that the import statements read: absent fields are left out, cleared ones are `null`."""
    return _dump(records).decode()


def to_texts(records: list[DmsVehicle]) -> list[tuple[list[DmsVehicle], str]]:
    """Records with their JSON array, nearly always in one part; more where one text would be longer than D1 takes."""
    return [(list(part), text) for part, text in in_parts(records, _dump)]


def _dump(records: Sequence[DmsVehicle]) -> bytes:
    return _RECORDS.dump_json(list(records), exclude_unset=True)


class _ChangeAnswer(BaseModel):
    error: Any = None


def require_no_error(body: bytes) -> None:
    """Look through the DMS's answer to a change. Raises: `Retryable` when it is a web page or an error in disguise."""
    try:
        failed = bool(body) and _ChangeAnswer.model_validate_json(body).error is not None
    except ValidationError:
        failed = True
    if failed:
        raise Retryable("Wayne Reeves did not say that it has taken the change.")


class _SaleAnswer(BaseModel):
    model_config = ConfigDict(coerce_numbers_to_str=True)

    sale_id: Annotated[str, StringConstraints(min_length=1, max_length=200)]


def read_sale_id(body: bytes) -> str:
    """The DMS's id in its answer to a sale. Raises: `Retryable` when it names none: asking again gives the same sale."""
    try:
        return _SaleAnswer.model_validate_json(body).sale_id
    except ValidationError as failure:
        raise Retryable("Wayne Reeves took the sale but its answer cannot be read.") from failure
