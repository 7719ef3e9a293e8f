"""Records that are wrong, double or in each other's way: each is rejected with its reason, and the rest of its page goes in."""

from __future__ import annotations

from typing import Any

import pytest

from app.typed import add, sell
from support.lot import car
from support.platform import MAX_VALUE_BYTES
from support.served import ServedLot

BAD: list[tuple[dict[str, Any], str]] = [
    # Without what identifies its car a record is rejected: what is wrong, and the field that is blamed.
    ({"vin": ...}, "vin"),
    ({"vin": ""}, "vin"),
    ({"vin": "  "}, "vin"),
    ({"vin": "1HGCM\u00dc2633A004352"}, "vin"),
    ({"vin": "1" * 33}, "vin"),
    ({"vin": ["1HGCM82633A004352"]}, "vin"),
    ({"make": ...}, "make"),
    ({"make": " "}, "make"),
    ({"make": None}, "make"),
    ({"model": "M" * 201}, "model"),
    ({"model": {"name": "Accord"}}, "model"),
    ({"year": ...}, "year"),
    ({"year": 1884}, "year"),
    ({"year": 2101}, "year"),
    ({"year": "soon"}, "year"),
    ({"year": 2003.5}, "year"),
    ({"year": 10**400}, "year"),
    ({"price": True, "make": None}, "make"),
]

LEFT_OUT: list[tuple[dict[str, Any], str]] = [
    # Any other bad field is left out, and named.
    ({"mileage": -1}, "mileage"),
    ({"mileage": 10_000_000}, "mileage"),
    ({"mileage": "many"}, "mileage"),
    ({"cost": -0.01}, "cost"),
    ({"cost": 1e9}, "cost"),
    ({"price": float("nan")}, "price"),
    ({"price": float("inf")}, "price"),
    ({"date_acquired": "2025-02-30"}, "date_acquired"),
    ({"date_acquired": "yesterday"}, "date_acquired"),
    ({"description": "x" * 10_001}, "description"),
    ({"description": "before\x00after"}, "description"),
    ({"location": "\x00"}, "location"),
    ({"photos": "https://a.test/1.jpg"}, "photos"),
    ({"photos": [1, 2, {}]}, "photos"),
    ({"photos": ["https://a.test/" + "1" * 500]}, "photos"),
    ({"photos": ["https://a.test/1.jpg"] * 201}, "photos"),
    ({"status": "gone"}, "status"),
    ({"status": "archived"}, "status"),
    ({"updated_at": "never"}, "updated_at"),
]


@pytest.mark.parametrize(("wrong", "field"), BAD, ids=[f"{field}-{number}" for number, (_, field) in enumerate(BAD)])
async def test_a_bad_record_is_rejected_and_the_rest_goes_in(lot: ServedLot, wrong: dict[str, Any], field: str) -> None:
    lot.dms_holds(car(1), car(2, **wrong), car(3))
    report = await lot.pull()
    assert lot.states() == {"A1": "available", "A3": "available"}
    assert (report["status"], report["seen"], report["created"], report["rejectedCount"]) == ("completed", 3, 2, 1)
    (rejected,) = report["rejected"]
    assert (rejected["stockNumber"], rejected["field"]) == ("A2", field)
    assert len(rejected["message"]) > 5
    again = await lot.pull()
    assert (again["unchanged"], again["rejected"]) == (2, report["rejected"])


@pytest.mark.parametrize(("wrong", "field"), LEFT_OUT, ids=[f"{field}-{number}" for number, (_, field) in enumerate(LEFT_OUT)])
async def test_a_bad_field_is_left_out_and_the_rest_of_its_record_goes_in(
    lot: ServedLot, wrong: dict[str, Any], field: str
) -> None:
    lot.dms_holds(car(1), car(2, **wrong), car(3))
    report = await lot.pull()
    assert lot.states() == {"A1": "available", "A2": "available", "A3": "available"}
    assert (report["status"], report["created"], report["rejectedCount"]) == ("completed", 3, 0)
    (noted,) = report["rejected"]
    assert (noted["stockNumber"], noted["field"], noted["taken"]) == ("A2", field, True)
    assert len(noted["message"]) > 5


@pytest.mark.parametrize("junk", [None, True, 7, "car", [], [[]], {}, {"stock_number": None}, {"stock_number": {"a": 1}}])
async def test_a_record_without_a_stock_number_is_rejected_without_one(lot: ServedLot, junk: Any) -> None:
    lot.dms_holds(junk, car(1), {**car(2), "stock_number": " "})
    report = await lot.pull()
    assert lot.states() == {"A1": "available"}
    assert (report["status"], report["created"], report["rejectedCount"]) == ("completed", 1, 2)
    assert {rejected["stockNumber"] for rejected in report["rejected"]} == {""}


async def test_a_text_that_is_no_unicode_costs_nobody_else_its_place(lot: ServedLot) -> None:
    lot.dms_holds(car(1), car(2, description="half a \ud83d smiley"), car(3))
    report = await lot.pull()
    assert report["status"] == "completed"
    assert {"A1", "A3"} <= set(lot.states())


