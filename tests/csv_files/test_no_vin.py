"""Trailers, boats and cars from before 1981 have no VIN of 17 characters, or none at all: kept, shown, sold."""

from __future__ import annotations

from typing import Any

from app.typed import add, change, get
from csv_files.test_export import export
from csv_files.test_field_files import FIELD
from csv_files.test_import import counts, refused, sheet, stored, taken
from csv_files.test_undo import cars, undone
from support.books import connected, invoices
from support.lot import Lot, answer

TRAILERS = (FIELD / "csv_trailer_and_boat.csv").read_bytes()


async def by_stock(lot: Lot, number: str) -> dict[str, Any]:
    """A vehicle as the admin API shows it."""
    vehicles: list[dict[str, Any]] = (await get(lot, "/api/vehicles"))["vehicles"]
    return next(car for car in vehicles if car["stockNumber"] == number)


async def test_both_are_kept_and_named(lot: Lot) -> None:
    report = await taken(lot, TRAILERS)
    assert (counts(report), report["rejected"]) == ((2, 0, 0), [])
    trailer, boat = await by_stock(lot, "T100"), await by_stock(lot, "B100")
    assert (trailer["vin"], trailer["vinValid"], trailer["make"], trailer["price"]) == (None, False, "Big Tex", 2995)
    assert (boat["vin"], boat["vinValid"]) == ("ABC12345D404", False)
    assert [(each["row"], each["column"]) for each in report["warnings"]] == [(2, "VIN"), (3, "VIN")]
    assert counts(await taken(lot, TRAILERS)) == (0, 0, 2)
    assert counts(await taken(lot, TRAILERS.replace(b"2995", b"2800"))) == (0, 1, 1)
    assert (await by_stock(lot, "T100"))["price"] == 2800


async def test_several_without_a_vin_and_one_without_a_number(lot: Lot) -> None:
    head = "stockNumber,vin,year,make,model"
    assert counts(await taken(lot, sheet(*(f"T{n},,2019,Big Tex,70PI" for n in range(5)), header=head))) == (5, 0, 0)
    assert await refused(lot, sheet(",,2019,Big Tex,70PI", header=head)) == [(2, "vin")]
    assert len(stored(lot)) == 5


async def test_it_is_shown_to_everyone_without_a_vin(lot: Lot) -> None:
    await taken(lot, TRAILERS)
    trailer = await by_stock(lot, "T100")
    for changed in ({"publishToWebsite": True, "year": 2020}, {"publishToThirdParty": True}):
        assert (await change(lot, trailer["id"], **changed)).status == 200
    shown = await get(lot, f"/api/public/vehicle/{trailer['id']}")
    assert (shown["vin"], shown["year"]) == (None, 2020)
    assert [car["vin"] for car in await get(lot, "/api/public/inventory")] == [None]
    assert trailer["id"] not in (await export(lot)).split('"vin"')[0]
    assert counts(await taken(lot, (await export(lot)).encode())) == (0, 0, 2)
    other = Lot()
    assert counts(await taken(other, (await export(lot)).encode())) == (2, 0, 0)
    listings = (await get(lot, f"/api/vehicles/{trailer['id']}/listings"))["listings"]
    assert all("VIN" in " ".join(site["reasons"]) for site in listings.values())


async def test_it_gets_a_vin_later_and_loses_it_by_an_undo(lot: Lot) -> None:
    await taken(lot, TRAILERS)
    before = cars(lot)
    report = await taken(lot, TRAILERS.replace(b"T100,,", b"T100,16VAX1014K1012345,"))
    assert counts(report) == (0, 1, 1)
    assert (await by_stock(lot, "T100"))["vin"] == "16VAX1014K1012345"
    await undone(lot, report)
    assert cars(lot) == before
    assert (await by_stock(lot, "T100"))["vin"] is None


async def test_a_number_that_a_car_with_a_vin_has_is_that_car(lot: Lot) -> None:
    car = await add(lot, 1)
    assert counts(await taken(lot, sheet("H1,,777", header="stockNumber,vin,price"))) == (0, 1, 0)
    assert (await get(lot, f"/api/vehicles/{car['id']}"))["price"] == 777
    await taken(lot, TRAILERS)
    clash = sheet(f"{car['id']},T100", header="id,stockNumber")
    assert await refused(lot, clash) == [(2, "stockNumber")]


async def test_it_is_sold_and_invoiced() -> None:
    world = await connected(0)
    await taken(world, TRAILERS)
    trailer = await by_stock(world, "T100")
    response = await world.call("POST", "/api/sales", {"vehicleId": trailer["id"], "salePrice": 2900, "saleDate": "2025-02-03"})
    assert (response.status, answer(response)["vin"]) == (201, None)
    await world.call(
        "POST",
        "/api/service-records",
        {"vehicleId": trailer["id"], "serviceDate": "2025-02-03", "description": "Tires", "cost": 90},
    )
    await world.until_quiet()
    assert [sale["state"] for sale in (await get(world, "/api/sales"))["sales"]] == ["posted"]
    assert [record["vin"] for record in (await get(world, "/api/service-records"))["serviceRecords"]] == [None]
    (invoice,) = invoices(world)
    assert "Big Tex 70PI Trailer, stock number T100" in str(invoice)
    assert "VIN" not in str(invoice)
    assert trailer["id"] not in str(invoice)
