"""Cloudflare: the only file that touches JavaScript. Bindings become ports, JavaScript's errors become ours.

Source: developers.cloudflare.com/d1/worker-api, /queues/configuration/javascript-apis, /workers/runtime-apis.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import js
from pydantic_core import PydanticSerializationError, to_json
from pyodide.ffi import JsException, create_proxy, jsnull, to_js
from workers import import_from_javascript

from carlot import log, settings
from carlot.errors import (
    AnswerTooLarge,
    BadRequest,
    BlobsUnavailable,
    BodyTooLarge,
    ConstraintViolation,
    DatabaseUnavailable,
    LeaseLost,
    NetworkFailure,
    QueueUnavailable,
    UniqueViolation,
)
from carlot.ports import (
    Delivery,
    HttpResponse,
    QueueMetrics,
    Request,
    Response,
    Row,
    Services,
    Statement,
    StoredBlob,
    Value,
)

_SEND_BATCH = 100
"""Messages in one `sendBatch`. Source: developers.cloudflare.com/queues/platform/limits."""

MAX_LEFT_BYTES = 32 * 1024 * 1024
"""How much of a body that nobody wants is taken before the sender is cut off."""


@cache
def services() -> Services:
    """Everything the program may use, from the Worker's bindings. An isolate's environment never changes, so it is read once."""
    env = import_from_javascript("cloudflare:workers").env
    return Services(
        settings=settings.Settings.from_env({name: _text(getattr(env, name, None)) for name in settings.NAMES}),
        database=D1(env.DB),
        sync_queue=Queue(env.SYNC_QUEUE),
        http=Fetch(),
        clock=SystemClock(),
        assets=StaticAssets(env.ASSETS),
        blobs=R2(env.PHOTOS),
    )


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


class D1:
    """The database."""

    def __init__(self, binding: Any) -> None:
        self._binding = binding

    async def batch(self, statements: Sequence[Statement]) -> list[list[Row]]:
        """Run statements as one transaction."""
        try:
            answers = await self._binding.batch(to_js([self._prepared(statement) for statement in statements]))
        except JsException as failure:
            raise _database_error(str(failure)) from failure
        return [_rows(answer.results) for answer in answers]

    async def all(self, sql: str, *params: Value) -> list[Row]:
        """Run one statement."""
        try:
            answer = await self._prepared(Statement(sql, params)).all()
        except JsException as failure:
            raise _database_error(str(failure)) from failure
        return _rows(answer.results)

    async def first(self, sql: str, *params: Value) -> Row | None:
        """Run one statement; answer its first row."""
        rows = await self.all(sql, *params)
        return rows[0] if rows else None

    def _prepared(self, statement: Statement) -> Any:
        prepared = self._binding.prepare(statement.sql)
        return (
            prepared.bind(*[jsnull if value is None else value for value in statement.params]) if statement.params else prepared
        )


def _rows(results: Any) -> list[Row]:
    return [{name: None if value is jsnull else value for name, value in row.items()} for row in results.to_py()]


_UNIQUE = re.compile(r"UNIQUE constraint failed: ([^\n:]*?)(?:: SQLITE_|$|\n)")


def _database_error(message: str) -> Exception:
    if unique := _UNIQUE.search(message):
        return UniqueViolation(unique.group(1).strip())
    if "NOT NULL constraint failed: sync_tasks.state" in message:
        return LeaseLost(message)
    if "constraint failed" in message:
        return ConstraintViolation(message)
    return DatabaseUnavailable(message[:300])


class Queue:
    """A queue's producer side."""

    def __init__(self, binding: Any) -> None:
        self._binding = binding

    async def send(self, messages: Sequence[dict[str, Value]], delay_s: int = 0) -> None:
        """Send messages, a hundred a call."""
        for first in range(0, len(messages), _SEND_BATCH):
            part = [{"body": message, "delaySeconds": delay_s} for message in messages[first : first + _SEND_BATCH]]
            try:
                await self._binding.sendBatch(to_js(part, dict_converter=js.Object.fromEntries))
            except JsException as failure:
                raise QueueUnavailable(str(failure)[:300]) from failure

    async def metrics(self) -> QueueMetrics:
        """Tell how much waits."""
        try:
            found = await self._binding.metrics()
            oldest = found.oldestMessageTimestamp
            at = datetime.fromtimestamp(oldest.getTime() / 1000, UTC) if hasattr(oldest, "getTime") and oldest.getTime() else None
            return QueueMetrics(int(found.backlogCount), at)
        except (JsException, AttributeError) as failure:
            raise QueueUnavailable(str(failure)[:300]) from failure


