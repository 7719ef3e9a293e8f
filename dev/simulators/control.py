"""The control endpoints that all partners share, under `/_sim`."""

from typing import Any

from aiohttp import web
from pydantic import BaseModel

from simulators.core import Core
from simulators.faults import FaultPlan, FaultSettings, ScriptRule
from simulators.partner import Introduced, answer_error, answer_json, read_model


def meanings(model: type[BaseModel]) -> dict[str, str]:
    """Return each knob of `model` with its description."""
    return {name: field.description or "" for name, field in model.model_fields.items()}


class Control:
    """Read and set ledger and faults while the process runs."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def routes(self) -> list[web.RouteDef]:
        """Return the endpoints under `/_sim` that belong to no single partner."""
        return [
            web.get("/_sim", self.list_endpoints),
            web.get("/_sim/ledger", self.read_ledger),
            web.delete("/_sim/ledger", self.clear_ledger),
            web.get("/_sim/faults/{partner}", self.read_faults),
            web.put("/_sim/faults/{partner}", self.set_faults),
            web.delete("/_sim/faults/{partner}", self.clear_faults),
            web.post("/_sim/reset", self.reset),
        ]

    async def list_endpoints(self, request: web.Request) -> web.Response:
        """This list: control endpoints, partners, the meaning of each fault knob, and the settings for CarLot Manager."""
        endpoints = []
        for route in request.app.router.routes():
            path = route.resource.canonical if route.resource else ""
            if path.startswith("/_sim") and route.method != "HEAD":
                what = " ".join((route.handler.__doc__ or "").strip().split("\n\n")[0].split())
                endpoints.append({"method": route.method, "path": path, "what": what})
        return answer_json(
            {
                "partners": {partner.name: list(partner.prefixes) for partner in self._core.partners},
                "endpoints": endpoints,
                "fault_knobs": meanings(FaultSettings),
                "script_rule": meanings(ScriptRule),
                "settings": self._settings(f"{request.scheme}://{request.host}"),
            }
        )

    async def read_ledger(self, request: web.Request) -> web.Response:
        """Requests received, oldest first: `?partner=&method=&path=&since=`; `path` may end in `*`, `since` is a sequence
        number that the caller has already seen.
        """
        query = request.query
        since = query.get("since", "0")
        if not since.isdecimal():
            return answer_error(400, "bad_since", "since must be a sequence number", "since")
        entries = list(self._core.ledger.select(query.get("partner"), query.get("method"), query.get("path"), int(since)))
        return answer_json({"entries": entries, "count": len(entries), "last_seq": self._core.ledger.last_seq})

    async def clear_ledger(self, _request: web.Request) -> web.Response:
        """Delete the recorded requests; sequence numbers continue."""
        self._core.ledger.clear()
        return web.Response(status=204)

    async def read_faults(self, request: web.Request) -> web.Response:
        """Fault knobs of a partner, and how often each kind has been applied since they were set."""
        return answer_json(_shown(self._plan(request)))

    async def set_faults(self, request: web.Request) -> web.Response:
        """Replace all fault knobs of a partner; omitted knobs are off. Restarts the seeded random draw."""
        plan = self._plan(request)
        plan.apply(await read_model(request, FaultSettings))
        return answer_json(_shown(plan))

    async def clear_faults(self, request: web.Request) -> web.Response:
        """Turn off all faults of a partner."""
        self._plan(request).apply(FaultSettings())
        return web.Response(status=204)

    async def reset(self, _request: web.Request) -> web.Response:
        """Restore the initial state: partners, faults, ledger."""
        for plan in self._core.plans.values():
            plan.apply(FaultSettings())
        for partner in self._core.partners:
            partner.reset()
        self._core.ledger.clear()
        return web.Response(status=204)

    def _settings(self, base: str) -> dict[str, dict[str, str]]:
        return {each.name: each.settings(base) for each in self._core.partners if isinstance(each, Introduced)}

    def _plan(self, request: web.Request) -> FaultPlan:
        name = request.match_info["partner"]
        if name not in self._core.plans:
            raise web.HTTPNotFound(text=f"No partner {name}; there are {', '.join(self._core.plans)}")
        return self._core.plans[name]


def _shown(plan: FaultPlan) -> dict[str, Any]:
    return {**plan.settings.model_dump(), "struck": dict(plan.struck)}
