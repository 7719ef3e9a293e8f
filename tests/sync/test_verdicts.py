"""What each answer of each partner comes to, a row at a time: for the task, for the partner, and for everything else there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from carlot.domain.backoff import OUTBOUND
from carlot.domain.verdicts import ANY, BOOKS, DMS, FTP, TOKENS, VERDICTS
from carlot.engine.enqueue import PROBE_S
from carlot.engine.outcome import LOOK_S, SAME_VERDICTS
from carlot.errors import AuthExpired
from carlot.partners.wayne_reeves.client import fetch_inventory, undo_sale
from carlot.platform.ports import Services
from carlot.store.tasks import Lease, Outcome
from support.books import BooksWorld
from support.world import World
from sync.toys import TARGET, Toy, state_of, want, work

LATER, SLOW, BLOCKS, FIVE, DEAD = (
    "tried for days",
    "rests",
    "one more look, then blocked",
    "five times, then dead",
    "dead at once",
)

# By (partner, status, code), what an answer that never changes comes to. A class of statuses is tried with one of them.
HTTP: dict[tuple[str, int, str], tuple[int, str]] = {
    (ANY, 401, ""): (401, BLOCKS),
    (ANY, 403, ""): (403, DEAD),
    (ANY, 404, ""): (404, DEAD),
    (ANY, 408, ""): (408, LATER),
    (ANY, 409, ""): (409, FIVE),
    (ANY, 410, ""): (410, DEAD),
    (ANY, 413, ""): (413, DEAD),
    (ANY, 425, ""): (425, LATER),
    (ANY, 429, ""): (429, SLOW),
    (ANY, 3, ""): (302, DEAD),
    (ANY, 4, ""): (422, DEAD),
    (ANY, 5, ""): (502, LATER),
    (DMS, 409, ""): (409, DEAD),
}
FAULTS: dict[tuple[str, int, str], tuple[int, Mapping[str, str], str, str]] = {
    (BOOKS, 0, "3001"): (403, {"code": "003001", "message": "ThrottleExceeded"}, "SERVICE", SLOW),
    (BOOKS, 0, "throttl"): (400, {"code": "", "message": "too many"}, "Throttled", SLOW),
    (BOOKS, 0, "3100"): (403, {"code": "003100", "message": "ApplicationAuthorizationFailed"}, "SERVICE", BLOCKS),
    (BOOKS, 0, "authentication"): (400, {"code": "", "message": "sign in"}, "AUTHENTICATION", BLOCKS),
    (BOOKS, 0, "6190"): (400, {"code": "6190", "message": "Subscription period has ended"}, "ValidationFault", BLOCKS),
    (BOOKS, 0, "5000"): (400, {"code": "5000", "message": "Business validation"}, "ValidationFault", LATER),
    (BOOKS, 0, "10000"): (400, {"code": "10000", "message": "An application error"}, "ValidationFault", LATER),
    (BOOKS, 0, "system"): (400, {"code": "1", "message": "oops"}, "SystemFault", LATER),
    (BOOKS, 0, "service"): (400, {"code": "1", "message": "oops"}, "SERVICE", LATER),
    (BOOKS, 0, "610"): (400, {"code": "610", "message": "Object Not Found"}, "ValidationFault", FIVE),
}
GRANTS: dict[tuple[str, int, str], tuple[int, Mapping[str, str], str]] = {
    (TOKENS, 400, "invalid_grant"): (400, {"error": "invalid_grant"}, BLOCKS),
    (TOKENS, 401, ""): (401, {"error": "invalid_client"}, BLOCKS),
    (TOKENS, 429, ""): (429, {}, SLOW),
    (TOKENS, 3, ""): (302, {}, LATER),
    (TOKENS, 4, ""): (403, {}, LATER),
}
# These are tried over FTP itself: `partners/test_ftp.py`, `listings/test_files.py`.
REPLIES = {(FTP, 4, ""), (FTP, 5, ""), (FTP, 530, ""), (FTP, 532, ""), (FTP, 552, "")}


def test_each_row_of_the_table_is_tried() -> None:
    assert {(row.partner, row.status, row.code) for row in VERDICTS} == {*HTTP, *FAULTS, *GRANTS, *REPLIES}


async def ask(services: Services, lease: Lease) -> Outcome:
    """A call whose answer is read by the rows of the DMS."""
    await fetch_inventory(services.http, services.settings, services.clock.now())
    return Outcome()


async def ask_as_any(services: Services, lease: Lease) -> Outcome:
    """A call whose answer is read by the rows of any partner."""
    from carlot.partners.http import send

    url = services.settings.wayne_reeves_api_url + "/inventory"
    await send(services.http, "Somebody", "GET", url, {}, now=services.clock.now())
    return Outcome()


def refused(world: World, target: str) -> bool:
    rows = world.database.query("SELECT blocked_reason FROM partners WHERE target = ?", target)
    return bool(rows and rows[0]["blocked_reason"])


def rests(world: World, target: str) -> bool:
    rows = world.database.query("SELECT paused_until FROM partners WHERE target = ?", target)
    return bool(rows and (rows[0]["paused_until"] or "") > world.later(0))


@pytest.mark.parametrize(("row", "case"), HTTP.items(), ids=str)
async def test_a_status(world: World, toy: Toy, row: tuple[str, int, str], case: tuple[int, str]) -> None:
    status, comes_to = case
    step = ask_as_any if row[0] == ANY else ask
    world.network.faults(
        script=[
            {
                "fault": "status",
                "status": status,
                "path": "/inventory",
                "times": 10_000,
                "retry_after_s": 300 if status == 429 else None,
            }
        ]
    )
    [task_id] = await want(world, "car-1")
    states = []
    for _ in range(SAME_VERDICTS):
        toy.steps = [step]
        await work(world, toy.registry, task_id)
        states.append(state_of(world, task_id)["state"])
        if comes_to is SLOW:
            assert rests(world, TARGET)
        world.clock.forward(7200 if comes_to is not BLOCKS else LOOK_S + OUTBOUND.base_s)
    expected = {
        LATER: ["pending"] * 5,
        SLOW: ["pending"] * 5,
        BLOCKS: ["pending", "blocked", "blocked", "blocked", "blocked"],
        FIVE: ["pending"] * 4 + ["dead"],
        DEAD: ["dead"] * 5,
    }[comes_to]
    assert states == expected
    assert refused(world, TARGET) is (comes_to is BLOCKS)


async def settled(world: BooksWorld) -> dict[str, Any]:
    """Seven hours later: what never passes has come to its end by then."""
    await world.minutes(2)
    for _ in range(40):
        world.clock.forward(600)
        await world.minutes(1)
    return world.task(target="quickbooks", kind="invoice")


def comes_to_that(world: BooksWorld, task: Mapping[str, Any], comes_to: str) -> None:
    expected = {LATER: "pending", SLOW: "pending", BLOCKS: "blocked", FIVE: "dead"}[comes_to]
    assert task["state"] == expected, task
    assert refused(world, "quickbooks") is (comes_to is BLOCKS)


@pytest.mark.parametrize(("row", "case"), FAULTS.items(), ids=str)
async def test_a_fault_of_the_books(row: tuple[str, int, str], case: tuple[int, Mapping[str, str], str, str]) -> None:
    status, error, kind, comes_to = case
    world = BooksWorld()
    await world.connect()
    await world.pull()
    body = {"Fault": {"Error": [dict(error)], "type": kind}}
    world.faults({"fault": "status", "status": status, "body": body, "path": "/*", "method": "POST", "times": 100_000})
    await world.sell("A1")
    await world.work()
    first = world.task(target="quickbooks", kind="invoice")
    assert first["state"] == "pending"
    assert not refused(world, "quickbooks")
    assert rests(world, "quickbooks") is (comes_to is SLOW)
    comes_to_that(world, await settled(world), comes_to)


@pytest.mark.parametrize(("row", "case"), GRANTS.items(), ids=str)
async def test_an_answer_of_the_token_service(row: tuple[str, int, str], case: tuple[int, Mapping[str, str], str]) -> None:
    status, body, comes_to = case
    world = BooksWorld()
    await world.connect()
    await world.pull()
    world.clock.forward(3600)
    rule = {"fault": "status", "status": status, "body": dict(body), "path": "/oauth2/v1/tokens/bearer", "times": 100_000}
    world.network.faults("quickbooks", script=[rule])
    await world.sell("A1")
    await world.work()
    # The end of the sign-in itself is sure at once.
    assert refused(world, "quickbooks") is (row[2] == "invalid_grant")
    comes_to_that(world, await settled(world), comes_to)


@pytest.mark.parametrize("status", [404, 410])
async def test_what_is_gone_is_undone(world: World, status: int) -> None:
    world.network.faults(script=[{"fault": "status", "status": status, "path": "/sales/*"}])
    await undo_sale(world.services.http, world.services.settings, world.clock.now(), "S1")
    assert len(world.network.heard("DELETE", "/sales/*")) == 1


class TestOneMoreLook:
    """A refusal of our credentials is believed when it is repeated, and is never one task's alone."""

    async def test_a_refusal_that_passes_blocks_nothing(self, world: World, toy: Toy) -> None:
        toy.steps = [ask, ask]
        world.network.faults(script=[{"fault": "status", "status": 401, "path": "/inventory"}])
        [task_id] = await want(world, "car-1")
        await work(world, toy.registry, task_id)
        assert (state_of(world, task_id)["state"], refused(world, TARGET)) == ("pending", False)
        assert state_of(world, task_id)["attempts"] == 0
        world.clock.forward(LOOK_S + OUTBOUND.base_s)
        await work(world, toy.registry, task_id)
        assert (state_of(world, task_id)["state"], refused(world, TARGET)) == ("done", False)

    async def test_ten_that_were_under_way_together_are_one_refusal(self, world: World, toy: Toy) -> None:
        toy.steps = [AuthExpired("Refused (401).")] * 10
        task_ids = await want(world, *(f"car-{number}" for number in range(10)))
        await work(world, toy.registry, *task_ids)
        assert {task["state"] for task in world.tasks()} == {"pending"}
        assert not refused(world, TARGET)

    async def test_one_that_is_refused_while_others_are_let_in_harms_only_itself(self, world: World, toy: Toy) -> None:
        """Over days, with one subject that the partner always answers 401: the others wait for it once, and it is given up."""
        poisoned = AuthExpired("Wayne Reeves rejected the API key (401).")
        [bad] = await want(world, "bad")
        blocked_minutes = 0
        for minute in range(6 * 60):
            world.clock.forward(60)
            if minute % 10 == 0:
                await want(world, f"good-{minute}")
            await world.tick()
            for task in world.tasks(state="pending"):
                toy.steps = [poisoned if task["subject_id"] == "bad" else ask]
                await work(world, toy.registry, task["id"])
            blocked_minutes += refused(world, TARGET)
        assert state_of(world, bad)["state"] == "dead"
        assert {task["state"] for task in world.tasks() if task["subject_id"] != "bad"} == {"done"}
        assert blocked_minutes <= PROBE_S / 60 + 1


