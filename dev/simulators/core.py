"""The core that all partners share: the ledger, a fault plan for each partner, and the middleware that sees every request."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from aiohttp import web
from aiohttp.typedefs import Middleware

from simulators.faults import FaultPlan
from simulators.ledger import Ledger
from simulators.mishaps import ConnectionDropped, suffer
from simulators.partner import OwnWords, Partner, answer_error

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
UNKNOWN = "unknown"


class Core:
    """Ledger and fault plans of all partners. `latency_ms` is added to every response of a partner."""

    def __init__(self, partners: Sequence[Partner], seed: int, latency_ms: float) -> None:
        self.partners = partners
        self.ledger = Ledger()
        self.plans = {partner.name: FaultPlan(partner.name, seed) for partner in partners}
        self._words = {partner.name: partner for partner in partners if isinstance(partner, OwnWords)}
        self._latency_s = latency_ms / 1000

    def partner_at(self, path: str) -> str:
        """Return the name of the partner that owns `path`, or `unknown`."""
        for partner in self.partners:
            if any(path == prefix or path.startswith(prefix + "/") for prefix in partner.prefixes):
                return partner.name
        return UNKNOWN

    def middleware(self) -> Middleware:
        """Return the aiohttp middleware that records each partner request and applies faults to it."""

        @web.middleware
        async def through_core(request: web.Request, handler: Handler) -> web.StreamResponse:
            if request.path == "/_sim" or request.path.startswith("/_sim/"):
                return await answered(request, handler)
            return await self._serve(request, handler)

        return through_core

    async def _serve(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        partner = self.partner_at(request.path)
        try:
            body = await request.read()
        except web.HTTPRequestEntityTooLarge:
            self.ledger.open(partner, request, b"").status = 413
            return answer_error(413, "too_large", "The body is too large")
        entry = self.ledger.open(partner, request, body)
        if self._latency_s:
            await asyncio.sleep(self._latency_s)
        plan = self.plans.get(partner)
        fault = plan.next_fault(request.method, request.path, request.query_string, body) if plan else None
        if fault is None:
            answer = await answered(request, handler)
        else:
            entry.fault = fault.fault
            try:
                answer = await suffer(fault, request, lambda: answered(request, handler), self._words.get(partner))
            except ConnectionDropped:
                return web.Response(status=500)  # never sent: the connection is closed
        entry.status = answer.status
        return answer


async def answered(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Return the handler's response, with aiohttp's own errors (404, 405, bad body) as JSON."""
    try:
        return await handler(request)
    except web.HTTPException as refusal:
        answer = answer_error(refusal.status, refusal.reason.lower().replace(" ", "_"), refusal.text or refusal.reason)
        if "Allow" in refusal.headers:
            answer.headers["Allow"] = refusal.headers["Allow"]
        return answer
