"""How often the commonest work goes to the database and back: each trip is 20 to 100 ms from an edge far away from it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import pytest

from app.typed import forget_public_texts
from carlot.platform.ports import Database, Http, HttpResponse, Row, Services, Statement, Value
from listings.market import SITES, Market
from support.lot import TOKEN, answer, car
from support.platform import NoDownloads
from support.world import World

LATER = "2025-02-01T09:00:00Z"
TRIP, CALL = 12, 50
"""How long a trip and a partner's answer take, in rounds of the event loop: the same on every machine."""


async def wait(rounds: int) -> None:
    for _ in range(rounds):
        await asyncio.sleep(0)


@dataclass
class DistantDatabase:
    """A database that is a while away. `trips` counts the calls to it, `statements` what they run."""

    inner: Database
    trips: int = 0
    statements: int = 0

    async def batch(self, statements: Sequence[Statement]) -> list[list[Row]]:
        await self._travel(len(statements))
        return await self.inner.batch(statements)

    async def all(self, sql: str, *params: Value) -> list[Row]:
        await self._travel()
        return await self.inner.all(sql, *params)

    async def first(self, sql: str, *params: Value) -> Row | None:
        await self._travel()
        return await self.inner.first(sql, *params)

    async def _travel(self, statements: int = 1) -> None:
        self.trips += 1
        self.statements += statements
        await wait(TRIP)


@dataclass
class DistantHttp(NoDownloads):
    """A network on which a call takes as long as several trips."""

    inner: Http

    async def request(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None, *, timeout_s: float, max_bytes: int
    ) -> HttpResponse:
        await wait(CALL)
        return await self.inner.request(method, url, headers, body, timeout_s=timeout_s, max_bytes=max_bytes)


class FarMarket(Market):
    """A dealer far from his database."""

    distant: DistantDatabase | None = None

    @property
    def services(self) -> Services:
        near = super().services
        self.distant = self.distant or DistantDatabase(self.database)
        return replace(near, database=self.distant, http=DistantHttp(near.http))


@pytest.mark.parametrize(("by_session", "most"), [(True, 3), (False, 2)])
async def test_a_new_price_is_three_trips_at_most(by_session: bool, most: int) -> None:
    """Whose session it is; the car as it is; the change with its tasks, and the car as it is then."""
    world = World(1)
    await world.pull()
    car = world.vehicle("A1")["id"]
    begun = await world.call("POST", "/api/session", {"token": TOKEN}, signed_in=False)
    session = {"cookie": begun.headers["set-cookie"].partition(";")[0], "origin": "https://lot.test"} if by_session else {}
    before = world.database.trips
    response = await world.call("PATCH", f"/api/vehicles/{car}", {"price": 6000}, session, signed_in=not by_session)
    assert (response.status, answer(response)["price"]) == (200, 6000)
    assert world.database.trips - before <= most
    assert world.vehicle("A1")["price_cents"] == 600_000


async def test_a_delivery_of_thirty_listings_is_twenty_trips() -> None:
    market = FarMarket()
    for number in range(1, 11):
        await market.add(number)
    assert len(market.timed.due()) == 30
    assert market.distant is not None
    before = market.distant.trips
    assert await market.deliver_due() == 30
    assert market.distant.trips - before <= 20
    live = market.database.query("SELECT platform, count(*) AS cars FROM audit_listing WHERE state = 'live' GROUP BY 1")
    assert {row["platform"]: row["cars"] for row in live} == dict.fromkeys(SITES, 10)


class FarWorld(World):
    """The same of a dealer whose DMS tells of its cars."""

    distant: DistantDatabase | None = None

    @property
    def services(self) -> Services:
        self.distant = self.distant or DistantDatabase(self.database)
        return replace(super().services, database=self.distant)


async def test_a_delivery_of_thirty_events_is_ten_trips_and_writes_the_lot_once() -> None:
    world = FarWorld(30)
    await world.pull()
    for number in range(1, 31):
        told = {"id": f"e{number}", "event": "vehicle.updated", "vehicle": car(number, price=9000 + number, updated_at=LATER)}
        assert await world.told_by_dms(told) == 200
    assert world.distant
    trips, statements = world.distant.trips, world.distant.statements
    assert await world.deliver_due() == 30
    assert world.distant.trips - trips <= 10
    assert world.distant.statements - statements <= 2 * 30 + 25
    prices = {row["external_dms_id"]: row["price_cents"] for row in world.database.query("SELECT * FROM vehicles")}
    assert prices == {f"A{number}": (9000 + number) * 100 for number in range(1, 31)}
    assert world.database.query("SELECT DISTINCT state FROM webhook_events") == [{"state": "applied"}]


async def test_the_commonest_requests_are_few_trips() -> None:
    """Those of docs/architecture.md, "Trips to the database", in its order."""
    forget_public_texts()
    world = World(1)
    await world.pull()
    car_id = world.vehicle("A1")["id"]
    await world.call("PATCH", f"/api/vehicles/{car_id}", {"publishToWebsite": True})
    lot = await world.call("GET", "/api/public/inventory", signed_in=False)
    assert [each["id"] for each in answer(lot)] == [car_id]
    sale = {"vehicleId": car_id, "salePrice": 7000, "saleDate": world.clock.now().date().isoformat()}
    asked: list[tuple[int, bool, str, str, object, dict[str, str]]] = [
        (1, False, "GET", "/api/public/inventory", None, {}),
        (1, False, "GET", "/api/public/inventory", None, {"if-none-match": lot.headers["etag"]}),
        (1, False, "GET", "/api/public/inventory?make=Ford", None, {}),
        (1, False, "GET", f"/api/public/vehicle/{car_id}", None, {}),
        (3, False, "GET", "/inventory.html", None, {}),
        (1, True, "GET", "/api/vehicles", None, {}),
        (1, True, "GET", f"/api/vehicles/{car_id}", None, {}),
        (1, True, "GET", "/api/integrations/status", None, {}),
        (2, True, "PATCH", f"/api/vehicles/{car_id}", {"price": 7000}, {}),
        (2, True, "POST", "/api/sales", sale, {}),
    ]
    for most, signed_in, method, path, content, headers in asked:
        before = world.database.trips
        response = await world.call(method, path, content, headers, signed_in=signed_in)
        assert response.status in (200, 201, 304), (path, response.body)
        assert world.database.trips - before <= most, path
