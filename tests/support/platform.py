"""Ports on SQLite and in memory. They refuse what Cloudflare refuses."""

from __future__ import annotations

import ctypes
import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib import import_module
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
    DatabaseUnavailable,
    LeaseLost,
    QueueUnavailable,
    StatementRefused,
    UniqueViolation,
)
from carlot.platform.ports import HttpResponse, QueueMetrics, Response, Row, Statement, StoredBlob, Take, Value

ROOT = Path(__file__).parents[2]
MAX_VALUE_BYTES = 2_000_000
MAX_MESSAGE_BYTES = 128_000

# Sources: developers.cloudflare.com/d1/platform/limits, and the real D1 for what that page leaves out.
# The numbers of the limits are SQLite's own: sqlite.org/c3ref/c_limit_attached.html.
LIMITS = {
    0: MAX_VALUE_BYTES,  # SQLITE_LIMIT_LENGTH: a value, and a row of a table
    3: 100,  # SQLITE_LIMIT_EXPR_DEPTH
    4: 5,  # SQLITE_LIMIT_COMPOUND_SELECT
    1: 100_000,  # SQLITE_LIMIT_SQL_LENGTH
    2: 100,  # SQLITE_LIMIT_COLUMN
    6: 32,  # SQLITE_LIMIT_FUNCTION_ARG
    8: 50,  # SQLITE_LIMIT_LIKE_PATTERN_LENGTH
    9: 100,  # SQLITE_LIMIT_VARIABLE_NUMBER
}


def limited() -> sqlite3.Connection:
    """An empty database with D1's limits."""
    if hasattr(sqlite3.Connection, "setlimit"):
        connection = sqlite3.connect(":memory:", isolation_level=None)
        for limit, most in LIMITS.items():
            connection.setlimit(limit, most)
        return connection
    # pysqlite3 has no setlimit, but SQLite tells an extension of each new connection. sqlite.org/c3ref/auto_extension.html
    library = ctypes.CDLL(str(import_module("pysqlite3._sqlite3").__file__))

    def limit_it(handle: int, _error: int, _api: int) -> int:
        for limit, most in LIMITS.items():
            library.sqlite3_limit(ctypes.c_void_p(handle), limit, most)
        return 0

    opened = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p)(limit_it)
    library.sqlite3_auto_extension(opened)
    try:
        return sqlite3.connect(":memory:", isolation_level=None)
    finally:
        library.sqlite3_cancel_auto_extension(opened)


def migrated() -> sqlite3.Connection:
    """A database as the migrations build it."""
    connection = limited()
    _template().backup(connection)
    connection.row_factory = sqlite3.Row
    connection.execute("PRAGMA foreign_keys = ON")
    return connection


@cache
def _template() -> sqlite3.Connection:
    """What the migrations build, made once: thousands of tests begin with a copy of it."""
    connection = limited()
    connection.execute("PRAGMA foreign_keys = ON")
    for migration in sorted((ROOT / "migrations").glob("*.sql")):
        connection.executescript(migration.read_text())
    return connection


class SqliteDatabase:
    """D1 on SQLite: a batch is a transaction, numbers arrive as REAL, sizes are limited. `trips` counts the calls."""

    trips = 0
    away = False

    def __init__(self) -> None:
        self.connection = migrated()
        self.statements = 0

    async def batch(self, statements: Sequence[Statement]) -> list[list[Row]]:
        assert statements, "D1 refuses an empty batch"
        self._travel()
        self.connection.execute("BEGIN IMMEDIATE")
        try:
            rows = [self._run(statement) for statement in statements]
        except BaseException:
            self.connection.execute("ROLLBACK")
            raise
        self.connection.execute("COMMIT")
        return rows

    async def all(self, sql: str, *params: Value) -> list[Row]:
        self._travel()
        return self._run(Statement(sql, params))

    async def first(self, sql: str, *params: Value) -> Row | None:
        rows = await self.all(sql, *params)
        return rows[0] if rows else None

    def query(self, sql: str, *params: Any) -> list[dict[str, Any]]:
        """What is stored, for a test to look at."""
        return [dict(row) for row in self.connection.execute(sql, params)]

    def _travel(self) -> None:
        self.trips += 1
        if self.away:
            raise DatabaseUnavailable("D1_ERROR: overloaded")

    def _run(self, statement: Statement) -> list[Row]:
        self.statements += 1
        try:
            rows = self.connection.execute(statement.sql, [_bound(value) for value in statement.params]).fetchall()
        except (sqlite3.Error, sqlite3.Warning, OverflowError) as failure:
            raise _refusal(str(failure)) from failure
        found: list[Row] = [dict(row) for row in rows]
        if any(_size(row.values()) > MAX_VALUE_BYTES for row in found):
            raise StatementRefused("string or blob too big")
        return found


def _bound(value: Value) -> Value:
    """As D1 binds it: every number becomes a double, texts are at most 2 MB and NaN is no number."""
    if isinstance(value, str) and len(value.encode()) > MAX_VALUE_BYTES:
        raise StatementRefused("string or blob too big")
    if value is None or isinstance(value, str):
        return value
    assert type(value) in (int, float), f"D1 cannot bind {type(value)}"
    assert abs(value) <= 2**53 - 1 and not math.isnan(value)
    return float(value)


def _size(values: Iterable[object]) -> int:
    """The bytes of a row: of its texts and blobs, and eight for each number."""
    return sum(
        len(value.encode()) if isinstance(value, str) else len(value) if isinstance(value, bytes) else 8 for value in values
    )


def _refusal(message: str) -> Exception:
    """The database is in memory and always there: what is no constraint is the statement's own fault."""
    if match := re.search(r"UNIQUE constraint failed: (.*)", message):
        return UniqueViolation(match.group(1))
    if "NOT NULL constraint failed: sync_tasks.state" in message:
        return LeaseLost(message)
    return ConstraintViolation(message) if "constraint failed" in message else StatementRefused(message)


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

    async def download(
        self, url: str, headers: Mapping[str, str], take: Take, *, timeout_s: float, max_bytes: int
    ) -> HttpResponse:
        return await handed_over(await self.request("GET", url, headers, None, timeout_s=timeout_s, max_bytes=max_bytes), take)


class NoDownloads:
    """A network on which nobody fetches a file."""

    async def download(
        self, url: str, headers: Mapping[str, str], take: Take, *, timeout_s: float, max_bytes: int
    ) -> HttpResponse:
        raise AssertionError(f"{url} was fetched")


async def handed_over(answer: HttpResponse, take: Take, size: int = 50_000) -> HttpResponse:
    """A response whose body is handed over part by part, as a download's is."""
    if not 200 <= answer.status < 300:
        return answer
    for first in range(0, len(answer.body), size):
        await take(answer.body[first : first + size])
    return answer._replace(body=b"")


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

    async def read(self, key: str, first: int, count: int) -> bytes | None:
        whole = await self.get(key)
        return whole and whole[first : first + count]

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
    """No static files to serve; texts of pages as they are in the tree."""

    async def get(self, path: str) -> Response:
        return Response(404)

    async def text(self, path: str) -> str:
        return (ROOT / "public" / path.lstrip("/")).read_text(encoding="utf-8")
