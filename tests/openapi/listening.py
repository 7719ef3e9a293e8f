"""A dealer's world behind an HTTP port of this machine, for tools that speak HTTP and nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from threading import Event, Thread
from urllib.parse import parse_qsl, urlsplit

from aiohttp import web

from app.typed import entry
from carlot import app
from carlot.platform.ports import Request, Response
from listings.market import Market
from photos.album import uploaded
from support.lot import TextBody, answer, car
from support.platform import NoAssets

NOT_OURS = ("content-length", "transfer-encoding")


class Desk(NoAssets):
    """The files of the pages: one."""

    async def get(self, path: str) -> Response:
        """A page."""
        return Response(200, {"content-type": "text/html"}, b"<!doctype html>")


class Listening:
    """The world, and the port it listens on. Each request takes a second of its time, so that no limit lasts."""

    def __init__(self) -> None:
        self.port = 0
        self.requests = 0
        self._ready, self._done = Event(), Event()

    def run(self) -> None:
        """Serve until `stop`."""
        asyncio.run(self._serve())

    def wait(self) -> None:
        """Return when it listens."""
        assert self._ready.wait(30)

    def stop(self) -> None:
        """End serving."""
        self._done.set()

    async def _serve(self) -> None:
        self.world = await furnished()
        server = web.Server(self._answer, max_line_size=1 << 20, max_field_size=1 << 20)
        runner = web.ServerRunner(server)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        self.port = runner.addresses[0][1]
        self._ready.set()
        await asyncio.to_thread(self._done.wait)
        await runner.cleanup()

    async def _answer(self, asked: web.BaseRequest) -> web.StreamResponse:
        self.requests += 1
        self.world.clock.forward(1)
        url = urlsplit(asked.raw_path)
        headers = {name.lower(): value for name, value in asked.headers.items()}
        query = tuple(parse_qsl(url.query, keep_blank_values=True, errors="replace"))
        origin = f"http://127.0.0.1:{self.port}"
        request = Request("req-1", asked.method, origin, url.path, query, headers, TextBody(await asked.read()))
        response = await app.handle_request(request, replace(self.world.services, assets=Desk()))
        body = response.body.encode() if isinstance(response.body, str) else bytes(response.body)
        if response.parts is not None:
            body = "".join([part async for part in response.parts]).encode()
        kept = {name: value for name, value in response.headers.items() if name.lower() not in NOT_OURS}
        return web.Response(status=response.status, headers=kept, body=body)


async def furnished() -> Market:
    """A world with something of everything in it."""
    world = Market(cars=[car(1), car(2), car(3)], DEALER_NAME="Corner Cars", QUICKBOOKS_WEBHOOK_VERIFIER="verifier")
    assert await world.pull() == "completed"
    tesla = answer(await world.call("POST", "/api/vehicles", entry(1, publishToThirdParty=True)))
    await uploaded(world, tesla)
    await world.sell("A1", customer={"name": "Ann"})
    await world.until_quiet()
    return world


@contextmanager
def listening() -> Iterator[Listening]:
    """A world that listens until the end of the block."""
    server = Listening()
    thread = Thread(target=server.run, daemon=True)
    thread.start()
    try:
        server.wait()
        yield server
    finally:
        server.stop()
        thread.join(10)
