"""The public reads under load, at one connection and at several: the list whole, unchanged and filtered, one vehicle, a file.

The local runtime has no cache in front of the Worker, so each of these is a miss. A hit runs no Worker and asks no database;
neither does an answer from a file.
"""

import json
import subprocess
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from typing import Any

import httpx

from harness import servers
from harness.imports import CONTENDERS, time_import
from harness.report import Line, Outcome, Target
from harness.servers import BenchError, Server

LOAD_SCRIPT = Path(__file__).resolve().parents[1] / "load.mjs"
PATH = "/api/public/inventory?limit=1000"
FILTERED = "/api/public/inventory?make=Ford&priceMax=40000&limit=25"
FILE = "/favicon.svg"
WARM_UP_S = 2.0


def compare_lists(size: int, connections: list[int], seconds: float, repetitions: int) -> Outcome:
    """Requests a second for the list of `size` vehicles; both Workers run, only one is ever asked."""
    with ExitStack() as stack:
        dms_url = stack.enter_context(servers.simulators(size))
        contenders = {name: stack.enter_context(start(dms_url)) for name, start in CONTENDERS.items()}
        binaries = {name: str(server.workerd().binary) for name, server in contenders.items()}
        if len(set(binaries.values())) != 1:
            raise BenchError(f"not the same workerd: {binaries}")
        etags = {name: _prepare(server, size) for name, server in contenders.items()}
        loads: dict[str, dict[str, list[dict[str, Any]]]] = {}
        for count in connections:
            paths = {name: f"/api/public/vehicle/{_first(server)}" for name, server in contenders.items()}
            for kind in ("full", "304", "filtered", "vehicle"):
                found = {"vehicle": paths, "filtered": dict.fromkeys(contenders, FILTERED)}
                asked = found.get(kind, dict.fromkeys(contenders, PATH))
                loads[f"{kind}, {count}"] = _alternate(
                    contenders, asked, etags if kind == "304" else {}, kind, count, seconds, repetitions
                )
            loads[f"file, {count}"] = _alternate(
                {"carlot": contenders["carlot"]}, {"carlot": FILE}, {}, "file", count, seconds, repetitions
            )
    answer_bytes = _bytes_each(loads[f"full, {connections[0]}"]["peer"][0])
    ceiling = {count: run_load(["--self-test", str(answer_bytes)], count, seconds) for count in connections}
    return Outcome("list", _lines(connections, loads, ceiling), {"size": size, "loads": loads, "generator": ceiling})


def _prepare(server: Server, size: int) -> str:
    """Imports the lot, warms the list up, and gives its ETag."""
    time_import(server, size)
    answer = httpx.get(server.url + PATH, timeout=60).raise_for_status()
    if len(answer.json()) != size:
        raise BenchError(f"{server.name}: {len(answer.json())} of {size} vehicles on the public list")
    run_load(["--url", server.url + PATH], 4, WARM_UP_S)
    return answer.headers["ETag"]


def _first(server: Server) -> str:
    """The id of one public vehicle."""
    vehicle: str = httpx.get(f"{server.url}/api/public/inventory?limit=1", timeout=60).raise_for_status().json()[0]["id"]
    return vehicle


def _alternate(
    contenders: dict[str, Server],
    paths: dict[str, str],
    etags: dict[str, str],
    kind: str,
    count: int,
    seconds: float,
    repetitions: int,
) -> dict[str, list[dict[str, Any]]]:
    """Ask each in turn for its path, with an ETag for a 304."""
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in contenders}
    expected = "304" if etags else "200"
    for repetition in range(repetitions):
        for name in sorted(contenders, reverse=repetition % 2 == 1):
            flags = ["--url", contenders[name].url + paths[name]]
            if etags:
                flags += ["--header", f"If-None-Match: {etags[name]}"]
            load = run_load(flags, count, seconds)
            if set(load["statuses"]) != {expected}:
                raise BenchError(f"{name}: wanted only {expected}, got {load['statuses']}")
            found[name].append(load)
    rates = ", ".join(f"{name} {rate(loads):.0f}/s" for name, loads in found.items())
    print(f"  {kind}, {count} connections: {rates}", flush=True)
    return found


def _lines(
    connections: list[int], loads: dict[str, dict[str, list[dict[str, Any]]]], ceiling: dict[int, dict[str, Any]]
) -> list[Line]:
    lines = []
    for count in connections:
        full, short, some, one = (loads[f"{kind}, {count}"] for kind in ("full", "304", "filtered", "vehicle"))
        file = rate(loads[f"file, {count}"]["carlot"])
        theirs = rate(full["peer"])
        lines += [
            _line(f"list, whole, at {count}", rate(full["carlot"]), theirs, Target(">=", 1)),
            _line(f"list, 304 over peer's whole, at {count}", rate(short["carlot"]), theirs, Target(">=", 3)),
            _line(f"list, 304 over peer's 304, at {count}", rate(short["carlot"]), rate(short["peer"]), None),
            _line(f"list, filtered, at {count}", rate(some["carlot"]), rate(some["peer"]), Target(">=", 1)),
            _line(f"one vehicle, at {count}", rate(one["carlot"]), rate(one["peer"]), Target(">=", 1)),
            _line(f"a file over peer's vehicle, at {count}", file, rate(one["peer"]), None),
        ]
        fastest = max(rate(found) for found in full.values())
        spare = ceiling[count]["per_second"] / fastest
        lines.append(Line(f"generator's own limit at {count}", f"{ceiling[count]['per_second']:.0f}/s", "", spare))
    return lines


def _line(name: str, ours: float, theirs: float, target: Target | None) -> Line:
    return Line(name, f"{ours:.0f}/s", f"{theirs:.0f}/s", ours / theirs, target)


def rate(loads: list[dict[str, Any]]) -> float:
    """The median of requests a second."""
    return median(float(load["per_second"]) for load in loads)


def _bytes_each(load: dict[str, Any]) -> int:
    return int(load["bytes"]) // int(load["requests"])


def run_load(flags: list[str], connections: int, seconds: float) -> dict[str, Any]:
    """Let `load.mjs` keep so many requests in the air for so long; answer its figures. Raises: BenchError."""
    command = [str(servers.NODE_BIN / "node"), str(LOAD_SCRIPT), *flags]
    command += ["--connections", str(connections), "--seconds", str(seconds)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=seconds + 60)
    if done.returncode != 0:
        raise BenchError(f"the load generator failed:\n{done.stderr[-2000:]}")
    found: dict[str, Any] = json.loads(done.stdout)
    return found
