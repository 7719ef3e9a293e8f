"""Vehicles as a dealer types them, and what tests do with them again and again."""

from __future__ import annotations

from typing import Any

from carlot.domain.vin import check_digit
from carlot.handlers import lot_page, public
from carlot.platform.ports import Response
from support.lot import Lot, answer

SALE_COLUMNS = "id, vehicle_id, sale_price_cents, sale_date, origin, doc_number, request_id, created_at, updated_at"


def vin(number: int) -> str:
    """A valid VIN of its own."""
    text = f"5YJSA1DG0DF{number:06d}"
    return text[:8] + check_digit(text) + text[9:]


def entry(number: int = 1, **changed: Any) -> dict[str, Any]:
    """A vehicle typed by hand, on show; `...` leaves a field out."""
    whole = {
        "vin": vin(number),
        "stockNumber": f"H{number}",
        "year": 2013,
        "make": "Tesla",
        "model": "Model S",
        "trim": "P85",
        "bodyStyle": "Sedan",
        "exteriorColor": "Blue",
        "mileage": 50_000 + number,
        "price": 20_000 + number,
        "location": "Main lot",
        "description": "Kept in a garage.",
        "photos": [f"https://photos.test/{number}.jpg"],
        "publishToWebsite": True,
    }
    return {name: value for name, value in {**whole, **changed}.items() if value is not ...}


async def add(lot: Lot, number: int = 1, **changed: Any) -> dict[str, Any]:
    """Add a vehicle by hand; answer it as the admin API shows it."""
    response = await lot.call("POST", "/api/vehicles", entry(number, **changed))
    assert response.status == 201, response.body
    vehicle: dict[str, Any] = answer(response)
    return vehicle


async def get(lot: Lot, target: str) -> Any:
    """The JSON of a GET that must work."""
    response = await lot.call("GET", target)
    assert response.status == 200, response.body
    return answer(response)


async def change(lot: Lot, vehicle_id: str, **changed: Any) -> Response:
    """PATCH a vehicle."""
    return await lot.call("PATCH", f"/api/vehicles/{vehicle_id}", changed)


def sell(lot: Lot, vehicle_id: str, sale_date: str = "2025-01-20") -> None:
    """A sale in the books of the lot."""
    now = "2025-01-20T12:00:00.000Z"
    lot.database.query(
        f"INSERT INTO sales ({SALE_COLUMNS}) VALUES (?, ?, 500000, ?, 'carlot', ?, ?, ?, ?)",
        *(f"sale-{vehicle_id}", vehicle_id, sale_date, vehicle_id[:20], vehicle_id[:32], now, now),
    )
    lot.database.query("UPDATE vehicles SET status = 'sold', version = version + 1 WHERE id = ?", vehicle_id)


def forget_public_texts() -> None:
    """The texts that an isolate keeps are those of its one database; each test has a database of its own."""
    kept: Any
    for kept in (public._pages, lot_page._pages, lot_page._listed):
        kept.clear()
