"""The id of the request that something is done for: from the edge, by way of the queue, to the partner's call and every log line.

It is Cloudflare's ray id, which the answer carries as `X-Request-Id`. It is for finding things again and decides nothing: a
wake-up that the sweep had to repeat has none.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar

MAX_LENGTH = 64

_request: ContextVar[str] = ContextVar("request", default="")
_by_task: ContextVar[Mapping[str, str]] = ContextVar("by_task")


def begin(request_id: str) -> None:
    """What is done from here on, in this course of work, is done for that request."""
    _request.set(request_id[:MAX_LENGTH])


def current() -> str:
    """The request that this is done for; empty when it is not known."""
    return _request.get()


def deliver(requests: Mapping[str, str]) -> None:
    """The tasks of a delivery, each with the request that rang for it."""
    begin("")
    _by_task.set(requests)


def follow(task_id: str) -> None:
    """What is done from here on is done for the request that rang for that task."""
    begin(_by_task.get({}).get(task_id, ""))
