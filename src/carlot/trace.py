"""The id of the request that caused the current work, carried through the queue to partner calls and log lines.

It is Cloudflare's ray id, which the response carries as `X-Request-Id`. It is for searching only: a wake-up that the sweep
repeats has none.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar

MAX_LENGTH = 64

_request: ContextVar[str] = ContextVar("request", default="")
_by_task: ContextVar[Mapping[str, str]] = ContextVar("by_task")


def begin(request_id: str) -> None:
    """Set the request that caused the work from here on."""
    _request.set(request_id[:MAX_LENGTH])


def current() -> str:
    """Return the request that caused the current work; empty when unknown."""
    return _request.get()


def deliver(requests: Mapping[str, str]) -> None:
    """Set the tasks of a delivery, each with the request that woke it."""
    begin("")
    _by_task.set(requests)


def follow(task_id: str) -> None:
    """Set the request that woke a task as the cause from here on."""
    begin(_by_task.get({}).get(task_id, ""))
