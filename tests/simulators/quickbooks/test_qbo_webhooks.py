"""Webhooks as they are sent, and what a bookkeeper does to cause them."""

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import httpx
import pytest

REALM = "9341453172604218"
Builder = Callable[..., dict[str, Any]]


class Receiver:
    """An HTTP server that keeps what it is sent. `statuses` are answered one after another, then 200."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        self.headers: list[dict[str, str]] = []
        self.statuses: list[int] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                receiver.headers.append({name.lower(): value for name, value in self.headers.items()})
                receiver.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
                self.send_response(receiver.statuses.pop(0) if receiver.statuses else 200)
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def wait_for(self, number: int) -> None:
        deadline = time.monotonic() + 5
        while len(self.bodies) < number and time.monotonic() < deadline:
            time.sleep(0.02)
        assert len(self.bodies) >= number


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    yield made
    made.server.shutdown()
    made.server.server_close()


def settings(sim: httpx.Client, receiver: Receiver, **changes: Any) -> None:
    body = {"url": receiver.url, "verifier": "verifier", "automatic": False, **changes}
    assert sim.put("/_sim/quickbooks/webhooks", json=body).status_code == 200


def send(sim: httpx.Client) -> list[dict[str, Any]]:
    return list(sim.post("/_sim/quickbooks/webhooks/send").json()["deliveries"])


def sell(company: httpx.Client, body: dict[str, Any]) -> dict[str, Any]:
    answer = company.post("invoice", json=body)
    assert answer.status_code == 200, answer.text
    return dict(answer.json()["Invoice"])


def told(body: bytes) -> list[tuple[str, str, str]]:
    """Realm's entities in a body of the notifications form."""
    (notification,) = json.loads(body)["eventNotifications"]
    assert notification["realmId"] == REALM
    return [(each["name"], each["id"], each["operation"]) for each in notification["dataChangeEvent"]["entities"]]


def test_changes_are_told_by_themselves_and_signed(
    sim: httpx.Client, company: httpx.Client, receiver: Receiver, invoice: Builder
) -> None:
    settings(sim, receiver, automatic=True, delay_s=0.05)
    first = sell(company, invoice())
    payment = sim.post("/_sim/quickbooks/pay", json={"invoice": first["Id"]}).json()
    receiver.wait_for(1)
    time.sleep(0.3)
    events = [event for body in receiver.bodies for event in told(body)]
    assert events == [
        ("Invoice", first["Id"], "Create"),
        ("Payment", payment["id"], "Create"),
        ("Invoice", first["Id"], "Update"),
    ]
    mac = hmac.new(b"verifier", receiver.bodies[0], hashlib.sha256).digest()
    assert receiver.headers[0]["intuit-signature"] == base64.b64encode(mac).decode()
    sell(company, invoice("S-2"))
    receiver.wait_for(len(receiver.bodies) + 1)
    shown = sim.get("/_sim/quickbooks/webhooks").json()
    assert shown["waiting"] == 0
    assert {each["status"] for each in shown["deliveries"]} == {200}
    assert "verifier" not in shown["settings"]


def test_the_form_of_cloud_events(sim: httpx.Client, company: httpx.Client, receiver: Receiver, invoice: Builder) -> None:
    settings(sim, receiver, form="cloudevents", repeat=2, kinds=["Invoice"])
    first = sell(company, invoice())
    for action in ("edit", "void", "delete"):
        change = {"action": action, "kind": "Invoice", "id": first["Id"], "set": {"PrivateNote": "x"}}
        assert sim.post("/_sim/quickbooks/change", json=change).status_code == 200
    assert [each["status"] for each in send(sim)] == [200, 200]
    assert receiver.bodies[0] == receiver.bodies[1]
    events = json.loads(receiver.bodies[0])
    kinds = [each["type"] for each in events]
    assert kinds == [f"qbo.invoice.{word}.v1" for word in ("created", "updated", "voided", "deleted")]
    assert len({each["id"] for each in events}) == 4
    for each in events:
        assert (each["specversion"], each["intuitentityid"], each["intuitaccountid"]) == ("1.0", first["Id"], REALM)
        assert each["time"].endswith("Z")
        assert each["data"] == {}


