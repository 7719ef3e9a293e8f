"""The connection to QuickBooks on the real runtime: consent, sealed tokens in D1 and KV, refresh, revocation, consent anew."""

from __future__ import annotations

import asyncio
import base64
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from pydantic import BaseModel

from carlot.errors import SealBroken
from support.lot import car
from support.running import Partners, Worker, wait_until
from support.vault import Aes
from workerd.conftest import StartWorker

KEY = base64.b64encode(bytes(range(32))).decode()


class Envelope(BaseModel):
    """What stands in KV of a token."""

    sealed: str
    expires_at: str
    generation: int


def connect(worker: Worker) -> None:
    """The dealer gives his consent at Intuit, and comes back."""
    begun = worker.client.get("/api/integrations/quickbooks/authorize")
    assert begun.status_code == 302, begun.text
    consent = httpx.get(begun.headers["location"] + "&auto=approve")
    back = urlsplit(consent.headers["location"])
    ended = worker.client.get(f"{back.path}?{back.query}")
    assert (ended.status_code, ended.headers["location"]) == (302, "/")


def status(worker: Worker) -> dict[str, Any]:
    """The books as status shows them."""
    shown: dict[str, Any] = worker.client.get("/api/integrations/status").json()["quickbooks"]
    return shown


def kept(worker: Worker) -> dict[str, Any]:
    """The tokens as D1 has them."""
    (row,) = worker.query("SELECT * FROM oauth_tokens")
    return row


def mirrored(worker: Worker) -> list[Envelope]:
    """What KV has, as its files on this machine."""
    files = (worker.folder / "v3" / "kv").glob("*/blobs/*")
    return [Envelope.model_validate_json(file.read_bytes()) for file in files]


def spend(worker: Worker, number: int) -> str:
    """A car comes in by hand and costs something, whose expense need not wait as an invoice does; answer the record's id."""
    entered = {"vin": car(7000 + number)["vin"], "stockNumber": f"QB{number}", "make": "Honda", "model": "Civic", "year": 2019}
    vehicle = worker.client.post("/api/vehicles", json=entered)
    assert vehicle.status_code == 201, vehicle.text
    entry = {"vehicleId": vehicle.json()["id"], "cost": 8000.01 + number, "serviceDate": "2026-11-20", "description": "Engine"}
    record = worker.client.post("/api/service-records", json=entry)
    assert record.status_code == 201, record.text
    return str(record.json()["id"])


def await_expense(worker: Worker, record_id: str) -> None:
    """The service record is in the books before long."""
    posted = "SELECT 1 FROM audit_service WHERE record_id = ? AND state = 'posted'"
    wait_until(lambda: bool(worker.query(posted, record_id)), 20, "the record is in the books")


def check_sealing(rows: list[dict[str, Any]]) -> None:
    """The tokens are sealed by AES-256-GCM, each under a nonce of its own, and for one company and one use alone."""
    aes, key = Aes(), base64.b64decode(KEY)
    texts = [base64.b64decode(row[f"{which}_token_sealed"]) for row in rows for which in ("access", "refresh")]
    assert len({text[:12] for text in texts}) == len(texts)
    for row in rows:
        for which, other in (("access", "refresh"), ("refresh", "access")):
            sealed = base64.b64decode(row[f"{which}_token_sealed"])
            assert asyncio.run(aes.unseal(key, sealed, f"quickbooks:{row['realm_id']}:{which}".encode()))
            for wrong in (f"quickbooks:{row['realm_id']}:{other}", f"quickbooks:1:{which}", ""):
                with pytest.raises(SealBroken):
                    asyncio.run(aes.unseal(key, sealed, wrong.encode()))


def test_a_connection_from_consent_to_consent(new_worker: StartWorker, partners: Partners) -> None:
    partners.sim("POST", "reset")
    worker = new_worker(**partners.client.get("/_sim").json()["settings"]["quickbooks"], TOKEN_ENCRYPTION_KEY=KEY)
    assert (status(worker)["status"], status(worker)["authenticated"]) == ("reauth_required", False)
    connect(worker)
    shown = status(worker)
    assert (shown["status"], shown["authenticated"], shown["daysLeftUnused"]) == ("connected", True, 99)
    first = kept(worker)
    await_expense(worker, spend(worker, 1))

    # The access token has ended: another pair is got, stored and mirrored.
    partners.sim("POST", "quickbooks/expire", {})
    await_expense(worker, spend(worker, 2))
    second = kept(worker)
    assert second["generation"] == first["generation"] + 1
    assert second["refresh_token_sealed"] != first["refresh_token_sealed"]
    check_sealing([first, second])
    mirror = {envelope.sealed: (envelope.expires_at, envelope.generation) for envelope in mirrored(worker)}
    assert mirror[second["access_token_sealed"]] == (second["access_expires_at"], second["generation"])
    assert mirror[second["refresh_token_sealed"]] == (second["refresh_expires_at"], second["generation"])

    # Taken back at Intuit: the next call finds out, no other is made, and consent anew posts what waited.
    partners.sim("POST", "quickbooks/revoke")
    refused = spend(worker, 3)
    blocked = "SELECT 1 FROM partners WHERE target = 'quickbooks' AND blocked_reason IS NOT NULL"
    wait_until(lambda: bool(worker.query(blocked)), 20, "it is known to be revoked")
    assert (status(worker)["status"], status(worker)["authenticated"]) == ("reauth_required", False)
    waiting = spend(worker, 4)
    was_blocked = "SELECT 1 FROM sync_tasks WHERE subject_id = ? AND state = 'blocked'"
    wait_until(lambda: bool(worker.query(was_blocked, waiting)), 10, "the next record waits")
    connect(worker)
    await_expense(worker, waiting)
    assert status(worker)["status"] == "connected"
    # The third was refused when it was looked up: it was never sent, and is posted too.
    await_expense(worker, refused)
    documents = partners.sim("GET", "quickbooks/documents")["documents"]
    assert sorted(line["total_cents"] for line in documents) == [800_101, 800_201, 800_301, 800_401]

    # Let go here: nothing is left in D1 and KV, and the way in is closed.
    assert worker.client.post("/api/integrations/quickbooks/disconnect").status_code == 204
    assert worker.query("SELECT * FROM oauth_tokens") == []
    wait_until(lambda: mirrored(worker) == [], 30, "the mirror is down")
    assert partners.sim("GET", "quickbooks/traffic")["tokens"]["most_refreshes_at_once"] == 1
