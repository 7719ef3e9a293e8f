"""Cloudflare's runtime: the network, time and chance, static files and AES as ports.

Source: developers.cloudflare.com/workers/runtime-apis.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import js
from pyodide.ffi import JsException, jsnull, to_js

from carlot.errors import AnswerTooLarge, NetworkFailure, SealBroken
from carlot.platform.ports import HttpResponse, Response
from carlot.platform.storage import plain_object

NONCE_BYTES = 12


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
