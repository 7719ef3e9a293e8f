"""What an endpoint is: a method, a path, a guard and a handler."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from enum import Enum
from typing import NamedTuple

from carlot.platform.ports import Request, Response, Services

Handler = Callable[[Request, Services], Awaitable[Response]]


class Guard(Enum):
    """Who may call."""

    PUBLIC = "anyone, from any origin"
    OPEN = "anyone; the handler decides"
    SIGNED = "a partner, by signature"
    ADMIN = "the dealer: bearer token, session cookie or Cloudflare Access"


class Route(NamedTuple):
    """One endpoint. `:name` in the path stands for one segment."""

    method: str
    path: str
    handler: Handler
    guard: Guard
