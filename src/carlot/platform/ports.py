"""What the rest of the program sees of the platform.

Everything the Worker can reach stands here as a protocol: the database, the queue, files, the clock, the network. `cloudflare.py`
implements them on Cloudflare; the tests implement them on SQLite with the platform's limits enforced.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from carlot.settings import Settings

Row = Mapping[str, Any]
"""One row of an answer, by column name. Values are `str`, `int`, `float` or `None`."""

Value = str | int | float | None
"""What a statement may be given."""


class Statement(NamedTuple):
    """One SQL statement with its parameters, `?1` first."""

    sql: str
    params: tuple[Value, ...] = ()


def statement(sql: str, *params: Value) -> Statement:
    """Bind parameters to a statement, `?1` first."""
    return Statement(sql, params)


class Database(Protocol):
    """D1: SQLite over a network."""

    async def batch(self, statements: Sequence[Statement]) -> list[list[Row]]:
        """Run statements as one transaction; answer the rows of each.

        Raises: `UniqueViolation`, `ConstraintViolation`, `StatementRefused`, `DatabaseUnavailable`; then nothing was written.
        """
        ...

    async def all(self, sql: str, *params: Value) -> list[Row]:
        """Run one statement; answer its rows. Raises as `batch`."""
        ...

    async def first(self, sql: str, *params: Value) -> Row | None:
        """Run one statement; answer its first row, `None` when there is none. Raises as `batch`."""
        ...


class QueueMetrics(NamedTuple):
    """How much waits in a queue. `oldest_at` is `None` when nothing does."""

    backlog: int
    oldest_at: datetime | None


class JobQueue(Protocol):
    """A queue of JSON messages: at least once, in no order."""

    async def send(self, messages: Sequence[dict[str, Value]], delay_s: int = 0) -> None:
        """Send messages, each delivered after the delay (at most 12 hours). Raises: `QueueUnavailable`."""
        ...

    async def metrics(self) -> QueueMetrics:
        """Tell how much waits. Raises: `QueueUnavailable`."""
        ...


class HttpResponse(NamedTuple):
    """What a partner answered: the status, the headers by lower-case name, the whole body."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Http(Protocol):
    """The network. Redirects are never followed."""

    async def request(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None, *, timeout_s: float, max_bytes: int
    ) -> HttpResponse:
        """Send one request and read the answer.

        Raises: `NetworkFailure` when there is no complete answer in time; `AnswerTooLarge` above `max_bytes`.
        """
        ...


class Clock(Protocol):
    """Time, and chance."""

    def now(self) -> datetime:
        """The time, in UTC."""
        ...

    def local(self, at: datetime, timezone: str) -> datetime:
        """The wall clock of a time zone (IANA name) at that time, without its zone. An unknown zone counts as UTC."""
        ...

    def random(self) -> float:
        """A number from 0 up to but not 1, for jitter."""
        ...

    def token(self) -> str:
        """An unguessable text of 32 hex digits, for ids and leases."""
        ...


class StoredBlob(NamedTuple):
    """One entry of a listing of blobs."""

    key: str
    stored_at: datetime


class Blobs(Protocol):
    """A store of whole files, by key. Each call raises `BlobsUnavailable` when the store does not answer."""

    async def put(self, key: str, content: bytes, content_type: str) -> None:
        """Store a file. It is there whole, or not at all."""
        ...

    async def get(self, key: str) -> Any:
        """A file as the platform's own stream, for `Response.stream`; `None` when there is none."""
        ...

    async def delete(self, keys: Sequence[str]) -> None:
        """Delete files; those that are not there count as deleted."""
        ...

    async def list(self, prefix: str, cursor: str | None) -> tuple[list[StoredBlob], str | None]:
        """Files whose keys begin so, a page at a time, and the cursor of the next page; `None`: that was all."""
        ...


class Assets(Protocol):
    """The static files under `public/`."""

    async def get(self, path: str) -> Response:
        """The file as a response; 404 when there is none."""
        ...


class KeyValue(Protocol):
    """A store of texts that are seen elsewhere a minute later. Each call raises `KeyValueUnavailable` when it does not answer."""

    async def put(self, key: str, text: str) -> None:
        """Store a text."""
        ...

    async def delete(self, key: str) -> None:
        """Delete a text; one that is not there counts as deleted."""
        ...


class Sealing(Protocol):
    """AES-256-GCM. A sealed text is its nonce (12 bytes), the cipher text and the tag (16 bytes)."""

    async def seal(self, key: bytes, plain: bytes, context: bytes) -> bytes:
        """Seal under a key of 32 bytes; it opens only with the same context."""
        ...

    async def unseal(self, key: bytes, sealed: bytes, context: bytes) -> bytes:
        """Open. Raises: `SealBroken` when key, context or text is another."""
        ...


@dataclass(frozen=True, slots=True)
class Services:
    """Everything a handler may use."""

    settings: Settings
    database: Database
    sync_queue: JobQueue
    http: Http
    clock: Clock
    assets: Assets
    blobs: Blobs
    key_value: KeyValue
    sealing: Sealing


class Body(Protocol):
    """The body of a request, unread."""

    async def read(self, max_bytes: int) -> bytes:
        """Read it to the end. Raises: `BodyTooLarge` as soon as it is known to be longer than `max_bytes`."""
        ...


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it came in. Header names are lower case; `query` keeps order and repeats; `params` is filled by the router."""

    id: str
    method: str
    origin: str
    path: str
    query: tuple[tuple[str, str], ...]
    headers: Mapping[str, str]
    body: Body
    access_email: str | None = None
    params: Mapping[str, str] = field(default_factory=dict)

    @property
    def host(self) -> str:
        """The host name it was sent to, without the port, lower case."""
        authority = self.origin.partition("://")[2].lower()
        if authority.startswith("["):
            return authority[1:].partition("]")[0]
        return authority.partition(":")[0]


@dataclass(frozen=True, slots=True)
class Response:
    """An answer. `stream`, where set, is the platform's own body, passed on unread; `parts` a text made while it is sent."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str | bytes = b""
    stream: Any = None
    parts: AsyncIterator[str] | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """One queue message: its id, its body as JSON text, and how often it was delivered (from 1)."""

    id: str
    body: str
    attempts: int


class Verdict(NamedTuple):
    """What becomes of one delivery: done with, or to be delivered again after `retry_after_s`."""

    delivery_id: str
    retry_after_s: int | None = None
