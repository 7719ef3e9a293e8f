"""A CSV file in: what it is taken for, what it changes, and that a bad row stops no other."""

from __future__ import annotations

import csv
import io
import json
import re
from typing import Any
from urllib.parse import urlencode

import pytest

from app.typed import add, entry, get, sell, vin
from listings.market import Market
from support.lot import Lot, answer
from support.perils import Perils
from support.world import World

HEADER = "vin,year,make,model,price,mileage"


def sheet(*lines: str, header: str = HEADER, end: str = "\r\n") -> bytes:
    return end.join([header, *lines, ""]).encode()


def row(number: int, price: str = "1000", mileage: str = "5") -> str:
    return f"{vin(number)},2013,Tesla,Model S,{price},{mileage}"


async def send(lot: Lot, content: bytes, kind: str = "text/csv", **query: Any) -> Any:
    target = "/api/vehicles/import" + ("?" + urlencode(query) if query else "")
    return await lot.call("POST", target, content, {"content-type": kind})


async def taken(lot: Lot, content: bytes, **query: Any) -> dict[str, Any]:
    """Send a file that must be taken; the report."""
    response = await send(lot, content, **query)
    assert response.status == 200, response.body
    report: dict[str, Any] = answer(response)
    return report


def counts(report: dict[str, Any]) -> tuple[int, int, int]:
    return report["created"], report["updated"], report["unchanged"]


def stored(lot: Lot) -> list[dict[str, Any]]:
    return lot.database.query("SELECT * FROM vehicles ORDER BY vin")


async def refused(lot: Lot, content: bytes, **query: Any) -> list[tuple[int, str]]:
    """Send a file of which some rows must be rejected, first as a dry run; the row and the column of each fault."""
    dry = await taken(lot, content, dryRun="true", **query)
    report = await taken(lot, content, **query)
    import_id = report.pop("importId")
    assert report == dry
    faults = report["rejected"]
    assert all(re.fullmatch(r"[A-Z'].*\.", fault["message"]) for fault in faults)
    assert not any(word in fault["message"] for fault in faults for word in ("Input", "should", "Value", "String", "Decimal"))
    text = await rejected_csv(lot, import_id)
    assert len(list(csv.reader(io.StringIO(text, newline=""), strict=True))) - 1 == len({fault["row"] for fault in faults})
    return [(fault["row"], fault["column"]) for fault in faults]


async def rejected_csv(lot: Lot, import_id: str) -> str:
    """The rejected rows of an import."""
    response = await lot.call("GET", f"/api/vehicles/imports/{import_id}/rejected.csv")
    assert response.status == 200
    assert response.parts is not None
    return "".join([part async for part in response.parts])


async def test_new_and_known_cars(lot: Lot) -> None:
    known = await add(lot, 1)
    report = await taken(lot, sheet(row(1, "15000"), row(2), row(3, "", "")))
    assert counts(report) == (2, 1, 0)
    assert (report["rejected"], report["warnings"]) == ([], [])
    changed = await get(lot, f"/api/vehicles/{known['id']}")
    assert (changed["price"], changed["mileage"], changed["trim"]) == (15000, 5, "P85")
    new = {car["vin"]: car for car in (await get(lot, "/api/vehicles"))["vehicles"]}
    assert (new[vin(2)]["price"], new[vin(2)]["status"], new[vin(2)]["vinValid"]) == (1000, "available", True)
    assert (new[vin(3)]["price"], new[vin(3)]["mileage"], new[vin(3)]["publishToWebsite"]) == (None, None, False)
    assert counts(await taken(lot, sheet(row(1, "15000"), row(2), row(3, "", "")))) == (0, 0, 3)


async def test_a_dry_run_only_tells(lot: Lot) -> None:
    await add(lot, 1)
    before = stored(lot)
    report = await taken(lot, sheet(row(1, "15000"), row(2)), dryRun="true")
    assert ("importId" in report, *counts(report)) == (False, 1, 1, 0)
    assert stored(lot) == before


