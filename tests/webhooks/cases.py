"""Every webhook there is, as a case of the suite that each must pass. A new webhook joins with one entry in `CASES`."""

from __future__ import annotations

import base64
import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from support.lot import car
from support.signing import SCHEMES, Scheme, encoded, signed
from support.world import World

SECRET = "whsec_dGhlIHNlY3JldCBvZiB0aGlzIHdlYmhvb2s="
REALM = "9341453172604218"
OTHER = "whsec_YW5vdGhlciBzZWNyZXQgZm9yIHJvdGF0aW5n"

Sign = Callable[[bytes, str, datetime, str], dict[str, str]]
"""The headers that the sender puts on: body, secret, time, message id."""


@dataclass(frozen=True)
class WebhookCase:
    """One webhook in one signature scheme.

    `event(n)` is a genuine event that no other number gives, `unknown` one of a type that means nothing here, `malformed` what is
    signed but no event. `effects` counts what events have done so far. `stamped`: the signature holds for
    300 seconds only. `becomes_tasks`: what it names stands as tasks when it is answered; by that it is applied.
    """

    name: str
    path: str
    setting: str
    sign: Sign
    event: Callable[[int], bytes]
    unknown: bytes
    malformed: tuple[bytes, ...]
    effects: Callable[[World], int]
    max_bytes: int
    stamped: bool
    signature_headers: tuple[str, ...]
    rotates: bool = True
    becomes_tasks: bool = False
    more_settings: dict[str, str | None] = field(default_factory=dict)

    def world(self, secret: str | None = SECRET) -> World:
        """A lot that knows the webhook's secret."""
        settings = {**self.more_settings, self.setting: secret}
        return World(0, settings=settings)


NOT_EVENTS = (
    b"",
    b"null",
    b"[]",
    b"7",
    b"{",
    b'"vehicle.sold"',
    b"\xff\xfe\x00",
    b"\x00",
    b"[" * 20_000,
    b'{"a":' * 20_000,
    b'{"id":"\xed\xa0\x80"}',
    b'{"id":"\\ud800","event":"vehicle.added"}',
    b'{"id":"' + b"x" * 300 + b'","event":"vehicle.added"}',
    b'{"id":7,"event":{}}',
    b'{"id":"a","event":"vehicle.added","occurred_at":"yesterday"}',
    b'{"id":"b","event":"vehicle.added"}',
    b'{"id":"c","event":"vehicle.updated","vehicle":null}',
    b'{"id":"d","event":"vehicle.updated","vehicle":{"stock_number":"A1"}}',
    b'{"id":"e","event":"vehicle.added","vehicle":{"year":1e999}}',
    b"1" * 5000,
)


def _dms_event(number: int) -> bytes:
    return encoded(
        {"id": f"evt_{number}", "event": "vehicle.added", "occurred_at": "2025-02-03T10:00:00Z", "vehicle": car(number)}
    )


def _vehicles(world: World) -> int:
    return int(world.database.query("SELECT count(*) AS n FROM vehicles")[0]["n"])


HEADERS: dict[Scheme, tuple[str, ...]] = {
    "standard": ("webhook-signature", "webhook-id", "webhook-timestamp"),
    "timestamped": ("x-webhook-signature", "x-webhook-timestamp"),
    "legacy": ("x-webhook-signature",),
}


def _wayne_reeves(scheme: Scheme) -> WebhookCase:
    def sign(body: bytes, secret: str, at: datetime, message_id: str) -> dict[str, str]:
        return signed(body, secret, at, scheme, message_id)

    return WebhookCase(
        name=f"wayne-reeves-{scheme}",
        path="/api/webhooks/wayne-reeves",
        setting="WEBHOOK_SECRET",
        sign=sign,
        event=_dms_event,
        unknown=encoded({"id": "evt_u", "event": "vehicle.painted", "vehicle": car(1)}),
        malformed=NOT_EVENTS,
        effects=_vehicles,
        max_bytes=256 * 1024,
        stamped=scheme != "legacy",
        signature_headers=HEADERS[scheme],
    )


def _books_event(number: int) -> bytes:
    change = {"id": str(number), "operation": "Create", "name": "Payment", "lastUpdated": "2025-02-03T10:00:00Z"}
    return encoded({"eventNotifications": [{"realmId": REALM, "dataChangeEvent": {"entities": [change]}}]})


def _looks(world: World) -> int:
    taken_up = "SELECT count(*) AS n FROM sync_tasks WHERE target = 'quickbooks' AND state <> 'pending'"
    return int(world.database.query(taken_up)[0]["n"])


def _books_signature(body: bytes, secret: str, at: datetime, message_id: str) -> dict[str, str]:
    return {"intuit-signature": base64.b64encode(hmac.digest(secret.encode(), body, "sha256")).decode()}


QUICKBOOKS = WebhookCase(
    name="quickbooks",
    path="/api/webhooks/quickbooks",
    setting="QUICKBOOKS_WEBHOOK_VERIFIER",
    sign=_books_signature,
    event=_books_event,
    unknown=encoded(
        {"eventNotifications": [{"realmId": REALM, "dataChangeEvent": {"entities": [{"id": "1", "name": "Estimate"}]}}]}
    ),
    malformed=NOT_EVENTS,
    effects=_looks,
    max_bytes=2 * 1024 * 1024,
    stamped=False,
    becomes_tasks=True,
    signature_headers=("intuit-signature",),
    more_settings={"QUICKBOOKS_REALM_ID": REALM},
)

CASES = (*(_wayne_reeves(scheme) for scheme in SCHEMES), QUICKBOOKS)
