"""Back-off: what may work later is tried again, gently, for days; what will not is given up and said."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carlot.domain.backoff import DAY_S, OUTBOUND, PULL, Backoff
from carlot.domain.times import parse_instant
from carlot.errors import AuthExpired, Doubtful, NetworkFailure, Permanent, Retryable, Throttled
from carlot.platform.ports import Services
from carlot.store.tasks import Lease, Outcome
from support.world import World
from sync.toys import Toy, state_of, want, work

CHANCES = st.floats(0, 1, exclude_max=True)


class TestDelay:
    @given(attempts=st.integers(1, 10_000), chance=CHANCES, kind=st.sampled_from([OUTBOUND, PULL]))
    def test_jitter_is_full(self, attempts: int, chance: float, kind: Backoff) -> None:
        interval = min(kind.cap_s, kind.base_s * 2 ** min(attempts - 1, 40))
        assert kind.delay_s(attempts, chance, None) == pytest.approx(chance * interval)

    @given(attempts=st.integers(1, 100), chance=CHANCES, asked=st.floats(0, 86_400))
    def test_retry_after_comes_first_and_jitter_on_top(self, attempts: int, chance: float, asked: float) -> None:
        assert OUTBOUND.delay_s(attempts, chance, asked) == asked + OUTBOUND.delay_s(attempts, chance, None)

    def test_intervals_double_up_to_an_hour(self) -> None:
        intervals = [OUTBOUND.delay_s(attempts, 1.0, None) for attempts in range(1, 15)]
        assert intervals[:3] == [5, 10, 20]
        assert all(later == min(2 * earlier, 3600) for earlier, later in pairwise(intervals))
        assert intervals[-1] == 3600

    @pytest.mark.parametrize(
        ("attempts", "failing_for_s", "over"),
        [(9, 60 * DAY_S, False), (10, 6 * DAY_S, True), (1000, 6 * DAY_S - 1, False)],
    )
    def test_given_up_only_after_both_many_tries_and_days(self, attempts: int, failing_for_s: float, over: bool) -> None:
        assert OUTBOUND.gives_up(attempts, failing_for_s) is over


class TestTasks:
    async def test_it_waits_for_its_time(self, world: World, toy: Toy) -> None:
        toy.steps = [Retryable("Not now.", 100.0)]
        [task_id] = await want(world, "car-1")
        await work(world, toy.registry, task_id)
        task = state_of(world, task_id)
        assert (task["state"], task["error"], task["attempts"]) == ("pending", "Not now.", 1)
        assert world.later(100) <= str(task["next_attempt_at"]) <= world.later(105)
        for seconds, tries in ((99, 1), (6, 2)):
            world.clock.forward(seconds)
            await work(world, toy.registry, task_id)
            assert len(toy.leases) == tries

    async def test_its_message_comes_at_its_time(self, world: World, toy: Toy) -> None:
        toy.steps = [Retryable("Not now.", 100.0)]
        [task_id] = await want(world, "car-1")
        world.timed.waiting.clear()
        await work(world, toy.registry, task_id)
        [message] = world.timed.waiting
        waits_s = (message.due - world.clock.now()).total_seconds()
        until = (parse_instant(str(state_of(world, task_id)["next_attempt_at"])) - world.clock.now()).total_seconds()
        assert until <= waits_s < until + 1.1

    async def test_a_day_s_pause_is_longer_than_a_message_may_wait_and_is_kept(self, world: World, toy: Toy) -> None:
        toy.steps = [Retryable("Come back tomorrow.", DAY_S)]
        [task_id] = await want(world, "car-1")
        world.timed.waiting.clear()
        await work(world, toy.registry, task_id)
        [message] = world.timed.waiting
        assert (message.due - world.clock.now()).total_seconds() <= 12 * 3600
        world.clock.forward(12 * 3600)
        await work(world, toy.registry, task_id)
        assert len(toy.leases) == 1
        world.clock.forward(12 * 3600 + 60)
        world.timed.waiting.clear()
        await world.tick()
        assert len(world.timed.waiting) == 1
        await work(world, toy.registry, task_id)
        assert len(toy.leases) == 2

    async def test_an_outage_of_days_is_ridden_out(self, world: World, toy: Toy) -> None:
        """Five days without an answer: a few hundred tries, none of them in a hurry, and the task lives."""
        outage_ends = world.clock.now().timestamp() + 5 * DAY_S
        tried: list[float] = []

        async def call(services: Services, lease: Lease) -> Outcome:
            tried.append(services.clock.now().timestamp())
            if services.clock.now().timestamp() < outage_ends:
                raise Retryable("The partner is not responding.")
            return Outcome()

        [task_id] = await want(world, "car-1")
        while state_of(world, task_id)["state"] == "pending":
            toy.steps = [call]
            until = parse_instant(str(state_of(world, task_id)["next_attempt_at"]))
            world.clock.forward(max(0.001, (until - world.clock.now()).total_seconds()))
            await work(world, toy.registry, task_id)
        assert state_of(world, task_id)["state"] == "done"
        assert 100 < len(tried) < 1000
        assert tried[-1] - outage_ends <= 3600

    async def test_a_week_without_an_answer_is_given_up(self, world: World, toy: Toy) -> None:
        [task_id] = await want(world, "car-1")
        while state_of(world, task_id)["state"] == "pending":
            toy.steps = [Retryable("The partner is not responding.")]
            world.clock.forward(3600)
            await work(world, toy.registry, task_id)
        assert state_of(world, task_id)["state"] == "dead"
        assert toy.given_up == ["car-1: The partner is not responding."]
        assert len(toy.leases) == pytest.approx(6 * 24, abs=3)

    async def test_a_burst_of_changes_does_not_storm_a_failing_partner(self, world: World, toy: Toy) -> None:
        toy.steps = [Retryable("Not now.", 60.0)]
        [task_id] = await want(world, "car-1")
        await work(world, toy.registry, task_id)
        before = state_of(world, task_id)["next_attempt_at"]
        for _ in range(10):
            await want(world, "car-1")
            await work(world, toy.registry, task_id)
        assert state_of(world, task_id)["next_attempt_at"] == before
        assert len(toy.leases) == 1

    async def test_what_is_refused_for_good_is_dead_at_once(self, world: World, toy: Toy) -> None:
        toy.steps = [Permanent("The partner refused the request (422).", 422)]
        [task_id] = await want(world, "car-1")
        await work(world, toy.registry, task_id)
        task = state_of(world, task_id)
        assert (task["state"], task["error"]) == ("dead", "The partner refused the request (422).")
        assert toy.given_up == ["car-1: The partner refused the request (422)."]

    @pytest.mark.parametrize("mistake", [ValueError("oops"), ZeroDivisionError(), NetworkFailure("bare")])
    async def test_a_mistake_of_ours_is_tried_again_and_harms_no_other(self, world: World, toy: Toy, mistake: Exception) -> None:
        toy.steps = [mistake, Outcome()]
        task_ids = await want(world, "car-1", "car-2")
        await work(world, toy.registry, *task_ids)
        wrong, right = (state_of(world, task_id) for task_id in task_ids)
        assert (wrong["state"], right["state"]) == ("pending", "done")
        assert str(wrong["error"]).startswith("A bug in CarLot Manager: ")

    async def test_what_was_not_even_asked_is_no_attempt(self, world: World, toy: Toy) -> None:
        toy.steps = [Throttled("The partner's limit of calls for this minute is used up.", 30.0)]
        [task_id] = await want(world, "car-1")
        await work(world, toy.registry, task_id)
        task = state_of(world, task_id)
        assert (task["state"], task["attempts"], task["failing_since"]) == ("pending", 0, None)
        assert world.later(30) <= str(task["next_attempt_at"]) <= world.later(35)


class TestVerdicts:
    """What a partner says against one request, and says again."""

    async def tries(self, world: World, toy: Toy, task_id: str, *steps: Exception | Outcome) -> None:
        """Try a task so many times, each at its time."""
        for step in steps:
            assert state_of(world, task_id)["state"] in ("pending", "blocked")
            toy.steps = [step]
            world.clock.forward(7200)
            await world.tick()
            await work(world, toy.registry, task_id)
            assert not toy.steps

    async def test_the_same_five_times_is_given_up_in_its_words(self, world: World, toy: Toy) -> None:
        [task_id] = await want(world, "car-1")
        await self.tries(world, toy, task_id, *[Doubtful("No such thing.")] * 4)
        task = state_of(world, task_id)
        assert (task["state"], task["error"], task["attempts"]) == ("pending", "No such thing.", 4)
        await self.tries(world, toy, task_id, Doubtful("No such thing."))
        task = state_of(world, task_id)
        assert (task["state"], task["error"], task["attempts"]) == ("dead", "No such thing.", 5)
        assert toy.given_up == ["car-1: No such thing."]

    async def test_each_try_is_further_from_the_last(self, world: World, toy: Toy) -> None:
        """The first interval is five seconds, the fourth forty; the draw is within it."""
        toy.steps = [Doubtful("No such thing.")] * 4
        [task_id] = await want(world, "car-1")
        for interval in (5, 10, 20, 40):
            await work(world, toy.registry, task_id)
            assert str(state_of(world, task_id)["next_attempt_at"]) <= world.later(interval)
            world.clock.forward(interval)

    @pytest.mark.parametrize(
        "between",
        [
            Retryable("The partner is not responding."),
            Throttled("The partner's limit of calls for this minute is used up."),
            AuthExpired("The partner rejected the API key (401)."),
            ValueError("oops"),
        ],
    )
    async def test_what_says_nothing_of_the_request_leaves_the_count(self, world: World, toy: Toy, between: Exception) -> None:
        [task_id] = await want(world, "car-1")
        verdict = Doubtful("No such thing.")
        await self.tries(world, toy, task_id, verdict, verdict, between, verdict, between, between, verdict)
        assert state_of(world, task_id)["state"] == "pending"
        await self.tries(world, toy, task_id, verdict)
        assert state_of(world, task_id)["state"] == "dead"

    async def test_another_verdict_begins_the_count_anew(self, world: World, toy: Toy) -> None:
        [task_id] = await want(world, "car-1")
        one, other = Doubtful("No such thing."), Doubtful("Somebody was faster.")
        await self.tries(world, toy, task_id, *[one] * 4, other, *[one] * 4)
        assert state_of(world, task_id)["state"] == "pending"
        await self.tries(world, toy, task_id, one)
        assert state_of(world, task_id)["state"] == "dead"

    async def test_so_does_success(self, world: World, toy: Toy) -> None:
        [task_id] = await want(world, "car-1")
        await self.tries(world, toy, task_id, *[Doubtful("No such thing.")] * 4, Outcome())
        await want(world, "car-1")
        await self.tries(world, toy, task_id, *[Doubtful("No such thing.")] * 4)
        assert state_of(world, task_id)["state"] == "pending"

    async def test_so_does_a_step_that_worked(self, world: World, toy: Toy) -> None:
        """Of work in several steps, the next one is another request."""
        [task_id] = await want(world, "car-1")
        verdict = Doubtful("No such thing.")
        await self.tries(world, toy, task_id, *[verdict] * 4)
        toy.steps = [Outcome(more=True), verdict]
        world.clock.forward(7200)
        await work(world, toy.registry, task_id)
        assert state_of(world, task_id)["state"] == "pending"
        await self.tries(world, toy, task_id, *[verdict] * 3)
        assert state_of(world, task_id)["state"] == "pending"

    @pytest.mark.parametrize("by", ["retry", "change"])
    async def test_so_does_the_dealer(self, world: World, toy: Toy, by: str) -> None:
        [task_id] = await want(world, "car-1")
        verdict = Doubtful("No such thing.")
        await self.tries(world, toy, task_id, *[verdict] * 5)
        if by == "retry":
            await world.call("POST", f"/api/integrations/tasks/{task_id}/retry")
        else:
            await want(world, "car-1")
        await self.tries(world, toy, task_id, *[verdict] * 4)
        assert state_of(world, task_id)["state"] == "pending"
