"""From the DMS: what its events do to the lot. Each takes effect once, and an older one never overwrites what is newer."""

from __future__ import annotations

import asyncio
from random import Random
from typing import Any

import pytest

from support.lot import car
from support.perils import Killed, Perils
from support.world import World

T0 = "2025-02-01T08:00:00Z"
EARLIER = "2025-02-01T07:00:00Z"
LATER = "2025-02-01T09:00:00Z"


def event(kind: str, number: int = 1, event_id: str = "evt_1", sale: Any = ..., **changed: Any) -> dict[str, Any]:
    """An event of the DMS about one of its cars."""
    whole = {"id": event_id, "event": f"vehicle.{kind}", "occurred_at": T0, "vehicle": car(number, **changed)}
    return whole if sale is ... else {**whole, "sale": sale}


def sale(price: float = 6300.0, date: str = "2025-02-01", **more: Any) -> dict[str, Any]:
    return {"sale_price": price, "sale_date": date, **more}


async def lot_of_three() -> World:
    world = World(3)
    assert await world.pull() == "completed"
    return world


async def tell(world: World, *events: dict[str, Any]) -> None:
    for each in events:
        assert await world.told_by_dms(each) == 200
        await world.work()


def became(world: World) -> dict[str, str]:
    return {row["event_key"]: row["state"] for row in world.database.query("SELECT event_key, state FROM webhook_events")}


def sales(world: World) -> list[dict[str, Any]]:
    return world.database.query("SELECT * FROM sales ORDER BY created_at")


class TestAddedAndUpdated:
    async def test_a_new_car(self) -> None:
        world = await lot_of_three()
        await tell(world, event("added", 9))
        assert world.vehicle("A9")["status"] == "available"
        assert became(world) == {"evt_1": "applied"}

    async def test_an_updated_event_changes_the_price(self) -> None:
        world = await lot_of_three()
        await tell(world, event("updated", price=6100.0, updated_at=LATER))
        assert world.vehicle("A1")["price_cents"] == 610_000

    @pytest.mark.parametrize("kind", ["added", "updated", "sold"])
    async def test_either_kind_brings_an_unknown_car_in(self, kind: str) -> None:
        world = World(0)
        await tell(world, event(kind, 9))
        assert world.vehicle("A9")["status"] == ("sold" if kind == "sold" else "available")

    async def test_an_older_one_changes_nothing(self) -> None:
        world = await lot_of_three()
        before = world.vehicle("A1")
        await tell(world, event("updated", price=1.0, updated_at=EARLIER))
        assert world.vehicle("A1") == before
        assert became(world) == {"evt_1": "ignored"}

    @pytest.mark.parametrize("seed", range(6))
    async def test_in_any_order_the_newest_holds(self, seed: int) -> None:
        world = await lot_of_three()
        events = [
            event("updated", event_id=f"evt_{n}", price=6000.0 + n, updated_at=f"2025-02-01T09:{n:02}:00Z") for n in range(6)
        ]
        Random(seed).shuffle(events)
        for each in events:
            assert await world.told_by_dms(each) == 200
        await world.until_quiet()
        assert world.vehicle("A1")["price_cents"] == 600_500

    @pytest.mark.parametrize("seed", range(6))
    async def test_delivered_at_the_same_moment_the_newest_holds(self, seed: int) -> None:
        world = await lot_of_three()
        for n in range(4):
            await world.told_by_dms(
                event("updated", event_id=f"evt_{n}", price=6000.0 + n, updated_at=f"2025-02-01T09:{n:02}:00Z")
            )
        world.restart(Perils(world.clock, interleave=Random(seed)))
        await asyncio.gather(world.deliver_due(2), world.deliver_due(4))
        world.restart()
        await world.until_quiet()
        assert world.vehicle("A1")["price_cents"] == 600_300

    async def test_without_the_vehicle_s_time_the_event_s_counts(self) -> None:
        world = await lot_of_three()
        stale = {**event("updated", price=1.0, updated_at=...), "occurred_at": EARLIER}
        await tell(world, stale)
        assert became(world) == {"evt_1": "ignored"}

    async def test_fractions_of_a_millisecond_do_not_make_the_new_old(self) -> None:
        world = await lot_of_three()
        await tell(world, event("updated", price=6001.0, updated_at="2025-02-01T09:00:00.1236Z"))
        world.network.dms.lot.upsert(car(1, price=6002.0, updated_at="2025-02-01T09:00:00.1238Z"))
        await tell(world, event("updated", event_id="evt_2", price=6002.0, updated_at="2025-02-01T09:00:00.1238Z"))
        assert world.vehicle("A1")["price_cents"] == 600_200

    async def test_hand_edits_are_not_overwritten(self) -> None:
        world = await lot_of_three()
        await world.edit("A1", trim="EX-L")
        await tell(world, event("updated", trim="LX", mileage=5, updated_at=LATER))
        assert (world.vehicle("A1")["trim"], world.vehicle("A1")["mileage_miles"]) == ("EX-L", 5)

    async def test_an_event_from_before_the_dms_took_an_edit_does_not_undo_it(self) -> None:
        world = await lot_of_three()
        await world.edit("A1", price=7000)
        await world.until_quiet()
        assert world.vehicle("A1")["edited_fields"] == "[]"
        await tell(world, event("updated", price=6100.0, updated_at=LATER))
        assert world.vehicle("A1")["price_cents"] == 700_000

    async def test_the_echo_of_our_own_edit_ends_it(self) -> None:
        world = await lot_of_three()
        await world.edit("A1", price=7000)
        await world.until_quiet()
        await tell(world, {**event("updated"), "vehicle": world.dms_record("A1")})
        assert world.vehicle("A1")["edited_fields"] == "[]"

    async def test_the_number_of_a_car_that_left_is_used_again(self) -> None:
        world = await lot_of_three()
        old = world.vehicle("A1")
        await world.call("DELETE", f"/api/vehicles/{old['id']}")
        new = {"make": "Ford", "model": "F-150", "year": 2019, "vin": car(99)["vin"], "price": 31_000}
        await tell(world, event("added", 1, **new, updated_at=LATER))
        assert became(world) == {"evt_1": "applied"}
        assert world.vehicle("A1")["id"] != old["id"]
        assert (world.vehicle("A1")["vin"], world.vehicle("A1")["price_cents"]) == (new["vin"], 3_100_000)

    async def test_a_known_vin_under_another_number_is_the_same_car(self) -> None:
        world = await lot_of_three()
        before = world.vehicle("A1")
        await tell(world, event("added", 9, vin=car(1)["vin"], updated_at=LATER))
        assert became(world) == {"evt_1": "applied"}
        assert world.vehicle("A9")["id"] == before["id"]
        assert world.vehicle("A9")["stock_number"] == "A9"


