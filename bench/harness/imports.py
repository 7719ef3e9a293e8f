"""Imports over the queue, end to end: from the request that starts a run to the answer that says it is complete."""

import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass
from statistics import median
from typing import Any

import httpx
from pydantic_core import to_json

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


def time_import(server: Server, size: int, *, unchanged: int | None = None) -> ImportTime:
    """Imports the whole lot of `size` vehicles once, of which so many are `unchanged`.

    Raises: BenchError when the outcome is not exactly that.
    """
    with httpx.Client(base_url=server.url, timeout=60) as http:
        began = time.perf_counter()
        run_id = http.post("/api/integrations/wayne-reeves/sync").raise_for_status().json()["runId"]
        progress = wait_for_run(server, run_id, began)
        run = http.get(f"/api/integrations/runs/{run_id}").raise_for_status().json()
        _check(server, http, run, size, unchanged)
    return ImportTime(progress[-1][0], progress)


def wait_for_run(server: Server, run_id: str, began: float) -> list[tuple[float, int]]:
    """Wait for the end of a run; answer (seconds since it began, vehicles seen) each time it was asked how far it is.

    Raises: BenchError when it takes too long.
    """
    progress: list[tuple[float, int]] = []
    while True:
        # Its database is asked, not the Worker: who is faster would be kept from work by as many questions a second.
        [(status, seen)] = server.query(PROGRESS[server.name] + f" WHERE id = '{run_id}'")
        elapsed = time.perf_counter() - began
        progress.append((elapsed, seen))
        if status not in ("queued", "running"):
            return progress
        if elapsed > RUN_LIMIT_S:
            raise BenchError(f"{server.name}: a run not over after {RUN_LIMIT_S:g} s: {status}, {seen} seen")
        time.sleep(LOOK_S)


def _check(server: Server, http: httpx.Client, run: dict[str, Any], size: int, unchanged: int | None) -> None:
    whole = run["status"] == "completed" and run["seen"] == size and not run["rejected"]
    if not whole or (unchanged is not None and run.get("unchanged", unchanged) != unchanged):
        raise BenchError(f"{server.name}: the import of {size} vehicles ended as {run}")
    shown = http.get("/api/public/inventory", params={"limit": 1}).raise_for_status().headers["X-Total-Count"]
    if int(shown) != size:
        raise BenchError(f"{server.name}: {shown} of {size} vehicles are on the public list")


def compare_imports(size: int, repetitions: int) -> Outcome:
    """A first import of `size` vehicles, an unchanged one, and one with 1 % changed, each repetition on a fresh database."""
    contenders: dict[str, Start] = CONTENDERS | {
        "peer, 3 a statement": lambda url: servers.peer(url, {"ROWS_PER_STATEMENT": "3"})
    }
    firsts: dict[str, list[float]] = {name: [] for name in contenders}
    agains: dict[str, list[float]] = {name: [] for name in contenders}
    changed: dict[str, list[float]] = {name: [] for name in contenders}
    bytes_: dict[str, int] = {}
    plain: list[float] = []
    with servers.simulators(size) as dms_url:
        dms_alone_s = _dms_alone(dms_url, size)
        for repetition in range(repetitions):
            for turn, name in enumerate(alternating(list(contenders), repetition), repetition * len(contenders)):
                with contenders[name](dms_url) as server:
                    firsts[name].append(time_import(server, size).seconds)
                    bytes_[name] = _database_bytes(server)
                    agains[name].append(time_import(server, size, unchanged=size).seconds)
                    some = _change_some(dms_url, turn)
                    changed[name].append(time_import(server, size, unchanged=size - some).seconds)
                times = (firsts[name][-1], agains[name][-1], changed[name][-1])
                print(
                    f"  import {size:,}: {name} {times[0]:.2f} s, again {times[1]:.2f} s, 1 % changed {times[2]:.2f} s",
                    flush=True,
                )
            plain.append(_plain_sqlite(dms_url, size))
    raw = {
        "size": size,
        "dms_alone_s": dms_alone_s,
        "import_s": firsts,
        "reimport_s": agains,
        "changed_s": changed,
        "plain_sqlite_s": plain,
        "database_bytes": bytes_,
    }
    return Outcome("import", _import_lines(raw), raw)


