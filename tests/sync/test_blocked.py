"""Blocked: a partner that needs the dealer is left alone, loses nothing, and goes on by itself when the dealer has acted."""

from __future__ import annotations

import pytest

from carlot.domain.backoff import OUTBOUND
from carlot.domain.times import instant
from carlot.engine.enqueue import PROBE_S
from carlot.engine.outcome import LOOK_S
from carlot.errors import AuthExpired
from carlot.partners.wayne_reeves.client import fetch_inventory
from carlot.platform.ports import Services
from carlot.store import partner_calls
from carlot.store.tasks import Lease, Outcome
from support.world import World
from sync.toys import TARGET, Toy, state_of, want, work

REFUSED = AuthExpired("Wayne Reeves rejected the API key (401).")


async def ask_the_partner(services: Services, lease: Lease) -> Outcome:
    """A call that works as soon as the partner lets us in."""
    await fetch_inventory(services.http, services.settings, services.clock.now())
    return Outcome((), "Asked.")


def partner(world: World) -> dict[str, object]:
    return world.database.query("SELECT * FROM partners WHERE target = ?", TARGET)[0]


def answers(world: World, status: int, times: int = 1) -> None:
    """The partner answers the next calls so."""
    world.network.faults(script=[{"fault": "status", "status": status, "path": "/inventory", "times": times}])


async def refuse(world: World, toy: Toy, task_id: str) -> None:
    """The partner refuses our credentials to a task, and to the look that follows."""
    toy.steps = [REFUSED, REFUSED]
    await work(world, toy.registry, task_id)
    await look_again(world, toy, task_id)


async def look_again(world: World, toy: Toy, *task_ids: str) -> None:
    """The time of the one more look has come."""
    world.clock.forward(LOOK_S + OUTBOUND.base_s + 1)
    await work(world, toy.registry, *task_ids)


def states(world: World) -> list[str]:
    return [task["state"] for task in world.tasks()]


class TestNotConfigured:
    async def test_a_task_waits_and_says_for_what(self, world: World, toy: Toy) -> None:
        world.env["WAYNE_REEVES_API_KEY"] = None
        [task_id] = await want(world, "car-1")
        await work(world, toy.registry, task_id)
        task = state_of(world, task_id)
        assert (task["state"], task["error"]) == ("blocked", "Not configured yet: set WAYNE_REEVES_API_KEY.")
        assert (task["attempts"], toy.leases) == (0, [])

    async def test_it_waits_however_long(self, world: World, toy: Toy) -> None:
        world.env["WAYNE_REEVES_API_KEY"] = None
        [task_id] = await want(world, "car-1")
        await work(world, toy.registry, task_id)
        for _ in range(30):
            world.clock.forward(86_400)
            await world.tick()
        assert states(world) == ["blocked"]

    async def test_it_goes_by_itself_once_configured(self, world: World, toy: Toy) -> None:
        world.env["WAYNE_REEVES_API_KEY"] = None
        task_ids = await want(world, "car-1", "car-2")
        await work(world, toy.registry, *task_ids)
        world.env["WAYNE_REEVES_API_KEY"] = "key"
        world.timed.waiting.clear()
        await world.tick()
        assert states(world) == ["pending", "pending"]
        assert len(world.timed.waiting) == 2
        await work(world, toy.registry, *task_ids)
        assert states(world) == ["done", "done"]

    async def test_a_change_meanwhile_is_not_lost(self, world: World, toy: Toy) -> None:
        world.env["WAYNE_REEVES_API_KEY"] = None
        [task_id] = await want(world, "car-1")
        await work(world, toy.registry, task_id)
        await want(world, "car-1")
        assert (state_of(world, task_id)["state"], state_of(world, task_id)["wanted_rev"]) == ("blocked", 2)

    async def test_a_kind_that_does_not_wait_ends(self, world: World, toy: Toy) -> None:
        toy.blocks = False
        world.env["WAYNE_REEVES_API_KEY"] = None
        [task_id] = await want(world, "car-1")
        await work(world, toy.registry, task_id)
        assert states(world) == ["dead"]
        assert toy.given_up == ["car-1: Not configured yet: set WAYNE_REEVES_API_KEY."]

    async def test_it_says_nothing_about_the_partner(self, world: World, toy: Toy) -> None:
        world.env["WAYNE_REEVES_API_KEY"] = None
        await work(world, toy.registry, *await want(world, "car-1"))
        assert world.database.query("SELECT * FROM partners") == []


