"""The simulated QuickBooks Online: its state, its routes, and how it counts who comes."""

import secrets
from collections.abc import Awaitable, Callable
from urllib.parse import parse_qs

from aiohttp import web
from aiohttp.typedefs import Middleware

from simulators.partner import answer_json
from simulators.quickbooks import preset, refusals, xml
from simulators.quickbooks.api import Api
from simulators.quickbooks.clock import Clock
from simulators.quickbooks.company import Change, Company
from simulators.quickbooks.knobs import Knobs
from simulators.quickbooks.limits import Traffic
from simulators.quickbooks.oauth import TOKEN_PATH, OAuth
from simulators.quickbooks.tokens import Tokens

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
COMPANY_PATH = "/v3/company/"


class QuickBooks:
    """Intuit's token service and the books of two companies."""

    name = "quickbooks"
    prefixes: tuple[str, ...] = ("/connect/oauth2", "/oauth2/v1", "/v2/oauth2", "/v3/company", "/.well-known")

    def __init__(self) -> None:
        self.clock = Clock()
        self.tokens = Tokens(self.clock)
        self.reset()

    def reset(self) -> None:
        """Both companies as at the start, no tokens, no counts, no knobs, real time."""
        self.clock.offset_s = 0.0
        self.knobs = Knobs()
        self.tokens.clear()
        self.traffic: dict[str, Traffic] = {}
        self.companies: dict[str, Company] = {}
        for realm, name in preset.NAMES.items():
            company = Company(realm, name, self.clock, self.heed)
            preset.fill(company)
            self.companies[realm] = company

    def routes(self) -> list[web.RouteDef]:
        """Intuit's endpoints."""
        return [*OAuth(self).routes(), *Api(self).routes()]

    def control_routes(self) -> list[web.RouteDef]:
        """Endpoints under `/_sim/quickbooks`."""
        return []

    def heed(self, change: Change) -> None:
        """Hear of a change to any company's books."""

    def middleware(self) -> Middleware:
        """Counts requests in and out. It stands before latency and faults, so that what they hold up counts as being in."""

        @web.middleware
        async def counted(request: web.Request, handler: Handler) -> web.StreamResponse:
            if request.path.startswith(COMPANY_PATH):
                answer = await self._count_call(request, handler)
            elif request.path == TOKEN_PATH:
                answer = await self._count_refresh(request, handler)
            else:
                return await handler(request)
            if not answer.prepared:
                answer.headers["intuit_tid"] = f"1-{secrets.token_hex(4)}-{secrets.token_hex(12)}"
            return answer

        return counted

    async def _count_call(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        realm, _, operation = request.path.removeprefix(COMPANY_PATH).partition("/")
        traffic = self.traffic.setdefault(realm, Traffic(self.clock))
        request["throttled"] = not traffic.arrive(operation.partition("/")[0].lower(), self.knobs)
        try:
            return await handler(request)
        finally:
            traffic.leave()

    async def _count_refresh(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        form = parse_qs((await request.read()).decode("utf-8", "replace"))
        if form.get("grant_type") != ["refresh_token"]:
            return await handler(request)
        self.tokens.refreshing += 1
        self.tokens.most_refreshing = max(self.tokens.most_refreshing, self.tokens.refreshing)
        try:
            return await handler(request)
        finally:
            self.tokens.refreshing -= 1

    def throttled(self, _request: web.Request) -> web.Response:
        """The 429 that Intuit's gateway gives."""
        now = self.clock.now()
        message, detail = (
            "message=ThrottleExceeded; errorCode=003001; statusCode=429",
            "The request limit was reached.  Try again later",
        )
        if self.knobs.throttle_body == "xml":
            fault = refusals.Refused("3001", message, detail, kind="SERVICE").fault()
            answer = web.Response(body=xml.render({"Fault": fault}, now), status=429, content_type="application/xml")
        else:
            answer = answer_json(refusals.gateway_fault("SERVICE", "3001", message, detail, now), 429)
        if self.knobs.retry_after_s is not None:
            answer.headers["Retry-After"] = str(self.knobs.retry_after_s)
        return answer
