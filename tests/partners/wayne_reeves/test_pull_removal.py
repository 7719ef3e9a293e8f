"""What leaves the lot because the DMS no longer has it, what never does, and what comes back."""

from __future__ import annotations

from typing import Any

import pytest

from app.typed import add
from support.lot import answer, car
from support.served import ServedLot


def cars(count: int, first: int = 0) -> list[dict[str, Any]]:
    """Cars numbered from `first` on."""
    return [car(number) for number in range(first, first + count)]


async def test_a_car_leaves_after_two_complete_runs_without_it(lot: ServedLot) -> None:
    lot.env["IMPORT_PUBLISH_TO_WEBSITE"] = "true"
    lot.dms_holds(*cars(4))
    await lot.pull()
    before = await lot.vehicle("A0")
    lot.dms_holds(*cars(3, first=1))
    first = await lot.pull()
    assert (first["status"], first["removed"], first["unchanged"]) == ("completed", 0, 3)
    assert await lot.vehicle("A0") == before
    assert len(await lot.get("/api/public/inventory")) == 4
    second = await lot.pull()
    assert (second["status"], second["removed"], second["unchanged"]) == ("completed", 1, 3)
    archived = await lot.vehicle("A0")
    assert (archived["status"], archived["version"]) == ("archived", before["version"] + 1)
    assert archived["updatedAt"] > before["updatedAt"]
    assert len(await lot.get("/api/public/inventory")) == 3
    assert (await lot.pull())["removed"] == 0


async def test_one_run_that_sees_it_is_enough_to_stay(lot: ServedLot) -> None:
    everything, without = cars(4), cars(3, first=1)
    for held in (everything, without, everything, without, everything):
        lot.dms_holds(*held)
        assert (await lot.pull())["removed"] == 0
    assert set(lot.states().values()) == {"available"}
    assert (await lot.vehicle("A0"))["version"] == 1


async def test_runs_that_cannot_be_trusted_do_not_count(lot: ServedLot) -> None:
    lot.dms_holds(*cars(8), page_cap=2)
    await lot.pull()
    lot.dms_holds(*cars(7, first=1), page_cap=2)
    assert (await lot.pull())["status"] == "completed"
    for wrong in ({"omit_pages": [2]}, {"empty": True}, {"total_override": 9}):
        lot.dms_serves(page_cap=2, **wrong)
        report = await lot.pull()
        assert (report["status"], report["removed"]) == ("degraded", 0)
        assert lot.states()["A0"] == "available"
    lot.network.faults(script=[{"fault": "status", "status": 401, "nth": 4, "times": 2}])
    lot.dms_serves(page_cap=2)
    assert (await lot.pull())["status"] == "failed"
    assert lot.states()["A0"] == "available"
    lot.network.faults()
    assert (await lot.pull())["removed"] == 1
    assert [stock for stock, state in lot.states().items() if state == "archived"] == ["A0"]


@pytest.mark.parametrize(
    ("lot_size", "gone", "believed"),
    [
        # More than three and more than a quarter are too many.
        *(
            (40, 10, True),
            (5, 3, True),
            (4, 3, True),
            (16, 4, True),
            (15, 4, False),
            (10, 4, False),
            (44, 11, True),
            (43, 11, False),
        ),
        *((100, 25, True), (100, 26, False), (100, 40, False), (12, 11, False), (400, 101, False)),
    ],
)
async def test_never_more_than_a_quarter_of_the_lot_and_more_than_three(
    lot: ServedLot, lot_size: int, gone: int, believed: bool
) -> None:
    lot.dms_holds(*cars(lot_size))
    await lot.pull()
    lot.dms_holds(*cars(lot_size - gone, first=gone))
    for run in range(3):
        report = await lot.pull()
        assert report["status"] == "completed"
        assert report["removed"] == (gone if believed and run == 1 else 0)
        if not believed:
            assert report["message"].startswith(f"{gone} of {lot_size} vehicles on the lot were missing")
    assert [len(asked["vehicleIds"]) for asked in await questions(lot)] == ([] if believed else [gone])
    assert list(lot.states().values()).count("archived") == (gone if believed else 0)


async def questions(lot: ServedLot) -> list[dict[str, Any]]:
    """What the dealer is asked."""
    found: list[dict[str, Any]] = (await lot.get("/api/questions?state=open"))["questions"]
    return found


