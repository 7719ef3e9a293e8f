"""The dealer's entries: sales, service work and customers."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import BeforeValidator, Field, StringConstraints, WithJsonSchema, field_validator
from pydantic.json_schema import SkipJsonSchema

from carlot.domain.api_model import Line, OptionalLine, Text, WireModel
from carlot.domain.money import Dollars
from carlot.domain.sale_lines import SaleLines

Id = Annotated[str, StringConstraints(min_length=1, max_length=100)]


def _written(day: object) -> object:
    """A day is written out: pydantic would take a number, or a text of digits, for the seconds since 1970."""
    if isinstance(day, date):
        return day
    if isinstance(day, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", day):
        with suppress(ValueError):  # A day that no month has.
            return date.fromisoformat(day)
    raise ValueError("write a day such as 2026-02-03")


Day = Annotated[
    date,
    Field(ge=date(1950, 1, 1), le=date(2099, 12, 31)),
    BeforeValidator(_written),
    WithJsonSchema({"type": "string", "format": "date", "description": "A day from 1950 to 2099."}),
]


class CustomerEntry(WireModel):
    """A customer: a name and contact details."""

    name: Line
    email: OptionalLine | None = None
    phone: OptionalLine | None = None


class CustomerChange(WireModel):
    """What is put right of a customer: what is left out stays, `null` clears it."""

    name: Line | SkipJsonSchema[None] = None
    email: OptionalLine | None = None
    phone: OptionalLine | None = None

    @field_validator("name")
    @classmethod
    def _named(cls, name: str | None) -> str:
        if name is None:
            raise ValueError("a customer has a name; to forget a customer, delete it")
        return name


class SaleEntry(WireModel):
    """A sale. `sale_price` is dollars: the price of the car alone; `lines` are what else is on the sale."""

    vehicle_id: Id
    sale_price: Dollars
    sale_date: Day
    customer: CustomerEntry | None = None
    lines: SaleLines = Field(default_factory=list)


class SaleChange(WireModel):
    """A correction of a sale: what is left out stays, and without a `customer` (null) it names nobody."""

    sale_price: Dollars | None = None
    sale_date: Day | None = None
    customer: CustomerEntry | None = None
    lines: SaleLines | None = None


class ServiceEntry(WireModel):
    """Work done on a vehicle. `cost` is dollars."""

    vehicle_id: Id
    service_date: Day
    description: Text
    vendor: OptionalLine | None = None
    cost: Dollars


class ServiceChange(WireModel):
    """A correction of a service record: what is left out stays, and a `vendor` of null names nobody."""

    service_date: Day = date.min
    description: Text = ""
    vendor: OptionalLine | None = None
    cost: Dollars = Decimal(0)


def document_number(kind: str, token: str) -> str:
    """Return the DocNumber that a document keeps for good: at most 21 characters, `CL-S-…` for sales, `CL-E-…` for expenses."""
    return f"CL-{kind}-{token[:12].upper()}"
