"""The stand-in as one partner of the simulators' core: its routes, its controls, its state."""

from __future__ import annotations

from aiohttp import web

from simulators.cloudflare.account import ACCOUNT, AccountPages, refusing
from simulators.cloudflare.answers import refusal
from simulators.cloudflare.d1 import D1
from simulators.cloudflare.knobs import Knobs
from simulators.cloudflare.state import State
from simulators.cloudflare.storage import Storage
from simulators.cloudflare.workers import Workers
from simulators.faults import Fault
from simulators.partner import answer_json, read_model

__all__ = ["ACCOUNT", "Cloudflare"]


class Cloudflare:
    """Cloudflare's API with one account."""

    name = "cloudflare"
    prefixes: tuple[str, ...] = ("/client/v4", "/uploads", "/api")

    def __init__(self) -> None:
        self.state = State()

    def routes(self) -> list[web.RouteDef]:
        """Return the endpoints, each behind the check of the token's rights."""
        pages = (AccountPages(self.state), D1(self.state), Storage(self.state), Workers(self.state))
        every = [route for each in pages for route in each.routes()]
        return [web.RouteDef(each.method, each.path, refusing(self.state, each.handler), each.kwargs) for each in every]

    def control_routes(self) -> list[web.RouteDef]:
        """Return the controls."""
        return [web.get("/_sim/cloudflare/knobs", self.read_knobs), web.put("/_sim/cloudflare/knobs", self.set_knobs)]

    async def read_knobs(self, _request: web.Request) -> web.Response:
        """The account's conditions."""
        return answer_json(self.state.knobs.model_dump())

    async def set_knobs(self, request: web.Request) -> web.Response:
        """Replace the account's conditions; omitted ones are as at the start."""
        self.state.knobs = await read_model(request, Knobs)
        return answer_json(self.state.knobs.model_dump())

    def reset(self) -> None:
        """Empty the account."""
        fresh = State()
        for name in State.__dataclass_fields__:
            setattr(self.state, name, getattr(fresh, name))

    def settings(self, base: str) -> dict[str, str]:
        """Return what wrangler and the local commands have to be given."""
        return {
            "CLOUDFLARE_API_BASE_URL": f"{base}/client/v4",
            "CLOUDFLARE_API_TOKEN": "simulated",
            "CLOUDFLARE_ACCOUNT_ID": ACCOUNT,
        }

    def refusal(self, fault: Fault, _request: web.Request) -> web.Response | None:
        """Return an error in Cloudflare's envelope."""
        return answer_json(fault.body or refusal(10001, "Internal error"), fault.status) if fault.fault == "status" else None

    def as_xml(self, _answer: web.Response) -> web.Response | None:
        """Cloudflare's API has no XML."""
        return None
