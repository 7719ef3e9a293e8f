"""A site that takes files: what is on its server is always whole, the last one, and the lot as it should be."""

from __future__ import annotations

import csv
import io
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from app.typed import forget_public_texts, vin
from carlot.platform.ports import Connection
from listings.market import Market
from simulators.ftp import FtpServer
from simulators.ftp.server import PASSWORD
from support.lot import answer
from support.perils import Killed, Perils
from support.sockets import RealSockets

HOUR = 3600.0


class FileMarket(Market):
    """A market in which CarGurus takes files."""

    def __init__(self, folder: Path, **env: str | None) -> None:
        forget_public_texts()
        self.server = FtpServer(folder)
        given: dict[str, Any] = {"CARGURUS_FTP_URL": self.server.url(), "PUBLIC_BASE_URL": "https://lot.test", **env}
        super().__init__(**given)
        self.sockets = RealSockets(timeout_s=5)

    def file(self) -> dict[str, dict[str, str]]:
        """The cars in the file, by VIN."""
        content = self.server.read()
        assert content is not None
        found = list(csv.DictReader(io.StringIO(content.decode(), newline="")))
        return {row["VIN"]: row for row in found}

    def arrivals(self) -> int:
        """How many files have come."""
        return len(self.server.arrived)

    async def hours(self, count: float) -> None:
        """Let time pass, a quarter of an hour at a time."""
        for _ in range(round(count * 4)):
            self.clock.forward(14 * 60)
            await self.minutes(1)

    def whole(self) -> None:
        """Every file that ever came was whole: a header, and lines that end, each with a price that was asked once."""
        for _, content in self.server.arrived:
            assert content.startswith(b"VIN,StockNumber,Price,"), content[:60]
            assert content.endswith(b"\r\n")
            for row in csv.DictReader(io.StringIO(content.decode(), newline="")):
                assert float(row["Price"]) in self.prices[row["VIN"]]

    def right(self) -> None:
        """The file is the lot, and the rows and tasks know it."""
        wanted = {
            row["vin"]: row["price_cents"]
            for row in self.database.query(
                """SELECT vin, price_cents FROM vehicles WHERE status = 'available' AND publish_to_third_party = 1
                AND vin_valid = 1 AND price_cents > 0 AND photos <> '[]'"""
            )
        }
        assert {number: round(float(row["Price"]) * 100) for number, row in self.file().items()} == wanted
        live = {number: state for number, state in self.audit().items() if state[0] != "absent"}
        assert live == {number: ("live", cents) for number, cents in wanted.items()}
        self.whole()

    async def site(self) -> dict[str, Any]:
        """What the status says of CarGurus."""
        found: dict[str, Any] = answer(await self.call("GET", "/api/integrations/status"))
        site: dict[str, Any] = found["listings"]["carGurus"]
        return site


@pytest.fixture
def market(tmp_path: Path) -> Iterator[FileMarket]:
    found = FileMarket(tmp_path)
    yield found
    found.server.stop()


async def test_the_lot_goes_out_as_one_file_and_a_sold_car_leaves_with_the_next(market: FileMarket) -> None:
    cars = [await market.add(number) for number in (1, 2, 3)]
    await market.minutes(2)
    market.right()
    assert market.arrivals() == 1
    assert market.calls("cargurus") == []
    assert len(market.shown("kbb")) == 3, "the other sites get each car by their API"
    content = market.server.read() or b""
    site = await market.site()
    assert (site["configured"], site["delivery"], site["live"], site["onTheirWay"]) == (True, "file", 3, 0)
    assert (site["lastFile"]["cars"], site["lastFile"]["bytes"]) == (3, len(content))
    await market.sold(cars[0])
    status = answer(await market.call("GET", "/api/integrations/status"))
    assert status["deadlines"]["removalsDue"] == 3
    await market.minutes(5)
    assert vin(1) in market.file(), "the last file went out a moment ago"
    assert market.audit()[vin(1)][0] == "live"
    assert market.task(target="cargurus", kind="listing", vehicle_id=cars[0]["id"])["deadline_at"]
    await market.minutes(15)
    market.right()
    assert market.audit()[vin(1)][0] == "absent"
    assert market.arrivals() == 2
    assert answer(await market.call("GET", "/api/integrations/status"))["deadlines"]["removalsDue"] == 0
    assert {task["state"] for task in market.tasks(target="cargurus")} == {"done"}


