"""How fast sales become invoices: what waited for QuickBooks to be connected, together by CarLot, one by one by the peer."""

import base64
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

import httpx

from harness import servers
from harness.imports import CONTENDERS, time_import
from harness.report import Line, Outcome, Target
from harness.servers import BenchError, Server

LIMIT_S = 600.0
CONNECTIONS = 8
UNDO_S = 30.0
TOLD = "SELECT count(*) FROM sales WHERE dms_sale_id IS NOT NULL"
POSTED = "SELECT count(*) FROM sales WHERE invoice_id IS NOT NULL"


def compare_books(count: int, latency_ms: int) -> Outcome:
    """Invoices a second, from when the company is connected until the last of `count` is kept; and how many calls that took."""
    seconds: dict[str, float] = {}
    calls: dict[str, dict[str, int]] = {}
    for name, start in CONTENDERS.items():
        with servers.simulators(count, latency_ms) as partners_url:
            _sim(partners_url, "PATCH", "quickbooks/knobs", {"requests_a_minute": 100_000})
            with start(partners_url, _settings(partners_url)) as server, httpx.Client(base_url=server.url, timeout=60) as http:
                time_import(server, count)
                _sell_all(server, http, count)
                seconds[name] = _post_all(server, http, count)
            calls[name] = _calls(name, partners_url, count)
        print(f"  {count} sales to invoices: {name} {seconds[name]:.2f} s, {sum(calls[name].values())} calls", flush=True)
    ours, theirs = (count / seconds[name] for name in ("carlot", "peer"))
    name = f"{count} sales to invoices, {latency_ms} ms a call"
    beyond = {each: sum(made.values()) - made.get("GET query", 0) for each, made in calls.items()}
    lines = [
        Line(name, f"{ours:.0f}/s", f"{theirs:.0f}/s", ours / theirs, Target(">=", 5)),
        Line(f"{name}, calls", str(beyond["carlot"]), str(beyond["peer"]), beyond["carlot"], Target("<", 41)),
    ]
    return Outcome("books", lines, {"count": count, "latency_ms": latency_ms, "seconds": seconds, "calls": calls})


def _settings(partners_url: str) -> dict[str, str]:
    """QuickBooks for both; the peer, which knows no consent, is given a token."""
    told: dict[str, str] = httpx.get(f"{partners_url}/_sim").raise_for_status().json()["settings"]["quickbooks"]
    token = _sim(partners_url, "POST", "quickbooks/tokens", {"client_id": told["QUICKBOOKS_CLIENT_ID"]})["access_token"]
    key = base64.b64encode(b"for a benchmark on this machine.").decode()
    return {**told, "TOKEN_ENCRYPTION_KEY": key, "QUICKBOOKS_ACCESS_TOKEN": token}


def _sell_all(server: Server, http: httpx.Client, count: int) -> None:
    """Sell every car, and wait until the DMS has heard of all of them: only the books are left. Raises: BenchError."""
    ids = [vehicle["id"] for vehicle in http.get("/api/public/inventory?limit=1000").raise_for_status().json()]
    sales = [{"vehicleId": each, "salePrice": 9000 + number / 100, "saleDate": "2026-11-20"} for number, each in enumerate(ids)]
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        for answer in pool.map(lambda sale: http.post("/api/sales", json=sale), sales):
            answer.raise_for_status()
    _wait(server, TOLD, count)
    # The invoice of a sale waits so long, whatever is faster.
    time.sleep(UNDO_S)


def _post_all(server: Server, http: httpx.Client, count: int) -> float:
    """Begin with the books; answer the seconds until the last invoice is kept. Raises: BenchError."""
    if server.name == "peer":
        began = time.perf_counter()
        http.post("/api/integrations/quickbooks/sync").raise_for_status()
    else:
        begun = http.get("/api/integrations/quickbooks/authorize")
        # It leads to PUBLIC_BASE_URL, which is not where this Worker answers.
        back = urlsplit(httpx.get(f"{begun.headers['location']}&auto=approve").headers["location"])
        began = time.perf_counter()
        http.get(f"{back.path}?{back.query}")
    return _wait(server, POSTED, count) - began


def _wait(server: Server, sql: str, count: int) -> float:
    """When so many are counted. Raises: BenchError."""
    deadline = time.perf_counter() + LIMIT_S
    while (found := server.query(sql)[0][0]) < count:
        if time.perf_counter() > deadline:
            raise BenchError(f"{server.name}: {found} of {count} after {LIMIT_S:g} s: {sql}")
        time.sleep(0.02)
    return time.perf_counter()


def _calls(name: str, partners_url: str, count: int) -> dict[str, int]:
    """The calls of the books' API, by operation. Raises: BenchError when an invoice is missing, double, or off by a cent."""
    invoices = _sim(partners_url, "GET", "quickbooks/documents?kind=Invoice")["documents"]
    cents = sorted(invoice["total_cents"] for invoice in invoices)
    if cents != [900_000 + number for number in range(count)]:
        raise BenchError(f"{name}: {len(invoices)} invoices for {count} sales, or not at their prices")
    (traffic,) = _sim(partners_url, "GET", "quickbooks/traffic")["companies"].values()
    if traffic["throttled"]:
        raise BenchError(f"{name} went beyond a limit of QuickBooks {traffic['throttled']} times")
    found: dict[str, int] = traffic["operations"]
    return found


def _sim(partners_url: str, method: str, path: str, content: Any = None) -> Any:
    return httpx.request(method, f"{partners_url}/_sim/{path}", json=content, timeout=60).raise_for_status().json()
