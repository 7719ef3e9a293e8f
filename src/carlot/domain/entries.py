"""The dealer's entries: sales, service work and customers."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import Field, StringConstraints, WithJsonSchema

from carlot.domain.api_model import Line, OptionalLine, Text, WireModel
from carlot.domain.money import Dollars

Id = Annotated[str, StringConstraints(min_length=1, max_length=100)]
Day = Annotated[
    date,
    Field(ge=date(1950, 1, 1), le=date(2099, 12, 31)),
    WithJsonSchema({"type": "string", "format": "date", "description": "A day from 1950 to 2099."}),
]


class CustomerEntry(WireModel):
    """A customer: a name and contact details."""

    name: Line
    email: OptionalLine | None = None
    phone: OptionalLine | None = None


class SaleEntry(WireModel):
    """A sale. `sale_price` is dollars."""

    vehicle_id: Id
    sale_price: Dollars
    sale_date: Day
    customer: CustomerEntry | None = None


class ServiceEntry(WireModel):
    """Work done on a vehicle. `cost` is dollars."""

    vehicle_id: Id
    service_date: Day
    description: Text
    vendor: OptionalLine | None = None
    cost: Dollars


def document_number(kind: str, token: str) -> str:
    """Return the DocNumber that a document keeps for good: at most 21 characters, `CL-S-…` for sales, `CL-E-…` for expenses."""
    return f"CL-{kind}-{token[:12].upper()}"
