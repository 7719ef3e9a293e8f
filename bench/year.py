#!/usr/bin/env python3
"""A year of a lot of 300 cars: the size of the database at its end and the rows read in a day, beside what Cloudflare allows.

In process, on the simulated partners: each day has sales, arrivals, edits, events and the crons, and some days an outage.
`python bench/year.py [--days N] [--cars N]`.

Exit status: 0 all is within the limits, 1 it is not.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / folder) for folder in ("src", "dev", "tests")]

from carlot import app, log  # noqa: E402
from listings.market import SITES_ENV  # noqa: E402
from simulators.generate import vehicles  # noqa: E402
from support.books import BOOKS_ENV, connect  # noqa: E402
from support.platform import SqliteDatabase  # noqa: E402
from support.world import HOUR, MINUTE, World  # noqa: E402

# Sources: developers.cloudflare.com/d1/platform/limits and /d1/platform/pricing.
FREE_BYTES, FREE_ROWS_A_DAY, PAID_ROWS_A_MONTH = 500_000_000, 5_000_000, 25_000_000_000
SALES_A_DAY, EDITS_A_DAY, EVENTS_A_DAY, OUTAGE_EVERY = 1, 5, 5, 14
STEPS = 10


def expect(holds: bool, what: str) -> None:
    """Raises: RuntimeError when something does not hold, for then the figures say nothing."""
    if not holds:
        raise RuntimeError(f"not so: {what}")


class Counted(SqliteDatabase):
    """A database that counts the steps of SQLite's programs. Each row that is read takes several, so the rows are fewer."""

    def __init__(self) -> None:
        super().__init__()
        self.steps = 0
        self.connection.set_progress_handler(self._count, STEPS)

    def _count(self) -> int:
        self.steps += STEPS
        return 0

    def pages(self) -> int:
        """The bytes of the whole database."""
        return int(self.query("SELECT page_count * page_size AS n FROM pragma_page_count, pragma_page_size")[0]["n"])


class Year:
    """The dealer's days, one after the other."""

    def __init__(self, cars: int, seed: int) -> None:
        self.draw = Random(seed)
        self.made = vehicles(cars + 366 * SALES_A_DAY + 10, seed)
        records = self.made[:cars]
        self.next_car = cars
        self.world = World(records, seed, {**BOOKS_ENV, **SITES_ENV, "ALERT_WEBHOOK_URL": "http://partners.test/alerts"})
        self.database = Counted()
        self.world.database = self.database
        self.on_lot = [record["stock_number"] for record in records]

    async def begin(self) -> None:
        """The lot is imported, the books are connected, and every car is published."""
        await connect(self.world)
        expect(await self.world.pull() == "completed", "the pull is complete")
        for stock in self.on_lot:
            await self.world.edit(stock, publishToThirdParty=True, publishToWebsite=True)
            await self.world.work()
        await self.world.until_quiet()

    async def day(self, number: int, at: datetime) -> None:
        """One day: what happens between 9 and 17, with the crons of all its hours and the minutes of some."""
        outage = number % OUTAGE_EVERY == 0
        if outage:
            self.world.network.faults("cargurus", outage=True)
        for hour in range(24):
            self.world.clock.time = at + timedelta(hours=hour, seconds=3)
            await app.handle_tick(HOUR, self.world.clock.now(), self.world.services)
            if hour == 15:
                await self.trade(number)
            await self.world.tick(MINUTE)
            await self.world.work()
        if outage:
            self.world.network.faults("cargurus")
            await self.world.until_quiet()

    async def trade(self, number: int) -> None:
        """What the people do on that day."""
        for _ in range(EDITS_A_DAY):
            await self.world.edit(self.draw.choice(self.on_lot), price=self.draw.randrange(5000, 40_000))
        for _ in range(SALES_A_DAY):
            stock = self.on_lot.pop(self.draw.randrange(len(self.on_lot)))
            day = self.world.clock.now().date().isoformat()
            entry = {"vehicleId": self.world.vehicle(stock)["id"], "salePrice": 9000 + number, "saleDate": day}
            response = await self.world.call("POST", "/api/sales", entry)
            expect(response.status == 201, f"a sale is made: {response.body!r}")
            fresh = dict(self.made[self.next_car])
            self.next_car += 1
            self.world.network.dms.lot.upsert(fresh)
            await self.event(f"add-{number}", "vehicle.added", fresh)
            self.on_lot.append(fresh["stock_number"])
        for event in range(EVENTS_A_DAY):
            changed = self.world.network.dms.lot.update(self.draw.choice(self.on_lot), {"mileage": 10_000 + number * 10 + event})
            await self.event(f"{number}-{event}", "vehicle.updated", changed)

    async def event(self, key: str, what: str, record: dict[str, object]) -> None:
        """The DMS tells of a vehicle."""
        at = self.world.clock.now().isoformat()
        told = {"id": f"evt-{key}", "event": what, "occurred_at": at, "vehicle": record}
        expect(await self.world.told_by_dms(told) == 200, "an event is taken")
        await self.world.work()


async def run(days: int, cars: int) -> int:
    """Let the days pass; print the figures and judge them."""
    began = time.monotonic()
    log.sinks.clear()
    year = Year(cars, 1)
    await year.begin()
    first = datetime(2025, 2, 4, 5, 0, tzinfo=UTC)
    for number in range(1, days):
        before = year.database.steps
        await year.day(number, first + timedelta(days=number))
        a_day = year.database.steps - before
        if number % 30 == 0:
            print(f"day {number:3}: {year.database.pages() / 1e6:6.1f} MB, {a_day / 1e6:5.1f} million steps", flush=True)
    before = year.database.steps
    await year.world.tick(MINUTE)
    a_minute = year.database.steps - before
    # A day has 1,440 minutes, of which 24 were in it already.
    rows = a_day + a_minute * (1440 - 24)
    size = year.database.pages()
    print(f"\n{days} days of {cars} cars, {year.world.clock.now().date()}, in {time.monotonic() - began:.0f} s")
    tables = [row["name"] for row in year.database.query("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
    for table in tables:
        if re.fullmatch(r"\w+", table):
            count = year.database.query(f"SELECT count(*) AS n FROM {table}")[0]["n"]
            print(f"  {table:22} {count:8,} rows")
    print(f"size        {size / 1e6:8.1f} MB      of {FREE_BYTES / 1e6:.0f} MB")
    print(f"rows a day  {rows / 1e6:8.2f} million at most, of {FREE_ROWS_A_DAY / 1e6:.0f} million (free)")
    print(f"a month     {rows * 30 / 1e9:8.3f} billion at most, of {PAID_ROWS_A_MONTH / 1e9:.0f} billion (paid)")
    return 0 if size <= FREE_BYTES and rows * 30 <= PAID_ROWS_A_MONTH else 1


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--cars", type=int, default=300)
    flags = parser.parse_args(arguments)
    return asyncio.run(run(flags.days, flags.cars))


if __name__ == "__main__":
    sys.exit(main())
