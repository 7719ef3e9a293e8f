"""A car is its VIN: numbers that are used again, change places or change altogether, as DMSs really do it."""

from __future__ import annotations

from typing import Any

import pytest

from app.typed import add, entry, sell
from support.lot import car
from support.served import ServedLot


async def shown(lot: ServedLot, stock_number: str) -> dict[str, Any]:
    """What the dealer sees of the DMS's car: its VIN, price, text, photos and switches."""
    vehicle = await lot.vehicle(stock_number)
    names = ("id", "vin", "stockNumber", "price", "description", "publishToWebsite", "publishToThirdParty", "status")
    return {**{name: vehicle[name] for name in names}, "photos": [photo["url"] for photo in vehicle["photos"]]}


OURS: dict[str, Any] = {"price": 11_111, "description": "Ours."}
"""What the dealer edits and the DMS takes, and shows from then on."""


async def edited(lot: ServedLot, stock_number: str) -> dict[str, Any]:
    """Have the dealer edit and publish a car, and the DMS take it; what is seen of it then."""
    await lot.edit(
        stock_number,
        **OURS,
        photos=["https://photos.test/ours.jpg"],
        publishToWebsite=True,
        publishToThirdParty=True,
    )
    await lot.deliver()
    return await shown(lot, stock_number)


def truck(number: int, **changed: Any) -> dict[str, Any]:
    """Another car of the DMS's: nobody takes it for the Accord."""
    return car(100 + number, stock_number=f"A{number}", make="Ford", model="F-150", year=2019, price=31_000, **changed)


@pytest.mark.parametrize("how", ["archived", "sold"])
async def test_the_number_of_a_car_that_left_is_used_again(lot: ServedLot, how: str) -> None:
    lot.dms_holds(car(1), car(2))
    await lot.pull()
    old = await edited(lot, "A1")
    if how == "sold":
        response = await lot.call("POST", "/api/sales", {"vehicleId": old["id"], "salePrice": 6000, "saleDate": "2025-02-03"})
        assert response.status == 201, response.body
    else:
        assert (await lot.call("DELETE", f"/api/vehicles/{old['id']}")).status == 204
    lot.dms_holds(truck(1), car(2))
    report = await lot.pull()
    assert (report["status"], report["created"], report["rejected"]) == ("completed", 1, [])
    new = await shown(lot, "A1")
    assert new["id"] != old["id"]
    assert (new["vin"], new["price"], new["description"], new["photos"]) == (
        truck(1)["vin"],
        31_000,
        None,
        ["https://photos.test/101.jpg"],
    )
    assert (new["publishToWebsite"], new["publishToThirdParty"]) == (False, False)
    left = await lot.get(f"/api/vehicles/{old['id']}")
    assert (left["status"], left["vin"], left["stockNumber"], left["price"]) == (how, car(1)["vin"], "A1", 11_111)
    assert [sale["vin"] for sale in (await lot.get("/api/sales"))["sales"]] == ([car(1)["vin"]] if how == "sold" else [])
    assert lot.dms_shows("A1")["price"] == 31_000


async def test_the_number_of_a_car_on_the_lot_is_used_again(lot: ServedLot) -> None:
    """The old car gives the number up and counts as not seen: two runs later it has left the lot."""
    lot.dms_holds(car(1), car(2))
    await lot.pull()
    old = await edited(lot, "A1")
    lot.dms_holds(truck(1), car(2))
    assert (await lot.pull())["created"] == 1
    assert (await lot.vehicle("A1"))["vin"] == truck(1)["vin"]
    left = await lot.get(f"/api/vehicles/{old['id']}")
    assert (left["status"], left["externalDmsId"], left["stockNumber"], left["price"]) == ("available", None, None, 11_111)
    assert (await lot.pull())["removed"] == 1
    assert (await lot.get(f"/api/vehicles/{old['id']}"))["status"] == "archived"
    assert lot.states() == {"A1": "available", "A2": "available"}


