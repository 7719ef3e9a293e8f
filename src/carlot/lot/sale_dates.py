"""The day of a sale: today at the latest."""

from __future__ import annotations

from datetime import date

from carlot.errors import FieldError, Invalid
from carlot.platform.ports import Services


def check_sale_date(services: Services, day: date | None) -> None:
    """Refuse a day that lies ahead where the dealer is, and by UTC, which a program may go by. Raises: `Invalid`."""
    now = services.clock.now()
    today = max(now.date(), services.clock.local(now, services.settings.dealer_timezone).date())
    if day is not None and day > today:
        message = f"A sale cannot be dated after today ({today.isoformat()})."
        raise Invalid(message, errors=[FieldError("saleDate", message)])
