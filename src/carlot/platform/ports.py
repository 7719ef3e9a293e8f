"""The platform as the rest of the program sees it.

Everything the Worker can reach is a protocol here: the database, the queue, files, the clock, the network. `runtime.py` and
`storage.py` implement them on Cloudflare; the tests implement them on SQLite and enforce the platform's limits.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from carlot.settings import Settings

Row = Mapping[str, Any]
"""One row of a result, by column name. Values are `str`, `int`, `float` or `None`."""

Value = str | int | float | None
"""The types that a statement can bind."""


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
        """Run statements as one transaction; return the rows of each.

        Raises: `UniqueViolation`, `ConstraintViolation`, `StatementRefused`, `DatabaseUnavailable`; then nothing was written.
        """
        ...

    async def all(self, sql: str, *params: Value) -> list[Row]:
        """Run one statement; return its rows. Raises: as `batch`."""
        ...

    async def first(self, sql: str, *params: Value) -> Row | None:
        """Run one statement; return its first row, or `None`. Raises: as `batch`."""
        ...


class QueueMetrics(NamedTuple):
    """How many messages wait in a queue. `oldest_at` is `None` when nothing does."""

    backlog: int
    oldest_at: datetime | None


class JobQueue(Protocol):
    """A queue of JSON messages: at least once, in no order."""

    async def send(self, messages: Sequence[dict[str, Value]], delay_s: int = 0) -> None:
        """Send messages, each delivered after the delay (at most 12 hours). Raises: `QueueUnavailable`."""
        ...

    async def metrics(self) -> QueueMetrics:
        """Return how many messages wait. Raises: `QueueUnavailable`."""
        ...


class HttpResponse(NamedTuple):
    """A partner's response: the status, the headers by lower-case name, the whole body."""

    status: int
    headers: Mapping[str, str]
    body: bytes


Take = Callable[[bytes], Awaitable[None]]
"""Takes the next part of a file."""


class Http(Protocol):
    """The network. Redirects are never followed."""

    async def request(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None, *, timeout_s: float, max_bytes: int
    ) -> HttpResponse:
        """Send one request and read the response.

        Raises: `NetworkFailure` when there is no complete response in time; `AnswerTooLarge` above `max_bytes`.
        """
        ...

    async def download(
        self, url: str, headers: Mapping[str, str], take: Take, *, timeout_s: float, max_bytes: int
    ) -> HttpResponse:
        """Fetch a file, which is handed to `take` part by part; the response is then without its body.

        That of another status than a success has its body, or the beginning of it. Raises: as `request`; some parts may have been
        taken.
        """
        ...


class Connection(Protocol):
    """A TCP connection. Each call ends within the time that `Sockets.connect` was given, or raises `NetworkFailure`."""

    async def read(self) -> bytes:
        """The next bytes, as many as came together; empty when the other side has ended."""
        ...

    async def write(self, content: bytes) -> None:
        """Send bytes."""
        ...

    async def start_tls(self) -> None:
        """Go on encrypted. The certificate must be valid for the host of `connect`. Raises: `Untrusted` when it is not."""
        ...

    async def close(self) -> None:
        """Send what was written, and end the connection in order."""
        ...

    def abort(self) -> None:
        """Cut the connection; nothing is waited for."""
        ...


class Sockets(Protocol):
    """TCP connections to the outside."""

    async def connect(self, host: str, port: int, *, tls: bool, timeout_s: float) -> Connection:
        """Open a connection, encrypted from the start with `tls`. `timeout_s` holds for this and each further call.

        Raises: `NetworkFailure` when nobody answers; with `tls`, as `Connection.start_tls`.
        """
        ...


class Clock(Protocol):
    """Time and randomness."""

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
    """A store of whole files, by key. Each call raises `BlobsUnavailable` when the store does not respond."""

    async def put(self, key: str, content: bytes, content_type: str) -> None:
        """Store a file. It is there whole, or not at all."""
        ...

    async def get(self, key: str) -> Any:
        """A file as the platform's own stream, for `Response.stream`; `None` when there is none."""
        ...

    async def read(self, key: str, first: int, count: int) -> bytes | None:
        """So many bytes of a file, from a byte on; `None` when there is no file."""
        ...

    async def delete(self, keys: Sequence[str]) -> None:
        """Delete files; those that are not there count as deleted."""
        ...

    async def list(self, prefix: str, cursor: str | None) -> tuple[list[StoredBlob], str | None]:
        """Return one page of the files with this key prefix, and the cursor of the next page; `None` on the last page."""
        ...


class Assets(Protocol):
    """The static files under `public/`."""

    async def get(self, path: str) -> Response:
        """The file as a response; 404 when there is none."""
        ...

    async def text(self, path: str) -> str:
        """The content of a file of text that is there."""
        ...


class KeyValue(Protocol):
    """A store of texts; other regions see them a minute later. Each call raises `KeyValueUnavailable` when it fails."""

    async def put(self, key: str, text: str) -> None:
        """Store a text."""
        ...

    async def delete(self, key: str) -> None:
        """Delete a text; one that is not there counts as deleted."""
        ...


class EdgeCache(Protocol):
    """The cache in front of the Worker, which answers some requests by itself (`web/edge`)."""

    async def purge(self, tags: Sequence[str]) -> None:
        """Drop every response that carries one of these tags. Raises: `PurgeFailed`."""
        ...


class Sealing(Protocol):
    """AES-256-GCM. A sealed text is its nonce (12 bytes), the cipher text and the tag (16 bytes)."""

    async def seal(self, key: bytes, plain: bytes, context: bytes) -> bytes:
        """Encrypt under a key of 32 bytes; only the same context decrypts it."""
        ...

    async def unseal(self, key: bytes, sealed: bytes, context: bytes) -> bytes:
        """Decrypt. Raises: `SealBroken` when the key, the context or the text does not match."""
        ...


@dataclass(frozen=True, slots=True)
class Services:
    """Everything that a handler may use."""

    settings: Settings
    database: Database
    sync_queue: JobQueue
    http: Http
    sockets: Sockets
    clock: Clock
    assets: Assets
    blobs: Blobs
    key_value: KeyValue
    sealing: Sealing
    edge_cache: EdgeCache
    author: str = ""
    """In whose name the database is written."""


class Body(Protocol):
    """The body of a request, unread."""

    async def read(self, max_bytes: int) -> bytes:
        """Read the body. Raises: `BodyTooLarge` as soon as it is known to be longer than `max_bytes`."""
        ...

    def parts(self, max_bytes: int) -> AsyncGenerator[bytes, None]:
        """The body part by part, as it comes. Whoever stops before its end closes it (`aclosing`). Raises: as `read`."""
        ...


@dataclass(frozen=True, slots=True)
class Request:
    """An incoming request. Header names are lower case; `query` keeps order and repeats; `params` is filled by the router."""

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
        """The host name it was sent to, in lower case, without the port."""
        authority = self.origin.partition("://")[2].lower()
        if authority.startswith("["):
            return authority[1:].partition("]")[0]
        return authority.partition(":")[0]


@dataclass(frozen=True, slots=True)
class Response:
    """A response. `stream` is the platform's own body, passed on unread; `parts` is a text produced while it is sent."""

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
    """The end of one delivery: acknowledged, or delivered again after `retry_after_s`."""

    delivery_id: str
    retry_after_s: int | None = None
