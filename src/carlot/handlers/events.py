"""Received webhook events as the dealer sees them: list, look at one, replay one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, StringConstraints

from carlot.domain.model import Model
from carlot.domain.redaction import shown_json
from carlot.domain.times import instant
from carlot.engine.enqueue import commit
from carlot.errors import Conflict, NotFound
from carlot.handlers.queries import read_cursor
from carlot.partners.quickbooks import webhook as quickbooks
from carlot.partners.registry import target_of
from carlot.partners.wayne_reeves import webhook as wayne_reeves
from carlot.platform.ports import Request, Response, Services
from carlot.store import history, quickbooks_documents, webhook_events
from carlot.store.tasks import Enqueue, TaskRequest
from carlot.web.parsing import read_query
from carlot.web.responses import json_answer


class EventsQuery(Model):
    """The filter and the page; `cursor` comes from the page before."""

    source: Annotated[Literal["wayne_reeves", "quickbooks"], BeforeValidator(target_of)] | None = None
    state: Literal["stored", "applied", "ignored", "failed"] | None = None
    limit: Annotated[int, Field(ge=1, le=100)] = 50
    cursor: Annotated[str, StringConstraints(max_length=200), Field(json_schema_extra={"pattern": "^$|_"})] | None = None


async def list_events(request: Request, services: Services) -> Response:
    """A page of received events, newest first, with their bodies as far as they may be shown. A long body is shown alone."""
    query = read_query(request, EventsQuery)
    after = read_cursor(query.cursor)
    found = await webhook_events.page(services.database, query.source, query.state, after, query.limit + 1)
    shown = [_shown(row, services) for row in found[: query.limit]]
    following = f"{shown[-1]['receivedAt']}_{shown[-1]['id']}" if len(found) > query.limit else None
    return json_answer({"events": shown, "nextCursor": following})


async def get_event(request: Request, services: Services) -> Response:
    """One received event: its body as far as it may be shown, and what it came to."""
    return json_answer(_shown(await _show(request, services), services))


async def replay_event(request: Request, services: Services) -> Response:
    """Process a received event again. What it tells counts as it would have on the day it came: nothing newer is overwritten."""
    row = await _show(request, services)
    if not row["body"]:
        raise Conflict("The body of this event was deleted; there is nothing to replay.", code="body-deleted")
    now = instant(services.clock.now())
    state, requests = _again(row, services, now)
    again = webhook_events.again(request.params["id"], state, now)
    await commit(services, [again, history.note("event.replayed", request.params["id"])], requests)
    return json_answer(_shown(await _show(request, services), services), 202)


def _again(row: Mapping[str, Any], services: Services, now: str) -> tuple[str, list[Enqueue]]:
    """The state of an event that is replayed, and the tasks that do it. Raises: `Conflict`."""
    if row["source"] == "wayne_reeves":
        if row["type"] not in wayne_reeves.KINDS:
            raise Conflict(f"Events of type {row['type']} are not used here.", code="event-not-used")
        return "stored", [TaskRequest("carlot", "event", str(row["id"]))]
    notice = quickbooks.read_notice(str(row["body"]).encode(), services.settings.quickbooks_realm_id)
    if not notice.changed:
        raise Conflict("This event concerns none of our records.", code="event-not-used")
    return "applied", [quickbooks_documents.enqueue_changed(notice.changed, now)]


async def _show(request: Request, services: Services) -> Mapping[str, Any]:
    row = await webhook_events.show(services.database, request.params["id"])
    if row is None:
        raise NotFound("There is no such event.")
    return row


def _shown(row: Mapping[str, Any], services: Services) -> dict[str, Any]:
    task = None
    if row["task_id"] is not None:
        task = {"id": row["task_id"], "state": row["task_state"], "error": row["task_error"], "outcome": row["task_outcome"]}
    return {
        **{name: row[name] for name in ("id", "source", "type", "occurredAt", "receivedAt", "state", "note", "settledAt")},
        "body": shown_json(row["body"], services.settings.secrets) if row["body"] else None,
        "bodyBytes": int(row["bytes"]),
        "task": task,
    }
