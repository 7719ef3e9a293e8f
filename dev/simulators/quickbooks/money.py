"""Amounts: dollars as JSON numbers in requests and responses, whole cents internally."""

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any


def cents(value: Any) -> int | None:
    """Return the cents of a JSON number or a numeric text; None for other values and above eleven digits of dollars."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        return None
    if not amount.is_finite() or abs(amount) >= Decimal(10) ** 11:
        return None
    return int((amount * 100).quantize(Decimal(1), ROUND_HALF_UP))


def dollars(amount_cents: int) -> float | int:
    """Return an amount as a JSON number, without decimals when it has none, as QuickBooks writes it."""
    return amount_cents // 100 if amount_cents % 100 == 0 else amount_cents / 100