@pytest.mark.parametrize("page_cap", [10, 1])
async def test_two_cars_swap_their_numbers(lot: ServedLot, page_cap: int) -> None:
    lot.dms_holds(car(1), truck(2), page_cap=page_cap)
    await lot.pull()
    accord, f150 = await edited(lot, "A1"), await shown(lot, "A2")
    engine = {"vehicleId": accord["id"], "serviceDate": "2025-02-03", "description": "Engine", "cost": 2500}
    assert (await lot.call("POST", "/api/service-records", engine)).status == 201
    lot.dms_holds(car(1, stock_number="A2", **OURS), truck(1, vin=truck(2)["vin"]), page_cap=page_cap)
    report = await lot.pull()
    assert (report["status"], report["created"], report["updated"], report["rejected"]) == ("completed", 0, 2, [])
    assert await shown(lot, "A2") == {**accord, "stockNumber": "A2"}
    assert (await shown(lot, "A1"))["id"] == f150["id"]
    (record,) = (await lot.get("/api/service-records"))["serviceRecords"]
    assert record["vin"] == car(1)["vin"]
    assert (await lot.pull())["created"] == 0
    assert (await lot.pull())["unchanged"] == 2


async def test_a_renumbered_car_stays_the_same(lot: ServedLot) -> None:
    lot.dms_holds(car(1), car(2), car(3), car(4))
    await lot.pull()
    before = await edited(lot, "A1")
    lot.dms_holds(car(1, stock_number="B7", **OURS), car(2), car(3), car(4))
    for _ in range(3):
        report = await lot.pull()
        assert (report["status"], report["created"], report["removed"], report["rejected"]) == ("completed", 0, 0, [])
    assert await shown(lot, "B7") == {**before, "stockNumber": "B7"}


async def test_a_car_comes_back_under_another_number(lot: ServedLot) -> None:
    lot.dms_holds(*[car(number) for number in range(1, 9)])
    await lot.pull()
    before = await edited(lot, "A1")
    lot.dms_holds(*[car(number) for number in range(2, 9)])
    for _ in range(2):
        await lot.pull()
    assert lot.states()["A1"] == "archived"
    lot.dms_holds(car(1, stock_number="B7", **OURS), *[car(number) for number in range(2, 9)])
    assert (await lot.pull())["created"] == 0
    assert await shown(lot, "B7") == {**before, "stockNumber": "B7"}


@pytest.mark.parametrize("page_cap", [50, 7])
async def test_a_dms_renumbers_its_whole_lot(lot: ServedLot, page_cap: int) -> None:
    """New numbers, among them numbers that other cars had."""
    lot.dms_holds(*[car(number) for number in range(20)], page_cap=page_cap)
    await lot.pull()
    await edited(lot, "A3")
    before = {vehicle["vin"]: vehicle["id"] for vehicle in (await lot.get("/api/vehicles?limit=100"))["vehicles"]}
    renumbered = [car(number, stock_number=f"A{(number * 7 + 5) % 20}" if number % 2 else f"R{number}") for number in range(20)]
    renumbered[3] |= OURS
    lot.dms_holds(*renumbered, page_cap=page_cap)
    for _ in range(3):
        report = await lot.pull()
        assert (report["status"], report["created"], report["removed"], report["rejected"]) == ("completed", 0, 0, [])
    assert lot.states() == {record["stock_number"]: "available" for record in renumbered}
    for record in renumbered:
        vehicle = await lot.vehicle(record["stock_number"])
        assert (vehicle["id"], vehicle["stockNumber"]) == (before[record["vin"]], record["stock_number"])
    assert (await lot.vehicle(renumbered[3]["stock_number"]))["price"] == 11_111


@pytest.mark.parametrize(
    ("changed", "same"),
    [
        ({"vin": "1HGCM82633A000071"}, True),  # Two characters.
        ({"vin": "1HGCM82633A00001"}, True),  # One is missing.
        ({"vin": "1HGCM82699A990002"}, False),  # Four.
        ({"vin": "1HGCM82633A000071", "model": "Civic"}, False),
        ({"vin": "1HGCM82633A000071", "year": 2004}, False),
        ({"vin": "1HGCM82633A000071", "make": " HONDA "}, True),
    ],
)
async def test_a_corrected_vin_is_the_same_car(lot: ServedLot, changed: dict[str, Any], same: bool) -> None:
    lot.dms_holds(car(1), car(2))
    await lot.pull()
    before = await edited(lot, "A1")
    lot.dms_holds(car(1, **OURS, **changed), car(2))
    report = await lot.pull()
    assert report["created"] == (not same)
    after = await shown(lot, "A1")
    assert (after["id"] == before["id"], after["vin"]) == (same, changed["vin"])