async def test_the_columns_are_the_sites_own(market: FileMarket) -> None:
    await market.add(1, description='Clean, "one owner"\nand quick', trim="EX")
    await market.minutes(2)
    row = market.file()[vin(1)]
    assert list(row)[:3] == ["VIN", "StockNumber", "Price"]
    assert row["DealerComments"] == 'Clean, "one owner"\nand quick'
    assert (row["Trim"], row["PhotoURLs"].startswith("http")) == ("EX", True)


async def test_the_key_of_the_api_is_not_needed(tmp_path: Path) -> None:
    market = FileMarket(tmp_path, CARGURUS_API_KEY=None)
    try:
        assert (await market.site())["configured"]
        await market.add(1)
        await market.minutes(2)
        market.right()
    finally:
        market.server.stop()


async def test_a_burst_is_one_file_and_at_most_four_go_out_in_an_hour(market: FileMarket) -> None:
    cars = [await market.add(number) for number in range(1, 6)]
    await market.minutes(2)
    assert market.arrivals() == 1
    for minute in range(60):
        await market.change(cars[0], price=20_000 + minute)
        await market.minutes(1)
    assert market.arrivals() <= 5
    await market.minutes(20)
    market.right()


async def test_a_burst_does_not_hold_up_the_file_that_it_waits_for(market: FileMarket) -> None:
    """The file goes along with the next of the cars once it is due, though its own message stands behind all of theirs."""
    for number in range(1, 41):
        await market.add(number)
    await market.deliver_due(most=10)
    market.clock.forward(11)
    await market.deliver_due(most=10)
    assert len(market.file()) == 40
    assert len([task for task in market.tasks(target="cargurus", kind="listing") if task["state"] == "done"]) > 20


async def test_nothing_goes_out_when_nothing_differs_but_once_a_day(market: FileMarket) -> None:
    car = await market.add(1)
    await market.minutes(2)
    await market.change(car, location="Elsewhere")
    await market.hours(2)
    assert market.arrivals() == 1
    await market.hours(22)
    assert market.arrivals() == 2
    await market.hours(48)
    assert market.arrivals() in (4, 5)
    market.right()


async def test_what_lacks_a_field_is_left_out_by_name(market: FileMarket) -> None:
    await market.add(1)
    bare = await market.add(2, photos=[])
    await market.minutes(2)
    assert list(market.file()) == [vin(1)]
    listing = (await market.listings(bare))["carGurus"]
    assert (listing["state"], listing["reasons"]) == ("absent", ["It has no photo."])


async def test_what_waits_says_what_it_waits_for(market: FileMarket) -> None:
    await market.add(1)
    await market.minutes(2)
    second = await market.add(2)
    await market.minutes(2)
    assert (await market.listings(second))["carGurus"]["reasons"] == ["It goes out with the next file."]
    assert (await market.site())["onTheirWay"] == 1
    await market.minutes(15)
    market.right()


async def test_a_file_that_is_read_back_shorter_gets_no_name(market: FileMarket) -> None:
    market.server.faults.replies = {"SIZE": "213 5"}
    await market.add(1)
    await market.minutes(2)
    assert (market.arrivals(), market.server.read()) == (0, None)
    [task] = market.tasks(target="cargurus", kind="file")
    assert "has 5 of the" in task["error"]
    market.server.faults.replies = {}
    await market.hours(1)
    market.right()


async def test_a_wrong_password_blocks_this_site_alone_and_is_shown_nowhere(market: FileMarket) -> None:
    market.server.faults.password = "changed at night"
    car = await market.add(1)
    await market.minutes(3)
    task = market.task(target="cargurus", kind="file")
    assert task["state"] == "blocked"
    assert "refused our user and password" in task["error"]
    assert len(market.shown("kbb")) == 1
    for row in market.database.query("SELECT * FROM sync_tasks") + market.database.query("SELECT * FROM partners"):
        assert PASSWORD not in str(row)
    market.server.faults.password = PASSWORD
    assert (await market.call("POST", "/api/integrations/listings/publish", {"vehicleId": car["id"]})).status == 202
    await market.minutes(3)
    market.right()


