"""No secret gets out: not into an answer, a log line, D1, KV or R2, whatever goes well or wrong."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qs, quote

import httpx
import pytest

from app.typed import entry
from runtime.configuration import secret_names
from support.running import Partners, Worker, wait_until
from support.signing import SCHEMES, signed, with_type
from workerd.conftest import StartWorker
from workerd.sites import settings

# Told to nobody but the partner it belongs to. None of them can come about by chance.
CANARIES = {name: f"canary-{name.lower().replace('_', '-')}-7f3a9c51e2d8" for name in secret_names()}
CANARIES["TOKEN_ENCRYPTION_KEY"] = base64.b64encode(hashlib.sha256(b"canary").digest()).decode()
# Two of these are set as secrets but are none: the app's and the company's ids stand in addresses.
del CANARIES["QUICKBOOKS_CLIENT_ID"], CANARIES["QUICKBOOKS_REALM_ID"]
REALM = "9341453172604218"
GUESS = "canary-of-a-wrong-guess-7f3a9c51e2d8"
WEBHOOK = "/api/webhooks/wayne-reeves"


def forms(secret: str) -> Iterator[bytes]:
    """How a secret may look where it has got out: as it is, quoted, in base64 at each of the three offsets, in hex."""
    plain = secret.encode()
    yield plain
    yield quote(secret, safe="").encode()
    yield plain.hex().encode()
    for offset in range(3):
        yield base64.b64encode(b"\0" * offset + plain)[4 if offset else 0 : -4]


def shows(text: bytes, secret: str) -> bool:
    """Whether a secret can be read in it."""
    return any(form in text for form in forms(secret))


class Recorder:
    """A client that keeps every answer whole."""

    def __init__(self, worker: Worker) -> None:
        self.heard: list[bytes] = []
        self._client = httpx.Client(base_url=worker.url, timeout=30, event_hooks={"response": [self._keep]})

    def _keep(self, answer: httpx.Response) -> None:
        answer.read()
        # The cookie goes to who has just shown the token; nothing else of a session may come back.
        headers = [(name, value) for name, value in answer.headers.multi_items() if name != "set-cookie"]
        self.heard.append(repr(headers).encode() + answer.content)

    def send(self, method: str, path: str, **more: object) -> httpx.Response:
        """As `httpx.Client.request`."""
        return self._client.request(method, path, **more)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def canary_worker(new_worker: StartWorker, partners: Partners) -> Worker:
    """A Worker whose every secret is a canary."""
    alert = f"{partners.url}/alerts/{CANARIES['ALERT_WEBHOOK_URL']}"
    given = partners.client.get("/_sim").json()["settings"]["quickbooks"]
    books = {name: value for name, value in given.items() if name not in CANARIES}
    return new_worker(**{**settings(partners), **books, **CANARIES, "ALERT_WEBHOOK_URL": alert, "QUICKBOOKS_REALM_ID": REALM})


def sign_in(client: Recorder) -> str:
    """Sign in rightly and wrongly; the session's secret."""
    for guess in (GUESS, GUESS + "é", ""):
        client.send("POST", "/api/session", json={"token": guess})
        client.send("GET", "/api/sales", headers={"authorization": f"Bearer {GUESS}".encode()})
        client.send("GET", "/api/sales", headers={"cookie": f"__Host-carlot_session={GUESS}"})
    begun = client.send("POST", "/api/session", json={"token": CANARIES["ADMIN_TOKEN"]})
    assert begun.status_code == 204
    return begun.headers["set-cookie"].partition("=")[2].partition(";")[0]


def deliver(client: Recorder) -> None:
    """Events signed by each scheme, forged, malformed, too large."""
    secret = CANARIES["WEBHOOK_SECRET"]
    now = time.time()
    for number, scheme in enumerate(SCHEMES):
        event = {"id": f"evt_{number}", "event": "vehicle.updated", "occurred_at": "2026-11-02T10:00:00Z", "vehicle": {}}
        body = json.dumps(event).encode()
        headers = with_type(signed(body, secret, datetime.fromtimestamp(now, UTC), scheme))
        assert client.send("POST", WEBHOOK, content=body, headers=headers).status_code == 200
        assert client.send("POST", WEBHOOK, content=body + b" ", headers=headers).status_code == 401
    client.send("POST", WEBHOOK, content=b"x" * 300_000, headers={"x-webhook-signature": "0" * 64})
    mac = base64.b64encode(hmac.digest(CANARIES["QUICKBOOKS_WEBHOOK_VERIFIER"].encode(), b"{}", "sha256")).decode()
    client.send("POST", "/api/webhooks/quickbooks", content=b"{}", headers={"intuit-signature": mac})


