"""A whole CarLot Manager in memory, for tests to drive."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from carlot import app
from carlot.errors import BodyTooLarge
from carlot.partners.registry import PARTNERS
from carlot.platform.ports import Delivery, Http, HttpResponse, JobQueue, Request, Response, Services, Sockets
from carlot.settings import Settings
from support.edge import EdgeCache
from support.platform import FixedClock, MemoryBlobs, MemoryQueue, NoAssets, ScriptedHttp, SqliteDatabase
from support.sockets import NoSockets
from support.vault import Aes, MemoryKeyValue

TOKEN = "correct horse battery staple"
ENV: dict[str, str | None] = {
    "ADMIN_TOKEN": TOKEN,
    "WAYNE_REEVES_API_URL": "http://dms.test",
    "WAYNE_REEVES_API_KEY": "key",
    "QUICKBOOKS_FEE_ITEM": "Documentation Fee",
}


@dataclass
class TextBody:
    """A request body at hand."""

    content: bytes

    async def read(self, max_bytes: int) -> bytes:
        if len(self.content) > max_bytes:
            raise BodyTooLarge(f"Send at most {max_bytes:,} bytes.")
        return self.content

    async def parts(self, max_bytes: int) -> AsyncGenerator[bytes, None]:
        for first in range(0, len(self.content), PART_BYTES):
            if first + PART_BYTES > max_bytes and len(self.content) > max_bytes:
                raise BodyTooLarge(f"Send at most {max_bytes:,} bytes.")
            yield self.content[first : first + PART_BYTES]


PART_BYTES = 16_384
"""A body comes in parts of so many bytes."""


@dataclass
class Lot:
    """The program with its database, queue, clock and network. With `cached`, requests come through the cache in front of it."""

    env: dict[str, str | None] = field(default_factory=lambda: dict(ENV))
    database: SqliteDatabase = field(default_factory=SqliteDatabase)
    queue: MemoryQueue = field(default_factory=MemoryQueue)
    clock: FixedClock = field(default_factory=FixedClock)
    http: ScriptedHttp = field(default_factory=ScriptedHttp)
    sockets: Sockets = field(default_factory=NoSockets)
    blobs: MemoryBlobs = field(default_factory=MemoryBlobs)
    key_value: MemoryKeyValue = field(init=False)
    edge: EdgeCache = field(init=False)
    cached: bool = False

    def __post_init__(self) -> None:
        self.key_value = MemoryKeyValue(self.clock)
        self.edge = EdgeCache(self.clock)

    @property
    def services(self) -> Services:
        return self._services(self.queue, self.http)

    def _services(self, queue: JobQueue, http: Http) -> Services:
        return Services(
            settings=Settings.from_env(self.env, PARTNERS),
            database=self.database,
            sync_queue=queue,
            http=http,
            sockets=self.sockets,
            clock=self.clock,
            assets=NoAssets(),
            blobs=self.blobs,
            key_value=self.key_value,
            sealing=Aes(),
            edge_cache=self.edge,
        )

    async def call(
        self,
        method: str,
        target: str,
        content: Any = None,
        headers: Mapping[str, str] | None = None,
        *,
        signed_in: bool = True,
        origin: str = "https://lot.test",
    ) -> Response:
        """Send a request; `content` is sent as JSON, bytes as they are."""
        url = urlsplit(target)
        sent = {"content-type": "application/json"} if content is not None else {}
        if signed_in:
            sent["authorization"] = f"Bearer {TOKEN}"
        body = content if isinstance(content, bytes) else json.dumps(content).encode() if content is not None else b""
        query = tuple(parse_qsl(url.query, keep_blank_values=True))
        request = Request("req-1", method, origin, url.path, query, {**sent, **(headers or {})}, TextBody(body))
        return await (self.edge.answer(request, self._handle) if self.cached else self._handle(request))

    async def _handle(self, request: Request) -> Response:
        return await app.handle_request(request, self.services)

    async def deliver(self, most: int = 1000) -> int:
        """Deliver what waits in the queue, delays passing as needed, until it is empty; answer how many messages."""
        count = 0
        while self.queue.messages and count < most:
            body, delay_s = self.queue.messages.pop(0)
            self.clock.forward(delay_s)
            await app.handle_delivery([Delivery(f"m{count}", body, 1)], self.services)
            count += 1
        return count

    async def tick(self, cron: str = "* * * * *") -> None:
        """Fire a cron."""
        await app.handle_tick(cron, self.clock.now(), self.services)


def page(vehicles: list[dict[str, Any]], next_cursor: str | None = None, total: int | None = None) -> HttpResponse:
    """A page of the DMS's inventory."""
    content = {"vehicles": vehicles, "next_cursor": next_cursor, "total": len(vehicles) if total is None else total}
    return HttpResponse(200, {}, json.dumps(content).encode())


def answer(response: Response) -> Any:
    """The JSON of an answer."""
    return json.loads(response.body)


def car(number: int, **changed: Any) -> dict[str, Any]:
    """A vehicle as the DMS has it, with a valid VIN of its own."""
    from carlot.domain.vin import check_digit

    serial = f"{number:06d}"
    vin = f"1HGCM8260{'3'}A{serial}"
    vin = vin[:8] + check_digit(vin) + vin[9:]
    record = {
        "stock_number": f"A{number}",
        "vin": vin,
        "make": "Honda",
        "model": "Accord",
        "year": 2003,
        "cost": 4200.00,
        "date_acquired": "2025-01-14",
        "mileage": 98012 + number,
        "location": "Main lot",
        "price": 6995.00,
        "photos": [f"https://photos.test/{number}.jpg"],
        "status": "available",
        "updated_at": "2025-02-01T08:00:00Z",
    }
    return {name: value for name, value in {**record, **changed}.items() if value is not ...}
