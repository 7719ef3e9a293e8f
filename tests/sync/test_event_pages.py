"""Events of the DMS that come in one delivery: those that each tell of another car are one page, and each has its own end."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from random import Random
from typing import Any

import pytest

from support.lot import car
from support.perils import Killed, Perils
from support.world import World
from sync.test_events import LATER, T0, became, event, lot_of_three, sale, sales


class TestManyInOneDelivery:
    @staticmethod
    async def told_at_once(world: World, *events: dict[str, Any]) -> None:
        for number, each in enumerate(events):
            assert await world.told_by_dms({**each, "id": f"evt_{number}"}) == 200
        assert await world.deliver_due() == len(events)
        await world.until_quiet()

    @pytest.mark.parametrize("seed", range(5))
    async def test_of_each_car_the_newest_counts(self, seed: int) -> None:
        random = Random(seed)
        world = World(10)
        assert await world.pull() == "completed"
        told = [(number, minute) for number in range(1, 11) for minute in random.sample(range(60), random.randrange(5))]
        random.shuffle(told)
        told = told[:30]
        times = {key: f"2025-02-01T09:{key[1]:02}:00Z" for key in told}
        await self.told_at_once(
            world, *(event("updated", number, price=7000.0 + minute, updated_at=times[number, minute]) for number, minute in told)
        )
        newest = {number: max(minute for each, minute in told if each == number) for number, _ in told}
        assert {number: world.vehicle(f"A{number}")["price_cents"] for number in newest} == {
            number: (7000 + minute) * 100 for number, minute in newest.items()
        }
        assert set(became(world).values()) <= {"applied", "ignored"}

    async def test_each_kind_has_its_own_end(self) -> None:
        world = await lot_of_three()
        await self.told_at_once(
            world,
            event("updated", 1, price=6100.0, updated_at=LATER),
            event("sold", 2, sale=sale(), updated_at=LATER, status="sold"),
            event("updated", 3, price=1.0, updated_at="2024-01-01T00:00:00Z"),
            {"event": "vehicle.updated", "occurred_at": T0, "vehicle": {"vin": 7}},
            event("added", 9, updated_at=LATER),
        )
        assert became(world) == {
            "evt_0": "applied",
            "evt_1": "applied",
            "evt_2": "ignored",
            "evt_3": "failed",
            "evt_4": "applied",
        }
        assert [row["sale_price_cents"] for row in sales(world)] == [630_000]
        assert world.vehicle("A1")["price_cents"] == 610_000
        assert world.vehicle("A2")["status"] == "sold"
        assert world.vehicle("A3")["price_cents"] != 100
        assert world.vehicle("A9")["status"] == "available"

    async def test_two_cars_that_change_their_numbers_keep_what_is_theirs(self) -> None:
        world = await lot_of_three()
        ids = {number: world.vehicle(f"A{number}")["id"] for number in (1, 2)}
        first, second = car(1), car(2)
        await self.told_at_once(
            world,
            event("updated", 1, stock_number="A2", updated_at=LATER),
            event("updated", 2, stock_number="A1", updated_at=LATER),
        )
        assert {number: world.vehicle(f"A{number}")["id"] for number in (1, 2)} == {1: ids[2], 2: ids[1]}
        assert world.vehicle("A1")["vin"] == second["vin"]
        assert world.vehicle("A2")["vin"] == first["vin"]

    @pytest.mark.parametrize("call", range(1, 7))
    async def test_a_car_of_which_something_newer_comes_meanwhile_keeps_that(self, call: int) -> None:
        world = await lot_of_three()
        for number in (1, 2, 3):
            told = event("updated", number, f"evt_{number}", price=6100.0, updated_at=LATER)
            assert await world.told_by_dms(told) == 200
        world.restart(Perils(world.clock, pause_at=call))
        delivery = asyncio.create_task(world.deliver_due())
        await world.perils.paused.wait()
        newer = (
            "UPDATE vehicles SET dms_record = '{\"price\": 5}', dms_updated_at = '2025-03-01T00:00:00.000Z', price_cents = 500"
        )
        world.database.connection.execute(f"{newer} WHERE stock_number = 'A2'")
        world.perils.go_on.set()
        await delivery
        await world.until_quiet()
        assert became(world) == {"evt_1": "applied", "evt_2": "ignored", "evt_3": "applied"}
        assert {number: world.vehicle(f"A{number}")["price_cents"] for number in (1, 2, 3)} == {1: 610_000, 2: 500, 3: 610_000}

    @pytest.mark.parametrize("after_effect", [False, True])
    @pytest.mark.parametrize("call", range(1, 9))
    async def test_killed_at_any_call_each_takes_effect_once(self, call: int, after_effect: bool) -> None:
        world = await lot_of_three()
        for number in (1, 2, 3):
            told = event("updated", number, f"evt_{number}", price=6100.0 + number, updated_at=LATER)
            assert await world.told_by_dms(told) == 200
        before = {number: world.vehicle(f"A{number}")["version"] for number in (1, 2, 3)}
        world.restart(Perils(world.clock, kill_at=call, after_effect=after_effect))
        with suppress(Killed):
            await world.deliver_due()
        world.restart()
        await world.until_quiet()
        assert became(world) == {"evt_1": "applied", "evt_2": "applied", "evt_3": "applied"}
        after = {number: world.vehicle(f"A{number}") for number in (1, 2, 3)}
        assert {number: car["price_cents"] for number, car in after.items()} == {1: 610_100, 2: 610_200, 3: 610_300}
        assert {number: car["version"] - before[number] for number, car in after.items()} == {1: 1, 2: 1, 3: 1}

    async def test_a_number_that_passes_to_a_new_car_in_the_same_delivery_passes(self) -> None:
        world = await lot_of_three()
        first = world.vehicle("A1")
        new = car(9, make="Ford", model="Fiesta")["vin"]
        await self.told_at_once(
            world,
            event("updated", 1, stock_number="B1", updated_at=LATER),
            event("added", 9, stock_number="A1", make="Ford", model="Fiesta", updated_at=LATER),
        )
        assert (world.vehicle("B1")["id"], world.vehicle("B1")["vin"]) == (first["id"], first["vin"])
        assert world.vehicle("A1")["vin"] == new


class TestSeveralOfOneCar:
    """They take effect one after the other, as they happened, in the delivery that brings them: none waits for another try."""

    @staticmethod
    async def told_in_one_delivery(world: World, events: list[dict[str, Any]], seed: int) -> None:
        Random(seed).shuffle(events)
        for each in events:
            assert await world.told_by_dms(each) == 200
        world.restart(Perils(world.clock, interleave=Random(seed)))
        assert await world.deliver_due() == len(events)
        world.restart()
        assert set(became(world).values()) <= {"applied"}, became(world)

    @pytest.mark.parametrize("seed", range(3))
    async def test_the_car_is_what_it_was_last_told_as(self, seed: int) -> None:
        world = await lot_of_three()
        told = [
            event("updated", number, f"evt_{number}_{minute}", price=6000.0 + minute, updated_at=f"2025-02-01T09:{minute:02}:00Z")
            for number in (1, 2)
            for minute in range(5)
        ]
        alone = event("updated", 3, "evt_3", price=6100.0, updated_at=LATER)
        await self.told_in_one_delivery(world, [*told, alone], seed)
        assert [world.vehicle(f"A{number}")["price_cents"] for number in (1, 2, 3)] == [600_400, 600_400, 610_000]

    @pytest.mark.parametrize("seed", range(3))
    async def test_a_sale_its_correction_and_its_end(self, seed: int) -> None:
        world = await lot_of_three()
        told = [
            event("updated", 1, "a", price=6100.0, updated_at="2025-02-01T09:00:00Z"),
            event("sold", 1, "b", updated_at="2025-02-01T09:01:00Z", price=6100.0, sale=sale(6300.0)),
            event("sold", 1, "c", updated_at="2025-02-01T09:02:00Z", price=6100.0, sale=sale(6250.0)),
            event("updated", 1, "d", updated_at="2025-02-01T09:03:00Z", price=6200.0),
        ]
        await self.told_in_one_delivery(world, told, seed)
        [row] = sales(world)
        assert (world.vehicle("A1")["status"], world.vehicle("A1")["price_cents"]) == ("available", 620_000)
        assert (row["sale_price_cents"], row["voided_at"] is None) == (625_000, False)

    async def test_an_unknown_car_comes_in_and_is_sold(self) -> None:
        world = await lot_of_three()
        told = [
            event("added", 9, "a", updated_at="2025-02-01T09:00:00Z"),
            event("updated", 9, "b", updated_at="2025-02-01T09:01:00Z", price=6100.0),
            event("sold", 9, "c", updated_at="2025-02-01T09:02:00Z", price=6100.0, sale=sale(6000.0)),
        ]
        await self.told_in_one_delivery(world, told, 1)
        assert (world.vehicle("A9")["status"], [row["sale_price_cents"] for row in sales(world)]) == ("sold", [600_000])
