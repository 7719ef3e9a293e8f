"""Sales reported to the simulated DMS, with the bookkeeping that makes a repeated report harmless."""

from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from simulators.wayne_reeves.lot import Lot


class Customer(BaseModel):
    """The buyer."""

    model_config = ConfigDict(extra="forbid")

    name: str | None = None
    email: str | None = None
    phone: str | None = None


class SaleReport(BaseModel):
    """Body of `POST /sales`. `sale_price` is in dollars, `sale_date` is `YYYY-MM-DD`."""

    model_config = ConfigDict(extra="forbid")

    stock_number: str = Field(min_length=1)
    vin: str
    sale_price: float = Field(ge=0, strict=True)
    sale_date: str = Field(pattern=r"^\d{4}-\d\d-\d\d")
    customer: Customer | None = None


class SaleCorrection(BaseModel):
    """What of a sale is corrected; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    sale_price: float | None = Field(default=None, ge=0, strict=True)
    sale_date: str | None = Field(default=None, pattern=r"^\d{4}-\d\d-\d\d")
    customer: Customer | None = None


class SaleRefused(Exception):
    """The error response to a sale: status, code and message."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message


@dataclass(slots=True)
class Sale:
    """One accepted sale. An undo restores the vehicle's status to `status_before`."""

    sale_id: str
    key: str
    body: dict[str, Any]
    status_before: str | None
    undone: bool = False


class Sales:
    """All sales since the start or the last reset, in order."""

    def __init__(self, lot: Lot) -> None:
        self._lot = lot
        self._by_id: dict[str, Sale] = {}
        self._by_key: dict[str, Sale] = {}

    def take(self, key: str, report: SaleReport) -> Sale:
        """Mark the vehicle sold, once for each key. Raises: SaleRefused."""
        body = report.model_dump(exclude_none=True)
        known = self._by_key.get(key)
        if known is not None:
            if known.body != body:
                raise SaleRefused(422, "key_reused", "This Idempotency-Key was used before with a different body")
            return known
        vehicle = self._lot.find(report.stock_number)
        if vehicle is None:
            raise SaleRefused(404, "unknown_vehicle", f"No vehicle has stock number {report.stock_number}")
        if str(vehicle.get("vin", "")).upper() != report.vin.upper():
            raise SaleRefused(422, "vin_mismatch", f"{report.stock_number} has a different VIN")
        if vehicle.get("status") == "sold":
            raise SaleRefused(409, "already_sold", f"{report.stock_number} is already sold")
        sale = Sale(f"WRS-{len(self._by_id) + 1:06d}", key, body, vehicle.get("status"))
        self._lot.update(report.stock_number, {"status": "sold"})
        self._by_id[sale.sale_id] = self._by_key[key] = sale
        return sale

    def undo(self, sale_id: str) -> bool:
        """Restore the vehicle's previous status unless it was sold again; return False when there is no such sale to undo."""
        sale = self._by_id.get(sale_id)
        if sale is None or sale.undone:
            return False
        sale.undone = True
        vehicle = self._lot.find(sale.body["stock_number"])
        others = (
            each for each in self._by_id.values() if not each.undone and each.body["stock_number"] == sale.body["stock_number"]
        )
        is_sold_again = any(others)
        if vehicle is not None and vehicle.get("vin") == sale.body["vin"] and not (is_sold_again or self._lot.is_back(vehicle)):
            self._lot.update(sale.body["stock_number"], {"status": sale.status_before or "available"})
        return True

    def correct(self, sale_id: str, correction: SaleCorrection) -> dict[str, Any] | None:
        """Change a sale as the DMS's users can; returns it as `listed` does, or None when there is none that stands."""
        sale = self._by_id.get(sale_id)
        if sale is None or sale.undone:
            return None
        sale.body.update(correction.model_dump(exclude_none=True))
        vehicle = self._lot.find(sale.body["stock_number"])
        if vehicle is not None and vehicle.get("vin") == sale.body["vin"]:
            self._lot.update(sale.body["stock_number"], {})
        return next(each for each in self.listed() if each["sale_id"] == sale_id)

    def listed(self) -> list[dict[str, Any]]:
        """Return each sale with its id, key and whether it was undone."""
        return [
            {"sale_id": each.sale_id, "idempotency_key": each.key, "undone": each.undone, **each.body}
            for each in self._by_id.values()
        ]

    def clear(self) -> None:
        """Delete all sales; vehicles keep their status."""
        self._by_id.clear()
        self._by_key.clear()
