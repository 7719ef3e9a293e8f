"""Posting to a sandbox company of Intuit's, by whoever has one: it is asked for by environment variables, and is skipped without.

`QUICKBOOKS_LIVE_ACCESS_TOKEN` and `QUICKBOOKS_LIVE_REALM_ID`, as Intuit's OAuth 2.0 Playground shows them; the names of an item
and two accounts of that company, where they are not those of its samples, as `QUICKBOOKS_LIVE_SALES_ITEM` and so on.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from carlot.domain.times import instant
from carlot.errors import NetworkFailure
from carlot.partners.quickbooks import client, tokens
from carlot.partners.quickbooks.client import TokenPair
from carlot.partners.quickbooks.company import open_company
from carlot.platform.ports import HttpResponse, Services
from carlot.store import oauth_tokens, tasks
from support.books import BOOKS_ENV
from support.lot import ENV, Lot, answer, car
from support.platform import FixedClock, NoDownloads

TOKEN = os.environ.get("QUICKBOOKS_LIVE_ACCESS_TOKEN", "")
REALM = os.environ.get("QUICKBOOKS_LIVE_REALM_ID", "")
API_URL = os.environ.get("QUICKBOOKS_LIVE_API_URL", client.API_URLS["sandbox"])
NAMES = {
    "QUICKBOOKS_SALES_ITEM": "Services",
    "QUICKBOOKS_EXPENSE_ACCOUNT": "Automobile",
    "QUICKBOOKS_PAYMENT_ACCOUNT": "Checking",
    "QUICKBOOKS_DEFAULT_CUSTOMER": "CarLot test customer",
}
"""As Intuit's sample company has them; the customer is made."""

pytestmark = pytest.mark.skipif(
    not (TOKEN and REALM), reason="QUICKBOOKS_LIVE_ACCESS_TOKEN and QUICKBOOKS_LIVE_REALM_ID are not set"
)


class Network(NoDownloads):
    """The real one."""

    async def request(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None, *, timeout_s: float, max_bytes: int
    ) -> HttpResponse:
        try:
            async with httpx.AsyncClient(timeout=timeout_s) as network:
                found = await network.request(method, url, headers=headers, content=body)
        except httpx.HTTPError as failure:
            raise NetworkFailure(str(failure)) from failure
        assert len(found.content) <= max_bytes
        return HttpResponse(found.status_code, {name.lower(): value for name, value in found.headers.items()}, found.content)


class LiveLot(Lot):
    """CarLot in memory, on the real network, with numbers that no earlier run has used."""

    def __init__(self) -> None:
        names = {name: os.environ.get(name.replace("QUICKBOOKS_", "QUICKBOOKS_LIVE_"), usual) for name, usual in NAMES.items()}
        env: dict[str, str | None] = {**ENV, **BOOKS_ENV, **names, "QUICKBOOKS_API_URL": API_URL, "QUICKBOOKS_REALM_ID": REALM}
        super().__init__(env=env, clock=FixedClock(datetime.now(UTC), seed=time.time_ns()))

    @property
    def services(self) -> Services:
        return replace(super().services, http=Network())

    async def connect(self) -> None:
        """Keep the access token that was given; there is no refresh token, and none is needed within the hour."""
        given = TokenPair(
            access_token=TOKEN,
            expires_in=3600,
            refresh_token="none",
            x_refresh_token_expires_in=3600,
        )
        sealed = await tokens.seal(self.services, REALM, given)
        await self.database.batch([oauth_tokens.connect(REALM, sealed, instant(self.clock.now()))])

    async def enter(self, path: str, entry: Mapping[str, Any]) -> dict[str, Any]:
        """Enter something, and have the books hear of it."""
        response = await self.call("POST", path, entry)
        assert response.status in (200, 201), response.body
        await self.deliver()
        shown: dict[str, Any] = answer(response)
        return shown


async def test_a_sale_and_an_expense_are_posted_found_again_and_taken_back() -> None:
    lot = LiveLot()
    await lot.connect()
    record = car(1)
    entry = {name: record[name] for name in ("vin", "make", "model", "year")}
    vehicle = await lot.enter("/api/vehicles", {**entry, "stockNumber": f"T{time.time_ns()}"})
    sold = {"vehicleId": vehicle["id"], "salePrice": 6995.29, "saleDate": lot.clock.now().date().isoformat()}
    sale = await lot.enter("/api/sales", sold)
    spent = {
        "vehicleId": vehicle["id"],
        "serviceDate": sold["saleDate"],
        "description": "Test",
        "cost": 0.29,
        "vendor": "CarLot test vendor",
    }
    await lot.enter("/api/service-records", spent)
    posted = lot.database.query("SELECT invoice_id FROM sales")[0]["invoice_id"]
    purchased = lot.database.query("SELECT purchase_id FROM service_records")[0]["purchase_id"]
    assert posted and purchased, lot.database.query("SELECT kind, state, error FROM sync_tasks")
    company = await open_company(lot.services)
    invoice = await client.read(company, "Invoice", posted)
    assert invoice is not None
    assert (invoice.total_cents, invoice.number) == (699529, sale["docNumber"])

    # As if nobody knew of it: it is found again, not sent again.
    lot.database.connection.execute("UPDATE sales SET invoice_id = NULL, books_tried_at = '2025-01-01T00:00:00.000Z'")
    lot.database.connection.execute("UPDATE sync_tasks SET state = 'blocked' WHERE kind = 'invoice'")
    await lot.database.batch([tasks.release("quickbooks", instant(lot.clock.now()))])
    await lot.tick()
    await lot.deliver()
    assert lot.database.query("SELECT invoice_id FROM sales") == [{"invoice_id": posted}]
    assert len(await client.find(company, "Invoice", "DocNumber", sale["docNumber"])) == 1

    await lot.enter(f"/api/sales/{sale['id']}/void", {})
    voided = await client.read(company, "Invoice", posted)
    assert voided is not None and voided.is_void
    purchase = await client.read(company, "Purchase", purchased)
    assert purchase is not None and purchase.total_cents == 29
    await client.remove(company, "Purchase", purchased, purchase.sync_token)
