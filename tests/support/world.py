"""A dealer's whole world in memory: CarLot, its queue, its simulated partners, and time that passes when the test says so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from random import Random
from typing import Any

from carlot import app
from carlot.domain.times import instant, parse_instant
from carlot.platform.ports import Services
from simulators.wayne_reeves.sales import SaleReport
from support.invocation import Stopwatch, limited
from support.lot import ENV, Lot, answer, car
from support.perils import Killed, Perils, endangered
from support.platform import FixedClock
from support.queues import TimedQueue, Waiting
from support.signing import Scheme, encoded, signed, with_type
from support.simulated import BASE, SimulatedNetwork

MINUTE = "* * * * *"
HOUR = "0 * * * *"
BATCH = 30
OPEN = "state IN ('pending', 'running')"
SECRET = "whsec_c2VjcmV0IG9mIHRoZSB3ZWJob29rIQ=="

PARTNERS_ENV: dict[str, str | None] = {
    **ENV,
    "WAYNE_REEVES_API_URL": BASE,
    "WAYNE_REEVES_API_KEY": "key",
    "WEBHOOK_SECRET": SECRET,
}


class World(Lot):
    """CarLot with simulated partners. What can happen to it at its calls is `perils`; `restart` begins a new life."""

    def __init__(self, cars: int | Sequence[Any] = 3, seed: int = 1, settings: Mapping[str, str | None] | None = None) -> None:
        clock = FixedClock(seed=seed)
        self.timed = TimedQueue(clock)
        super().__init__(env={**PARTNERS_ENV, **(settings or {})}, queue=self.timed, clock=clock)
        records = [car(number) for number in range(1, cars + 1)] if isinstance(cars, int) else list(cars)
        self.network = SimulatedNetwork(clock, records, seed)
        self.perils = Perils(clock)

    @property
    def services(self) -> Services:
        return endangered(limited(self._services(self.timed, self.network)), self.perils)

    def restart(self, perils: Perils | None = None) -> None:
        """The program begins anew; what stands in the database and in the queue is all it has."""
        self.perils = perils or Perils(self.clock)

    async def deliver_due(self, most: int = BATCH, order: Random | None = None) -> int:
        """One delivery of messages whose time has come; answer how many. One that dies is delivered again later."""
        due = self.timed.due()
        if order:
            order.shuffle(due)
        return await self._deliver(due[:most], dead_letters=False)

    async def deliver_dead_letters(self) -> int:
        """What the queue gave up on."""
        letters, self.timed.dead_letters = self.timed.dead_letters, []
        return await self._deliver(letters, dead_letters=True)

    async def _deliver(self, messages: list[Waiting], *, dead_letters: bool) -> int:
        if not messages:
            return 0
        deliveries = self.timed.deliver(messages)
        watch, perils = Stopwatch(self.clock.now()), self.perils
        try:
            verdicts = await app.handle_delivery(deliveries, self.services, dead_letters=dead_letters)
        except Killed:
            self.timed.judge(messages, None)
            raise
        if perils.pause_at is None:  # One that was made to stand still has ended long ago, as far as Cloudflare is concerned.
            watch.stop(self.clock.now())
        self.timed.judge(messages, verdicts)
        return len(messages)

    async def work(self) -> None:
        """Deliver all that is due now, until nothing is."""
        while await self.deliver_due() or await self.deliver_dead_letters():
            pass

    async def minutes(self, count: int) -> None:
        """Let minutes pass, each with its cron and deliveries."""
        for _ in range(count):
            self.clock.forward(60)
            await self.tick(MINUTE)
            await self.work()

    async def until_quiet(self, most: int = 400) -> None:
        """Let time pass, with crons and deliveries, until there is nothing left to do. Fails when that never comes."""
        for _ in range(most):
            await self.tick(MINUTE)
            await self.work()
            ahead = self._ahead()
            if ahead is None:
                return
            self.clock.forward(max(60.0, (parse_instant(ahead) - self.clock.now()).total_seconds()))
        raise AssertionError(f"still not quiet: {self.database.query(f'SELECT * FROM sync_tasks WHERE {OPEN}')}")

    def _ahead(self) -> str | None:
        """When something is to be done next; `None`: nothing is."""
        wakes = self.database.query(f"SELECT min(wake_due_at) AS at FROM sync_tasks WHERE {OPEN}")[0]["at"]
        probes = self.database.query(
            """SELECT min(probe_at) AS at FROM partners WHERE blocked_reason IS NOT NULL
            AND EXISTS (SELECT 1 FROM sync_tasks t WHERE t.target = partners.target AND t.state = 'blocked')"""
        )[0]["at"]
        messages = min((instant(message.due) for message in self.timed.waiting), default=None)
        return min((at for at in (wakes, probes, messages) if at is not None), default=None)

    def tasks(self, **where: str) -> list[dict[str, Any]]:
        """Sync tasks as stored, in the order they were raised."""
        conditions = " AND ".join(f"{column} = '{value}'" for column, value in where.items())
        return self.database.query(f"SELECT * FROM sync_tasks WHERE {conditions or 'true'} ORDER BY created_at, rowid")

    def task(self, **where: str) -> dict[str, Any]:
        """The one sync task that is meant."""
        found = self.tasks(**where)
        assert len(found) == 1, found
        return found[0]

    async def pull(self) -> str:
        """Press the button, and wait for the end of the run; answer its status."""
        run_id = answer(await self.call("POST", "/api/integrations/wayne-reeves/sync"))["runId"]
        await self.until_quiet()
        return str(answer(await self.call("GET", f"/api/integrations/runs/{run_id}"))["status"])

    def vehicle(self, stock_number: str) -> dict[str, Any]:
        """A vehicle of the DMS as stored."""
        return self.database.query("SELECT * FROM vehicles WHERE external_dms_id = ?", stock_number)[0]

    async def sell(self, stock_number: str, price: float = 6500.0, **more: Any) -> dict[str, Any]:
        """Sell a vehicle of the DMS here; answer the sale."""
        entry = {"vehicleId": self.vehicle(stock_number)["id"], "salePrice": price, "saleDate": "2025-02-03", **more}
        response = await self.call("POST", "/api/sales", entry)
        assert response.status == 201, response.body
        sale: dict[str, Any] = answer(response)
        return sale

    async def edit(self, stock_number: str, **changes: Any) -> None:
        """Edit a vehicle of the DMS here."""
        response = await self.call("PATCH", f"/api/vehicles/{self.vehicle(stock_number)['id']}", changes)
        assert response.status == 200, response.body

    async def void(self, sale_id: str) -> None:
        """Undo a sale here."""
        response = await self.call("POST", f"/api/sales/{sale_id}/void")
        assert response.status == 200, response.body

    async def told_by_dms(self, event: Any, scheme: Scheme = "standard") -> int:
        """The DMS's webhook; answer the status."""
        body = encoded(event)
        headers = with_type(signed(body, SECRET, self.clock.now(), scheme))
        return (await self.call("POST", "/api/webhooks/wayne-reeves", body, headers, signed_in=False)).status

    def dms_sells(self, stock_number: str, price: float = 6300.0, day: str = "2025-02-01") -> dict[str, Any]:
        """The DMS sells a vehicle by itself; answer the event that it will tell of. Raises: `SaleRefused`."""
        vin = self.dms_record(stock_number)["vin"]
        report = SaleReport(stock_number=stock_number, vin=vin, sale_price=price, sale_date=day)
        taken = self.network.dms.sales.take(f"dms-{self.clock.token()}", report)
        return {
            "id": f"evt_{taken.sale_id}",
            "event": "vehicle.sold",
            "occurred_at": instant(self.clock.now()),
            "vehicle": dict(self.dms_record(stock_number)),
            "sale": {"sale_price": price, "sale_date": day},
        }

    def dms_sales(self, *, standing: bool = True) -> list[dict[str, Any]]:
        """The sales that the DMS has, those undone included only when asked for."""
        return [sale for sale in self.network.dms.sales.listed() if not (standing and sale["undone"])]

    def dms_record(self, stock_number: str) -> dict[str, Any]:
        """The DMS's record of a vehicle."""
        record = self.network.dms.lot.find(stock_number)
        assert record is not None
        return record

    def later(self, seconds: float) -> str:
        """An instant that lies ahead, or behind."""
        return instant(self.clock.now() + timedelta(seconds=seconds))
