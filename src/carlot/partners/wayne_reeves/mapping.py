"""The DMS's JSON as our values. ASSUMED: its shapes, as in docs/partners.md, "Inventory", where nine fields are documented."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cache, partial
from hashlib import blake2b
from typing import Annotated, Any, Literal

from pydantic import (
    ConfigDict,
    Field,
    StringConstraints,
    TypeAdapter,
    ValidationError,
)
from pydantic_core import to_json

from carlot.domain.model import Model
from carlot.domain.parts import in_parts
from carlot.errors import Retryable

# These types call no Python, so that pydantic's Rust parses a page alone; what is spelled otherwise is read by `spelling.mend`.
# SQLite ends a text at a NUL, and what other people's pages may print unescaped has no brackets.
_Line = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00<>]*$", strip_whitespace=True)]
_Name = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00<>]*$", strip_whitespace=True)]
DmsStockNumber = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[^\x00]*$", strip_whitespace=True)]
DmsVin = Annotated[
    str, StringConstraints(min_length=1, max_length=32, pattern=r"^[!-~ ]+$", strip_whitespace=True, to_upper=True)
]
_Text = Annotated[str, StringConstraints(max_length=10_000, pattern=r"^[^\x00]*$", strip_whitespace=True)]
_Dollars = Annotated[float, Field(ge=0, le=99_999_999, allow_inf_nan=False)]
_Url = Annotated[str, StringConstraints(max_length=500, pattern=r"^[^\x00]*$")]


class DmsVehicle(Model):
    """One vehicle as the DMS sends it. Amounts are dollars; `photos` may contain addresses that are left out later.

    An absent field leaves the vehicle as it is; an explicit `null` clears it.
    """

    model_config = ConfigDict(coerce_numbers_to_str=True)

    stock_number: DmsStockNumber
    vin: DmsVin
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
    price: _Dollars | None = None
    description: _Text | None = None
    photos: Annotated[list[_Url], Field(max_length=200)] | None = None
    status: Literal["available", "pending", "sold"] = "available"
    updated_at: datetime | None = None


AHEAD = timedelta(minutes=10)
"""How far a record's time may be ahead of our clock; a later time counts as not given."""


@cache
def _record() -> TypeAdapter[DmsVehicle]:
    return TypeAdapter(DmsVehicle)


_FIELDS = frozenset(DmsVehicle.model_fields)


class Rejection(Model):
    """A bad field of a record, with the stock number (empty when it has none). `taken`: the rest of the record was imported."""

    model_config = ConfigDict(frozen=True)

    stock_number: str = Field(serialization_alias="stockNumber")
    field: str
    message: str
    taken: bool = False

    def in_row(self, number: int) -> Rejection:
        """The same of a record that is known only by its row in a file."""
        return self.model_copy(update={"message": f"Row {number}: {self.message}"})


def to_texts(records: list[DmsVehicle], told_at: datetime | None = None) -> list[tuple[list[DmsVehicle], str]]:
    """Records with the JSON array that the statements of `store.dms_pages` read.

    Absent fields are left out, cleared ones are `null`. `kept` is what is kept of a record, as `to_kept` says. A record that
    gives no time has `told_at`, which is not part of what is kept: the same record at another time is no news. The array is
    nearly always in one part; it is more where one text would be longer than D1 takes.
    """
    return [(list(part), text) for part, text in in_parts(records, partial(_dump, told_at))]


def to_kept(record: DmsVehicle) -> str:
    """What is kept of a record: by its digest the same record is known again, the rest is what later statements ask of it.

    A whole record would be half of the database. `absent` names the fields that it does not mention, with blanks around each.
    """
    return _kept(record, _record().dump_json(record, exclude_unset=True)).decode()


def _dump(told_at: datetime | None, records: Sequence[DmsVehicle]) -> bytes:
    texts = [(record, _record().dump_json(record, exclude_unset=True)) for record in records]
    time = b',"updated_at":' + to_json(told_at) if told_at else b""
    return (
        b"["
        + b",".join(
            text[:-1] + (b"" if record.updated_at else time) + b',"kept":' + _kept(record, text) + b"}" for record, text in texts
        )
        + b"]"
    )


def _kept(record: DmsVehicle, text: bytes) -> bytes:
    said = record.model_fields_set
    kept: dict[str, object] = {"digest": blake2b(text, digest_size=8).hexdigest(), "vin": record.vin}
    if "status" in said:
        kept["status"] = record.status
    if absent := _FIELDS - said:
        kept["absent"] = f" {' '.join(sorted(absent))} "
    return to_json(kept)


def timely(record: DmsVehicle, now: datetime) -> DmsVehicle:
    """Return the record without a time that lies ahead of our clock: it would make everything that follows look old."""
    at = record.updated_at
    if at is None or (at if at.tzinfo else at.replace(tzinfo=UTC)) <= now + AHEAD:
        return record
    return record.model_copy(update={"updated_at": None})


class _ChangeAnswer(Model):
    error: Any = None


def require_no_error(body: bytes) -> None:
    """Look through the DMS's answer to a change. Raises: `Retryable` when it is a web page or an error in disguise."""
    try:
        failed = bool(body) and _ChangeAnswer.model_validate_json(body).error is not None
    except ValidationError:
        failed = True
    if failed:
        raise Retryable("Wayne Reeves did not confirm the change.")


class _SaleAnswer(Model):
    model_config = ConfigDict(coerce_numbers_to_str=True)

    sale_id: Annotated[str, StringConstraints(min_length=1, max_length=200)]


def read_sale_id(body: bytes) -> str:
    """The DMS's id in its answer to a sale. Raises: `Retryable` when it names none: asking again gives the same sale."""
    try:
        return _SaleAnswer.model_validate_json(body).sale_id
    except ValidationError as failure:
        raise Retryable("Wayne Reeves recorded the sale, but its answer cannot be read.") from failure
