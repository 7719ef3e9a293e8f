"""Check a running instance: `make doctor URL=https://...`. The check sends the requests of a visitor, a partner and a dealer.

The admin token comes from the environment (ADMIN_TOKEN) or .dev.vars and is sent to that address only. The webhook secrets sign
the test events and are never sent. Each webhook gets one event without meaning, which stays in its log; nothing else
is changed.
"""

from __future__ import annotations

import base64
import hmac
import http.client
import json
import os
import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple
from urllib.parse import urlsplit

from runtime.configuration import is_set, read_dev_vars

TIMEOUT_S = 20.0
# 128 bits in base64. A shorter token could be guessed.
TOKEN_LENGTH = 22
MAX_WAIT_S = 15 * 60
SOON_DAYS = 14
LOCAL = ("localhost", "127.0.0.1", "::1")
Verdict = Literal["ok", "note", "wrong"]


class Finding(NamedTuple):
    """The result of one check. `wrong` means that something does not work, `note` that the dealer may want to know about it."""

    name: str
    verdict: Verdict
    text: str


class Answer(NamedTuple):
    """A response of the instance. `content` is its parsed JSON, `None` when the body is not JSON."""

    status: int
    headers: Mapping[str, str]
    content: Any


@dataclass(frozen=True, slots=True)
class Instance:
    """An instance at an address, `scheme://host:port`."""

    url: str

    def ask(self, method: str, path: str, headers: Mapping[str, str] | None = None, body: bytes | None = None) -> Answer:
        """Send one request, without following redirects, so no token leaks. Raises: OSError, http.client.HTTPException."""
        parts = urlsplit(self.url)
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        connection = kind(parts.netloc, timeout=TIMEOUT_S)
        try:
            connection.request(method, path, body, dict(headers or {}))
            response = connection.getresponse()
            text = response.read(10_000_000)
        finally:
            connection.close()
        try:
            content = json.loads(text)
        except ValueError:
            content = None
        return Answer(response.status, {name.lower(): value for name, value in response.getheaders()}, content)


def checked_url(text: str) -> str:
    """Return the instance's address. Raises: SystemExit when the connection would not be encrypted."""
    parts = urlsplit(text if "://" in text else f"https://{text}")
    if not parts.hostname or (parts.scheme != "https" and parts.hostname not in LOCAL):
        raise SystemExit(f"[doctor] {text!r} is not the address of an instance. Give one that begins with https://")
    return f"{parts.scheme}://{parts.netloc}"


def secret(name: str) -> str:
    """Return a secret that is set on this machine, or an empty string."""
    value = os.environ.get(name) or read_dev_vars().get(name, "")
    return value if is_set(value) else ""


def look_at_health(instance: Instance) -> Iterator[Finding]:
    """Check that the instance responds, sends its security headers, and shows its lot."""
    health = instance.ask("GET", "/api/health")
    if health.status != 200 or health.content != {"ok": True}:
        yield Finding(
            "health", "wrong", f"GET /api/health returned {health.status}: not CarLot Manager, or CarLot Manager does not start"
        )
        return
    yield Finding("health", "ok", "responds")
    lacking = {"strict-transport-security", "content-security-policy", "x-content-type-options"} - set(health.headers)
    yield Finding("headers", "wrong" if lacking else "ok", f"missing: {', '.join(sorted(lacking))}" if lacking else "all there")
    lot = instance.ask("GET", "/api/public/inventory?limit=1")
    cars = lot.headers.get("x-total-count", "?")
    yield Finding(
        "public list", "ok" if lot.status == 200 else "wrong", f"{cars} on show" if lot.status == 200 else f"{lot.status}"
    )


def look_at_entrance(instance: Instance, token: str) -> Iterator[Finding]:
    """Check that the instance refuses strangers and accepts the admin token."""
    stranger = instance.ask("GET", "/api/integrations/status")
    if stranger.status == 503:
        yield Finding("sign-in", "wrong", "nobody can sign in. Run: npx wrangler secret put ADMIN_TOKEN")
    elif stranger.status != 401:
        text = f"a request without a token got {stranger.status} instead of 401. Set AUTH_MODE to required in wrangler.jsonc"
        yield Finding("sign-in", "wrong", text)
    elif not token:
        yield Finding("sign-in", "note", "closed to strangers. Set ADMIN_TOKEN on this machine to check more")
    else:
        known = instance.ask("GET", "/api/integrations/status", {"authorization": f"Bearer {token}"})
        if known.status != 200:
            text = f"the ADMIN_TOKEN on this machine got {known.status}: the instance has a different token"
            yield Finding("sign-in", "wrong", text)
            return
        yield Finding("sign-in", "ok", "closed to strangers, open with the token")
        if len(token) < TOKEN_LENGTH:
            yield Finding("admin token", "note", f"shorter than {TOKEN_LENGTH} characters. Set a long random token")
        yield from look_at_status(known.content)