async def reply(lot: ServedLot, choice: str, **given: Any) -> int:
    [question] = await questions(lot)
    response = await lot.call("POST", f"/api/questions/{question['id']}/answer", {"choice": choice, **given})
    return response.status


class TestMissing:
    """Half of a lot of ten is missing: the dealer says what became of the cars."""

    async def asked(self, lot: ServedLot) -> dict[str, str]:
        """The ids of the missing cars by their numbers."""
        lot.dms_holds(*cars(10))
        await lot.pull()
        lot.dms_holds(*cars(5))
        await lot.pull()
        [question] = await questions(lot)
        assert question["kind"] == "cars_missing"
        assert "5 of the 10 vehicles" in question["text"]
        ids = {f"A{number}": str((await lot.vehicle(f"A{number}"))["id"]) for number in range(5, 10)}
        assert set(question["vehicleIds"]) == set(ids.values())
        return ids

    def off(self, lot: ServedLot) -> list[str]:
        return sorted(stock for stock, state in lot.states().items() if state == "archived")

    async def test_they_are_gone(self, lot: ServedLot) -> None:
        await self.asked(lot)
        assert await reply(lot, "gone") == 200
        assert self.off(lot) == ["A5", "A6", "A7", "A8", "A9"]
        assert (await lot.pull())["message"] is None
        assert await questions(lot) == []

    async def test_they_are_kept_and_not_asked_about_again(self, lot: ServedLot) -> None:
        await self.asked(lot)
        assert await reply(lot, "keep") == 200
        for _ in range(3):
            assert (await lot.pull())["message"] is None
        assert (self.off(lot), await questions(lot)) == ([], [])
        lot.dms_holds(*cars(10))
        assert (await lot.pull())["created"] == 0
        lot.dms_holds(*cars(9))
        await lot.pull()
        assert (await lot.pull())["removed"] == 1

    async def test_some_of_them(self, lot: ServedLot) -> None:
        ids = await self.asked(lot)
        assert await reply(lot, "gone", vehicleIds=[ids["A5"], ids["A6"]]) == 200
        [rest] = await questions(lot)
        assert set(rest["vehicleIds"]) == {ids["A7"], ids["A8"], ids["A9"]}
        assert await reply(lot, "gone", vehicleIds=["another"]) == 422
        assert await reply(lot, "keep") == 200
        assert (self.off(lot), await questions(lot)) == (["A5", "A6"], [])

    async def test_they_come_back_by_themselves(self, lot: ServedLot) -> None:
        await self.asked(lot)
        lot.dms_holds(*cars(10))
        await lot.pull()
        assert await questions(lot) == []

    async def test_a_run_that_cannot_be_believed_is_no_measure_of_the_next(self, lot: ServedLot) -> None:
        await self.asked(lot)
        lot.dms_holds(*cars(9))
        assert (await lot.pull())["removed"] == 0
        assert (await lot.pull())["removed"] == 1

    async def test_of_an_empty_dms_it_is_asked_too(self, lot: ServedLot) -> None:
        lot.dms_holds(*cars(2))
        await lot.pull()
        lot.dms_holds()
        assert (await lot.pull())["status"] == "degraded"
        assert await reply(lot, "gone") == 200
        assert self.off(lot) == ["A0", "A1"]
        assert (await lot.pull())["status"] == "completed"


async def test_a_lot_that_empties_little_by_little_is_believed(lot: ServedLot) -> None:
    for first, removed in ((0, 0), (3, 0), (6, 3), (9, 3), (12, 3), (15, 3)):
        lot.dms_holds(*cars(40 - first, first=first))
        report = await lot.pull()
        assert (report["status"], report["removed"]) == ("completed", removed)
    assert list(lot.states().values()).count("archived") == 12


async def test_what_the_dms_never_had_is_never_removed(lot: ServedLot) -> None:
    by_hand = await add(lot, 1)
    lot.dms_holds(*cars(3))
    for _ in range(4):
        assert (await lot.pull())["removed"] == 0
    assert (await lot.get(f"/api/vehicles/{by_hand['id']}"))["version"] == 1


async def test_a_car_that_came_by_an_event_between_two_runs_is_not_taken_for_gone(lot: ServedLot) -> None:
    lot.dms_holds(*cars(3))
    await lot.pull()
    # It stands here since after the first of the two runs that did not see it began.
    run_id = await lot.press()
    lot.clock.forward(1)
    event = {"id": "evt_1", "event": "vehicle.added", "occurred_at": "2025-02-03T10:31:00Z", "vehicle": car(9)}
    await _receive(lot, event)
    await lot.deliver()
    assert (await lot.report(run_id))["status"] == "completed"
    assert lot.states()["A9"] == "available"
    for removed in (0, 1):
        assert (await lot.pull())["removed"] == removed


