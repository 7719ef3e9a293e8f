"""Ports on SQLite and in memory. They refuse what Cloudflare refuses."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

try:
    from pysqlite3 import dbapi2 as sqlite3
except ImportError:  # there is none for this system: Python's own is older than D1's, and does
    import sqlite3

from carlot.errors import (
    BlobsUnavailable,
    ConstraintViolation,
    LeaseLost,
    QueueUnavailable,
    UniqueViolation,
)
from carlot.platform.ports import HttpResponse, QueueMetrics, Response, Row, Statement, StoredBlob, Value

ROOT = Path(__file__).parents[2]
MAX_PARAMETERS = 100
MAX_SQL_BYTES = 100_000
MAX_VALUE_BYTES = 2_000_000
MAX_MESSAGE_BYTES = 128_000


def migrated() -> sqlite3.Connection:
    """A database as the migrations build it."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.row_factory = sqlite3.Row
    connection.execute("PRAGMA foreign_keys = ON")
    for migration in sorted((ROOT / "migrations").glob("*.sql")):
        connection.executescript(migration.read_text())
    return connection


class SqliteDatabase:
    """D1 on SQLite: a batch is a transaction, numbers arrive as REAL, sizes are limited."""

    def __init__(self) -> None:
        self.connection = migrated()
        self.statements = 0

    async def batch(self, statements: Sequence[Statement]) -> list[list[Row]]:
        assert statements, "D1 refuses an empty batch"
        self.connection.execute("BEGIN IMMEDIATE")
        try:
            rows = [self._run(statement) for statement in statements]
        except BaseException:
            self.connection.execute("ROLLBACK")
            raise
        self.connection.execute("COMMIT")
        return rows

    async def all(self, sql: str, *params: Value) -> list[Row]:
        return self._run(Statement(sql, params))

    async def first(self, sql: str, *params: Value) -> Row | None:
        rows = await self.all(sql, *params)
        return rows[0] if rows else None

    def query(self, sql: str, *params: Any) -> list[dict[str, Any]]:
        """What is stored, for a test to look at."""
        return [dict(row) for row in self.connection.execute(sql, params)]

    def _run(self, statement: Statement) -> list[Row]:
        assert len(statement.params) <= MAX_PARAMETERS
        assert len(statement.sql.encode()) <= MAX_SQL_BYTES
        self.statements += 1
        try:
            rows = self.connection.execute(statement.sql, [_bound(value) for value in statement.params]).fetchall()
        except sqlite3.IntegrityError as failure:
            raise _constraint(str(failure)) from failure
        found: list[Row] = [dict(row) for row in rows]
        assert all(len(str(value)) <= MAX_VALUE_BYTES for row in found for value in row.values())
        return found


def _bound(value: Value) -> Value:
    """As D1 binds it: every number becomes a double, texts are at most 2 MB and NaN is no number."""
    if value is None:
        return None
    assert type(value) in (str, int, float), f"D1 cannot bind {type(value)}"
    if isinstance(value, str):
        assert len(value.encode()) <= MAX_VALUE_BYTES
        return value
    assert abs(value) <= 2**53 - 1 and not math.isnan(value)
    return float(value)


def _constraint(message: str) -> Exception:
    if match := re.search(r"UNIQUE constraint failed: (.*)", message):
        return UniqueViolation(match.group(1))
    if "NOT NULL constraint failed: sync_tasks.state" in message:
        return LeaseLost(message)
    return ConstraintViolation(message)


class MemoryQueue:
    """A queue whose messages a test delivers, drops, repeats or reorders."""

    def __init__(self) -> None:
        self.messages: list[tuple[str, int]] = []
        self.broken = False

    async def send(self, messages: Sequence[dict[str, Value]], delay_s: int = 0) -> None:
        if self.broken:
            raise QueueUnavailable("the queue is away")
        assert 0 <= delay_s <= 12 * 3600
        for message in messages:
            body = json.dumps(message)
            assert len(body.encode()) <= MAX_MESSAGE_BYTES
            self.messages.append((body, delay_s))

    async def metrics(self) -> QueueMetrics:
        return QueueMetrics(len(self.messages), None)


class FixedClock:
    """A clock that a test moves, with seeded chance."""

    def __init__(self, now: datetime = datetime(2025, 2, 3, 10, 30, tzinfo=UTC), seed: int = 1) -> None:
        self.time = now
        self.chance = Random(seed)

    def now(self) -> datetime:
        return self.time

    def forward(self, seconds: float) -> None:
        """Let time pass."""
        self.time += timedelta(seconds=seconds)

    def local(self, at: datetime, timezone: str) -> datetime:
        try:
            return at.astimezone(ZoneInfo(timezone)).replace(tzinfo=None)
        except ZoneInfoNotFoundError:
            return at.astimezone(UTC).replace(tzinfo=None)

    def random(self) -> float:
        return self.chance.random()

    def token(self) -> str:
        return f"{self.chance.getrandbits(128):032x}"


class ScriptedHttp:
    """A network that answers what a test has written down, and keeps what was asked."""

    def __init__(self) -> None:
        self.answers: list[HttpResponse | Exception] = []
        self.asked: list[tuple[str, str, bytes | None]] = []

    async def request(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None, *, timeout_s: float, max_bytes: int
    ) -> HttpResponse:
        self.asked.append((method, url, body))
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


class MemoryBlobs:
    """Files in memory, stored at `now`. Their streams are plain bytes; a page of a listing is small, so that tests turn pages."""

    PAGE = 3

    def __init__(self) -> None:
        self.files: dict[str, tuple[bytes, str, datetime]] = {}
        self.now = datetime(2025, 2, 3, 10, 30, tzinfo=UTC)
        self.broken = False

    async def put(self, key: str, content: bytes, content_type: str) -> None:
        self._work()
        self.files[key] = (content, content_type, self.now)

    async def get(self, key: str) -> bytes | None:
        self._work()
        return self.files[key][0] if key in self.files else None

    async def delete(self, keys: Sequence[str]) -> None:
        self._work()
        assert 0 < len(keys) <= 1000
        for key in keys:
            self.files.pop(key, None)

    async def list(self, prefix: str, cursor: str | None) -> tuple[list[StoredBlob], str | None]:
        self._work()
        keys = [key for key in sorted(self.files) if key.startswith(prefix) and key > (cursor or "")]
        page = [StoredBlob(key, self.files[key][2]) for key in keys[: self.PAGE]]
        return page, page[-1].key if len(keys) > self.PAGE else None

    def _work(self) -> None:
        if self.broken:
            raise BlobsUnavailable("the store is away")


class NoAssets:
    """No static files."""

    async def get(self, path: str) -> Response:
        return Response(404)
