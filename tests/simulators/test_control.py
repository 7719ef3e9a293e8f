"""Ledger, alerts, webhooks sent on demand, and how the process starts and ends."""

import base64
import contextlib
import hashlib
import hmac
import json
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest

DEV = Path(__file__).parents[2] / "dev"
Received = list[tuple[dict[str, str], bytes]]


def test_ledger_tells_what_was_asked_and_answered(sim: httpx.Client) -> None:
    sim.get("/inventory?limit=3")
    sim.post("/sales", json={"a": [1]}, headers={"Idempotency-Key": "k9"})
    sim.post("/sales", content=b"{no json")
    sim.put("/_sim/faults/wayne-reeves", json={"script": [{"fault": "reset"}]})
    with pytest.raises(httpx.TransportError):
        sim.get("/inventory")
    sim.get("/strange")
    answer = sim.get("/_sim/ledger")
    entries = answer.json()["entries"]
    seen = [(each["partner"], each["method"], each["path"], each["status"], each["fault"]) for each in entries]
    assert seen == [
        ("wayne-reeves", "GET", "/inventory", 200, None),
        ("wayne-reeves", "POST", "/sales", 422, None),
        ("wayne-reeves", "POST", "/sales", 400, None),
        ("wayne-reeves", "GET", "/inventory", None, "reset"),
        ("unknown", "GET", "/strange", 404, None),
    ]
    assert entries[0]["query"] == {"limit": "3"}
    assert (entries[1]["body"], entries[1]["idempotency_key"]) == ({"a": [1]}, "k9")
    assert entries[2]["body"] == "{no json"
    assert "test-key" not in answer.text


def test_the_ledger_is_filtered_by_partner_path_method_and_number(sim: httpx.Client) -> None:
    for path in ("/inventory", "/inventory", "/sales/x", "/alerts"):
        sim.get(path)

    def count(query: str) -> int:
        return int(sim.get(f"/_sim/ledger?{query}").json()["count"])

    assert count("") == 4
    assert count("partner=alerts") == 1
    assert count("path=/sales*") == 1
    assert count("path=/inventory&method=get") == 2
    assert count("method=POST") == 0
    last = sim.get("/_sim/ledger").json()["last_seq"]
    sim.get("/inventory")
    assert count(f"since={last}") == 1
    assert sim.get("/_sim/ledger?since=x").status_code == 400
    assert sim.delete("/_sim/ledger").status_code == 204
    assert count("") == 0


def test_alerts_are_kept(sim: httpx.Client) -> None:
    assert sim.post("/alerts", json={"text": "Sale M1042 is late"}).status_code == 200
    assert sim.post("/alerts", json={"message": "x"}).status_code == 422
    assert sim.get("/_sim/alerts").json() == {"alerts": ["Sale M1042 is late"]}


def test_every_control_endpoint_is_listed_with_its_meaning(sim: httpx.Client) -> None:
    listed = sim.get("/_sim").json()
    assert len(listed["endpoints"]) >= 16
    assert all(len(each["what"]) > 15 for each in listed["endpoints"])
    assert all(len(meaning) > 10 for meaning in listed["fault_knobs"].values())
    assert listed["partners"]["wayne-reeves"] == ["/inventory", "/sales"]