async def test_a_vin_that_did_not_hold_is_corrected_however_wrong_it_was(lot: ServedLot) -> None:
    lot.dms_holds(car(1, vin="UNKNOWN"), car(2))
    await lot.pull()
    before = await edited(lot, "A1")
    lot.dms_holds(car(1, **OURS), car(2))
    await lot.pull()
    assert await shown(lot, "A1") == {**before, "vin": car(1)["vin"]}


async def test_a_vin_edited_by_hand_is_still_the_dmss_car(lot: ServedLot) -> None:
    lot.dms_holds(car(1), car(2))
    await lot.pull()
    before = await lot.edit("A1", vin=car(77)["vin"])
    lot.dms_holds(car(1, location="Row 4"), car(2))
    report = await lot.pull()
    assert (report["created"], report["updated"]) == (0, 1)
    vehicle = await lot.vehicle("A1")
    assert (vehicle["id"], vehicle["vin"], vehicle["location"]) == (before["id"], car(77)["vin"], "Row 4")


async def test_a_car_taken_in_trade_under_another_number_is_a_new_vehicle(lot: ServedLot) -> None:
    lot.dms_holds(car(1), car(2))
    await lot.pull()
    old = await edited(lot, "A1")
    response = await lot.call("POST", "/api/sales", {"vehicleId": old["id"], "salePrice": 6000, "saleDate": "2025-02-03"})
    assert response.status == 201
    await lot.deliver()
    lot.dms_holds(lot.dms_shows("A1"), car(2), car(9, vin=car(1)["vin"], date_acquired=...))
    report = await lot.pull()
    assert (report["created"], report["rejected"]) == (1, [])
    again = await shown(lot, "A9")
    assert (again["vin"], again["price"], again["publishToWebsite"]) == (car(1)["vin"], 6995, False)
    assert lot.states() == {"A1": "sold", "A2": "available", "A9": "available"}
    for _ in range(2):
        assert (await lot.pull())["unchanged"] == 3


async def test_a_number_typed_for_another_car_goes_to_the_dmss(lot: ServedLot) -> None:
    by_hand = await add(lot, 1, stockNumber="A1")
    lot.dms_holds(car(1), car(2))
    report = await lot.pull()
    assert (report["created"], report["rejected"]) == (2, [])
    assert (await lot.vehicle("A1"))["vin"] == car(1)["vin"]
    left = await lot.get(f"/api/vehicles/{by_hand['id']}")
    assert (left["stockNumber"], left["status"], left["price"]) == (None, "available", 20_001)
    for _ in range(2):  # The DMS never had it: that it does not show it says nothing.
        assert (await lot.pull())["removed"] == 0


async def test_a_typed_car_is_adopted_on_a_page_with_new_ones(lot: ServedLot) -> None:
    by_hand = await add(lot, 1, vin=car(1)["vin"], stockNumber="H1", make="Honda", model="Accord", year=2003)
    lot.dms_holds(car(3), car(1), truck(4))
    report = await lot.pull()
    assert (report["created"], report["updated"], report["rejected"]) == (2, 1, [])
    vehicle = await lot.vehicle("A1")
    assert (vehicle["id"], vehicle["stockNumber"], vehicle["price"]) == (by_hand["id"], "H1", 20_001)


async def test_a_number_is_free_for_the_dealer_when_its_car_has_left(lot: ServedLot) -> None:
    first = await add(lot, 1)
    sell(lot, first["id"])
    second = await add(lot, 2, stockNumber="H1")
    assert second["stockNumber"] == "H1"
    assert (await lot.call("POST", "/api/vehicles", entry(3, stockNumber="H1"))).status == 409
    # The deal falls through: the car is back, and the number is another's.
    assert (await lot.call("POST", f"/api/sales/sale-{first['id']}/void")).status == 200
    back = await lot.get(f"/api/vehicles/{first['id']}")
    assert (back["status"], back["stockNumber"]) == ("available", None)


