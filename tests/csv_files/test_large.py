"""Made files of the kinds and sizes of two public lists of cars: many rows, exact repeats, words for nothing."""

from __future__ import annotations

import gc
import time
import tracemalloc
from random import Random

import pytest

from app.typed import vin
from csv_files.test_import import counts, send, sheet, stored, taken
from support.lot import Lot

ROWS, REPEATS, BAD_DIGITS = 9_379, 872, 4


def raw_list() -> bytes:
    """Rows as a crawled list has them: repeats to the letter, "Not Priced", a dash for nothing, wrong check digits."""
    chance = Random(7)
    lines = []
    for number in range(ROWS - REPEATS):
        own = vin(number)
        if number < BAD_DIGITS:
            own = own[:8] + ("1" if own[8] != "1" else "2") + own[9:]
        price = chance.choice(["$39,998", "Not Priced", "$7,500"])
        color = chance.choice(["–", "Black", "Lunar Silver Metallic"])
        miles = f"{number:,}"
        lines.append(f'{2000 + number % 20},Toyota,Sienna SE,Used,"{price}",{color},Automatic CVT,{own},"{miles}",{number}')
    lines += chance.sample(lines, REPEATS)
    return sheet(*lines, header="Year,Make,Model,Used/New,Price,ExteriorColor,Transmission,VIN,Mileage,lot")


def auction_list() -> bytes:
    """Rows as an auction has them: an index without a heading, lower case, blanks before the VIN, prices of 0."""
    columns = ",price,brand,model,year,title_status,mileage,color,vin,lot,state,country,condition"
    lines = []
    for n in range(2_499):
        price, own, lot = 0 if n % 50 == 0 else 6300 + n, vin(n).lower(), 159_000_000 + n
        lines.append(f"{n},{price},toyota,cruiser,2008,clean vehicle,{n}.0,black,  {own},{lot},nj, usa,2 days")
    return sheet(*lines, header=columns)


async def test_a_crawled_list(lot: Lot) -> None:
    report = await taken(lot, raw_list())
    assert (counts(report), report["rejected"]) == ((ROWS - REPEATS, 0, 0), [])
    assert [each["column"] for each in report["warnings"]] == ["VIN"] * BAD_DIGITS
    cars = stored(lot)
    assert {car["price_cents"] for car in cars} == {None, 3_999_800, 750_000}
    assert {car["exterior_color"] for car in cars} == {None, "Black", "Lunar Silver Metallic"}
    assert {car["location"] for car in cars} == {None}
    assert sum(not car["vin_valid"] for car in cars) == BAD_DIGITS
    assert counts(await taken(lot, raw_list())) == (0, 0, ROWS - REPEATS)


async def test_an_auctions_list(lot: Lot) -> None:
    report = await taken(lot, auction_list())
    assert (counts(report), report["rejected"]) == ((2_499, 0, 0), [])
    assert {car["vin"] for car in stored(lot)} == {vin(number) for number in range(2_499)}
    assert sum(car["price_cents"] is None for car in stored(lot)) == 50


HARD = {
    "quotation marks": b'"' * 9_000_000,
    "quoted commas": b'",' * 4_500_000,
    "commas": b"," * 9_000_000,
    "empty lines": b"\n" * 9_000_000,
    "cells that never close": b'x,2013,Tesla,M,"open\n' * 9_000,
    "one cell": b'"' + b"a" * 9_000_000,
}


@pytest.mark.parametrize("kind", HARD)
@pytest.mark.parametrize("head", [b"vin,year,make,model,description\n", b""])
async def test_no_file_takes_long(lot: Lot, kind: str, head: bytes) -> None:
    began = time.process_time()
    response = await send(lot, head + HARD[kind])
    assert response.status in (200, 400)
    assert stored(lot) == []
    assert time.process_time() - began < 5


async def test_ten_thousand_rows_take_bounded_memory_and_time(lot: Lot) -> None:
    """Every row with a long text, so that the file is about as large as one may be, all good and all bad."""
    filling = "Well kept. " * 75
    for price in ("1000", "x"):
        content = sheet(
            *(f"{vin(n)},2013,Tesla,Model S,{price},{filling}" for n in range(10_000)),
            header="vin,year,make,model,price,description",
        )
        assert 8_500_000 < len(content) < 10 * 1024 * 1024
        gc.collect()
        tracemalloc.start()
        began = time.process_time()
        report = await taken(Lot(), content)
        taken_s = time.process_time() - began
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert report["created"] + len(report["rejected"]) == 10_000
        assert peak < 5 * len(content)
        assert taken_s < 30
