"""Webhook events as the DMS would send them, signed in any of the three schemes that CarLot Manager accepts."""

import base64
import hashlib
import hmac
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal
from uuid import uuid4

from simulators.partner import encode
from simulators.wayne_reeves.lot import utc_text

Scheme = Literal["standard", "timestamped", "legacy"]


@dataclass(frozen=True, slots=True)
class Webhook:
    """A request ready to send."""

    body: bytes
    headers: dict[str, str]


def complete_event(event: Any, vehicle: dict[str, Any] | None) -> Any:
    """Add an id, a time and the vehicle to `event` where it has none; a value that is not an object is unchanged."""
    if event is None:
        event = {"event": "vehicle.updated"}
    if not isinstance(event, dict):
        return event
    whole: dict[str, Any] = {"id": f"evt_{uuid4().hex}", "occurred_at": utc_text(datetime.now(UTC))}
    if vehicle is not None:
        whole["vehicle"] = vehicle
    return {**whole, **event}


def signed(event: Any, raw_body: str | None, scheme: Scheme, secret: str, offset_s: int) -> Webhook:
    """Return `event`, or `raw_body` when given, signed as if sent `offset_s` seconds from now."""
    body = encode(event) if raw_body is None else raw_body.encode("utf-8", "surrogatepass")
    event_id = event.get("id") if isinstance(event, dict) else None
    event_id = event_id if isinstance(event_id, str) else f"evt_{uuid4().hex}"
    headers = {"Content-Type": "application/json"}
    timestamp = str(int(time.time()) + offset_s)
    if scheme == "standard":
        content = f"{event_id}.{timestamp}.".encode() + body
        mac = hmac.new(_standard_key(secret), content, hashlib.sha256).digest()
        headers |= {"webhook-id": event_id, "webhook-timestamp": timestamp}
        headers["webhook-signature"] = "v1," + base64.b64encode(mac).decode()
    elif scheme == "timestamped":
        hexed = hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
        headers |= {"X-Webhook-Timestamp": timestamp, "X-Webhook-Signature": f"sha256={hexed}"}
    else:
        headers["X-Webhook-Signature"] = hashlib.sha256(body + secret.encode()).hexdigest()
    return Webhook(body, headers)


def _standard_key(secret: str) -> bytes:
    """Return the key's bytes. Source: Standard Webhooks, "Signature scheme": `whsec_<base64>` means the decoded bytes."""
    if secret.startswith("whsec_"):
        return base64.b64decode(secret.removeprefix("whsec_"))
    return secret.encode()
