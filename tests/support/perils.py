"""What can happen to a program at its calls to the platform: it is killed, the database is locked, others come in between."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any, TypeVar

from carlot.errors import BlobsUnavailable, DatabaseUnavailable, KeyValueUnavailable, NetworkFailure, QueueUnavailable
from carlot.platform.ports import (
    Blobs,
    Connection,
    Database,
    Http,
    HttpResponse,
    JobQueue,
    KeyValue,
    QueueMetrics,
    Row,
    Services,
    Sockets,
    Statement,
    StoredBlob,
    Take,
    Value,
)
from support.platform import FixedClock

Answer = TypeVar("Answer")

_RESET = NetworkFailure("connection reset")

STEP_S = 0.001
"""How much time a call takes at least."""


class Killed(BaseException):
    """The program is gone: not one line of it runs any more."""


@dataclass
class Perils:
    """The perils of one program from its start to its end. Calls to the platform are counted from 1.

    At call `kill_at` it is killed, before the call does anything or, with `after_effect`, just after. At calls in `locked` the
    platform fails: `True` after the effect, which the program then does not know of. With `interleave`, other work comes in
    between, as its chance has it. At call `pause_at`, before it or after its effect, the program stands still until `go_on`.
    """

    clock: FixedClock
    kill_at: int | None = None
    after_effect: bool = False
    locked: dict[int, bool] = field(default_factory=dict)
    pause_at: int | None = None
    paused: asyncio.Event = field(default_factory=asyncio.Event)
    go_on: asyncio.Event = field(default_factory=asyncio.Event)
    interleave: Random | None = None
    calls: int = 0
    killed: bool = False
    names: list[str] = field(default_factory=list)

    async def meet(self, name: str, failure: Exception, work: Callable[[], Awaitable[Answer]]) -> Answer:
        """Make one call to the platform. Raises: `Killed`, the failure, and what the call itself raises."""
        if self.interleave:
            for _ in range(self.interleave.randrange(4)):
                await asyncio.sleep(0)
        self._live()
        self.calls += 1
        self.names.append(name)
        number = self.calls
        self.clock.forward(STEP_S)
        self.killed = number == self.kill_at and not self.after_effect
        self._live()
        if self.locked.get(number) is False:
            raise failure
        if number == self.pause_at and not self.after_effect:
            await self._stand_still()
        answer = await work()
        if number == self.pause_at and self.after_effect:
            await self._stand_still()
        self.killed = self.killed or (number == self.kill_at and self.after_effect)
        self._live()
        if self.locked.get(number):
            raise failure
        return answer

    async def _stand_still(self) -> None:
        self.paused.set()
        await self.go_on.wait()

    def _live(self) -> None:
        if self.killed:
            raise Killed


def endangered(services: Services, perils: Perils) -> Services:
    """The same services, with perils."""
    return replace(
        services,
        database=_Database(services.database, perils),
        sync_queue=_Queue(services.sync_queue, perils),
        http=_Network(services.http, perils),
        sockets=_Sockets(services.sockets, perils),
        blobs=_Files(services.blobs, perils),
        key_value=_Mirror(services.key_value, perils),
    )


@dataclass(frozen=True)
class _Database:
    inner: Database
    perils: Perils

    async def batch(self, statements: Sequence[Statement]) -> list[list[Row]]:
        return await self._meet("batch", lambda: self.inner.batch(statements))

    async def all(self, sql: str, *params: Value) -> list[Row]:
        return await self._meet("all", lambda: self.inner.all(sql, *params))

    async def first(self, sql: str, *params: Value) -> Row | None:
        return await self._meet("first", lambda: self.inner.first(sql, *params))

    async def _meet(self, name: str, work: Callable[[], Awaitable[Answer]]) -> Answer:
        return await self.perils.meet(f"database.{name}", DatabaseUnavailable("the database is locked"), work)


@dataclass(frozen=True)
class _Queue:
    inner: JobQueue
    perils: Perils

    async def send(self, messages: Sequence[dict[str, Value]], delay_s: int = 0) -> None:
        await self.perils.meet("queue.send", QueueUnavailable("the queue is away"), lambda: self.inner.send(messages, delay_s))

    async def metrics(self) -> QueueMetrics:
        return await self.perils.meet("queue.metrics", QueueUnavailable("the queue is away"), self.inner.metrics)


@dataclass(frozen=True)
class _Network:
    inner: Http
    perils: Perils

    async def request(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None, *, timeout_s: float, max_bytes: int
    ) -> HttpResponse:
        return await self.perils.meet(
            f"http.{method}",
            NetworkFailure("connection reset"),
            lambda: self.inner.request(method, url, headers, body, timeout_s=timeout_s, max_bytes=max_bytes),
        )

    async def download(
        self, url: str, headers: Mapping[str, str], take: Take, *, timeout_s: float, max_bytes: int
    ) -> HttpResponse:
        return await self.perils.meet(
            "http.download",
            NetworkFailure("connection reset"),
            lambda: self.inner.download(url, headers, take, timeout_s=timeout_s, max_bytes=max_bytes),
        )


@dataclass(frozen=True)
class _Sockets:
    inner: Sockets
    perils: Perils

    async def connect(self, host: str, port: int, *, tls: bool, timeout_s: float) -> Connection:
        opened = await self.perils.meet(
            "sockets.connect", _RESET, lambda: self.inner.connect(host, port, tls=tls, timeout_s=timeout_s)
        )
        return _Connection(opened, self.perils)


@dataclass(frozen=True)
class _Connection:
    inner: Connection
    perils: Perils

    async def read(self) -> bytes:
        return await self.perils.meet("socket.read", _RESET, self.inner.read)

    async def write(self, content: bytes) -> None:
        await self.perils.meet("socket.write", _RESET, lambda: self.inner.write(content))

    async def start_tls(self) -> None:
        await self.perils.meet("socket.start_tls", _RESET, self.inner.start_tls)

    async def close(self) -> None:
        await self.perils.meet("socket.close", _RESET, self.inner.close)

    def abort(self) -> None:
        self.inner.abort()


@dataclass(frozen=True)
class _Files:
    inner: Blobs
    perils: Perils

    async def put(self, key: str, content: bytes, content_type: str) -> None:
        await self._meet("put", lambda: self.inner.put(key, content, content_type))

    async def get(self, key: str) -> Any:
        return await self._meet("get", lambda: self.inner.get(key))

    async def read(self, key: str, first: int, count: int) -> bytes | None:
        return await self._meet("read", lambda: self.inner.read(key, first, count))

    async def delete(self, keys: Sequence[str]) -> None:
        await self._meet("delete", lambda: self.inner.delete(keys))

    async def list(self, prefix: str, cursor: str | None) -> tuple[list[StoredBlob], str | None]:
        return await self._meet("list", lambda: self.inner.list(prefix, cursor))

    async def _meet(self, name: str, work: Callable[[], Awaitable[Answer]]) -> Answer:
        return await self.perils.meet(f"blobs.{name}", BlobsUnavailable("the store is away"), work)


@dataclass(frozen=True)
class _Mirror:
    inner: KeyValue
    perils: Perils

    async def put(self, key: str, text: str) -> None:
        await self._meet("put", lambda: self.inner.put(key, text))

    async def delete(self, key: str) -> None:
        await self._meet("delete", lambda: self.inner.delete(key))

    async def _meet(self, name: str, work: Callable[[], Awaitable[Answer]]) -> Answer:
        return await self.perils.meet(f"key_value.{name}", KeyValueUnavailable("the store is away"), work)