class TestTies:
    async def test_settled_by_asking_the_dms(self) -> None:
        world = await lot_of_three()
        world.network.dms.lot.upsert(car(1, price=6200.0, updated_at=LATER))
        await tell(world, event("updated", event_id="a", price=6100.0, updated_at=LATER))
        heard = len(world.network.heard("GET", "/inventory"))
        await tell(world, event("updated", event_id="b", price=6300.0, updated_at=LATER))
        assert len(world.network.heard("GET", "/inventory")) == heard + 1
        assert world.vehicle("A1")["price_cents"] == 620_000

    async def test_the_same_record_again_is_no_tie(self) -> None:
        world = await lot_of_three()
        await tell(world, event("updated", event_id="a", price=6100.0, updated_at=LATER))
        heard = len(world.network.heard("GET", "/inventory"))
        await tell(world, event("updated", event_id="b", price=6100.0, updated_at=LATER))
        assert len(world.network.heard("GET", "/inventory")) == heard

    @pytest.mark.parametrize("known", [True, False])
    @pytest.mark.parametrize("seed", range(6))
    async def test_delivered_at_the_same_moment(self, seed: int, known: bool) -> None:
        """Each sees the lot as it was before the other, and yet the DMS has the last word."""
        world = await lot_of_three()
        number = 1 if known else 9
        world.network.dms.lot.upsert(car(number, price=6200.0, updated_at=LATER))
        for name, price in (("a", 6100.0), ("b", 6300.0)):
            await world.told_by_dms(event("updated", number, event_id=name, price=price, updated_at=LATER))
        world.restart(Perils(world.clock, interleave=Random(seed)))
        await world.deliver_due()
        world.restart()
        await world.until_quiet()
        assert world.vehicle(f"A{number}")["price_cents"] == 620_000
        assert set(became(world).values()) == {"applied"}

    async def test_a_dms_that_cannot_be_asked_now_is_asked_later(self) -> None:
        world = await lot_of_three()
        await tell(world, event("updated", event_id="a", price=6100.0, updated_at=LATER))
        world.network.dms.lot.upsert(car(1, price=6200.0, updated_at=LATER))
        world.network.faults(outage=True)
        await tell(world, event("updated", event_id="b", price=6300.0, updated_at=LATER))
        await world.minutes(5)
        assert became(world)["b"] == "stored"
        world.network.faults()
        await world.until_quiet()
        assert (became(world)["b"], world.vehicle("A1")["price_cents"]) == ("applied", 620_000)

    async def test_a_dms_that_refuses_our_key_holds_up_that_event_alone(self) -> None:
        world = await lot_of_three()
        await tell(world, event("updated", event_id="a", price=6100.0, updated_at=LATER))
        world.network.dms.lot.upsert(car(1, price=6200.0, updated_at=LATER))
        world.env["WAYNE_REEVES_API_KEY"] = "wrong"
        await tell(world, event("updated", event_id="b", price=6300.0, updated_at=LATER))
        await tell(world, event("added", 9, event_id="c"))
        assert became(world) == {"a": "applied", "b": "stored", "c": "applied"}
        world.env["WAYNE_REEVES_API_KEY"] = "key"
        await world.until_quiet()
        assert (became(world)["b"], world.vehicle("A1")["price_cents"]) == ("applied", 620_000)

    async def test_an_unconfigured_dms_is_asked_once_it_is(self) -> None:
        world = await lot_of_three()
        await tell(world, event("updated", event_id="a", price=6100.0, updated_at=LATER))
        world.network.dms.lot.upsert(car(1, price=6200.0, updated_at=LATER))
        world.env["WAYNE_REEVES_API_URL"] = None
        await tell(world, event("updated", event_id="b", price=6300.0, updated_at=LATER))
        world.env["WAYNE_REEVES_API_URL"] = "http://partners.test"
        await world.until_quiet()
        assert world.vehicle("A1")["price_cents"] == 620_000

    async def test_a_car_the_dms_no_longer_has(self) -> None:
        world = await lot_of_three()
        await tell(world, event("updated", event_id="a", price=6100.0, updated_at=LATER))
        world.network.dms.lot.remove("A1")
        await tell(world, event("updated", event_id="b", price=6300.0, updated_at=LATER))
        assert (became(world)["b"], world.vehicle("A1")["price_cents"]) == ("ignored", 610_000)