class Fetch:
    """The network."""

    async def request(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None, *, timeout_s: float, max_bytes: int
    ) -> HttpResponse:
        """Send one request; the time-out covers the whole answer."""
        options: dict[str, Any] = {
            "method": method,
            "headers": dict(headers),
            "redirect": "manual",
            "signal": js.AbortSignal.timeout(int(timeout_s * 1000)),
        }
        if body is not None:
            options["body"] = to_js(body)
        try:
            answer = await js.fetch(url, to_js(options, dict_converter=js.Object.fromEntries))
            received = _headers(answer.headers)
            content = await _read_answer(answer, received, max_bytes)
        except (JsException, OSError) as failure:
            raise NetworkFailure(str(failure)[:300]) from failure
        if content is None:
            raise AnswerTooLarge(f"more than {max_bytes} bytes")
        return HttpResponse(int(answer.status), received, content)


def _headers(headers: Any) -> dict[str, str]:
    """JavaScript headers by lower-case name, in one step across the border."""
    found: dict[str, str] = js.Object.fromEntries(headers).to_py()
    return found


async def _read_answer(answer: Any, headers: Mapping[str, str], max_bytes: int) -> bytes | None:
    """A whole answer; `None`: it is longer than allowed.

    One whose length the runtime holds the sender to is read in one step; what is packed or of no stated length, bit by bit.
    """
    length = headers.get("content-length", "")
    if not length.isdecimal() or "content-encoding" in headers:
        content = await _read_stream(answer.body, max_bytes)
    else:
        content = None if int(length) > max_bytes else (await answer.arrayBuffer()).to_bytes()
    if content is None:
        await answer.body.cancel()
    return content


async def _read_stream(stream: Any, max_bytes: int) -> bytes | None:
    """A ReadableStream to its end; `None` as soon as it is longer than allowed."""
    if stream is None or stream is jsnull:
        return b""
    reader = stream.getReader()
    parts: list[bytes] = []
    size = 0
    while True:
        step = await reader.read()
        if step.done:
            return b"".join(parts)
        part = step.value.to_bytes()
        size += len(part)
        if size > max_bytes:
            reader.releaseLock()
            return None
        parts.append(part)


class SystemClock:
    """Time and chance."""

    def now(self) -> datetime:
        """The time. It stands still while the Worker computes and moves on with each I/O."""
        return datetime.fromtimestamp(js.Date.now() / 1000, UTC)

    def local(self, at: datetime, timezone: str) -> datetime:
        """The wall clock of a time zone, by the platform's own tables."""
        options = {"timeZone": timezone, "hourCycle": "h23"} | dict.fromkeys(
            ("month", "day", "hour", "minute", "second"), "2-digit"
        )
        try:
            style = js.Intl.DateTimeFormat.new(
                "en-US", to_js({**options, "year": "numeric"}, dict_converter=js.Object.fromEntries)
            )
        except JsException:
            return at.astimezone(UTC).replace(tzinfo=None)
        parts = {part.type: part.value for part in style.formatToParts(js.Date.new(at.timestamp() * 1000))}
        year, month, day, hour, minute, second = (
            int(parts[name]) for name in ("year", "month", "day", "hour", "minute", "second")
        )
        return datetime(year, month, day, hour, minute, second, tzinfo=UTC).replace(tzinfo=None)

    def random(self) -> float:
        """A number from 0 up to but not 1."""
        return secrets.randbelow(1 << 53) / (1 << 53)

    def token(self) -> str:
        """32 hex digits."""
        return secrets.token_hex(16)


class StaticAssets:
    """The files under `public/`."""

    def __init__(self, binding: Any) -> None:
        self._binding = binding

    async def get(self, path: str) -> Response:
        """A file, with its own headers."""
        answer = await self._binding.fetch("https://assets.local" + path)
        return Response(int(answer.status), _headers(answer.headers), stream=answer.body)


