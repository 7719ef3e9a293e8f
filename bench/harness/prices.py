"""A new price: on an idle system, from the moment it is sent until the last of three listing sites has heard of it."""

import tempfile
import time
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx

from harness import drain, servers
from harness.imports import CONTENDERS, alternating
from harness.report import Line, Outcome
from harness.sales import HEAR_LIMIT_S, REST_S, WARM_UP, quantile
from harness.servers import BenchError, Server


def compare_prices(count: int) -> Outcome:
    """Milliseconds from a price change to the third site, `count` changes one after the other, the two contenders in turn."""
    found: dict[str, list[float]] = {}
    with ExitStack() as stack:
        pairs: dict[str, tuple[Server, str]] = {}
        for name, start in CONTENDERS.items():
            partners_url = stack.enter_context(servers.simulators(count + WARM_UP))
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-", ignore_cleanup_errors=True))) / name
            drain.prepare(name, partners_url, count + WARM_UP, folder)
            settings = servers.listing_settings(partners_url, drain.SITES)
            pairs[name] = stack.enter_context(start(partners_url, settings, folder)), partners_url
            drain.publish(*pairs[name], count + WARM_UP, drain.SITES)
        cars = {name: _cars(server) for name, (server, _) in pairs.items()}
        for number in range(count + WARM_UP):
            for name in alternating(list(pairs), number):
                ms = _reprice(*pairs[name], cars[name][number], 5000 + number)
                if number >= WARM_UP:
                    found.setdefault(name, []).append(ms)
    for name, times in found.items():
        times.sort()
        print(f"  price to three sites: {name} p50 {quantile(times, 0.5):.0f} ms, p99 {quantile(times, 0.99):.0f} ms", flush=True)
    return Outcome("prices", [_line(found, 0.5), _line(found, 0.99)], {"count": count, "ms": found})


def _cars(server: Server) -> list[dict[str, Any]]:
    answer = httpx.get(f"{server.url}/api/public/inventory?limit=1000", timeout=60)
    vehicles: list[dict[str, Any]] = answer.raise_for_status().json()
    return vehicles


def _reprice(server: Server, partners_url: str, car: dict[str, Any], price: int) -> float:
    """Change one price; answer the milliseconds until the last site had it. Raises: BenchError when one hears nothing."""
    ledger = f"{partners_url}/_sim/ledger"
    since = httpx.get(ledger, params={"method": "PUT"}).json()["last_seq"]
    with httpx.Client(base_url=server.url, timeout=30) as http:
        http.get("/api/health").raise_for_status()
        began = time.time()
        http.patch(f"/api/vehicles/{car['id']}", json={"price": price}).raise_for_status()
    deadline = time.monotonic() + HEAR_LIMIT_S
    while True:
        entries = httpx.get(ledger, params={"method": "PUT", "since": since}).json()["entries"]
        if len(entries) >= len(drain.SITES):
            break
        if time.monotonic() > deadline:
            raise BenchError(f"{server.name}: {len(entries)} sites have heard of a price after {HEAR_LIMIT_S:g} s")
        time.sleep(0.02)
    told = {entry["partner"]: price_told(entry["body"]) for entry in entries}
    if told != dict.fromkeys(drain.SITES, price):
        raise BenchError(f"{server.name}: the sites were told {told}, the price is {price}")
    # What follows the calls is not to disturb the next change.
    time.sleep(REST_S)
    return (max(datetime.fromisoformat(entry["time"]).timestamp() for entry in entries) - began) * 1000


def price_told(body: dict[str, Any]) -> float:
    """The price in a site's own words."""
    return float(body.get("price") or body.get("list_price") or body["ListPrice"])


def _line(found: dict[str, list[float]], share: float) -> Line:
    ours, theirs = (quantile(found[name], share) for name in ("carlot", "peer"))
    return Line(f"price to three sites, p{share * 100:g}", f"{ours:.0f} ms", f"{theirs:.0f} ms", theirs / ours)
