"""What reports look like, as JSON Schemas."""

from __future__ import annotations

from carlot.openapi.shapes import AMOUNT, DAY, DOLLARS, TEXT, Schema, many, maybe, record, text, whole

_PROFIT: dict[str, Schema] = {
    "fees": AMOUNT,
    "discounts": AMOUNT,
    "recon": AMOUNT,
    "tradeInDifference": AMOUNT,
}
_SUM = record(
    "Sold cars together.",
    cars=whole(),
    unknown=whole("How many of them are without a sale price or a purchase price, and left out of the profit."),
    salePrice=AMOUNT,
    **_PROFIT,
    purchasePrice=AMOUNT,
    profit=AMOUNT,
)
_DAYS = {"from": maybe(DAY), "to": maybe(DAY)}

REPORTS: dict[str, Schema] = {
    "ProfitReport": record(
        "What sold cars have brought.",
        **_DAYS,
        cars=many(
            record(
                saleId=TEXT,
                vehicleId=TEXT,
                vin=maybe(TEXT),
                stockNumber=maybe(TEXT),
                year=whole(),
                make=TEXT,
                model=TEXT,
                saleDate=DAY,
                docNumber=TEXT,
                salePrice=maybe(AMOUNT),
                **_PROFIT,
                purchasePrice=maybe(AMOUNT),
                profit=maybe(AMOUNT),
            )
        ),
        total=_SUM,
    ),
    "ServiceReport": record(
        "The service records of each month.",
        **_DAYS,
        months=many(
            record(month=text("A month, such as 2025-02."), records=whole(), cars=whole("Vehicles worked on."), cost=DOLLARS)
        ),
        total=record(records=whole(), cost=DOLLARS),
    ),
    "SalesReport": record(
        "The sales of each month.",
        **_DAYS,
        months=many(record(month=text("A month, such as 2025-02."), **_SUM["properties"])),
        total=_SUM,
    ),
}
