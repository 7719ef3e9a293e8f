"""What is said of a row of a CSV file, cell by cell."""

from __future__ import annotations

from carlot.domain import vin as vins
from carlot.domain.vehicle_csv import Reading, Remark, Row, Sheet, remark
from carlot.domain.vin_hint import belongs_to
from carlot.store.vehicles_bulk import Found


def remark_on(sheet: Sheet, row: Row, reading: Reading, name: str, message: str) -> Remark:
    """A remark on the cell that a field (wire name, perhaps with a place in a list) was read from."""
    name = name.partition(".")[0]
    place = reading.places.get(name, sheet.sources.get(name, [None])[0])
    return remark(sheet, row, place, message)


def vin_fault(vin: str | None, year: int) -> str | None:
    """Say of a vehicle that is taken that it has no VIN, or one that cannot be right; `None`: it can."""
    if vin is None:
        fault: str | None = "The vehicle has no VIN and is identified by its stock number."
    else:
        fault = vins.form_fault(vin, year) or vins.check_digit_fault(vin, year)
    return f"{fault} Listing sites will not accept it." if fault else None


def vin_hint(found: Found, make: str, year: int) -> str | None:
    """Say of a vehicle that is taken whose VIN its row has, where that is known and another car's."""
    return belongs_to(found.told(), make, year)
