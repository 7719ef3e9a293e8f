"""Webhook intake: signed events at several connections. Each one that was answered 200 must be stored, and be applied."""

import json
import tempfile
import time
from contextlib import ExitStack
from typing import Any

import httpx

from harness import servers
from harness.imports import CONTENDERS, alternating, time_import
from harness.lists import rate, run_load
from harness.report import Line, Outcome, Target
from harness.servers import DMS_KEY, WEBHOOK_SECRET, BenchError, Server

PATH = "/api/webhooks/wayne-reeves"
APPLY_LIMIT_S = 300.0
WARM_UP_S = 2.0
KEPT = "SELECT count(*) FROM webhook_events"
WAITING = {
    "carlot": f"{KEPT} WHERE state = 'stored'",
    "peer": f"{KEPT} WHERE processed_at IS NULL",
}


def compare_intake(size: int, connections: int, seconds: float, repetitions: int) -> Outcome:
    """Events a second that are taken, and the seconds until the last is applied; the lot has `size` vehicles."""
    with ExitStack() as stack:
        partners_url = stack.enter_context(servers.simulators(size))
        contenders = {name: stack.enter_context(start(partners_url)) for name, start in CONTENDERS.items()}
        lot = stack.enter_context(tempfile.NamedTemporaryFile("w", suffix=".json"))
        records = httpx.get(f"{partners_url}/inventory", headers={"Authorization": f"Bearer {DMS_KEY}"}, timeout=60)
        json.dump(records.raise_for_status().json()["vehicles"], lot)
        lot.flush()
        loads: dict[str, list[dict[str, Any]]] = {name: [] for name in contenders}
        for server in contenders.values():
            time_import(server, size)
            _take(server, lot.name, "warm", connections, WARM_UP_S)
        for repetition in range(repetitions):
            for name in alternating(list(contenders), repetition):
                loads[name].append(_take(contenders[name], lot.name, f"run{repetition}", connections, seconds))
        print(f"  intake: {', '.join(f'{name} {rate(found):.0f}/s' for name, found in loads.items())}", flush=True)
    ours, theirs = rate(loads["carlot"]), rate(loads["peer"])
    applied = {name: _applied(found) for name, found in loads.items()}
    return Outcome(
        "webhooks",
        [
            Line(f"signed webhooks, at {connections}", f"{ours:.0f}/s", f"{theirs:.0f}/s", ours / theirs, Target(">=", 1)),
            _applied_line(applied),
        ],
        {"size": size, "loads": loads},
    )


def _take(server: Server, lot: str, prefix: str, connections: int, seconds: float) -> dict[str, Any]:
    """Post events for so long, then wait until all are applied. Raises: BenchError when one was refused or lost."""
    (before,) = server.query(KEPT)[0]
    flags = ["--url", server.url + PATH, "--vehicles", lot, "--secret", WEBHOOK_SECRET, "--prefix", prefix]
    load = run_load(flags, connections, seconds)
    if set(load["statuses"]) != {"200"}:
        raise BenchError(f"{server.name}: wanted only 200, got {load['statuses']}")
    (kept,) = server.query(KEPT)[0]
    if kept - before != load["requests"]:
        raise BenchError(f"{server.name}: {load['requests']} events were answered 200, {kept - before} are there")
    load["applied_s"] = load["seconds"] + _wait_until_applied(server)
    return load


def _wait_until_applied(server: Server) -> float:
    began = time.perf_counter()
    while left := server.query(WAITING[server.name])[0][0]:
        if time.perf_counter() - began > APPLY_LIMIT_S:
            raise BenchError(f"{server.name}: {left} events not applied after {APPLY_LIMIT_S:g} s")
        time.sleep(0.05)
    return time.perf_counter() - began


def _applied(loads: list[dict[str, Any]]) -> float:
    return rate([{"per_second": load["requests"] / load["applied_s"]} for load in loads])


def _applied_line(applied: dict[str, float]) -> Line:
    ours, theirs = applied["carlot"], applied["peer"]
    return Line("  and applied to the lot", f"{ours:.0f}/s", f"{theirs:.0f}/s", ours / theirs)