def work(client: Recorder, worker: Worker, partners: Partners) -> None:
    """A day with partners that answer, refuse the key and repeat what they were sent, and fail."""
    bearer = {"authorization": f"Bearer {CANARIES['ADMIN_TOKEN']}"}
    created = client.send("POST", "/api/vehicles", json=entry(91, publishToThirdParty=True), headers=bearer).json()
    for fault in ("none", "status", "error_body", "html", "truncate", "reset"):
        for partner in ("wayne-reeves", "cargurus", "truecar", "kbb"):
            rule = {"fault": fault, **({"status": 401} if fault == "status" else {})}
            partners.sim("PUT", f"faults/{partner}", {"script": [] if fault == "none" else [rule]})
        client.send("POST", "/api/integrations/wayne-reeves/sync", headers=bearer)
        client.send("POST", "/api/integrations/listings/publish", json={"vehicleId": created["id"]}, headers=bearer)
        worker.tick()
        for path in ("/api/integrations/status", "/api/integrations/tasks", "/api/integrations/runs", "/api/feeds"):
            assert client.send("GET", path, headers=bearer).status_code == 200
    client.send("GET", f"/api/sales?token={CANARIES['ADMIN_TOKEN']}", headers=bearer)


def connect_books(client: Recorder) -> None:
    """Connect QuickBooks, and post a sale."""
    bearer = {"authorization": f"Bearer {CANARIES['ADMIN_TOKEN']}"}
    consent = client.send("GET", "/api/integrations/quickbooks/authorize", headers=bearer).headers["location"]
    back = httpx.URL(httpx.get(f"{consent}&auto=approve").headers["location"])
    client.send("GET", back.raw_path.decode(), headers=bearer)
    assert client.send("GET", "/api/integrations/status", headers=bearer).json()["quickbooks"]["authenticated"]
    car = client.send("POST", "/api/vehicles", json=entry(92), headers=bearer).json()
    sale = {"vehicleId": car["id"], "salePrice": 1, "saleDate": "2026-11-02"}
    assert client.send("POST", "/api/sales", json=sale, headers=bearer).status_code == 201


def disconnect_books(client: Recorder, partners: Partners) -> dict[str, str]:
    """Part with QuickBooks: its own ledger then tells which code and which refresh token it gave us."""
    bearer = {"authorization": f"Bearer {CANARIES['ADMIN_TOKEN']}"}
    assert client.send("POST", "/api/integrations/quickbooks/disconnect", headers=bearer).status_code == 204
    (revoked,) = partners.heard("POST", "/v2/oauth2/tokens/revoke")
    exchanged = partners.heard("POST", "/oauth2/v1/tokens/bearer")[0]["body"]
    (code,) = parse_qs(exchanged)["code"] if isinstance(exchanged, str) else [exchanged["code"]]
    return {"a code of Intuit's": code, "a refresh token": revoked["body"]["token"]}


def test_no_secret_gets_out(canary_worker: Worker, partners: Partners) -> None:
    partners.sim("POST", "reset")
    client = Recorder(canary_worker)
    session = sign_in(client)
    deliver(client)
    work(client, canary_worker, partners)
    partners.sim("POST", "reset")
    connect_books(client)
    wait_until(lambda: bool(canary_worker.query("SELECT 1 FROM audit_sale WHERE state = 'posted'")), 60, "the sale is posted")
    kept = {path.relative_to(canary_worker.folder): path.read_bytes() for path in stored(canary_worker)}
    tokens = disconnect_books(client, partners)
    said = canary_worker.said().encode()
    assert b'"event":"request"' in said.replace(b" ", b"")
    assert any(b"evt_0" in content for path, content in kept.items() if "d1" in path.parts), "what is kept can be read here"
    assert len(client.heard) > 40
    places = {"answers": b"\n".join(client.heard), "log": said, **{str(path): content for path, content in kept.items()}}
    secrets = {**CANARIES, "a guess": GUESS, "a session": session, **tokens}
    found = {
        (name, place)
        for name, value in secrets.items()
        for form in forms(value)
        for place, text in places.items()
        if form in text
    }
    assert found == set()


def test_a_canary_would_be_found() -> None:
    secret = CANARIES["WEBHOOK_SECRET"]
    for offset in range(4):
        told = base64.b64encode(b"x" * offset + secret.encode() + b"yz")
        assert shows(told, secret), offset


def stored(worker: Worker) -> list[Path]:
    """Every file of D1, KV, R2 and the cache; not the file that the settings were given in."""
    return [path for path in (worker.folder / "v3").rglob("*") if path.is_file()]
