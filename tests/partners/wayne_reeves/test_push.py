"""What the DMS is told: the fields that the dealer edits by hand, and sales made and undone. An import overwrites neither."""

from __future__ import annotations

from typing import Any

import pytest

from carlot import app
from carlot.platform.ports import Delivery, HttpResponse
from support.lot import answer, car
from support.served import ServedLot

SALE = {"salePrice": 6500.5, "saleDate": "2025-02-03"}
LOSSES: dict[str, dict[str, Any]] = {
    "the answer is lost": {"fault": "lost_answer"},
    "the answer is cut": {"fault": "truncate", "truncate_mode": "json"},
    "done, and then an error": {"fault": "status", "status": 500, "after_work": True},
    "not done": {"fault": "status", "status": 503},
    "reset": {"fault": "reset"},
    "out of time": {"fault": "stall", "stall_s": 60},
    "slow down": {"fault": "rate_limit", "retry_after_s": 30},
}
LOSS = pytest.mark.parametrize("loss", LOSSES.values(), ids=list(LOSSES))


async def imported(lot: ServedLot, *records: dict[str, Any]) -> None:
    """The DMS's cars, on the lot."""
    lot.dms_holds(*(records or [car(number) for number in range(3)]))
    assert (await lot.pull())["status"] == "completed"


async def sell(lot: ServedLot, stock_number: str, **more: Any) -> str:
    """Sell a car; answer the sale's id."""
    response = await lot.call("POST", "/api/sales", {"vehicleId": (await lot.vehicle(stock_number))["id"], **SALE, **more})
    assert response.status == 201, response.body
    sale_id: str = answer(response)["id"]
    return sale_id


def told(lot: ServedLot) -> list[dict[str, Any]]:
    """The sales that the DMS has taken."""
    return lot.network.dms.sales.listed()


async def test_what_the_dealer_edits_is_pushed_and_stays_until_the_dms_has_taken_it(lot: ServedLot) -> None:
    await imported(lot)
    edited = await lot.edit("A0", price=7777.77, mileage=120_000, location="Back row", description="Just serviced.")
    assert edited["editedFields"] == ["mileage", "price", "description", "location"]
    # The DMS has news of its own, and does not know ours yet.
    lot.dms_changes(car(0, price=1, mileage=2, location="x", description="y", trim="LX", updated_at="2025-02-03T10:00:00Z"))
    lot.queue.messages.clear()
    await lot.pull()
    vehicle = await lot.vehicle("A0")
    assert (vehicle["price"], vehicle["mileage"], vehicle["location"]) == (7777.77, 120_000, "Back row")
    assert (vehicle["description"], vehicle["trim"]) == ("Just serviced.", "LX")
    # The lost message is made up for.
    lot.clock.forward(60)
    await lot.tick()
    await lot.deliver()
    (patch,) = lot.network.heard("PATCH")
    assert patch["path"] == "/inventory/A0"
    assert patch["body"] == {"mileage": 120_000, "location": "Back row", "price": 7777.77, "description": "Just serviced."}
    assert (await lot.vehicle("A0"))["editedFields"] == []
    lot.dms_changes({**lot.dms_shows("A0"), "price": 5000.0, "updated_at": "2026-02-03T12:00:00Z"})
    await lot.pull()
    assert (await lot.vehicle("A0"))["price"] == 5000


async def test_what_the_dms_says_after_it_took_an_edit_counts(lot: ServedLot) -> None:
    """The edit has ended: the nightly pull takes the newer price over, and does not push the older one again."""
    await imported(lot)
    await lot.edit("A0", price=7000)
    await lot.deliver()
    lot.dms_changes({**lot.dms_shows("A0"), "price": 6500.0, "updated_at": "2026-02-03T12:00:00Z"})
    for _ in range(2):
        await lot.pull()
    assert ((await lot.vehicle("A0"))["price"], lot.dms_shows("A0")["price"]) == (6500, 6500)
    assert len(lot.network.heard("PATCH")) == 1


