"""Real TCP connections as the port has them. They trust no authority but the one they are told of."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable
from pathlib import Path
from typing import TypeVar

from carlot.errors import NetworkFailure, Untrusted
from carlot.platform.ports import Connection

Answer = TypeVar("Answer")


class RealSockets:
    """Connections by asyncio. `authority` is the certificate of who is trusted."""

    def __init__(self, authority: Path | None = None, timeout_s: float | None = None) -> None:
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        if authority:
            self._context.load_verify_locations(authority)
        self._timeout_s = timeout_s

    async def connect(self, host: str, port: int, *, tls: bool, timeout_s: float) -> Connection:
        connection = _Connection(host, self._context, self._timeout_s or timeout_s)
        await connection.open(port)
        if tls:
            await connection.start_tls()
        return connection


class _Connection:
    def __init__(self, host: str, context: ssl.SSLContext, timeout_s: float) -> None:
        self._host = host
        self._context = context
        self._timeout_s = timeout_s

    async def open(self, port: int) -> None:
        self._reader, self._writer = await self._wait(asyncio.open_connection(self._host, port))

    async def read(self) -> bytes:
        return await self._wait(self._reader.read(65536))

    async def write(self, content: bytes) -> None:
        self._writer.write(content)
        await self._wait(self._writer.drain())

    async def start_tls(self) -> None:
        try:
            await self._wait(self._writer.start_tls(self._context, server_hostname=self._host))
        except NetworkFailure as failure:
            raise Untrusted(str(failure)) from failure

    async def close(self) -> None:
        self._writer.close()
        await self._wait(self._writer.wait_closed())

    def abort(self) -> None:
        self._writer.transport.abort()

    async def _wait(self, answer: Awaitable[Answer]) -> Answer:
        try:
            async with asyncio.timeout(self._timeout_s):
                return await answer
        except (OSError, TimeoutError, ValueError) as failure:
            raise NetworkFailure(str(failure)[:300]) from failure


class NoSockets:
    """No connection comes about."""

    async def connect(self, host: str, port: int, *, tls: bool, timeout_s: float) -> Connection:
        raise NetworkFailure("nobody answers")
