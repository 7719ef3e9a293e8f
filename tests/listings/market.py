"""A dealer with the three listing sites beside him, all simulated, and the truths that must hold whatever happens."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from app.typed import entry
from carlot.partners.listings.reconcile import job_of
from carlot.partners.registry import PARTNERS
from carlot.platform.ports import HttpResponse
from carlot.settings import Settings
from support.lot import answer
from support.simulated import BASE, SimulatedNetwork
from support.world import World

SITES = ("cargurus", "truecar", "kbb")
WIRE = {"cargurus": "carGurus", "truecar": "trueCar", "kbb": "kbb"}
PRICE = {"cargurus": "price", "truecar": "list_price", "kbb": "ListPrice"}
SITES_ENV: dict[str, str | None] = {
    "CARGURUS_API_URL": f"{BASE}/cargurus",
    "CARGURUS_API_KEY": "cargurus-key",
    "TRUECAR_API_URL": f"{BASE}/truecar/",
    "TRUECAR_DEALER_ID": "D 42",
    "TRUECAR_API_KEY": "truecar-key",
    "KBB_API_URL": f"{BASE}/kbb",
    "KBB_DEALER_ID": "K7",
}


LANDS_S = 50
"""When a call that nobody waits for any more takes effect: late, but before CarLot takes it that it no longer can."""


class LateNetwork(SimulatedNetwork):
    """A network on which what a site held back takes effect `LANDS_S` seconds after it was sent."""

    _lands: list[datetime]

    async def request(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None, *, timeout_s: float, max_bytes: int
    ) -> HttpResponse:
        await self.land()
        began, held_back = self.clock.now(), len(self._late)
        try:
            return await super().request(method, url, headers, body, timeout_s=timeout_s, max_bytes=max_bytes)
        finally:
            if len(self._late) > held_back:
                self._lands.append(began + timedelta(seconds=LANDS_S))

    async def land(self) -> None:
        """Let take effect what is due by now."""
        if not hasattr(self, "_lands"):
            self._lands = []
        while self._lands and self._lands[0] <= self.clock.now():
            self._lands.pop(0)
            await self._late.pop(0)()


class Market(World):
    """CarLot with all sites configured. The lot is empty: `add` puts cars on it that are to be published; `cars` the DMS has."""

    def __init__(self, seed: int = 1, cars: Sequence[Any] = (), **env: str | None) -> None:
        super().__init__(cars=cars, seed=seed, settings={**SITES_ENV, **env})
        self.network: LateNetwork = LateNetwork(self.clock, list(cars), seed)
        # The look at a site that has just been configured was long ago: it would mend what other things are to mend.
        for site in SITES:
            if Settings.from_env(self.env, PARTNERS).configured(site):
                self.database.query(
                    "INSERT INTO daily_jobs VALUES (?, '2025-01-01', '2025-01-01T09:00:00.000Z')",
                    job_of(Settings.from_env(self.env, PARTNERS), site),
                )
        self.prices: dict[str, set[float]] = {}

    async def add(self, number: int = 1, **changed: Any) -> dict[str, Any]:
        """Add a car that is to be published; answer it."""
        response = await self.call("POST", "/api/vehicles", entry(number, **{"publishToThirdParty": True, **changed}))
        assert response.status == 201, response.body
        car: dict[str, Any] = answer(response)
        self._note_price(car)
        return car

    async def change(self, car: dict[str, Any], **changes: Any) -> dict[str, Any]:
        """Change a car by hand; answer it."""
        response = await self.call("PATCH", f"/api/vehicles/{car['id']}", changes)
        assert response.status == 200, response.body
        changed: dict[str, Any] = answer(response)
        self._note_price(changed)
        return changed

    async def sold(self, car: dict[str, Any]) -> str:
        """Sell a car; answer the sale's id."""
        content = {"vehicleId": car["id"], "salePrice": 19000, "saleDate": "2025-02-03"}
        response = await self.call("POST", "/api/sales", content)
        assert response.status == 201, response.body
        return str(answer(response)["id"])

    async def settle(self) -> None:
        """Until nothing is left to do, and two minutes more: late effects and the look at them included."""
        await self.until_quiet()
        for _ in range(2):
            self.clock.forward(60)
            await self.network.land()
            await self.tick("* * * * *")
            await self.work()
        await self.until_quiet()

    def shown(self, site: str = "cargurus") -> dict[str, dict[str, Any]]:
        """What a site shows, by VIN."""
        return self.network.sites[site].listings

    def calls(self, site: str = "cargurus", method: str | None = None) -> list[str]:
        """The methods a site heard, in order."""
        return [heard["method"] for heard in self.network.heard(method, partner=site)]

    def forget_calls(self) -> None:
        """Begin the ledger anew."""
        self.network.core.ledger.clear()

    def audit(self, site: str = "cargurus") -> dict[str, tuple[str, int | None]]:
        """State and price of each VIN, as the audit view has them."""
        rows = self.database.query("SELECT vin, state, price_cents FROM audit_listing WHERE platform = ?", site)
        return {row["vin"]: (row["state"], row["price_cents"]) for row in rows}

    async def listings(self, car: dict[str, Any]) -> dict[str, Any]:
        """What the API says of a car on each site."""
        found: dict[str, Any] = answer(await self.call("GET", f"/api/vehicles/{car['id']}/listings"))["listings"]
        return found

    def check(self) -> None:
        """Every site shows exactly the cars that are to be listed, each at its present price, and never showed another."""
        wanted = {
            row["vin"]: row["price_cents"] / 100
            for row in self.database.query(
                """SELECT vin, price_cents FROM vehicles WHERE status = 'available' AND publish_to_third_party = 1
                AND vin_valid = 1 AND price_cents > 0 AND photos <> '[]'"""
            )
        }
        for site in SITES:
            assert {vin: listing[PRICE[site]] for vin, listing in self.shown(site).items()} == wanted, site
            states = {vin: state for vin, state in self.audit(site).items() if state[0] != "absent"}
            assert states == {vin: ("live", round(price * 100)) for vin, price in wanted.items()}, site
            for change in self.network.sites[site].history:
                assert change["what"] == "removed" or change["price"] in self.prices[change["vin"]], change

    def _note_price(self, car: dict[str, Any]) -> None:
        if car["price"] is not None:
            self.prices.setdefault(car["vin"], set()).add(car["price"])