async def test_what_was_edited_again_meanwhile_stays_edited(lot: ServedLot) -> None:
    await imported(lot)
    await lot.edit("A0", price=7000, location="Back row")
    network = lot.network

    class EditedMeanwhile:
        """The dealer changes the price again while the DMS is being told."""

        async def request(self, method: str, *given: Any, **limits: Any) -> HttpResponse:
            answered = await network.request(method, *given, **limits)
            if method == "PATCH" and len(network.heard("PATCH")) == 1:
                await lot.edit("A0", price=7100)
            return answered

    lot.network = EditedMeanwhile()  # type: ignore[assignment]
    body, _ = lot.queue.messages.pop(0)
    await app.handle_delivery([Delivery("m", body, 1)], lot.services)
    assert (await lot.vehicle("A0"))["editedFields"] == ["price"]
    await lot.deliver()
    assert [patch["body"] for patch in network.heard("PATCH")] == [{"location": "Back row", "price": 7000}, {"price": 7100}]
    assert (await lot.vehicle("A0"))["editedFields"] == []


async def test_a_page_from_before_an_edit_was_taken_does_not_undo_it(lot: ServedLot) -> None:
    await imported(lot)
    lot.dms_changes({**lot.dms_shows("A0"), "trim": "LX", "updated_at": "2025-02-03T10:00:00Z"})
    network = lot.network
    pages: list[HttpResponse] = []

    class Slow:
        """A page is on its way while the dealer edits a car and the DMS takes it."""

        async def request(self, method: str, *given: Any, **limits: Any) -> HttpResponse:
            answered = await network.request(method, *given, **limits)
            if method == "GET" and not pages:
                pages.append(answered)
                await lot.edit("A0", price=7000)
                body, _ = lot.queue.messages.pop()
                await app.handle_delivery([Delivery("m", body, 1)], lot.services)
            return answered

    lot.network = Slow()  # type: ignore[assignment]
    report = await lot.pull()
    assert (report["status"], len(network.heard("PATCH"))) == ("completed", 1)
    vehicle = await lot.vehicle("A0")
    assert (vehicle["price"], vehicle["trim"], vehicle["editedFields"]) == (7000, "LX", [])


async def test_what_the_dms_does_not_take_stays_ours(lot: ServedLot) -> None:
    await imported(lot)
    edited = await lot.edit("A0", trim="EX-L", status="pending", purchasePrice=1.5, photos=["https://a.test/mine.jpg"])
    assert set(edited["editedFields"]) == {"trim", "status", "purchasePrice", "photos"}
    await lot.deliver()
    assert lot.network.heard("PATCH") == []
    for number in range(3):
        lot.dms_changes(car(0, trim="LX", cost=number, photos=[], updated_at=f"2025-03-0{number + 1}T00:00:00Z"))
        await lot.pull()
        vehicle = await lot.vehicle("A0")
        assert (vehicle["trim"], vehicle["status"], vehicle["purchasePrice"]) == ("EX-L", "pending", 1.5)
        assert [photo["url"] for photo in vehicle["photos"]] == ["https://a.test/mine.jpg"]
    lot.dms_changes(car(0, trim="EX-L", cost=1.5, status="pending", updated_at="2025-03-09T00:00:00Z"))
    await lot.pull()
    assert (await lot.vehicle("A0"))["editedFields"] == ["photos"]


async def test_a_burst_of_edits_is_one_call_with_the_last_of_each(lot: ServedLot) -> None:
    await imported(lot)
    for price in (1, 2, 3):
        await lot.edit("A0", price=price)
    await lot.edit("A0", location="Row 7")
    await lot.deliver()
    assert [request["body"] for request in lot.network.heard("PATCH")] == [{"location": "Row 7", "price": 3.0}]


async def test_a_field_cleared_by_hand_is_not_pushed_and_not_filled_again(lot: ServedLot) -> None:
    await imported(lot)
    await lot.edit("A0", price=None, location="")
    await lot.deliver()
    assert lot.network.heard("PATCH") == []
    lot.dms_changes(car(0, price=9, updated_at="2025-03-01T00:00:00Z"))
    await lot.pull()
    vehicle = await lot.vehicle("A0")
    assert (vehicle["price"], vehicle["location"]) == (None, None)


@LOSS
async def test_an_edit_arrives_whatever_happens_to_the_call(lot: ServedLot, loss: dict[str, Any]) -> None:
    await imported(lot)
    lot.network.faults(script=[{**loss, "method": "PATCH", "times": 3}])
    await lot.edit("A0", price=4321)
    await lot.deliver()
    assert lot.dms_shows("A0")["price"] == 4321
    await lot.pull()
    assert (await lot.vehicle("A0"))["editedFields"] == []


