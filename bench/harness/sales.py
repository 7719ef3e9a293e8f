"""From a sale to the partner: on an idle system, from the moment the sale is sent until the DMS hears of it."""

import time
from contextlib import ExitStack
from datetime import datetime

import httpx

from harness import servers
from harness.imports import CONTENDERS, alternating, time_import
from harness.report import Line, Outcome
from harness.servers import BenchError, Server

HEAR_LIMIT_S = 30.0
REST_S = 0.1
WARM_UP = 5


def compare_sales(count: int) -> Outcome:
    """Milliseconds from a sale to the DMS, `count` sales one after the other, the two contenders in turn."""
    found: dict[str, list[float]] = {}
    with ExitStack() as stack:
        # Each has a DMS of its own, for a car is sold there once.
        pairs: dict[str, tuple[Server, str]] = {}
        for name, start in CONTENDERS.items():
            partners_url = stack.enter_context(servers.simulators(count + WARM_UP))
            pairs[name] = stack.enter_context(start(partners_url)), partners_url
            time_import(pairs[name][0], count + WARM_UP)
        cars = {name: _cars(server) for name, (server, _) in pairs.items()}
        for number in range(count + WARM_UP):
            for name in alternating(list(pairs), number):
                ms = _sell(*pairs[name], cars[name][number])
                if number >= WARM_UP:
                    found.setdefault(name, []).append(ms)
    for name, times in found.items():
        times.sort()
        print(f"  sale to partner: {name} p50 {quantile(times, 0.5):.0f} ms, p99 {quantile(times, 0.99):.0f} ms", flush=True)
    return Outcome("sales", [_line(found, 0.5), _line(found, 0.99)], {"count": count, "ms": found})


def _cars(server: Server) -> list[str]:
    answer = httpx.get(f"{server.url}/api/public/inventory?limit=1000", timeout=60)
    return [vehicle["id"] for vehicle in answer.raise_for_status().json()]


def _sell(server: Server, partners_url: str, vehicle_id: str) -> float:
    """Sell one car; answer the milliseconds until the DMS had the request. Raises: BenchError when it hears nothing."""
    ledger = f"{partners_url}/_sim/ledger"
    since = httpx.get(ledger, params={"method": "POST"}).json()["last_seq"]
    sale = {"vehicleId": vehicle_id, "salePrice": 9000, "saleDate": "2026-11-20"}
    with httpx.Client(base_url=server.url, timeout=30) as http:
        http.get("/api/health").raise_for_status()
        began = time.time()
        http.post("/api/sales", json=sale).raise_for_status()
    deadline = time.monotonic() + HEAR_LIMIT_S
    while not (entries := httpx.get(ledger, params={"path": "/sales", "since": since}).json()["entries"]):
        if time.monotonic() > deadline:
            raise BenchError(f"{server.name}: the DMS has not heard of a sale after {HEAR_LIMIT_S:g} s")
        time.sleep(0.02)
    # What follows the call is not to disturb the next one.
    time.sleep(REST_S)
    return (datetime.fromisoformat(entries[0]["time"]).timestamp() - began) * 1000


def quantile(ordered: list[float], share: float) -> float:
    """The value that a share of the ordered values lies below."""
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def _line(found: dict[str, list[float]], share: float) -> Line:
    ours, theirs = (quantile(found[name], share) for name in ("carlot", "peer"))
    return Line(f"sale to partner, p{share * 100:g}", f"{ours:.0f} ms", f"{theirs:.0f} ms", theirs / ours)
