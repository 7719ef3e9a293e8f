"""Tasks as the dealer sees them: pages, retry, discard, retry-all, a vehicle's history, queue and deadlines in the status."""

from __future__ import annotations

from typing import Any

import pytest

from carlot.errors import Permanent, Retryable
from carlot.platform.ports import Services
from carlot.store.tasks import Lease, Outcome
from support.lot import answer
from support.world import World
from sync.toys import Toy, state_of, want, work

TASKS = "/api/integrations/tasks"
SHOWN = {
    *("id", "target", "kind", "subjectId", "vin", "state", "attempts", "error"),
    *("nextAttemptAt", "deadlineAt", "createdAt", "updatedAt", "outcome", "discardedAt", "doneAt"),
}


async def get(world: World, target: str) -> Any:
    response = await world.call("GET", target)
    assert response.status == 200, response.body
    return answer(response)


async def post(world: World, target: str, status: int) -> Any:
    response = await world.call("POST", target)
    assert response.status == status, response.body
    return answer(response)


async def dead(world: World, toy: Toy, *subjects: str, target: str = "wayne_reeves") -> list[str]:
    """Tasks that were refused for good."""
    toy.steps = [Permanent("The partner refused the request (422).")] * len(subjects)
    task_ids = await want(world, *subjects, target=target)
    await work(world, toy.registry, *task_ids)
    return task_ids


class TestList:
    async def test_a_task_as_it_is_shown(self, world: World, toy: Toy) -> None:
        [task_id] = await dead(world, toy, "car-1")
        [task] = (await get(world, TASKS))["tasks"]
        assert set(task) == SHOWN
        assert (task["id"], task["subjectId"], task["state"], task["attempts"]) == (task_id, "car-1", "dead", 1)
        assert task["error"] == "The partner refused the request (422)."

    async def test_tasks_are_filtered_by_state_and_target(self, world: World, toy: Toy) -> None:
        await dead(world, toy, "car-1")
        await want(world, "car-2")
        await want(world, "car-3", target="carlot")
        for query, subjects in (
            ("", {"car-1", "car-2", "car-3"}),
            ("?state=dead", {"car-1"}),
            ("?state=pending", {"car-2", "car-3"}),
            ("?target=carlot", {"car-3"}),
            ("?state=pending&target=wayne_reeves", {"car-2"}),
            ("?state=pending&target=wayne-reeves", {"car-2"}),
            ("?state=done", set()),
        ):
            assert {task["subjectId"] for task in (await get(world, TASKS + query))["tasks"]} == subjects, query

    @pytest.mark.parametrize("limit", [1, 3, 7, 500])
    async def test_pages_show_every_task_once_last_changed_first(self, world: World, limit: int) -> None:
        for number in range(7):
            await want(world, f"car-{number}", f"twin-{number}")
        found: list[dict[str, Any]] = []
        cursor = ""
        while True:
            page = await get(world, f"{TASKS}?limit={limit}{cursor}")
            assert 0 < len(page["tasks"]) <= limit
            found += page["tasks"]
            if page["nextCursor"] is None:
                break
            cursor = f"&cursor={page['nextCursor']}"
        assert len({task["id"] for task in found}) == len(found) == 14
        assert [task["updatedAt"] for task in found] == sorted((task["updatedAt"] for task in found), reverse=True)

    @pytest.mark.parametrize(
        "query", ["state=broken", "limit=0", "limit=501", "limit=x", "cursor=nonsense", "cursor=" + "x" * 201]
    )
    async def test_a_bad_query_is_400(self, world: World, query: str) -> None:
        assert (await world.call("GET", f"{TASKS}?{query}")).status == 400

    @pytest.mark.parametrize("path", ["", "/x/retry", "/x/discard", "/retry-all"])
    async def test_only_for_the_dealer(self, world: World, path: str) -> None:
        method = "POST" if path else "GET"
        assert (await world.call(method, TASKS + path, signed_in=False)).status == 401


