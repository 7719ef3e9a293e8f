"""The books on the real runtime, through faults and kills, with tokens that end and a connection that is revoked and made anew.

A fifth of all calls to QuickBooks fail; afterwards each sale and service record is in the books once, to the cent.

`BOOKS_SALES=300` makes it a long run (there are half as many service records), `BOOKS_REQUESTID=honoured` one with requestids.
"""

from __future__ import annotations

import base64
import os
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from support.running import Partners, Worker, wait_until
from workerd.soak.plan import FAULTS

SALES = int(os.environ.get("BOOKS_SALES", "16"))
RECORDS = SALES // 2
REQUESTID = os.environ.get("BOOKS_REQUESTID", "ignored")
KILLS = {SALES * 7 // 10, *((SALES * 3 // 10, SALES * 9 // 10) if SALES >= 100 else ())}
DOWN_S = 900.0
"""How long the Worker is down each time, as far as it can tell: leases run out, pauses end."""
THROTTLED = {"fault": {"error": [{"message": "message=ThrottleExceeded; errorCode=003001", "code": "003001"}], "type": "SERVICE"}}
OPEN = "SELECT target, kind, state, error FROM sync_tasks WHERE state NOT IN ('done')"
DUE = (
    "SELECT 1 FROM sync_tasks WHERE state IN ('pending', 'running') AND next_attempt_at <= strftime('%Y-%m-%dT%H:%M:%fZ', 'now')"
)


@pytest.fixture
def partners(tmp_path: Path) -> Iterator[Partners]:
    """A DMS with a car for each sale, and QuickBooks."""
    running = Partners(tmp_path / "partners.log", "--generate", str(SALES), "--seed", "5").run()
    yield running
    running.stop()


@pytest.fixture
def worker(tmp_path: Path, partners: Partners) -> Iterator[Worker]:
    """CarLot, not connected to the books yet."""
    told = partners.client.get("/_sim").json()["settings"]
    settings = {**told["wayne-reeves"], **told["quickbooks"], "TOKEN_ENCRYPTION_KEY": base64.b64encode(bytes(range(32))).decode()}
    running = Worker(tmp_path / "worker", settings).run()
    yield running
    running.stop()


def connect(worker: Worker) -> None:
    """The dealer gives his consent in QuickBooks."""
    begun = worker.client.get("/api/integrations/quickbooks/authorize")
    assert begun.status_code == 302, begun.text
    consent = httpx.get(begun.headers["location"] + "&auto=approve")
    back = urlsplit(consent.headers["location"])
    ended = worker.client.get(f"{back.path}?{back.query}")
    assert (ended.status_code, ended.headers["location"]) == (302, "/")


def kill(worker: Worker) -> None:
    """It dies in the midst of its work, and comes back much later."""
    worker.kill()
    worker.pass_time(DOWN_S)
    worker.run()
    worker.tick()


class Bookkeeping:
    """What is sold and spent, an entry at a time."""

    def __init__(self, worker: Worker) -> None:
        self._worker = worker
        self.cents: dict[str, int] = {}
        answer = worker.client.get("/api/vehicles?limit=1000").json()
        self._cars = [vehicle["id"] for vehicle in answer["vehicles"] if vehicle["status"] == "available"][:SALES]
        assert len(self._cars) == SALES

    def sell(self, number: int) -> None:
        """Sell a car for a price that no other has, to one of some customers or to nobody named."""
        price = 4000 + number * 11 + (number * 37 % 100) / 100
        customer = {"customer": {"name": f"Customer {number % 7}", "email": f"c{number % 7}@example.com"}} if number % 3 else {}
        entry = {"vehicleId": self._cars[number], "salePrice": round(price, 2), "saleDate": "2026-11-20", **customer}
        self._enter("/api/sales", entry, price)

    def spend(self, number: int) -> None:
        """Pay for work on a car."""
        cost = 10 + number * 3 + (number * 53 % 100) / 100
        vendor = {"vendor": f"Vendor {number % 3}"} if number % 2 else {}
        entry = {"vehicleId": self._cars[number], "serviceDate": "2026-11-19", "description": f"Job {number}", **vendor}
        self._enter("/api/service-records", {**entry, "cost": round(cost, 2)}, cost)

    def _enter(self, path: str, entry: dict[str, Any], dollars: float) -> None:
        answer = self._worker.client.post(path, json=entry)
        assert answer.status_code == 201, answer.text
        self.cents[answer.json()["docNumber"]] = round(dollars * 100)


def known_to_be_revoked(worker: Worker) -> bool:
    """Whether a call has met the revoked connection; if not, the cron comes again."""
    if worker.query("SELECT 1 FROM oauth_tokens WHERE state = 'reauth_required'"):
        return True
    worker.tick()
    time.sleep(0.5)
    return False


def go_on(worker: Worker, limit_s: float) -> None:
    """Crons and deliveries, until nothing can be done now or the time is over."""
    deadline = time.monotonic() + limit_s
    while worker.query(DUE) and time.monotonic() < deadline:
        worker.tick()
        time.sleep(0.5)


def rest(worker: Worker) -> None:
    """Until nothing is left to do; what waits for a time to come has it come while the Worker is down."""
    for _ in range(8):
        go_on(worker, 10 + SALES / 3)
        if not worker.query(OPEN):
            return
        kill(worker)
    raise AssertionError(f"no rest: {worker.query(OPEN)[:5]}")


def test_each_document_is_in_the_books_once(worker: Worker, partners: Partners) -> None:
    assert worker.finished(worker.pull(), 120)["status"] == "completed"
    partners.sim("PATCH", "quickbooks/knobs", {"requestid": REQUESTID, "rotation": "graceful", "batch_item_fault_rate": 0.05})
    # Time passes for the Worker alone while it is down, so the simulator's minute may have the calls of many of the Worker's.
    partners.sim("PATCH", "quickbooks/knobs", {"requests_a_minute": 1_000_000, "batches_a_minute": 1_000_000})
    entered = Bookkeeping(worker)
    connect(worker)
    # Intuit's gateway throttles with a 403 too: https://github.com/ruckus/quickbooks-ruby/issues/338
    slow_down = {"fault": "status", "status": 403, "retry_after_s": 1, "body": THROTTLED, "path": "/v3/*", "times": 2}
    script = [{**slow_down, "nth": nth} for nth in (6, 20, 50)]
    knobs = {"seed": 5, "stall_s": 1, "retry_after_s": 1, "rates_path": "/v3/*", "script": script}
    partners.sim("PUT", "faults/quickbooks", {**FAULTS, **knobs})
    for number in range(SALES):
        entered.sell(number)
        if number < RECORDS:
            entered.spend(number)
        if number == SALES // 5:
            partners.sim("POST", "quickbooks/expire", {})
        if number in KILLS:
            kill(worker)
        if number == SALES // 2:
            partners.sim("POST", "quickbooks/revoke")
            worker.tick()
    wait_until(lambda: known_to_be_revoked(worker), 60, "it is known to be revoked")
    assert worker.client.get("/api/integrations/status").json()["quickbooks"]["status"] == "reauth_required"
    connect(worker)
    go_on(worker, SALES / 5)
    partners.sim("DELETE", "faults/quickbooks")
    rest(worker)
    documents = [line for line in partners.sim("GET", "quickbooks/documents")["documents"] if line["state"] == "standing"]
    assert Counter(line["doc_number"] for line in documents) == Counter(entered.cents.keys())
    assert {line["doc_number"]: line["total_cents"] for line in documents} == entered.cents
    kept = worker.query(
        "SELECT doc_number, invoice_id AS id FROM audit_sale UNION ALL SELECT doc_number, purchase_id FROM audit_service"
    )
    assert {row["doc_number"]: row["id"] for row in kept} == {line["doc_number"]: line["id"] for line in documents}
    traffic = partners.sim("GET", "quickbooks/traffic")
    assert traffic["tokens"]["most_refreshes_at_once"] <= 1
    assert not [line for line in worker.said().splitlines() if "A bug in CarLot Manager" in line]