def test_order_parts_and_loss(sim: httpx.Client, company: httpx.Client, receiver: Receiver, invoice: Builder) -> None:
    def run(number: int, **changes: Any) -> list[list[str]]:
        receiver.bodies.clear()
        settings(sim, receiver, **changes)
        for each in range(6):
            sell(company, invoice(f"S-{number}-{each}"))
        send(sim)
        return [[number for _, number, _ in told(body)] for body in receiver.bodies]

    happened = run(1, together=4)
    assert [len(part) for part in happened] == [4, 2]
    numbers = [int(number) for part in happened for number in part]
    assert numbers == sorted(numbers)
    (backwards,) = run(2, order="reversed")
    assert [int(number) for number in backwards] == sorted(map(int, backwards), reverse=True)
    (shuffled,) = run(3, order="shuffled", seed=3)
    assert len(set(shuffled)) == 6
    assert [int(number) for number in shuffled] != sorted(map(int, shuffled))
    assert 0 < sum(map(len, run(4, loss_rate=0.5))) < 6
    assert run(5, loss_rate=1) == []
    assert run(6, kinds=["Payment"]) == []


def test_a_delivery_that_fails_is_sent_again(
    sim: httpx.Client, company: httpx.Client, receiver: Receiver, invoice: Builder
) -> None:
    receiver.statuses = [503, 500]
    settings(sim, receiver, retry_delays_s=[0.01, 0.01, 0.01])
    sell(company, invoice())
    assert [each["status"] for each in send(sim)] == [503, 500, 200]
    assert len(set(receiver.bodies)) == 1
    receiver.server.shutdown()
    receiver.server.server_close()
    sell(company, invoice("S-2"))
    failed = send(sim)
    assert [each["status"] for each in failed] == [None] * 4
    assert "ClientConnectorError" in failed[0]["answer"]


def test_events_made_up(sim: httpx.Client, receiver: Receiver) -> None:
    events = [{"id": "7", "realm": realm, "at": 1_700_000_000} for realm in ("1", "2", "1")]
    body = {"url": receiver.url, "verifier": "v", "events": events, "repeat": 3}
    answer = sim.post("/_sim/quickbooks/emit", json=body).json()
    assert answer["statuses"] == [200, 200, 200]
    notifications = json.loads(receiver.bodies[0])["eventNotifications"]
    assert [(each["realmId"], len(each["dataChangeEvent"]["entities"])) for each in notifications] == [("1", 2), ("2", 1)]
    assert notifications[0]["dataChangeEvent"]["entities"][0] == {
        "name": "Payment",
        "id": "7",
        "operation": "Create",
        "lastUpdated": "2023-11-14T22:13:20.000Z",
    }

    def signed(number: int) -> bool:
        mac = hmac.new(b"v", receiver.bodies[number], hashlib.sha256).digest()
        return receiver.headers[number]["intuit-signature"] == base64.b64encode(mac).decode()

    assert signed(0)
    sim.post("/_sim/quickbooks/emit", json={**body, "tamper": True, "repeat": 1})
    assert not signed(3)
    sim.post("/_sim/quickbooks/emit", json={"url": receiver.url, "verifier": "v", "raw_body": "not JSON"})
    assert receiver.bodies[4] == b"not JSON"
    assert signed(4)
    sim.post("/_sim/quickbooks/emit", json={"url": receiver.url, "verifier": "v", "raw_body": "[]", "signature": "forged"})
    assert receiver.headers[5]["intuit-signature"] == "forged"


def test_reset_ends_all_telling(sim: httpx.Client, company: httpx.Client, receiver: Receiver, invoice: Builder) -> None:
    receiver.statuses = [503]
    settings(sim, receiver, automatic=True, delay_s=0, retry_delays_s=[0.2])
    sell(company, invoice())
    receiver.wait_for(1)
    sim.post("/_sim/reset")
    time.sleep(0.4)
    assert len(receiver.bodies) == 1
    assert sim.get("/_sim/quickbooks/webhooks").json()["settings"]["url"] is None
