"""The writer table: who is writing, for the length of one batch. Triggers copy it into the history."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cache

from carlot.domain.times import instant
from carlot.platform.ports import Clock, Database, Row, Services, Statement, Value, statement

AUTHORED = (
    "vehicles",
    "sales",
    "service_records",
    "customers",
    "feeds",
    "inventory_address",
    "csv_columns",
    "csv_imports",
    "import_runs",
    "oauth_tokens",
    "questions",
    "history",
)
"""The tables whose writes are kept with their author."""

_WRITES = re.compile(rf"\b(?:INTO|UPDATE|DELETE\s+FROM)\s+(?:OR\s+\w+\s+)?(?:{'|'.join(AUTHORED)})\b", re.IGNORECASE)

# Whoever comes next is writing.
BEGIN = "INSERT OR REPLACE INTO writer (id, author, at) VALUES (1, ?1, ?2)"

# The batch ends.
END = "DELETE FROM writer"


@cache
def needs_author(sql: str) -> bool:
    """Whether a statement writes to a table whose writes are kept with their author."""
    return _WRITES.search(sql) is not None


class AuthoredDatabase:
    """The database in the name of one author: each batch that changes something of the lot's says whose change it is."""

    def __init__(self, inner: Database, clock: Clock, author: str) -> None:
        self.inner = inner
        self._clock = clock
        self._author = author

    async def batch(self, statements: Sequence[Statement]) -> list[list[Row]]:
        """Run statements as one transaction in the author's name."""
        if not any(needs_author(each.sql) for each in statements):
            return await self.inner.batch(statements)
        begin = statement(BEGIN, self._author, instant(self._clock.now()))
        return (await self.inner.batch([begin, *statements, statement(END)]))[1:-1]

    async def all(self, sql: str, *params: Value) -> list[Row]:
        """Run one statement."""
        if needs_author(sql):
            return (await self.batch([Statement(sql, params)]))[0]
        return await self.inner.all(sql, *params)

    async def first(self, sql: str, *params: Value) -> Row | None:
        """Run one statement; return its first row."""
        rows = await self.all(sql, *params)
        return rows[0] if rows else None


def as_author(services: Services, author: str) -> Services:
    """Return the services with a database that writes in this author's name."""
    inner = services.database.inner if isinstance(services.database, AuthoredDatabase) else services.database
    return replace(services, author=author, database=AuthoredDatabase(inner, services.clock, author))
