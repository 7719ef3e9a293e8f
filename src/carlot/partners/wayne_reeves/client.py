"""Calls to the Wayne Reeves DMS.

ASSUMED: paths, parameters and shapes, as in CONTRACTS section 3. To confirm: the dealer's own API document.
"""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlencode

from carlot.partners.http import send
from carlot.ports import Http
from carlot.settings import Settings

PARTNER = "Wayne Reeves"
PAGE_SIZE = 500


async def fetch_inventory(http: Http, settings: Settings, cursor: str | None, now: datetime) -> bytes:
    """One page of the inventory, `PAGE_SIZE` vehicles at most, as JSON bytes; `cursor` is `None` for the first.

    Raises: as `send`.
    """
    query = {"limit": str(PAGE_SIZE)} | ({} if cursor is None else {"cursor": cursor})
    headers = {"authorization": f"Bearer {settings.wayne_reeves_api_key}", "accept": "application/json"}
    url = f"{settings.wayne_reeves_api_url}/inventory?{urlencode(query)}"
    return (await send(http, PARTNER, "GET", url, headers, now=now)).body
