"""A lot with the simulated DMS on its network, and what a dealer does with the two."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from carlot.platform.ports import Services
from simulators.wayne_reeves.knobs import Knobs
from support.lot import ENV, Lot, answer
from support.perils import Perils, endangered
from support.simulated import BASE, SimulatedNetwork

PAGE_A_MESSAGE_S = 1.2
"""A network's latency at which a message takes one page of the inventory, and the next rings for the rest."""


@dataclass
class ServedLot(Lot):
    """The program beside a simulated DMS that is empty at first. `perils`, where set, are what it runs into."""

    env: dict[str, str | None] = field(default_factory=lambda: {**ENV, "WAYNE_REEVES_API_URL": BASE})
    network: SimulatedNetwork = field(init=False)
    perils: Perils | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        self.network = SimulatedNetwork(self.clock, [])

    @property
    def services(self) -> Services:
        services = replace(super().services, http=self.network)
        return services if self.perils is None else endangered(services, self.perils)

    def dms_holds(self, *records: Any, **knobs: Any) -> None:
        """The DMS holds exactly these records, and serves them as the knobs say."""
        self.network.dms.lot.replace(records)
        self.dms_serves(**knobs)

    def dms_changes(self, *records: Any) -> None:
        """The DMS has these records in place of those with the same stock numbers; pages without them stay as they were."""
        for record in records:
            self.network.dms.lot.upsert(record)

    def dms_serves(self, **knobs: Any) -> None:
        """How the DMS serves what it holds: as it should but for these knobs."""
        self.network.dms.knobs = Knobs(**knobs)

    def dms_shows(self, stock_number: str) -> dict[str, Any]:
        """The DMS's own record of a car."""
        record = self.network.dms.lot.find(stock_number)
        assert record is not None
        return record

    async def press(self) -> str:
        """Press the button; answer the run's id."""
        response = await self.call("POST", "/api/integrations/wayne-reeves/sync")
        assert response.status == 202, response.body
        run_id: str = answer(response)["runId"]
        return run_id

    async def report(self, run_id: str) -> dict[str, Any]:
        """A run as the API shows it."""
        report: dict[str, Any] = await self.get(f"/api/integrations/runs/{run_id}")
        return report

    async def pull(self) -> dict[str, Any]:
        """Pull the DMS's inventory to the end, a minute after whatever was before; answer the run's report."""
        self.clock.forward(60)
        run_id = await self.press()
        await self.deliver()
        return await self.report(run_id)

    async def get(self, target: str) -> Any:
        """The JSON of a GET that must work."""
        response = await self.call("GET", target)
        assert response.status == 200, response.body
        return answer(response)

    async def vehicle(self, stock_number: str) -> dict[str, Any]:
        """The DMS's car with this stock number, as the admin API shows it."""
        row = self.database.query("SELECT id FROM vehicles WHERE external_dms_id = ?", stock_number)
        vehicle: dict[str, Any] = await self.get(f"/api/vehicles/{row[0]['id']}")
        return vehicle

    async def edit(self, stock_number: str, **changes: Any) -> dict[str, Any]:
        """Change the DMS's car by hand; answer it."""
        vehicle_id = (await self.vehicle(stock_number))["id"]
        response = await self.call("PATCH", f"/api/vehicles/{vehicle_id}", changes)
        assert response.status == 200, response.body
        vehicle: dict[str, Any] = answer(response)
        return vehicle

    def states(self) -> dict[str, str]:
        """Every car of the DMS's by stock number, with its state."""
        rows = self.database.query("SELECT external_dms_id AS stock, status FROM vehicles WHERE external_dms_id IS NOT NULL")
        return {row["stock"]: row["status"] for row in rows}
