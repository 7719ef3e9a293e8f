"""Webhooks as the DMS signs them. Written from the schemes' own descriptions, without a look at the program that verifies them.

Source: standardwebhooks.com, "Signature scheme"; docs/partners.md, "Webhook signatures", for the other two.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

Scheme = Literal["standard", "timestamped", "legacy"]
SCHEMES: tuple[Scheme, ...] = ("standard", "timestamped", "legacy")


def encoded(event: Any) -> bytes:
    """An event as bytes; bytes as they are."""
    return event if isinstance(event, bytes) else json.dumps(event).encode()


def signed(body: bytes, secret: str, at: datetime, scheme: Scheme = "standard", message_id: str = "msg_1") -> dict[str, str]:
    """The headers that a sender puts on a body at that time."""
    timestamp = str(int(at.timestamp()))
    if scheme == "standard":
        key = base64.b64decode(secret[6:]) if secret[:6] == "whsec_" else secret.encode()
        mac = hmac.digest(key, f"{message_id}.{timestamp}.".encode() + body, "sha256")
        return {
            "webhook-id": message_id,
            "webhook-timestamp": timestamp,
            "webhook-signature": "v1," + base64.b64encode(mac).decode(),
        }
    if scheme == "timestamped":
        mac = hmac.digest(secret.encode(), timestamp.encode() + b"." + body, "sha256")
        return {"x-webhook-timestamp": timestamp, "x-webhook-signature": "sha256=" + mac.hex()}
    return {"x-webhook-signature": hashlib.sha256(body + secret.encode()).hexdigest()}


def with_type(headers: Mapping[str, str]) -> dict[str, str]:
    """The headers of a JSON request."""
    return {"content-type": "application/json", **headers}
