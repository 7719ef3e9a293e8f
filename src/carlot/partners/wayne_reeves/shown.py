"""Asking the DMS for its record of one car: it has no call for that, so its inventory is looked through."""

from __future__ import annotations

from carlot.partners.wayne_reeves import client
from carlot.partners.wayne_reeves.mapping import DmsVehicle
from carlot.partners.wayne_reeves.pages import read_page
from carlot.platform.ports import Services

MAX_PAGES = 20
"""Pages of the DMS that are looked through for one vehicle."""


async def find_shown(services: Services, vin: str, stock_number: str, since: str | None = None) -> DmsVehicle | None:
    """The record of the car with that VIN, or else of that number, among those that were changed `since`.

    The record of a car that is for sale comes before those of its earlier stays. `services` are limited to what the DMS accepts.
    Raises: as `partners.http.send`.
    """
    cursor: str | None = None
    shown: list[DmsVehicle] = []
    for _ in range(MAX_PAGES):
        now = services.clock.now()
        body = await client.fetch_inventory(services.http, services.settings, now, cursor=cursor, updated_since=since)
        page = read_page(body)
        shown += [record for record in page.records if vin == record.vin or stock_number == record.stock_number]
        cursor = page.next_cursor
        if cursor is None:
            break
    return min(
        shown,
        key=lambda record: (vin != record.vin, record.status == "sold", stock_number != record.stock_number),
        default=None,
    )
