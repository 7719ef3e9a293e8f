"""Files of kinds that dealers and their programs write. What is right for each stands beside it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from app.typed import get
from csv_files.test_import import send, stored, taken
from support.lot import Lot, answer

FIELD = Path(__file__).parent / "field"
ACCORD = {
    "stock_number": "A1001",
    "vin": "1HGCM82633A004352",
    "year": 2003,
    "make": "Honda",
    "model": "Accord",
    "mileage_miles": 98012,
}
SIENNA = {"stock_number": "A1002", "vin": "5TDXZ3DC1KS000101", "year": 2019, "make": "Toyota", "model": "Sienna"}

RIGHT: dict[str, list[dict[str, Any]]] = {
    "csv_exact_duplicate_rows": [ACCORD, SIENNA],
    "csv_na_float_datetime": [{**ACCORD, "price_cents": None, "purchase_date": "2025-01-14"}],
    "csv_no_make_column": [
        {"make": "toyota", "vin": "JTEZU11F48K000101", "location": None, "price_cents": 630000, "exterior_color": "black"}
    ],
    "csv_one_bad_byte_in_utf8": [{"make": "Citroën", "description": "caf\ufffd"}],
    "csv_pipe": [{**ACCORD, "price_cents": 699500}],
    "csv_status_spelling": [{**ACCORD, "status": "available"}],
    "csv_stray_quote": [{**ACCORD, "description": '20" wheels, one owner'}, {**SIENNA, "description": "fine"}],
    "csv_trailing_header_commas": [ACCORD],
    "csv_trailing_row_comma": [ACCORD],
    "csv_two_prices": [
        {
            "price_cents": 649500,
            "trim": "EX",
            "drivetrain": "FWD",
            "purchase_date": "2025-01-14",
            "body_style": "Sedan",
            "photos": '["https://photos.example.com/1.jpg","https://photos.example.com/2.jpg"]',
        }
    ],
    "csv_vauto_http_photos": [
        {
            "trim": "EX",
            "body_style": "4D Sedan",
            "purchase_date": "2025-04-26",
            "exterior_color": "Silver",
            "photos": '["https://photos.example.com/1.jpg","https://photos.example.com/2.jpg"]',
        }
    ],
}


@pytest.mark.parametrize("name", RIGHT)
async def test_files_from_the_field(lot: Lot, name: str) -> None:
    await taken(lot, (FIELD / f"{name}.csv").read_bytes())
    right = sorted(RIGHT[name], key=lambda car: str(car.get("vin")))
    assert [{column: car[column] for column in wanted} for car, wanted in zip(stored(lot), right, strict=True)] == right


async def test_the_bad_byte_is_named(lot: Lot) -> None:
    report = await taken(lot, (FIELD / "csv_one_bad_byte_in_utf8.csv").read_bytes())
    (byte,) = report["warnings"]
    assert (byte["row"], byte["column"], byte["value"]) == (2, "Description", "caf\ufffd")
    assert "E9" in byte["message"]


async def test_a_sold_row_of_a_car_that_is_not_on_the_lot_is_listed(lot: Lot) -> None:
    report = await taken(lot, (FIELD / "csv_status_spelling.csv").read_bytes())
    assert report["created"] == 1
    message = "Skipped: this vehicle is sold and is not in your inventory."
    assert report["rejected"] == [{"row": 3, "column": "Status", "value": "Sold", "message": message}]


async def test_a_short_vin_is_kept_shown_and_named(lot: Lot) -> None:
    report = await taken(lot, (FIELD / "csv_trailer_and_boat.csv").read_bytes(), columns="{}")
    boat = next(car for car in (await get(lot, "/api/vehicles"))["vehicles"] if car["stockNumber"] == "B100")
    assert (boat["vin"], boat["vinValid"], boat["price"]) == ("ABC12345D404", False, 7995)
    assert any(warning["row"] == 3 and warning["column"] == "VIN" for warning in report["warnings"])


async def test_a_missing_column_is_one_sentence(lot: Lot) -> None:
    lines = "".join(f"S{number},1HGCM82633A00{number},2003,Accord\n" for number in range(4000, 4100))
    response = await send(lot, f"Stock #,VIN,Year,Model\n{lines}".encode())
    assert (response.status, answer(response)["code"]) == (400, "bad-csv")
    assert answer(response)["detail"] == "The file has no make column. Its columns are: Stock #, VIN, Year, Model."


ROW = "A1001,1HGCM82633A004352,2003,Honda,Accord,6995"
HEAD = "Stock #,VIN,Year,Make,Model,Price"
AROUND = {
    "title": f"Maple Street Motors - Inventory\n\n{HEAD}\n{ROW}\n",
    "title with commas": f'"Maple Street Motors, Inc.",,,,,\nPrinted,1/2/2025,,,,\n{HEAD}\n{ROW}\n',
    "separator line": f"sep=;\n{HEAD}\n{ROW}\n".replace(",", ";"),
    "blank lines": f"\n\n{HEAD}\n\n{ROW}\n,,,,,\n\n",
    "footer": f"{HEAD}\n{ROW}\nTotal: 1 vehicle\n",
    "footer with a sum": f"{HEAD}\n{ROW}\nTotal,,,,,6995\n",
    "headings once more": f"{HEAD}\n{ROW}\n{HEAD}\n",
    "old line ends": f"{HEAD}\r{ROW}\r",
}


@pytest.mark.parametrize("kind", AROUND)
async def test_lines_around_the_table_belong_to_no_car(lot: Lot, kind: str) -> None:
    report = await taken(lot, AROUND[kind].encode())
    assert (report["created"], report["rejected"]) == (1, [])
    assert stored(lot)[0]["price_cents"] == 699500


async def test_rows_are_counted_as_a_spreadsheet_counts_them(lot: Lot) -> None:
    text = f'Title\n\n{HEAD},Description\n{ROW},"two\nlines"\n\nA2,1HGCM82633A004353,soon,Honda,Accord,1,\n'
    report = await taken(lot, text.encode())
    assert [(each["row"], each["column"], each["value"]) for each in report["rejected"]] == [(6, "Year", "soon")]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
async def test_delimiters_and_encodings(lot: Lot, delimiter: str, encoding: str) -> None:
    text = f"{HEAD}\r\n{ROW}\r\n".replace("Honda", "Citroën").replace(",", delimiter)
    await taken(lot, text.encode(encoding))
    assert stored(lot)[0]["make"] == "Citroën"


QUOTES = {
    '"20" wheels, one owner"': '20" wheels, one owner',
    '"18"" x 7.0"" Wheels"': '18" x 7.0" Wheels',
    '20" wheels': '20" wheels',
    '"wheels 20"""': 'wheels 20"',
    '"two\r\nlines, ""quoted"""': 'two\r\nlines, "quoted"',
    ' "padded" ': "padded",
    '""': None,
    '"Tires 20""': 'Tires 20"',
}


