"""CPU per request and per message on the real runtime, beside what Cloudflare's free plan gives.

Counted is the CPU time of the whole workerd process. Locally that includes D1's SQLite, the queue and the proxy in front, which
production does not charge to a Worker. From a request's figure is taken what an answer from a file costs, for no Worker has a
part in that. What is left is too much rather than too little. Reads /proc: Linux only.
"""

import base64
import hmac
import json
import os
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

from harness import servers
from harness.report import Line, Outcome, Target
from harness.servers import DMS_KEY, WEBHOOK_SECRET, BenchError, Server

FREE_MS = 10.0
"""CPU a request or message may take on the free plan. Source: Cloudflare, "Workers limits"."""
SHOWN = 100
SETTLE_S = 120.0
_TICK_S = 1 / os.sysconf("SC_CLK_TCK")
_OPEN = "SELECT 1 FROM sync_tasks WHERE state IN ('pending', 'running') LIMIT 1"

Work = Callable[[], int]


class _Meter:
    """A Worker, its client, and the CPU time of its process."""

    def __init__(self, server: Server, client: httpx.Client) -> None:
        self.server = server
        self.client = client

    def each_ms(self, work: Work) -> float:
        """What one of it takes; `work` answers how many it has done."""
        before = self._used_s()
        count = work()
        return (self._used_s() - before) * 1000 / count

    def answers_ms(self, count: int, status: int, method: str, path: str, **more: Any) -> float:
        """What one answer takes. Raises: BenchError when one has another status."""
        self._ask(status, method, path, **more)

        def work() -> int:
            for _ in range(count):
                self._ask(status, method, path, **more)
            return count

        return self.each_ms(work)

    def settle(self) -> None:
        """Wait until no task is left to do. Raises: BenchError."""
        deadline = time.monotonic() + SETTLE_S
        while self.server.query(_OPEN):
            if time.monotonic() > deadline:
                raise BenchError("not all tasks came to an end")
            time.sleep(0.1)

    def _ask(self, status: int, method: str, path: str, **more: Any) -> None:
        answer = self.client.request(method, path, **more)
        if answer.status_code != status:
            raise BenchError(f"{method} {path} answered {answer.status_code}: {answer.text[:300]}")

    def _used_s(self) -> float:
        stat = Path(f"/proc/{self.server.workerd().pid}/stat").read_text().rpartition(")")[2].split()
        return (int(stat[11]) + int(stat[12])) * _TICK_S


