"""The gate before every partner: limits that hold over all instances, pauses that are kept, calls that come back gently."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest

from carlot.engine.throttle import ThrottledHttp
from carlot.errors import NetworkFailure, Throttled
from carlot.partners.registry import PARTNERS
from carlot.platform.ports import HttpResponse
from support.perils import Perils, endangered
from support.platform import NoDownloads
from support.world import World

TARGET = "wayne_reeves"
PER_MINUTE, AT_ONCE = PARTNERS[TARGET].limits.per_minute, PARTNERS[TARGET].limits.at_once
OK = HttpResponse(200, {}, b"{}")
BUSY = HttpResponse(503, {}, b"")


class Line(NoDownloads):
    """The real network behind the gate, scripted. Calls can be held until they are let go."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.answers: list[HttpResponse | Exception | Callable[[], HttpResponse]] = []
        self.under_way = 0
        self.most_at_once = 0
        self.sent_at: list[float] = []
        self.held: asyncio.Event | None = None

    async def request(self, *args: object, **limits: object) -> HttpResponse:
        self.sent_at.append(self.world.clock.now().timestamp())
        self.under_way += 1
        self.most_at_once = max(self.most_at_once, self.under_way)
        try:
            if self.held:
                await self.held.wait()
            answer = self.answers.pop(0) if self.answers else OK
        finally:
            self.under_way -= 1
        if isinstance(answer, Exception):
            raise answer
        return answer() if callable(answer) else answer


@pytest.fixture
def line(world: World) -> Line:
    return Line(world)


def instance(world: World, line: Line) -> ThrottledHttp:
    """The gate as one instance of the Worker has it: nothing is shared with another but the database."""
    services = endangered(world._services(world.timed, line), world.perils)
    return ThrottledHttp(replace(services, http=line), TARGET)


async def call(gate: ThrottledHttp, path: str = "/") -> HttpResponse | Throttled:
    try:
        return await gate.request("GET", f"http://partner.test{path}", {}, None, timeout_s=20, max_bytes=1000)
    except Throttled as throttled:
        return throttled
    except NetworkFailure:
        return BUSY


def refused(answers: list[HttpResponse | Throttled]) -> list[Throttled]:
    return [answer for answer in answers if isinstance(answer, Throttled)]


async def at_once(line: Line, gates: list[ThrottledHttp]) -> list[HttpResponse | Throttled]:
    """Call through all the gates at the same time."""
    line.held = asyncio.Event()
    calls = [asyncio.ensure_future(call(gate)) for gate in gates]
    for _ in range(10):
        await asyncio.sleep(0)
    line.held.set()
    answers = await asyncio.gather(*calls)
    line.held = None
    return list(answers)


class TestLimits:
    async def test_calls_at_once_over_two_instances(self, world: World, line: Line) -> None:
        one, other = instance(world, line), instance(world, line)
        answers = await at_once(line, [one, other] * AT_ONCE)
        assert line.most_at_once == AT_ONCE
        assert len(refused(answers)) == AT_ONCE

    async def test_a_call_that_ended_makes_room(self, world: World, line: Line) -> None:
        for _ in range(3):
            assert not refused(await at_once(line, [instance(world, line) for _ in range(AT_ONCE)]))

    async def test_a_call_whose_worker_died_makes_room_after_its_time_out(self, world: World, line: Line) -> None:
        gate = instance(world, line)
        for _ in range(AT_ONCE):
            await gate._admit(20, TARGET, PARTNERS[TARGET].limits)
        assert refused([await call(gate)])
        world.clock.forward(20)
        assert not refused([await call(gate)])

    async def test_a_call_that_was_held_up_before_it_began_is_not_made(self, world: World, line: Line) -> None:
        """By then another may have taken over what it was for. It is asked for again, and leaves its place to others."""
        world.restart(Perils(world.clock, pause_at=1))
        late = asyncio.ensure_future(call(instance(world, line)))
        await world.perils.paused.wait()
        world.clock.forward(11)
        world.perils.go_on.set()
        assert isinstance(await late, Throttled)
        assert line.sent_at == []
        assert not refused(await at_once(line, [instance(world, line) for _ in range(AT_ONCE)]))

    async def test_calls_a_minute_over_two_instances(self, world: World, line: Line) -> None:
        gates = [instance(world, line), instance(world, line)]
        answers = [await call(gates[number % 2]) for number in range(PER_MINUTE + 10)]
        assert len(refused(answers)) == 10
        assert len(line.sent_at) == PER_MINUTE

    async def test_no_minute_ever_has_more(self, world: World, line: Line) -> None:
        """Calls come whenever they are let: in no window of sixty seconds are there more than allowed."""
        gate = instance(world, line)
        while len(line.sent_at) < 2 * PER_MINUTE + 50:
            answer = await call(gate)
            if isinstance(answer, Throttled):
                assert answer.delay_s is not None
                assert 0 < answer.delay_s <= 60
                world.clock.forward(answer.delay_s)
        for first, last in zip(line.sent_at, line.sent_at[PER_MINUTE:], strict=False):
            assert last - first >= 59.99

    async def test_partners_do_not_share(self, world: World, line: Line) -> None:
        for _ in range(AT_ONCE):
            await instance(world, line)._admit(20, TARGET, PARTNERS[TARGET].limits)
        gate = instance(world, line)
        gate._target = "cargurus"
        assert not refused([await call(gate)])

    async def test_what_has_a_limit_within_the_limit_leaves_room_for_the_rest(self, world: World, line: Line) -> None:
        """QuickBooks takes forty batches among its five hundred calls a minute."""
        gate = ThrottledHttp(replace(world.services, http=line), "quickbooks")
        batches = [await call(gate, "/v3/company/1/batch?requestid=a") for _ in range(45)]
        assert len(refused(batches)) == 5
        assert all(0 < (throttled.delay_s or 0) <= 60 for throttled in refused(batches))
        assert not refused(await at_once(line, [gate] * PARTNERS["quickbooks"].limits.at_once))
        world.clock.forward(60)
        assert not refused([await call(gate, "/v3/company/1/batch")])


