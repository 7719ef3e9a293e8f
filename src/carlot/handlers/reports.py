"""Reports: the profit of each sold car, the sales and the service of each month. Never public: they show what cars have cost."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Annotated

from pydantic import Field

from carlot.domain.csv_text import header, line
from carlot.domain.entries import Day
from carlot.domain.model import Model
from carlot.domain.profit import SoldCar, Sum, by_month, total
from carlot.errors import BadRequest
from carlot.platform.ports import Request, Response, Row, Services
from carlot.store import reports
from carlot.web.parsing import read_query
from carlot.web.responses import json_answer

Cells = Mapping[str, str | int | float | None]

AMOUNTS: tuple[tuple[str, str, str], ...] = (
    ("salePrice", "Price", "sale_price_cents"),
    ("fees", "Fees", "fees_cents"),
    ("discounts", "Discounts", "discounts_cents"),
    ("purchasePrice", "Purchase", "purchase_price_cents"),
    ("recon", "Reconditioning", "recon_cents"),
    ("tradeInDifference", "Trade-in difference", "trade_in_difference_cents"),
    ("profit", "Profit", "profit_cents"),
)
"""The amounts of a car and of a sum: the name in the API, the heading in a file, the name here."""

_CAR = {
    "saleDate": "Sold on",
    "stockNumber": "Stock number",
    "vin": "VIN",
    "year": "Year",
    "make": "Make",
    "model": "Model",
    "docNumber": "Invoice",
}
_COUNTS = {"month": "Month", "cars": "Cars", "unknown": "Without a purchase or sale price"}
_HEADINGS = {name: heading for name, heading, _ in AMOUNTS}


class ReportQuery(Model):
    """The days of a report, both included."""

    first_day: Annotated[Day | None, Field(alias="from")] = None
    last_day: Annotated[Day | None, Field(alias="to")] = None


async def get_profit(request: Request, services: Services) -> Response:
    """What each car that was sold from one day to another has brought, and all of them together."""
    query, cars = await _sold(request, services)
    days = {"from": _day(query.first_day), "to": _day(query.last_day)}
    return json_answer({**days, "cars": [_car(car) for car in cars], "total": _sum(total(cars))})


async def get_profit_file(request: Request, services: Services) -> Response:
    """The same as a CSV file: a line for each car, and one for all."""
    _, cars = await _sold(request, services)
    lines = [*(_car(car) for car in cars), {"saleDate": "Total", **_sum(total(cars))}]
    return _file("profit.csv", {**_CAR, **_HEADINGS}, lines)


async def get_sales_by_month(request: Request, services: Services) -> Response:
    """The sales of each month from one day to another, and all of them together."""
    query, cars = await _sold(request, services)
    days = {"from": _day(query.first_day), "to": _day(query.last_day)}
    return json_answer({**days, "months": _months(cars), "total": _sum(total(cars))})


async def get_sales_by_month_file(request: Request, services: Services) -> Response:
    """The same as a CSV file: a line for each month."""
    _, cars = await _sold(request, services)
    return _file("sales-by-month.csv", {**_COUNTS, **_HEADINGS}, _months(cars))


async def get_service_by_month(request: Request, services: Services) -> Response:
    """The service records of each month from one day to another, and all of them together."""
    query, months = await _work(request, services)
    days = {"from": _day(query.first_day), "to": _day(query.last_day)}
    total = {"records": sum(each["records"] for each in months), "cost": sum(each["cost_cents"] for each in months) / 100}
    return json_answer({**days, "months": [_month(each) for each in months], "total": total})


async def get_service_by_month_file(request: Request, services: Services) -> Response:
    """The same as a CSV file: a line for each month."""
    _, months = await _work(request, services)
    columns = {"month": "Month", "records": "Service records", "cars": "Cars", "cost": "Cost"}
    return _file("service-by-month.csv", columns, [_month(each) for each in months])


async def _work(request: Request, services: Services) -> tuple[ReportQuery, list[Row]]:
    query = _days(request)
    return query, await reports.work_by_month(services.database, _day(query.first_day), _day(query.last_day))


def _month(row: Row) -> Cells:
    return {"month": row["month"], "records": row["records"], "cars": row["cars"], "cost": row["cost_cents"] / 100}


async def _sold(request: Request, services: Services) -> tuple[ReportQuery, list[SoldCar]]:
    query = _days(request)
    return query, await reports.sold_cars(services.database, _day(query.first_day), _day(query.last_day))


def _days(request: Request) -> ReportQuery:
    query = read_query(request, ReportQuery)
    if query.first_day and query.last_day and query.first_day > query.last_day:
        raise BadRequest("from: The report would end before it begins.", code="bad-query")
    return query


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _car(car: SoldCar) -> Cells:
    named: Cells = {"saleId": car.sale_id, "vehicleId": car.vehicle_id, "vin": car.vin, "stockNumber": car.stock_number}
    model: Cells = {"year": car.year, "make": car.make, "model": car.model}
    return {**named, **model, "saleDate": car.sale_date, "docNumber": car.doc_number, **_amounts(car)}


def _sum(found: Sum) -> Cells:
    return {"cars": found.cars, "unknown": found.unknown, **_amounts(found)}


def _months(cars: Iterable[SoldCar]) -> list[Cells]:
    return [{"month": month, **_sum(found)} for month, found in by_month(cars).items()]


def _amounts(found: SoldCar | Sum) -> Cells:
    known = {name: getattr(found, own) for name, _, own in AMOUNTS}
    return {name: None if amount is None else int(amount) / 100 for name, amount in known.items()}


def _file(name: str, columns: Mapping[str, str], lines: Iterable[Cells]) -> Response:
    headers = {
        "content-type": "text/csv; charset=utf-8; header=present",
        "content-disposition": f'attachment; filename="{name}"',
        "cache-control": "no-store",
    }
    body = header(list(columns.values())) + "".join(line([_cell(each, column) for column in columns]) for each in lines)
    return Response(200, headers, body)


def _cell(cells: Cells, column: str) -> str | int | None:
    value = cells.get(column)
    return f"{value:.2f}" if isinstance(value, float) else value
