"""The throttle before every partner: limits on calls a minute and calls at once, and a rest when the partner asks for one.

It is an `Http` around the real one, and `Sockets` around the real ones, so that no call can bypass it. Its counts are in D1 and
therefore apply to all instances.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from urllib.parse import urlsplit

from pydantic_core import to_json

from carlot import trace
from carlot.domain.partner import Limits, Narrower
from carlot.domain.redaction import shown_body, shown_url
from carlot.domain.times import after, instant, parse_instant, retry_after_s
from carlot.domain.verdicts import Meaning, meaning
from carlot.errors import NetworkFailure, Throttled
from carlot.platform.ports import Connection, HttpResponse, Services, Statement, Take
from carlot.store import partner_calls

MINUTE = timedelta(seconds=60)

HELD_S = 60.0
"""How long a call waits that came while its partner was being paused by hand. From then on its task is not taken up at all."""

SOON = timedelta(seconds=10)
"""If admission takes longer, the call is dropped: the lease may no longer cover it."""


_Send = Callable[[Mapping[str, str]], Awaitable[HttpResponse]]
"""Makes a call with these headers."""


class Exchange(NamedTuple):
    """One call: what was sent, and what came back (`status` is `None` when nothing did)."""

    at: datetime
    method: str
    url: str
    request: bytes | None
    status: int | None = None
    answer: bytes = b""

    def shown(self, secrets: Sequence[str]) -> str:
        """As the operator may see it, in JSON: no secret, and nothing about a person."""
        return to_json(
            {
                "at": instant(self.at),
                "method": self.method,
                "url": shown_url(self.url, secrets),
                "request": shown_body(self.request, secrets),
                "status": self.status,
                "answer": shown_body(self.answer, secrets),
            }
        ).decode()


class ThrottledHttp:
    """The network as one partner's work sees it."""

    def __init__(self, services: Services, target: str, *, closes_later: bool = False) -> None:
        # Unwrap: a call to a second partner is limited by that partner's throttle only.
        outer = services.http if isinstance(services.http, ThrottledHttp) else None
        self._services: Services = outer._services if outer else services
        self._target = target
        # The ends of answered calls that go along with what the task writes next. Lost with it, a call counts until its time-out.
        self._ended: list[Statement] | None = [] if closes_later else None
        self.last: list[Exchange] = outer.last if outer else []
        """The last call that was made, for whom it failed."""
        self.answered = False
        """Whether a call was answered in a way that shows that the partner knows us, whatever it said of the request."""

    async def request(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None, *, timeout_s: float, max_bytes: int
    ) -> HttpResponse:
        """Send one request if the partner accepts one now.

        Raises: `Throttled` when it does not, and as the port's.
        """

        async def send(traced: Mapping[str, str]) -> HttpResponse:
            return await self._services.http.request(method, url, traced, body, timeout_s=timeout_s, max_bytes=max_bytes)

        return await self._call(method, url, headers, body, timeout_s, send)

    async def download(
        self, url: str, headers: Mapping[str, str], take: Take, *, timeout_s: float, max_bytes: int
    ) -> HttpResponse:
        """Fetch a file if the partner accepts a call now. Raises: as `request`."""

        async def send(traced: Mapping[str, str]) -> HttpResponse:
            return await self._services.http.download(url, traced, take, timeout_s=timeout_s, max_bytes=max_bytes)

        # The address of a file is a secret, and not only its query.
        parts = urlsplit(url)
        return await self._call("GET", f"{parts.scheme}://{parts.netloc}/", headers, None, timeout_s, send)

    async def _call(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None, timeout_s: float, send: _Send
    ) -> HttpResponse:
        begun = self._services.clock.now()
        partner = self._services.settings.partners[self._target]
        call_id = await self._admit(timeout_s, self._target, partner.limits)
        if partner.narrower and url.partition("?")[0].endswith(partner.narrower.path_end):
            await self._admit_within(partner.narrower, call_id)
        if self._services.clock.now() - begun > SOON:
            await self._services.database.batch([partner_calls.end_call(call_id, instant(self._services.clock.now()))])
            raise Throttled("The database took too long to let the call go.", 1.0)
        if request_id := trace.current():
            headers = {**headers, "x-request-id": request_id}
        try:
            answer = await send(headers)
        except NetworkFailure:
            self.last[:] = [Exchange(begun, method, url, body)]
            await self._note_failure(call_id, None)
            raise
        self.last[:] = [Exchange(begun, method, url, body, answer.status, answer.body)]
        says = meaning(partner.verdicts, answer.status, partner.code(answer.body))
        if says in (Meaning.LATER, Meaning.SLOW_DOWN):
            asked_s = retry_after_s(answer.headers.get("retry-after", ""), self._services.clock.now())
            if asked_s is None and says is Meaning.SLOW_DOWN:
                asked_s = partner.rest_s
            await self._note_failure(call_id, asked_s)
        else:
            await self._end(partner_calls.succeeded(call_id, self._target, instant(self._services.clock.now())))
            self.answered = self.answered or says is not Meaning.CREDENTIALS
        return answer

    def take_ended(self) -> list[Statement]:
        """Return the ends of calls that were not written yet, to be written now."""
        taken = self._ended or []
        if self._ended is not None:
            self._ended = []
        return taken

    async def _end(self, writes: Sequence[Statement]) -> None:
        if self._ended is None:
            await self._services.database.batch(writes)
        else:
            self._ended += writes

    async def _admit_within(self, narrower: Narrower, call_id: str) -> None:
        """Count a call towards the narrower limit too. Raises: `Throttled`; then the call no longer counts anywhere."""
        try:
            # Only the number of calls in a minute is limited separately.
            await self._admit(0.0, self._target + narrower.path_end.replace("/", "."), narrower.limits)
        except Throttled:
            await self._services.database.batch([partner_calls.end_call(call_id, instant(self._services.clock.now()))])
            raise

    async def _admit(self, timeout_s: float, target: str, limits: Limits) -> str:
        clock, database = self._services.clock, self._services.database
        now = clock.now()
        call_id = clock.token()
        until = after(now, timeout_s)
        minute_ago = instant(now - MINUTE)
        asked = partner_calls.admission(call_id, target, instant(now), minute_ago, until, limits)
        if (await database.batch([*self.take_ended(), *asked]))[-1]:
            return call_id
        wait = await partner_calls.wait(database, target, instant(now), minute_ago)
        if wait["paused_until"]:
            raise Throttled(
                "The partner is not responding, so calls to it are on hold.", _seconds(wait["paused_until"], self._services)
            )
        if wait["held"]:
            raise Throttled("The partner is paused.", HELD_S)
        if wait["in_minute"] >= limits.per_minute:
            oldest_leaves = after(parse_instant(wait["oldest"]), MINUTE.total_seconds())
            raise Throttled("The partner's limit of calls for this minute is used up.", _seconds(oldest_leaves, self._services))
        raise Throttled("The partner's limit of calls at once is reached.", 1.0)

    async def _note_failure(self, call_id: str, asked_s: float | None) -> None:
        clock = self._services.clock
        now = clock.now()
        writes = partner_calls.failed(call_id, self._target, instant(now), now.timestamp(), asked_s, clock.random())
        await self._services.database.batch(writes)


class ThrottledSockets:
    """TCP connections as one partner's work sees them. Opening one is a call; one that fails later counts as a failed call."""

    def __init__(self, http: ThrottledHttp) -> None:
        self._http = http
        self.opened = False
        """Whether a connection was opened."""

    async def connect(self, host: str, port: int, *, tls: bool, timeout_s: float) -> Connection:
        """Open a connection if the partner accepts one now. Raises: `Throttled` when it does not, and as the port's."""
        services, target = self._http._services, self._http._target
        begun = services.clock.now()
        call_id = await self._http._admit(timeout_s, target, services.settings.partners[target].limits)
        try:
            connection = await services.sockets.connect(host, port, tls=tls, timeout_s=timeout_s)
        except NetworkFailure:
            self._http.last[:] = [Exchange(begun, "CONNECT", f"tcp://{host}:{port}", None)]
            await self._http._note_failure(call_id, None)
            raise
        self.opened = True
        await self._http._end(partner_calls.succeeded(call_id, target, instant(services.clock.now())))
        return connection


def _seconds(until: str, services: Services) -> float:
    return max(0.0, (parse_instant(until) - services.clock.now()).total_seconds())