class TestSold:
    async def test_it_records_the_sale_and_raises_what_a_sale_raises(self) -> None:
        world = await lot_of_three()
        await tell(world, event("sold", sale=sale(customer={"name": "Ann Lee", "phone": "555"})))
        [row] = sales(world)
        assert (row["sale_price_cents"], row["sale_date"], row["origin"]) == (630_000, "2025-02-01", "dms")
        assert world.database.query("SELECT name, phone FROM customers") == [{"name": "Ann Lee", "phone": "555"}]
        assert world.vehicle("A1")["status"] == "sold"
        assert [task["kind"] for task in world.tasks(subject_id=row["id"])] == ["invoice"]
        assert world.tasks(kind="invoice")[0]["deadline_at"] is not None

    async def test_of_an_unknown_car_too(self) -> None:
        world = World(0)
        await tell(world, event("sold", 9, sale=sale()))
        assert (world.vehicle("A9")["status"], len(sales(world))) == ("sold", 1)

    @pytest.mark.parametrize("seed", range(5))
    async def test_told_three_times_in_different_events_it_is_one_sale(self, seed: int) -> None:
        world = await lot_of_three()
        for n in range(3):
            await world.told_by_dms(event("sold", event_id=f"evt_{n}", sale=sale()))
        world.restart(Perils(world.clock, interleave=Random(seed)))
        await world.deliver_due()
        world.restart()
        await world.until_quiet()
        assert len(sales(world)) == 1
        assert sorted(became(world).values()) == ["applied", "ignored", "ignored"]

    async def test_however_late_it_is_told(self) -> None:
        world = await lot_of_three()
        await tell(world, event("updated", event_id="a", updated_at=LATER, price=6100.0))
        await tell(world, event("sold", event_id="b", updated_at=EARLIER, sale=sale()))
        assert (world.vehicle("A1")["status"], len(sales(world))) == ("sold", 1)

    async def test_nothing_from_before_it_puts_it_back(self) -> None:
        world = await lot_of_three()
        await tell(world, event("sold", event_id="a", updated_at="2025-02-02T09:00:00Z", sale=sale()))
        await tell(world, event("updated", event_id="b", updated_at=LATER, status="available", price=5000.0))
        await tell(world, event("added", event_id="c", updated_at="2025-02-02T09:00:00Z", status="pending"))
        assert world.vehicle("A1")["status"] == "sold"
        assert await world.pull() == "completed"
        assert world.vehicle("A1")["status"] == "sold"

    async def test_the_echo_of_our_own_sale_is_no_second_one(self) -> None:
        world = await lot_of_three()
        own = await world.sell("A1", 6300.0)
        await world.until_quiet()
        await tell(world, {**event("sold", sale=sale(6300.0, "2025-02-03")), "vehicle": world.dms_record("A1")})
        assert [row["id"] for row in sales(world)] == [own["id"]]

    async def test_the_late_echo_of_a_sale_undone_meanwhile_does_not_sell_the_car(self) -> None:
        world = await lot_of_three()
        own = await world.sell("A1", 6300.0)
        await world.until_quiet()
        echoes = [
            {**event("sold", event_id="a", sale=sale(6300.0, "2025-02-03")), "vehicle": dict(world.dms_record("A1"))},
            {**event("sold", event_id="b"), "vehicle": dict(world.dms_record("A1"))},
            {**event("updated", event_id="c"), "vehicle": dict(world.dms_record("A1"))},
        ]
        await world.void(own["id"])
        await tell(world, echoes[2])
        await world.until_quiet()
        await tell(world, *echoes)
        await world.until_quiet()
        assert world.vehicle("A1")["status"] == "available"
        assert [row["voided_at"] is None for row in sales(world)] == [False]
        await world.pull()
        assert world.vehicle("A1")["status"] == "available"

    async def test_without_a_sale_it_is_sold_all_the_same(self) -> None:
        world = await lot_of_three()
        await tell(world, event("sold", updated_at=LATER))
        assert (world.vehicle("A1")["status"], [row["sale_price_cents"] for row in sales(world)]) == ("sold", [None])

    async def test_without_a_sale_an_older_one_changes_nothing(self) -> None:
        world = await lot_of_three()
        await tell(world, event("sold", updated_at=EARLIER))
        assert (world.vehicle("A1")["status"], became(world)) == ("available", {"evt_1": "ignored"})

    @pytest.mark.parametrize("name", ["stock_number", "vin", "make", "model", "year"])
    async def test_a_sale_of_a_car_that_cannot_be_known_is_not_lost_in_silence(self, name: str) -> None:
        world = await lot_of_three()
        told = event("sold", sale=sale())
        del told["vehicle"][name]
        await tell(world, told)
        [task] = world.tasks(kind="event")
        assert task["state"] == "dead"
        assert task["error"].startswith("A sale reported by Wayne Reeves cannot be read. vehicle")
        assert (await world.call("POST", f"/api/integrations/tasks/{task['id']}/discard")).status == 200

    @pytest.mark.parametrize("seed", range(8))
    async def test_sold_here_and_there_at_the_same_moment_it_is_one_sale(self, seed: int) -> None:
        world = await lot_of_three()
        await world.told_by_dms(event("sold", sale=sale()))
        vehicle_id = world.vehicle("A1")["id"]
        world.restart(Perils(world.clock, interleave=Random(seed)))
        entry = {"vehicleId": vehicle_id, "salePrice": 6500, "saleDate": "2025-02-03"}
        response, _ = await asyncio.gather(world.call("POST", "/api/sales", entry), world.deliver_due())
        world.restart()
        await world.until_quiet()
        [row] = sales(world)
        assert row["origin"] == ("carlot" if response.status == 201 else "dms")
        assert world.vehicle("A1")["status"] == "sold"
        assert set(became(world).values()) <= {"applied", "ignored"}

    async def test_undone_here_it_has_to_be_undone_there(self) -> None:
        world = await lot_of_three()
        await tell(world, event("sold", sale=sale()))
        await world.void(sales(world)[0]["id"])
        await world.until_quiet()
        assert world.task(kind="sale")["outcome"] == "The sale was entered in Wayne Reeves: undo it there too."
        assert world.network.heard("DELETE") == []


