"""What a cell of a CSV file says, as people and their programs write it."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from carlot.domain.csv_text import NOTHING, undefused
from carlot.domain.plain_text import quoted
from carlot.domain.vehicle import BY_WIRE, STATUSES

_NO_NUMBER = frozenset(
    {
        *("tbd", "tba", "call", "callus", "callforprice", "callforpricing", "pleasecall", "contactus", "ask", "askforprice"),
        *("notpriced", "unpriced", "noprice", "unknown", "unk", "exempt", "tmu", "notset", "pending", "na"),
    }
)
"""What people write in place of a number that they do not have, letters only."""

_TRUE, _FALSE = {"true", "yes", "y", "1", "x", "on"}, {"false", "no", "n", "0", "off"}
_STATUSES = {
    **{status: status for status in STATUSES},
    **dict.fromkeys(("active", "live", "forsale", "instock", "frontline", "onlot"), "available"),
    **dict.fromkeys(("salepending", "dealpending", "hold", "onhold"), "pending"),
    "delivered": "sold",
}
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_AMERICAN = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4}|\d{2})(?: .*)?")
_NAMED = re.compile(r"(?:(\d{1,2})[- ]([a-z]{3})[a-z]*|([a-z]{3})[a-z]*\.? (\d{1,2}))[-, ]+(\d{4})")
_ISO = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[T ]\d{2}:\d{2}.*)?")


class BadCell(ValueError):
    """A cell does not say what its column wants; the message says so."""


def value(name: str, text: str) -> Any:
    """What a cell says of a field, as `VehicleChange` takes it; `None`: nothing. Raises: `BadCell`."""
    if not text or text.lower() in NOTHING:
        return None
    text = undefused(text).strip()
    kind = BY_WIRE[name].kind
    if kind != "text" and re.sub(r"[^a-z]", "", text.lower()) in _NO_NUMBER:
        return None
    if name in _READERS:
        return _READERS[name](text)
    return _KINDS[kind](text) if kind in _KINDS else text


def _vin(text: str) -> str:
    return re.sub(r"\s", "", text).upper()


def _status(text: str) -> str:
    status = _STATUSES.get(re.sub(r"[^a-z]", "", text.lower()))
    if status is None:
        raise BadCell(f"{quoted(text)} is not a status. Write available, pending or archived.")
    return status


def _photos(text: str) -> list[str]:
    """Addresses between bars, commas, semicolons or blanks."""
    addresses = (part.strip(",;") for part in re.split(r"[\s|]+|[,;]+(?=https?://|/)", text))
    return [address for address in addresses if address]


def _whole_number(text: str) -> int:
    digits = re.sub(r"(?i)[,\s]|mi(les)?\.?$", "", text)
    if not re.fullmatch(r"-?\d{1,9}(\.0*)?", digits):
        raise BadCell(f"{quoted(text)} is not a whole number.")
    return int(digits.partition(".")[0])


def _amount(text: str) -> Decimal:
    try:
        amount = Decimal(re.sub(r"(?i)[$,\s]|usd", "", text))
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite():
        raise BadCell(f"{quoted(text)} is not a dollar amount.")
    return amount


def _day(text: str) -> date:
    try:
        if found := _AMERICAN.fullmatch(text):
            year = int(found[3])
            return date(year if year > 99 else 2000 + year, int(found[1]), int(found[2]))
        if found := _NAMED.fullmatch(text.lower()):
            return date(int(found[5]), _MONTHS.index(found[2] or found[3]) + 1, int(found[1] or found[4]))
        if found := _ISO.fullmatch(text):
            return date.fromisoformat(found[1])
    except ValueError:
        pass
    raise BadCell(f"{quoted(text)} is not a day. Write it like 2025-02-03 or 2/3/2025.")


def _flag(text: str) -> bool:
    word = text.lower()
    if word not in _TRUE | _FALSE:
        raise BadCell(f"{quoted(text)} is neither yes nor no.")
    return word in _TRUE


_READERS: dict[str, Any] = {"vin": _vin, "status": _status, "photos": _photos}
_KINDS: dict[str, Any] = {"integer": _whole_number, "money": _amount, "date": _day, "flag": _flag}