async def test_a_bad_record_leaves_the_car_as_it_was(lot: ServedLot) -> None:
    lot.dms_holds(car(1), car(2))
    await lot.pull()
    before = await lot.vehicle("A1")
    lot.dms_holds(car(1, year="?", price=1), car(2))
    for _ in range(3):  # It was seen, so it is not gone.
        report = await lot.pull()
        assert (report["status"], report["rejectedCount"], report["removed"]) == ("completed", 1, 0)
    assert await lot.vehicle("A1") == before


async def test_a_stock_number_twice_on_a_page_counts_once(lot: ServedLot) -> None:
    lot.dms_holds(car(1), car(2, stock_number="A1"), car(3))
    report = await lot.pull()
    assert (report["status"], report["seen"], report["created"]) == ("completed", 3, 2)
    assert [(each["stockNumber"], each["field"]) for each in report["rejected"]] == [("A1", "stock_number")]
    assert (await lot.vehicle("A1"))["vin"] == car(1)["vin"]


async def test_a_stock_number_on_two_pages_is_one_car(lot: ServedLot) -> None:
    """As when the lot moves while it is being read. That a car may have been missed meanwhile is said."""
    lot.dms_holds(car(1), car(2), car(1), car(3), page_cap=2)
    for created in (3, 0, 0):
        report = await lot.pull()
        assert (report["status"], report["created"], report["updated"], report["removed"]) == ("degraded", created, 0, 0)
        assert report["message"] == "Incomplete: Wayne Reeves has 4 vehicles but sent only 3. Nothing was removed."
    assert lot.states() == {"A1": "available", "A2": "available", "A3": "available"}


@pytest.mark.parametrize("page_cap", [10, 1])
async def test_a_vin_twice_is_one_car(lot: ServedLot, page_cap: int) -> None:
    lot.dms_holds(car(1), car(2, vin=car(1)["vin"].lower()), car(3), page_cap=page_cap)
    for created in (2, 0):
        report = await lot.pull()
        assert (report["status"], report["seen"], report["created"]) == ("completed", 3, created)
        (rejected,) = report["rejected"]
        assert (rejected["stockNumber"], rejected["field"]) == ("A2", "vin")
        assert car(1)["vin"] in rejected["message"]
        assert "A1" in rejected["message"]
    assert lot.states() == {"A1": "available", "A3": "available"}


async def test_a_vin_twice_is_two_cars_when_one_is_sold(lot: ServedLot) -> None:
    vin = car(1)["vin"]
    lot.dms_holds(car(1, status="sold"), car(2, vin=vin), car(3, vin=vin, status="sold"))
    report = await lot.pull()
    assert (report["status"], report["created"], report["rejected"]) == ("completed", 3, [])
    assert lot.states() == {"A1": "sold", "A2": "available", "A3": "sold"}


async def test_a_wrong_check_digit_is_flagged_and_not_lost(lot: ServedLot) -> None:
    vins = ("1HGCM82603A004352", "WBA12345678901234", "1HGCM82633A00435O", "1HGCM8263")
    lot.dms_holds(*[car(number, vin=vin) for number, vin in enumerate(vins)], car(9, vin="S-123", year=1955))
    report = await lot.pull()
    assert (report["created"], report["rejected"]) == (5, [])
    valid = {stock: (await lot.vehicle(stock))["vinValid"] for stock in lot.states()}
    assert valid == {"A0": False, "A1": False, "A2": False, "A3": False, "A9": True}
    lot.dms_holds(car(0))
    await lot.pull()
    assert (await lot.vehicle("A0"))["vinValid"] is True


async def test_a_page_above_what_d1_takes_at_once_goes_in(lot: ServedLot) -> None:
    photos = [f"https://photos.test/{'p' * 40}/{number}.jpg" for number in range(20)]
    lot.dms_holds(*[car(number, description="d" * 3000, photos=photos) for number in range(500)])
    report = await lot.pull()
    assert (report["status"], report["pages"], report["created"]) == ("completed", 1, 500)
    stored = lot.database.query(
        "SELECT sum(length(description) + length(photos)) AS size, min(length(description)) AS least FROM vehicles"
    )[0]
    assert stored["size"] > MAX_VALUE_BYTES
    assert stored["least"] == 3000
    assert (await lot.pull())["unchanged"] == 500


async def test_only_photos_that_can_be_shown_are_taken(lot: ServedLot) -> None:
    shown = [f"https://a.test/{number}.jpg" for number in range(45)]
    refused = ["http://a.test/x.jpg", "javascript:alert(1)", 'https://a.test/"x', "https://a.test/x y", "https://a.test/<b>", ""]
    lot.dms_holds(car(1, photos=[*refused, *shown]), car(2, photos=refused), car(3, photos=[]))
    report = await lot.pull()
    assert report["rejected"] == []
    assert [photo["url"] for photo in (await lot.vehicle("A1"))["photos"]] == shown[:40]
    assert (await lot.vehicle("A2"))["photos"] == (await lot.vehicle("A3"))["photos"] == []


