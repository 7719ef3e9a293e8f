"""What production allows one invocation and the local runtime does not count: connections, queries, the size of answers, time."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from carlot.errors import AnswerTooLarge
from carlot.platform.ports import Connection, Database, Http, HttpResponse, Row, Services, Sockets, Statement, Take, Value

# Sources: developers.cloudflare.com/workers/platform/limits, /d1/platform/limits and /queues/platform/limits (Workers Paid).
CONNECTIONS = 6
QUERIES = 1000
DELIVERY = timedelta(minutes=15)


class Exceeded(BaseException):
    """Production would have refused this. No code of the program catches it."""


class CountedDatabase:
    """A database that one invocation may ask so often."""

    def __init__(self, inner: Database, most: int = QUERIES) -> None:
        self._inner = inner
        self._most = most
        self.queries = 0

    async def batch(self, statements: Sequence[Statement]) -> list[list[Row]]:
        self._count(len(statements))
        return await self._inner.batch(statements)

    async def all(self, sql: str, *params: Value) -> list[Row]:
        self._count(1)
        return await self._inner.all(sql, *params)

    async def first(self, sql: str, *params: Value) -> Row | None:
        self._count(1)
        return await self._inner.first(sql, *params)

    def _count(self, statements: int) -> None:
        self.queries += statements
        if self.queries > self._most:
            raise Exceeded(f"{self.queries} queries in one invocation")


class CountedHttp:
    """A network with six connections for one invocation, where calls overlap as far as the program lets them."""

    def __init__(self, inner: Http, most: int = CONNECTIONS) -> None:
        self._inner = inner
        self._most = most
        self._open = 0
        self.most_open = 0

    async def request(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None, *, timeout_s: float, max_bytes: int
    ) -> HttpResponse:
        self.opened()
        try:
            await asyncio.sleep(0)
            answer = await self._inner.request(method, url, headers, body, timeout_s=timeout_s, max_bytes=max_bytes)
            if len(answer.body) > max_bytes:
                raise AnswerTooLarge(f"more than {max_bytes} bytes")
            await asyncio.sleep(0)
            return answer
        finally:
            self.closed()

    async def download(
        self, url: str, headers: Mapping[str, str], take: Take, *, timeout_s: float, max_bytes: int
    ) -> HttpResponse:
        self.opened()
        try:
            return await self._inner.download(url, headers, take, timeout_s=timeout_s, max_bytes=max_bytes)
        finally:
            self.closed()

    def opened(self) -> None:
        """A connection is opened. Raises: `Exceeded`."""
        self._open += 1
        self.most_open = max(self.most_open, self._open)
        if self._open > self._most:
            raise Exceeded(f"{self._open} connections at once")

    def closed(self) -> None:
        """A connection has ended."""
        self._open -= 1


class CountedSockets:
    """TCP connections, which count as those of `http` do, until they are closed or cut."""

    def __init__(self, inner: Sockets, http: CountedHttp) -> None:
        self._inner = inner
        self._http = http

    async def connect(self, host: str, port: int, *, tls: bool, timeout_s: float) -> Connection:
        self._http.opened()
        try:
            return _CountedConnection(await self._inner.connect(host, port, tls=tls, timeout_s=timeout_s), self._http)
        except BaseException:
            self._http.closed()
            raise


class _CountedConnection:
    def __init__(self, inner: Connection, http: CountedHttp) -> None:
        self._inner = inner
        self._http: CountedHttp | None = http

    async def read(self) -> bytes:
        return await self._inner.read()

    async def write(self, content: bytes) -> None:
        await self._inner.write(content)

    async def start_tls(self) -> None:
        await self._inner.start_tls()

    async def close(self) -> None:
        await self._inner.close()
        self._count()

    def abort(self) -> None:
        self._inner.abort()
        self._count()

    def _count(self) -> None:
        if self._http:
            self._http.closed()
        self._http = None


@dataclass(frozen=True, slots=True)
class Stopwatch:
    """How long a delivery has taken, by the test's clock."""

    began: datetime

    def stop(self, at: datetime) -> None:
        """The delivery ended. Raises: `Exceeded`."""
        if at - self.began > DELIVERY:
            raise Exceeded(f"a delivery of {at - self.began}")


def limited(services: Services) -> Services:
    """The services of one invocation."""
    http = CountedHttp(services.http)
    return replace(
        services, database=CountedDatabase(services.database), http=http, sockets=CountedSockets(services.sockets, http)
    )
