"""`Idempotency-Key`: a repeated write is done once, whatever happens to the first one, and gets its first answer again.

Source: draft-ietf-httpapi-idempotency-key-header; docs/partners.md says what of it is promised.
"""

from __future__ import annotations

import asyncio
from random import Random
from typing import Any

import pytest

from app.typed import entry
from carlot.platform.ports import Response
from support.lot import answer
from support.perils import Killed, Perils
from support.world import MINUTE, World

TABLES = {
    "/api/sales": "sales",
    "/api/service-records": "service_records",
    "/api/customers": "customers",
    "/api/vehicles": "vehicles",
}


async def lot() -> World:
    world = World(3)
    assert await world.pull() == "completed"
    return world


def body(world: World, path: str) -> dict[str, Any]:
    car = world.vehicle("A1")["id"]
    return {
        "/api/sales": {"vehicleId": car, "salePrice": 6500, "saleDate": "2025-02-03", "customer": {"name": "Ann Lee"}},
        "/api/service-records": {"vehicleId": car, "serviceDate": "2025-02-03", "description": "Oil", "cost": 40.25},
        "/api/customers": {"name": "Ann Lee", "email": "ann@example.test"},
        "/api/vehicles": entry(7),
    }[path]


async def post(world: World, path: str, content: Any, key: str | None = "k-1") -> Response:
    return await world.call("POST", path, content, {} if key is None else {"idempotency-key": key})


def count(world: World, path: str) -> int:
    return int(world.database.query(f"SELECT count(*) AS n FROM {TABLES[path]}")[0]["n"])


@pytest.mark.parametrize("path", TABLES)
class TestEachWrite:
    async def test_repeated_it_is_done_once_and_answered_as_at_first(self, path: str) -> None:
        world = await lot()
        sent, before = body(world, path), count(world, path)
        first = await post(world, path, sent)
        assert first.status == 201, first.body
        await world.until_quiet()
        again = await post(world, path, sent)
        assert (again.status, again.body, count(world, path)) == (201, first.body, before + 1)
        assert {name: again.headers.get(name) for name in ("location", "etag")} == {
            name: first.headers.get(name) for name in ("location", "etag")
        }

    async def test_another_body_under_the_key_is_refused(self, path: str) -> None:
        world = await lot()
        sent = body(world, path)
        assert (await post(world, path, sent)).status == 201
        before = count(world, path)
        name = next(name for name in ("salePrice", "cost", "name", "mileage") if name in sent)
        other = {**sent, name: "Bob" if name == "name" else 1}
        refused = await post(world, path, other)
        assert (refused.status, answer(refused)["code"], count(world, path)) == (422, "idempotency-key-reused", before)

    async def test_a_day_later_the_key_is_forgotten(self, path: str) -> None:
        world = await lot()
        await post(world, path, body(world, path))
        world.clock.forward(86_399)
        await world.tick(MINUTE)
        assert len(world.database.query("SELECT * FROM idempotency_keys")) == 1
        world.clock.forward(1)
        await world.tick(MINUTE)
        assert world.database.query("SELECT * FROM idempotency_keys") == []

    async def test_killed_at_any_moment_and_repeated_it_is_done_once(self, path: str) -> None:
        finished = False
        for after_effect in (False, True):
            for kill_at in range(1, 30):
                world = await lot()
                sent, before = body(world, path), count(world, path)
                world.restart(Perils(world.clock, kill_at=kill_at, after_effect=after_effect))
                try:
                    await post(world, path, sent)
                    finished = True
                except Killed:
                    finished = False
                world.restart()
                world.clock.forward(5)
                first = await post(world, path, sent)
                assert first.status == 201, (kill_at, first.body)
                assert count(world, path) == before + 1
                assert (await post(world, path, sent)).body == first.body
                if finished:
                    break
            assert finished

    async def test_under_way_it_is_409(self, path: str) -> None:
        """The first one stands still before or behind each of its calls to the platform, while the second one comes."""
        seen = set()
        for after_effect in (False, True):
            for pause_at in range(1, 30):
                world = await lot()
                sent, before = body(world, path), count(world, path)
                slow = Perils(world.clock, pause_at=pause_at, after_effect=after_effect)
                world.restart(slow)
                first = asyncio.ensure_future(post(world, path, sent))
                pause = asyncio.ensure_future(slow.paused.wait())
                await asyncio.wait({first, pause}, return_when=asyncio.FIRST_COMPLETED)
                pause.cancel()
                world.restart()
                second = await post(world, path, sent)
                slow.go_on.set()
                done = await first
                seen.add((done.status, second.status))
                assert count(world, path) == before + 1
                if done.status == second.status == 201:
                    assert done.body == second.body
                if slow.calls < pause_at:
                    break
                assert {answer(each)["code"] for each in (done, second) if each.status == 409} <= {"idempotency-key-in-use"}
        assert (201, 409) in seen
        assert seen <= {(201, 201), (201, 409)}

    async def test_one_that_was_given_up_and_goes_on_makes_nothing(self, path: str) -> None:
        """The first one is so slow that its repeat takes the key; whichever writes, one thing is made."""
        for pause_at in range(2, 6):
            world = await lot()
            sent, before = body(world, path), count(world, path)
            slow = Perils(world.clock, pause_at=pause_at)
            world.restart(slow)
            first = asyncio.ensure_future(post(world, path, sent))
            await asyncio.wait({first, asyncio.ensure_future(slow.paused.wait())}, return_when=asyncio.FIRST_COMPLETED)
            world.restart()
            world.clock.forward(60)
            second = await post(world, path, sent)
            slow.go_on.set()
            done = await first
            assert (done.status, second.status, done.body) == (201, 201, second.body)
            assert count(world, path) == before + 1

    @pytest.mark.parametrize("seed", range(5))
    async def test_several_at_the_same_moment(self, path: str, seed: int) -> None:
        world = await lot()
        sent, before = body(world, path), count(world, path)
        world.restart(Perils(world.clock, interleave=Random(seed)))
        answers = await asyncio.gather(*(post(world, path, sent) for _ in range(4)))
        assert {each.status for each in answers} <= {201, 409}
        assert len({each.body for each in answers if each.status == 201}) == 1
        assert count(world, path) == before + 1


