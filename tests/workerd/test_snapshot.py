"""The memory snapshot that Cloudflare takes of a Python Worker at its upload: here, too, the program answers from one.

The local runtime takes none by itself: workerd has flags for it. Source: workerd, src/workerd/server/workerd.c++, the options
`--python-save-snapshot`, `--python-snapshot-dir` and `--python-load-snapshot`; "Python Workers", "How Python Workers work".
"""

from __future__ import annotations

from app.typed import entry
from runtime import snapshots
from support.running import Partners
from workerd.conftest import StartWorker


def test_the_program_answers_from_a_snapshot(new_worker: StartWorker, partners: Partners) -> None:
    assert snapshots.take()
    kept = snapshots.file_of(snapshots.key())
    worker = new_worker()
    assert any(f"--python-load-snapshot={kept.name}" in command for command in worker.commands())
    made = worker.client.post("/api/vehicles", json={**entry(1), "publishToWebsite": True})
    assert made.status_code == 201, made.text
    # A cron, and deliveries from the queue that call a partner.
    partners.sim("POST", "reset")
    worker.tick()
    report = worker.finished(worker.pull())
    assert (report["status"], report["created"]) == ("completed", len(partners.sim("GET", "wayne-reeves/inventory")["vehicles"]))
    worker.settled()
    shown = worker.client.get("/api/public/inventory", headers={"authorization": ""})
    assert shown.status_code == 200
    assert made.json()["id"] in {vehicle["id"] for vehicle in shown.json()}
    assert len(shown.json()) > 1
    drawn = worker.client.post("/api/vehicles", json=entry(2)).json()["id"]
    worker.stop()
    # A snapshot that froze the randomness would draw the same again.
    again = new_worker()
    assert again.client.post("/api/vehicles", json=entry(2)).json()["id"] not in (drawn, made.json()["id"])
    again.stop()
