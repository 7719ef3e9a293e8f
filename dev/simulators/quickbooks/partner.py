"""The simulated QuickBooks Online: its state, its routes, and its request counts."""

import secrets
from collections.abc import Awaitable, Callable
from urllib.parse import parse_qs

from aiohttp import web
from aiohttp.typedefs import Middleware

from simulators.faults import Fault
from simulators.partner import JSON, answer_json
from simulators.quickbooks import preset, refusals, xml
from simulators.quickbooks.api import Api
from simulators.quickbooks.clock import precise_stamp
from simulators.quickbooks.controls import Controls
from simulators.quickbooks.limits import Traffic
from simulators.quickbooks.oauth import AUTHORIZE_PATH, REVOKE_PATH, TOKEN_PATH, OAuth
from simulators.quickbooks.state import State

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
COMPANY_PATH = "/v3/company/"


class QuickBooks(State):
    """Intuit's token service and the books of two companies."""

    name = "quickbooks"
    prefixes: tuple[str, ...] = ("/connect/oauth2", "/oauth2/v1", "/v2/oauth2", "/v3/company", "/.well-known")

    def routes(self) -> list[web.RouteDef]:
        """Return the routes of Intuit's endpoints."""
        return [*OAuth(self).routes(), *Api(self).routes()]

    def control_routes(self) -> list[web.RouteDef]:
        """Return the endpoints under `/_sim/quickbooks`."""
        return Controls(self).routes()

    def settings(self, base: str) -> dict[str, str]:
        """Return the settings with which CarLot Manager uses it. Any client id and secret work."""
        verifier = self.outbox.settings.verifier
        return {
            **({"QUICKBOOKS_WEBHOOK_VERIFIER": verifier} if verifier else {}),
            "QUICKBOOKS_AUTHORIZE_URL": base + AUTHORIZE_PATH,
            "QUICKBOOKS_TOKEN_URL": base + TOKEN_PATH,
            "QUICKBOOKS_REVOKE_URL": base + REVOKE_PATH,
            "QUICKBOOKS_API_URL": base,
            "QUICKBOOKS_REALM_ID": preset.DEALER_REALM,
            "QUICKBOOKS_CLIENT_ID": "any-client",
            "QUICKBOOKS_CLIENT_SECRET": "any-secret",
            "QUICKBOOKS_SALES_ITEM": preset.SALES_ITEM,
            "QUICKBOOKS_EXPENSE_ACCOUNT": preset.EXPENSE_ACCOUNT,
            "QUICKBOOKS_PAYMENT_ACCOUNT": preset.PAYMENT_ACCOUNT,
            "QUICKBOOKS_DEFAULT_CUSTOMER": preset.DEFAULT_CUSTOMER,
            "QUICKBOOKS_FEE_ITEM": preset.FEE_ITEM,
            "QUICKBOOKS_TAX_ITEM": preset.TAX_ITEM,
            "QUICKBOOKS_TRADE_IN_ITEM": preset.TRADE_IN_ITEM,
            "QUICKBOOKS_DEPOSIT_ITEM": preset.DEPOSIT_ITEM,
            "QUICKBOOKS_DISCOUNT_ITEM": preset.DISCOUNT_ITEM,
        }

    def middleware(self) -> Middleware:
        """Return the middleware that counts requests. It is outside latency and faults, so it counts delayed requests."""

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
        realm, _, below = request.path.removeprefix(COMPANY_PATH).partition("/")
        traffic = self.traffic.setdefault(realm, Traffic(self.clock))
        request["throttled"] = not traffic.arrive(request.method, below, self.knobs)
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

    def refusal(self, fault: Fault, request: web.Request) -> web.Response | None:
        """Return the error of the Accounting API's gateway, or None for the token service, which uses the shared format."""
        if not request.path.startswith(COMPANY_PATH) or fault.body is not None or fault.text is not None or fault.fault == "html":
            return None
        if fault.fault == "rate_limit":
            return self.throttled(fault.retry_after_s)
        if fault.fault == "error_body":
            return answer_json({"Fault": refusals.system_failure().fault(), "time": precise_stamp(self.clock.now())})
        status = 503 if fault.fault == "outage" else fault.status
        if status == 401:
            return self.unauthorised("Token expired")
        if status < 500:
            return None
        message = f"message=InternalServerError; errorCode=007001; statusCode={status}"
        answer = answer_json(refusals.gateway_fault("SERVICE", "7001", message, None, self.clock.now()), status)
        if fault.retry_after_s is not None:
            answer.headers["Retry-After"] = f"{fault.retry_after_s:g}"
        return answer

    def as_xml(self, answer: web.Response) -> web.Response | None:
        """Return a response of the Accounting API as XML."""
        found = (
            JSON.validate_json(answer.body) if isinstance(answer.body, bytes) and answer.content_type.endswith("json") else None
        )
        if not isinstance(found, dict):
            return None
        return web.Response(body=xml.render(found, self.clock.now()), status=answer.status, content_type="application/xml")
