"""Imports over the queue, end to end: from the request that starts a run to the answer that says it is complete."""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from statistics import median
from typing import Any

import httpx

from harness import servers
from harness.report import Line, Outcome, Target
from harness.servers import BenchError, Server

RUN_LIMIT_S = 300.0
PAGE_VEHICLES = 500
Start = Callable[..., AbstractContextManager[Server]]
CONTENDERS: dict[str, Start] = {"carlot": servers.carlot, "peer": servers.peer}
LOOK_S = 0.01
PROGRESS = {
    "carlot": "SELECT status, (SELECT ifnull(sum(seen), 0) FROM import_pages p WHERE p.run_id = run.id) FROM import_runs run",
    "peer": "SELECT status, seen FROM import_runs run",
}
"""How far the latest run is: its status and the vehicles it has seen."""


@dataclass(frozen=True)
class ImportTime:
    """One import: its duration in seconds, and (seconds, vehicles seen) each time it was asked how far it is."""

    seconds: float
    progress: list[tuple[float, int]]

    def tail_over_head(self) -> float:
        """Duration of the last fifth of the vehicles over that of the first fifth."""
        size = self.progress[-1][1]
        return (self.seconds - self._when(0.8 * size)) / self._when(0.2 * size)

    def _when(self, seen: float) -> float:
        before = (0.0, 0)
        for point in self.progress:
            if point[1] >= seen:
                share = (seen - before[1]) / max(1, point[1] - before[1])
                return before[0] + share * (point[0] - before[0])
            before = point
        return self.seconds


def time_import(server: Server, size: int, *, unchanged: bool = False) -> ImportTime:
    """Imports the whole lot of `size` vehicles once. Raises: BenchError when the outcome is not exactly that."""
    with httpx.Client(base_url=server.url, timeout=60) as http:
        began = time.perf_counter()
        run_id = http.post("/api/integrations/wayne-reeves/sync").raise_for_status().json()["runId"]
        progress: list[tuple[float, int]] = []
        while True:
            # Its database is asked, not the Worker: who is faster would be kept from work by as many questions a second.
            [(status, seen)] = server.query(PROGRESS[server.name] + f" WHERE id = '{run_id}'")
            elapsed = time.perf_counter() - began
            progress.append((elapsed, seen))
            if status not in ("queued", "running"):
                break
            if elapsed > RUN_LIMIT_S:
                raise BenchError(f"{server.name}: import of {size} not over after {RUN_LIMIT_S:g} s: {status}, {seen} seen")
            time.sleep(LOOK_S)
        run = http.get(f"/api/integrations/runs/{run_id}").raise_for_status().json()
        _check(server, http, run, size, unchanged)
    return ImportTime(elapsed, progress)


def _check(server: Server, http: httpx.Client, run: dict[str, Any], size: int, unchanged: bool) -> None:
    whole = run["status"] == "completed" and run["seen"] == size and not run["rejected"]
    if not whole or (unchanged and run.get("unchanged", size) != size):
        raise BenchError(f"{server.name}: the import of {size} vehicles ended as {run}")
    shown = http.get("/api/public/inventory", params={"limit": 1}).raise_for_status().headers["X-Total-Count"]
    if int(shown) != size:
        raise BenchError(f"{server.name}: {shown} of {size} vehicles are on the public list")