class TestRetry:
    async def test_a_dead_task_is_tried_again_at_once(self, world: World, toy: Toy) -> None:
        [task_id] = await dead(world, toy, "car-1")
        world.timed.waiting.clear()
        shown = await post(world, f"{TASKS}/{task_id}/retry", 202)
        assert (shown["id"], shown["state"], shown["attempts"]) == (task_id, "pending", 0)
        assert len(world.timed.waiting) == 1
        await work(world, toy.registry, task_id)
        assert state_of(world, task_id)["state"] == "done"

    async def test_pressed_twice_it_is_tried_once(self, world: World, toy: Toy) -> None:
        [task_id] = await dead(world, toy, "car-1")
        for _ in range(2):
            await post(world, f"{TASKS}/{task_id}/retry", 202)
        for _ in range(2):
            await work(world, toy.registry, task_id)
        assert len(toy.leases) == 2

    async def test_a_waiting_task_need_not_wait(self, world: World, toy: Toy) -> None:
        toy.steps = [Retryable("Not now.", 3600.0)]
        [task_id] = await want(world, "car-1")
        await work(world, toy.registry, task_id)
        await post(world, f"{TASKS}/{task_id}/retry", 202)
        await work(world, toy.registry, task_id)
        assert state_of(world, task_id)["state"] == "done"

    async def test_what_is_done_is_not(self, world: World, toy: Toy) -> None:
        [task_id] = await want(world, "car-1")
        await work(world, toy.registry, task_id)
        assert (await post(world, f"{TASKS}/{task_id}/retry", 409))["code"] == "not-retryable"

    @pytest.mark.parametrize("discarded_before", [False, True])
    async def test_what_is_being_worked_on_is_not(self, world: World, toy: Toy, discarded_before: bool) -> None:
        """Not even when the dealer gave the task up at some earlier time."""
        if discarded_before:
            [task_id] = await dead(world, toy, "car-1")
            await post(world, f"{TASKS}/{task_id}/discard", 200)

        async def press(services: Services, lease: Lease) -> Outcome:
            assert (await post(world, f"{TASKS}/{lease.id}/retry", 409))["detail"] == "It is being worked on right now."
            return Outcome()

        toy.steps = [press]
        [task_id] = await want(world, "car-1")
        await work(world, toy.registry, task_id)
        assert state_of(world, task_id)["state"] == "done"
        await post(world, f"{TASKS}/{task_id}/retry", 409)

    @pytest.mark.parametrize("what", ["retry", "discard"])
    async def test_no_such_task(self, world: World, what: str) -> None:
        assert (await world.call("POST", f"{TASKS}/gone/{what}")).status == 404


class TestRetryAll:
    async def test_every_dead_task_and_no_other(self, world: World, toy: Toy) -> None:
        await dead(world, toy, "car-1", "car-2")
        toy.steps = [Retryable("Not now.", 3600.0)]
        [waiting] = await want(world, "car-3")
        await work(world, toy.registry, waiting)
        assert await post(world, f"{TASKS}/retry-all", 202) == {"queued": 2}
        assert [task["state"] for task in world.tasks()] == ["pending"] * 3
        assert str(state_of(world, waiting)["next_attempt_at"]) > world.later(3000)
        assert await post(world, f"{TASKS}/retry-all", 202) == {"queued": 0}

    async def test_of_one_partner(self, world: World, toy: Toy) -> None:
        await dead(world, toy, "car-1")
        await dead(world, Toy(target="carlot"), "car-2", target="carlot")
        assert await post(world, f"{TASKS}/retry-all?target=carlot", 202) == {"queued": 1}
        assert {task["subject_id"]: task["state"] for task in world.tasks()} == {"car-1": "dead", "car-2": "pending"}

    async def test_hundreds_are_all_rung_for(self, world: World, toy: Toy) -> None:
        await dead(world, toy, *(f"car-{number}" for number in range(250)))
        world.timed.waiting.clear()
        assert await post(world, f"{TASKS}/retry-all", 202) == {"queued": 250}
        assert len(world.timed.waiting) == 250