class TestProbe:
    async def blocked(self, world: World, toy: Toy, *subjects: tuple[str, str | None]) -> None:
        for subject, deadline in subjects:
            await want(world, subject, deadline=deadline)
            world.clock.forward(1)
        first = world.tasks()[0]["id"]
        for _ in range(2):
            toy.steps = [AuthExpired("Refused (401).")]
            await work(world, toy.registry, first)
            world.clock.forward(LOOK_S + OUTBOUND.base_s)
        await work(world, toy.registry, *(task["id"] for task in world.tasks()))
        assert {task["state"] for task in world.tasks()} == {"blocked"}
        toy.leases.clear()

    async def test_it_takes_the_most_urgent_task(self, world: World, toy: Toy) -> None:
        deadlines = [("old", None), ("document", world.later(7 * 86_400)), ("removal", world.later(86_400)), ("new", None)]
        await self.blocked(world, toy, *deadlines)
        await self.probe(world, toy)
        assert [lease.subject_id for lease in toy.leases] == ["removal"]

    async def test_the_next_one_takes_another(self, world: World, toy: Toy) -> None:
        await self.blocked(world, toy, ("a", None), ("b", world.later(86_400)), ("c", world.later(3600)))
        for _ in range(4):
            await self.probe(world, toy)
        assert [lease.subject_id for lease in toy.leases] == ["c", "b", "a", "c"]

    async def probe(self, world: World, toy: Toy) -> None:
        toy.steps = [AuthExpired("Refused (401).")] * 5
        world.clock.forward(PROBE_S + 1)
        await world.tick()
        await work(world, toy.registry, *(task["id"] for task in world.tasks()))


class TestUrgency:
    async def test_what_has_a_deadline_goes_first_in_a_delivery(self, world: World, toy: Toy) -> None:
        task_ids = await want(world, *(f"car-{number}" for number in range(8)))
        task_ids += await want(world, "later", deadline=world.later(86_400))
        task_ids += await want(world, "removal", deadline=world.later(3600))
        await work(world, toy.registry, *task_ids)
        assert [lease.subject_id for lease in toy.leases[:2]] == ["removal", "later"]

    async def test_and_in_the_sweep(self, world: World) -> None:
        await want(world, *(f"car-{number}" for number in range(1500)))
        [urgent] = await want(world, "removal", deadline=world.later(3600))
        world.timed.waiting.clear()
        world.clock.forward(120)
        await world.tick()
        assert urgent in world.timed.waiting[0].body