CELLS = [
    ("price", "$15,995.00", 15995.0),
    ("price", "15995 USD", 15995.0),
    ("mileage", "98,012 mi", 98012),
    ("mileage", "98012 Miles", 98012),
    ("purchaseDate", "2025-01-31", "2025-01-31"),
    ("purchaseDate", "1/31/2025", "2025-01-31"),
    ("publishToWebsite", "Yes", True),
    ("publishToWebsite", "0", False),
    ("publishToThirdParty", "x", True),
    ("trim", "'=1", "=1"),
    ("trim", "''=1", "'=1"),
    ("trim", "'S", "'S"),
    ("mileage", "98012.0", 98012),
    ("price", "$39,998 ", 39998.0),
    ("purchaseDate", "1/14/2025 12:00:00 AM", "2025-01-14"),
    ("purchaseDate", "2025-01-14T00:00:00Z", "2025-01-14"),
    ("purchaseDate", "2025-01-14 08:30:00", "2025-01-14"),
    ("purchaseDate", "01/14/25", "2025-01-14"),
    ("purchaseDate", "14-Jan-2025", "2025-01-14"),
    ("purchaseDate", "Jan 14, 2025", "2025-01-14"),
    ("trim", "a<b>c", "abc"),
    ("description", "a<b>c", "a<b>c"),
    ("status", "pending", "pending"),
    ("status", "Pending ", "pending"),
    ("status", "AVAILABLE", "available"),
    ("status", "In Stock", "available"),
    ("photos", "http://a.test/1", ["https://a.test/1"]),
    ("photos", "https://a.test/1, https://a.test/2", ["https://a.test/1", "https://a.test/2"]),
    ("photos", "https://a.test/1 https://a.test/2", ["https://a.test/1", "https://a.test/2"]),
    ("photos", "https://a.test/1|https://a.test/2", ["https://a.test/1", "https://a.test/2"]),
    ("photos", "https://a.test/1,b;https://a.test/2", ["https://a.test/1,b", "https://a.test/2"]),
]


@pytest.mark.parametrize(("field", "cell", "value"), CELLS)
async def test_cells_as_people_write_them(lot: Lot, field: str, cell: str, value: Any) -> None:
    await taken(lot, sheet(f'{vin(1)},2013,Tesla,Model S,"{cell}"', header=f"vin,year,make,model,{field}"))
    car = (await get(lot, "/api/vehicles"))["vehicles"][0]
    shown = [photo["url"] for photo in car[field]] if field == "photos" else car[field]
    assert shown == value


@pytest.mark.parametrize(
    ("line", "field"),
    [
        (row(1, "a lot"), "price"),
        (row(1, "-5"), "price"),
        (row(1, "1.005"), "price"),
        (row(1, "Infinity"), "price"),
        (row(1, "1e400"), "price"),
        (row(1, "5", "many"), "mileage"),
        (row(1, "5", "-1"), "mileage"),
        (row(1, "5", "1.5"), "mileage"),
        (row(1).replace("2013", "13"), "year"),
        (row(1).replace("Tesla", ""), "make"),
        (row(1).replace(vin(1), ""), "vin"),
        (row(1) + ",too,many", ""),
        (row(1).replace("Model S", "x" * 201), "model"),
        (row(1).replace("Model S", "a\x00b"), "model"),
    ],
)
async def test_a_bad_row_is_named_and_stops_no_other(lot: Lot, line: str, field: str) -> None:
    await add(lot, 9)
    assert await refused(lot, sheet(row(2), line, row(9, "1"))) == [(3, field)]
    assert {car["vin"]: car["price_cents"] for car in stored(lot)} == {vin(2): 100_000, vin(9): 100}