def _import_lines(raw: dict[str, Any]) -> list[Line]:
    size, firsts, agains, changed, bytes_ = (
        raw[name] for name in ("size", "import_s", "reimport_s", "changed_s", "database_bytes")
    )
    chunked = "peer, 3 a statement"
    return [
        _line(f"import {size:,}", firsts["carlot"], firsts["peer"], Target(">=", 5)),
        _line(f"re-import {size:,} unchanged", agains["carlot"], agains["peer"], Target(">=", 10)),
        _line(f"re-import {size:,}, 1 % changed", changed["carlot"], changed["peer"], Target(">=", 4)),
        _plain_line(firsts["carlot"], raw["plain_sqlite_s"]),
        Line(
            "database",
            f"{bytes_['carlot'] / 1e6:.1f} MB",
            f"{bytes_['peer'] / 1e6:.1f} MB",
            bytes_["carlot"] / bytes_["peer"],
            Target("<", 1.3),
        ),
        _line(f"import, {chunked}", firsts["carlot"], firsts[chunked], None),
        _line(f"re-import, {chunked}", agains["carlot"], agains[chunked], None),
    ]


def _plain_line(carlot_s: list[float], plain_s: list[float]) -> Line:
    """Plain SQLite's time over CarLot's: 1 would be an import that costs nothing but the rows."""
    ours, plain = median(carlot_s), median(plain_s)
    return Line("import, plain SQLite", f"{ours:.2f} s", f"{plain:.2f} s", plain / ours, Target(">=", 0.6))


def _plain_sqlite(dms_url: str, size: int) -> float:
    """Seconds in which SQLite alone writes the same rows, a page a statement, into a file: no parsing, no rules, no runtime."""
    records = [page["vehicles"] for page in pages_of(dms_url)]
    pages, names = [to_json(page).decode() for page in records], list(records[0][0])
    columns = ", ".join(f'"{name}"' for name in names)
    values = ", ".join(f"value ->> '$.{name}'" for name in names)
    with (
        tempfile.TemporaryDirectory() as folder,
        closing(sqlite3.connect(f"{folder}/plain.sqlite", isolation_level=None)) as plain,
    ):
        plain.execute("PRAGMA journal_mode = wal")
        plain.execute(f"CREATE TABLE vehicles (id TEXT PRIMARY KEY, {columns})")
        plain.execute("CREATE UNIQUE INDEX number ON vehicles (stock_number)")
        plain.execute("CREATE UNIQUE INDEX vin ON vehicles (vin)")
        began = time.perf_counter()
        for page in pages:
            plain.execute(f"INSERT INTO vehicles SELECT lower(hex(randomblob(16))), {values} FROM json_each(?)", (page,))
        elapsed = time.perf_counter() - began
        [(written,)] = plain.execute("SELECT count(*) FROM vehicles").fetchall()
    if written != size:
        raise BenchError(f"plain SQLite wrote {written} of {size} vehicles")
    return elapsed


def _change_some(dms_url: str, turn: int) -> int:
    """Changes the price of every hundredth vehicle in the DMS, on every page, another one each turn; returns how many."""
    changed = [
        {**record, "price": 10_000 + turn * 10 + number % 7, "updated_at": f"2027-01-{turn + 1:02d}T00:00:00Z"}
        for number, record in enumerate(record for page in pages_of(dms_url) for record in page["vehicles"])
        if number % 100 == 0
    ]
    httpx.post(f"{dms_url}/_sim/wayne-reeves/vehicles", json=changed, timeout=60).raise_for_status()
    return len(changed)


def _database_bytes(server: Server) -> int:
    [(size,)] = server.query("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size")
    return int(size)


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
    began = time.perf_counter()
    seen = sum(len(page["vehicles"]) for page in pages_of(dms_url))
    elapsed = time.perf_counter() - began
    if seen != size:
        raise BenchError(f"the simulated DMS gave {seen} of {size} vehicles")
    return elapsed


def pages_of(dms_url: str) -> Iterator[dict[str, Any]]:
    """The pages of the simulated DMS's inventory."""
    cursor: str | None = ""
    with httpx.Client(base_url=dms_url, headers={"Authorization": f"Bearer {servers.DMS_KEY}"}, timeout=60) as http:
        while cursor is not None:
            page = http.get("/inventory", params={"limit": PAGE_VEHICLES, "cursor": cursor}).raise_for_status().json()
            yield page
            cursor = page["next_cursor"]
