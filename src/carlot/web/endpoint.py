"""What an endpoint is: a method, a path, a handler, a guard, and what it accepts and returns."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from pydantic import BaseModel

from carlot.platform.ports import Request, Response, Services

Handler = Callable[[Request, Services], Awaitable[Response]]


class Guard(Enum):
    """Who may call."""

    PUBLIC = "anyone, from any origin"
    OPEN = "anyone; the handler decides"
    SIGNED = "a partner, by signature"
    ADMIN = "the dealer: bearer token, session cookie or Cloudflare Access"


Schema = Mapping[str, Any]
"""A JSON Schema."""

JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Answer:
    """A success: its JSON Schema (`None`: no body), its media types, and the headers that come with it."""

    shape: Schema | None = None
    media: tuple[str, ...] = (JSON,)
    headers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Route:
    """One endpoint. `:name` in the path stands for one segment.

    `answers` are its successes by status. `query` is the model of its query string, `texts` are further names there. `body` is
    the model of its JSON body, `files` are the media types of an uploaded one. `errors` are the statuses that follow neither
    from the guard nor from what it accepts.
    """

    method: str
    path: str
    handler: Handler
    guard: Guard
    answers: Mapping[int, Answer]
    query: type[BaseModel] | None = None
    texts: tuple[str, ...] = ()
    body: type[BaseModel] | None = None
    files: tuple[str, ...] = ()
    headers: tuple[str, ...] = ()
    errors: tuple[int, ...] = ()


def gives(shape: Schema, status: int = 200, *headers: str) -> dict[int, Answer]:
    """The only success, in JSON."""
    return {status: Answer(shape, headers=headers)}


def raw(*media: str, headers: tuple[str, ...] = ()) -> Answer:
    """A success of any bytes."""
    return Answer({}, media, headers)
