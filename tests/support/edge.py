"""Workers Caching by its documents, in front of the program: what it stores, for whom, how long, and what a purge drops.

Sources: developers.cloudflare.com/workers/cache (index, configuration, cache-keys, purge); RFC 9110, RFC 9111, RFC 5861.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from carlot.errors import PurgeFailed
from carlot.platform.ports import Clock, Request, Response

Origin = Callable[[Request], Awaitable[Response]]

# What is fresh without a word about it, in seconds.
HEURISTIC = {200: 7200, 203: 7200, 204: 7200, 300: 1200, 301: 1200, 404: 180, 405: 60, 410: 180, 414: 60, 501: 60}
# The most specific header counts alone.
PRECEDENCE = ("cloudflare-cdn-cache-control", "cdn-cache-control", "cache-control")
CONSUMED = {"cloudflare-cdn-cache-control", "cache-tag"}
NEVER_STORED = {206, *range(520, 527)}
STRICT = {"s-maxage", "must-revalidate", "proxy-revalidate"}

Key = tuple[str, tuple[tuple[str, str], ...]]


@dataclass
class Stored:
    """A response with the request headers it was chosen by, and when it was made."""

    response: Response
    chosen_by: dict[str, str]
    control: dict[str, str]
    made_at: datetime

    def chosen_for(self, request: Request) -> bool:
        return all(_field(request, name) == value for name, value in self.chosen_by.items())

    def seconds(self, directive: str, default: float = 0) -> float:
        return float(self.control.get(directive) or default)

    @property
    def fresh_s(self) -> float:
        if "no-cache" in self.control:
            return 0
        if not self.control:
            return HEURISTIC[self.response.status]
        return self.seconds("s-maxage", self.seconds("max-age"))

    def stale_s(self, directive: str, default: float = 0) -> float:
        return 0 if STRICT & set(self.control) else self.seconds(directive, default)

    @property
    def tags(self) -> set[str]:
        return {tag.strip().lower() for tag in self.response.headers.get("cache-tag", "").split(",") if tag.strip()}


class EdgeCache:
    """One cache for the whole world. `broken`: purges are refused; `purges`: the tags of those that were taken."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.stored: dict[Key, list[Stored]] = {}
        self.broken = False
        self.purges: list[tuple[str, ...]] = []
        self.hits = 0

    async def purge(self, tags: Sequence[str]) -> None:
        assert 0 < len(tags) <= 100
        assert all(re.fullmatch(r"[!-~]{1,1024}", tag) for tag in tags)
        if self.broken:
            raise PurgeFailed("too many purges")
        self.purges.append(tuple(tags))
        gone = {tag.lower() for tag in tags}
        # The variants of an address go together.
        self.stored = {key: found for key, found in self.stored.items() if not any(each.tags & gone for each in found)}

    async def answer(self, request: Request, origin: Origin) -> Response:
        """The answer to a request: from the cache, or from the program."""
        if request.method not in ("GET", "HEAD"):
            return _public(await origin(request))
        # A HEAD fills the cache as its GET does.
        asked = replace(request, method="GET")
        found = next((each for each in self.stored.get(_key(request), ()) if each.chosen_for(request)), None)
        if found is None:
            return self._served(await self._filled(asked, origin), request)
        age = self._clock.now() - found.made_at
        if age < timedelta(seconds=found.fresh_s):
            self.hits += 1
            return self._served(found.response, request)
        if age < timedelta(seconds=found.fresh_s + found.stale_s("stale-while-revalidate")):
            self.hits += 1
            old = self._served(found.response, request)
            await self._revalidated(found, asked, origin)
            return old
        new = await self._revalidated(found, asked, origin)
        if new.status >= 500 and age < timedelta(seconds=found.fresh_s + found.stale_s("stale-if-error", 1e9)):
            new = found.response
        return self._served(new, request)

    async def _revalidated(self, found: Stored, asked: Request, origin: Origin) -> Response:
        own = {"if-none-match": found.response.headers["etag"]} if "etag" in found.response.headers else {}
        conditional = {name: value for name, value in asked.headers.items() if not name.startswith("if-")} | own
        answer = await origin(replace(asked, headers=conditional))
        if answer.status != 304:
            return await self._keep(asked, answer)
        headers = {**found.response.headers, **answer.headers}
        return await self._keep(asked, replace(found.response, headers=headers))

    async def _filled(self, asked: Request, origin: Origin) -> Response:
        return await self._keep(asked, await origin(asked))

    async def _keep(self, request: Request, response: Response) -> Response:
        if response.parts is not None:
            response = replace(response, parts=None, body="".join([part async for part in response.parts]))
        control = _control(response)
        vary = {name.strip().lower() for name in response.headers.get("vary", "").split(",") if name.strip()}
        variants = self.stored.setdefault(_key(request), [])
        variants[:] = [each for each in variants if not each.chosen_for(request)]
        if _storable(request, response, control) and "*" not in vary:
            chosen_by = {name: _field(request, name) for name in vary}
            variants.append(Stored(response, chosen_by, control, self._clock.now()))
        return response

    def _served(self, response: Response, request: Request) -> Response:
        etag = response.headers.get("etag")
        asked = [tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")]
        if response.status == 200 and (asked == ["*"] or etag in asked):
            response = replace(response, status=304, body=b"", stream=None)
        elif request.method == "HEAD":
            response = replace(response, body=b"", stream=None)
        return _public(response)


def _key(request: Request) -> Key:
    """Path and query; neither the host nor the method."""
    return request.path, request.query


def _field(request: Request, name: str) -> str:
    return request.origin.partition("://")[2] if name == "host" else request.headers.get(name, "")


def _control(response: Response) -> dict[str, str]:
    given = next((response.headers[name] for name in PRECEDENCE if name in response.headers), "")
    pairs = [part.strip().lower().partition("=") for part in given.split(",") if part.strip()]
    return {name: value.strip('"') for name, _, value in pairs}


def _storable(request: Request, response: Response, control: dict[str, str]) -> bool:
    """RFC 9111, 3, with what Cloudflare adds."""
    if {"no-store", "private"} & set(control) or "set-cookie" in response.headers or response.status in NEVER_STORED:
        return False
    if response.status == 304:
        return False
    if "authorization" in request.headers and not {"public", "must-revalidate", "s-maxage"} & set(control):
        return False
    return response.status in HEURISTIC or bool({"max-age", "s-maxage", "public"} & set(control))


def _public(response: Response) -> Response:
    """As a client gets it."""
    return replace(response, headers={name: value for name, value in response.headers.items() if name not in CONSUMED})
