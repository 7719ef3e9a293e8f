"""Cloudflare's TCP sockets as a port.

Source: developers.cloudflare.com/workers/runtime-apis/tcp-sockets. Measured on workerd 1.20261117.1:

- `connect` fails first at `opened`. With `secureTransport` "on" a certificate that is not trusted fails there too, in the same
  words as a host that does not answer.
- After `startTls` the first socket is of no use, so its streams are let go before. The certificate is checked for the host that
  `connect` was given. A refusal comes as an "internal error" that does not say why.
- No TLS session is resumed: a server that demands that for the data connection of FTP is no server for a Worker.
- Cloudflare's authorities are trusted and no others. The local runtime trusts those in NODE_EXTRA_CA_CERTS as well.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from contextlib import suppress
from typing import Any, TypeVar

from pyodide.ffi import JsException, to_js

from carlot.errors import NetworkFailure, Untrusted
from carlot.platform.storage import plain_object

CHUNK = 64 * 1024
"""Bytes that cross to JavaScript in one step."""

Answer = TypeVar("Answer")


class TcpSockets:
    """Connections by `cloudflare:sockets`, the module that is given."""

    def __init__(self, module: Any) -> None:
        self._module = module

    async def connect(self, host: str, port: int, *, tls: bool, timeout_s: float) -> TcpConnection:
        """Open a connection."""
        options = plain_object({"secureTransport": "on" if tls else "starttls", "allowHalfOpen": False})
        try:
            connection = TcpConnection(self._module.connect(plain_object({"hostname": host, "port": port}), options), timeout_s)
        except JsException as failure:
            raise NetworkFailure(str(failure)[:300]) from failure
        await connection.opened()
        return connection


class TcpConnection:
    """One connection."""

    def __init__(self, socket: Any, timeout_s: float) -> None:
        self._timeout_s = timeout_s
        self._take(socket)

    def _take(self, socket: Any) -> None:
        self._socket = socket
        self._reader = socket.readable.getReader()
        self._writer = socket.writable.getWriter()

    async def opened(self) -> None:
        """Wait until it stands."""
        await self._wait(self._socket.opened)

    async def read(self) -> bytes:
        """The next bytes."""
        step = await self._wait(self._reader.read())
        return b"" if step.done else step.value.to_bytes()

    async def write(self, content: bytes) -> None:
        """Send bytes."""
        for first in range(0, len(content), CHUNK):
            await self._wait(self._writer.write(to_js(content[first : first + CHUNK])))

    async def start_tls(self) -> None:
        """Go on encrypted."""
        self._reader.releaseLock()
        self._writer.releaseLock()
        try:
            self._take(self._socket.startTls())
            await self.opened()
        except JsException as failure:
            raise Untrusted(str(failure)[:300]) from failure
        except NetworkFailure as failure:
            raise Untrusted(str(failure)) from failure

    async def close(self) -> None:
        """Send what was written, and end."""
        await self._wait(self._writer.close())
        await self._wait(self._socket.close())

    def abort(self) -> None:
        """Cut it."""
        with suppress(JsException):
            self._socket.close()

    async def _wait(self, answer: Awaitable[Answer]) -> Answer:
        try:
            async with asyncio.timeout(self._timeout_s):
                return await answer
        except (JsException, TimeoutError, OSError) as failure:
            raise NetworkFailure(str(failure)[:300]) from failure