async def _receive(lot: ServedLot, event: dict[str, Any]) -> None:
    """A signed event of the DMS."""
    from simulators.wayne_reeves.webhooks import signed

    lot.env["WEBHOOK_SECRET"] = "webhook-secret-of-tests"
    webhook = signed(event, None, "legacy", "webhook-secret-of-tests", 0)
    headers = {name.lower(): value for name, value in webhook.headers.items()}
    response = await lot.call("POST", "/api/webhooks/wayne-reeves", webhook.body, headers)
    assert response.status == 200, response.body


async def test_an_archived_car_comes_back_with_its_history(lot: ServedLot) -> None:
    lot.dms_holds(*cars(3))
    await lot.pull()
    await lot.edit("A0", price=5555)
    await lot.deliver()
    before = await lot.vehicle("A0")
    # The DMS's own record, as it was changed there, is gone and comes back as it was.
    record = lot.dms_shows("A0")
    lot.dms_holds(*cars(2, first=1))
    for _ in range(2):
        await lot.pull()
    assert (await lot.vehicle("A0"))["status"] == "archived"
    lot.dms_holds(record, *cars(2, first=1))
    report = await lot.pull()
    assert (report["created"], report["updated"]) == (0, 1)
    back = await lot.vehicle("A0")
    assert (back["id"], back["status"], back["price"], back["createdAt"]) == (
        before["id"],
        "available",
        5555,
        before["createdAt"],
    )


async def test_what_the_dealer_deleted_stays_away_until_it_was_gone_and_is_back(lot: ServedLot) -> None:
    lot.dms_holds(*cars(3))
    await lot.pull()
    vehicle_id = (await lot.vehicle("A0"))["id"]
    assert (await lot.call("DELETE", f"/api/vehicles/{vehicle_id}")).status == 204
    lot.dms_holds(car(0, price=1), *cars(2, first=1))
    for _ in range(2):
        await lot.pull()
        assert lot.states()["A0"] == "archived"
    lot.dms_holds(*cars(2, first=1))
    for _ in range(2):
        assert (await lot.pull())["removed"] == 0
    lot.dms_holds(car(0, price=1), *cars(2, first=1))
    await lot.pull()
    assert lot.states()["A0"] == "available"


@pytest.mark.parametrize("told", [True, False])
async def test_a_sold_car_is_never_listed_again(lot: ServedLot, told: bool) -> None:
    lot.env["IMPORT_PUBLISH_TO_WEBSITE"] = "true"
    lot.dms_holds(*cars(3))
    await lot.pull()
    vehicle = await lot.vehicle("A0")
    sale = {"vehicleId": vehicle["id"], "salePrice": 6000, "saleDate": "2025-02-03"}
    assert (await lot.call("POST", "/api/sales", sale)).status == 201
    if told:
        await lot.deliver()
        assert lot.dms_shows("A0")["status"] == "sold"
    lot.queue.messages.clear()
    # The DMS shows it unsold, and changed; then not at all; then again.
    for held in (car(0, price=1), None, None, car(0, price=2), car(0, status="pending", updated_at="2026-01-01T00:00:00Z")):
        lot.dms_holds(*([held] if held else []), *cars(2, first=1))
        report = await lot.pull()
        assert (report["status"], report["removed"]) == ("completed", 0)
        assert (await lot.vehicle("A0"))["status"] == "sold"
        assert vehicle["vin"] not in {shown["vin"] for shown in await lot.get("/api/public/inventory")}
        lot.queue.messages.clear()
    refused = await lot.call("PATCH", f"/api/vehicles/{vehicle['id']}", {"status": "available"})
    assert (refused.status, answer(refused)["code"]) == (409, "vehicle-sold")


async def test_what_the_dms_says_is_sold_stays_sold(lot: ServedLot) -> None:
    lot.dms_holds(*cars(2))
    await lot.pull()
    for status in ("sold", "available", "pending", "sold"):
        lot.dms_holds(car(0, status=status, updated_at=...), car(1))
        await lot.pull()
        assert lot.states() == {"A0": "sold", "A1": "available"}