async def test_a_blocked_site_is_probed_with_its_file(market: FileMarket) -> None:
    cars = [await market.add(number) for number in range(1, 9)]
    await market.minutes(2)
    market.server.faults.password = "changed at night"
    for car in cars[:4]:
        await market.sold(car)
    await market.minutes(40)
    assert market.task(target="cargurus", kind="file")["state"] == "blocked"
    market.server.faults.password = PASSWORD
    await market.minutes(20)
    market.right()


@pytest.mark.parametrize("fault", ["down", "cut", "full", "slow", "refused"])
async def test_a_sold_car_is_out_of_the_file_after_23_hours_of_trouble(market: FileMarket, fault: str) -> None:
    cars = [await market.add(number) for number in (1, 2)]
    await market.minutes(2)
    before = market.server.read()
    await market.sold(cars[0])
    market.clock.forward(15 * 60)
    if fault == "down":
        market.server.faults.replies = {"USER": "421 Come back later."}
    elif fault == "cut":
        market.server.faults.cut_data_at = 0
    elif fault == "full":
        market.server.faults.disk_bytes = 10
    elif fault == "slow":
        market.sockets = RealSockets(timeout_s=0.05)
        market.server.faults.slow_s = 0.1
    else:
        market.server.faults.replies = {"STOR": "553 Not today."}
    await market.minutes(30)
    for _ in range(22):
        market.clock.forward(HOUR - 60)
        await market.minutes(1)
    assert market.server.read() == before
    task = market.task(target="cargurus", kind="listing", vehicle_id=cars[0]["id"])
    assert task["state"] == "pending"
    assert "FTP server" in task["error"]
    market.server.faults.replies = {}
    market.server.faults.cut_data_at = market.server.faults.disk_bytes = None
    market.server.faults.slow_s = 0.0
    market.sockets = RealSockets(timeout_s=5)
    await market.minutes(40)
    assert vin(1) not in market.file()
    market.right()


async def test_an_alert_tells_of_a_removal_that_fails(market: FileMarket) -> None:
    market.env["ALERT_WEBHOOK_URL"] = "http://partners.test/alerts"
    car = await market.add(1)
    await market.minutes(2)
    await market.sold(car)
    market.server.faults.replies = {"USER": "421 Come back later."}
    await market.minutes(90)
    told = [text for text in market.network.alerts._texts if "CarGurus" in text]
    assert told
    assert "Come back later" in told[0]


async def test_killed_at_every_call_the_file_is_whole_and_ends_as_the_lot(tmp_path: Path) -> None:
    """A change and a sale go out by a program that is killed at each of its calls in turn, before it and after it."""
    number = 0
    while True:
        number += 1
        folder = tmp_path / str(number)
        folder.mkdir()
        market = FileMarket(folder)
        try:
            sold, kept = await market.add(1), await market.add(2)
            await market.minutes(2)
            market.clock.forward(15 * 60)
            await market.sold(sold)
            await market.change(kept, price=12_345)
            perils = Perils(market.clock, kill_at=number * 3, after_effect=number % 2 == 0)
            market.restart(perils)
            with suppress(Killed):
                await market.minutes(2)
            market.restart()
            last = len(market.server.arrived)
            await market.minutes(20)
            market.right()
            assert vin(1) not in market.file()
            assert len(market.server.arrived) <= last + 1
            if not perils.killed:
                assert number > 10
                return
        finally:
            market.server.stop()


async def test_an_answer_that_is_lost_at_the_renaming_leaves_no_doubt(market: FileMarket) -> None:
    """The new file has its name and nobody knows; the car goes back to what it was before: the file follows."""
    car = await market.add(1)
    await market.minutes(2)
    market.clock.forward(15 * 60)
    market.server.faults.cut_after = "RNTO"
    await market.change(car, price=20_000)
    await market.minutes(2)
    assert market.arrivals() >= 2
    await market.change(car, price=car["price"])
    market.server.faults.cut_after = ""
    await market.minutes(20)
    market.right()


