"""On the real D1, a car typed by hand that also comes from the DMS becomes the DMS's car: by a pull, and by an event."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from partners.wayne_reeves.test_refused_statements import D1, D2, TYPED, became_the_dms_cars
from support.running import Partners
from support.signing import encoded, signed, with_type
from workerd.conftest import StartWorker


@pytest.mark.parametrize("way", ["pull", "event"])
def test_a_typed_car_becomes_the_dms_car(new_worker: StartWorker, partners: Partners, way: str) -> None:
    worker = new_worker()
    typed = worker.client.post("/api/vehicles", json=TYPED)
    assert typed.status_code == 201, typed.text
    if way == "pull":
        partners.sim("PUT", "wayne-reeves/inventory", [D1, D2])
        report = worker.finished(worker.pull())
        assert (report["status"], report["seen"], report["created"], report["message"]) == ("completed", 2, 1, None)
    else:
        partners.sim("PUT", "wayne-reeves/inventory", [])
        for number, record in enumerate((D1, D2)):
            body = encoded({"id": f"evt_{number}", "event": "vehicle.added", "vehicle": record})
            headers = with_type(signed(body, "webhook-secret-of-tests", datetime.now(UTC)))
            assert worker.client.post("/api/webhooks/wayne-reeves", content=body, headers=headers).status_code == 200
        worker.settled()
        assert worker.query("SELECT state FROM webhook_events") == [{"state": "applied"}] * 2
    worker.settled()
    # By the pull the DMS has the car, and has taken the price.
    edited = {"price"} if way == "event" else set()
    became_the_dms_cars(worker.query("SELECT * FROM vehicles"), typed.json()["id"], edited)
    worker.stop()