async def test_a_car_entered_by_hand_becomes_the_dmss(lot: ServedLot) -> None:
    record = car(1)
    by_hand = await add(lot, 1, vin=record["vin"], stockNumber=..., price=5000, description="Mine.", publishToWebsite=True)
    lot.dms_holds(record)
    report = await lot.pull()
    assert (report["created"], report["updated"], report["rejected"]) == (0, 1, [])
    vehicle = await lot.vehicle("A1")
    assert vehicle["id"] == by_hand["id"]
    assert (vehicle["price"], vehicle["description"], vehicle["publishToWebsite"]) == (5000, "Mine.", True)
    assert (vehicle["stockNumber"], vehicle["purchasePrice"]) == ("A1", 4200)
    # What was typed is his until the DMS has taken it, as it has the price and the text.
    assert "make" in vehicle["editedFields"]
    assert not {"price", "description"} & set(vehicle["editedFields"])
    assert (lot.dms_shows("A1")["price"], lot.dms_shows("A1")["description"]) == (5000, "Mine.")
    assert (await lot.pull())["updated"] == 1
    assert (await lot.pull())["unchanged"] == 1


async def test_a_car_sold_here_by_hand_is_not_listed_again(lot: ServedLot) -> None:
    by_hand = await add(lot, 1, vin=car(1)["vin"], stockNumber=...)
    sell(lot, by_hand["id"], "2025-01-20")
    lot.dms_holds(car(1, date_acquired="2025-01-20"), car(2, vin=car(1)["vin"], date_acquired=...), car(3))
    report = await lot.pull()
    assert {(each["stockNumber"], each["field"]) for each in report["rejected"]} == {("A2", "vin")}
    # It is the DMS's car, which is now told of the sale.
    assert (await lot.vehicle("A1"))["id"] == by_hand["id"]
    assert lot.states() == {"A1": "sold", "A3": "available"}
    assert lot.dms_shows("A1")["status"] == "sold"
    # Taken in again after the sale, it is a new vehicle.
    lot.dms_holds(car(1, date_acquired="2025-01-21"), car(3))
    report = await lot.pull()
    assert (report["created"], report["rejected"]) == (1, [])
    assert (await lot.get(f"/api/vehicles/{by_hand['id']}"))["status"] == "sold"


@pytest.mark.parametrize("field", ["stockNumber", "vin"])
async def test_a_car_whose_edited_number_was_taken_meanwhile_comes_back_as_the_dms_names_it(lot: ServedLot, field: str) -> None:
    """A car was renumbered by hand and left the lot; another came with that number; now the first is back."""
    lot.dms_holds(car(1), car(2))
    await lot.pull()
    await lot.edit("A1", **{field: "A3" if field == "stockNumber" else car(3)["vin"]})
    lot.dms_holds(car(2))
    for _ in range(2):
        await lot.pull()
    lot.dms_holds(car(2), car(3))
    await lot.pull()
    lot.dms_holds(car(1), car(2, price=1), car(3), car(4))
    report = await lot.pull()
    assert (report["status"], report["rejected"]) == ("completed", [])
    assert lot.states() == dict.fromkeys(("A1", "A2", "A3", "A4"), "available")
    for number in (1, 3):
        vehicle = await lot.vehicle(f"A{number}")
        assert (vehicle["vin"], vehicle["stockNumber"]) == (car(number)["vin"], f"A{number}")


async def test_two_cars_whose_vins_were_mixed_up_are_put_right(lot: ServedLot) -> None:
    lot.dms_holds(car(1, vin=car(2)["vin"]), car(2, vin=car(1)["vin"]), car(3))
    await lot.pull()
    lot.dms_holds(car(1), car(2), car(3))
    for _ in range(2):
        report = await lot.pull()
    assert [(await lot.vehicle(stock))["vin"] for stock in ("A1", "A2")] == [car(1)["vin"], car(2)["vin"]]
    assert report["rejected"] == []


async def test_a_vin_that_moves_to_another_stock_number_follows(lot: ServedLot) -> None:
    lot.dms_holds(car(1), car(2))
    await lot.pull()
    lot.dms_holds(car(1, vin=car(9)["vin"]), car(2), car(3, vin=car(1)["vin"]))
    for _ in range(2):
        report = await lot.pull()
    assert report["rejected"] == []
    assert [(await lot.vehicle(stock))["vin"] for stock in ("A1", "A3")] == [car(9)["vin"], car(1)["vin"]]


async def test_a_record_older_than_what_is_known_changes_nothing(lot: ServedLot) -> None:
    lot.dms_holds(car(1, price=2, updated_at="2025-02-01T08:00:00Z"))
    await lot.pull()
    before = await lot.vehicle("A1")
    lot.dms_holds(car(1, price=1, updated_at="2025-01-31T08:00:00Z"))
    report = await lot.pull()
    assert await lot.vehicle("A1") == before
    assert (report["status"], report["updated"], report["unchanged"]) == ("completed", 0, 1)
