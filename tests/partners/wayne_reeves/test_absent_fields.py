"""How a record's fields are read: an absent field leaves the car as it is, `null` clears it, a price of 0 is no price."""

from __future__ import annotations

from typing import Any

import pytest

from support.lot import answer, car
from support.served import ServedLot
from support.world import World

DOCUMENTED = ("stock_number", "vin", "make", "model", "year", "cost", "date_acquired", "mileage", "location")
"""The nine fields of the setup guide's example."""

LATER = "2025-02-01T09:00:00Z"
FULL: dict[str, Any] = {"trim": "EX", "body_style": "Sedan", "engine": "2.4L I4", "description": "One owner."}


def nine_fields(number: int, **changed: Any) -> dict[str, Any]:
    """A record with the documented fields alone."""
    return {name: value for name, value in car(number).items() if name in DOCUMENTED} | changed


async def published_car() -> World:
    """A World whose car A1 has every field and is on the public page and on a listing site."""
    site = {"CARGURUS_API_URL": "http://partners.test/cargurus", "CARGURUS_API_KEY": "cargurus-key"}
    world = World([car(1, **FULL), car(2)], settings={**site, "PUBLIC_BASE_URL": "https://lot.test"})
    assert await world.pull() == "completed"
    await world.edit("A1", publishToWebsite=True, publishToThirdParty=True)
    await world.until_quiet()
    return world


@pytest.mark.parametrize("kind", ["added", "updated"])
async def test_an_event_with_the_documented_fields_keeps_price_photos_and_listings(kind: str) -> None:
    world = await published_car()
    before = world.vehicle("A1")
    listings = world.database.query("SELECT platform, vin, state, price_cents FROM listings")
    record = nine_fields(1, mileage=99_999)
    event = {"id": "evt_1", "event": f"vehicle.{kind}", "occurred_at": LATER, "vehicle": record}
    assert await world.told_by_dms(event) == 200
    await world.until_quiet()
    after = world.vehicle("A1")
    assert after["mileage_miles"] == 99_999
    changing = {"mileage_miles", "version", "updated_at", "dms_record", "dms_updated_at"}
    assert {name for name in after if after[name] != before[name]} <= changing
    assert world.database.query("SELECT platform, vin, state, price_cents FROM listings") == listings
    assert [each["stockNumber"] for each in answer(await world.call("GET", "/api/public/inventory"))] == ["A1"]


async def test_a_page_with_the_documented_fields_keeps_the_rest(lot: ServedLot) -> None:
    lot.dms_holds(car(1, **FULL), car(2))
    await lot.pull()
    before = await lot.vehicle("A1")
    lot.dms_holds(nine_fields(1, mileage=5), car(2))
    await lot.pull()
    after = await lot.vehicle("A1")
    assert after["mileage"] == 5
    assert {name for name in after if after[name] != before[name]} == {"mileage", "version", "updatedAt"}


async def test_an_explicit_null_clears(lot: ServedLot) -> None:
    lot.dms_holds(car(1, **FULL))
    await lot.pull()
    lot.dms_holds(nine_fields(1, price=None, photos=None, trim=None, mileage=None, cost=None))
    await lot.pull()
    after = await lot.vehicle("A1")
    cleared = {name: after[name] for name in ("price", "photos", "trim", "mileage", "purchasePrice")}
    assert cleared == {"price": None, "photos": [], "trim": None, "mileage": None, "purchasePrice": None}
    assert after["engine"] == FULL["engine"]


async def test_a_record_that_leaves_a_field_out_does_not_end_the_hand_edit_of_it(lot: ServedLot) -> None:
    lot.dms_holds(car(1))
    await lot.pull()
    await lot.edit("A1", price=None)
    lot.dms_holds(nine_fields(1, mileage=5))
    await lot.pull()
    assert (await lot.vehicle("A1"))["editedFields"] == ["price"]
    lot.dms_holds(car(1, mileage=6))
    await lot.pull()
    assert (await lot.vehicle("A1"))["price"] is None


async def test_a_car_without_a_status_returns_to_the_lot(lot: ServedLot) -> None:
    lot.dms_holds(car(1), car(2))
    await lot.pull()
    lot.dms_holds(car(2))
    for _ in range(2):
        await lot.pull()
    assert lot.states() == {"A1": "archived", "A2": "available"}
    lot.dms_holds(nine_fields(1), car(2))
    await lot.pull()
    assert lot.states() == {"A1": "available", "A2": "available"}


async def test_two_records_without_a_status_cannot_share_a_vin(lot: ServedLot) -> None:
    lot.dms_holds(car(1))
    await lot.pull()
    lot.dms_changes(nine_fields(2, vin=car(1)["vin"]))
    report = await lot.pull()
    assert (report["status"], [each["field"] for each in report["rejected"]]) == ("completed", ["vin"])


@pytest.mark.parametrize("spelling", ["SOLD", "Sold ", " sold"])
async def test_a_status_counts_in_any_case(spelling: str) -> None:
    world = await published_car()
    world.network.dms.lot.upsert(car(1, **FULL, status=spelling, updated_at=LATER))
    assert await world.pull() == "completed"
    assert world.vehicle("A1")["status"] == "sold"
    assert answer(await world.call("GET", "/api/public/inventory")) == []
    assert {row["state"] for row in world.database.query("SELECT state FROM listings")} == {"absent"}


async def test_an_event_counts_with_its_status_in_any_case() -> None:
    world = await published_car()
    record = nine_fields(1, status="Pending")
    assert await world.told_by_dms({"id": "evt_1", "event": "vehicle.updated", "occurred_at": LATER, "vehicle": record}) == 200
    await world.until_quiet()
    assert world.vehicle("A1")["status"] == "pending"


@pytest.mark.parametrize("zero", [0, 0.0])
async def test_a_price_of_zero_is_no_price(lot: ServedLot, zero: float) -> None:
    lot.env["IMPORT_PUBLISH_TO_WEBSITE"] = "true"
    lot.dms_holds(car(1, price=zero))
    assert (await lot.pull())["created"] == 1
    assert [each["price"] for each in await lot.get("/api/public/inventory")] == [None]


async def test_a_price_of_zero_typed_here_is_no_price(lot: ServedLot) -> None:
    lot.dms_holds(car(1))
    await lot.pull()
    assert (await lot.edit("A1", price=0))["price"] is None
