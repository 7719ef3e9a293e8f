"""The inventory page by page from the DMS's API."""

from __future__ import annotations

from functools import partial

from carlot.partners.wayne_reeves import client
from carlot.partners.wayne_reeves.pages import read_page, to_fingerprint
from carlot.partners.wayne_reeves.source import Fetched
from carlot.platform.ports import Services


class ApiPages:
    """The API as a `Source`."""

    counts = True

    def __init__(self, services: Services) -> None:
        self._services = services

    async def fetch(self, cursor: str | None) -> Fetched:
        """Ask for a page."""
        services = self._services
        client.require_configured(services.settings)
        body = await client.fetch_inventory(services.http, services.settings, services.clock.now(), cursor=cursor)
        return Fetched(to_fingerprint(body), partial(read_page, body))
