"""The cache in front of the Worker learns of every change of what it may show.

Whoever changes a car need not think of the cache: the database itself compares the lot's revision around each batch that writes cars.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cache

from carlot.errors import PurgeFailed
from carlot.log import log
from carlot.platform.ports import Database, EdgeCache, Row, Services, Statement, Value, statement
from carlot.store import feeds
from carlot.store.public import REVISION

LOT = "lot"
"""The tag of a response that shows public cars."""

FEEDS = "feeds"
"""The tag of a feed."""

_WRITES_CARS = re.compile(r"\b(?:INTO|UPDATE|DELETE\s+FROM)\s+(?:OR\s+\w+\s+)?vehicles\b", re.IGNORECASE)
_FEED_CHANGES = frozenset({feeds.ROTATE, feeds.PAUSE})


@cache
def writes_cars(sql: str) -> bool:
    """Whether a statement may change what the public sees."""
    return _WRITES_CARS.search(sql) is not None


class PurgingDatabase:
    """The database; behind a batch that changed what a cache may show, the cache is purged.

    A purge that fails is logged and fails no write: what the cache holds expires within seconds (`web/edge`).
    """

    def __init__(self, inner: Database, edge_cache: EdgeCache) -> None:
        self._inner = inner
        self._edge_cache = edge_cache

    async def batch(self, statements: Sequence[Statement]) -> list[list[Row]]:
        """Run statements as one transaction, then purge."""
        tags = [FEEDS] if any(each.sql in _FEED_CHANGES for each in statements) else []
        if any(writes_cars(each.sql) for each in statements):
            revision = statement(REVISION)
            before, *rows, after = await self._inner.batch([revision, *statements, revision])
            # Most writes of cars change nothing that the public sees, and the platform allows few purges a minute.
            tags += [LOT] if before != after else []
        else:
            rows = await self._inner.batch(statements)
        if tags:
            await self._purge(tags)
        return rows

    async def all(self, sql: str, *params: Value) -> list[Row]:
        """Run one statement."""
        if sql in _FEED_CHANGES or writes_cars(sql):
            return (await self.batch([Statement(sql, params)]))[0]
        return await self._inner.all(sql, *params)

    async def first(self, sql: str, *params: Value) -> Row | None:
        """Run one statement; return its first row."""
        rows = await self.all(sql, *params)
        return rows[0] if rows else None

    async def _purge(self, tags: Sequence[str]) -> None:
        try:
            await self._edge_cache.purge(tags)
        except PurgeFailed as failure:
            log("purge.failed", level="warn", tags=",".join(tags), error=str(failure))


def with_purges(services: Services) -> Services:
    """Return the services with a database that purges the cache behind its changes."""
    return replace(services, database=PurgingDatabase(services.database, services.edge_cache))
