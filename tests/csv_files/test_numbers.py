"""A file as the trade has it: a car is its VIN, and its stock number is a name that can pass to another one."""

from __future__ import annotations

from typing import Any

import pytest

from app.typed import vin
from csv_files.test_import import counts, refused, sheet, taken
from csv_files.test_undo import cars, undone
from support.lot import Lot

HEADER = "stockNumber,vin,year,make,model,price"


def line(number: str, car: int, *, model: str = "Model S", price: str = "1000") -> str:
    return f"{number},{vin(car)},2013,Tesla,{model},{price}"


async def given(lot: Lot, *lines: str) -> dict[str, Any]:
    return await taken(lot, sheet(*lines, header=HEADER))


def numbers(lot: Lot) -> dict[str, str | None]:
    """The stock numbers of the cars on the lot, by VIN."""
    return {car["vin"]: car["stock_number"] for car in cars(lot) if car["status"] == "available"}


async def test_a_known_car_is_renumbered(lot: Lot) -> None:
    await given(lot, line("A1", 1))
    assert counts(await given(lot, line("B7", 1))) == (0, 1, 0)
    assert numbers(lot) == {vin(1): "B7"}


async def test_two_cars_change_places_and_back(lot: Lot) -> None:
    await given(lot, line("A1", 1), line("A2", 2), line("A3", 3))
    report = await given(lot, line("A2", 1), line("A3", 2), line("A1", 3))
    assert (counts(report), report["rejected"]) == ((0, 3, 0), [])
    assert numbers(lot) == {vin(1): "A2", vin(2): "A3", vin(3): "A1"}
    assert (await undone(lot, report))["putBack"] == 3
    assert numbers(lot) == {vin(1): "A1", vin(2): "A2", vin(3): "A3"}


async def test_the_number_of_a_car_on_the_lot_passes_to_a_new_car(lot: Lot) -> None:
    await given(lot, line("A1", 1, price="9000"))
    report = await given(lot, f"A1,{vin(2)},2013,Ford,F-150,1000")
    assert (counts(report), report["rejected"]) == ((1, 1, 0), [])
    assert [(each["row"], each["column"]) for each in report["warnings"]] == [(2, "stockNumber")]
    assert vin(1) in report["warnings"][0]["message"]
    assert numbers(lot) == {vin(1): None, vin(2): "A1"}
    assert {car["vin"]: car["price_cents"] for car in cars(lot)} == {vin(1): 900000, vin(2): 100000}
    assert (await undone(lot, report))["putBack"] == 2
    assert numbers(lot) == {vin(1): "A1"}


async def test_it_passes_to_a_known_car_whether_the_other_one_is_in_the_file_or_not(lot: Lot) -> None:
    await given(lot, line("A1", 1), line("A2", 2))
    assert counts(await given(lot, line("A2", 1))) == (0, 2, 0)
    assert numbers(lot) == {vin(1): "A2", vin(2): None}
    assert counts(await given(lot, line("A9", 2))) == (0, 1, 0)
    # One row says nothing of the number that another row takes from it.
    report = await given(lot, line("A2", 2), line("", 1, price="1500"))
    assert (counts(report), numbers(lot)) == ((0, 2, 0), {vin(1): None, vin(2): "A2"})
    assert await refused(lot, sheet(line("", 2, price="1600"), line("A2", 1), header=HEADER)) == [(3, "stockNumber")]
    assert numbers(lot) == {vin(1): None, vin(2): "A2"}


@pytest.mark.parametrize("first", [True, False])
async def test_a_car_whose_own_row_says_its_number_keeps_it(lot: Lot, first: bool) -> None:
    await given(lot, line("A1", 1))
    mistaken = f"A1,{vin(2)},2013,Ford,F-150,1000"
    rows = [line("A1", 1, price="1500"), mistaken] if first else [mistaken, line("A1", 1, price="1500")]
    assert await refused(lot, sheet(*rows, header=HEADER)) == [(3 if first else 2, "stockNumber")]
    assert [(car["vin"], car["stock_number"], car["price_cents"]) for car in cars(lot)] == [(vin(1), "A1", 150000)]


async def test_a_row_that_is_refused_takes_no_number(lot: Lot) -> None:
    await given(lot, line("A1", 1))
    assert await refused(lot, sheet(f"A1,{vin(2)},,Ford,F-150,1000", header=HEADER)) != []
    assert numbers(lot) == {vin(1): "A1"}


async def test_a_corrected_vin_is_the_same_car(lot: Lot) -> None:
    right, wrong = vin(1), vin(1)[:-2] + "ZZ"
    await given(lot, f"A1,{wrong},2013,Tesla,Model S,1000")
    kept = cars(lot)[0]["id"]
    report = await given(lot, f"A1,{right},2013,TESLA,Model S,1000")
    assert (counts(report), report["rejected"]) == ((0, 1, 0), [])
    assert [(car["id"], car["vin"], car["vin_valid"]) for car in cars(lot)] == [(kept, right, 1)]
    assert (await undone(lot, report))["putBack"] == 1
    assert [(car["id"], car["vin"]) for car in cars(lot)] == [(kept, wrong)]


async def test_nearly_its_vin_but_another_model_is_another_car(lot: Lot) -> None:
    await given(lot, line("A1", 1))
    near = vin(1)[:-2] + "ZZ"
    assert counts(await given(lot, f"A1,{near},2013,Tesla,Model X,1000")) == (1, 1, 0)
    assert numbers(lot) == {vin(1): None, near: "A1"}