@pytest.fixture
def receiver() -> Iterator[tuple[str, Received]]:
    """An HTTP server that keeps what it is sent and answers 202."""
    received: Received = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            received.append((dict(self.headers), self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(202)
            self.end_headers()
            self.wfile.write(b"thanks")

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/hook", received
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("secret", ["plain secret", "whsec_" + base64.b64encode(b"\x00\xffkey").decode()])
def test_an_event_is_signed_by_standard_webhooks(sim: httpx.Client, receiver: tuple[str, Received], secret: str) -> None:
    url, received = receiver
    event = {"id": "evt_1", "event": "vehicle.added", "vehicle": {"stock_number": "é"}}
    answer = sim.post("/_sim/wayne-reeves/emit", json={"url": url, "secret": secret, "event": event}).json()
    assert (answer["status"], answer["body"]) == (202, "thanks")
    headers, body = received[0]
    assert json.loads(body).items() >= event.items()
    assert "occurred_at" in json.loads(body)
    assert headers["webhook-id"] == "evt_1"
    assert abs(int(headers["webhook-timestamp"]) - time.time()) < 5
    key = base64.b64decode(secret[6:]) if secret.startswith("whsec_") else secret.encode()
    content = f"evt_1.{headers['webhook-timestamp']}.".encode() + body
    expected = base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"


def test_an_event_is_signed_with_a_timestamp(sim: httpx.Client, receiver: tuple[str, Received]) -> None:
    url, received = receiver
    sim.post(
        "/_sim/wayne-reeves/emit",
        json={"url": url, "secret": "s", "scheme": "timestamped", "event": {}, "timestamp_offset_s": -400},
    )
    headers, body = received[0]
    timestamp = headers["X-Webhook-Timestamp"]
    assert 395 < time.time() - int(timestamp) < 410
    mac = hmac.new(b"s", timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    assert headers["X-Webhook-Signature"] == f"sha256={mac}"
    assert "webhook-signature" not in headers


def test_legacy_signature_of_a_raw_body_with_repeat_and_tampering(sim: httpx.Client, receiver: tuple[str, Received]) -> None:
    url, received = receiver
    order = {"url": url, "secret": "s", "scheme": "legacy", "raw_body": "{broken", "repeat": 2}
    answer = sim.post("/_sim/wayne-reeves/emit", json=order).json()
    assert answer["statuses"] == [202, 202]
    assert received[0] == received[1]
    headers, body = received[0]
    assert body == b"{broken"
    assert headers["X-Webhook-Signature"] == hashlib.sha256(b"{brokens").hexdigest()
    sim.post("/_sim/wayne-reeves/emit", json=order | {"tamper": True, "repeat": 1})
    headers, body = received[2]
    assert headers["X-Webhook-Signature"] != hashlib.sha256(body + b"s").hexdigest()


def test_event_about_a_vehicle_of_the_lot(sim: httpx.Client, receiver: tuple[str, Received]) -> None:
    url, received = receiver
    vehicle = sim.get("/inventory?limit=1").json()["vehicles"][0]
    order = {"url": url, "secret": "s", "event": {"event": "vehicle.updated"}, "stock_number": vehicle["stock_number"]}
    assert sim.post("/_sim/wayne-reeves/emit", json=order).status_code == 200
    assert json.loads(received[0][1])["vehicle"] == vehicle
    assert sim.post("/_sim/wayne-reeves/emit", json=order | {"stock_number": "no"}).status_code == 404


def test_nobody_listening_is_502(sim: httpx.Client) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        order = {"url": f"http://127.0.0.1:{taken.getsockname()[1]}/", "secret": "s", "event": {}}
        assert sim.post("/_sim/wayne-reeves/emit", json=order).status_code == 502


def test_a_body_too_large_is_413_and_the_process_lives_on(sim: httpx.Client) -> None:
    def chunks() -> Iterator[bytes]:
        for _ in range(65):
            yield b" " * 1024 * 1024

    # The answer can come while the rest is still being sent; then the client may see no more than the end.
    with contextlib.suppress(httpx.TransportError):
        assert sim.post("/sales", content=chunks()).status_code == 413
    assert sim.get("/_sim/ledger").json()["entries"][0]["status"] == 413
    assert sim.get("/inventory?limit=1").status_code == 200


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_at_once_even_while_an_answer_stalls(start: Callable[..., Any], number: signal.Signals) -> None:
    process = start()
    assert "60 vehicles" in process.ready_line
    with process.client() as sim:
        sim.put("/_sim/faults/wayne-reeves", json={"stall_rate": 1, "stall_s": 60})
        with pytest.raises(httpx.ReadTimeout):
            sim.get("/inventory", timeout=0.2)
    process.running.send_signal(number)
    out, err = process.running.communicate(timeout=60)
    assert (process.running.returncode, out, err) == (0, "", "")


def test_a_missing_file_is_told_in_one_line() -> None:
    command = [sys.executable, "-m", "simulators", "--port", "0", "--inventory", "nowhere.json"]
    ended = subprocess.run(command, cwd=DEV, capture_output=True, text=True, check=False, timeout=60)
    assert ended.returncode == 1
    assert ended.stderr.count("\n") == 1
    assert "nowhere.json" in ended.stderr
