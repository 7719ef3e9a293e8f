"""The dealer as the hosted feeds name him."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Dealer:
    """The dealer as feeds name him, with the parts of his address; `""` means unknown."""

    name: str
    phone: str
    address: str
    code: str
    street: str
    city: str
    region: str
    postal_code: str

    @classmethod
    def read(cls, name: str, phone: str, address: str) -> Dealer:
        """Split an address such as `142 Maple Street, Springfield, IL 62701`."""
        parts = [part.strip() for part in address.split(",") if part.strip()]
        if parts and parts[-1].upper() in ("US", "USA", "UNITED STATES"):
            parts.pop()
        state = re.fullmatch(r"([A-Za-z][A-Za-z .]*?)\s*(\d{5}(?:-\d{4})?)?", parts[-1]) if len(parts) > 2 else None
        region, postal_code = (state[1].strip(), state[2] or "") if state else ("", "")
        rest = parts[:-1] if state else parts
        city = rest.pop() if len(rest) > 1 else ""
        whole = (
            f"{address}, US" if parts and not address.upper().rstrip(".").endswith(("US", "USA", "UNITED STATES")) else address
        )
        # A spreadsheet would read a number that begins with "+" as a formula; without it, the number is the same.
        phone = phone.lstrip("+ ")
        code = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "main"
        return cls(name, phone, whole, code, ", ".join(rest), city, region, postal_code)