def measure_cpu(size: int, count: int) -> Outcome:
    """Milliseconds of CPU for each kind of work, on a lot of `size` vehicles, each measured over `count`. CarLot alone."""
    with servers.simulators(size) as partners_url:
        books = httpx.get(f"{partners_url}/_sim").json()["settings"]["quickbooks"]
        books["TOKEN_ENCRYPTION_KEY"] = base64.b64encode(b"for a benchmark on this machine.").decode()
        with servers.carlot(partners_url, books) as server, httpx.Client(base_url=server.url, timeout=60) as client:
            meter = _Meter(server, client)
            pages = {name: meter.each_ms(lambda: _pull(meter)) for name in ("500 new vehicles", "500 unchanged vehicles")}
            records = httpx.get(f"{partners_url}/inventory?limit=500", headers={"Authorization": f"Bearer {DMS_KEY}"}, timeout=60)
            file_ms = meter.answers_ms(count, 200, "GET", "/favicon.svg")
            found = {name: each_ms - file_ms for name, each_ms in _requests(meter, count).items()}
            cars = records.json()["vehicles"]
            for name, kind in (("kept", "bench.nothing"), ("kept and taken over", "vehicle.updated")):
                found[f"webhook, {name}"] = meter.each_ms(lambda kind=kind: _post_events(meter, cars, kind, count)) - file_ms  # type: ignore[misc]
            found |= {f"page of an import, {name}": each_ms for name, each_ms in pages.items()}
            _connect_books(client)
            found["sale entered, its invoice posted"] = meter.each_ms(lambda: _sell(meter, count // 4))
    lines = [_line(name, each_ms) for name, each_ms in found.items()]
    return Outcome("cpu", lines, {"size": size, "count": count, "file_ms": file_ms, "each_ms": found})


def _line(name: str, each_ms: float) -> Line:
    """What everybody's visits cost must fit the free plan; of the rest it is only said."""
    target = Target("<", FREE_MS) if name.startswith("public") else None
    return Line(f"CPU ms, {name}", f"{each_ms:.1f} ms", "", each_ms, target)


def _requests(meter: _Meter, count: int) -> dict[str, float]:
    lot = f"/api/public/inventory?limit={SHOWN}"
    unchanged = {"if-none-match": meter.client.get(lot).headers["etag"]}
    return {
        "health": meter.answers_ms(count, 200, "GET", "/api/health"),
        "public list, unchanged (304)": meter.answers_ms(count, 304, "GET", lot, headers=unchanged),
        f"public list of {SHOWN}": meter.answers_ms(count, 200, "GET", lot),
        f"admin list of {SHOWN}": meter.answers_ms(count, 200, "GET", f"/api/vehicles?limit={SHOWN}"),
        "admin status": meter.answers_ms(count, 200, "GET", "/api/integrations/status"),
    }


def _pull(meter: _Meter) -> int:
    """Import the lot; answer how many pages that were. Raises: BenchError."""
    run = meter.client.post("/api/integrations/wayne-reeves/sync").json()["runId"]
    while (report := meter.client.get(f"/api/integrations/runs/{run}").json())["status"] in ("queued", "running"):
        time.sleep(0.5)
    if report["status"] != "completed":
        raise BenchError(f"the import ended {report['status']}: {report['message']}")
    meter.settle()
    return int(report["pages"])


def _post_events(meter: _Meter, cars: list[dict[str, Any]], kind: str, count: int) -> int:
    """Signed events, each about another car and with news, until all have taken effect. Raises: BenchError."""
    for number in range(count):
        now = datetime.now(UTC)
        at = (now + timedelta(seconds=1)).isoformat()
        record = {**cars[number % len(cars)], "mileage": number, "updated_at": at}
        body = json.dumps({"id": f"{kind}-{number}", "event": kind, "occurred_at": at, "vehicle": record}).encode()
        stamp = str(int(now.timestamp()))
        mac = hmac.digest(WEBHOOK_SECRET.encode(), f"{kind}-{number}.{stamp}.".encode() + body, "sha256")
        headers = {"webhook-id": f"{kind}-{number}", "webhook-timestamp": stamp, "content-type": "application/json"}
        headers["webhook-signature"] = f"v1,{base64.b64encode(mac).decode()}"
        answer = meter.client.post("/api/webhooks/wayne-reeves", content=body, headers=headers)
        if answer.status_code != 200:
            raise BenchError(f"an event was answered {answer.status_code}: {answer.text[:300]}")
    meter.settle()
    return count


def _connect_books(client: httpx.Client) -> None:
    """Connect QuickBooks as the dealer does, by a click; the simulated Intuit agrees at once. Raises: BenchError."""
    begun = client.get("/api/integrations/quickbooks/authorize")
    if "location" not in begun.headers:
        raise BenchError(f"QuickBooks could not be connected: {begun.text[:300]}")
    # It leads to PUBLIC_BASE_URL, which is not where this Worker answers.
    back = urlsplit(httpx.get(f"{begun.headers['location']}&auto=approve").headers["location"])
    client.get(f"{back.path}?{back.query}")
    if not client.get("/api/integrations/status").json()["quickbooks"]["authenticated"]:
        raise BenchError("QuickBooks could not be connected: Intuit's answer was not taken")


def _sell(meter: _Meter, count: int) -> int:
    """So many sales, until each is an invoice. Raises: BenchError."""
    cars = meter.client.get("/api/vehicles", params={"limit": count, "status": "available"}).json()["vehicles"]
    for car in cars:
        sale = {
            "vehicleId": car["id"],
            "salePrice": 9999.5,
            "saleDate": "2026-11-02",
            "customer": {"name": f"Buyer {car['vin']}"},
        }
        meter.client.post("/api/sales", json=sale).raise_for_status()
    meter.settle()
    posted = meter.server.query("SELECT count(*) FROM audit_sale WHERE state = 'posted'")[0][0]
    if posted < len(cars):
        raise BenchError(f"{posted} of {len(cars)} sales were posted")
    return len(cars)
