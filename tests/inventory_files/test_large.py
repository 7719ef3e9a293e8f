"""A large file: never in memory as a whole, and read page by page as it would be read at once."""

from __future__ import annotations

import tracemalloc
from dataclasses import dataclass
from pathlib import Path
from random import Random

import pytest

from carlot.domain import csv_text
from carlot.domain.csv_stream import take_rows
from inventory_files.sent import HEADINGS, FileLot, vehicle, written
from support.lot import answer
from support.platform import MemoryBlobs

ROWS = 20_000
MOST_BYTES = 16_000_000
"""Of Python's own memory; the file has twice as much."""


class FileBlobs(MemoryBlobs):
    """Files on a disk, so that memory has none of them."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder

    async def put(self, key: str, content: bytes, content_type: str) -> None:
        (self.folder / key.replace("/", "-")).write_bytes(content)
        await super().put(key, b"", content_type)

    async def read(self, key: str, first: int, count: int) -> bytes | None:
        return (self.folder / key.replace("/", "-")).read_bytes()[first : first + count]


@dataclass
class Parts:
    """A body that is made while it is sent."""

    rows: int
    size: int = 0

    async def read(self, max_bytes: int) -> bytes:
        raise AssertionError("it was read as a whole")

    async def parts(self, max_bytes: int):  # type: ignore[no-untyped-def]  # as `Body.parts`
        yield written([], (*HEADINGS, "Description"))
        for first in range(0, self.rows, 100):
            rows = [vehicle(number, Description=f"Number {number}. " + "It runs. " * 190) for number in range(first, first + 100)]
            part = written(rows, (*HEADINGS, "Description")).partition(b"\r\n")[2]
            self.size += len(part)
            yield part


async def test_a_file_of_20_000_vehicles_is_never_in_memory_as_a_whole(lot: FileLot, tmp_path: Path) -> None:
    """Sent whole; read as far as five pages, because the rest is the same."""
    from carlot import app
    from carlot.platform.ports import Request

    lot.blobs = FileBlobs(tmp_path)
    path, body = await lot.address(), Parts(ROWS)
    tracemalloc.start()
    try:
        request = Request("req-1", "PUT", "https://lot.test", path, (), {"content-type": "text/csv"}, body)
        run_id = answer(await app.handle_request(request, lot.services))["runId"]
        sent = tracemalloc.get_traced_memory()[1]
        tracemalloc.reset_peak()
        lot.network.latency_s = 0
        while (await lot.report(run_id))["pages"] < 5:
            lot.clock.forward(0)
            await one_page(lot)
        read = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert body.size > 2 * MOST_BYTES
    assert max(sent, read) < MOST_BYTES, (sent, read)
    report = await lot.report(run_id)
    assert (report["status"], report["seen"], report["created"]) == ("running", 2500, 2500)


async def one_page(lot: FileLot) -> None:
    """Let one page be read: a delivery goes on for a second, and this one's clock is ahead by two at the first look."""
    from support.perils import Perils

    lot.perils = Perils(lot.clock)
    lot.perils.meet = slowed(lot, lot.perils.meet)  # type: ignore[method-assign]
    await lot.deliver(1)
    lot.perils = None


def slowed(lot: FileLot, meet):  # type: ignore[no-untyped-def]  # a method of Perils
    async def slow(name, failure, work):  # type: ignore[no-untyped-def]
        if name == "blobs.read":
            lot.clock.forward(1)
        return await meet(name, failure, work)

    return slow


def wild(chance: Random) -> bytes:
    """A file with all that quotation marks can do."""
    cells = [
        "a",
        "",
        '"b"',
        '"b, c"',
        '"two\r\nlines"',
        '"20" wheels"',
        '"a ""good"" one"',
        ' "x" ',
        '"never',
        "é",
        '"", ""',
        "'=",
    ]
    lines = [",".join(chance.choice(cells) for _ in range(4)) for _ in range(400)]
    return "\n".join(["h1,h2,h3,h4", *lines, ""]).encode()


@pytest.mark.parametrize("seed", range(12))
def test_rows_read_page_by_page_are_those_read_at_once(seed: int) -> None:
    chance = Random(seed)
    content = wild(chance)
    whole = [record.cells for record in csv_text.records(csv_text.lines(content, "utf-8"), ",", 4)]
    wanted = [cells for cells in whole if cells is None or any(cell.strip() for cell in cells)]
    found, place = [], 0
    while place < len(content):
        most = chance.randrange(1, 400)
        size = chance.randrange(3000, 6000)
        rows = take_rows(content[place : place + size], "utf-8", ",", 4, most, ends=place + size >= len(content))
        assert rows.consumed, "such a piece has a row"
        found += [record.cells for record in rows.records]
        place += rows.consumed
    assert found == wanted


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
async def test_a_file_is_read_in_the_characters_that_it_came_in(lot: FileLot, encoding: str) -> None:
    text = written([vehicle(1, Model="Citroën")]).decode().encode(encoding)
    await lot.reads(text)
    assert (await lot.vehicle("A1"))["model"] == "Citroën"
