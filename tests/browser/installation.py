"""A whole CarLot Manager for browser tests: the Worker on workerd beside the simulated partners, in a folder of its own."""

from __future__ import annotations

import contextlib
from base64 import b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from simulators.quickbooks.oauth import AUTHORIZE_PATH, REVOKE_PATH, TOKEN_PATH
from simulators.quickbooks.preset import DEALER_REALM, FEE_ITEM, TRADE_IN_ITEM
from simulators.wayne_reeves.files import LOT_FILE, read_lot
from support.running import Partners, Worker
from workerd import sites

VERIFIER = "verifier-token"
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
def running(
    folder: Path, *, on_sites: bool = False, with_books: bool = False, with_decoder: bool = False, **settings: str
) -> Iterator[Installation]:
    """Start one on free ports, the partners with the demo lot; all it writes is in `folder`.

    `on_sites`: the dealer is on all listing sites. `with_books`: QuickBooks is configured, and tells of payments; the dealer has
    still to connect. `with_decoder`: VINs are decoded, and say nothing before a test has told the decoder what they say.
    `settings` are the Worker's own.
    """
    partners = Partners(folder / "partners.log")
    partner_settings = {"WAYNE_REEVES_API_URL": partners.url, "WAYNE_REEVES_API_KEY": "key"}
    partner_settings |= sites.settings(partners) if on_sites else {}
    partner_settings |= books(partners) if with_books else {}
    partner_settings |= {"VIN_DECODER_URL": f"{partners.url}/vpic"} if with_decoder else {}
    worker = Worker(
        folder / "worker",
        {
            "AUTH_MODE": "dev-open",
            "IMPORT_PUBLISH_TO_WEBSITE": "true",
            # What may stand on a sale.
            "QUICKBOOKS_FEE_ITEM": FEE_ITEM,
            "QUICKBOOKS_TRADE_IN_ITEM": TRADE_IN_ITEM,
            **partner_settings,
            **DEALER,
            **settings,
        },
    )
    # Pictures under its own address are taken although it is not https. Its port is known only now.
    with (worker.folder / "settings.env").open("a") as settings_file:
        settings_file.write(f'PUBLIC_BASE_URL="{worker.url}"\n')
    try:
        partners.run()
        if with_decoder:
            partners.sim("PUT", "vin-decoder/vins", {"*": {}})
        worker.run()
        # The demo lot with pictures that this Worker serves.
        hold(partners, read_lot(LOT_FILE, f"{worker.url}/demo/"))
        if with_books:
            webhook = f"{worker.url}/api/webhooks/quickbooks"
            partners.sim("PUT", "quickbooks/webhooks", {"url": webhook, "verifier": VERIFIER, "retry_delays_s": [1, 2, 4]})
        yield Installation(worker, partners)
    finally:
        worker.stop()
        partners.stop()


def books(partners: Partners) -> dict[str, str]:
    """The settings of a dealer whose QuickBooks company is the simulated one."""
    return {
        "QUICKBOOKS_AUTHORIZE_URL": partners.url + AUTHORIZE_PATH,
        "QUICKBOOKS_TOKEN_URL": partners.url + TOKEN_PATH,
        "QUICKBOOKS_REVOKE_URL": partners.url + REVOKE_PATH,
        "QUICKBOOKS_API_URL": partners.url,
        "QUICKBOOKS_REALM_ID": DEALER_REALM,
        "QUICKBOOKS_CLIENT_ID": "client",
        "QUICKBOOKS_CLIENT_SECRET": "secret",
        "QUICKBOOKS_WEBHOOK_VERIFIER": VERIFIER,
        "TOKEN_ENCRYPTION_KEY": b64encode(bytes(range(32))).decode(),
    }


def hold(partners: Partners, records: list[Any]) -> None:
    """The simulated DMS holds exactly these records."""
    partners.client.put("/_sim/wayne-reeves/inventory", json=records).raise_for_status()
