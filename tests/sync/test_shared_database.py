"""What tasks ask of the database side by side goes there together, and each fares as if it had asked alone."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from carlot.engine.coalescing import MOST, CoalescingDatabase
from carlot.errors import ConstraintViolation, DatabaseUnavailable, StatementRefused
from carlot.platform.ports import Row, Statement, Value


class Calls:
    """A database that answers each statement with its own text, and remembers the calls."""

    def __init__(self) -> None:
        self.calls: list[list[str]] = []
        self.away: Exception | None = None
        self.refusal: Exception = ConstraintViolation("refused")

    async def batch(self, statements: Sequence[Statement]) -> list[list[Row]]:
        await asyncio.sleep(0)
        self.calls.append([statement.sql for statement in statements])
        if self.away:
            raise self.away
        if any(statement.sql == "bad" for statement in statements):
            raise self.refusal
        return [[{"sql": statement.sql}] for statement in statements]

    async def all(self, sql: str, *params: Value) -> list[Row]:
        raise AssertionError("everything goes as a batch")

    async def first(self, sql: str, *params: Value) -> Row | None:
        raise AssertionError("everything goes as a batch")


def asked(shared: CoalescingDatabase, *sql: str) -> asyncio.Task[list[list[Row]]]:
    return asyncio.create_task(shared.batch([Statement(text, ()) for text in sql]))


async def test_what_gathers_during_a_call_goes_in_the_next_one() -> None:
    calls = Calls()
    shared = CoalescingDatabase(calls)
    tasks = [asked(shared, "a"), asked(shared, "b1", "b2"), asked(shared, "c")]
    answers = await asyncio.gather(*tasks)
    assert [[row["sql"] for rows in answer for row in rows] for answer in answers] == [["a"], ["b1", "b2"], ["c"]]
    assert len(calls.calls) < 3


@pytest.mark.parametrize("refusal", [ConstraintViolation("refused"), StatementRefused("no such column: x")])
async def test_one_that_is_refused_takes_nobody_back_with_it(refusal: Exception) -> None:
    calls = Calls()
    calls.refusal = refusal
    shared = CoalescingDatabase(calls)
    answers = await asyncio.gather(asked(shared, "a"), asked(shared, "bad"), asked(shared, "c"), return_exceptions=True)
    assert answers[1] is refusal
    assert [answers[0], answers[2]] == [[[{"sql": "a"}]], [[{"sql": "c"}]]]


@pytest.mark.parametrize("failure", [DatabaseUnavailable("away"), KeyError("a mistake")])
async def test_a_failure_is_told_to_all_of_them(failure: Exception) -> None:
    calls = Calls()
    calls.away = failure
    shared = CoalescingDatabase(calls)
    answers = await asyncio.wait_for(asyncio.gather(*(asked(shared, text) for text in "abc"), return_exceptions=True), 5)
    assert answers == [failure] * 3


async def test_a_call_is_never_too_long_unless_one_batch_is() -> None:
    calls = Calls()
    shared = CoalescingDatabase(calls)
    await asyncio.gather(*(asked(shared, *["s"] * 25) for _ in range(5)), asked(shared, *["t"] * (MOST + 5)))
    assert sum(map(len, calls.calls)) == 5 * 25 + MOST + 5
    assert all(len(call) <= MOST or set(call) == {"t"} for call in calls.calls)


async def test_single_statements_too() -> None:
    shared = CoalescingDatabase(Calls())
    assert await shared.all("a") == [{"sql": "a"}]
    assert await shared.first("b") == {"sql": "b"}
