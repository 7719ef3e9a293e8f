"""Whatever goes wrong between CarLot and QuickBooks, each document is in the books once, to the cent, and nothing is given up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from support.books import BooksWorld, connected

THROTTLED = {"fault": {"error": [{"message": "message=ThrottleExceeded; errorCode=003001", "code": "003001"}], "type": "SERVICE"}}
FAULTS: dict[str, Mapping[str, Any]] = {
    "500": {"fault": "status", "status": 500},
    "done, but 500": {"fault": "status", "status": 502, "after_work": True},
    "401": {"fault": "status", "status": 401},
    "429": {"fault": "rate_limit", "retry_after_s": 90},
    "throttled with a 403": {"fault": "status", "status": 403, "retry_after_s": 90, "body": THROTTLED},
    "outage": {"fault": "outage"},
    "answer lost": {"fault": "lost_answer"},
    "no answer": {"fault": "stall"},
    "reset": {"fault": "reset"},
    "cut": {"fault": "truncate"},
    "cut short of its length": {"fault": "truncate", "truncate_mode": "length"},
    "page": {"fault": "html"},
    "done, but a page": {"fault": "html", "after_work": True},
    "fault in a 200": {"fault": "error_body"},
    "done, but a fault in a 200": {"fault": "error_body", "after_work": True},
    "empty": {"fault": "empty"},
    "XML": {"fault": "xml"},
}
MODES = [  # From all that helps against a second sending to nothing at all.
    {"requestid": "honoured"},
    {"requestid": "ignored"},
    {"requestid": "ignored", "duplicate_document": "6210"},
    {"requestid": "ignored", "duplicate_document": "allowed"},
]


async def one_of_each(world: BooksWorld) -> None:
    """A sale and a service record, each alone in its delivery."""
    await world.sell("A1", 6995.29, customer={"name": "Erin Example", "email": "erin@example.com"})
    await world.spend("A2", 0.29, vendor="Corner Glass")


async def many(world: BooksWorld) -> None:
    """Sales and service records that go together."""
    for number in range(1, 6):
        await world.sell(f"A{number}", 6000.01 + number, customer={"name": f"Customer {number % 3}"})
        await world.spend(f"A{number}", 99.99 + number, vendor=f"Vendor {number % 2}")


async def at_rest(world: BooksWorld) -> None:
    """Everything has come to its end, and the books are right."""
    await world.until_quiet()
    await world.minutes(1)  # What was blocked goes again once one of them was let in.
    await world.until_quiet()
    world.check_books()
    assert {task["state"] for task in world.tasks()} == {"done"}, world.tasks()
    assert len(world.names("Customer")) == len({name.casefold() for name in world.names("Customer")})


@pytest.mark.parametrize("mode", [MODES[0], MODES[-1]], ids=lambda mode: " ".join(mode.values()))
@pytest.mark.parametrize("fault", FAULTS)
class TestCallsThatPost:
    async def test_of_one_document(self, fault: str, mode: dict[str, Any]) -> None:
        world = await connected()
        world.knobs(**mode)
        world.faults(
            {**FAULTS[fault], "method": "POST", "path": "/invoice", "times": 2},
            {**FAULTS[fault], "method": "POST", "path": "/purchase", "times": 2},
        )
        await one_of_each(world)
        await at_rest(world)

    async def test_of_many_together(self, fault: str, mode: dict[str, Any]) -> None:
        world = await connected(5)
        world.knobs(**mode)
        world.faults({**FAULTS[fault], "method": "POST", "path": "/batch", "times": 3})
        await many(world)
        await at_rest(world)
        assert world.calls("POST", "/batch")


@pytest.mark.parametrize("fault", FAULTS)
class TestOtherCalls:
    async def test_that_look_up(self, fault: str) -> None:
        world = await connected(5)
        world.faults({**FAULTS[fault], "method": "GET", "path": "/query", "times": 5, "nth": 2})
        await many(world)
        await at_rest(world)

    async def test_that_make_customers_and_vendors(self, fault: str) -> None:
        world = await connected(5)
        world.faults(
            {**FAULTS[fault], "method": "POST", "path": "/customer", "times": 3},
            {**FAULTS[fault], "method": "POST", "path": "/vendor", "times": 3},
        )
        await many(world)
        await at_rest(world)
        assert len([name for name in world.names("Customer") if name.startswith("Customer ")]) == 3
        assert len([name for name in world.names("Vendor") if name.startswith("Vendor ")]) == 2


class TestLateEffect:
    """A request that was cut off takes effect when nobody waits for it any more."""

    @pytest.mark.parametrize("mode", MODES, ids=lambda mode: " ".join(mode.values()))
    @pytest.mark.parametrize("path", ["/invoice", "/batch"])
    async def test_before_it_is_looked_up(self, path: str, mode: dict[str, Any]) -> None:
        world = await connected()
        world.knobs(**mode)
        world.faults({"fault": "stall", "stall_before_work": True, "method": "POST", "path": path})
        await world.sell("A1")
        if path == "/batch":
            await world.sell("A2")
        await world.work()
        world.clock.forward(5)
        await world.work()
        assert not world.posted()
        await world.network.do_late_work()
        await at_rest(world)

    @pytest.mark.parametrize("mode", MODES[:3], ids=lambda mode: " ".join(mode.values()))
    @pytest.mark.parametrize("path", ["/invoice", "/batch"])
    async def test_after_it_was_sent_again(self, path: str, mode: dict[str, Any]) -> None:
        world = await connected()
        world.knobs(**mode)
        world.faults({"fault": "stall", "stall_before_work": True, "method": "POST", "path": path})
        await world.sell("A1")
        if path == "/batch":
            await world.sell("A2")
        await at_rest(world)
        await world.network.do_late_work()
        await at_rest(world)


async def test_a_401_without_a_word_speaks_of_the_sign_in() -> None:
    """QuickBooks knows no API key."""
    world = await connected()
    world.faults({"fault": "status", "status": 401, "path": "/query", "times": 1000})
    await world.sell("A1")
    await world.minutes(3)
    errors = {task["error"] for task in world.tasks() if task["target"] == "quickbooks" and task["error"]}
    assert any("rejected the sign-in (401)" in error for error in errors), errors
    assert not any("API key" in error for error in errors)


class TestBatches:
    async def test_items_that_fail_by_themselves(self) -> None:
        world = await connected(40)
        world.knobs(batch_item_fault_rate=0.4)
        for number in range(1, 41):
            await world.sell(f"A{number}", 5000 + number / 100)
        await at_rest(world)

    @pytest.mark.parametrize("mode", MODES[:2], ids=lambda mode: mode["requestid"])
    async def test_a_fifth_of_all_calls_fail(self, mode: dict[str, Any]) -> None:
        world = await connected(40)
        world.knobs(batch_item_fault_rate=0.1, **mode)
        rates = {"error_rate": 0.05, "lost_answer_rate": 0.05, "truncate_rate": 0.05, "reset_rate": 0.05}
        world.faults(**rates)
        for number in range(1, 41):
            await world.sell(f"A{number}", 5000 + number / 100, customer={"name": f"Customer {number}"})
            await world.spend(f"A{number}", 10 + number / 100, vendor=f"Vendor {number % 7}")
        await at_rest(world)


class TestLimits:
    async def test_are_never_exceeded(self) -> None:
        """Sixty batches' worth of documents: forty batches a minute, whatever is waiting."""
        world = BooksWorld(60)
        world.knobs(batches_a_minute=40)
        await world.pull()
        for number in range(1, 61):
            await world.sell(f"A{number}")
        for number in range(1, 241):
            await world.spend(f"A{number % 60 + 1}", number)
        await world.minutes(1)
        await world.connect()
        await at_rest(world)
        traffic = world.network.books.traffic[world.company.realm]
        assert traffic.throttled == 0
        assert traffic.most_at_once <= 10

    @pytest.mark.parametrize("body", ["json", "xml"])
    async def test_a_429_is_obeyed_for_a_minute(self, body: str) -> None:
        world = await connected()
        world.knobs(retry_after_s=None, throttle_body=body, requests_a_minute=1)
        await world.sell("A1")
        await world.work()
        refused_at = world.clock.now()
        assert world.network.books.traffic[world.company.realm].throttled == 1
        await world.minutes(1)
        assert (world.clock.now() - refused_at).total_seconds() >= 60
        world.knobs()
        await at_rest(world)