@pytest.mark.parametrize(
    ("header", "cell", "field"),
    [
        ("purchaseDate", "31.1.2025", "purchaseDate"),
        ("purchaseDate", "2025-02-30", "purchaseDate"),
        ("publishToWebsite", "perhaps", "publishToWebsite"),
        ("status", "sold", "status"),
        ("status", "gone", "status"),
        ("photos", "ftp://a.test/1", "photos"),
        ("photos", "/photos/1", "photos"),
    ],
)
async def test_what_hand_entry_refuses_a_file_cannot_bring(lot: Lot, header: str, cell: str, field: str) -> None:
    assert await refused(lot, sheet(f"{vin(1)},2013,Tesla,Model S,{cell}", header=f"vin,year,make,model,{header}")) == [
        (2, field)
    ]
    assert stored(lot) == []


async def test_every_bad_row_is_told_at_once(lot: Lot) -> None:
    errors = await refused(lot, sheet(row(1, "x"), row(2), row(3, "y", "z"), row(2, "7")))
    assert sorted(errors) == [(2, "price"), (4, "mileage"), (4, "price"), (5, "vin")]


async def test_clashes_with_the_lot(lot: Lot) -> None:
    first, second = await add(lot, 1), await add(lot, 2)
    header = "id,vin,stockNumber,year,make,model"
    assert await refused(lot, sheet(f"{first['id']},{vin(2)},H1,2013,Tesla,Model S", header=header)) == [(2, "vin")]
    twice = [f"{second['id']},{vin(2)},H2,2013,Tesla,Model S", f",{vin(2)},H2,2013,Tesla,Model S"]
    assert await refused(lot, sheet(*twice, header=header)) == [(3, "vin")]
    assert counts(await taken(lot, sheet(f"{first['id']},{vin(7)},H1,2013,Tesla,Model S", header=header))) == (0, 1, 0)
    assert (await get(lot, f"/api/vehicles/{first['id']}"))["vin"] == vin(7)


async def test_a_sold_car_stays_sold(lot: Lot) -> None:
    car = await add(lot, 1)
    sell(lot, car["id"], "2025-01-20")
    header = "id,vin,year,make,model,status,description"
    line = f"{car['id']},{vin(1)},2013,Tesla,Model S,{{}},Sold with a smile"
    assert await refused(lot, sheet(line.format("available"), header=header)) == [(2, "status")]
    assert counts(await taken(lot, sheet(line.format("sold"), header=header))) == (0, 1, 0)
    again = f"{vin(1)},2013,Tesla,Model S,{{}}"
    columns = "vin,year,make,model,purchaseDate"
    assert await refused(lot, sheet(again.format(""), header=columns)) == [(2, "purchaseDate")]
    assert counts(await taken(lot, sheet(again.format("2025-01-25"), header=columns))) == (1, 0, 0)


HEADERS = {
    "VIN": "vin", "Stock #": "stockNumber", "stock_number": "stockNumber", "Model Year": "year", "MAKE": "make", "Model": "model",
    "Odometer": "mileage", "Asking Price": "price", "cost": "purchasePrice", "date_acquired": "purchaseDate",
    "Exterior Color": "exteriorColor", "Body": "bodyStyle", "Image URLs": "photos", "Comments": "description",
    "Drivetrain Desc": "drivetrain", "Series": "trim", "Colour": "exteriorColor", "brand": "make", "Photo Url List": "photos",
    "Inventory Date": "purchaseDate", "Notes": None, "New/Used": None, "Lot": None,
    "Unheard of": None, "vinValid": None, "version": None, "created_at": None, "url": None,
}  # fmt: skip


@pytest.mark.parametrize(("header", "field"), HEADERS.items())
async def test_columns_are_recognised_by_name(lot: Lot, header: str, field: str | None) -> None:
    columns = {"vin": vin(1), "year": "2013", "make": "Tesla", "model": "Model S"}
    columns.pop(field or "", None)
    line = io.StringIO()
    csv.writer(line).writerows(
        [[header, *columns], ["2013" if field == "year" else vin(1) if field == "vin" else "", *columns.values()]]
    )
    report = await taken(lot, line.getvalue().encode(), dryRun="true")
    assert {"heading": header, "field": field} in report["columns"]


