"""The program is killed at each of its calls to the platform, before it and after it, and the books are right all the same."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from random import Random

import pytest

from support.books import BooksWorld, connected
from support.perils import Killed, Perils

MOST_CALLS = 300
Prepare = Callable[[BooksWorld], Awaitable[None]]


async def one(world: BooksWorld) -> None:
    """One document, alone."""
    await world.sell("A1", 6995.29, customer={"name": "Erin Example", "email": "erin@example.com"})


async def several(world: BooksWorld) -> None:
    """Several that go together, two kinds of them."""
    for stock in ("A1", "A2"):
        await world.sell(stock, customer={"name": "Erin Example"})
        await world.spend(stock, 99.95, vendor="Corner Glass")


async def sent_before(world: BooksWorld) -> None:
    """Documents whose sending was never answered."""
    await several(world)
    world.faults({"fault": "lost_answer", "method": "POST", "path": "/batch", "times": 2})
    await world.work()
    world.faults()
    world.clock.forward(120)


async def to_be_undone(world: BooksWorld) -> None:
    """An invoice to be voided."""
    await one(world)
    await world.until_quiet()
    await world.void(world.database.query("SELECT id FROM sales")[0]["id"])


async def with_an_old_token(world: BooksWorld) -> None:
    """A document for which the token has to be renewed first."""
    await one(world)
    world.clock.forward(3600)


WORKFLOWS: dict[str, Prepare] = {
    "one": one,
    "several": several,
    "sent before": sent_before,
    "void": to_be_undone,
    "old token": with_an_old_token,
}


async def at_rest(world: BooksWorld) -> None:
    """Everything has come to its end, and the books are right."""
    await world.until_quiet()
    world.check_books()
    assert {task["state"] for task in world.tasks()} == {"done"}
    assert len(world.names("Customer")) <= 4
    assert len(world.names("Vendor")) <= 4


@pytest.mark.parametrize("after_effect", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(
    ("workflow", "requestid"), [*((workflow, "ignored") for workflow in WORKFLOWS), ("sent before", "honoured")]
)
async def test_killed_at_every_call(workflow: str, requestid: str, after_effect: bool) -> None:
    for number in range(1, MOST_CALLS):
        world = await connected()
        duplicates = "6140" if requestid == "honoured" else "allowed"
        world.knobs(requestid=requestid, duplicate_document=duplicates, rotation="graceful")
        await WORKFLOWS[workflow](world)
        world.restart(Perils(world.clock, kill_at=number, after_effect=after_effect))
        killed = False
        try:
            await world.work()
        except Killed:
            killed = True
        world.restart()
        try:
            await at_rest(world)
        except AssertionError as failure:
            raise AssertionError(f"killed at call {number}") from failure
        if not killed:
            break
    assert 6 < number < MOST_CALLS - 1


@pytest.mark.parametrize("workflow", ["several", "sent before"])
async def test_a_worker_that_stood_still_does_nothing_twice(workflow: str) -> None:
    """It stands still at each of its calls until its lease is long over and another has done its work; then it goes on."""
    for number in range(1, MOST_CALLS):
        world = await connected()
        world.knobs(requestid="ignored", duplicate_document="allowed")
        await WORKFLOWS[workflow](world)
        slow = Perils(world.clock, pause_at=number)
        world.restart(slow)
        worker = asyncio.ensure_future(world.deliver_due())
        pause = asyncio.ensure_future(slow.paused.wait())
        await asyncio.wait({worker, pause}, return_when=asyncio.FIRST_COMPLETED)
        pause.cancel()
        world.restart()
        stood_at = slow.names[number - 1] if slow.calls >= number else ""
        if not stood_at.startswith("http.POST"):  # A call that stands still ends by its own time-out, before the lease does.
            await world.until_quiet()
        slow.go_on.set()
        await worker
        await at_rest(world)
        if slow.calls < number:
            break
    assert 6 < number < MOST_CALLS - 1


@pytest.mark.parametrize("seed", range(8))
async def test_several_instances_at_once(seed: int) -> None:
    """Three deliveries take turns at each call, one message of each task in each of them."""
    world = await connected()
    world.knobs(requestid="ignored", duplicate_document="allowed")
    await several(world)
    for message in list(world.timed.waiting):
        world.timed.put(message.body)
    world.restart(Perils(world.clock, interleave=Random(seed)))
    await asyncio.gather(*(world.deliver_due(6, Random(seed + each)) for each in range(3)))
    world.restart()
    await at_rest(world)
