"""What a real run answers is as described: every endpoint, every success it tells of, and the usual refusals."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from typing import Any

import pytest

from app.typed import entry
from carlot.errors import NotFound
from carlot.platform.ports import Response
from carlot.routes import ROUTER, ROUTES
from listings.market import Market
from openapi.description import faults, operation
from photos.album import PNG, uploaded
from support.lot import TOKEN, answer, car
from support.signing import encoded, signed, with_type
from support.world import SECRET

# Made elsewhere: the desk's page is an asset; connecting the books takes Intuit.
ELSEWHERE = {
    ("GET /", 200),
    ("GET /api/integrations/quickbooks/authorize", 302),
    ("GET /api/integrations/quickbooks/callback", 302),
    ("POST /api/integrations/quickbooks/sync", 202),
    ("POST /api/webhooks/quickbooks", 200),
}


class Watched(Market):
    """A dealer's world in which every answer is held against the description."""

    def __init__(self) -> None:
        super().__init__(
            cars=[car(1), car(2)],
            DEALER_NAME="Corner Cars",
            IMPORT_PUBLISH_TO_WEBSITE="true",
            QUICKBOOKS_TRADE_IN_ITEM="Trade-ins",
        )
        self.seen: set[tuple[str, int]] = set()

    async def call(
        self, method: str, target: str, content: Any = None, headers: Mapping[str, str] | None = None, **more: Any
    ) -> Response:
        response = await super().call(method, target, content, headers, **more)
        try:
            route = ROUTER.match(method, target.partition("?")[0]).route
        except NotFound:
            return response
        assert list(faults(route, response, head=method == "HEAD")) == [], f"{method} {target}: {response.body!r}"
        self.seen.add((f"{route.method} {route.path}", response.status))
        return response

    async def all_of(self, *targets: str) -> None:
        """Get each."""
        for target in targets:
            assert (await self.call("GET", target)).status == 200, target

    async def twice(self, target: str) -> None:
        """Get it, and again with the ETag that came."""
        first = await self.call("GET", target)
        assert (await self.call("GET", target, headers={"if-none-match": first.headers["etag"]})).status == 304


async def run_the_lot(world: Watched) -> None:
    """Vehicles, photos, files."""
    tesla = answer(await world.call("POST", "/api/vehicles", entry(1, publishToThirdParty=True, photos=[])))
    first, second = await uploaded(world, tesla, 1), await uploaded(world, tesla, 2)
    form = {"content-type": "image/png"}
    assert (await world.call("POST", f"/api/vehicles/{tesla['id']}/photos", PNG, form)).status == 201
    assert (await world.call("POST", f"/api/vehicles/{tesla['id']}/photos", PNG, form)).status == 200
    shown = answer(await world.call("GET", f"/api/vehicles/{tesla['id']}"))["photos"]
    await world.call("PUT", f"/api/vehicles/{tesla['id']}/photos", {"photos": [each["id"] for each in reversed(shown)]})
    await world.call("DELETE", f"/api/vehicles/{tesla['id']}/photos/{second['id']}")
    await world.call("PATCH", f"/api/vehicles/{tesla['id']}", {"price": 19_999.5, "purchaseDate": "2025-01-02", "trim": None})
    await world.call("PATCH", f"/api/vehicles/{tesla['id']}", {"price": 1}, {"if-match": '"0"'})
    await world.call("POST", "/api/integrations/listings/publish", {"vehicleId": tesla["id"]})
    exported = await world.call("GET", "/api/vehicles/export.csv")
    assert exported.parts is not None
    text = "".join([part async for part in exported.parts])
    rows = list(csv.reader(io.StringIO(text)))
    await world.call("POST", "/api/vehicles/import?dryRun=true", text.encode(), {"content-type": "text/csv"})
    rows[1][rows[0].index("year")] = "soon"
    broken = "\n".join(",".join(row) for row in rows).encode()
    await world.call("POST", "/api/vehicles/import?dryRun=true", broken, {"content-type": "text/csv"})
    report = answer(await world.call("POST", "/api/vehicles/import", broken, {"content-type": "text/csv"}))
    await world.all_of(f"/api/vehicles/imports/{report['importId']}/rejected.csv")
    for _ in range(2):
        await world.call("POST", f"/api/vehicles/imports/{report['importId']}/undo")
    await world.until_quiet()
    await world.all_of(
        "/api/vehicles?q=tesla",
        f"/api/vin/{tesla['vin']}",
        f"/api/vehicles/{tesla['id']}/listings",
        f"/api/vehicles/{tesla['id']}/sync",
    )
    for target in (f"/photos/{first['id']}", f"/api/public/vehicle/{tesla['id']}", "/api/public/inventory?limit=1"):
        await world.twice(target)


