"""The gate before every partner: so many calls a minute, so many at once, and rest when it asks for it.

It is an `Http` around the real one, so that no call can go past it. What it counts stands in D1 and so holds over all instances.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from carlot import trace
from carlot.domain.partner import Limits, Narrower
from carlot.domain.times import after, instant, parse_instant, retry_after_s
from carlot.errors import NetworkFailure, Throttled
from carlot.platform.ports import HttpResponse, Services
from carlot.store import partner_calls

MINUTE = timedelta(seconds=60)

SOON = timedelta(seconds=10)
"""A call goes so soon after it was asked for, or not at all: its task's lease was long enough for it then."""


class ThrottledHttp:
    """The network as one partner's work sees it."""

    def __init__(self, services: Services, target: str) -> None:
        # Work for one partner that asks another goes through the other's gate alone.
        self._services: Services = services.http._services if isinstance(services.http, ThrottledHttp) else services
        self._target = target

    async def request(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None, *, timeout_s: float, max_bytes: int
    ) -> HttpResponse:
        """Send one request if the partner bears it now.

        Raises: `Throttled` when it does not, and as the port's.
        """
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
            answer = await self._services.http.request(method, url, headers, body, timeout_s=timeout_s, max_bytes=max_bytes)
        except NetworkFailure:
            await self._note_failure(call_id, None)
            raise
        if answer.status == 429 or answer.status >= 500:
            asked_s = retry_after_s(answer.headers.get("retry-after", ""), self._services.clock.now())
            if asked_s is None and answer.status == 429:
                asked_s = partner.rest_s
            await self._note_failure(call_id, asked_s)
        else:
            now = instant(self._services.clock.now())
            let_in = answer.status != 401  # Whatever else it answers, it knows who we are.
            await self._services.database.batch(partner_calls.succeeded(call_id, self._target, now, let_in=let_in))
        return answer

    async def _admit_within(self, narrower: Narrower, call_id: str) -> None:
        """Admit a call that counts a second time. Raises: `Throttled`; then it holds up no other."""
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
        if await partner_calls.admit(database, call_id, target, instant(now), minute_ago, until, limits):
            return call_id
        wait = await partner_calls.wait(database, target, instant(now), minute_ago)
        if wait["paused_until"]:
            raise Throttled("The partner is being left alone for a while.", _seconds(wait["paused_until"], self._services))
        if wait["in_minute"] >= limits.per_minute:
            oldest_leaves = after(parse_instant(wait["oldest"]), MINUTE.total_seconds())
            raise Throttled("The partner has had its calls for this minute.", _seconds(oldest_leaves, self._services))
        raise Throttled("The partner has as many calls at once as it takes.", 1.0)

    async def _note_failure(self, call_id: str, asked_s: float | None) -> None:
        clock = self._services.clock
        now = clock.now()
        writes = partner_calls.failed(call_id, self._target, instant(now), now.timestamp(), asked_s, clock.random())
        await self._services.database.batch(writes)


def _seconds(until: str, services: Services) -> float:
    return max(0.0, (parse_instant(until) - services.clock.now()).total_seconds())
