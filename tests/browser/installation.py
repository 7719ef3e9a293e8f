"""A whole CarLot Manager for browser tests: the Worker on workerd beside the simulated partners, in a folder of its own."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from simulators.wayne_reeves.files import LOT_FILE, read_lot
from support.running import Partners, Worker
from workerd import sites

DEALER = {
    "DEALER_NAME": "Maple Street Motors",
    "DEALER_PHONE": "(555) 010-0142",
    "DEALER_EMAIL": "cars@maple.example",
    "DEALER_ADDRESS": "142 Maple Street, Springfield",
}


@dataclass(frozen=True, slots=True)
class Installation:
    """A running Worker and its partners, to start, stop, kill and set faults for: see `support.running`."""

    worker: Worker
    partners: Partners

    @property
    def url(self) -> str:
        """The Worker's origin."""
        return self.worker.url

    @property
    def partners_url(self) -> str:
        """The partners' origin."""
        return self.partners.url

    def ask(self, method: str, path: str, content: Any = None, headers: Mapping[str, str] | None = None) -> httpx.Response:
        """Call the API as the dealer. Raises: httpx.HTTPStatusError."""
        response = self.worker.client.request(method, path, json=content, headers=headers)
        response.raise_for_status()
        return response

    def import_lot(self, records: list[Any] | None = None) -> dict[str, Any]:
        """Pull what the partners hold, or first make them hold these records; answers the run, which has ended."""
        if records is not None:
            hold(self.partners, records)
        return self.worker.finished(self.worker.pull())


@contextlib.contextmanager
def running(folder: Path, *, on_sites: bool = False, **settings: str) -> Iterator[Installation]:
    """Start one on free ports, the partners with the demo lot; all it writes is in `folder`.

    `on_sites`: the dealer is on all listing sites. `settings` are the Worker's own.
    """
    partners = Partners(folder / "partners.log")
    partner_settings = {"WAYNE_REEVES_API_URL": partners.url, "WAYNE_REEVES_API_KEY": "key"}
    site_settings = sites.settings(partners) if on_sites else {}
    worker = Worker(
        folder / "worker",
        {"AUTH_MODE": "dev-open", "IMPORT_PUBLISH_TO_WEBSITE": "true", **partner_settings, **DEALER, **site_settings, **settings},
    )
    # Pictures under its own address are taken although it is not https. Its port is known only now.
    with (worker.folder / "settings.env").open("a") as settings_file:
        settings_file.write(f'PUBLIC_BASE_URL="{worker.url}"\n')
    try:
        partners.run()
        worker.run()
        # The demo lot with pictures that this Worker serves.
        hold(partners, read_lot(LOT_FILE, f"{worker.url}/demo/"))
        yield Installation(worker, partners)
    finally:
        worker.stop()
        partners.stop()


def hold(partners: Partners, records: list[Any]) -> None:
    """The simulated DMS holds exactly these records."""
    partners.client.put("/_sim/wayne-reeves/inventory", json=records).raise_for_status()
