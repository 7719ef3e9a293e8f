"""Who asks and with which rights, and what the deployed Worker itself answers.

Source: developers.cloudflare.com/api/resources/user/subresources/tokens (verify), .../accounts, .../memberships. A token without
a permission gets 403 and 10000 "Authentication error", as in workers-sdk issue 9320.
"""

from __future__ import annotations

from aiohttp import web
from aiohttp.typedefs import Handler

from simulators.cloudflare.answers import Refused, page, result
from simulators.cloudflare.state import State
from simulators.partner import answer_json

ACCOUNT = "0123456789abcdef0123456789abcdef"
_AREAS = {"d1": "d1", "storage": "kv", "queues": "queues", "r2": "r2", "workers": "workers"}


class AccountPages:
    """The endpoints of the user and the account, and the Worker that is deployed in it."""

    def __init__(self, state: State) -> None:
        self._state = state

    def routes(self) -> list[web.RouteDef]:
        """Return the endpoints."""
        base = "/client/v4"
        return [
            web.get(base + "/user", self.user),
            web.get(base + "/user/tokens/verify", self.verify),
            web.get(base + "/accounts/{account}/tokens/verify", self.verify),
            web.get(base + "/accounts", self.accounts),
            web.get(base + "/memberships", self.memberships),
            web.get("/api/health", self.health),
            web.get("/api/public/inventory", self.public_list),
        ]

    async def user(self, _request: web.Request) -> web.Response:
        """Return the user."""
        return result({"id": "u", "email": "dealer@example.com"})

    async def verify(self, _request: web.Request) -> web.Response:
        """Say that the token is good."""
        return result({"id": "t", "status": "active"})

    async def accounts(self, request: web.Request) -> web.Response:
        """List the accounts that the token reaches."""
        return page([{"id": ACCOUNT, "name": "The dealer"}], request)

    async def memberships(self, request: web.Request) -> web.Response:
        """List the user's memberships."""
        return page([{"id": "m", "account": {"id": ACCOUNT, "name": "The dealer"}}], request)

    async def health(self, _request: web.Request) -> web.Response:
        """Answer as the deployed Worker does."""
        return self._answer({"ok": True})

    async def public_list(self, _request: web.Request) -> web.Response:
        """Answer as the deployed Worker does whose lot is empty."""
        return self._answer([])

    def _answer(self, value: object) -> web.Response:
        if not self._state.scripts or self._state.knobs.deaf:
            self._state.knobs.deaf = max(0, self._state.knobs.deaf - 1)
            return web.Response(status=404, text="error code: 1042")
        if not self._state.knobs.healthy:
            return web.Response(status=500, text="error code: 1101")
        return answer_json(value, headers={"X-Total-Count": "0"})


def authorize(request: web.Request, state: State) -> None:
    """Refuse a request without a token, for another account, or without the permission. Raises: Refused."""
    if not request.path.startswith("/client/v4/"):
        return
    if not request.headers.get("authorization", "").startswith("Bearer ") and "X-Auth-Key" not in request.headers:
        raise Refused(400, 9106, "Missing X-Auth-Key, X-Auth-Email or Authorization headers")
    parts = request.path.removeprefix("/client/v4/").split("/")
    if parts[0] != "accounts" or len(parts) < 3:
        return
    if parts[1] != ACCOUNT:
        raise Refused(403, 7403, "The given account is not valid or is not authorized to access this service")
    if parts[2] in _AREAS and _AREAS[parts[2]] not in state.knobs.rights:
        raise Refused(403, 10000, "Authentication error")


def refusing(state: State, handler: Handler) -> Handler:
    """Return the handler, with rights checked first and refusals in Cloudflare's words."""

    async def handle(request: web.Request) -> web.StreamResponse:
        try:
            authorize(request, state)
            return await handler(request)
        except Refused as refused:
            return refused.answer()

    handle.__doc__ = handler.__doc__
    return handle
