"""A listing site that does not exist, as its module would be, and a day with it. Run as a program: it changes the registry.

Nothing outside this file knows of it: settings, limits, tasks, status, the API and the nightly look all come from the registry.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import Any

from carlot.domain.partner import Limits
from carlot.partners import registry
from carlot.partners.listings.site import Site

ADRIFT = Site(
    target="adrift",
    wire="autoDrift",
    name="AutoDrift",
    base_url="ADRIFT_URL",
    path="/stores/{ADRIFT_STORE}/cars/{vin}",
    headers={"x-drift-key": "key={ADRIFT_KEY}"},
    names={"vin": "id_number", "price": "ask", "mileage": "miles", "exteriorColor": "paint", "photos": "pics"},
    photos=lambda urls: [{"src": url} for url in urls],
    needed=("ADRIFT_URL", "ADRIFT_STORE", "ADRIFT_KEY"),
    required=("vin", "price", "photos", "exteriorColor"),
    max_photos=2,
    limits=Limits(60, 1),
    refusal=lambda body: body.decode() or None,
)
registry.SITES[ADRIFT.target] = ADRIFT
registry.PARTNERS[ADRIFT.target] = ADRIFT.partner()

# Only now: everything else is made from the registry as it is loaded.
from app.typed import entry, vin  # noqa: E402
from carlot.platform.ports import HttpResponse  # noqa: E402
from carlot.settings import setting_names  # noqa: E402
from support.lot import ENV, Lot, answer  # noqa: E402


class DriftHttp:
    """AutoDrift's API in a few lines."""

    def __init__(self) -> None:
        self.cars: dict[str, Any] = {}
        self.keys: set[str] = set()

    async def request(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None, *, timeout_s: float, max_bytes: int
    ) -> HttpResponse:
        """Put, show or remove a car."""
        base, _, number = url.rpartition("/")
        assert base == "http://drift.test/stores/S%2F1/cars"
        self.keys.add(headers["x-drift-key"])
        if method == "PUT":
            car = json.loads(body or b"")
            if car["ask"] == 1:
                return HttpResponse(422, {}, b"Too cheap for us")
            self.cars[number] = car
            return HttpResponse(201, {}, b'{"id": 7}')
        if number not in self.cars:
            return HttpResponse(404, {}, b"")
        if method == "DELETE":
            del self.cars[number]
            return HttpResponse(204, {}, b"")
        return HttpResponse(200, {}, json.dumps(self.cars[number]).encode())


async def a_day_with_it() -> None:
    """Published, changed, refused, sold."""
    assert {"ADRIFT_URL", "ADRIFT_STORE", "ADRIFT_KEY"} <= set(setting_names(registry.PARTNERS))
    http: Any = DriftHttp()
    lot = Lot(env={**ENV, "ADRIFT_URL": "http://drift.test/", "ADRIFT_STORE": "S/1", "ADRIFT_KEY": "k"}, http=http)
    photos = [f"https://photos.test/{number}.jpg" for number in range(5)]
    car = answer(await lot.call("POST", "/api/vehicles", entry(1, photos=photos, publishToThirdParty=True, exteriorColor=...)))
    where = f"/api/vehicles/{car['id']}"
    said = answer(await lot.call("GET", f"{where}/listings"))["listings"]["autoDrift"]
    assert said["reasons"] == ["It has no exterior color."], said
    await lot.call("PATCH", where, {"exteriorColor": "Red"})
    response = await lot.call("POST", "/api/integrations/listings/publish", {"vehicleId": car["id"]})
    assert answer(response)["platforms"]["autoDrift"] == "queued"
    await lot.deliver()
    pictures = [{"src": url} for url in photos[:2]]
    assert http.cars == {vin(1): {"id_number": vin(1), "ask": 20001, "miles": 50001, "paint": "Red", "pics": pictures}}
    assert http.keys == {"key=k"}
    assert answer(await lot.call("GET", "/api/integrations/status"))["listings"]["autoDrift"]["configured"] is True
    await lot.call("PATCH", where, {"price": 1})
    await lot.deliver()
    said = answer(await lot.call("GET", f"{where}/listings"))["listings"]["autoDrift"]
    assert (said["state"], said["reasons"]) == ("dead", ["AutoDrift refused it: Too cheap for us"])
    lot.clock.forward(86_400)
    await lot.tick("0 * * * *")
    await lot.call("POST", "/api/sales", {"vehicleId": car["id"], "salePrice": 9, "saleDate": "2025-02-04"})
    await lot.deliver()
    assert http.cars == {}
    assert lot.database.query("SELECT platform, state FROM audit_listing") == [{"platform": "adrift", "state": "absent"}]


if __name__ == "__main__":
    asyncio.run(a_day_with_it())
    print("a day with it")