class TestOnce:
    @pytest.mark.parametrize("same", ["id", "body"])
    async def test_the_same_event_again_changes_nothing(self, same: str) -> None:
        world = await lot_of_three()
        first = event("sold", sale=sale())
        again = event("sold", sale=sale(6400.0), price=1.0) if same == "id" else first
        if same == "body":
            first.pop("id")
        await tell(world, first, again, again)
        assert [row["sale_price_cents"] for row in sales(world)] == [630_000]
        assert len(became(world)) == len(world.tasks(kind="event")) == 1

    @pytest.mark.parametrize("after_effect", [False, True])
    async def test_killed_anywhere_it_takes_effect_once(self, after_effect: bool) -> None:
        for number in range(1, 60):
            world = await lot_of_three()
            await world.told_by_dms(event("sold", sale=sale()))
            world.restart(Perils(world.clock, kill_at=number, after_effect=after_effect))
            try:
                await world.work()
            except Killed:
                world.restart()
                await world.until_quiet()
            else:
                break
            assert len(sales(world)) == 1, number
            assert became(world) == {"evt_1": "applied"}, number
        assert number > 5

    async def test_kept_before_the_answer_whatever_happens_to_the_queue(self) -> None:
        world = await lot_of_three()
        world.timed.broken = True
        assert await world.told_by_dms(event("sold", sale=sale())) == 200
        world.timed.broken = False
        await world.until_quiet()
        assert len(sales(world)) == 1
