"""Exports of different programs: which one it is, what its columns are, and what the dealer says they are."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest

from inventory_files.sent import HEADINGS, FileLot, vehicle, written
from support.lot import answer, car

VIN = car(1)["vin"]

# What each program's export says of one car: its headings with cells, and what becomes of them.
EXPORTS: list[tuple[str, dict[str, str], dict[str, Any]]] = [
    (
        "DealerCenter",
        {
            "DealerID": "77",
            "StockNumber": "A1",
            "VIN": VIN,
            "Year": "2003",
            "Make": "Honda",
            "Model": "Accord",
            "Trim": "EX",
            "Odometer": "98012",
            "SpecialPrice": "6995",
            "ExteriorColor": "Silver",
            "InteriorColor": "Gray",
            "Transmission": "Automatic",
            "PhotoURLs": "https://p.test/1.jpg https://p.test/2.jpg",
            "VDP": "https://x.test/1",
            "EquipmentCode": "Sunroof  Alloys",
            "LatestPhotoModifiedDate": "3/1/2025",
            "WebAdDescription": "Runs well.",
        },
        {"price": 6995, "description": "Runs well.", "photos": 2, "trim": "EX", "exteriorColor": "Silver"},
    ),
    (
        "Frazer",
        {
            "Stock": "A1",
            "VIN": VIN,
            "Year": "2003",
            "Make": "Honda",
            "Model": "Accord",
            "Style": "EX",
            "Color": "Silver",
            "Color 2": "Gray",
            "Mileage": "98,012",
            "Internet Price": "0.00",
            "Retail Price": "$6,995.00",
            "Drive Train": "FWD",
            "Body Style": "Sedan",
            "Fuel Type": "Gasoline",
            "Sales Comments": "Runs well.",
            "Cost": "4200",
            "PhotoURLs": "https://p.test/1.jpg,https://p.test/2.jpg",
        },
        {"price": 6995, "trim": "EX", "interiorColor": "Gray", "drivetrain": "FWD", "purchasePrice": 4200, "photos": 2},
    ),
    (
        "vAuto",
        {
            "Stock #": "A1",
            "VIN": VIN,
            "New/Used": "U",
            "Year": "2003",
            "Make": "Honda",
            "Model": "Accord",
            "Series": "EX",
            "Body": "4D Sedan",
            "Color": "Silver",
            "Interior Color": "Gray",
            "Odometer": "98012",
            "Price": "6995",
            "MSRP": "30000",
            "Other Price": "9999",
            "Photo Url List": "http://p.test/1.jpg|http://p.test/2.jpg",
            "Inventory Date": "01/14/2025",
            "Autowriter Description": "Runs well.",
            "Certified": "No",
            "Drivetrain Desc": "FWD",
        },
        {"price": 6995, "trim": "EX", "purchaseDate": "2025-01-14", "photos": 2, "description": "Runs well."},
    ),
    (
        "HomeNet",
        {
            "Type": "Used",
            "Stock": "A1",
            "VIN": VIN,
            "Year": "2003",
            "Make": "Honda",
            "Model": "Accord",
            "Body": "Sedan",
            "Trim": "EX",
            "ExteriorColor": "Silver Frost",
            "Ext_Color_Generic": "Silver",
            "InteriorColor": "Gray",
            "Miles": "98012",
            "SellingPrice": "6995",
            "MSRP": "0",
            "BookValue": "5000",
            "Invoice": "0",
            "DateInStock": "2025-01-14",
            "Fuel_Type": "Gasoline",
            "Drivetrain": "FWD",
            "Description": "Runs well.",
            "ImageList": "https://p.test/1.jpg,https://p.test/2.jpg",
        },
        {"price": 6995, "mileage": 98012, "exteriorColor": "Silver Frost", "purchaseDate": "2025-01-14", "photos": 2},
    ),
    (
        "AutoManager",
        {
            "Stock Number": "A1",
            "VIN": VIN,
            "Year": "2003",
            "Make": "Honda",
            "Model": "Accord",
            "Mileage": "98012",
            "Asking Price": "6995",
            "Purchase Date": "1/14/2025",
            "Purchase Cost": "4200",
            "Web Notes": "Runs well.",
        },
        {"price": 6995, "purchasePrice": 4200, "purchaseDate": "2025-01-14", "description": "Runs well."},
    ),
    (
        "Wayne Reaves",
        {
            "stock_number": "A1",
            "vin": VIN,
            "make": "Honda",
            "model": "Accord",
            "year": "2003",
            "cost": "4200.00",
            "date_acquired": "2025-01-14",
            "mileage": "98012",
            "location": "Main lot",
            "price": "6995.00",
            "status": "available",
        },
        {"price": 6995, "purchasePrice": 4200, "location": "Main lot"},
    ),
]


@pytest.mark.parametrize(("program", "row", "expected"), EXPORTS, ids=[program for program, *_ in EXPORTS])
async def test_the_export_of_each_program_is_known_by_its_headings(
    lot: FileLot, program: str, row: dict[str, str], expected: dict[str, Any]
) -> None:
    report = await lot.reads(written([row], list(row)))
    assert (report["status"], report["created"], report["rejected"]) == ("completed", 1, [])
    found = await lot.vehicle("A1")
    found["photos"] = len(found["photos"])
    assert {name: found[name] for name in expected} == expected
    assert (found["vin"], found["mileage"]) == (VIN, 98012)
    assert (await lot.get("/api/inventory-files"))["files"][0]["program"] == program


@pytest.mark.parametrize("between", ["|", ",", ";", " ", ", ", " | "])
async def test_photos_come_in_one_cell_whatever_stands_between_them(lot: FileLot, between: str) -> None:
    cell = between.join(["https://p.test/1,a.jpg", "http://p.test/2.jpg", "https://p.test/3.jpg"])
    await lot.reads(written([vehicle(1, Photos=cell)]))
    photos = [photo["url"] for photo in (await lot.vehicle("A1"))["photos"]]
    assert photos == ["https://p.test/1,a.jpg", "https://p.test/2.jpg", "https://p.test/3.jpg"]


async def test_what_the_dealer_says_of_the_columns_is_kept_for_every_later_file(lot: FileLot) -> None:
    headings = [*HEADINGS[:-2], "Tag", "Blurb"]
    rows = [{**vehicle(1), "Tag": "6995", "Blurb": "Runs well."}]
    await lot.reads(written(rows, headings))
    shown = (await lot.get("/api/inventory-files"))["files"][0]
    assert [each["field"] for each in shown["columns"]][-2:] == [None, None]
    path = f"/api/inventory-files/columns/{shown['headingsId']}"
    response = await lot.call("PUT", path, {"columns": {"Tag": "price", "Blurb": "description"}})
    assert [each["field"] for each in answer(response)["files"][0]["columns"]][-2:] == ["price", "description"]
    report = await lot.reads(written(rows, headings))
    assert report["updated"] == 1
    found = await lot.vehicle("A1")
    assert (found["price"], found["description"]) == (6995, "Runs well.")
    # Other headings are another kind of file.
    await lot.reads(written([{**vehicle(1), "Tag": "1"}], [*HEADINGS[:-2], "Tag"]))
    assert (await lot.vehicle("A1"))["price"] == 6995


async def test_a_file_without_a_column_that_a_vehicle_needs_waits_for_the_dealers_word(lot: FileLot) -> None:
    headings = ["Unit", *HEADINGS[1:]]
    content = written([{**vehicle(1), "Unit": "A1"}], headings)
    report = await lot.reads(content)
    assert report["status"] == "degraded"
    assert report["message"].startswith("No column of the file is the stock number.")
    shown = (await lot.get("/api/inventory-files"))["files"][0]
    path = f"/api/inventory-files/columns/{shown['headingsId']}"
    for wrong in ({"columns": {"Unit": "wings"}}, {"columns": {"None": "price"}}, {"columns": {"Unit": "id"}}, {}):
        assert (await lot.call("PUT", path, wrong)).status == 422
    assert (await lot.call("PUT", "/api/inventory-files/columns/nothing", {"columns": {}})).status == 404
    assert (await lot.call("PUT", path, {"columns": {"Unit": "stockNumber"}}, signed_in=False)).status == 401
    assert (await lot.call("PUT", path, {"columns": {"Unit": "stockNumber"}})).status == 200
    assert (await lot.reads(content))["status"] == "completed"
    assert lot.states() == {"A1": "available"}


async def test_columns_that_were_matched_for_an_import_are_known_in_later_files(lot: FileLot) -> None:
    headings = [*HEADINGS[:-2], "Tag"]
    content = written([{**vehicle(1), "Tag": "6995"}], headings)
    path = "/api/vehicles/import?columns=" + quote('{"Tag": "price"}')
    dry = await lot.call("POST", f"{path}&dryRun=true", content, {"content-type": "text/csv"})
    assert (dry.status, lot.database.query("SELECT * FROM csv_columns")) == (200, [])
    assert (await lot.call("POST", path, content, {"content-type": "text/csv"})).status == 200
    await lot.reads(written([{**vehicle(2), "Tag": "7100"}], headings))
    assert (await lot.vehicle("A2"))["price"] == 7100
