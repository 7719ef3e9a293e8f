"""How fast a queue full of work is worked off: a thousand cars are to be put on one listing site, or on three, a call each."""

import shutil
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import httpx

from harness import servers
from harness.imports import CONTENDERS, alternating, time_import
from harness.report import Line, Outcome
from harness.servers import BenchError, Server

DRAIN_LIMIT_S = 600.0
CONNECTIONS = 8
SITES = tuple(servers.LISTING_SETTINGS)
LIVE = "SELECT count(*) FROM listings WHERE state = 'live'"


@dataclass(frozen=True)
class Queue:
    """How a contender is made to queue the work: what is done beforehand, and what fills the queue."""

    prepare: Callable[[httpx.Client], None]
    fill: Callable[[httpx.Client], httpx.Response]


def _publish_all(http: httpx.Client) -> None:
    """Every car is to be listed. The site is not configured yet, so nothing is queued."""
    ids = [vehicle["id"] for vehicle in http.get("/api/public/inventory?limit=1000").raise_for_status().json()]
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        for answer in pool.map(lambda each: http.patch(f"/api/vehicles/{each}", json={"publishToThirdParty": True}), ids):
            answer.raise_for_status()


QUEUES = {
    # The first cron after a site was configured raises a task for every car.
    "carlot": Queue(
        _publish_all,
        lambda http: http.get("/cdn-cgi/handler/scheduled?cron=*+*+*+*+*"),
    ),
    "peer": Queue(
        lambda _: None,
        lambda http: http.post("/api/integrations/listings/publish-all?limit=1000"),
    ),
}


def compare_drain(size: int, latencies_ms: list[int], repetitions: int) -> Outcome:
    """Calls a second, from when the work is queued until every car is on one site, and on three, that take so long for a call."""
    lines, raw = [], {}
    for sites in (SITES[:1], SITES):
        for latency_ms in latencies_ms:
            where = "one site" if len(sites) == 1 else f"{len(sites)} sites"
            name = f"{size:,} cars to {where}, {latency_ms} ms a call"
            found = raw[name] = _drains(name, size, latency_ms, repetitions, sites)
            ours, theirs = (size * len(sites) / median(found[contender]) for contender in ("carlot", "peer"))
            lines.append(Line(name, f"{ours:.0f}/s", f"{theirs:.0f}/s", ours / theirs))
    return Outcome("drain", lines, {"size": size, "drain_s": raw})


def _drains(name: str, size: int, latency_ms: int, repetitions: int, sites: Sequence[str]) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {contender: [] for contender in QUEUES}
    with servers.simulators(size, latency_ms) as partners_url, tempfile.TemporaryDirectory(prefix="bench-") as prepared:
        settings = servers.listing_settings(partners_url, sites)
        for contender in QUEUES:
            prepare(contender, partners_url, size, Path(prepared) / contender)
        for repetition in range(repetitions):
            for contender in alternating(list(QUEUES), repetition):
                with tempfile.TemporaryDirectory(prefix="bench-", ignore_cleanup_errors=True) as folder:
                    shutil.copytree(Path(prepared) / contender, folder, dirs_exist_ok=True)
                    with CONTENDERS[contender](partners_url, settings, Path(folder)) as server:
                        found[contender].append(publish(server, partners_url, size, sites))
                print(f"  {name}: {contender} {found[contender][-1]:.2f} s", flush=True)
    return found


def prepare(name: str, partners_url: str, size: int, folder: Path) -> None:
    """Import the lot into a database in that folder, every car to be listed as soon as a site is configured."""
    folder.mkdir()
    with CONTENDERS[name](partners_url, {}, folder) as server, httpx.Client(base_url=server.url, timeout=60) as http:
        time_import(server, size)
        QUEUES[name].prepare(http)


def publish(server: Server, partners_url: str, size: int, sites: Sequence[str]) -> float:
    """Put every car on the sites; answer the seconds. Raises: BenchError when a car is missing at the end, or was sent twice."""
    httpx.post(f"{partners_url}/_sim/reset", timeout=60).raise_for_status()
    with httpx.Client(base_url=server.url, timeout=120) as http:
        began = time.perf_counter()
        QUEUES[server.name].fill(http).raise_for_status()
        while (live := server.query(LIVE)[0][0]) < size * len(sites):
            elapsed = time.perf_counter() - began
            if elapsed > DRAIN_LIMIT_S:
                raise BenchError(f"{server.name}: {live} of {size * len(sites)} listings are live after {DRAIN_LIMIT_S:g} s")
            time.sleep(max(0.02, elapsed / 50))
        elapsed = time.perf_counter() - began
    for site in sites:
        there = _sim(partners_url, f"{site}/listings")["total"]
        sent = _sim(partners_url, f"ledger?partner={site}&method=PUT")["count"]
        if (there, sent) != (size, size):
            raise BenchError(f"{server.name}: {there} of {size} cars are on {site}, after {sent} calls")
    return elapsed


def _sim(partners_url: str, path: str) -> Any:
    return httpx.get(f"{partners_url}/_sim/{path}", timeout=60).raise_for_status().json()
