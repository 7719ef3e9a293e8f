"""What is changed or undone here after it was posted: the expense of a record follows, and nothing else on it is touched."""

from __future__ import annotations

from typing import Any

import pytest

from carlot.platform.ports import Response
from support.books import BooksWorld, connected
from support.lot import answer
from support.perils import Killed, Perils


async def change(world: BooksWorld, record_id: str, **changes: Any) -> Response:
    return await world.call("PATCH", f"/api/service-records/{record_id}", changes)


async def posted() -> tuple[BooksWorld, str]:
    """A service record in the books."""
    world = await connected()
    record = await world.spend("A1", 120.5, vendor="Tire Barn")
    await world.until_quiet()
    return world, str(record["id"])


def expense(world: BooksWorld) -> dict[str, Any]:
    (found,) = world.company.standing("Purchase")
    return found.body


class TestApi:
    async def test_what_is_left_out_stays(self) -> None:
        world, record_id = await posted()
        before = answer(await world.call("GET", f"/api/service-records/{record_id}"))
        changed = answer(await change(world, record_id, cost=99.99))
        assert changed == {**before, "cost": 99.99}
        changed = answer(await change(world, record_id, description="Tires", serviceDate="2025-01-31", vendor=None))
        assert changed == {**before, "cost": 99.99, "description": "Tires", "serviceDate": "2025-01-31", "vendor": None}

    @pytest.mark.parametrize(
        "changes", [{"cost": None}, {"cost": -1}, {"serviceDate": None}, {"description": " "}, {"vehicleId": "v"}]
    )
    async def test_what_breaks_the_schema_is_422(self, changes: dict[str, Any]) -> None:
        world, record_id = await posted()
        assert (await change(world, record_id, **changes)).status == 422

    async def test_one_that_is_void_or_not_there(self) -> None:
        world, record_id = await posted()
        for _ in range(2):
            voided = await world.call("POST", f"/api/service-records/{record_id}/void")
            assert (voided.status, answer(voided)["state"]) == (200, "voided")
        refused = await change(world, record_id, cost=1)
        assert (refused.status, answer(refused)["code"]) == (409, "record-voided")
        assert (await change(world, "gone", cost=1)).status == 404
        assert (await world.call("POST", "/api/service-records/gone/void")).status == 404


class TestVoid:
    async def test_a_posted_expense_is_deleted(self) -> None:
        world, record_id = await posted()
        await world.call("POST", f"/api/service-records/{record_id}/void")
        await world.until_quiet()
        world.check_books()
        assert list(world.company.standing("Purchase")) == []

    async def test_one_that_is_not_posted_never_is(self) -> None:
        world = await connected()
        record = await world.spend("A1")
        await world.call("POST", f"/api/service-records/{record['id']}/void")
        await world.until_quiet()
        assert world.posted("Purchase") == []
        assert world.task(target="quickbooks")["outcome"] == "It is not in QuickBooks."