async def test_a_rejected_record_is_seen_by_its_vin_or_by_its_number(lot: ServedLot) -> None:
    lot.dms_holds(car(1), car(2), car(3), car(4))
    await lot.pull()
    lot.dms_holds(car(1, make=None), car(2, stock_number=None), car(3, vin=None), car(4))
    for _ in range(3):
        report = await lot.pull()
        assert (report["status"], report["rejectedCount"], report["removed"]) == ("completed", 3, 0)
    assert lot.states() == dict.fromkeys(("A1", "A2", "A3", "A4"), "available")


async def test_a_record_that_could_be_anybodys_keeps_everybody(lot: ServedLot) -> None:
    lot.dms_holds(car(1), car(2))
    await lot.pull()
    lot.dms_holds(car(1, vin=None, stock_number=""), car(2))
    for _ in range(3):
        report = await lot.pull()
        assert (report["status"], report["removed"]) == ("completed", 0)
        assert report["message"] == "1 record has neither a stock number nor a VIN that can be read. Nothing was removed."
    lot.dms_holds(car(2))
    assert [(await lot.pull())["removed"] for _ in range(2)] == [0, 1]


async def test_a_sale_of_an_earlier_stay_is_history(lot: ServedLot) -> None:
    """The DMS still lists the sale under the old number, on a page behind the car that it took back."""
    lot.dms_holds(car(2, vin=car(1)["vin"]), car(1, status="sold"), page_cap=1)
    for _ in range(2):
        report = await lot.pull()
        assert (report["status"], report["rejected"]) == ("completed", [])
        assert lot.states() == {"A1": "sold", "A2": "available"}


@pytest.mark.parametrize("page_cap", [1, 100])
async def test_a_sold_car_keeps_its_number_when_the_dms_shows_an_earlier_stay_too(lot: ServedLot, page_cap: int) -> None:
    lot.dms_holds(car(1, stock_number="T1"), car(2))
    await lot.pull()
    sold = (await lot.vehicle("T1"))["id"]
    sell(lot, sold)
    for _ in range(3):
        lot.dms_holds(car(1, stock_number="T1", status="sold"), car(1, status="sold"), car(2), page_cap=page_cap)
        assert (await lot.pull())["rejected"] == []
        assert lot.states() == {"T1": "sold", "A1": "sold", "A2": "available"}
        assert (await lot.vehicle("T1"))["id"] == sold


@pytest.mark.parametrize("page_cap", [1, 100])
async def test_a_car_whose_sale_was_undone_here_is_the_one_that_was_taken_back(lot: ServedLot, page_cap: int) -> None:
    """The DMS goes on showing the record of the sale that it has."""
    lot.dms_holds(car(1), car(2))
    await lot.pull()
    lot.dms_holds(car(1, status="sold", updated_at="2025-02-01T09:00:00Z"), car(2))
    await lot.pull()
    first = (await lot.vehicle("A1"))["id"]
    [sale] = lot.database.query("SELECT id FROM sales")
    assert (await lot.call("POST", f"/api/sales/{sale['id']}/void")).status == 200
    for _ in range(3):
        sold = car(1, status="sold", updated_at="2025-02-01T09:00:00Z")
        back = car(1, stock_number="T1", updated_at="2025-02-01T10:00:00Z")
        lot.dms_holds(sold, back, car(2), page_cap=page_cap)
        assert (await lot.pull())["rejected"] == []
        assert ((await lot.vehicle("T1"))["id"], (await lot.vehicle("T1"))["status"]) == (first, "available")


async def test_a_sale_that_is_dated_before_its_car_came_in_makes_no_other_vehicle(lot: ServedLot) -> None:
    lot.dms_holds(car(1, date_acquired="2025-01-25"), car(2))
    await lot.pull()
    sell(lot, (await lot.vehicle("A1"))["id"], "2025-01-20")
    for mileage in (98_020, 98_030):
        lot.dms_holds(car(1, date_acquired="2025-01-25", status="sold", mileage=mileage), car(2))
        await lot.pull()
        assert lot.states() == {"A1": "sold", "A2": "available"}
        assert lot.database.query("SELECT count(*) AS n FROM vehicles") == [{"n": 2}]
