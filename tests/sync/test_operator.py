"""What the operator sees and steers without logs or SQL: received events, pauses, retries by a filter, and an outage drill."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from carlot.errors import Permanent
from listings.market import Market
from support.books import BooksWorld, connected
from support.lot import answer
from support.perils import Perils
from support.world import MINUTE, World
from sync.toys import Toy, state_of, want, work

EVENTS = "/api/integrations/events"
TASKS = "/api/integrations/tasks"
CUSTOMER = {"name": "Ann Lee", "email": "ann@example.test", "phone": "555-010-0100"}
Api = Callable[..., Awaitable[Any]]


async def get(world: World, target: str, status: int = 200) -> Any:
    response = await world.call("GET", target)
    assert response.status == status, response.body
    return answer(response)


async def post(world: World, target: str, status: int, content: Any = None) -> Any:
    response = await world.call("POST", target, content)
    assert response.status == status, response.body
    return answer(response) if response.body else None


async def events(world: World, query: str = "") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await get(world, EVENTS + query))["events"]
    return found


class TestEvents:
    async def test_an_event_as_it_is_shown(self) -> None:
        world = World(1)
        await world.pull()
        event = world.dms_sells("A1")
        event["sale"]["customer"] = CUSTOMER
        event["note"] = "Call Ann Lee"
        await world.told_by_dms(event)
        await world.until_quiet()
        [shown] = await events(world)
        assert (shown["source"], shown["type"], shown["state"], shown["note"]) == (
            "wayne_reeves",
            "vehicle.sold",
            "applied",
            None,
        )
        assert shown["task"]["state"] == "done"
        assert shown["body"]["vehicle"]["vin"] == event["vehicle"]["vin"]
        assert shown["body"]["sale"]["sale_price"] == 6300
        assert shown["body"]["sale"]["customer"] == ["email", "name", "phone"]
        for personal in (*CUSTOMER.values(), "Ann"):
            assert personal not in json.dumps(shown)
        assert await get(world, f"{EVENTS}/{shown['id']}") == shown

    async def test_filters_and_pages(self) -> None:
        world = await connected(2)
        for number in range(3):
            await world.told_by_dms({"id": f"e{number}", "event": "lot.moved"})
            world.clock.forward(1)
        await world.told_by_dms({"id": "x", "event": "vehicle.updated", "vehicle": {"stock_number": ""}})
        await world.until_quiet()
        counts = {
            "": 4,
            "?source=wayne_reeves": 4,
            "?source=wayne-reeves": 4,
            "?source=quickbooks": 0,
            "?state=ignored": 3,
            "?state=failed": 1,
        }
        for query, count in counts.items():
            assert len(await events(world, query)) == count, query
        found, cursor = [], ""
        while True:
            page = await get(world, f"{EVENTS}?limit=1{cursor}")
            found += [event["id"] for event in page["events"]]
            if page["nextCursor"] is None:
                break
            cursor = f"&cursor={page['nextCursor']}"
        assert len(set(found)) == len(found) == 4
        for bad in ("source=x", "state=x", "limit=0", "limit=101", "cursor=nonsense"):
            assert (await world.call("GET", f"{EVENTS}?{bad}")).status == 400

    async def test_an_event_that_failed_is_replayed_once_its_reason_is_gone(self) -> None:
        world = World(1)
        await world.pull()
        event: dict[str, Any] = {
            "id": "e1",
            "event": "vehicle.updated",
            "vehicle": {**world.dms_record("A1"), "year": 15, "price": 5555},
        }
        event["vehicle"]["updated_at"] = "2025-02-03T10:29:00Z"
        await world.told_by_dms(event)
        await world.until_quiet()
        [shown] = await events(world, "?state=failed")
        assert world.vehicle("A1")["price_cents"] == 699500
        # As after an update of CarLot that reads what the version before could not read.
        world.database.query("UPDATE webhook_events SET body = replace(body, ?, ?)", '"year": 15,', '"year": 2003,')
        again = await post(world, f"{EVENTS}/{shown['id']}/replay", 202)
        assert (again["state"], again["settledAt"]) == ("stored", None)
        await world.until_quiet()
        assert world.vehicle("A1")["price_cents"] == 555500
        assert (await events(world))[0]["state"] == "applied"
        history = world.database.query("SELECT author, subject_id FROM audit_author WHERE what = 'event.replayed'")
        assert history == [{"author": "token", "subject_id": shown["id"]}]

    async def test_a_replayed_sale_is_no_second_sale(self) -> None:
        world = World(1)
        await world.pull()
        await world.told_by_dms(world.dms_sells("A1"))
        await world.until_quiet()
        for _ in range(2):
            await post(world, f"{EVENTS}/{(await events(world))[0]['id']}/replay", 202)
            await world.until_quiet()
        assert (await get(world, "/api/sales"))["total"] == 1

    async def test_a_quickbooks_event_is_read_again(self) -> None:
        world = await connected(1)
        sale = await world.sell("A1")
        await world.until_quiet()
        change = {"entities": [{"name": "Invoice", "id": world.sale(sale["id"])["invoice_id"], "operation": "Update"}]}
        body = json.dumps({"eventNotifications": [{"realmId": world.env["QUICKBOOKS_REALM_ID"], "dataChangeEvent": change}]})
        world.database.query(
            "INSERT INTO webhook_events (id, source, event_key, type, body, state, received_at)"
            " VALUES ('q', 'quickbooks', 'k', 'changes', ?, 'applied', '2025-02-03T10:00:00.000Z')",
            body,
        )
        [shown] = await events(world, "?source=quickbooks")
        assert shown["body"]["eventNotifications"][0]["dataChangeEvent"]["entities"][0]["name"] == "Invoice"
        calls = len(world.calls("GET"))
        await post(world, f"{EVENTS}/q/replay", 202)
        await world.until_quiet()
        assert len(world.calls("GET")) > calls

    async def test_what_cannot_be_replayed(self) -> None:
        world = World(1)
        assert (await world.call("POST", f"{EVENTS}/gone/replay")).status == 404
        await world.told_by_dms({"id": "e", "event": "lot.moved"})
        [unused] = await events(world)
        assert (await post(world, f"{EVENTS}/{unused['id']}/replay", 409))["code"] == "event-not-used"
        world.database.query("UPDATE webhook_events SET body = ''")
        assert (await post(world, f"{EVENTS}/{unused['id']}/replay", 409))["code"] == "body-deleted"
        assert (await events(world))[0]["body"] is None


class TestPause:
    async def test_its_tasks_wait_and_others_go_on(self) -> None:
        market = Market()
        await post(market, "/api/integrations/partners/cargurus/pause", 204)
        car = await market.add(1)
        await market.minutes(30)
        assert market.calls("cargurus") == []
        assert list(market.shown("kbb")) == [car["vin"]]
        status = await get(market, "/api/integrations/status")
        assert [status["listings"][name]["paused"] for name in ("carGurus", "trueCar", "kbb")] == [True, False, False]
        await post(market, "/api/integrations/partners/carGurus/resume", 204)
        await market.work()
        market.check()

    async def test_a_deadline_runs_on(self) -> None:
        market = Market()
        car = await market.add(1)
        await market.work()
        await post(market, "/api/integrations/partners/cargurus/pause", 204)
        await market.sold(car)
        market.clock.forward(25 * 3600)
        await market.tick(MINUTE)
        await market.work()
        status = await get(market, "/api/integrations/status")
        assert status["deadlines"]["overdue"] == 1
        assert list(market.shown("cargurus")) == [car["vin"]]

    @pytest.mark.parametrize(("name", "member"), [("wayne_reeves", "wayneReeves"), ("quickbooks", "quickbooks")])
    async def test_it_is_shown_as_paused(self, name: str, member: str) -> None:
        world = await connected(1)
        await post(world, f"/api/integrations/partners/{name}/pause", 204)
        assert (await get(world, "/api/integrations/status"))[member]["status"] == "paused"
        await post(world, f"/api/integrations/partners/{name}/resume", 204)
        assert (await get(world, "/api/integrations/status"))[member]["status"] == "connected"
        what = [row["what"] for row in world.database.query("SELECT what FROM audit_author WHERE author = 'token'")]
        assert what[-2:] == ["partner.paused", "partner.resumed"]

    async def test_no_call_goes_that_was_about_to_go(self) -> None:
        """The pause comes while a task is at work: its next call is not made."""
        world = await connected(1)
        await world.sell("A1")
        heard = len(world.network.heard())
        world.perils = Perils(world.clock)
        await post(world, "/api/integrations/partners/quickbooks/pause", 204)
        world.database.query("UPDATE sync_tasks SET target = 'quickbooks'")
        for _ in range(3):
            world.clock.forward(60)
            await world.tick(MINUTE)
            await world.work()
        assert len(world.network.heard()) == heard

    @pytest.mark.parametrize("target", ["carlot", "gone", "x" * 300])
    async def test_no_such_partner(self, target: str) -> None:
        await post(World(0), f"/api/integrations/partners/{target}/pause", 404)


class TestRetryAndDiscardByFilter:
    async def dead(self, world: World, toy: Toy) -> list[str]:
        toy.steps = [Permanent("No.")] * 3
        ids = await want(world, "car-1", "car-2", "car-3")
        await work(world, toy.registry, *ids)
        return ids

    @pytest.mark.parametrize("act", ["retry", "discard"])
    async def test_they_are_counted_first_and_then_done(self, act: str) -> None:
        world, toy = World(0), Toy()
        ids = await self.dead(world, toy)
        [waiting] = await want(world, "car-4")
        for content, count in (
            ({}, 3),
            ({"target": "wayne_reeves"}, 3),
            ({"target": "wayne_reeves", "kind": "toy"}, 3),
            ({"kind": "invoice"}, 0),
            ({"target": "kbb"}, 0),
            ({"state": "pending"}, 1),
            ({"state": "blocked"}, 0),
        ):
            before = world.tasks()
            assert await post(world, f"{TASKS}/{act}?dryRun=true", 202, content) == {"count": count}, content
            assert world.tasks() == before
        assert await post(world, f"{TASKS}/{act}", 202, {"target": "wayne_reeves"}) == {"count": 3}
        assert {state_of(world, each)["state"] for each in ids} == {"pending" if act == "retry" else "done"}
        assert state_of(world, waiting)["discarded_at"] is None
        assert await post(world, f"{TASKS}/{act}", 202, {"target": "wayne_reeves"}) == {"count": 0}
        noted = world.database.query(
            "SELECT count(*) AS count FROM audit_author WHERE what = ?",
            {"retry": "task.retried", "discard": "task.discarded"}[act],
        )
        assert noted == [{"count": 3}]

    async def test_what_is_retried_is_worked_on_and_its_partner_let_go(self) -> None:
        world, toy = World(0), Toy()
        ids = await self.dead(world, toy)
        world.database.query("INSERT INTO partners (target, blocked_reason, probe_at) VALUES ('wayne_reeves', 'No.', '2099')")
        world.timed.waiting.clear()
        await post(world, f"{TASKS}/retry", 202, {"target": "wayne_reeves"})
        assert len(world.timed.waiting) == 3
        await work(world, toy.registry, *ids)
        assert {state_of(world, each)["state"] for each in ids} == {"done"}

    @pytest.mark.parametrize("content", [{"state": "done"}, {"state": "running"}, {"more": 1}, {"target": 7}, []])
    async def test_what_breaks_the_schema(self, content: Any) -> None:
        for act in ("retry", "discard"):
            assert (await World(0).call("POST", f"{TASKS}/{act}", content)).status == 422


class TestTheLastCallOfAFailure:
    async def test_what_was_sent_and_what_came_back_without_secrets_and_people(self) -> None:
        world: BooksWorld = await connected(1)
        said = {"Message": "Invalid Reference Id", "Detail": "Ann <ann@example.test> 'Ann Lee' secret", "code": "2500"}
        body = {"Fault": {"Error": [said], "type": "ValidationFault"}, "access_token": "opens everything"}
        world.faults({"path": "/invoice*", "fault": "status", "status": 400, "body": body, "times": 100})
        await world.sell("A1", customer=CUSTOMER)
        await world.work()
        [task] = [each for each in (await get(world, TASKS))["tasks"] if each["kind"] == "invoice"]
        report = await get(world, f"{TASKS}/{task['id']}")
        failure = report["lastFailure"]
        assert (failure["method"], failure["status"]) == ("POST", 400)
        assert failure["url"].startswith("http://partners.test/v3/company/")
        assert "Invalid Reference Id" in failure["answer"]
        assert task["subjectId"] == report["subjectId"]
        assert "CL-S-" in failure["request"]
        stored = str(world.task(id=task["id"])["exchange"])
        for hidden in ("ann@example.test", CUSTOMER["phone"], "'Ann Lee'", " secret", "opens everything", "Bearer"):
            assert hidden not in json.dumps(failure) + stored, hidden

    async def test_it_is_gone_once_it_works(self) -> None:
        market = Market()
        market.network.faults("cargurus", script=[{"fault": "status", "status": 500}])
        await market.add(1)
        await market.deliver_due()
        [task] = (await get(market, f"{TASKS}?target=cargurus"))["tasks"]
        assert (await get(market, f"{TASKS}/{task['id']}"))["lastFailure"]["status"] == 500
        await market.until_quiet()
        assert (await get(market, f"{TASKS}/{task['id']}"))["lastFailure"] is None

    async def test_no_such_task(self) -> None:
        await get(World(0), f"{TASKS}/gone", 404)


async def mend(api: Api, wait: Callable[[int], Awaitable[None]]) -> dict[str, set[str]]:
    """Find out by the API alone why a site does not take cars, and mend each cause; answer which cause held up which cars."""
    causes: dict[str, set[str]] = {}
    for _ in range(10):
        tasks = (await api("GET", f"{TASKS}?target=cargurus"))["tasks"]
        waiting = [task for task in tasks if task["state"] != "done"]
        if not waiting:
            return causes
        for task in waiting:
            failure = (await api("GET", f"{TASKS}/{task['id']}"))["lastFailure"]
            cause = str(failure["status"]) if failure else "not tried yet"
            causes.setdefault(cause, set()).add(task["subjectId"])
            if cause == "422":  # The site names the field: the car is completed, and that alone sends it again.
                field = json.loads(failure["answer"])["error"]["field"]
                await api("PATCH", f"/api/vehicles/{task['subjectId']}", {field: "Silver"})
            elif cause == "403":  # A refusal of this one car, lifted as the site says on the phone.
                await api("POST", f"{TASKS}/{task['id']}/retry")
        if "503" in causes:  # Maintenance: nothing is sent until it is over, instead of a try every few minutes.
            await api("POST", "/api/integrations/partners/cargurus/pause")
            await wait(30)
            await api("POST", "/api/integrations/partners/cargurus/resume")
        # The site took our key away and gave it back: what was blocked by that goes again.
        blocked = {"target": "cargurus", "state": "blocked"}
        counted = await api("POST", f"{TASKS}/retry?dryRun=true", blocked)
        assert await api("POST", f"{TASKS}/retry", blocked) == counted
        await wait(1)
    raise AssertionError(f"not mended: {causes}")


async def test_an_outage_drill() -> None:
    """A site fails in four ways at once; a script that has nothing but the API finds the cause of each and mends it."""
    market = Market()
    cars = [await market.add(number) for number in range(1, 6)]
    missing = {"error": {"code": "missing_field", "message": "exteriorColor is required.", "field": "exteriorColor"}}
    faults: list[dict[str, Any]] = [
        {"fault": "status", "status": 422, "body": missing},
        {"fault": "status", "status": 403},
        {"fault": "status", "status": 503, "retry_after_s": 600},
        {"fault": "status", "status": 401},
    ]
    script = [{**fault, "method": "PUT", "path": f"*{car['vin']}"} for fault, car in zip(faults, cars, strict=False)]
    market.network.faults("cargurus", script=script)
    await market.work()
    assert list(market.shown("cargurus")) != [car["vin"] for car in cars]

    async def api(method: str, target: str, content: Any = None) -> Any:
        response = await market.call(method, target, content)
        assert response.status < 300, response.body
        return answer(response) if response.body else None

    causes = await mend(api, market.minutes)
    assert [causes[status] for status in ("422", "403", "503", "401")] == [{car["id"]} for car in cars[:4]]
    market.check()
    history = await get(market, f"/api/vehicles/{cars[1]['id']}/history")
    assert [entry["author"] for entry in history["history"] if entry["what"] == "task.retried"] == ["token"]
