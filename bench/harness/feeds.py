"""The hosted feeds: how fast a whole lot goes out as a file, and how much memory that takes beyond a small lot's."""

import csv
import io
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

import httpx

from harness import servers
from harness.imports import time_import
from harness.memory import MIB, Watch
from harness.report import Line, Outcome, Target
from harness.servers import BenchError, Server

FORMATS = ("google", "meta", "generic")
GROWTH_MIB = 4.0
"""What a lot ten times as large may take beyond the small one. The whole of a feed would not fit."""


def measure_feeds(sizes: list[int], repetitions: int) -> Outcome:
    """Fetch each feed of a small and of a large lot; CarLot alone, for the peer has nothing like it."""
    small, large = found = [_fetches(size, repetitions) for size in sizes]
    lines = []
    for name in FORMATS:
        before, after = (size / median(fetches["seconds"][name]) for size, fetches in zip(sizes, found, strict=True))
        lines.append(Line(f"feed {name} of {sizes[1]:,}, over {sizes[0]:,}", f"{after:,.0f} cars/s", "", after / before))
    peak, growth = large["peak"] / MIB, (large["needed"] - small["needed"]) / MIB
    lines += [
        Line(f"isolate's peak, feeds of {sizes[1]:,}, MiB", f"{peak:.0f}", "", peak, Target("<", 128)),
        Line(f"  needed beyond feeds of {sizes[0]:,}, MiB", f"{growth:.1f}", "", growth, Target("<", GROWTH_MIB)),
        Line("  the largest feed has, MiB", f"{max(large['bytes'].values()) / MIB:.1f}", "", max(large["bytes"].values()) / MIB),
    ]
    return Outcome("feeds", lines, {"sizes": sizes, "fetches": found})


def _fetches(size: int, repetitions: int) -> dict[str, Any]:
    """Fetch each feed in turn from a Worker that has done nothing else: for the time, and for the memory."""
    seconds: dict[str, list[float]] = {name: [] for name in FORMATS}
    lengths: dict[str, int] = {}

    def fetch_all(server: Server) -> None:
        for _ in range(repetitions):
            for feed in httpx.get(f"{server.url}/api/feeds", timeout=60).raise_for_status().json()["feeds"]:
                took, lengths[feed["format"]] = _fetch(server, feed)
                seconds[feed["format"]].append(took)

    with servers.simulators(size) as partners_url, tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        with servers.carlot(partners_url, folder=folder) as server:
            time_import(server, size)
            mark_all(server, size)
        with servers.carlot(partners_url, folder=folder) as server, Watch(server) as watch:
            fetch_all(server)
        timed = {format_: list(times) for format_, times in seconds.items()}
        with servers.carlot(partners_url, folder=folder) as server, Watch(server, collect=True) as needed:
            fetch_all(server)
    took_s = ", ".join(f"{format_} {median(times):.2f} s" for format_, times in timed.items())
    print(f"  feeds of {size:,}: {took_s}, isolate {watch.peak() / MIB:.0f} MiB", flush=True)
    return {"seconds": timed, "bytes": lengths, "peak": watch.peak(), "needed": needed.peak()}


def mark_all(server: Server, size: int) -> None:
    """Every car is for third parties, by one file that is imported."""
    with httpx.Client(base_url=server.url, timeout=120) as http:
        lot = csv.DictReader(io.StringIO(http.get("/api/vehicles/export.csv").text, newline=""))
        sheet = "vin,publishToThirdParty\r\n" + "".join(f"{row['vin']},true\r\n" for row in lot)
        answer = http.post("/api/vehicles/import", content=sheet, headers={"content-type": "text/csv"})
    if answer.status_code != httpx.codes.OK or answer.json()["updated"] != size:
        raise BenchError(f"not every car could be marked: {answer.text[:500]}")


def _fetch(server: Server, feed: dict[str, Any]) -> tuple[float, int]:
    """Fetch a feed; answer the seconds and its bytes. Raises: BenchError when it has not a line for each of its cars."""
    # Its address as shown begins with the lot's public one, which is made up here.
    path = feed["url"].partition("/feeds/")[2]
    began = time.perf_counter()
    content = httpx.get(f"{server.url}/feeds/{path}", timeout=300).raise_for_status().content
    elapsed = time.perf_counter() - began
    cars = sum(1 for _ in csv.DictReader(io.StringIO(content.decode(), newline=""), strict=True))
    if not cars == feed["vehicles"] > 0:
        raise BenchError(f"the feed {feed['format']} has {cars} cars, it should have {feed['vehicles']}")
    return elapsed, len(content)
