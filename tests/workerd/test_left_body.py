"""A body that nobody reads: who sends it gets the answer all the same, and holds nothing for long."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import httpx
import pytest

from support.running import Worker

PATIENCE_S = 60
"""How long a caller waits: well above the five seconds that a silent sender is given, well below what a browser would wait."""

REFUSED = [("POST /api/vehicles", 401), ("PUT /api/vehicles", 405), ("POST /api/nothing", 404)]
PROMISES = {
    "a length": b"Content-Length: 1000\r\n\r\n",
    "a length, half of it sent": b"Content-Length: 1000\r\n\r\n" + b"x" * 500,
    "chunks": b"Transfer-Encoding: chunked\r\n\r\n",
    "chunks, one of them sent": b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
}


def status_for_who_stops_sending(worker: Worker, target: str, promise: bytes) -> int:
    """The status that a caller gets who promises a body, and then keeps the connection open and says no more."""
    address = urlsplit(worker.url)
    head = f"{target} HTTP/1.1\r\nHost: {address.netloc}\r\nContent-Type: application/json\r\n".encode()
    with socket.create_connection((address.hostname, address.port), timeout=PATIENCE_S) as connection:
        connection.sendall(head + promise)
        with connection.makefile("rb") as received:
            return int(received.readline().split()[1])


def test_who_stops_sending_is_answered(worker: Worker) -> None:
    asked = [(target, promise) for target, _ in REFUSED for promise in PROMISES.values()]
    with ThreadPoolExecutor(len(asked)) as callers:
        statuses = callers.map(lambda each: status_for_who_stops_sending(worker, *each), asked)
        assert list(statuses) == [status for _, status in REFUSED for _ in PROMISES]
    assert worker.client.get("/api/health").json() == {"ok": True}


def in_parts(size: int) -> Iterator[bytes]:
    """A body without a stated length."""
    for _ in range(size // 65_536):
        yield b" " * 65_536


@pytest.mark.parametrize("megabytes", [2, 8, 31])
def test_who_sends_more_than_anybody_reads_is_answered(worker: Worker, megabytes: int) -> None:
    size = megabytes * 1024 * 1024
    for target, status in REFUSED:
        method, _, path = target.partition(" ")
        for body in (b" " * size, in_parts(size)):
            answer = httpx.request(method, worker.url + path, content=body, timeout=PATIENCE_S)
            assert answer.status_code == status, target
    assert worker.client.get("/api/health").json() == {"ok": True}
