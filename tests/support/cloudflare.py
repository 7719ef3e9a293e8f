"""Cloudflare's API as a test needs it: the stand-in on a port of its own, in a thread, with its state at hand."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
from aiohttp import web

from simulators.app import build_app
from simulators.cloudflare import Cloudflare
from simulators.cloudflare.database import Database
from simulators.cloudflare.knobs import Knobs


class Account(Cloudflare):
    """The stand-in and the address that it listens on."""

    url = ""

    def knobs(self, **changed: Any) -> None:
        """Set conditions; those that are not named are as at the start."""
        self.state.knobs = Knobs(**changed)

    def fault(self, method: str, path: str, fault: str, **more: Any) -> None:
        """Let one request go wrong; `path` may hold `*`."""
        rule = {"method": method, "path": path, "fault": fault, **more}
        httpx.put(f"{self.url}/_sim/faults/cloudflare", json={"script": [rule]}).raise_for_status()

    def heard(self, method: str = "", path: str = "") -> list[str]:
        """The requests so far, such as `POST /queues`, without the part that names the account."""
        entries = httpx.get(f"{self.url}/_sim/ledger").json()["entries"]
        found = [f"{each['method']} {each['path'].split('/', 5)[-1]}" for each in entries]
        return [each for each in found if each.startswith(method) and path in each]

    @property
    def database(self) -> Database:
        """The only database."""
        (found,) = self.state.databases.values()
        return found


@contextmanager
def served() -> Iterator[Account]:
    """Serve an empty account."""
    account = Account()
    loop = asyncio.new_event_loop()
    runner = web.AppRunner(build_app([account]), access_log=None, shutdown_timeout=0.1)
    ready = threading.Event()

    def serve() -> None:
        asyncio.set_event_loop(loop)
        loop.run_until_complete(runner.setup())
        loop.run_until_complete(web.TCPSite(runner, "127.0.0.1", 0).start())
        ready.set()
        loop.run_forever()
        loop.run_until_complete(runner.cleanup())

    thread = threading.Thread(target=serve)
    thread.start()
    ready.wait()
    account.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield account
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