class TestRefused:
    async def test_a_refusal_that_is_repeated_stops_all_calls(self, world: World, toy: Toy) -> None:
        task_ids = await want(world, "car-1", "car-2", "car-3")
        await refuse(world, toy, task_ids[0])
        await work(world, toy.registry, *task_ids)
        assert states(world) == ["blocked"] * 3
        assert len(toy.leases) == 2
        assert {task["error"] for task in world.tasks()} == {str(REFUSED)}
        assert partner(world)["blocked_reason"] == str(REFUSED)

    async def test_one_task_probes_now_and_then(self, world: World, toy: Toy) -> None:
        task_ids = await want(world, "car-1", "car-2", "car-3")
        await refuse(world, toy, task_ids[0])
        await work(world, toy.registry, *task_ids)
        for round_ in range(2, 6):
            toy.steps = [REFUSED] * 3
            world.clock.forward(PROBE_S - 60)
            await world.tick()
            await work(world, toy.registry, *task_ids)
            assert len(toy.leases) == round_
            world.clock.forward(61)
            await world.tick()
            await work(world, toy.registry, *task_ids)
            assert len(toy.leases) == round_ + 1
        assert states(world) == ["blocked"] * 3

    async def test_a_probe_that_works_lets_all_go(self, world: World, toy: Toy) -> None:
        task_ids = await want(world, "car-1", "car-2", "car-3")
        await refuse(world, toy, task_ids[0])
        await work(world, toy.registry, *task_ids)
        toy.steps = [ask_the_partner] * 3
        world.clock.forward(PROBE_S + 1)
        await world.tick()
        await work(world, toy.registry, *task_ids)
        assert sorted(states(world)) == ["blocked", "blocked", "done"]
        assert partner(world)["blocked_reason"] is None
        await world.tick()
        await work(world, toy.registry, *task_ids)
        assert states(world) == ["done"] * 3

    async def test_the_probe_goes_at_its_time_though_new_tasks_keep_coming(self, world: World, toy: Toy) -> None:
        """A task that makes no call, because its partner is known to refuse us, says nothing new about the partner."""
        toy.steps = [ask_the_partner] * 1000
        answers(world, 401, times=1_000_000)
        await work(world, toy.registry, *await want(world, "car"))
        world.clock.forward(LOOK_S + OUTBOUND.base_s)
        await work(world, toy.registry, *(task["id"] for task in world.tasks()))
        refused_at = world.clock.now().timestamp()
        heard, probed_at = 2, []
        for minute in range(1, 100):
            world.clock.forward(60)
            await work(world, toy.registry, *await want(world, f"car-{minute}"))
            await world.tick()
            await work(world, toy.registry, *(task["id"] for task in world.tasks()))
            if len(world.network.heard("GET", "/inventory")) > heard:
                heard = len(world.network.heard("GET", "/inventory"))
                probed_at.append(world.clock.now().timestamp() - refused_at)
        assert len(probed_at) == 6
        assert all(PROBE_S * turn <= at <= (PROBE_S + 60) * turn for turn, at in enumerate(probed_at, 1)), probed_at
        # The dealer has acted where it cannot be seen: all go within a probe's time.
        world.network.faults()
        for _ in range(17):
            world.clock.forward(60)
            await world.tick()
            await work(world, toy.registry, *(task["id"] for task in world.tasks()))
        assert set(states(world)) == {"done"}

    @pytest.mark.parametrize("status", [403, 404, 422])
    async def test_whoever_answers_anything_else_lets_us_in(self, world: World, toy: Toy, status: int) -> None:
        task_ids = await want(world, "car-1", "car-2", "car-3")
        await refuse(world, toy, task_ids[0])
        await work(world, toy.registry, *task_ids)
        toy.steps = [ask_the_partner] * 3
        answers(world, status)
        for _ in range(2):
            world.clock.forward(PROBE_S + 1)
            await world.tick()
            await work(world, toy.registry, *task_ids)
        assert sorted(states(world)) == ["dead", "done", "done"]
        assert partner(world)["blocked_reason"] is None

    @pytest.mark.parametrize("fault", [{"fault": "status", "status": 500}, {"fault": "stall"}, {"fault": "reset"}], ids=str)
    async def test_a_probe_that_is_not_answered_is_followed_by_another(
        self, world: World, toy: Toy, fault: dict[str, object]
    ) -> None:
        task_ids = await want(world, "car-1", "car-2", "car-3")
        await refuse(world, toy, task_ids[0])
        await work(world, toy.registry, *task_ids)
        toy.steps = [ask_the_partner] * 6
        world.network.faults(script=[{**fault, "path": "/inventory"}])
        world.clock.forward(PROBE_S + 1)
        for _ in range(3):
            await world.tick()
            await work(world, toy.registry, *task_ids)
            world.clock.forward(60)
        assert states(world) == ["done"] * 3

    async def test_a_task_that_ends_without_a_call_shows_nothing(self, world: World, toy: Toy) -> None:
        task_ids = await want(world, "car-1", "car-2")
        await refuse(world, toy, task_ids[0])
        await work(world, toy.registry, *task_ids)
        toy.steps = [Outcome()]
        world.clock.forward(PROBE_S + 1)
        await world.tick()
        await work(world, toy.registry, *task_ids)
        assert partner(world)["blocked_reason"] == str(REFUSED)
        await world.tick()
        await work(world, toy.registry, *task_ids)
        assert len(toy.leases) <= 4

    async def test_a_refusal_from_before_the_dealer_acted_blocks_nobody(self, world: World, toy: Toy) -> None:
        async def refused_while_the_dealer_acts(services: Services, lease: Lease) -> Outcome:
            world.clock.forward(1)
            await services.database.batch([partner_calls.unblock(TARGET, instant(world.clock.now()))])
            raise REFUSED

        toy.steps = [REFUSED, refused_while_the_dealer_acts]
        task_ids = await want(world, "car-1", "car-2")
        await work(world, toy.registry, task_ids[0])
        await look_again(world, toy, task_ids[0])
        assert (states(world), partner(world)["blocked_reason"]) == (["pending", "pending"], None)
        await look_again(world, toy, *task_ids)
        assert states(world) == ["done", "done"]

    async def test_a_refusal_by_the_partner_itself(self, world: World, toy: Toy) -> None:
        toy.steps = [ask_the_partner] * 4
        answers(world, 401, times=2)
        task_ids = await want(world, "car-1", "car-2")
        await work(world, toy.registry, task_ids[0])
        await look_again(world, toy, *task_ids[:1])
        await work(world, toy.registry, task_ids[1])
        assert states(world) == ["blocked"] * 2
        assert len(world.network.heard("GET", "/inventory")) == 2

    async def test_what_is_forbidden_is_the_failure_of_one_task(self, world: World, toy: Toy) -> None:
        toy.steps = [ask_the_partner, ask_the_partner]
        answers(world, 403)
        task_ids = await want(world, "car-1", "car-2")
        for task_id in task_ids:
            await work(world, toy.registry, task_id)
        assert states(world) == ["dead", "done"]
        assert partner(world)["blocked_reason"] is None

    async def test_the_dealer_s_retry_lets_all_go_at_once(self, world: World, toy: Toy) -> None:
        task_ids = await want(world, "car-1", "car-2")
        await refuse(world, toy, task_ids[0])
        await work(world, toy.registry, *task_ids)
        response = await world.call("POST", f"/api/integrations/tasks/{task_ids[1]}/retry")
        assert response.status == 202
        assert partner(world)["blocked_reason"] is None
        await work(world, toy.registry, *task_ids)
        await world.tick()
        await work(world, toy.registry, *task_ids)
        assert states(world) == ["done", "done"]

    async def test_another_partner_goes_on(self, world: World) -> None:
        refusing, other = Toy(), Toy(target="carlot")
        [blocked] = await want(world, "car-1")
        await refuse(world, refusing, blocked)
        [free] = await want(world, "car-1", target="carlot")
        await work(world, {**refusing.registry, **other.registry}, blocked, free)
        assert (state_of(world, blocked)["state"], state_of(world, free)["state"]) == ("blocked", "done")
