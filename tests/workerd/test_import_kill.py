"""The Worker killed after each page of an import, on the real runtime: nothing is skipped, nothing is doubled."""

from __future__ import annotations

import pytest

from simulators.generate import vehicles
from support.running import Partners, Worker, wait_until
from workerd.conftest import StartWorker

PAGE = 100
CARS = 280
PAGES = 3
LEASE_S = 60


def hold_the_second_page(partners: Partners) -> None:
    """The next page comes; the one after it is held back, until the Worker is dead."""
    partners.sim("DELETE", "ledger")
    rule = {"fault": "stall", "stall_s": 30, "path": "/inventory", "nth": 2}
    partners.sim("PUT", "faults/wayne-reeves", {"script": [rule]})


def die_with_one_page_more(worker: Worker, partners: Partners) -> None:
    """Let one more page in, and kill the Worker while it waits for the next; what the queue held is gone with it."""
    wait_until(lambda: len(partners.heard("GET", "/inventory")) == 2, 30, "the call for the page after")
    worker.kill()
    partners.sim("DELETE", "faults/wayne-reeves")


@pytest.fixture(scope="module")
def doomed(new_worker: StartWorker, partners: Partners) -> Worker:
    """A Worker of these tests' own, beside a DMS with three pages of cars."""
    partners.sim("POST", "reset")
    partners.sim("PUT", "wayne-reeves/inventory", vehicles(CARS, seed=5))
    partners.sim("PUT", "wayne-reeves/knobs", {"page_cap": PAGE})
    return new_worker()


def test_killed_after_each_page(doomed: Worker, partners: Partners) -> None:
    worker = doomed
    hold_the_second_page(partners)
    run_id = worker.pull()
    for page in range(1, PAGES):
        die_with_one_page_more(worker, partners)
        pages = worker.query("SELECT page, seen, created FROM import_pages ORDER BY page")
        assert pages == [{"page": number, "seen": PAGE, "created": PAGE} for number in range(1, page + 1)]
        assert worker.query("SELECT count(*) AS n FROM vehicles") == [{"n": page * PAGE}]
        # Its lease runs out while it is down; the cron finds what overslept.
        worker.pass_time(LEASE_S)
        if page < PAGES - 1:
            hold_the_second_page(partners)
        worker.run()
        assert worker.report(run_id)["status"] == "running"
        worker.tick()
    report = worker.finished(run_id)
    assert (report["status"], report["pages"], report["seen"], report["created"]) == ("completed", PAGES, CARS, CARS)
    assert (report["updated"], report["rejected"], report["error"]) == (0, [], None)
    stored = worker.query("SELECT external_dms_id, version FROM vehicles ORDER BY external_dms_id")
    assert stored == [{"external_dms_id": f"G{number:06d}", "version": 1} for number in range(1, CARS + 1)]
    assert worker.query("SELECT state, count(*) AS n FROM sync_tasks GROUP BY state") == [{"state": "done", "n": 1}]
    again = worker.finished(worker.pull())
    assert (again["status"], again["unchanged"], again["updated"], again["removed"]) == ("completed", CARS, 0, 0)


def test_killed_with_the_sale_on_its_way(doomed: Worker, partners: Partners) -> None:
    """The answer of 201 was given: whatever dies after it, the DMS hears of the sale, once."""
    worker = doomed
    worker.finished(worker.pull())
    vehicle = worker.client.get("/api/public/inventory").json()[0]
    held = {"fault": "stall", "stall_s": 30, "path": "/sales"}
    partners.sim("PUT", "faults/wayne-reeves", {"script": [held]})
    sale = {"vehicleId": vehicle["id"], "salePrice": 7000, "saleDate": "2026-11-02"}
    sold = worker.client.post("/api/sales", json=sale)
    assert sold.status_code == 201
    wait_until(lambda: len(partners.heard("POST", "/sales")) == 1, 20, "the sale on its way")
    worker.kill()
    partners.sim("DELETE", "faults/wayne-reeves")
    worker.pass_time(LEASE_S + 30)
    worker.run()
    assert worker.client.get(f"/api/sales/{sold.json()['id']}").status_code == 200
    worker.tick()
    worker.settled()
    told = partners.sim("GET", "wayne-reeves/sales")["sales"]
    assert [(each["idempotency_key"], each["stock_number"]) for each in told] == [(sold.json()["id"], vehicle["stockNumber"])]
    assert len(partners.heard("POST", "/sales")) == 2
