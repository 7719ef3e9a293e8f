"""What a sold car has brought: its price and fees, less discounts, its purchase, the work on it and what a trade-in was overpaid.

Sales tax is the state's, and a deposit and the value of a trade-in are payments: none of them is profit. The sum over cars is
what the books show as income less cost of sales, once the cost of cars is kept there.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SoldCar:
    """One sale that stands, amounts in cents. `discounts_cents` is zero or below; `None`: the dealer has not told it."""

    sale_id: str
    vehicle_id: str
    vin: str | None
    stock_number: str | None
    year: int
    make: str
    model: str
    sale_date: str
    doc_number: str
    sale_price_cents: int | None
    fees_cents: int
    discounts_cents: int
    purchase_price_cents: int | None
    recon_cents: int
    trade_in_difference_cents: int

    @property
    def profit_cents(self) -> int | None:
        """What it has brought; `None`: what it was sold or bought for is not known, so that half a sum would mislead."""
        if self.sale_price_cents is None or self.purchase_price_cents is None:
            return None
        brought = self.sale_price_cents + self.fees_cents + self.discounts_cents
        return int(brought - self.purchase_price_cents - self.recon_cents - self.trade_in_difference_cents)


@dataclass(slots=True)
class Sum:
    """Some sold cars together, amounts in cents; `profit_cents` is that of the `cars` less the `unknown` ones."""

    cars: int = 0
    unknown: int = 0
    sale_price_cents: int = 0
    fees_cents: int = 0
    discounts_cents: int = 0
    purchase_price_cents: int = 0
    recon_cents: int = 0
    trade_in_difference_cents: int = 0
    profit_cents: int = 0

    def add(self, car: SoldCar) -> None:
        """Count one more car."""
        self.cars += 1
        self.unknown += car.profit_cents is None
        self.sale_price_cents += int(car.sale_price_cents or 0)
        self.fees_cents += int(car.fees_cents)
        self.discounts_cents += int(car.discounts_cents)
        self.purchase_price_cents += int(car.purchase_price_cents or 0)
        self.recon_cents += int(car.recon_cents)
        self.trade_in_difference_cents += int(car.trade_in_difference_cents)
        self.profit_cents += car.profit_cents or 0


def total(cars: Iterable[SoldCar]) -> Sum:
    """All of them together."""
    whole = Sum()
    for car in cars:
        whole.add(car)
    return whole


def by_month(cars: Iterable[SoldCar]) -> dict[str, Sum]:
    """Those of each month, as `2025-02`, in the order of the cars."""
    months: dict[str, Sum] = {}
    for car in cars:
        months.setdefault(car.sale_date[:7], Sum()).add(car)
    return months