async def test_an_edit_that_the_dms_refuses_is_dead_and_can_be_retried(lot: ServedLot) -> None:
    await imported(lot)
    lot.network.dms.lot.remove("A0")
    await lot.edit("A0", price=4321)
    await lot.deliver()
    (dead,) = (await lot.get("/api/integrations/tasks?state=dead"))["tasks"]
    assert (dead["target"], dead["kind"], dead["error"]) == ("wayne_reeves", "edits", "Wayne Reeves refused the request (404).")
    lot.dms_changes(car(0))
    assert (await lot.call("POST", f"/api/integrations/tasks/{dead['id']}/retry")).status == 202
    await lot.deliver()
    assert lot.dms_shows("A0")["price"] == 4321


@LOSS
async def test_a_sale_is_told_once_whatever_happens_to_the_call(lot: ServedLot, loss: dict[str, Any]) -> None:
    await imported(lot)
    lot.network.faults(script=[{**loss, "path": "/sales", "times": 3}])
    customer = {"name": "Ann Lee", "email": "ann@example.com", "phone": ""}
    sale_id = await sell(lot, "A0", customer=customer)
    await lot.deliver()
    (sale,) = told(lot)
    assert (sale["idempotency_key"], sale["undone"], sale["stock_number"]) == (sale_id, False, "A0")
    assert (sale["sale_price"], sale["sale_date"]) == (6500.5, "2025-02-03")
    assert sale["customer"] == {"name": "Ann Lee", "email": "ann@example.com"}
    assert {request["idempotency_key"] for request in lot.network.heard("POST", "/sales")} == {sale_id}
    report = await lot.pull()
    assert (report["status"], (await lot.vehicle("A0"))["status"]) == ("completed", "sold")


@LOSS
async def test_a_sale_undone_is_undone_there_too(lot: ServedLot, loss: dict[str, Any]) -> None:
    await imported(lot)
    sale_id = await sell(lot, "A0")
    await lot.deliver()
    lot.network.faults(script=[{**loss, "method": "DELETE", "times": 2}])
    assert (await lot.call("POST", f"/api/sales/{sale_id}/void")).status == 200
    await lot.deliver()
    assert [sale["undone"] for sale in told(lot)] == [True]
    assert lot.dms_shows("A0")["status"] == "available"
    report = await lot.pull()
    assert (report["status"], (await lot.vehicle("A0"))["status"]) == ("completed", "available")


@LOSS
async def test_a_sale_undone_while_it_is_being_told_is_not_left_there(lot: ServedLot, loss: dict[str, Any]) -> None:
    await imported(lot)
    lot.network.faults(script=[{**loss, "path": "/sales", "method": "POST"}])
    sale_id = await sell(lot, "A0")
    while not lot.network.heard("POST", "/sales"):
        await lot.deliver(1)
    assert (await lot.call("POST", f"/api/sales/{sale_id}/void")).status == 200
    for _ in range(2):
        # Neither before nor after the DMS has undone it does a pull take the car for sold.
        await lot.pull()
        assert (await lot.vehicle("A0"))["status"] == "available"
    assert all(sale["undone"] for sale in told(lot))
    assert lot.dms_shows("A0")["status"] == "available"


async def test_a_sale_undone_before_it_was_told_is_never_told(lot: ServedLot) -> None:
    await imported(lot)
    sale_id = await sell(lot, "A0")
    assert (await lot.call("POST", f"/api/sales/{sale_id}/void")).status == 200
    await lot.deliver()
    assert (told(lot), lot.network.heard("POST", "/sales")) == ([], [])


async def test_a_car_that_the_dms_has_sold_already_stays_sold_once(lot: ServedLot) -> None:
    await imported(lot)
    lot.network.dms.lot.update("A0", {"status": "sold"})
    await sell(lot, "A0")
    await lot.deliver()
    assert told(lot) == []
    assert (await lot.get("/api/integrations/tasks?state=dead"))["tasks"] == []
    await lot.pull()
    assert (await lot.vehicle("A0"))["status"] == "sold"


async def test_a_car_that_the_dms_never_had_is_none_of_its_business(lot: ServedLot) -> None:
    from app.typed import add

    by_hand = await add(lot, 1)
    assert (await lot.call("PATCH", f"/api/vehicles/{by_hand['id']}", {"price": 1})).status == 200
    assert (await lot.call("POST", "/api/sales", {"vehicleId": by_hand["id"], **SALE})).status == 201
    await lot.deliver()
    assert lot.network.heard() == []