class TestKeys:
    async def test_without_one_each_request_counts(self) -> None:
        world = await lot()
        sent = body(world, "/api/customers")
        for _ in range(2):
            assert (await post(world, "/api/customers", sent, None)).status == 201
        assert count(world, "/api/customers") == 2

    @pytest.mark.parametrize("key", ["", "x" * 256, "a\tb", "é"])
    async def test_one_that_is_none_is_400(self, key: str) -> None:
        world = await lot()
        refused = await post(world, "/api/customers", body(world, "/api/customers"), key)
        assert (refused.status, answer(refused)["code"]) == (400, "bad-idempotency-key")
        assert count(world, "/api/customers") == 0

    @pytest.mark.parametrize("key", ["x", "x" * 255, '"8e03978e-40d5-43dd-bc93-6894a57f9324"', "a b ~!"])
    async def test_any_printable_text_is_one(self, key: str) -> None:
        world = await lot()
        for _ in range(2):
            assert (await post(world, "/api/customers", body(world, "/api/customers"), key)).status == 201
        assert count(world, "/api/customers") == 1

    async def test_one_key_at_two_addresses_is_two(self) -> None:
        world = await lot()
        for path in TABLES:
            assert (await post(world, path, body(world, path))).status == 201

    async def test_a_refused_request_leaves_its_key_free(self) -> None:
        world = await lot()
        sale = body(world, "/api/sales")
        assert (await post(world, "/api/sales", {**sale, "vehicleId": "gone"})).status == 404
        assert (await post(world, "/api/sales", sale)).status == 201

    async def test_the_first_answer_is_given_again_though_the_sale_was_undone_since(self) -> None:
        world = await lot()
        sale = body(world, "/api/sales")
        first = await post(world, "/api/sales", sale)
        await world.void(answer(first)["id"])
        assert (await post(world, "/api/sales", sale)).body == first.body
        assert world.vehicle("A1")["status"] == "available"

    async def test_the_same_content_written_otherwise_is_the_same_body(self) -> None:
        world = await lot()
        for sent in (b'{"name":"Ann","phone":"5"}', b'{ "phone": "5", "name": "Ann " }'):
            assert (await post(world, "/api/customers", sent)).status == 201
        assert count(world, "/api/customers") == 1
