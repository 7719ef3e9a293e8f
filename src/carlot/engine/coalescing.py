"""A database for tasks that run side by side: what several of them ask for while one call is under way goes into the next one.

The tasks of a delivery spend most of their time on the way to the database and back; together they go there once.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from contextlib import suppress

from carlot.errors import ConstraintViolation, StatementRefused
from carlot.platform.ports import Database, Row, Statement, Value

MOST = 60
"""Statements in one call."""

_Batch = tuple[Sequence[Statement], "asyncio.Future[list[list[Row]]]"]


class CoalescingDatabase:
    """The database as one delivery's tasks use it. Each batch stays all or nothing; none is lost through another's fault."""

    def __init__(self, inner: Database) -> None:
        self._inner = inner
        self._waiting: list[_Batch] = []
        self._calls: asyncio.Task[None] | None = None

    async def batch(self, statements: Sequence[Statement]) -> list[list[Row]]:
        """Run statements as one transaction, perhaps together with those of others."""
        answer: asyncio.Future[list[list[Row]]] = asyncio.get_running_loop().create_future()
        self._waiting.append((statements, answer))
        if self._calls is None:
            self._calls = asyncio.create_task(self._call())
        return await answer

    async def all(self, sql: str, *params: Value) -> list[Row]:
        """Run one statement."""
        return (await self.batch([Statement(sql, params)]))[0]

    async def first(self, sql: str, *params: Value) -> Row | None:
        """Run one statement; answer its first row."""
        rows = await self.all(sql, *params)
        return rows[0] if rows else None

    async def _call(self) -> None:
        """Make one call after the other, as long as anybody waits. Each takes along what has gathered."""
        try:
            while self._waiting:
                # Those who have just been answered ask for the next thing at once, and are let in first: the answer reaches
                # them in one round of the loop, and their question comes in the next.
                await asyncio.sleep(0)
                await asyncio.sleep(0)
                with suppress(BaseException):  # Those who wait for it hear of it.
                    await self._run(self._take())
        finally:
            self._calls = None

    def _take(self) -> list[_Batch]:
        """The batches that go together now, the longest waiting first."""
        count = taken = 0
        for statements, _ in self._waiting:
            if count and taken + len(statements) > MOST:
                break
            count, taken = count + 1, taken + len(statements)
        part, self._waiting = self._waiting[:count], self._waiting[count:]
        return part

    async def _run(self, part: list[_Batch]) -> None:
        try:
            rows = await self._inner.batch([statement for statements, _ in part for statement in statements])
        except (ConstraintViolation, StatementRefused) as refused:
            if len(part) == 1:
                part[0][1].set_exception(refused)
                return
            for each in part:  # One of them was refused, and took the others back with it: each by itself.
                await self._run([each])
        else:
            for statements, answer in part:
                if not answer.done():  # Whoever gave up waiting is left out.
                    answer.set_result(rows[: len(statements)])
                rows = rows[len(statements) :]
        finally:
            # Whatever it is that goes on from here: nobody is left waiting.
            failure = sys.exception()
            for _, answer in part:
                if failure and not answer.done():
                    answer.set_exception(failure)