async def run_the_desk(world: Watched) -> None:
    """Sales, service work, customers, feeds, sign-in."""
    traded = [{"kind": "tradeIn", "description": "Her old car", "amount": 500}]
    sale = await world.sell("A1", customer={"name": "Ann", "phone": "5"}, lines=traded)
    assert (await world.call("POST", f"/api/sales/{sale['id']}/trade-in", entry(9))).status == 201
    await world.call("POST", "/api/sales", {"vehicleId": "none", "salePrice": 1, "saleDate": "2025-02-03"})
    vehicle = world.vehicle("A2")["id"]
    work = {"vehicleId": vehicle, "serviceDate": "2025-02-03", "description": "Oil", "cost": 40}
    record = answer(await world.call("POST", "/api/service-records", work))
    await world.all_of(f"/api/service-records/{record['id']}")
    await world.call("PATCH", f"/api/service-records/{record['id']}", {"cost": 41, "vendor": "Joe"})
    await world.call("POST", f"/api/service-records/{record['id']}/void")
    await world.call("PATCH", f"/api/sales/{sale['id']}", {"salePrice": 6400})
    bob = answer(await world.call("POST", "/api/customers", {"name": "Bob", "email": "bob@example.com"}))
    await world.call("PATCH", f"/api/customers/{bob['id']}", {"phone": "5"})
    await world.all_of("/api/sales", f"/api/sales/{sale['id']}", "/api/service-records", "/api/customers?q=bob", "/api/feeds")
    await world.all_of(f"/api/customers/{bob['id']}", f"/api/vehicles/{vehicle}/history")
    await world.call("DELETE", f"/api/customers/{bob['id']}")
    await world.call("PATCH", f"/api/customers/{bob['id']}", {"phone": "5"})
    await world.void(sale["id"])
    world.database.connection.execute("UPDATE vehicles SET status = 'sold' WHERE external_dms_id = 'A1'")
    (asked,) = answer(await world.call("GET", "/api/questions"))["questions"]
    await world.call("POST", f"/api/questions/{asked['id']}/answer", {"choice": "not_sold"})
    for report in ("profit", "sales", "service"):
        await world.call("GET", f"/api/reports/{report}?from=2025-01-01&to=2025-02-28")
        await world.call("GET", f"/api/reports/{report}.csv")
    feed = answer(await world.call("POST", "/api/feeds/google/rotate"))
    await world.twice(feed["url"].removeprefix("https://lot.test"))
    await world.call("PATCH", "/api/feeds/google", {"paused": True})
    address = answer(await world.call("POST", "/api/inventory-files/rotate"))["url"].removeprefix("https://lot.test")
    for method in ("PUT", "POST"):
        await world.call(method, address, b"StockNumber,VIN\nA1,1\n", {"content-type": "text/csv"}, signed_in=False)
    (file,) = answer(await world.call("GET", "/api/inventory-files"))["files"]
    await world.call("PUT", f"/api/inventory-files/columns/{file['headingsId']}", {"columns": {"VIN": "vin"}})
    await world.call("DELETE", f"/api/vehicles/{vehicle}")
    await world.call("POST", "/api/session", {"token": TOKEN})
    await world.call("POST", "/api/session", {"token": "wrong"})
    await world.call("DELETE", "/api/session")
    await world.call("DELETE", "/api/sessions")


