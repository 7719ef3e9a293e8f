"""Cloudflare's runtime: the network, time and chance, static files and AES as ports.

Source: developers.cloudflare.com/workers/runtime-apis.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from datetime import UTC, datetime
from typing import Any

import js
from pyodide.ffi import JsException, jsnull, to_js

from carlot.errors import AnswerTooLarge, NetworkFailure, PurgeFailed, SealBroken
from carlot.platform.ports import HttpResponse, Response, Take
from carlot.platform.storage import plain_object

NONCE_BYTES = 12
PART_BYTES = 64 * 1024
"""As much of a stream is read at once, where so much comes."""

MAX_PURGE_S = 2.0
"""How long a write waits for its purge."""


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
            received = read_headers(answer.headers)
            content = await _read_answer(answer, received, max_bytes)
        except (JsException, OSError) as failure:
            raise NetworkFailure(str(failure)[:300]) from failure
        if content is None:
            raise AnswerTooLarge(f"more than {max_bytes} bytes")
        return HttpResponse(int(answer.status), received, content)

    async def download(
        self, url: str, headers: Mapping[str, str], take: Take, *, timeout_s: float, max_bytes: int
    ) -> HttpResponse:
        """Fetch a file part by part; the time-out covers the whole of it."""
        options = {"headers": dict(headers), "redirect": "manual", "signal": js.AbortSignal.timeout(int(timeout_s * 1000))}
        try:
            answer = await js.fetch(url, to_js(options, dict_converter=js.Object.fromEntries))
            received = read_headers(answer.headers)
            if not 200 <= answer.status < 300:
                return HttpResponse(int(answer.status), received, await _read_answer(answer, received, max_bytes) or b"")
            size = 0
            async with aclosing(stream_parts(answer.body)) as coming:
                async for part in coming:
                    size += len(part)
                    if size > max_bytes:
                        raise AnswerTooLarge(f"more than {max_bytes} bytes")
                    await take(part)
        except (JsException, OSError) as failure:
            raise NetworkFailure(str(failure)[:300]) from failure
        return HttpResponse(int(answer.status), received, b"")


def read_headers(headers: Any) -> dict[str, str]:
    """Convert JavaScript headers to a dict by lower-case name, in one step."""
    found: dict[str, str] = js.Object.fromEntries(headers).to_py()
    return found


async def _read_answer(answer: Any, headers: Mapping[str, str], max_bytes: int) -> bytes | None:
    """Read a whole response; `None` when it is longer than allowed.

    A response with a declared length is read in one step; one that is compressed or has no declared length, in chunks.
    """
    length = headers.get("content-length", "")
    if not length.isdecimal() or "content-encoding" in headers:
        content = await read_stream(answer.body, max_bytes)
    else:
        content = None if int(length) > max_bytes else (await answer.arrayBuffer()).to_bytes()
    if content is None:
        await answer.body.cancel()
    return content


async def read_stream(stream: Any, max_bytes: int) -> bytes | None:
    """Read a ReadableStream to its end; `None` as soon as it is longer than allowed."""
    parts: list[bytes] = []
    size = 0
    async with aclosing(stream_parts(stream)) as coming:
        async for part in coming:
            size += len(part)
            if size > max_bytes:
                return None
            parts.append(part)
    return b"".join(parts)


async def stream_parts(stream: Any) -> AsyncGenerator[bytes, None]:
    """The parts of a ReadableStream as they come.

    Whoever stops before its end closes this generator at once (`aclosing`): the stream is locked until then, and the rest of
    a body cannot be drained.
    """
    if stream is None or stream is jsnull:
        return
    # A reader of the other mode gives some kilobytes at a time, each at the price of a whole step.
    # Source: developers.cloudflare.com, "Streams", ReadableStreamBYOBReader.
    reader = stream.getReader(plain_object({"mode": "byob"}))
    try:
        while True:
            step = await reader.readAtLeast(PART_BYTES, js.Uint8Array.new(PART_BYTES))
            if step.value is not None and step.value is not jsnull and step.value.byteLength:
                yield step.value.to_bytes()
            if step.done:
                return
    finally:
        reader.releaseLock()


class SystemClock:
    """Time and randomness."""

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
        return Response(int(answer.status), read_headers(answer.headers), stream=answer.body)

    async def text(self, path: str) -> str:
        """A file's text."""
        answer = await self._binding.fetch("https://assets.local" + path)
        return str(await answer.text())


class WorkerCache:
    """Workers Caching. Source: developers.cloudflare.com/workers/cache/purge."""

    def __init__(self, runtime: Any) -> None:
        # The module `cloudflare:workers`: its `cache` stands for that of the invocation under way.
        self._runtime = runtime

    async def purge(self, tags: Sequence[str]) -> None:
        """Drop responses by tag. Where no cache stands in front of the Worker, there is nothing to do."""
        purge = getattr(getattr(self._runtime, "cache", None), "purge", None)
        if purge is None or purge is jsnull:
            return
        try:
            async with asyncio.timeout(MAX_PURGE_S):
                answer = await purge(plain_object({"tags": list(tags)}))
        except (JsException, TimeoutError) as failure:
            raise PurgeFailed(str(failure)[:300]) from failure
        if not answer.success:
            raise PurgeFailed("; ".join(str(each.message) for each in answer.errors)[:300])


class Aes:
    """AES-256-GCM by the platform's Web Crypto. Source: developers.cloudflare.com/workers/runtime-apis/web-crypto."""

    async def seal(self, key: bytes, plain: bytes, context: bytes) -> bytes:
        """Encrypt under a fresh random nonce."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        sealed: bytes = (await js.crypto.subtle.encrypt(_gcm(nonce, context), await _key(key), to_js(plain))).to_bytes()
        return nonce + sealed

    async def unseal(self, key: bytes, sealed: bytes, context: bytes) -> bytes:
        """Decrypt."""
        nonce, rest = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
        try:
            plain: bytes = (await js.crypto.subtle.decrypt(_gcm(nonce, context), await _key(key), to_js(rest))).to_bytes()
        except JsException as failure:
            raise SealBroken("It does not open.") from failure
        return plain


async def _key(key: bytes) -> Any:
    return await js.crypto.subtle.importKey("raw", to_js(key), "AES-GCM", False, to_js(["encrypt", "decrypt"]))


def _gcm(nonce: bytes, context: bytes) -> Any:
    return plain_object({"name": "AES-GCM", "iv": nonce, "additionalData": context})