async def test_a_new_car_whose_file_was_not_confirmed_counts_as_there_until_a_file_leaves_it_out(market: FileMarket) -> None:
    await market.add(1)
    await market.minutes(2)
    market.clock.forward(15 * 60)
    market.server.faults.cut_after = "RNTO"
    second = await market.add(2)
    await market.minutes(2)
    assert market.audit()[vin(2)][0] == "pending"
    await market.sold(second)
    assert market.task(target="cargurus", kind="listing", vehicle_id=second["id"])["deadline_at"]
    market.server.faults.cut_after = ""
    await market.minutes(20)
    market.right()
    assert market.audit()[vin(2)][0] == "absent"


class Meanwhile(RealSockets):
    """Connections over which something happens once, just before the file gets its name."""

    def __init__(self, work: Callable[[], Awaitable[object]]) -> None:
        super().__init__(timeout_s=5)
        self.work: Callable[[], Awaitable[object]] | None = work

    async def connect(self, host: str, port: int, *, tls: bool, timeout_s: float) -> Connection:
        connection: Any = await super().connect(host, port, tls=tls, timeout_s=timeout_s)
        write = connection.write

        async def written(content: bytes) -> None:
            work = self.work
            if content.startswith(b"RNFR") and work:
                self.work = None
                await work()
            await write(content)

        connection.write = written
        opened: Connection = connection
        return opened


async def test_what_changes_while_a_file_goes_out_is_in_the_next(market: FileMarket) -> None:
    """The file that is under way says nothing of a change that it does not contain, and nothing of a sale."""
    cars = [await market.add(number) for number in (1, 2, 3)]

    async def meanwhile() -> None:
        await market.change(cars[0], price=9_999)
        await market.sold(cars[1])

    market.sockets = Meanwhile(meanwhile)
    await market.minutes(3)
    assert market.arrivals() == 1
    assert vin(2) in market.file()
    assert {task["vehicle_id"]: task["state"] for task in market.tasks(target="cargurus", kind="listing")} == {
        cars[0]["id"]: "pending",
        cars[1]["id"]: "pending",
        cars[2]["id"]: "done",
    }
    assert market.audit()[vin(2)][0] == "live"
    await market.minutes(16)
    market.right()
    assert {task["state"] for task in market.tasks(target="cargurus")} == {"done"}


async def test_from_the_api_to_files_and_back(tmp_path: Path) -> None:
    market = FileMarket(tmp_path, CARGURUS_FTP_URL=None)
    try:
        cars = [await market.add(number) for number in (1, 2)]
        await market.settle()
        assert len(market.shown("cargurus")) == 2
        market.env["CARGURUS_FTP_URL"] = market.server.url()
        await market.minutes(3)
        await market.settle()
        assert market.shown("cargurus") == {}, "what the API put there is removed there"
        market.right()
        market.env["CARGURUS_FTP_URL"] = None
        await market.sold(cars[0])
        await market.minutes(3)
        await market.settle()
        assert list(market.shown("cargurus")) == [vin(2)]
        market.check()
        left = market.task(target="cargurus", kind="old_file")
        assert left["state"] == "dead"
        assert "may still read the file at ftp://127.0.0.1" in left["error"]
        assert PASSWORD not in left["error"]
    finally:
        market.server.stop()


@pytest.mark.parametrize("url", ["ftps://nobody", "sftp://u:p@h/x.csv", "ftp://u:p@127.0.0.1:9/x.csv#what"])
async def test_an_address_that_is_none_is_said_without_being_shown(url: str) -> None:
    market = Market(CARGURUS_FTP_URL=url)
    await market.add(1)
    await market.minutes(2)
    task = market.task(target="cargurus", kind="listing")
    assert task["state"] == "blocked"
    assert "CARGURUS_FTP_URL" in task["error"]
    assert "u:p" not in task["error"]


async def test_another_programs_kind_of_file(market: FileMarket) -> None:
    market.env["CARGURUS_FTP_URL"] = f"{market.server.url()}#homenet"
    await market.add(1)
    await market.minutes(2)
    assert (market.server.read() or b"").startswith(b"vin,stock,sellingprice,")
