"""Dollars on the wire, integer cents inside."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import BeforeValidator, Field, ValidationInfo, WithJsonSchema

from carlot.domain.plain_text import quoted

MAX_DOLLARS = Decimal("99999999.99")


def _number(amount: object, info: ValidationInfo) -> object:
    """In JSON an amount is a number, never a text; in a query string everything is a text."""
    if info.mode != "json":
        return amount
    if isinstance(amount, bool) or not isinstance(amount, int | float):
        raise ValueError(f"{quoted(amount)} is not a dollar amount")
    return Decimal(amount if isinstance(amount, int) else repr(amount))


Dollars = Annotated[
    Decimal,
    Field(ge=0, le=MAX_DOLLARS, decimal_places=2, allow_inf_nan=False),
    BeforeValidator(_number),
    WithJsonSchema({"type": "number", "minimum": 0, "maximum": float(MAX_DOLLARS), "multipleOf": 0.01}),
]
"""An amount on the wire: a number of dollars, at most two decimals, never negative."""

SignedDollars = Annotated[
    Decimal,
    Field(ge=-MAX_DOLLARS, le=MAX_DOLLARS, decimal_places=2, allow_inf_nan=False),
    BeforeValidator(_number),
    WithJsonSchema({"type": "number", "minimum": -float(MAX_DOLLARS), "maximum": float(MAX_DOLLARS), "multipleOf": 0.01}),
]
"""An amount on the wire that may be below zero."""


def cents(amount: Decimal) -> int:
    """Convert dollars with at most two decimals to whole cents."""
    return int(amount.scaleb(2).to_integral_exact())


def dollars(amount_cents: int) -> str:
    """Format cents as `$6,995.00`."""
    return f"${amount_cents // 100:,}.{amount_cents % 100:02d}"
