"""Webhooks: verify the bytes, keep the event once, answer. The queue does the rest."""

from __future__ import annotations

from carlot.answers import json_answer
from carlot.domain.times import instant
from carlot.errors import Unauthorized, Unavailable, UniqueViolation
from carlot.partners import signature
from carlot.partners.wayne_reeves import webhook as wayne_reeves
from carlot.ports import Request, Response, Services
from carlot.store import webhook_events
from carlot.store.tasks import Want
from carlot.sync import commit

MAX_WAYNE_REEVES_BYTES = 256 * 1024


async def receive_wayne_reeves(request: Request, services: Services) -> Response:
    """An event of the DMS. 200 means it is kept, and will take effect once."""
    settings = services.settings
    if not settings.webhook_secret:
        raise Unavailable("Set the webhook's secret: npx wrangler secret put WEBHOOK_SECRET", code="webhook-not-configured")
    body = await request.body.read(MAX_WAYNE_REEVES_BYTES)
    legacy = settings.webhook_legacy.lower() != "off"
    now = services.clock.now()
    if not signature.verify(request.headers, body, settings.webhook_secret.split(), now, legacy=legacy):
        raise Unauthorized("Invalid signature", code="invalid-signature")
    head = wayne_reeves.read_head(body)
    known = head.type in wayne_reeves.KINDS
    event_id = services.clock.token()
    kept = webhook_events.insert(
        event_id,
        "wayne_reeves",
        (head.key, head.type, head.occurred_at),
        body.decode("utf-8", "replace"),
        ("stored", None) if known else ("ignored", f"Events of type {head.type} mean nothing here."),
        instant(now),
    )
    try:
        await commit(services, [kept], [Want("carlot", "event", event_id)] if known else [])
    except UniqueViolation:
        return json_answer({"received": True, "duplicate": True})
    return json_answer({"received": True})
