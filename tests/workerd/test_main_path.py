"""The main path on the real runtime: the lot is imported over the queue, shown, edited and sold, and the DMS hears of it."""

from __future__ import annotations

import re
from typing import Any

import pytest

from simulators.generate import vehicles
from support.running import Partners, Worker, wait_until

LIST = "/api/public/inventory"


def dms_record(partners: Partners, stock_number: str) -> dict[str, Any]:
    """The DMS's own record of a car."""
    found: list[dict[str, Any]] = partners.sim("GET", "wayne-reeves/inventory")["vehicles"]
    return next(record for record in found if record["stock_number"] == stock_number)


def dms_car(worker: Worker, sort: str) -> dict[str, Any]:
    """The first car of the DMS's on the public list in that order. The lot may hold cars of other tests."""
    own = {row["id"] for row in worker.query("SELECT id FROM vehicles WHERE external_dms_id IS NULL")}
    found: list[dict[str, Any]] = worker.client.get(LIST, params={"sort": sort}).json()
    return next(vehicle for vehicle in found if vehicle["id"] not in own)


@pytest.fixture(scope="module")
def said_before(worker: Worker) -> int:
    """How much the Worker had said before these tests."""
    return len(worker.said())


@pytest.fixture(scope="module")
def demo(worker: Worker, partners: Partners, said_before: int) -> dict[str, Any]:
    """The demo lot, imported; the run's report."""
    partners.sim("POST", "reset")
    report = worker.finished(worker.pull())
    worker.settled()
    return report


def test_the_demo_lot_is_imported_over_the_queue(worker: Worker, partners: Partners, demo: dict[str, Any]) -> None:
    held = partners.sim("GET", "wayne-reeves/inventory")["vehicles"]
    assert (demo["status"], demo["pages"], demo["rejected"], demo["message"]) == ("completed", 1, [], None)
    assert demo["seen"] == demo["created"] == demo["total"] == len(held)
    stored = worker.query(
        "SELECT external_dms_id, vin, vin_valid, price_cents, status FROM vehicles WHERE external_dms_id IS NOT NULL"
    )
    assert {row["external_dms_id"]: (row["vin"], row["status"]) for row in stored} == {
        record["stock_number"]: (record["vin"], record["status"]) for record in held
    }
    assert {row["vin_valid"] for row in stored} == {1}
    prices = {record["stock_number"]: round(record["price"] * 100) for record in held if "price" in record}
    assert {row["external_dms_id"]: row["price_cents"] for row in stored if row["price_cents"] is not None} == prices
    status = worker.client.get("/api/integrations/status").json()
    assert status["wayneReeves"] == {"configured": True, "lastSync": demo["finishedAt"], "status": "connected", "message": None}
    assert (status["queue"]["dead"], status["queue"]["pending"]) == (0, 0)


def test_the_public_list_shows_it_and_says_when_to_look_again(worker: Worker, partners: Partners, demo: dict[str, Any]) -> None:
    available = [r for r in partners.sim("GET", "wayne-reeves/inventory")["vehicles"] if r["status"] == "available"]
    first = worker.client.get(LIST, headers={"authorization": ""})
    assert first.status_code == 200
    assert {vehicle["stockNumber"] for vehicle in first.json()} >= {record["stock_number"] for record in available}
    assert first.headers["x-total-count"] == str(len(first.json()))
    assert first.headers["access-control-allow-origin"] == "*"
    assert first.headers["content-type"] == "application/json"
    etag = first.headers["etag"]
    again = worker.client.get(LIST, headers={"if-none-match": etag, "authorization": ""})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", etag)
    vehicle = first.json()[0]
    one = worker.client.get(f"/api/public/vehicle/{vehicle['id']}")
    assert one.json() == vehicle
    page = worker.client.get(LIST, params={"limit": 1, "make": vehicle["make"].lower(), "q": vehicle["vin"]})
    assert page.json() == [vehicle]
    head = worker.client.head(LIST)
    assert (head.status_code, head.content, head.headers["etag"]) == (200, b"", etag)


def test_an_edit_reaches_the_public_and_the_dms(worker: Worker, partners: Partners, demo: dict[str, Any]) -> None:
    vehicle = dms_car(worker, "-price")
    etag = worker.client.get(LIST).headers["etag"]
    target = f"/api/vehicles/{vehicle['id']}"
    version = worker.client.get(target).headers["etag"]
    edited = worker.client.patch(target, json={"price": 4321.09, "location": "Zoë's row 🚗"}, headers={"if-match": version})
    assert (edited.status_code, edited.json()["price"], edited.json()["editedFields"]) == (200, 4321.09, ["price", "location"])
    assert worker.client.patch(target, json={"price": 1}, headers={"if-match": version}).status_code == 412
    changed = worker.client.get(LIST, headers={"if-none-match": etag})
    assert changed.status_code == 200
    assert next(each for each in changed.json() if each["id"] == vehicle["id"])["price"] == 4321.09
    worker.settled()
    record = dms_record(partners, vehicle["stockNumber"])
    assert (record["price"], record["location"]) == (4321.09, "Zoë's row 🚗")
    heard = worker.client.get(f"{target}/sync").json()["sync"]
    assert [(each["target"], each["state"]) for each in heard] == [("wayne_reeves", "done")]
    report = worker.finished(worker.pull())
    assert (report["status"], report["updated"], report["unchanged"]) == ("completed", 1, report["seen"] - 1)
    assert worker.client.get(target).json()["editedFields"] == []


