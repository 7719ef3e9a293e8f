"""The dealer's desk, as the tests of it go about it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import Any

from playwright.sync_api import Locator, Page, expect

from browser.installation import Installation
from simulators import vin

Vehicle = dict[str, Any]

_serials: Iterator[int] = count(200_001)


def add_vehicle(lot: Installation, **fields: Any) -> Vehicle:
    """Put a vehicle on the lot that no other test knows; `fields` as the API has them."""
    serial = next(_serials)
    blank = {
        "vin": vin.complete("1HG", "CV2F3", 2019, "A", serial),
        "year": 2019,
        "make": "Honda",
        "model": "Accord",
        "stockNumber": f"T{serial}",
        "price": 18500,
        "purchasePrice": 15000,
        "mileage": 42000,
    }
    added: Vehicle = lot.ask("POST", "/api/vehicles", {**blank, **fields}).json()
    return added


def stored(lot: Installation, vehicle: Vehicle) -> Vehicle:
    """A vehicle as the API has it now."""
    found: Vehicle = lot.ask("GET", f"/api/vehicles/{vehicle['id']}").json()
    return found


def address(vehicle: Vehicle) -> str:
    """Where the desk shows it."""
    return f"#/vehicle/{vehicle['id']}"


def toast(page: Page, words: str) -> Locator:
    """A message at the edge of the page."""
    return page.locator(".toast").filter(has_text=words)


def field(page: Page, label: str) -> Locator:
    """An input of the vehicle's page."""
    return page.locator(".line").filter(has=page.locator("label", has_text=label)).locator("input, textarea")


def rows(page: Page) -> list[str]:
    """The stock numbers in the table, from the top."""
    found: list[str] = page.locator(".lot-row td.col-stock").all_inner_texts()
    return found


def sent(page: Page) -> None:
    """Wait until nothing of the desk's is left to send."""
    expect(page.locator(".saving, .offline, .line-note:has-text('Saving')")).to_have_count(0)