class TestDiscard:
    async def test_nothing_more_is_wanted(self, world: World, toy: Toy) -> None:
        [task_id] = await dead(world, toy, "car-1")
        shown = await post(world, f"{TASKS}/{task_id}/discard", 200)
        assert (shown["state"], shown["error"], shown["deadlineAt"]) == ("done", None, None)
        assert shown["discardedAt"] is not None
        for _ in range(3):
            world.clock.forward(600)
            await world.tick()
            await work(world, toy.registry, task_id)
        assert len(toy.leases) == 1

    async def test_a_retry_takes_it_back(self, world: World, toy: Toy) -> None:
        [task_id] = await dead(world, toy, "car-1")
        await post(world, f"{TASKS}/{task_id}/discard", 200)
        await post(world, f"{TASKS}/{task_id}/retry", 202)
        await work(world, toy.registry, task_id)
        assert len(toy.leases) == 2

    async def test_a_new_change_is_heard_of(self, world: World, toy: Toy) -> None:
        [task_id] = await dead(world, toy, "car-1")
        await post(world, f"{TASKS}/{task_id}/discard", 200)
        await want(world, "car-1")
        assert state_of(world, task_id)["state"] == "pending"

    async def test_what_is_being_worked_on_or_done_is_not(self, world: World, toy: Toy) -> None:
        async def press(services: Services, lease: Lease) -> Outcome:
            await post(world, f"{TASKS}/{lease.id}/discard", 409)
            return Outcome()

        toy.steps = [press]
        [task_id] = await want(world, "car-1")
        await work(world, toy.registry, task_id)
        assert (await post(world, f"{TASKS}/{task_id}/discard", 409))["code"] == "not-discardable"

    async def test_a_discarded_pull_ends_so_that_the_next_one_can_begin(self, world: World) -> None:
        run_id = answer(await world.call("POST", "/api/integrations/wayne-reeves/sync"))["runId"]
        await post(world, f"{TASKS}/{world.task(kind='pull')['id']}/discard", 200)
        run = await get(world, f"/api/integrations/runs/{run_id}")
        assert (run["status"], run["removed"]) == ("degraded", 0)
        assert await world.pull() == "completed"


class TestVehicle:
    async def test_what_each_partner_last_heard_newest_first(self, world: World) -> None:
        await world.pull()
        await world.edit("A1", price=7000)
        await world.work()
        world.clock.forward(1)
        sale = await world.sell("A1")
        await world.work()
        history = (await get(world, f"/api/vehicles/{sale['vehicleId']}/sync"))["sync"]
        assert {(entry["target"], entry["kind"], entry["state"]) for entry in history} == {
            ("wayne_reeves", "sale", "done"),
            ("quickbooks", "invoice", "blocked"),
            ("wayne_reeves", "edits", "done"),
        }
        assert [entry["updatedAt"] for entry in history] == sorted((entry["updatedAt"] for entry in history), reverse=True)
        assert {entry["vin"] for entry in history} == {sale["vin"]}
        outcomes = {entry["kind"]: entry["outcome"] for entry in history}
        assert outcomes["sale"] == "Sale of Feb 3, 2025 for $6,500.00 recorded."
        assert outcomes["edits"] == "Sent price 7000.0."

    async def test_of_another_vehicle_nothing(self, world: World) -> None:
        await world.pull()
        await world.sell("A1")
        assert (await get(world, f"/api/vehicles/{world.vehicle('A2')['id']}/sync")) == {"sync": []}

    async def test_no_such_vehicle(self, world: World) -> None:
        assert (await world.call("GET", "/api/vehicles/gone/sync")).status == 404


class TestStatus:
    async def test_the_status_counts_the_queue(self, world: World, toy: Toy) -> None:
        await dead(world, toy, "car-1")
        await want(world, "car-2", "car-3")
        world.clock.forward(90)
        waiting = len(world.timed.waiting)
        queue = (await get(world, "/api/integrations/status"))["queue"]
        assert queue == {"backlog": waiting, "oldestMessageSeconds": 90, "pending": 2, "dead": 1}

    async def test_a_queue_without_metrics_is_told_from_the_tasks(self, world: World) -> None:
        await want(world, "car-1", "car-2")
        world.perils.locked = {world.perils.calls + number: False for number in range(1, 20)}
        call = world.perils.meet

        async def only_metrics(name: str, failure: Exception, work: Any) -> Any:
            if name == "queue.metrics":
                raise failure
            world.perils.locked.clear()
            return await call(name, failure, work)

        world.perils.meet = only_metrics  # type: ignore[method-assign]
        assert (await get(world, "/api/integrations/status"))["queue"]["backlog"] == 2

    async def test_the_status_counts_documents_that_are_due(self, world: World) -> None:
        await world.pull()
        await world.sell("A1")
        await world.sell("A2")
        record = {"vehicleId": world.vehicle("A3")["id"], "serviceDate": "2025-02-01", "description": "Tyres", "cost": 400}
        assert (await world.call("POST", "/api/service-records", record)).status == 201
        due = {"invoicesDue": 2, "expensesDue": 1, "removalsDue": 0, "overdue": 0}
        assert (await get(world, "/api/integrations/status"))["deadlines"] == due
        await world.work()
        assert (await get(world, "/api/integrations/status"))["deadlines"] == due
        world.clock.forward(7 * 86_400 + 1)
        assert (await get(world, "/api/integrations/status"))["deadlines"] == {**due, "overdue": 3}