def test_a_sale_reaches_the_public_and_the_dms_once(worker: Worker, partners: Partners, demo: dict[str, Any]) -> None:
    vehicle = dms_car(worker, "price")
    sale = {"vehicleId": vehicle["id"], "salePrice": 5999.5, "saleDate": "2026-11-02", "customer": {"name": "Zoë Lee"}}
    sold = worker.client.post("/api/sales", json=sale)
    assert sold.status_code == 201, sold.text
    assert worker.client.post("/api/sales", json=sale).status_code == 409
    assert vehicle["id"] not in {each["id"] for each in worker.client.get(LIST).json()}
    assert worker.client.get(f"/api/public/vehicle/{vehicle['id']}").status_code == 404
    wait_until(lambda: bool(partners.sim("GET", "wayne-reeves/sales")["sales"]), 20, "the sale in the DMS")
    (told,) = partners.sim("GET", "wayne-reeves/sales")["sales"]
    assert (told["idempotency_key"], told["stock_number"], told["sale_price"]) == (
        sold.json()["id"],
        vehicle["stockNumber"],
        5999.5,
    )
    assert dms_record(partners, vehicle["stockNumber"])["status"] == "sold"
    report = worker.finished(worker.pull())
    assert (report["status"], report["updated"]) == ("completed", 1)
    assert worker.client.get(f"/api/vehicles/{vehicle['id']}").json()["status"] == "sold"


def test_an_event_of_the_dms_takes_effect_once(worker: Worker, partners: Partners, demo: dict[str, Any]) -> None:
    stock_number = dms_car(worker, "year")["stockNumber"]
    partners.sim("PATCH", f"wayne-reeves/vehicles/{stock_number}", {"price": 1234.5})
    record = {**dms_record(partners, stock_number), "updated_at": "2031-01-01T00:00:00Z"}
    event = {"event": "vehicle.updated", "occurred_at": "2031-01-01T00:00:00Z", "vehicle": record}
    emission = {"url": f"{worker.url}/api/webhooks/wayne-reeves", "secret": "webhook-secret-of-tests", "event": event}
    answer = partners.sim("POST", "wayne-reeves/emit", {**emission, "repeat": 3})
    assert answer["statuses"] == [200, 200, 200]
    assert partners.sim("POST", "wayne-reeves/emit", {**emission, "tamper": True})["status"] == 401
    assert partners.sim("POST", "wayne-reeves/emit", {**emission, "timestamp_offset_s": -400})["status"] == 401
    worker.settled()
    (stored,) = worker.query("SELECT price_cents, version FROM vehicles WHERE external_dms_id = ?", stock_number)
    assert stored["price_cents"] == 123450
    assert worker.query("SELECT state FROM webhook_events WHERE type = 'vehicle.updated'") == [{"state": "applied"}]


def test_fifteen_hundred_more_come_in_page_by_page(worker: Worker, partners: Partners, demo: dict[str, Any]) -> None:
    partners.sim("POST", "wayne-reeves/vehicles", vehicles(1500, seed=11))
    before = len(partners.heard("GET", "/inventory"))
    report = worker.finished(worker.pull())
    pages = -(-report["total"] // 500)
    assert (report["status"], report["pages"], report["created"], report["rejected"]) == ("completed", pages, 1500, [])
    assert len(partners.heard("GET", "/inventory")) - before == pages >= 4
    first = worker.client.get(LIST, params={"limit": 1000})
    assert len(first.json()) == 1000
    links = {relation: url for url, relation in re.findall(r'<([^>]*)>; rel="(\w+)"', first.headers["link"])}
    rest = worker.client.get(links["next"])
    assert len(rest.json()) == int(first.headers["x-total-count"]) - 1000
    assert len({vehicle["id"] for vehicle in [*first.json(), *rest.json()]}) == int(first.headers["x-total-count"])
    # What other tests changed by hand is told to the DMS after a complete pull, and comes back with the next one.
    worker.settled()
    worker.finished(worker.pull())
    worker.settled()
    again = worker.finished(worker.pull())
    assert (again["status"], again["created"], again["updated"], again["unchanged"]) == ("completed", 0, 0, again["seen"])
    assert worker.query("SELECT max(version) AS version FROM vehicles WHERE external_dms_id LIKE 'G0%'") == [{"version": 1}]


def test_the_cron_starts_the_days_pull_once(worker: Worker, demo: dict[str, Any]) -> None:
    for _ in range(3):
        worker.tick("0 * * * *")
    worker.settled()
    runs = worker.client.get("/api/integrations/runs", params={"limit": 100}).json()["runs"]
    assert [run["status"] for run in runs if run["startedBy"] == "cron"] == ["completed"]


def test_the_pages_are_served_beside_it(worker: Worker) -> None:
    page = worker.client.get("/inventory.html", headers={"accept": "text/html", "sec-fetch-mode": "navigate"})
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    # A browser that navigates there reaches the Worker, not the pages.
    navigated = worker.client.get("/api/nothing", headers={"accept": "text/html", "sec-fetch-mode": "navigate"})
    assert (navigated.status_code, navigated.headers["content-type"]) == (404, "application/problem+json")


def test_nothing_went_wrong_on_the_way(worker: Worker, demo: dict[str, Any], said_before: int) -> None:
    assert "[ERROR]" not in worker.said()[said_before:]
    assert worker.query("SELECT * FROM audit_dead") == []
