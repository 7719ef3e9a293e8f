"""Endpoints under `/_sim/<site>`: the listings of a site, their history, and the site's knobs."""

from collections.abc import Callable

from aiohttp import web

from simulators.listings.knobs import Knobs
from simulators.listings.state import State
from simulators.partner import answer_error, answer_json, read_json, read_model


def control_routes(site: State, files: Callable[[], bytes | None]) -> list[web.RouteDef]:
    """The control endpoints of one site. `files` gives the file that it has."""
    controls = Controls(site, files)
    base = f"/_sim/{site.name}"
    return [
        web.get(base + "/listings", controls.list_listings),
        web.put(base + "/listings/{vin}", controls.alter_listing),
        web.delete(base + "/listings/{vin}", controls.lose_listing),
        web.get(base + "/history", controls.list_history),
        web.get(base + "/file", controls.read_file),
        web.get(base + "/knobs", controls.read_knobs),
        web.put(base + "/knobs", controls.set_knobs),
    ]


class Controls:
    """Read and set the state of one simulated site."""

    def __init__(self, site: State, files: Callable[[], bytes | None]) -> None:
        self._site = site
        self._files = files

    async def list_listings(self, _request: web.Request) -> web.Response:
        """All listings of the site, by VIN, and their number."""
        return answer_json({"listings": self._site.listings, "total": len(self._site.listings)})

    async def alter_listing(self, request: web.Request) -> web.Response:
        """Change fields of a listing without CarLot's knowledge, or add a listing that CarLot does not know."""
        vin, fields = request.match_info["vin"], await read_json(request)
        known = {name: value for name, value in self._site.listings.get(vin, {self._site.shape.vin: vin}).items() if name != "id"}
        return answer_json(self._site.show(vin, {**known, **fields}))

    async def lose_listing(self, request: web.Request) -> web.Response:
        """Delete a listing without CarLot's knowledge; 404 when there is none."""
        vin = request.match_info["vin"]
        if vin not in self._site.listings:
            return answer_error(404, "unknown_listing", f"No listing of {vin}")
        self._site.hide(vin)
        return web.Response(status=204)

    async def list_history(self, _request: web.Request) -> web.Response:
        """Every change of the listings, oldest first: `what` (put, removed), `vin`, `price`, `at` (seconds since 1970)."""
        return answer_json({"history": self._site.history})

    async def read_file(self, _request: web.Request) -> web.Response:
        """The inventory file that the site was brought last; 404 when it takes none, or has none yet."""
        content = self._files()
        if content is None:
            return answer_error(404, "no_file", "No file has come")
        return web.Response(body=content, content_type="text/csv", charset="utf-8")

    async def read_knobs(self, _request: web.Request) -> web.Response:
        """Knobs of the site, and the meaning of each."""
        meanings = {name: field.description for name, field in Knobs.model_fields.items()}
        return answer_json({"knobs": self._site.knobs.model_dump(), "meanings": meanings})

    async def set_knobs(self, request: web.Request) -> web.Response:
        """Replace all knobs; omitted knobs are off."""
        self._site.knobs = await read_model(request, Knobs)
        return answer_json({"knobs": self._site.knobs.model_dump()})
