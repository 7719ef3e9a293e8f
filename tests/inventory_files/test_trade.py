"""What a file says of the trade, by the rules of a pull: sold, fallen through, renumbered; when it says nothing of the time."""

from __future__ import annotations

import pytest

from inventory_files.sent import HEADINGS, FileLot, vehicle, written
from support.lot import answer

WITH_STATUS = (*HEADINGS, "Status")


def states(*rows: tuple[int, str]) -> bytes:
    return written([vehicle(number, Status=status) for number, status in rows], WITH_STATUS)


@pytest.mark.parametrize("price", ["6995", "0", "$0.00"])
async def test_a_car_that_a_file_shows_as_sold_has_a_sale_whose_price_is_asked(lot: FileLot, price: str) -> None:
    """The price in a file is what the car was offered for."""
    await lot.reads(states((1, "Active"), (2, "In Stock")))
    sold = {**vehicle(1, Status="Sold"), "Price": price, "Sale Price": price}
    await lot.reads(written([sold, vehicle(2, Status="In Stock")], (*WITH_STATUS, "Sale Price")))
    assert lot.states() == {"A1": "sold", "A2": "available"}
    (question,) = (await lot.get("/api/questions"))["questions"]
    assert question["kind"] == "sale_price"
    sales = lot.database.query("SELECT vin, state, price_cents FROM audit_sale")
    assert sales == [{"vin": vehicle(1)["VIN"], "state": "asked", "price_cents": None}]


async def test_a_car_that_a_later_file_shows_as_available_has_fallen_through(lot: FileLot) -> None:
    """A file gives its rows no time: they are told when it comes."""
    for status in ("available", "sold", "available"):
        await lot.reads(states((1, status), (2, "available")))
    assert lot.states() == {"A1": "available", "A2": "available"}
    assert [row["state"] for row in lot.database.query("SELECT state FROM audit_sale")] == ["voided"]


async def test_a_sale_made_here_is_not_undone_by_a_file_that_shows_the_car(lot: FileLot) -> None:
    await lot.reads(states((1, "available")))
    entry = {"vehicleId": (await lot.vehicle("A1"))["id"], "salePrice": 100, "saleDate": "2025-02-03"}
    assert (await lot.call("POST", "/api/sales", entry)).status == 201
    await lot.reads(written([vehicle(1, Price="7000", Status="available")], WITH_STATUS))
    assert lot.states() == {"A1": "sold"}
    tasks = (await lot.get("/api/integrations/tasks"))["tasks"]
    assert [task["state"] for task in tasks if task["kind"] == "sale"] == ["done"], "there is nobody to tell"


async def test_a_known_vin_under_another_number_is_the_same_car(lot: FileLot) -> None:
    await lot.reads(states((1, "available")))
    before = await lot.vehicle("A1")
    report = await lot.reads(written([{**vehicle(1), "StockNumber": "B9"}]))
    assert (report["created"], report["updated"], (await lot.vehicle("B9"))["id"]) == (0, 1, before["id"])


async def test_an_event_that_is_later_than_a_file_is_not_undone_by_it(lot: FileLot) -> None:
    """Two files in a row in which a car did not change say nothing new of it, whenever they come."""
    await lot.reads(states((1, "available")))
    assert answer(await lot.call("GET", "/api/vehicles"))["total"] == 1
    lot.database.query("UPDATE vehicles SET dms_updated_at = '2099-01-01T00:00:00.000Z', price_cents = 1, dms_record = '{}'")
    report = await lot.reads(states((1, "pending")))
    assert (report["updated"], (await lot.vehicle("A1"))["price"]) == (0, 0.01)