async def test_columns_can_be_mapped(lot: Lot) -> None:
    content = sheet(f"{vin(1)},2013,Tesla,Model S,9999,8888", header="Fahrgestell,Jahr,make,model,price,Preis")
    mapping = {"Fahrgestell": "vin", "Jahr": "year", "Preis": "price", "price": None}
    report = await taken(lot, content, columns=json.dumps(mapping))
    assert counts(report) == (1, 0, 0)
    assert (await get(lot, "/api/vehicles"))["vehicles"][0]["price"] == 8888


@pytest.mark.parametrize(
    ("content", "query"),
    [
        (b"", {}),
        (b"\r\n\r\n", {}),
        (sheet(row(1), header="id,year,make,model,price,mileage"), {}),
        (sheet(row(1), header="vin,vin,make,model,price,mileage"), {}),
        (sheet(row(1)), {"columns": '{"nope": "vin"}'}),
        (sheet(row(1)), {"columns": '{"vin": "version"}'}),
        (sheet(row(1)), {"columns": "[]"}),
        (sheet(row(1)), {"columns": "{"}),
        (sheet(row(1)), {"dryRun": "perhaps"}),
        (b"\xff\xfe\x00", {}),
        (b"\x81\x8d\x8f\x90", {}),
        (sheet(*(row(number) for number in range(10_001))), {}),
    ],
)
async def test_a_file_that_cannot_be_read(lot: Lot, content: bytes, query: dict[str, str]) -> None:
    assert (await send(lot, content, **query)).status == 400
    assert stored(lot) == []


async def test_how_files_are_written(lot: Lot) -> None:
    text = sheet(f"{vin(1)},2013,Škoda,Octavia £,1000,5").decode()
    for content in (
        text.encode("utf-8-sig"),
        text.encode("utf-16"),
        text.replace(",", ";").encode(),
        text.replace(",", "\t").encode(),
    ):
        assert counts(await taken(lot, content))[1:] in ((0, 0), (0, 1))
    assert (await get(lot, "/api/vehicles"))["vehicles"][0]["make"] == "Škoda"
    old = sheet(f"{vin(2)},2013,Citroën,C5,1000,5", end="\n").decode().encode("cp1252")
    assert counts(await taken(lot, old)) == (1, 0, 0)


async def test_by_form_and_by_media_type(lot: Lot) -> None:
    form = b'--b\r\nContent-Disposition: form-data; name="f"; filename="lot.csv"\r\n\r\n' + sheet(row(1)) + b"\r\n--b--\r\n"
    assert (await send(lot, form, "multipart/form-data; boundary=b")).status == 200
    assert (await send(lot, sheet(row(1)), "application/json")).status == 415
    assert (await send(lot, b"x" * (10 * 1024 * 1024 + 1))).status == 413
    assert (
        await lot.call("POST", "/api/vehicles/import", sheet(row(1)), {"content-type": "text/csv"}, signed_in=False)
    ).status == 401


async def test_many_rows_are_few_statements(lot: Lot) -> None:
    lines = [row(number, str(number)) for number in range(1, 1_001)]
    assert counts(await taken(lot, sheet(*lines))) == (1000, 0, 0)
    before = lot.database.statements
    assert counts(await taken(lot, sheet(*lines))) == (0, 0, 1000)
    assert counts(await taken(lot, sheet(*(row(number, "0") for number in range(1, 1_001))))) == (0, 1000, 0)
    assert lot.database.statements - before < 40


async def test_everybody_hears_of_it() -> None:
    """The DMS takes the edits of its cars, the sites the new prices."""
    market = Market()
    await market.add(1)
    await market.work()
    market.prices[vin(1)].add(777)
    await taken(market, sheet(row(1, "777")))
    await market.work()
    market.check()
    world = World(2)
    await world.pull()
    known = world.vehicle("A1")
    line = f"{known['vin']},{known['year']},{known['make']},{known['model']},777,{known['mileage_miles']}"
    assert counts(await taken(world, sheet(line))) == (0, 1, 0)
    await world.until_quiet()
    assert world.dms_record("A1")["price"] == 777
    await world.pull()
    assert world.vehicle("A1")["price_cents"] == 77700


