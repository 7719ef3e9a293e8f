"""What an import did: shown before, its bad rows given back, and undone."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from app.typed import add, change, get, sell, vin
from csv_files.test_import import counts, rejected_csv, row, sheet, stored, taken
from support.lot import Lot, answer
from support.world import World


async def undone(lot: Lot, report: dict[str, Any]) -> dict[str, Any]:
    """Undo an import; what it came to."""
    response = await lot.call("POST", f"/api/vehicles/imports/{report['importId']}/undo")
    assert response.status == 200, response.body
    came_to: dict[str, Any] = answer(response)
    return came_to


def cars(lot: Lot) -> list[dict[str, Any]]:
    """The vehicles without what every change touches."""
    own = ("version", "updated_at", "edited_fields")
    return [{name: value for name, value in car.items() if name not in own} for car in stored(lot)]


async def test_the_answer_is_as_promised(lot: Lot) -> None:
    await add(lot, 1)
    content = sheet(row(1, "15000"), row(2), row(3, "x"))
    dry, report = await taken(lot, content, dryRun="true"), await taken(lot, content)
    assert {*report} - {*dry} == {"importId"}
    assert {*dry} == {"created", "updated", "unchanged", "rejected", "warnings", "columns", "changes"}
    assert report["rejected"] == [{"row": 4, "column": "price", "value": "x", "message": "'x' is not a dollar amount."}]
    assert report["columns"] == [
        {"heading": name, "field": name} for name in ("vin", "year", "make", "model", "price", "mileage")
    ]
    examples = {
        "mileage": [{"row": 2, "before": "50001", "after": "5"}],
        "price": [{"row": 2, "before": "20001.00", "after": "15000.00"}],
    }
    assert report["changes"] == [
        {"field": name, "changed": 1, "cleared": 0, "examples": shown} for name, shown in examples.items()
    ]


@pytest.mark.parametrize("empty", ["", "N/A"])
async def test_an_empty_cell_leaves_the_field_unless_told_otherwise(lot: Lot, empty: str) -> None:
    await add(lot, 1)
    columns = "vin,year,make,model,price,trim,photos,status,publishToWebsite"
    content = sheet(f"{vin(1)},,,,{','.join([empty] * 5)}", header=columns)
    assert counts(await taken(lot, content)) == (0, 0, 1)
    report = await taken(lot, content, emptyClears="true")
    assert counts(report) == (0, 1, 0)
    assert {each["field"]: (each["changed"], each["cleared"]) for each in report["changes"]} == dict.fromkeys(
        ("price", "trim", "photos"), (0, 1)
    )
    car = stored(lot)[0]
    assert (car["price_cents"], car["trim"], car["photos"]) == (None, None, "[]")
    assert (car["year"], car["make"], car["status"], car["publish_to_website"]) == (2013, "Tesla", "available", 1)


MESSAGES = [
    ("price", "-1", "The price -1 is below zero."),
    ("price", "1.005", "The price 1.005 has more than two decimals."),
    ("price", "999999999", "The price 999999999 is above 99,999,999.99."),
    ("mileage", "-1", "The mileage -1 is below zero."),
    ("mileage", "10000000", "The mileage 10000000 is above 9,999,999."),
    ("year", "13", "The year 13 is below 1885."),
    ("year", "2101", "The year 2101 is above 2100."),
    ("make", "", "The make is missing."),
    ("make", "<>", "The make is missing."),
    ("model", "x" * 201, "The model is longer than 200 characters."),
    ("stockNumber", "x" * 201, "The stock number is longer than 200 characters."),
    ("trim", "a\x00b", "A NUL character cannot be stored."),
    ("vin", "", "The VIN is missing. A vehicle without a VIN needs a stock number."),
    ("vin", "9" * 33, "The VIN is longer than 32 characters."),
    ("status", "gone", "'gone' is not a status. Write available, pending or archived."),
    ("purchaseDate", "soon", "'soon' is not a day. Write it like 2025-02-03 or 2/3/2025."),
    ("photos", "ftp://a.test/1.jpg", "A photo URL must begin with https://."),
    ("publishToWebsite", "perhaps", "'perhaps' is neither yes nor no."),
]


@pytest.mark.parametrize(("field", "cell", "message"), MESSAGES)
async def test_messages_are_in_words_that_a_dealer_understands(lot: Lot, field: str, cell: str, message: str) -> None:
    columns = {"vin": vin(1), "year": "2013", "make": "Tesla", "model": "Model S", field: cell}
    report = await taken(lot, sheet(",".join(columns.values()), header=",".join(columns)))
    assert [(each["row"], each["column"], each["message"]) for each in report["rejected"]] == [(2, field, message)]
    assert report["created"] == 0


async def test_bad_rows_come_back_as_they_came(lot: Lot) -> None:
    headings = ["Stock #", "VIN", "Model Year", "make", "MODEL", "price", "Secret column"]
    bad = [
        ["S1", vin(1), "soon", "Tesla", "Model S", " $5,000 ", '"quoted", with a comma'],
        ["S2", vin(2), "2013", "", "Model S", "N/A", "two\nlines"],
        ["S3", vin(3), "2013", "Tesla", "Model S", "1", "'x", "one", "too many"],
        ["S4", vin(4), "2013", "Tesla", "Model S", "-1", "=1+1"],
    ]
    good = ["S5", vin(5), "2013", "Tesla", "Model S", "5", ""]
    text = io.StringIO()
    csv.writer(text).writerows([headings, bad[0], good, *bad[1:]])
    report = await taken(lot, text.getvalue().encode())
    assert report["created"] == 1
    back = await rejected_csv(lot, report["importId"])
    rows = list(csv.reader(io.StringIO(back, newline=""), strict=True))
    assert rows[0] == [*headings, "problem"]
    bad[3] = ["S4", vin(4), "2013", "Tesla", "Model S", "'-1", "'=1+1"]
    assert [each[:7] for each in rows[1:]] == [each[:7] for each in bad]
    assert [each[7] for each in rows[1:]] == [
        "'soon' is not a whole number.",
        "The make is missing.",
        "This row has more cells than the file has columns.",
        "The price -1 is below zero.",
    ]
    assert rows[3][8:] == ["one", "too many"]
    # Sent again, the same rows have the same problems; put right, they go in.
    again = await taken(lot, back.encode())
    assert [each["message"] for each in again["rejected"]] == [each["message"] for each in report["rejected"]]
    assert (await rejected_csv(lot, again["importId"])).partition("\r\n")[0] == back.partition("\r\n")[0]
    right = back.replace("soon", "2013").replace("'-1", "1")
    assert (await taken(lot, right.encode()))["created"] == 2


async def test_many_and_long_rejected_rows(lot: Lot) -> None:
    report = await taken(lot, sheet(*(row(number, "x" * 4_000) for number in range(1_000)), f"{vin(1)},,,,{'x' * 3_000_000},"))
    rows = list(csv.reader(io.StringIO(await rejected_csv(lot, report["importId"]), newline=""), strict=True))
    assert [each[0] for each in rows[1:]] == [*(vin(number) for number in range(1_000)), vin(1)]
    assert (len(rows[5][4]), len(rows[-1][4])) == (4_000, 100)


async def test_an_import_is_undone_as_one(lot: Lot) -> None:
    await add(lot, 1)
    await add(lot, 2)
    before = cars(lot)
    report = await taken(lot, sheet(row(1, "15000"), row(2, "", "7"), row(3)), emptyClears="true")
    assert counts(report) == (1, 2, 0)
    assert cars(lot) != before
    assert await undone(lot, report) == {"putBack": 3, "left": []}
    after = cars(lot)
    assert [car for car in after if car["vin"] != vin(3)] == before
    assert [car["status"] for car in after if car["vin"] == vin(3)] == ["archived"]
    response = await lot.call("POST", f"/api/vehicles/imports/{report['importId']}/undo")
    assert (response.status, answer(response)["code"]) == (409, "import-undone")
    assert cars(lot) == after


async def test_what_was_changed_since_is_left(lot: Lot) -> None:
    first, second = await add(lot, 1), await add(lot, 2)
    await add(lot, 3)
    report = await taken(lot, sheet(*(row(number, "9") for number in range(1, 6))))
    await change(lot, first["id"], price=8)
    sell(lot, second["id"])
    added = {car["vin"]: car for car in (await get(lot, "/api/vehicles"))["vehicles"]}
    await change(lot, added[vin(4)]["id"], trim="LX")
    came_to = await undone(lot, report)
    assert came_to["putBack"] == 2
    assert {car["vin"] for car in came_to["left"]} == {vin(1), vin(2), vin(4)}
    now = {car["vin"]: (car["price_cents"], car["status"]) for car in stored(lot)}
    assert now == {
        vin(1): (800, "available"),
        vin(2): (900, "sold"),
        vin(3): (2_000_300, "available"),
        vin(4): (900, "available"),
        vin(5): (900, "archived"),
    }


async def test_a_number_that_another_car_has_now_is_not_taken_back(lot: Lot) -> None:
    first = await add(lot, 1)
    report = await taken(lot, sheet(f"{vin(1)},2013,Tesla,Model S,NEW", header="vin,year,make,model,stockNumber"))
    await add(lot, 2, stockNumber="H1")
    came_to = await undone(lot, report)
    assert (came_to["putBack"], [car["vehicleId"] for car in came_to["left"]]) == (0, [first["id"]])


async def test_the_last_twenty_imports_are_kept(lot: Lot) -> None:
    reports = [await taken(lot, sheet(row(1, str(number)), row(2, "x"))) for number in range(1, 23)]
    for number, report in enumerate(reports):
        response = await lot.call("GET", f"/api/vehicles/imports/{report['importId']}/rejected.csv")
        assert response.status == (404 if number < 2 else 200)
    for table, key in (("csv_imports", "id"), ("csv_import_rejected", "import_id"), ("csv_import_changes", "import_id")):
        assert lot.database.query(f"SELECT count(DISTINCT {key}) AS n FROM {table}")[0]["n"] == 20
    assert (await lot.call("POST", "/api/vehicles/imports/none/undo")).status == 404


async def test_the_dms_and_the_sites_hear_of_an_undo() -> None:
    world = World(2)
    await world.pull()
    known = world.vehicle("A1")
    line = f"{known['vin']},{known['year']},{known['make']},{known['model']},777,{known['mileage_miles']}"
    report = await taken(world, sheet(line))
    await world.until_quiet()
    assert world.dms_record("A1")["price"] == 777
    await undone(world, report)
    await world.until_quiet()
    assert world.dms_record("A1")["price"] * 100 == known["price_cents"]
    await world.pull()
    assert world.vehicle("A1")["price_cents"] == known["price_cents"]