def look_at_status(status: Mapping[str, Any]) -> Iterator[Finding]:
    """Report partners, queue and deadlines from the instance's own status."""
    for name, state in (("Wayne Reeves", status["wayneReeves"]), ("QuickBooks", status["quickbooks"])):
        said = state["status"]
        verdict: Verdict = "ok" if said == "connected" else "note" if said == "not_configured" else "wrong"
        message = state.get("message")
        yield Finding(name, verdict, said + (f": {message}" if message else ""))
    left = [status["quickbooks"].get(name) for name in ("daysLeftUnused", "daysLeft")]
    if days := [each for each in left if each is not None]:
        yield Finding("QuickBooks token", "note" if min(days) < SOON_DAYS else "ok", f"{min(days)} days left")
    listings = status["listings"]
    sites = [name for name, site in listings.items() if isinstance(site, dict) and site["configured"]]
    yield Finding(
        "listing sites", "ok" if sites else "note", f"{', '.join(sites) or 'none'}; {listings['totalPublished']} cars live"
    )
    queue = status["queue"]
    waits = f"{queue['backlog']} messages wait, the oldest for {queue['oldestMessageSeconds']} s; {queue['pending']} tasks to do"
    yield Finding("queue", "wrong" if queue["oldestMessageSeconds"] > MAX_WAIT_S else "ok", waits)
    yield Finding("failed syncs", "wrong" if queue["dead"] else "ok", f"{queue['dead']}")
    due = status["deadlines"]
    told = ", ".join(f"{count} {name}" for name, count in due.items())
    yield Finding("deadlines", "wrong" if due["overdue"] else "ok", told)


class Webhook(NamedTuple):
    """A webhook: its path, the setting of its secret, an event without meaning, and the function that signs it."""

    name: str
    path: str
    setting: str
    event: Callable[[str], dict[str, object]]
    sign: Callable[[bytes, str, str], dict[str, str]]


def signed(body: bytes, key: str, message_id: str) -> dict[str, str]:
    """Return the headers of a signed DMS event. Source: standardwebhooks.com, "Signature scheme"."""
    now_s = int(time.time())
    plain = base64.b64decode(key[6:] + "==") if key.startswith("whsec_") else key.encode()
    mac = hmac.digest(plain, f"{message_id}.{now_s}.".encode() + body, "sha256")
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(now_s),
        "webhook-signature": f"v1,{base64.b64encode(mac).decode()}",
    }


def signed_by_intuit(body: bytes, key: str, _: str) -> dict[str, str]:
    """Return the header of a signed QuickBooks event. Source: developer.intuit.com, webhooks, "Validating the notification"."""
    return {"intuit-signature": base64.b64encode(hmac.digest(key.encode(), body, "sha256")).decode()}


WEBHOOKS = (
    Webhook(
        "webhook of Wayne Reeves",
        "/api/webhooks/wayne-reeves",
        "WEBHOOK_SECRET",
        lambda message_id: {"id": message_id, "event": "carlot.doctor"},
        signed,
    ),
    Webhook(
        "webhook of QuickBooks",
        "/api/webhooks/quickbooks",
        "QUICKBOOKS_WEBHOOK_VERIFIER",
        lambda message_id: {"eventNotifications": [], "doctor": message_id},
        signed_by_intuit,
    ),
)


def look_at_webhook(instance: Instance, webhook: Webhook, key: str) -> Finding:
    """Check that the webhook accepts a signed event and refuses a forged one."""
    message_id = f"doctor_{secrets.token_hex(8)}"
    body = json.dumps(webhook.event(message_id)).encode()

    def send(used: str) -> int:
        headers = {"content-type": "application/json", **webhook.sign(body, used, message_id)}
        return instance.ask("POST", webhook.path, headers, body).status

    forged = send(secrets.token_hex(16))
    if forged == 503:
        return Finding(webhook.name, "note", f"not configured. To configure it, run: npx wrangler secret put {webhook.setting}")
    if forged != 401:
        return Finding(webhook.name, "wrong", f"accepted a forged event: it returned {forged} instead of 401")
    if not key:
        return Finding(webhook.name, "note", f"refuses forged events. Set {webhook.setting} on this machine to try a signed one")
    status = send(key.split(maxsplit=1)[0])
    if status != 200:
        text = f"refused a signed event with {status}: the secret differs, or this machine's clock is wrong"
        return Finding(webhook.name, "wrong", text)
    return Finding(webhook.name, "ok", "accepts a signed event, refuses a forged one")


def look_at(url: str) -> list[Finding]:
    """Run all checks. When the instance cannot be reached, add one finding that says so."""
    instance = Instance(url)
    findings: list[Finding] = []
    try:
        findings += look_at_health(instance)
        if findings[0].verdict == "ok":
            findings += look_at_entrance(instance, secret("ADMIN_TOKEN"))
            findings += [look_at_webhook(instance, webhook, secret(webhook.setting)) for webhook in WEBHOOKS]
    except (OSError, http.client.HTTPException) as failure:
        findings.append(Finding("address", "wrong", f"{url} does not respond: {failure}"))
    return findings
