"""Webhooks as Intuit sends them: thin signed events in either format, repeated and out of order on request.

Source: Intuit, "Webhooks": `intuit-signature` is base64 of HMAC-SHA256 of the body under the verifier token; 3 seconds to answer.
"""

import asyncio
import base64
import hashlib
import hmac
import random
from collections import deque
from dataclasses import dataclass, field
from time import monotonic
from typing import Any, Literal
from uuid import uuid4

from aiohttp import ClientError, ClientSession, ClientTimeout
from pydantic import BaseModel, ConfigDict, Field

from simulators.partner import encode
from simulators.quickbooks.clock import utc_stamp
from simulators.quickbooks.company import Change

ANSWER_S = 3.0
DELIVERIES_KEPT = 10_000
Form = Literal["notifications", "cloudevents"]
PAST = {"Create": "created", "Update": "updated", "Delete": "deleted", "Void": "voided", "Merge": "merged", "Emailed": "emailed"}
SOURCE = "intuit.dsnBgbseACLLRZNxo2dfc4evmEJdxde58xeeYcZliOU="


class WebhookSettings(BaseModel):
    """Where webhooks go, and their delivery problems. Without `url` none are sent."""

    model_config = ConfigDict(extra="forbid")

    url: str | None = Field(default=None, description="address that events are posted to; without it none are collected")
    verifier: str = Field(default="", description="the verifier token that signs them")
    form: Form = Field(default="notifications", description="notifications: eventNotifications by realm; cloudevents: a list")
    kinds: list[str] | None = Field(default=None, description="entities that are reported, such as Payment; all by default")
    automatic: bool = Field(
        default=True, description="send automatically, delay_s after the first change; false: only on POST .../send"
    )
    delay_s: float = Field(default=0.2, ge=0, description="seconds in which changes are collected for one delivery")
    together: int = Field(default=100, ge=1, description="maximum number of events in one delivery")
    order: Literal["happened", "reversed", "shuffled"] = Field(
        default="happened", description="order of events in each delivery run"
    )
    repeat: int = Field(default=1, ge=1, le=100, description="number of times that each delivery is sent, byte for byte")
    loss_rate: float = Field(default=0, ge=0, le=1, description="share of events that are never sent")
    retry_delays_s: list[float] = Field(default=[], description="delays before a failed delivery is sent again")
    seed: int = Field(default=1, description="seed of order and loss")


@dataclass(frozen=True, slots=True)
class Event:
    """One change, with the identity that its repeats share."""

    realm: str
    kind: str
    object_id: str
    operation: str
    at: float
    event_id: str = field(default_factory=lambda: str(uuid4()))


def body_of(events: list[Event], form: Form) -> bytes:
    """Return the body that reports `events`."""
    if form == "cloudevents":
        return encode([_cloud_event(event) for event in events])
    entities: dict[str, list[dict[str, str]]] = {}
    for event in events:
        told = {"name": event.kind, "id": event.object_id, "operation": event.operation, "lastUpdated": utc_stamp(event.at)}
        entities.setdefault(event.realm, []).append(told)
    told_by_realm = [{"realmId": realm, "dataChangeEvent": {"entities": told}} for realm, told in entities.items()]
    return encode({"eventNotifications": told_by_realm})


def _cloud_event(event: Event) -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "id": event.event_id,
        "source": SOURCE,
        "type": f"qbo.{event.kind.lower()}.{PAST.get(event.operation, event.operation.lower())}.v1",
        "datacontenttype": "application/json",
        "time": utc_stamp(event.at),
        "intuitentityid": event.object_id,
        "intuitaccountid": event.realm,
        "data": {},
    }


def signature(body: bytes, verifier: str) -> str:
    """Return the value of `intuit-signature`."""
    return base64.b64encode(hmac.new(verifier.encode(), body, hashlib.sha256).digest()).decode()


async def post(url: str, body: bytes, signed_as: str) -> dict[str, Any]:
    """Send one delivery and return its result; `status` is None without a response within 3 seconds."""
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "intuit-signature": signed_as,
        "intuit-t-id": str(uuid4()),
        "intuit-notification-schema-version": "1.0",
        "User-Agent": "intuit_notification_server/1.0",
    }
    began = monotonic()
    try:
        async with (
            ClientSession(timeout=ClientTimeout(total=ANSWER_S)) as session,
            session.post(url, data=body, headers=headers, allow_redirects=False) as answer,
        ):
            status, said = answer.status, await answer.text(errors="replace")
    except (ClientError, TimeoutError, ValueError) as error:
        status, said = None, f"{type(error).__name__}: {error}"
    return {"status": status, "answer": said, "ms": round((monotonic() - began) * 1000)}


class Outbox:
    """Changes that were not sent yet, and the deliveries made."""

    def __init__(self, first: WebhookSettings) -> None:
        self._first = first
        self._sender: asyncio.Task[None] | None = None
        self.waiting: list[Event] = []
        self.deliveries: deque[dict[str, Any]] = deque(maxlen=DELIVERIES_KEPT)
        self.apply(WebhookSettings())

    def open(self) -> None:
        """Apply the settings of the start of the process; before that nothing is collected."""
        self.apply(self._first)

    def apply(self, settings: WebhookSettings) -> None:
        """Replace all settings, and restart the draws; waiting events stay."""
        self.settings = settings
        self._random = random.Random(settings.seed)

    def clear(self) -> None:
        """Delete the waiting events, stop collecting, and cancel deliveries under way."""
        if self._sender is not None:
            self._sender.cancel()
            self._sender = None
        self.waiting.clear()
        self.deliveries.clear()
        self.apply(WebhookSettings())

    def heed(self, change: Change) -> None:
        """Collect a change, and schedule its delivery."""
        settings = self.settings
        if settings.url is None or (settings.kinds is not None and change.kind not in settings.kinds):
            return
        self.waiting.append(Event(change.realm, change.kind, change.object_id, change.operation, change.at))
        if settings.automatic and self._sender is None:
            self._sender = asyncio.get_running_loop().create_task(self._send_all())

    async def _send_all(self) -> None:
        """Send the waiting events, and those that arrive meanwhile."""
        while self.waiting and self.settings.automatic:
            await asyncio.sleep(self.settings.delay_s)
            await self.send()
        self._sender = None

    async def send(self) -> list[dict[str, Any]]:
        """Send all waiting events and return the response of each delivery."""
        settings, events = self.settings, self.waiting
        self.waiting = []
        if settings.url is None:
            return []
        events = [event for event in events if self._random.random() >= settings.loss_rate]
        if settings.order == "shuffled":
            self._random.shuffle(events)
        elif settings.order == "reversed":
            events.reverse()
        parts = [events[start : start + settings.together] for start in range(0, len(events), settings.together)]
        return [delivery for part in parts for delivery in await self._deliver(part, settings.url, settings)]

    async def _deliver(self, events: list[Event], url: str, settings: WebhookSettings) -> list[dict[str, Any]]:
        body = body_of(events, settings.form)
        made = []
        for _ in range(settings.repeat):
            for pause_s in (0.0, *settings.retry_delays_s):
                await asyncio.sleep(pause_s)
                outcome = await post(url, body, signature(body, settings.verifier))
                made.append({"events": len(events), **outcome})
                self.deliveries.append({**made[-1], "body": body.decode()})
                if outcome["status"] == 200:
                    break
        return made
