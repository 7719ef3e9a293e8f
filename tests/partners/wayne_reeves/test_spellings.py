"""Records as dealer programs spell them: texts for numbers and dates, empty texts, a bad field among good ones, odd clocks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from support.lot import car
from support.served import ServedLot
from support.world import World

FIELD = Path(__file__).parent / "field"


def records(name: str) -> list[dict[str, Any]]:
    """The records of a field file."""
    found: list[dict[str, Any]] = json.loads((FIELD / name).read_text())["vehicles"]
    return found


async def test_every_record_of_a_real_program_s_spelling_is_taken(lot: ServedLot) -> None:
    lot.dms_holds(*records("dms_spellings.json"))
    report = await lot.pull()
    assert (report["status"], report["created"], report["rejected"]) == ("completed", 5, [])
    cars = {stock: await lot.vehicle(stock) for stock in ("D2", "D3", "D4", "D5", "D9")}
    assert cars["D2"]["year"] == 2003
    assert [cars["D2"][name] for name in ("price", "mileage", "purchasePrice", "purchaseDate")] == [None] * 4
    assert cars["D3"]["purchaseDate"] == "2025-01-14"
    assert (cars["D4"]["mileage"], cars["D4"]["price"]) == (32929, 49985)
    assert cars["D5"]["status"] == "available"
    assert cars["D9"]["purchaseDate"] == "2025-01-14"


async def test_such_a_record_again_is_unchanged(lot: ServedLot) -> None:
    lot.dms_holds(*records("dms_spellings.json"))
    await lot.pull()
    lot.dms_changes(car(1))
    assert (await lot.pull())["unchanged"] == 5


async def test_an_event_is_read_in_the_same_way() -> None:
    world = World([car(1)])
    assert await world.pull() == "completed"
    record = {
        **car(1, updated_at="2025-02-01T09:00:00Z"),
        "year": "2003",
        "price": "$6,100.00",
        "mileage": "98,500 mi",
        "trim": "",
    }
    assert await world.told_by_dms({"id": "e1", "event": "vehicle.updated", "vehicle": record}) == 200
    await world.until_quiet()
    assert (world.vehicle("A1")["price_cents"], world.vehicle("A1")["mileage_miles"]) == (610_000, 98_500)


async def test_an_empty_cursor_ends_the_pull(lot: ServedLot) -> None:
    from carlot.partners.wayne_reeves.pages import read_page

    page = read_page((FIELD / "dms_empty_cursor.json").read_bytes())
    assert (len(page.records), page.next_cursor) == (1, None)


OPTIONAL: list[tuple[dict[str, Any], str, str]] = [
    ({"price": -1}, "price", "The price -1 is below zero."),
    ({"mileage": -5}, "mileage", "The mileage -5 is below zero."),
    ({"mileage": "many"}, "mileage", "The mileage many cannot be read."),
    ({"date_acquired": "soon"}, "date_acquired", "The purchase date soon cannot be read."),
    ({"status": "gone"}, "status", "The status gone cannot be read."),
    ({"description": "x" * 10_001}, "description", "The description is longer than 10,000 characters."),
]


@pytest.mark.parametrize(("wrong", "field", "message"), OPTIONAL, ids=[f"{name}-{n}" for n, (_, name, _) in enumerate(OPTIONAL)])
async def test_a_bad_optional_field_is_left_out_and_named(
    lot: ServedLot, wrong: dict[str, Any], field: str, message: str
) -> None:
    lot.dms_holds(car(1), car(2, **wrong))
    report = await lot.pull()
    assert (report["status"], report["created"], report["rejectedCount"]) == ("completed", 2, 0)
    assert report["rejected"] == [{"stockNumber": "A2", "field": field, "message": message, "taken": True}]
    assert lot.states() == {"A1": "available", "A2": "available"}


async def test_a_bad_field_leaves_the_car_s_own_value(lot: ServedLot) -> None:
    lot.dms_holds(car(1, price=5000))
    await lot.pull()
    lot.dms_holds(car(1, price=-1, mileage=7))
    await lot.pull()
    vehicle = await lot.vehicle("A1")
    assert (vehicle["price"], vehicle["mileage"]) == (5000, 7)


@pytest.mark.parametrize("wrong", [{"vin": ...}, {"make": " "}, {"year": "soon"}, {"model": None}])
async def test_a_record_without_what_identifies_its_car_is_rejected_in_words(lot: ServedLot, wrong: dict[str, Any]) -> None:
    lot.dms_holds(car(1), car(2, **wrong))
    report = await lot.pull()
    (rejected,) = report["rejected"]
    assert (report["created"], report["rejectedCount"], rejected["taken"]) == (1, 1, False)
    assert not {"Input", "should", "string", "valid"} & set(rejected["message"].split())


async def test_no_text_but_the_description_has_angle_brackets(lot: ServedLot) -> None:
    lot.dms_holds(car(1, make="<b>Honda</b>", location="Lot <1>", description="5 < 6"))
    await lot.pull()
    vehicle = await lot.vehicle("A1")
    assert (vehicle["make"], vehicle["location"], vehicle["description"]) == ("bHonda/b", "Lot 1", "5 < 6")


async def test_a_time_ahead_of_our_clock_does_not_freeze_the_car(lot: ServedLot) -> None:
    lot.dms_holds(car(1, price=5000, updated_at="2031-01-01T00:00:00Z"))
    await lot.pull()
    lot.dms_holds(car(1, price=6000, updated_at="2025-02-02T00:00:00Z"))
    await lot.pull()
    assert (await lot.vehicle("A1"))["price"] == 6000


async def test_an_event_s_time_ahead_of_our_clock_does_not_freeze_the_car() -> None:
    world = World([car(1)])
    assert await world.pull() == "completed"
    for number, (price, at) in enumerate([(5000, "2031-01-01T00:00:00Z"), (6000, "2025-02-03T10:00:00Z")]):
        event = {"id": f"e{number}", "event": "vehicle.updated", "vehicle": car(1, price=price, updated_at=at)}
        assert await world.told_by_dms(event) == 200
        await world.until_quiet()
    assert world.vehicle("A1")["price_cents"] == 600_000


@pytest.mark.parametrize(("cars", "missing", "asks"), [(10, 3, False), (10, 4, True), (40, 10, False), (40, 11, True)])
async def test_more_than_a_quarter_and_more_than_three_cars_missing_is_too_many(
    lot: ServedLot, cars: int, missing: int, asks: bool
) -> None:
    lot.dms_holds(*[car(number) for number in range(cars)])
    await lot.pull()
    lot.dms_holds(*[car(number) for number in range(missing, cars)])
    assert (await lot.pull())["status"] == "completed"
    questions = (await lot.get("/api/questions?state=open"))["questions"]
    assert [question["kind"] for question in questions] == ["cars_missing"] * asks
    assert (await lot.pull())["removed"] == (0 if asks else missing)
