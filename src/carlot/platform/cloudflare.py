"""Convert requests, responses and queue messages between JavaScript and our own types."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import js
from pydantic_core import PydanticSerializationError, to_json
from pyodide.ffi import JsException, create_proxy, jsnull, to_js
from workers import import_from_javascript

from carlot import log, settings
from carlot.domain.partner import Partner
from carlot.errors import BadRequest, BodyTooLarge
from carlot.platform.ports import Delivery, Request, Response, Services
from carlot.platform.runtime import Aes, Fetch, StaticAssets, SystemClock, WorkerCache, read_headers, read_stream, stream_parts
from carlot.platform.sockets import TcpSockets
from carlot.platform.storage import D1, KV, R2, Queue, plain_object

MAX_LEFT_S = 5.0
"""How long an unread body is drained before the connection is cut."""


def services(partners: Mapping[str, Partner]) -> Services:
    """Everything the program may use, from the Worker's bindings."""
    runtime = import_from_javascript("cloudflare:workers")
    env = runtime.env
    given = {name: _text(getattr(env, name, None)) for name in settings.setting_names(partners)}
    return Services(
        settings=settings.Settings.from_env(given, partners),
        database=D1(env.DB),
        sync_queue=Queue(env.SYNC_QUEUE),
        http=Fetch(),
        sockets=TcpSockets(import_from_javascript("cloudflare:sockets")),
        clock=SystemClock(),
        assets=StaticAssets(env.ASSETS),
        blobs=R2(env.PHOTOS),
        key_value=KV(env.INTEGRATIONS_KV),
        sealing=Aes(),
        edge_cache=WorkerCache(runtime),
    )


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


class StreamBody:
    """The body of a request."""

    def __init__(self, request: Any) -> None:
        self._request = request

    async def read(self, max_bytes: int) -> bytes:
        """Read the body; refuse it by its declared length before reading, and by its real length while reading."""
        declared = self._request.headers.get("content-length")
        too_large = BodyTooLarge(f"Send at most {max_bytes:,} bytes.")
        known = isinstance(declared, str) and declared.isdecimal()
        if known and int(declared) > max_bytes:
            raise too_large
        try:
            # The runtime enforces the declared length, so one step reads everything.
            content = (
                (await self._request.arrayBuffer()).to_bytes() if known else await read_stream(self._request.body, max_bytes)
            )
        except JsException as failure:
            raise BadRequest("The body ended early.", code="body-cut") from failure
        if content is None:
            raise too_large
        return content

    async def parts(self, max_bytes: int) -> AsyncGenerator[bytes, None]:
        """The body as it comes."""
        declared = self._request.headers.get("content-length")
        too_large = BodyTooLarge(f"Send at most {max_bytes:,} bytes.")
        if isinstance(declared, str) and declared.isdecimal() and int(declared) > max_bytes:
            raise too_large
        size = 0
        try:
            async with aclosing(stream_parts(self._request.body)) as coming:
                async for part in coming:
                    size += len(part)
                    if size > max_bytes:
                        raise too_large
                    yield part
        except JsException as failure:
            raise BadRequest("The body ended early.", code="body-cut") from failure


async def leave_body(request: Any) -> None:
    """Drain an unread body; a client that is still uploading would otherwise never see the response.

    The runtime drains it without Python. Aborting the pipe does not end the wait for a silent sender, so there is a time-out too.
    """
    stream = request.js_object.body
    if stream is None or stream is jsnull or stream.locked:
        return
    stop = js.AbortController.new()
    try:
        async with asyncio.timeout(MAX_LEFT_S):
            await stream.pipeTo(js.WritableStream.new(), plain_object({"signal": stop.signal}))
    except TimeoutError:
        stop.abort()
    except JsException:  # The client has disconnected.
        return


async def read_request(request: Any, ctx: Any) -> Request:
    """Convert the runtime's request. The SDK's `method` raises on an unknown method, so the JavaScript property is read."""
    request = request.js_object
    url = urlsplit(str(request.url))
    headers = read_headers(request.headers)
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
    """Return the e-mail that Cloudflare Access authenticated; `None` when it did not authenticate this request."""
    access = getattr(ctx, "access", None)
    if access is None or access is jsnull:
        return None
    identity = await access.getIdentity()
    email = getattr(identity, "email", None)
    return email if isinstance(email, str) and email else None


def write_response(response: Response) -> Any:
    """Convert our response to a JavaScript one."""
    # One JSON text crosses to JavaScript faster than a dozen headers one by one.
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
    """Return a ReadableStream that produces each part when the one before is sent. A failure cuts the response off."""

    async def pull(controller: Any) -> None:
        part = None
        try:
            part = await anext(parts, None)
        finally:
            # The stream has ended: without this, its proxies would live as long as the isolate.
            if part is None:
                let_go(None)
        if part is None:
            controller.close()
        else:
            controller.enqueue(to_js(part.encode()))

    def let_go(_reason: object) -> None:
        while held:
            held.pop().destroy()

    held = [create_proxy(pull), create_proxy(let_go)]
    return js.ReadableStream.new(plain_object(dict(zip(("pull", "cancel"), held, strict=True))))


def read_delivery(message: Any) -> Delivery:
    """Convert a queue message. A body that the SDK could not convert is not one of our messages."""
    try:
        body = to_json(message.body).decode()
    except PydanticSerializationError:
        body = "null"
    return Delivery(str(message.id), body, int(message.attempts))


def start_logging() -> None:
    """Send log lines to the console as JSON, which keeps their level and fields."""

    def sink(level: str, fields: dict[str, object]) -> None:
        write = {"error": js.console.error, "warn": js.console.warn}.get(level, js.console.log)
        write(to_json(fields).decode())

    log.sinks[:] = [sink]