class R2:
    """The bucket of uploaded photos. Source: developers.cloudflare.com/r2/api/workers/workers-api-reference."""

    def __init__(self, binding: Any) -> None:
        self._binding = binding

    async def put(self, key: str, content: bytes, content_type: str) -> None:
        """Store a file."""
        await self._call(self._binding.put(key, to_js(content), _object({"httpMetadata": {"contentType": content_type}})))

    async def get(self, key: str) -> Any:
        """A file's stream."""
        found = await self._call(self._binding.get(key))
        return None if found is None or found is jsnull else found.body

    async def delete(self, keys: Sequence[str]) -> None:
        """Delete files, at most a thousand."""
        await self._call(self._binding.delete(to_js(list(keys))))

    async def list(self, prefix: str, cursor: str | None) -> tuple[list[StoredBlob], str | None]:
        """A page of at most a thousand files."""
        page = await self._call(self._binding.list(_object({"prefix": prefix, **({"cursor": cursor} if cursor else {})})))
        found = [StoredBlob(each.key, datetime.fromtimestamp(each.uploaded.getTime() / 1000, UTC)) for each in page.objects]
        return found, str(page.cursor) if page.truncated else None

    async def _call(self, promise: Any) -> Any:
        try:
            return await promise
        except JsException as failure:
            raise BlobsUnavailable(str(failure)[:300]) from failure


def _object(content: Mapping[str, Any]) -> Any:
    return to_js(content, dict_converter=js.Object.fromEntries)


class StreamBody:
    """The body of a request."""

    def __init__(self, request: Any) -> None:
        self._request = request

    async def read(self, max_bytes: int) -> bytes:
        """Read it; refuse by its declared length before reading, and by its real one while reading."""
        declared = self._request.headers.get("content-length")
        too_large = BodyTooLarge(f"Send at most {max_bytes:,} bytes.")
        if isinstance(declared, str) and declared.isdigit() and int(declared) > max_bytes:
            raise too_large
        try:
            content = await _read_stream(self._request.body, max_bytes)
        except JsException as failure:
            raise BadRequest("The body ended early.", code="body-cut") from failure
        if content is None:
            raise too_large
        return content


async def leave_body(request: Any) -> None:
    """Let run out what nobody has read: who is still sending when the connection ends never sees the answer."""
    stream = request.js_object.body
    if stream is None or stream is jsnull or stream.locked:
        return
    reader = stream.getReader()
    left = MAX_LEFT_BYTES
    try:
        while left > 0 and not (step := await reader.read()).done:
            left -= step.value.byteLength
    except JsException:  # The sender has gone.
        return


async def read_request(request: Any, ctx: Any) -> Request:
    """The runtime's request as ours. The SDK's own `method` fails on a method it does not know, so the JavaScript one is read."""
    request = request.js_object
    url = urlsplit(str(request.url))
    headers = _headers(request.headers)
    return Request(
        id=headers.get("cf-ray") or secrets.token_hex(8),
        method=str(request.method),
        origin=f"{url.scheme}://{url.netloc}",
        path=url.path,
        query=tuple(parse_qsl(url.query, keep_blank_values=True, encoding="utf-8", errors="replace", max_num_fields=None)),
        headers=headers,
        body=StreamBody(request),
        access_email=await _access_email(ctx),
    )


async def _access_email(ctx: Any) -> str | None:
    """Who Cloudflare Access says it is; `None`: it did not authenticate this request."""
    access = getattr(ctx, "access", None)
    if access is None or access is jsnull:
        return None
    identity = await access.getIdentity()
    email = getattr(identity, "email", None)
    return email if isinstance(email, str) and email else None


def write_response(response: Response) -> Any:
    """Our response as a JavaScript one."""
    # One JSON text is cheaper to hand over than a dozen headers one by one.
    options = js.JSON.parse(to_json({"status": response.status, "headers": response.headers}).decode())
    if response.stream is not None:
        return js.Response.new(response.stream, options)
    if response.parts is not None:
        return js.Response.new(_flowing(response.parts), options)
    if not response.body:
        return js.Response.new(jsnull, options)
    body = response.body if isinstance(response.body, str) else to_js(response.body)
    return js.Response.new(body, options)


def _flowing(parts: AsyncIterator[str]) -> Any:
    """A ReadableStream that asks for the next part when the last one is on its way. A failure cuts the answer off."""

    async def pull(controller: Any) -> None:
        part = await anext(parts, None)
        if part is None:
            controller.close()
        else:
            controller.enqueue(to_js(part.encode()))

    return js.ReadableStream.new(_object({"pull": create_proxy(pull)}))


def read_delivery(message: Any) -> Delivery:
    """A queue message as ours. The SDK has made Python values of its body; what it could not is none of ours."""
    try:
        body = to_json(message.body).decode()
    except PydanticSerializationError:
        body = "null"
    return Delivery(str(message.id), body, int(message.attempts))


def start_logging() -> None:
    """Lines go to the console as objects: their level and fields are kept."""

    def sink(level: str, fields: dict[str, object]) -> None:
        write = {"error": js.console.error, "warn": js.console.warn}.get(level, js.console.log)
        write(to_json(fields).decode())

    log.sinks[:] = [sink]
