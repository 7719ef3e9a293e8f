"""Apply a fault to a response or its connection."""

import asyncio
import re
import socket
import struct
from collections.abc import Awaitable, Callable

from aiohttp import web

from simulators.faults import Fault
from simulators.partner import OwnWords, answer_error, answer_json

Work = Callable[[], Awaitable[web.StreamResponse]]

HTML_PAGE = (
    "<!doctype html><html><head><title>Scheduled maintenance</title></head>"
    "<body><h1>We will be right back</h1><p>Reference 7f3a</p></body></html>"
)

XML_PAGE = '<?xml version="1.0" encoding="UTF-8"?><response><message>See the JSON interface</message></response>'


class ConnectionDropped(Exception):
    """The connection was closed instead of sending a response."""


async def suffer(fault: Fault, request: web.Request, work: Work, words: OwnWords | None = None) -> web.StreamResponse:
    """Respond to `request` with `fault`, in the partner's own `words` if it has any.

    Raises: ConnectionDropped after closing the connection.
    """
    if fault.fault == "stall":
        return await _stall(fault, work)
    answer = await work() if fault.does_work() else None
    if fault.fault in ("reset", "refuse"):
        _reset(request)
        raise ConnectionDropped
    if fault.fault == "lost_answer":
        _close(request)
        raise ConnectionDropped
    if fault.fault == "empty":
        return web.Response(body=b"", content_type="application/json")
    if answer is not None and fault.fault == "truncate":
        return await _truncate(fault, request, answer)
    if answer is not None and fault.fault == "xml":
        own = words.as_xml(answer) if words and isinstance(answer, web.Response) else None
        return own or web.Response(text=XML_PAGE, content_type="application/xml")
    if answer is not None and fault.fault == "none":
        return answer
    if answer is not None and fault.fault == "altered":
        return _altered(fault, answer)
    return (words.refusal(fault, request) if words else None) or _refusal(fault)


def _refusal(fault: Fault) -> web.Response:
    """Return the response that replaces the partner's own."""
    if fault.fault == "html":
        return web.Response(text=HTML_PAGE, content_type="text/html")
    if fault.fault == "error_body":
        error = {"error": {"code": "internal", "message": "The request could not be completed"}}
        return answer_json(error if fault.body is None else fault.body)
    if fault.fault == "rate_limit":
        answer = answer_error(429, "rate_limited", "Too many requests")
    elif fault.fault == "outage":
        answer = answer_error(503, "unavailable", "The service is down")
    elif fault.text is not None:
        answer = web.Response(status=fault.status, text=fault.text, content_type=fault.content_type)
    elif fault.body is not None:
        answer = answer_json(fault.body, fault.status)
    else:
        answer = answer_error(fault.status, "simulated", f"Simulated status {fault.status}")
    pause_s = 1.0 if fault.fault == "rate_limit" and fault.retry_after_s is None else fault.retry_after_s
    if pause_s is not None:
        answer.headers["Retry-After"] = f"{pause_s:g}"
    return answer


def _altered(fault: Fault, answer: web.StreamResponse) -> web.StreamResponse:
    """Return the partner's response with the parts that `replace` names replaced."""
    if not isinstance(answer, web.Response) or not isinstance(answer.body, bytes):
        return answer
    text = answer.body.decode("utf-8", "replace")
    for pattern, new in fault.replace.items():
        text = re.sub(pattern, new, text)
    return web.Response(status=answer.status, body=text.encode(), content_type=answer.content_type)


async def _stall(fault: Fault, work: Work) -> web.StreamResponse:
    if fault.stall_before_work:
        await asyncio.sleep(fault.stall_s)
        return await work()
    answer = await work()
    await asyncio.sleep(fault.stall_s)
    return answer


async def _truncate(fault: Fault, request: web.Request, whole: web.StreamResponse) -> web.StreamResponse:
    body = whole.body if isinstance(whole, web.Response) and isinstance(whole.body, bytes) else b""
    half = body[: len(body) // 2]
    if fault.truncate_mode == "json":
        return web.Response(body=half, status=whole.status, content_type=whole.content_type)
    cut = web.StreamResponse(status=whole.status, headers={"Content-Type": whole.content_type})
    # An empty body cannot be cut, so Content-Length promises bytes that are never sent.
    cut.content_length = len(body) or 100
    await cut.prepare(request)
    await cut.write(half)
    _close(request)
    raise ConnectionDropped


def _close(request: web.Request) -> None:
    """Close the connection in an orderly way, as a proxy does that lost its backend."""
    if request.transport is not None:
        request.transport.close()


def _reset(request: web.Request) -> None:
    """Close the connection with a TCP reset, as a crashed process does."""
    if request.transport is None:
        return
    sock = request.transport.get_extra_info("socket")
    if sock is not None:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    request.transport.abort()
