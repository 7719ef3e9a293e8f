"""Vehicle identification numbers: form and check digit.

Source: 49 CFR 565.13 (form), 565.15(c) (check digit, table III and IV); ISO 3779 for the letters that are not used.
"""

from __future__ import annotations

import re
from operator import mul

LENGTH = 17
FIRST_MODEL_YEAR = 1981
"""From this model year on, the form of a VIN is fixed."""

TYPING_ERROR = "This VIN has a typing error somewhere. Compare it with the plate."

_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
_VALUES = bytes.maketrans(
    b"0123456789ABCDEFGHJKLMNPRSTUVWXYZ",
    bytes((0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 7, 9, 2, 3, 4, 5, 6, 7, 8, 9)),
)
_FORM = re.compile(r"[A-HJ-NPR-Z0-9]{17}")
_OLD_FORM = re.compile(r"[A-Z0-9*/ .-]{3,17}")
_NORTH_AMERICA = "123457"
"""First characters of makers in the United States, Canada and Mexico."""


def check_digit(vin: str) -> str:
    """Return the check digit, `0` to `9` or `X`, that belongs in the ninth place of a well-formed 17-character VIN."""
    remainder = sum(map(mul, vin.encode().translate(_VALUES), _WEIGHTS)) % 11
    return "X" if remainder == 10 else str(remainder)


def form_fault(vin: str, year: int) -> str | None:
    """Return the fault in the form of an upper-case VIN for its model year, as a sentence; `None` when there is none."""
    if year < FIRST_MODEL_YEAR:
        return None if _OLD_FORM.fullmatch(vin) else "A VIN from before 1981 has 3 to 17 letters and digits."
    if len(vin) != LENGTH:
        return f"A VIN has 17 characters; this one has {len(vin)}."
    if not _FORM.fullmatch(vin):
        return "A VIN has digits and capital letters, but never I, O or Q."
    return None


def check_digit_fault(vin: str, year: int) -> str | None:
    """Return the fault in the check digit of a well-formed VIN, as a sentence; `None` when it fits, or the car is too old.

    It names no character: with another ninth one it would be another car's VIN.
    """
    return None if year < FIRST_MODEL_YEAR or vin[8] == check_digit(vin) else TYPING_ERROR


def is_north_american(vin: str) -> bool:
    """Whether the maker's code is one of the United States, Canada or Mexico, where every VIN carries a check digit."""
    return vin[:1] in _NORTH_AMERICA


def is_valid(vin: str, year: int) -> bool:
    """Whether an upper-case VIN passes every check that applies to its model year."""
    return form_fault(vin, year) is None and check_digit_fault(vin, year) is None


def refusal(vin: str, year: int) -> str | None:
    """Return the reason why a typed VIN is refused, as a sentence; `None` when it is accepted.

    A wrong check digit is refused only where the law demands one: cars built for other markets carry none.
    """
    fault = form_fault(vin, year)
    if fault or not is_north_american(vin):
        return fault
    return check_digit_fault(vin, year)
