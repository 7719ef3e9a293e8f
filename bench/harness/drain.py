"""How fast a queue full of work is worked off: a thousand cars are to be put on one listing site, a call each."""

import shutil
import tempfile
import time
from collections.abc import Callable
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


@dataclass(frozen=True)
class Queue:
    """How a contender is made to queue the work: what is done beforehand, what fills the queue, how many cars are on show."""

    prepare: Callable[[httpx.Client], None]
    fill: Callable[[httpx.Client], httpx.Response]
    shown: Callable[[httpx.Client], int]


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
        lambda http: int(http.get("/api/integrations/status").json()["listings"]["totalPublished"]),
    ),
    "peer": Queue(
        lambda _: None,
        lambda http: http.post("/api/integrations/listings/publish-all?limit=1000"),
        lambda http: int(http.get("/api/integrations/listings").json()["live"]),
    ),
}


def compare_drain(size: int, latencies_ms: list[int], repetitions: int) -> Outcome:
    """Cars a second, from when `size` tasks are queued until every car is on a site that takes so long for an answer."""
    lines, raw = [], {}
    for latency_ms in latencies_ms:
        found = _drains(size, latency_ms, repetitions)
        ours, theirs = (size / median(found[name]) for name in ("carlot", "peer"))
        name = f"drain of {size:,}, {latency_ms} ms a call"
        lines.append(Line(name, f"{ours:.0f}/s", f"{theirs:.0f}/s", ours / theirs))
        raw[latency_ms] = found
    return Outcome("drain", lines, {"size": size, "drain_s": raw})


def _drains(size: int, latency_ms: int, repetitions: int) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {name: [] for name in QUEUES}
    with servers.simulators(size, latency_ms) as partners_url, tempfile.TemporaryDirectory(prefix="bench-") as prepared:
        for name in QUEUES:
            _prepare(name, partners_url, size, Path(prepared) / name)
        for repetition in range(repetitions):
            for name in alternating(list(QUEUES), repetition):
                with tempfile.TemporaryDirectory(prefix="bench-", ignore_cleanup_errors=True) as folder:
                    shutil.copytree(Path(prepared) / name, folder, dirs_exist_ok=True)
                    with CONTENDERS[name](partners_url, servers.listing_settings(partners_url), Path(folder)) as server:
                        found[name].append(_drain(server, partners_url, size))
                print(f"  drain of {size:,}, {latency_ms} ms a call: {name} {found[name][-1]:.2f} s", flush=True)
    return found


def _prepare(name: str, partners_url: str, size: int, folder: Path) -> None:
    folder.mkdir()
    with CONTENDERS[name](partners_url, {}, folder) as server, httpx.Client(base_url=server.url, timeout=60) as http:
        time_import(server, size)
        QUEUES[name].prepare(http)


def _drain(server: Server, partners_url: str, size: int) -> float:
    """Raises: BenchError when a car is missing at the end, or was sent twice."""
    queue = QUEUES[server.name]
    httpx.post(f"{partners_url}/_sim/reset", timeout=60).raise_for_status()
    with httpx.Client(base_url=server.url, timeout=120) as http:
        began = time.perf_counter()
        queue.fill(http).raise_for_status()
        while (shown := queue.shown(http)) < size:
            elapsed = time.perf_counter() - began
            if elapsed > DRAIN_LIMIT_S:
                raise BenchError(f"{server.name}: {shown} of {size} cars on the site after {DRAIN_LIMIT_S:g} s")
            time.sleep(max(0.02, elapsed / 20))
        elapsed = time.perf_counter() - began
    there = _sim(partners_url, "cargurus/listings")["total"]
    sent = _sim(partners_url, "ledger?partner=cargurus&method=PUT")["count"]
    if (there, sent) != (size, size):
        raise BenchError(f"{server.name}: {there} of {size} cars are on the site, after {sent} calls")
    return elapsed


def _sim(partners_url: str, path: str) -> Any:
    return httpx.get(f"{partners_url}/_sim/{path}", timeout=60).raise_for_status().json()
