"""A CSV file out, and back in unchanged."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from app.typed import add, entry, sell, vin
from carlot.domain import csv_text
from csv_files.test_import import counts, stored, taken
from support.lot import Lot
from support.naughty import NAUGHTY, storable
from support.world import World

TEXTS = ("trim", "description", "location", "engine", "exteriorColor", "make", "model", "stockNumber")


async def export(lot: Lot, query: str = "") -> str:
    response = await lot.call("GET", "/api/vehicles/export.csv" + query)
    assert response.status == 200
    assert response.headers["content-type"] == "text/csv; charset=utf-8; header=present"
    assert response.parts is not None
    return "".join([part async for part in response.parts])


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))


def contents(lot: Lot) -> list[dict[str, Any]]:
    """The vehicles without what only this installation gives them."""
    own = {"id", "version", "created_at", "updated_at", "external_dms_id", "dms_record", "dms_updated_at", "edited_fields"}
    return [{name: value for name, value in row.items() if name not in own} for row in stored(lot)]


async def test_every_field_is_there(lot: Lot) -> None:
    car = await add(lot, 1, purchasePrice=15000.1, purchaseDate="2025-01-02", interiorColor="Tan", publishToThirdParty=True)
    lot.database.query("UPDATE vehicles SET photos = ?", '["https://a.test/1","/photos/p1"]')
    cells = {
        "id": car["id"],
        "vin": vin(1),
        "stockNumber": "H1",
        "year": "2013",
        "make": "Tesla",
        "model": "Model S",
        "trim": "P85",
        "bodyStyle": "Sedan",
        "exteriorColor": "Blue",
        "interiorColor": "Tan",
        "mileage": "50001",
        "price": "20001.00",
        "description": "Kept in a garage.",
        "location": "Main lot",
        "photos": "https://a.test/1 https://lot.test/photos/p1",
        "purchasePrice": "15000.10",
        "purchaseDate": "2025-01-02",
        "status": "available",
        "publishToWebsite": "true",
        "publishToThirdParty": "true",
    }
    empty = dict.fromkeys(("transmission", "fuelType", "drivetrain", "engine", "externalDmsId"), "")
    assert rows(await export(lot)) == [{**cells, **empty}]
    assert counts(await taken(lot, (await export(lot)).encode())) == (0, 0, 1)


async def test_an_export_has_the_cars_of_the_requested_status(lot: Lot) -> None:
    sell(lot, (await add(lot, 1))["id"])
    await add(lot, 2, status="pending")
    await add(lot, 3, status="archived")
    await add(lot, 4)
    assert sorted(row["vin"] for row in rows(await export(lot))) == sorted([vin(1), vin(2), vin(4)])
    for status, number in (("sold", 1), ("pending", 2), ("archived", 3), ("available", 4)):
        assert [row["vin"] for row in rows(await export(lot, f"?status={status}"))] == [vin(number)]
    assert (await lot.call("GET", "/api/vehicles/export.csv?status=lost")).status == 400
    assert (await lot.call("GET", "/api/vehicles/export.csv", signed_in=False)).status == 401
    assert (await lot.call("HEAD", "/api/vehicles/export.csv")).parts is None


async def test_the_dms_lot_comes_back_unchanged() -> None:
    """Cars of the DMS, bad VINs, old cars, sold and archived ones included."""
    world = World(30)
    await world.pull()
    world.database.query("UPDATE vehicles SET vin_valid = 0, vin = 'BADVIN1' WHERE external_dms_id = 'A3'")
    world.database.query(
        "UPDATE vehicles SET photos = '[\"https://a.test/1\",\"https://a.test/1\"]' WHERE external_dms_id = 'A4'"
    )
    await world.sell("A1")
    await world.until_quiet()
    before = stored(world)
    assert counts(await taken(world, (await export(world)).encode())) == (0, 0, 30)
    assert stored(world) == before


async def test_into_an_empty_lot(lot: Lot) -> None:
    for number in range(1, 6):
        await add(lot, number, price=None if number == 3 else number, publishToThirdParty=number % 2 == 0)
    other = Lot()
    assert counts(await taken(other, (await export(lot)).encode())) == (5, 0, 0)
    assert contents(other) == contents(lot)


@pytest.mark.parametrize("field", TEXTS)
async def test_every_naughty_text_goes_round(lot: Lot, field: str) -> None:
    """Typed in, exported, imported unchanged here and whole elsewhere, and never a formula."""
    assert len(NAUGHTY) == 515
    limit = 10_000 if field == "description" else 200
    sent: dict[str, str] = {}
    for number, text in enumerate(NAUGHTY, 1):
        value = storable(text)
        value = value[:limit].strip() if value else None
        if value and field != "description":
            value = value.translate({ord("<"): None, ord(">"): None}).strip()
        if value and (field != "stockNumber" or value not in sent.values()):
            response = await lot.call("POST", "/api/vehicles", entry(number, **{"stockNumber": ..., field: value}))
            assert response.status == 201, (text, response.body)
            sent[vin(number)] = value
    assert len(sent) > (490 if field != "stockNumber" else 480)
    text = await export(lot)
    found = rows(text)
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for row in found for cell in row.values())
    assert counts(await taken(lot, text.encode())) == (0, 0, len(sent))
    other = Lot()
    await taken(other, text.encode())
    assert contents(other) == contents(lot)
    column = {"stockNumber": "stock_number", "exteriorColor": "exterior_color"}.get(field, field)
    assert {row["vin"]: row[column] for row in stored(other)} == sent


async def test_a_long_export_takes_few_statements(lot: Lot) -> None:
    await taken(lot, ("vin,year,make,model\r\n" + "".join(f"{vin(n)},2013,Tesla,Model S\r\n" for n in range(1, 1_102))).encode())
    before = lot.database.statements
    assert len(rows(await export(lot))) == 1_101
    assert lot.database.statements - before < 6


@pytest.mark.parametrize("starter", ["=", "+", "-", "@", "\t", "\r"])
def test_no_text_of_a_line_runs_as_a_formula(starter: str) -> None:
    """Lines that Python writes, those of the reports: OWASP, "CSV Injection"."""
    for text in (f"{starter}1+1", f"'{starter}1+1"):
        [cell] = next(csv.reader(io.StringIO(csv_text.line([text]), newline="")))
        assert cell == f"'{text}"
        assert csv_text.undefused(cell) == text