def compare_imports(size: int, repetitions: int) -> Outcome:
    """A first import and an unchanged one of `size` vehicles, each repetition on a fresh database."""
    contenders: dict[str, Start] = CONTENDERS | {
        "peer, 3 a statement": lambda url: servers.peer(url, {"ROWS_PER_STATEMENT": "3"})
    }
    firsts: dict[str, list[float]] = {name: [] for name in contenders}
    agains: dict[str, list[float]] = {name: [] for name in contenders}
    with servers.simulators(size) as dms_url:
        dms_alone_s = _dms_alone(dms_url, size)
        for repetition in range(repetitions):
            for name in alternating(list(contenders), repetition):
                with contenders[name](dms_url) as server:
                    firsts[name].append(time_import(server, size).seconds)
                    agains[name].append(time_import(server, size, unchanged=True).seconds)
                print(f"  import {size:,}: {name} {firsts[name][-1]:.2f} s, again {agains[name][-1]:.2f} s", flush=True)
    chunked = "peer, 3 a statement"
    return Outcome(
        "import",
        [
            _line(f"import {size:,}", firsts["carlot"], firsts["peer"], Target(">=", 5)),
            _line(f"re-import {size:,} unchanged", agains["carlot"], agains["peer"], Target(">=", 10)),
            _line(f"import, {chunked}", firsts["carlot"], firsts[chunked], None),
            _line(f"re-import, {chunked}", agains["carlot"], agains[chunked], None),
        ],
        {"size": size, "dms_alone_s": dms_alone_s, "import_s": firsts, "reimport_s": agains},
    )


def measure_growth(sizes: list[int], repetitions: int) -> Outcome:
    """The time a vehicle takes in the smallest and the largest import of `sizes`, in microseconds."""
    times: dict[str, dict[int, list[ImportTime]]] = {name: {size: [] for size in sizes} for name in CONTENDERS}
    for size in sizes:
        with servers.simulators(size) as dms_url:
            for repetition in range(repetitions):
                for name in alternating(list(CONTENDERS), repetition):
                    with CONTENDERS[name](dms_url) as server:
                        times[name][size].append(time_import(server, size))
                    print(f"  growth {size:,}: {name} {times[name][size][-1].seconds:.2f} s", flush=True)
    each_us = {
        name: {size: median(t.seconds for t in runs) / size * 1e6 for size, runs in by_size.items()}
        for name, by_size in times.items()
    }
    lines = [
        Line(
            f"a vehicle at {size:,}",
            f"{each_us['carlot'][size]:.0f} us",
            f"{each_us['peer'][size]:.0f} us",
            each_us["peer"][size] / each_us["carlot"][size],
        )
        for size in sizes
    ]
    growth = {name: by_size[sizes[-1]] / by_size[sizes[0]] for name, by_size in each_us.items()}
    inside = {name: median(t.tail_over_head() for t in by_size[sizes[-1]]) for name, by_size in times.items()}
    lines += [
        _growth_line(f"growth {sizes[0]:,} to {sizes[-1]:,}", growth, Target("<", 1.2)),
        _growth_line(f"last fifth over first, {sizes[-1]:,}", inside, None),
    ]
    raw = {name: {size: [vars(t) for t in runs] for size, runs in by_size.items()} for name, by_size in times.items()}
    return Outcome("growth", lines, {"sizes": sizes, "imports": raw})


def _growth_line(name: str, figures: dict[str, float], target: Target | None) -> Line:
    return Line(name, f"{figures['carlot']:.2f}", f"{figures['peer']:.2f}", figures["carlot"], target)


def _line(name: str, carlot_s: list[float], peer_s: list[float], target: Target | None) -> Line:
    ours, theirs = median(carlot_s), median(peer_s)
    return Line(name, f"{ours:.2f} s", f"{theirs:.2f} s", theirs / ours, target)


def alternating(names: list[str], repetition: int) -> list[str]:
    """Forwards and backwards in turn, so that a drift of the machine favours nobody."""
    return names if repetition % 2 == 0 else names[::-1]


def _dms_alone(dms_url: str, size: int) -> float:
    """Seconds that fetching every page takes without anybody storing it: the floor of any import."""
    seen = 0
    cursor: str | None = ""
    with httpx.Client(base_url=dms_url, headers={"Authorization": f"Bearer {servers.DMS_KEY}"}, timeout=60) as http:
        began = time.perf_counter()
        while cursor is not None:
            page = http.get("/inventory", params={"limit": PAGE_VEHICLES, "cursor": cursor}).raise_for_status().json()
            seen, cursor = seen + len(page["vehicles"]), page["next_cursor"]
        elapsed = time.perf_counter() - began
    if seen != size:
        raise BenchError(f"the simulated DMS gave {seen} of {size} vehicles")
    return elapsed
