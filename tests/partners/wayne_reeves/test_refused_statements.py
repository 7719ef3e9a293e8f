"""A statement that the database refuses is a mistake of ours: it ends that work at once, and what it was is shown."""

from __future__ import annotations

import json
from typing import Any

import pytest

from support.lot import answer, car
from support.served import ServedLot
from support.world import World

TYPED = {"vin": "1HGCM82633A004352", "year": 2003, "make": "Honda", "model": "Accord", "price": 6500}
D1: dict[str, Any] = {
    "stock_number": "D1",
    "vin": "1HGCM82633A004352",
    "make": "Honda",
    "model": "Accord",
    "year": 2003,
    "cost": 4200.0,
    "mileage": 98012,
    "price": 6995,
    "status": "available",
}
D2: dict[str, Any] = {
    "stock_number": "D2",
    "vin": "5TDXZ3DC1KS000101",
    "make": "Toyota",
    "model": "Sienna",
    "year": 2019,
    "cost": 14200.0,
    "mileage": 29403,
    "price": 39998,
    "status": "available",
}
# By what is renamed under the program, as when it was deployed without its migration: what reads a page, what writes it.
READ = "ALTER TABLE vehicles RENAME COLUMN dms_updated_at TO other"
WRITTEN = "ALTER TABLE vehicles RENAME COLUMN purchase_price_cents TO other"


def became_the_dms_cars(cars: list[dict[str, Any]], typed_id: str, edited: set[str]) -> None:
    """The typed car is D1 with what was typed kept, as the dealer's until the DMS has taken it, and D2 is new."""
    by_stock = {each["external_dms_id"]: each for each in cars}
    assert set(by_stock) == {"D1", "D2"}
    assert (by_stock["D1"]["id"], by_stock["D1"]["price_cents"], by_stock["D1"]["mileage_miles"]) == (typed_id, 650_000, 98_012)
    assert set(json.loads(by_stock["D1"]["edited_fields"])) == edited
    assert by_stock["D2"]["price_cents"] == 3_999_800


async def test_a_typed_car_becomes_the_dms_car_by_a_pull(lot: ServedLot) -> None:
    response = await lot.call("POST", "/api/vehicles", TYPED)
    lot.dms_holds(D1, D2)
    report = await lot.pull()
    assert (report["status"], report["seen"], report["created"], report["updated"]) == ("completed", 2, 1, 1)
    became_the_dms_cars(lot.database.query("SELECT * FROM vehicles"), answer(response)["id"], set())
    assert lot.dms_shows("D1")["price"] == 6500


async def test_a_typed_car_becomes_the_dms_car_by_an_event() -> None:
    world = World([])
    response = await world.call("POST", "/api/vehicles", TYPED)
    for number, record in enumerate((D1, D2)):
        event = {"id": f"evt_{number}", "event": "vehicle.added", "occurred_at": "2025-02-01T09:00:00Z", "vehicle": record}
        assert await world.told_by_dms(event) == 200
    await world.work()
    assert world.database.query("SELECT state FROM webhook_events") == [{"state": "applied"}] * 2
    became_the_dms_cars(world.database.query("SELECT * FROM vehicles"), answer(response)["id"], {"price"})


@pytest.mark.parametrize("change", [READ, WRITTEN], ids=["read", "written"])
async def test_a_pull_ends_at_once_and_says_why(lot: ServedLot, change: str) -> None:
    lot.dms_holds(car(1), car(2), car(3), page_cap=2)
    lot.database.connection.execute(change)
    started = lot.clock.now()
    report = await lot.pull()
    assert (report["status"], report["pages"], report["seen"], report["removed"]) == ("degraded", 0, 0, 0)
    assert (lot.clock.now() - started).total_seconds() < 65  # The pull begins with a minute's pause.
    assert len(lot.network.heard()) == 1
    assert report["message"].startswith("The database refused a statement of CarLot.")
    assert "no such column" in report["message"] or "no column named" in report["message"]
    assert report["message"].endswith(" Nothing was removed.")
    shown = (await lot.get("/api/integrations/status"))["wayneReeves"]
    assert (shown["status"], shown["message"]) == ("degraded", report["message"])


@pytest.mark.parametrize("change", [READ, WRITTEN], ids=["read", "written"])
async def test_an_event_is_dead_at_once_and_says_why(change: str) -> None:
    world = World([])
    world.database.connection.execute(change)
    event = {"id": "evt_1", "event": "vehicle.added", "occurred_at": "2025-02-01T09:00:00Z", "vehicle": D1}
    assert await world.told_by_dms(event) == 200
    await world.work()
    task = world.task(target="carlot", kind="event")
    assert (task["state"], task["attempts"]) == ("dead", 1)
    assert task["error"].startswith("The database refused a statement of CarLot.")
    listed = answer(await world.call("GET", "/api/integrations/tasks?state=dead"))["tasks"]
    assert [each["error"] for each in listed] == [task["error"]]


async def test_a_request_is_answered_with_a_mistake_of_ours(lot: ServedLot) -> None:
    lot.database.connection.execute("ALTER TABLE vehicles RENAME COLUMN purchase_price_cents TO other")
    response = await lot.call("GET", "/api/vehicles")
    assert (response.status, answer(response)["code"]) == (500, "internal-error")
    assert "drivetrain" not in str(response.body)