class TestCredentials:
    async def test_a_token_that_ended_is_renewed_once_and_nothing_is_lost(self) -> None:
        world = await connected(5)
        world.network.books.tokens.expire(access=True, refresh=False)
        await many(world)
        await at_rest(world)
        assert world.network.books.tokens.counts["refreshes"] == 1

    async def test_a_revoked_connection_stops_calls_and_posts_everything_once_it_is_back(self) -> None:
        world = await connected(5)
        await many(world)
        world.network.books.tokens.revoke_all(None)
        await world.work()
        before = len(world.calls())
        await world.minutes(10)
        assert len(world.calls()) == before
        assert {task["state"] for task in world.tasks(target="quickbooks")} == {"blocked"}
        await world.connect()
        await at_rest(world)

    async def test_a_company_that_takes_nothing_blocks_until_it_does(self) -> None:
        world = await connected()
        world.knobs(subscription_ended=True)
        await one_of_each(world)
        await world.minutes(3)
        assert {task["state"] for task in world.tasks(target="quickbooks")} == {"blocked"}
        world.knobs()
        await at_rest(world)


@pytest.mark.parametrize("kind", ["AuthorizationFault", "ValidationFault", None])
async def test_a_403_for_one_document_is_that_document_s(kind: str | None) -> None:
    world = await connected()
    fault = {"Fault": {"Error": [{"Message": "Permission Denied Error", "code": "5020"}], "type": kind}} if kind else {}
    world.faults({"fault": "status", "status": 403, "body": fault, "method": "POST", "path": "/invoice"})
    first = await world.sell("A1")
    await world.minutes(1)
    second = await world.sell("A2")
    await world.minutes(1)
    assert [line["doc_number"] for line in world.posted()] == [world.sale(second["id"])["doc_number"]]
    task = world.task(target="quickbooks", subject_id=first["id"])
    assert task["state"] == "dead"
    assert ("Permission Denied Error" if kind else "403") in task["error"]
    assert world.database.query("SELECT blocked_reason FROM partners WHERE target = 'quickbooks'") == [{"blocked_reason": None}]


@pytest.mark.parametrize("status", [400, 403, 409, 413])
async def test_a_batch_that_is_refused_as_a_whole_is_sent_one_by_one(status: int) -> None:
    """One document may be why: it ends alone, and the others are posted."""
    world = await connected()
    world.faults(
        {"fault": "status", "status": status, "path": "/batch", "method": "POST", "times": 1000},
    )
    for stock in ("A1", "A2", "A3"):
        await world.sell(stock)
    await world.until_quiet()
    world.check_books()
    assert len(world.posted()) == 3
