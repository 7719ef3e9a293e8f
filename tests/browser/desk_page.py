"""The dealer's desk, as the tests of it go about it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import count
from typing import Any

from playwright.sync_api import Locator, Page, Route, expect

from browser.installation import Installation
from simulators import vin

Vehicle = dict[str, Any]

PATIENCE_S = 15.0

# Every shift of the layout behind the first paint of rows.
WATCH_SHIFTS = """
  window.shifts = [];
  new PerformanceObserver(list => list.getEntries().forEach(entry => window.shifts.push([entry.startTime, entry.value])))
    .observe({ type: 'layout-shift', buffered: true });
  const look = () => document.querySelector('.lot-row') ? window.rowsAt = performance.now() : requestAnimationFrame(look);
  look();
"""
SHIFTED = "() => window.shifts.filter(([at]) => at > window.rowsAt).reduce((sum, [, value]) => sum + value, 0)"

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


def shows(page: Page, stock_numbers: list[str]) -> None:
    """Wait until the table has exactly these vehicles, from the top."""
    expect(page.locator(".lot-row td.col-stock")).to_have_text(stock_numbers)


def fulfil(answer: Any, route: Route) -> None:
    """Answer a request of the page with this JSON."""
    route.fulfill(json=answer)


def becomes(lot: Installation, vehicle: Vehicle, **fields: Any) -> None:
    """Wait until the API has these values of a vehicle: what the desk shows at once is sent a moment later."""
    deadline = time.monotonic() + PATIENCE_S
    while (now := {name: stored(lot, vehicle)[name] for name in fields}) != fields:
        assert time.monotonic() < deadline, f"{now} is not {fields}"
        time.sleep(0.05)