class TestPauses:
    @pytest.mark.parametrize("status", [429, 503])
    async def test_retry_after_holds_for_every_instance(self, world: World, line: Line, status: int) -> None:
        line.answers = [HttpResponse(status, {"retry-after": "600"}, b"")]
        await call(instance(world, line))
        throttled = await call(instance(world, line))
        assert isinstance(throttled, Throttled)
        assert throttled.delay_s == pytest.approx(600, abs=1)
        world.clock.forward(598)
        assert refused([await call(instance(world, line))])
        world.clock.forward(3)
        assert not refused([await call(instance(world, line))])

    async def test_quickbooks_rests_a_minute_when_it_does_not_say_how_long(self, world: World, line: Line) -> None:
        gate = ThrottledHttp(replace(world.services, http=line), "quickbooks")
        line.answers = [HttpResponse(429, {}, b"")]
        await call(gate)
        throttled = await call(gate)
        assert isinstance(throttled, Throttled)
        assert throttled.delay_s == pytest.approx(60, abs=1)

    async def test_retry_after_as_a_date(self, world: World, line: Line) -> None:
        line.answers = [HttpResponse(429, {"retry-after": "Mon, 03 Feb 2025 10:40:00 GMT"}, b"")]
        await call(instance(world, line))
        throttled = await call(instance(world, line))
        assert isinstance(throttled, Throttled)
        assert throttled.delay_s == pytest.approx(600, abs=1)

    async def test_a_call_that_fails_otherwise_does_not_shorten_a_pause(self, world: World, line: Line) -> None:
        for _ in range(2):
            line.answers = [NetworkFailure("reset")]
            await call(instance(world, line))
        world.clock.forward(3600)
        await call(instance(world, line))
        line.answers = [HttpResponse(429, {"retry-after": "600"}, b""), BUSY, BUSY, BUSY]
        await at_once(line, [instance(world, line) for _ in range(2)])
        throttled = await call(instance(world, line))
        assert isinstance(throttled, Throttled)
        assert throttled.delay_s == pytest.approx(600, abs=1)

    async def test_one_failed_call_is_no_outage(self, world: World, line: Line) -> None:
        line.answers = [NetworkFailure("reset"), BUSY]
        for _ in range(3):
            assert not refused([await call(instance(world, line))])

    async def test_an_outage_is_probed_ever_less_often(self, world: World, line: Line) -> None:
        """With a hundred tasks knocking all the time, a partner that is down hears from us a few times an hour."""
        line.answers = [BUSY] * 100_000
        start = world.clock.now().timestamp()
        while world.clock.now().timestamp() < start + 4 * 3600:
            answer = await call(instance(world, line))
            if isinstance(answer, Throttled):
                world.clock.forward(max(answer.delay_s or 0, 1))
        gaps = [later - earlier for earlier, later in zip(line.sent_at[10:], line.sent_at[11:], strict=False)]
        assert all(149 <= gap <= 302 for gap in gaps)
        assert len(line.sent_at) < 110

    async def test_after_an_outage_calls_ramp_up(self, world: World, line: Line) -> None:
        for _ in range(12):
            line.answers = [BUSY]
            await call(instance(world, line))
            world.clock.forward(400)
        allowed = []
        for _ in range(6):
            line.most_at_once = 0
            await at_once(line, [instance(world, line) for _ in range(2 * AT_ONCE)])
            allowed.append(line.most_at_once)
        assert allowed[0] == 1
        assert allowed == sorted(allowed)
        assert allowed[-1] == AT_ONCE

    async def test_a_refusal_is_no_outage(self, world: World, line: Line) -> None:
        line.answers = [HttpResponse(404, {}, b""), HttpResponse(422, {}, b"")] * 10
        for _ in range(20):
            assert not refused([await call(instance(world, line))])


class TestThroughTheEngine:
    async def test_an_outage_reaches_the_partner_gently_and_everything_arrives(self) -> None:
        world = World(20)
        await world.pull()
        world.network.faults(outage=True)
        for number in range(1, 21):
            await world.sell(f"A{number}")
        before = len(world.network.heard("POST", "/sales"))
        await world.minutes(180)
        assert len(world.network.heard("POST", "/sales")) - before < 100
        assert {task["state"] for task in world.tasks(kind="sale")} == {"pending"}
        world.network.faults()
        await world.until_quiet()
        assert len(world.dms_sales()) == 20
        assert {task["state"] for task in world.tasks(kind="sale")} == {"done"}
