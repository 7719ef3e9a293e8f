"""A whole CarLot Manager for browser tests: the Worker on workerd beside the simulated partners, in a folder of its own."""

from __future__ import annotations

import contextlib
import os
import socket
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from runtime import partners
from runtime.children import Child
from runtime.paths import ROOT

START_S = 120
IMPORT_S = 60
DEALER = {
    "DEALER_NAME": "Maple Street Motors",
    "DEALER_PHONE": "(555) 010-0142",
    "DEALER_EMAIL": "cars@maple.example",
    "DEALER_ADDRESS": "142 Maple Street, Springfield",
}


@dataclass(frozen=True, slots=True)
class Installation:
    """A running Worker and its simulated partners. `url` and `partners_url` are origins, without a slash at the end."""

    url: str
    partners_url: str
    log: Path

    def ask(self, method: str, path: str, content: Any = None, headers: Mapping[str, str] | None = None) -> httpx.Response:
        """Call the API as the dealer on this machine (AUTH_MODE is dev-open). Raises: httpx.HTTPStatusError."""
        response = httpx.request(method, self.url + path, json=content, headers=headers, timeout=30)
        response.raise_for_status()
        return response

    def import_lot(self) -> dict[str, Any]:
        """Pull the partners' inventory to its end; answers the run."""
        run = self.ask("POST", "/api/integrations/wayne-reeves/sync").json()["runId"]
        deadline = time.monotonic() + IMPORT_S
        while time.monotonic() < deadline:
            report: dict[str, Any] = self.ask("GET", f"/api/integrations/runs/{run}").json()
            if report["status"] not in ("queued", "running"):
                return report
            time.sleep(0.1)
        raise TimeoutError(f"the import is still going after {IMPORT_S} s; see {self.log}")


@contextlib.contextmanager
def running(folder: Path, *partner_flags: str, **settings: str) -> Iterator[Installation]:
    """Start one on free ports; its state and its log are in `folder`. `settings` are vars of the Worker."""
    port, partners_port = free_ports(2)
    url, partners_url = f"http://localhost:{port}", f"http://127.0.0.1:{partners_port}"
    variables = {
        "AUTH_MODE": "dev-open",
        "IMPORT_PUBLISH_TO_WEBSITE": "true",
        "PUBLIC_BASE_URL": url,
        "WAYNE_REEVES_API_URL": partners_url,
        "WAYNE_REEVES_API_KEY": "test-key",
        **DEALER,
        **settings,
    }
    flags = [word for name, value in variables.items() for word in ("--var", f"{name}:{value}")]
    log = folder / "worker.log"
    sims = partners.command("--port", str(partners_port), "--photo-base", f"{url}/demo/", *partner_flags)
    carlot = [str(ROOT / "dev" / "worker"), "--port", str(port), "--persist-to", str(folder / "state"), *flags]
    with (
        (folder / "partners.log").open("wb") as partners_output,
        log.open("wb") as output,
        Child(sims, ROOT, partners.environment(), partners_output) as partner,
        Child(carlot, ROOT, dict(os.environ), output) as worker,
    ):
        wait_for(partner, f"{partners_url}/_sim", folder / "partners.log")
        wait_for(worker, f"{url}/api/health", log)
        yield Installation(url, partners_url, log)


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on now."""
    with contextlib.ExitStack() as probes:
        sockets = [probes.enter_context(socket.socket()) for _ in range(count)]
        for probe in sockets:
            probe.bind(("127.0.0.1", 0))
        return [int(probe.getsockname()[1]) for probe in sockets]


def wait_for(child: Child, url: str, log: Path) -> None:
    """Wait until an address answers. Raises: RuntimeError with the end of the log."""
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline and child.poll() is None:
        with contextlib.suppress(httpx.HTTPError):
            if httpx.get(url, timeout=5).is_success:
                return
        time.sleep(0.1)
    raise RuntimeError(f"{url} does not answer\n{log.read_text(errors='replace')[-3000:]}")
