"""Webhook signatures, over the raw bytes and before anything is parsed.

Three schemes; a header of a stronger one decides, and what fails there never falls back to a weaker one.
Source: standardwebhooks.com (the first); docs/partners.md, "Webhook signatures" (the other two).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Mapping
from datetime import datetime

TOLERANCE_S = 300
"""How far a timestamp may be off, either way."""


def verify(headers: Mapping[str, str], body: bytes, secrets: list[str], now: datetime, *, legacy: bool) -> bool:
    """Whether the body was signed with one of the secrets. Header names are lower case; comparing takes constant time."""
    if any(name in headers for name in ("webhook-id", "webhook-timestamp", "webhook-signature")):
        return _standard(headers, body, secrets, now)
    given = headers.get("x-webhook-signature", "")
    if "x-webhook-timestamp" in headers or given.startswith("sha256="):
        return _timestamped(given, headers.get("x-webhook-timestamp", ""), body, secrets, now)
    return legacy and any([_same(hashlib.sha256(body + secret.encode()).hexdigest(), given) for secret in secrets])


def _standard(headers: Mapping[str, str], body: bytes, secrets: list[str], now: datetime) -> bool:
    message_id, timestamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not message_id or not _is_fresh(timestamp, now):
        return False
    signed = f"{message_id}.{timestamp}.".encode() + body
    offered = [part[3:] for part in headers.get("webhook-signature", "").split(" ") if part.startswith("v1,")]
    wanted = [base64.b64encode(_hmac(key, signed)).decode() for secret in secrets for key in _keys(secret)]
    return any([_same(one, other) for one in wanted for other in offered[:10]])


def _timestamped(given: str, timestamp: str, body: bytes, secrets: list[str], now: datetime) -> bool:
    if not _is_fresh(timestamp, now):
        return False
    signed = timestamp.encode() + b"." + body
    return any([_same("sha256=" + _hmac(secret.encode(), signed).hex(), given) for secret in secrets])


def _keys(secret: str) -> list[bytes]:
    """A Standard Webhooks secret is `whsec_` and base64, padded or not; one without the prefix may be meant as it stands."""
    plain = [] if secret.startswith("whsec_") else [secret.encode()]
    encoded = secret.removeprefix("whsec_").rstrip("=")
    try:
        decoded = base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True)
    except (binascii.Error, ValueError):
        return plain
    return [*plain, decoded] if decoded else plain  # An empty key is everybody's.


def _is_fresh(timestamp: str, now: datetime) -> bool:
    return re.fullmatch(r"[0-9]{1,12}", timestamp) is not None and abs(now.timestamp() - int(timestamp)) <= TOLERANCE_S


def _hmac(key: bytes, message: bytes) -> bytes:
    return hmac.new(key, message, hashlib.sha256).digest()


def _same(wanted: str, given: str) -> bool:
    """Compared as bytes: the built-in refuses text that is not ASCII."""
    return hmac.compare_digest(wanted.encode(), given.encode("utf-8", "replace"))