async def run_the_partners(world: Watched) -> None:
    """Pulls, tasks, status, webhooks."""
    runs = answer(await world.call("GET", "/api/integrations/runs"))["runs"]
    await world.all_of(f"/api/integrations/runs/{runs[0]['id']}", "/api/integrations/status", "/api/integrations/tasks?limit=2")
    waiting = answer(await world.call("GET", "/api/integrations/tasks?target=quickbooks"))["tasks"][0]["id"]
    await world.call("POST", f"/api/integrations/tasks/{waiting}/discard")
    await world.call("POST", f"/api/integrations/tasks/{waiting}/retry")
    await world.call("POST", "/api/integrations/tasks/retry-all")
    await world.all_of(f"/api/integrations/tasks/{waiting}")
    for act in ("retry", "discard"):
        await world.call("POST", f"/api/integrations/tasks/{act}?dryRun=true", {"state": "blocked"})
    for act in ("pause", "resume"):
        await world.call("POST", f"/api/integrations/partners/kbb/{act}")
    await world.call("POST", "/api/integrations/quickbooks/disconnect")
    body = encoded({"id": "evt_1", "event": "vehicle.updated", "occurred_at": "2025-02-03T10:00:00Z", "vehicle": car(2)})
    headers = with_type(signed(body, SECRET, world.clock.now(), "standard"))
    for _ in range(2):
        assert (await world.call("POST", "/api/webhooks/wayne-reeves", body, headers, signed_in=False)).status == 200
    await world.until_quiet()
    [event] = answer(await world.call("GET", "/api/integrations/events"))["events"]
    await world.all_of(f"/api/integrations/events/{event['id']}")
    await world.call("POST", f"/api/integrations/events/{event['id']}/replay")
    for public in ("/api/health", "/api/public/dealer", "/api/public/reduced", "/sitemap.xml", "/robots.txt", "/inventory.html"):
        await world.twice(public)
    assert (await world.call("GET", "/inventory.html?vehicle=gone")).status == 404
    await world.twice("/api/openapi.json")


async def test_every_answer_of_a_real_run_is_as_described() -> None:
    world = Watched()
    assert await world.pull() == "completed"
    await run_the_lot(world)
    await run_the_desk(world)
    await run_the_partners(world)
    promised = {(f"{route.method} {route.path}", status) for route in ROUTES for status in route.answers}
    assert promised - world.seen == ELSEWHERE


@pytest.mark.parametrize("signed_in", [True, False])
async def test_every_refusal_is_as_described(signed_in: bool) -> None:
    """Each endpoint with nothing behind its names, an empty body and a query it cannot read."""
    world = Watched()
    for route in ROUTES:
        target = "/".join("none" if part.startswith(":") else part for part in route.path.split("/"))
        if route.path == "/":
            continue
        for query, content in (("", None), ("?limit=-1", b"{"), ("", b'{"x": 1}')):
            sent = {"content-type": "application/json"}
            body = content if route.method not in ("GET", "DELETE") else None
            await world.call(route.method, target + query, body, sent, signed_in=signed_in)


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"status": 418}, "418 is not described"),
        ({"headers": {"content-type": "text/html"}}, "comes as text/html"),
        ({"body": b'{"ok": "yes"}'}, "$.ok"),
        ({"body": b'{"ok": true, "more": 1}'}, "more"),
        ({"body": b"{}"}, "'ok' is a required property"),
    ],
)
def test_what_is_not_as_described_is_seen(changed: dict[str, Any], fault: str) -> None:
    route = ROUTER.match("GET", "/api/health").route
    headers = {"content-type": "application/json", "etag": '"1"'}
    right: dict[str, Any] = {"status": 200, "headers": headers, "body": b'{"ok": true}'}
    assert list(faults(route, Response(**right))) == []
    assert any(fault in each for each in faults(route, Response(**{**right, **changed})))
    assert operation(route)["responses"]["200"]
