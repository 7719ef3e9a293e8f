"""A sale is voided after the DMS has taken the car back, before anything has shown the new record: all ends well, and once."""

from __future__ import annotations

from typing import Any

import pytest

from support.lot import answer, car
from support.world import World
from sync.test_events import tell
from sync.test_questions import audit_sales, lot_of_three


async def sold_and_taken_back(how: str, *, kept: bool, by_dms: bool = False) -> tuple[World, str]:
    """The car was sold, its price was edited here since, and the DMS has it as another record by now; the sale's id."""
    world = await lot_of_three()
    if by_dms:
        await tell(world, world.dms_sells("A1"))
    else:
        await world.sell("A1", 6500.0)
    await world.until_quiet()
    await world.edit("A1", price=7100)
    dms = world.network.dms.lot
    back = {**world.dms_record("A1"), "stock_number": "T1" if "other" in how else "A1", "status": "available"}
    if "dated" in how:
        back["date_acquired"] = "2025-02-06"
    if not kept:
        dms.remove("A1")
    dms.upsert(back)
    dms.update(back["stock_number"], {})
    [sale] = world.database.query("SELECT id FROM sales")
    return world, str(sale["id"])


def on_lot(world: World) -> list[dict[str, Any]]:
    """The car as it stands on the lot."""
    return world.database.query(
        """SELECT external_dms_id AS dms, stock_number AS ours, price_cents AS cents FROM vehicles
        WHERE vin = ? AND status IN ('available', 'pending')""",
        car(1)["vin"],
    )


@pytest.mark.parametrize("by_dms", [False, True])
@pytest.mark.parametrize("told", ["pull", "event"])
@pytest.mark.parametrize("kept", [False, True])
@pytest.mark.parametrize("how", ["other number", "other number, dated", "dated"])
async def test_a_void_of_the_sale_before_it_is_ends_well(how: str, kept: bool, told: str, by_dms: bool) -> None:
    world, sale_id = await sold_and_taken_back(how, kept=kept, by_dms=by_dms)
    number = "T1" if "other" in how else "A1"
    await world.void(sale_id)
    if told == "event":
        record = dict(world.dms_record(number))
        await tell(world, {"id": "evt_back", "event": "vehicle.added", "vehicle": record})
    await world.until_quiet()
    assert world.tasks(state="dead") == []
    for _ in range(2):
        assert await world.pull() == "completed"
    assert on_lot(world) == [{"dms": number, "ours": number, "cents": 710_000}]
    assert ([state for _, state in audit_sales(world)], world.tasks(state="dead")) == (["voided"], [])
    assert answer(await world.call("GET", "/api/questions?state=open"))["questions"] == []


async def test_what_was_edited_waits_for_the_new_record() -> None:
    world, sale_id = await sold_and_taken_back("other number", kept=False)
    await world.void(sale_id)
    await world.until_quiet()
    said = "Wayne Reeves no longer has this car as A1: the changes wait until it shows the car again."
    assert world.task(kind="edits")["outcome"] == said
    await world.pull()
    assert world.dms_record("T1")["price"] == 7100.0


@pytest.mark.parametrize("by_dms", [False, True])
async def test_what_was_edited_is_not_told_of_the_car_that_has_its_number_by_now(by_dms: bool) -> None:
    world, sale_id = await sold_and_taken_back("other number", kept=False, by_dms=by_dms)
    world.network.dms.lot.upsert(car(9, stock_number="A1", make="Ford", model="Fiesta", updated_at=world.later(1)))
    await world.void(sale_id)
    await world.until_quiet()
    for _ in range(2):
        assert await world.pull() == "completed"
    assert on_lot(world) == [{"dms": "T1", "ours": "T1", "cents": 710_000}]
    assert (world.dms_record("A1")["price"], world.vehicle("A1")["price_cents"]) == (6995, 699_500)
    assert world.tasks(state="dead") == []


class TestAfterItWasSeen:
    """The car is another vehicle by then: the one that was sold is history, whatever becomes of its sale."""

    async def voided(self, world: World, sale_id: str) -> None:
        old = world.database.query("SELECT vehicle_id FROM sales WHERE id = ?", sale_id)[0]["vehicle_id"]
        await world.void(sale_id)
        await world.until_quiet()
        for _ in range(3):
            assert await world.pull() == "completed"
        assert world.tasks(state="dead") == []
        assert world.database.query("SELECT voided_at IS NULL AS stands FROM sales WHERE id = ?", sale_id) == [{"stands": 0}]
        assert world.database.query("SELECT status FROM vehicles WHERE id = ?", old)[0]["status"] in ("archived", "sold")
        assert answer(await world.call("GET", "/api/questions?state=open"))["questions"] == []

    @pytest.mark.parametrize("page_cap", [None, 1])
    @pytest.mark.parametrize("by_dms", [False, True])
    @pytest.mark.parametrize("kept", [False, True])
    @pytest.mark.parametrize("how", ["other number", "other number, dated", "dated"])
    async def test_the_car_stands_on_the_lot_once(self, how: str, kept: bool, by_dms: bool, page_cap: int | None) -> None:
        world, sale_id = await sold_and_taken_back(how, kept=kept, by_dms=by_dms)
        await world.pull()
        world.network.dms.knobs.page_cap = page_cap
        await self.voided(world, sale_id)
        number = "T1" if "other" in how else "A1"
        assert on_lot(world) == [{"dms": number, "ours": number, "cents": 699_500}]

    @pytest.mark.parametrize("how", ["other number", "dated"])
    async def test_sold_again_it_stays_sold(self, how: str) -> None:
        world, sale_id = await sold_and_taken_back(how, kept=False)
        await world.pull()
        again = await world.sell("T1" if "other" in how else "A1", 6600.0)
        await world.until_quiet()
        await self.voided(world, sale_id)
        assert (on_lot(world), [sale["idempotency_key"] for sale in world.dms_sales()]) == ([], [again["id"]])

    async def test_the_later_sale_voided_puts_it_back(self) -> None:
        world, _ = await sold_and_taken_back("other number", kept=False)
        await world.pull()
        again = await world.sell("T1", 6600.0)
        await world.until_quiet()
        await world.void(again["id"])
        await world.until_quiet()
        assert [row["dms"] for row in on_lot(world)] == ["T1"]
