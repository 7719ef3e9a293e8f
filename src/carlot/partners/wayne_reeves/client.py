"""Calls to the Wayne Reeves DMS.

ASSUMED: paths, parameters and shapes, as in docs/partners.md, "Wayne Reeves". To confirm: the dealer's own API document.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from urllib.parse import quote, urlencode

from pydantic_core import to_json

from carlot.domain.verdicts import DMS
from carlot.errors import Gone, NeedsDealer, Retryable
from carlot.partners.http import send
from carlot.partners.wayne_reeves.mapping import read_sale_id, require_no_error
from carlot.platform.ports import Http
from carlot.settings import Settings

PARTNER = "Wayne Reeves"
PAGE_SIZE = 500


def require_configured(settings: Settings) -> None:
    """Go on when the API can be called, wherever the inventory comes from. Raises: `NeedsDealer`."""
    if lacking := settings.lacking("wayne_reeves"):
        raise NeedsDealer(f"Not configured yet: set {' and '.join(lacking)}.")


async def fetch_inventory(
    http: Http, settings: Settings, now: datetime, *, cursor: str | None = None, updated_since: str | None = None
) -> bytes:
    """One page of the inventory, `PAGE_SIZE` vehicles at most, as JSON bytes; `cursor` is `None` for the first.

    Raises: as `send`.
    """
    query = {"limit": str(PAGE_SIZE), "cursor": cursor, "updated_since": updated_since}
    path = "/inventory?" + urlencode({name: value for name, value in query.items() if value is not None})
    return await _call(http, settings, now, "GET", path)


async def record_sale(http: Http, settings: Settings, now: datetime, sale: Mapping[str, object], idempotency_key: str) -> str:
    """Tell the DMS of a sale; answer its id there. The same key again gives the same answer.

    Raises: as `send`; `Permanent` 404 for an unknown stock number, 409 when it is sold already under another key.
    """
    answer = await _call(http, settings, now, "POST", "/sales", sale, {"idempotency-key": idempotency_key})
    return read_sale_id(answer)


async def undo_sale(http: Http, settings: Settings, now: datetime, sale_id: str) -> None:
    """Take a sale back; one that is not there counts as taken back. Raises: as `send`; `Retryable` when the answer is no 204."""
    try:
        body = await _call(http, settings, now, "DELETE", f"/sales/{quote(sale_id, safe='')}")
    except Gone:
        return
    if body:  # A page in the place of an answer. Asked again, a sale that was taken back after all is not there.
        raise Retryable(f"{PARTNER} did not confirm that the sale is undone.")


async def change_vehicle(http: Http, settings: Settings, now: datetime, stock_number: str, changes: Mapping[str, object]) -> None:
    """Write any of `mileage`, `location`, `price` (dollars), `description`.

    Raises: as `send`; `Retryable` for an error in a 200.
    """
    require_no_error(await _call(http, settings, now, "PATCH", f"/inventory/{quote(stock_number, safe='')}", changes))


async def _call(
    http: Http,
    settings: Settings,
    now: datetime,
    method: str,
    path: str,
    content: Mapping[str, object] | None = None,
    headers: Mapping[str, str] | None = None,
) -> bytes:
    sent = {"authorization": f"Bearer {settings.wayne_reeves_api_key}", "accept": "application/json", **(headers or {})}
    body = None
    if content is not None:
        sent["content-type"] = "application/json"
        body = to_json(content)
    url = settings.wayne_reeves_api_url + path
    return (await send(http, PARTNER, method, url, sent, body, now=now, verdicts=DMS)).body
