"""What a sale needs before it can be written."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from carlot.domain.sale_lines import LINE_KINDS, SaleLine, line_faults
from carlot.errors import FieldError, Invalid
from carlot.settings import Settings


def check_lines(settings: Settings, lines: Sequence[SaleLine], price: Decimal) -> None:
    """Refuse lines that cannot be invoiced, before the car is sold. Raises: `Invalid`."""
    unnamed = [
        (f"lines.{number}.kind", f"Set {LINE_KINDS[line.kind].setting} to the name of a product or service in QuickBooks.")
        for number, line in enumerate(lines)
        if not settings.value(LINE_KINDS[line.kind].setting)
    ]
    if faults := [*unnamed, *line_faults(lines, price)]:
        raise Invalid(faults[0][1], errors=[FieldError(field, message) for field, message in faults])