@pytest.mark.parametrize("call", range(1, 12))
async def test_all_or_nothing_when_the_database_fails(call: int) -> None:
    world = World(0)
    for number in range(1, 4):
        await world.call("POST", "/api/vehicles", entry(number))
    before = stored(world)
    world.restart(Perils(world.clock, locked={call: False}))
    response = await send(world, sheet(*(row(number, "7") for number in range(1, 301))))
    world.restart()
    if response.status == 200:
        assert len(stored(world)) == 300
    else:
        assert response.status == 503
        assert stored(world) == before


async def test_a_lot_that_changes_meanwhile_is_not_half_changed(lot: Lot) -> None:
    first = await add(lot, 1)
    await add(lot, 2)
    plain = lot.database.batch

    async def change_first(statements: Any) -> Any:
        lot.database.batch = plain  # type: ignore[method-assign]
        lot.database.query("UPDATE vehicles SET version = version + 1 WHERE id = ?", first["id"])
        return await plain(statements)

    lot.database.batch = change_first  # type: ignore[method-assign]
    response = await send(lot, sheet(row(1, "7"), row(2, "7"), row(3)))
    assert (response.status, answer(response)["code"]) == (409, "busy")
    assert [car["price_cents"] for car in stored(lot)] == [2000100, 2000200]


@pytest.mark.parametrize("letter", ["x", "é", "🚗", '"'])
async def test_long_texts_are_looked_up_and_written_in_parts(lot: Lot, letter: str) -> None:
    """200 cars with the longest description: more than D1 takes as one value, however many bytes a letter has."""
    longest = (letter * 10_000).replace('"', '""')
    file = sheet(*(f'{vin(n)},2013,Tesla,Model S,"{longest}"' for n in range(1, 201)), header="vin,year,make,model,description")
    parts = (
        [file]
        if len(file) < 9_000_000
        else [sheet(*file.decode().split("\r\n")[1:120], header="vin,year,make,model,description")]
    )
    report = await taken(lot, parts[0])
    assert report["created"] == len(stored(lot)) > 100
    assert {car["description"] for car in stored(lot)} == {letter * 10_000}
    assert (await taken(lot, parts[0]))["unchanged"] == report["created"]


@pytest.mark.parametrize("column", ["vin", "stockNumber", "make", "price", "photos", "description", "unheard of"])
async def test_a_cell_of_any_length_breaks_nothing(lot: Lot, column: str) -> None:
    columns = {"vin": vin(1), "year": "2013", "make": "Tesla", "model": "Model S", column: "9" * 3_000_000}
    content = sheet(",".join(columns.values()), f"{vin(2)},2013,Tesla,Model S", header=",".join(columns))
    if column == "unheard of":
        assert (await taken(lot, content))["created"] == 2
    else:
        assert await refused(lot, content) == [(2, column)]


async def test_a_car_taken_back_in_trade_is_a_new_vehicle_and_a_list_of_the_sold_is_not(lot: Lot) -> None:
    """Under another stock number it is back; under its own, or without one, the file lists what is long sold."""
    header = "vin,stock_number,year,make,model"
    number = vin(1)
    assert counts(await taken(lot, sheet(f"{number},H1,2003,Honda,Accord", header=header))) == (1, 0, 0)
    lot.database.query("UPDATE vehicles SET status = 'sold' RETURNING id")
    lot.database.query("UPDATE sales SET sale_price_cents = 1 RETURNING id")
    for row in (f"{number},H1,2003,Honda,Accord", f"{number},,2003,Honda,Accord"):
        report = await taken(lot, sheet(row, header=header))
        assert counts(report) == (0, 0, 0)
        assert "was sold here" in report["rejected"][0]["message"]
    assert counts(await taken(lot, sheet(f"{number},T1,2003,Honda,Accord", header=header))) == (1, 0, 0)