@pytest.mark.parametrize("cell", QUOTES)
async def test_quotation_marks(lot: Lot, cell: str) -> None:
    """The cell in the middle and at the end of a row; the row behind it is not swallowed."""
    more = "A2,1HGCM82633A004353,2003,Honda,Accord,1"
    for text in (
        f'{HEAD},Description\r\n{ROW},{cell}\r\n{more},"fine"\r\n',
        f'Description,{HEAD}\r\n{cell},{ROW}\r\n"fine",{more}\r\n',
    ):
        report = await taken(Lot() if stored(lot) else lot, text.encode())
        assert (report["created"], report["rejected"]) == (2, [])
    assert {car["description"] for car in stored(lot)} == {QUOTES[cell], "fine"}


async def test_a_quotation_mark_that_never_closes_costs_its_own_row(lot: Lot) -> None:
    more = "".join(f"B{number},5YJSA1DG0DF00{number},2013,Tesla,Model S,1,x\n" for number in range(4000, 4150))
    report = await taken(lot, f'{HEAD},Description\n{ROW},"open\n{more}'.encode())
    assert report["created"] == 150
    message = "A cell in this row starts with a quotation mark that never ends."
    assert [(each["row"], each["message"]) for each in report["rejected"]] == [(2, message)]


NOTHING = ["", "N/A", "n/a", "#N/A", "NULL", "none", "-", "–", "NaN"]
NO_NUMBER = [*NOTHING, "Not Priced", "Call", "Call for price", "TBD", "Unknown"]


@pytest.mark.parametrize("word", NO_NUMBER)
async def test_words_for_nothing(lot: Lot, word: str) -> None:
    text = word if word in NOTHING else ""
    line = f"A1,1HGCM82633A004352,2003,Honda,Accord,{word},{word},{word},{text},{text},{word}"
    report = await taken(lot, f"{HEAD},Mileage,Date Acquired,Trim,Photos,Website\n{line}\n".encode())
    assert (report["created"], report["rejected"]) == (1, [])
    car = stored(lot)[0]
    names = ("price_cents", "mileage_miles", "purchase_date", "trim", "photos", "publish_to_website")
    assert [car[name] for name in names] == [None, None, None, None, "[]", 0]


@pytest.mark.parametrize(
    ("headings", "cells", "price"),
    [
        ("MSRP,Price,Internet Price", "9000,8000,7000", 7000),
        ("MSRP,List Price,Internet Price", "9000,8000,", 8000),
        ("MSRP,List Price,Internet Price", "9000,N/A,0", 9000),
        ("MSRP,Asking Price", "9000,0", 9000),
        ("Asking Price,Internet Price", "0,0.00", None),
        ("Price,price", "8000,7000", 8000),
    ],
)
async def test_several_price_columns(lot: Lot, headings: str, cells: str, price: int | None) -> None:
    await taken(lot, f"VIN,Year,Make,Model,{headings}\n1HGCM82633A004352,2003,Honda,Accord,{cells}\n".encode())
    assert stored(lot)[0]["price_cents"] == (price and price * 100)


@pytest.mark.parametrize("heading", ["Notes", "Internal Notes", "Lot", "Lot #", "New/Used", "Features", "problem"])
async def test_columns_that_are_nobodys(lot: Lot, heading: str) -> None:
    report = await taken(lot, f"{HEAD},{heading}\n{ROW},159348797\n".encode())
    assert report["columns"][-1] == {"heading": heading, "field": None}
    assert "159348797" not in str(stored(lot))


async def test_a_workbook_is_told_apart(lot: Lot) -> None:
    response = await send(lot, b"PK\x03\x04" + bytes(range(256)))
    assert (response.status, "Excel" in answer(response)["detail"]) == (400, True)
