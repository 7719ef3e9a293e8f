"""Webhooks: verify the bytes, store each event once, respond. The queue does the rest."""

from __future__ import annotations

from carlot.domain.times import instant
from carlot.engine.enqueue import commit
from carlot.errors import Unauthorized, Unavailable, UniqueViolation
from carlot.partners import signature
from carlot.partners.quickbooks import webhook as quickbooks
from carlot.partners.wayne_reeves import webhook as wayne_reeves
from carlot.platform.ports import Request, Response, Services
from carlot.settings import SECRET_LENGTH
from carlot.store import quickbooks_documents, webhook_events
from carlot.store.tasks import TaskRequest
from carlot.web.responses import json_answer

MAX_WAYNE_REEVES_BYTES = 256 * 1024
MAX_QUICKBOOKS_BYTES = 2 * 1024 * 1024
MAX_KEPT_BYTES = 256 * 1024
"""How much of a QuickBooks body is stored for support. The objects it names are stored as tasks."""


async def receive_wayne_reeves(request: Request, services: Services) -> Response:
    """An event of the DMS. 200 means that it is stored and will take effect once."""
    settings = services.settings
    if not settings.webhook_secret:
        raise Unavailable("Set the webhook's secret: npx wrangler secret put WEBHOOK_SECRET", code="webhook-not-configured")
    if not settings.webhook_secrets:
        short = f"WEBHOOK_SECRET is too short: it needs at least {SECRET_LENGTH} characters."
        raise Unavailable(short, code="webhook-not-configured")
    body = await request.body.read(MAX_WAYNE_REEVES_BYTES)
    legacy = settings.webhook_legacy.lower() != "off"
    now = services.clock.now()
    if not signature.verify(request.headers, body, list(settings.webhook_secrets), now, legacy=legacy):
        raise Unauthorized("Invalid signature", code="invalid-signature")
    head = wayne_reeves.read_head(body)
    known = head.type in wayne_reeves.KINDS
    event_id = services.clock.token()
    kept = webhook_events.insert(
        event_id,
        "wayne_reeves",
        (head.key, head.type, head.occurred_at),
        body.decode("utf-8", "replace"),
        ("stored", None) if known else ("ignored", f"Events of type {head.type} are not used here."),
        instant(now),
    )
    try:
        await commit(services, [kept], [TaskRequest("carlot", "event", event_id)] if known else [])
    except UniqueViolation:
        return json_answer({"received": True, "duplicate": True})
    return json_answer({"received": True})


async def receive_quickbooks(request: Request, services: Services) -> Response:
    """Changes in QuickBooks. They only name objects; 200 means that the queue will read them."""
    settings = services.settings
    verifiers = settings.quickbooks_webhook_verifier.split()
    if not verifiers:
        raise Unavailable(
            "Set the webhook's verifier: npx wrangler secret put QUICKBOOKS_WEBHOOK_VERIFIER", code="webhook-not-configured"
        )
    body = await request.body.read(MAX_QUICKBOOKS_BYTES)
    if not quickbooks.is_signed(request.headers.get("intuit-signature", ""), body, verifiers):
        raise Unauthorized("Invalid signature", code="invalid-signature")
    notice = quickbooks.read_notice(body, settings.quickbooks_realm_id)
    now = services.clock.now()
    reason = None if notice.changed else "It concerns none of our records."
    kept = webhook_events.insert(
        services.clock.token(),
        "quickbooks",
        (notice.key, notice.type, None),
        body[:MAX_KEPT_BYTES].decode("utf-8", "replace"),
        ("applied" if notice.changed else "ignored", reason),
        instant(now),
    )
    enqueued = [quickbooks_documents.enqueue_changed(notice.changed, instant(now))] if notice.changed else []
    try:
        await commit(services, [kept], enqueued)
    except UniqueViolation:
        return json_answer({"received": True, "duplicate": True})
    return json_answer({"received": True})