class TestChange:
    async def test_before_it_is_posted_it_is_posted_as_it_is(self) -> None:
        world = await connected()
        record = await world.spend("A1", 120.5)
        await change(world, record["id"], cost=75.25, serviceDate="2025-01-30")
        await world.until_quiet()
        world.check_books()
        assert len(world.calls("POST", "/purchase")) == 1

    async def test_the_expense_is_changed_in_place_and_all_else_on_it_stays(self) -> None:
        world, record_id = await posted()
        number = expense(world)["DocNumber"]
        line = {**expense(world)["Line"][0]}
        line["AccountBasedExpenseLineDetail"] = {**line["AccountBasedExpenseLineDetail"], "AccountRef": {"value": "9"}}
        world.bookkeeper("edit", "Purchase", number, set={"PaymentRefNum": "ck 77", "Line": [line]})
        before = expense(world)
        await change(world, record_id, cost=75.25, serviceDate="2025-01-30", description="Two tires", vendor="Corner Glass")
        await world.until_quiet()
        world.check_books()
        after = expense(world)
        assert (after["Id"], after["DocNumber"], after["PaymentRefNum"]) == (before["Id"], number, "ck 77")
        assert after["PrivateNote"] == before["PrivateNote"]
        assert (after["TotalAmt"], after["TxnDate"], after["EntityRef"]["name"]) == (75.25, "2025-01-30", "Corner Glass")
        assert after["Line"][0]["AccountBasedExpenseLineDetail"]["AccountRef"]["value"] == "9"
        assert after["Line"][0]["Description"].endswith("Two tires")
        assert world.record(record_id)["books_note"] is None

    async def test_a_vendor_can_be_taken_off(self) -> None:
        world, record_id = await posted()
        await change(world, record_id, vendor=None)
        await world.until_quiet()
        assert "EntityRef" not in expense(world)

    async def test_the_same_again_is_no_call(self) -> None:
        world, record_id = await posted()
        before = len(world.calls())
        await change(world, record_id, cost=120.5)
        await world.until_quiet()
        assert len(world.calls()) == before

    async def test_changed_there_it_is_left_alone_and_said(self) -> None:
        world, record_id = await posted()
        world.bookkeeper("edit", "Purchase", expense(world)["DocNumber"], amount_cents=500)
        await change(world, record_id, cost=75.25)
        await world.until_quiet()
        assert expense(world)["TotalAmt"] == 5
        assert "changed in QuickBooks" in world.record(record_id)["books_note"]
        assert world.task(target="quickbooks", kind="expense")["state"] == "done"

    async def test_deleted_there_it_is_said(self) -> None:
        world, record_id = await posted()
        world.bookkeeper("delete", "Purchase", expense(world)["DocNumber"])
        await change(world, record_id, cost=75.25)
        await world.until_quiet()
        assert "deleted in QuickBooks" in world.record(record_id)["books_note"]

    async def test_somebody_else_saves_it_at_the_same_time(self) -> None:
        world, record_id = await posted()
        body = {"Fault": {"Error": [{"Message": "Stale Object Error", "Detail": "You and root.", "code": "5010"}]}}
        world.faults({"fault": "status", "status": 400, "body": body, "method": "POST", "path": "/purchase", "times": 2})
        await change(world, record_id, cost=75.25)
        await world.until_quiet()
        world.check_books()

    async def test_another_company_s_is_not_touched(self) -> None:
        world, record_id = await posted()
        world.database.connection.execute("UPDATE service_records SET books_realm_id = 'another'")
        before = len(world.calls("POST"))
        await change(world, record_id, cost=75.25)
        await world.until_quiet()
        assert len(world.calls("POST")) == before
        assert "another QuickBooks company" in world.record(record_id)["books_note"]

    @pytest.mark.parametrize("fault", ["lost_answer", "reset"])
    @pytest.mark.parametrize("first", [True, False], ids=["the create", "the change"])
    async def test_an_answer_is_lost(self, fault: str, first: bool) -> None:
        world = await connected()
        rule = {"fault": fault, "method": "POST", "path": "/purchase"}
        if first:
            world.faults(rule)
        record = await world.spend("A1", 120.5)
        await world.work()
        if not first:
            world.faults(rule)
        await change(world, record["id"], cost=75.25)
        await world.until_quiet()
        world.check_books()
        assert world.record(record["id"])["books_note"] is None

    @pytest.mark.parametrize("after_effect", [False, True], ids=["before", "after"])
    async def test_killed_at_every_call(self, after_effect: bool) -> None:
        for number in range(1, 60):
            world, record_id = await posted()
            await change(world, record_id, cost=75.25, vendor="Corner Glass")
            world.restart(Perils(world.clock, kill_at=number, after_effect=after_effect))
            killed = False
            try:
                await world.work()
            except Killed:
                killed = True
            world.restart()
            await world.until_quiet()
            world.check_books()
            assert world.record(record_id)["books_note"] is None
            if not killed:
                break
        assert 5 < number < 59
