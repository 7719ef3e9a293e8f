"""Sync tasks as the dealer sees them: list, retry, discard."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, Field, StringConstraints

from carlot.domain.times import instant
from carlot.engine.enqueue import wake_tasks
from carlot.errors import BadRequest, Conflict, NotFound
from carlot.platform.ports import Request, Response, Services
from carlot.store import partner_calls, task_views, vehicles
from carlot.web.parsing import read_query
from carlot.web.responses import json_answer


class TasksQuery(BaseModel):
    """The filter and the page; `cursor` comes from the page before."""

    state: Literal["pending", "running", "done", "dead", "blocked"] | None = None
    target: Annotated[str, StringConstraints(max_length=50)] | None = None
    limit: Annotated[int, Field(ge=1, le=500)] = 100
    cursor: Annotated[str, StringConstraints(max_length=200), Field(json_schema_extra={"pattern": "^$|_"})] | None = None


class RetryQuery(BaseModel):
    """The filter for dead tasks."""

    target: Annotated[str, StringConstraints(max_length=50)] | None = None


async def list_tasks(request: Request, services: Services) -> Response:
    """A page of tasks, last changed first."""
    query = read_query(request, TasksQuery)
    after = None
    if query.cursor is not None:
        at, separator, task_id = query.cursor.partition("_")
        if not separator:
            raise BadRequest("This cursor is not one of ours.", code="bad-query")
        after = (at, task_id)
    found = await task_views.page(services.database, query.state, query.target, after, query.limit + 1)
    shown = found[: query.limit]
    following = f"{shown[-1]['updatedAt']}_{shown[-1]['id']}" if len(found) > query.limit else None
    return json_answer({"tasks": shown, "nextCursor": following})


async def retry_task(request: Request, services: Services) -> Response:
    """Retry a task from the start."""
    task = await _show(services, request.params["id"])
    # The dealer may have just corrected the partner's credentials.
    now = instant(services.clock.now())
    await services.database.batch([partner_calls.unblock(str(task["target"]), now)])
    woken = await task_views.retry(services.database, request.params["id"], now)
    if not woken:
        raise Conflict(_untouchable(task), code="not-retryable")
    await wake_tasks(services, woken)
    return json_answer(await _show(services, request.params["id"]), 202)


async def retry_all_tasks(request: Request, services: Services) -> Response:
    """Retry every dead task."""
    target = read_query(request, RetryQuery).target
    woken = await task_views.retry(services.database, None, instant(services.clock.now()), target)
    if woken:
        await wake_tasks(services, woken)
    return json_answer({"queued": len(woken)}, 202)


async def discard_task(request: Request, services: Services) -> Response:
    """Discard a task. Retrying it takes that back."""
    task = await _show(services, request.params["id"])
    if not await task_views.discard(services.database, request.params["id"], instant(services.clock.now())):
        raise Conflict(_untouchable(task), code="not-discardable")
    return json_answer(await _show(services, request.params["id"]))


async def list_vehicle_sync(request: Request, services: Services) -> Response:
    """The last sync of a vehicle with each partner, newest first."""
    if await vehicles.read(services.database, request.params["id"]) is None:
        raise NotFound("There is no such vehicle.")
    return json_answer({"sync": await task_views.history(services.database, request.params["id"])})


async def _show(services: Services, task_id: str) -> dict[str, object]:
    task = await task_views.show(services.database, task_id)
    if task is None:
        raise NotFound("There is no such task.")
    return task


def _untouchable(task: dict[str, object]) -> str:
    if task["state"] == "running":
        return "It is being worked on right now."
    return "There is nothing left to do for it." if task["state"] == "done" else "This task can be neither retried nor discarded."
