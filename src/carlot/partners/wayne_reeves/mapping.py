"""The DMS's JSON as our values. ASSUMED: its shapes, as in docs/partners.md, "Inventory", where nine fields are documented."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
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

from carlot.domain.parts import in_parts
from carlot.domain.plain_text import without_brackets
from carlot.errors import Retryable

# SQLite ends a text at a NUL.
_Line = Annotated[
    str, StringConstraints(max_length=200, pattern=r"^[^\x00]*$", strip_whitespace=True), AfterValidator(without_brackets)
]
_Name = Annotated[
    str,
    StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00]*$", strip_whitespace=True),
    AfterValidator(without_brackets),
]
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


AHEAD = timedelta(minutes=10)
"""How far a record's time may be ahead of our clock; a later time counts as not given."""

_RECORDS = TypeAdapter(list[DmsVehicle])


class Rejection(BaseModel):
    """A bad field of a record, with the stock number (empty when it has none). `taken`: the rest of the record was imported."""

    model_config = ConfigDict(frozen=True)

    stock_number: str = Field(serialization_alias="stockNumber")
    field: str
    message: str
    taken: bool = False


def to_records_json(records: Sequence[DmsVehicle]) -> str:
    """Records as the JSON array that the import statements read: absent fields are left out, cleared ones are `null`."""
    return _dump(records).decode()


def to_texts(records: list[DmsVehicle]) -> list[tuple[list[DmsVehicle], str]]:
    """Records with their JSON array, nearly always in one part; more where one text would be longer than D1 takes."""
    return [(list(part), text) for part, text in in_parts(records, _dump)]


def _dump(records: Sequence[DmsVehicle]) -> bytes:
    return _RECORDS.dump_json(list(records), exclude_unset=True)


def timely(record: DmsVehicle, now: datetime) -> DmsVehicle:
    """Return the record without a time that lies ahead of our clock: it would make everything that follows look old."""
    at = record.updated_at
    if at is None or (at if at.tzinfo else at.replace(tzinfo=UTC)) <= now + AHEAD:
        return record
    return record.model_copy(update={"updated_at": None})


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
