"""Sync tasks as the dealer sees them: list, retry, discard."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic.alias_generators import to_camel

from carlot.domain.api_model import WireModel
from carlot.domain.model import Model
from carlot.domain.times import instant
from carlot.engine.enqueue import wake_tasks
from carlot.errors import Conflict, NotFound
from carlot.handlers.queries import read_cursor
from carlot.partners.registry import target_of
from carlot.platform.ports import Request, Response, Services
from carlot.store import partner_calls, task_views, vehicles
from carlot.web.parsing import read_json, read_query
from carlot.web.responses import json_answer

_AnyName = BeforeValidator(lambda given: target_of(given) if isinstance(given, str) else given)
TaskWord = Annotated[str, StringConstraints(max_length=50, pattern=r"^[a-z][a-z0-9_]*$")]
"""A target or a kind of tasks."""


class TasksQuery(Model):
    """The filter and the page; `cursor` comes from the page before."""

    state: Literal["pending", "running", "done", "dead", "blocked"] | None = None
    target: Annotated[str, _AnyName, StringConstraints(max_length=50)] | None = None
    limit: Annotated[int, Field(ge=1, le=500)] = 100
    cursor: Annotated[str, StringConstraints(max_length=200), Field(json_schema_extra={"pattern": "^$|_"})] | None = None


class RetryQuery(Model):
    """The filter for dead tasks."""

    target: Annotated[str, _AnyName, StringConstraints(max_length=50)] | None = None


class DryRunQuery(Model):
    """With `dryRun` nothing is changed."""

    model_config = ConfigDict(alias_generator=to_camel)

    dry_run: bool = False


class TaskFilter(WireModel):
    """Which tasks are meant. Without a state, the dead ones."""

    target: Annotated[TaskWord, _AnyName] | None = None
    kind: TaskWord | None = None
    state: Literal["dead", "blocked", "pending"] = "dead"

    def filter(self) -> task_views.Filter:
        """Return the filter."""
        return task_views.Filter(self.state, self.target, self.kind)


async def list_tasks(request: Request, services: Services) -> Response:
    """A page of tasks, last changed first."""
    query = read_query(request, TasksQuery)
    after = read_cursor(query.cursor)
    found = await task_views.page(services.database, query.state, query.target, after, query.limit + 1)
    shown = found[: query.limit]
    following = f"{shown[-1]['updatedAt']}_{shown[-1]['id']}" if len(found) > query.limit else None
    return json_answer({"tasks": shown, "nextCursor": following})


async def get_task(request: Request, services: Services) -> Response:
    """One task, with the last call that failed: what was sent and what came back, without secrets and personal data."""
    task = await _show(services, request.params["id"])
    return json_answer({**task, "lastFailure": await task_views.exchange(services.database, request.params["id"])})


async def retry_tasks(request: Request, services: Services) -> Response:
    """Retry the tasks that a filter means; the dead ones unless it names another state. With `dryRun` they are only counted."""
    wanted = (await read_json(request, TaskFilter)).filter()
    if read_query(request, DryRunQuery).dry_run:
        return json_answer({"count": await task_views.count(services.database, wanted, messages=False)}, 202)
    return json_answer({"count": await _retry(services, wanted)}, 202)


async def discard_tasks(request: Request, services: Services) -> Response:
    """Discard the tasks that a filter means; the dead ones unless it names another state. With `dryRun` they are only counted."""
    wanted = (await read_json(request, TaskFilter)).filter()
    if read_query(request, DryRunQuery).dry_run:
        return json_answer({"count": await task_views.count(services.database, wanted, messages=True)}, 202)
    count, now = 0, instant(services.clock.now())
    while ids := await task_views.matching(services.database, wanted, messages=True):
        count += await task_views.discard(services.database, ids, now)
    return json_answer({"count": count}, 202)


async def retry_task(request: Request, services: Services) -> Response:
    """Retry a task from the start."""
    task = await _show(services, request.params["id"])
    # The dealer may have just corrected the partner's credentials.
    now = instant(services.clock.now())
    await services.database.batch([partner_calls.unblock(str(task["target"]), now)])
    woken = await task_views.retry(services.database, [request.params["id"]], now)
    if not woken:
        raise Conflict(_untouchable(task), code="not-retryable")
    await wake_tasks(services, woken)
    return json_answer(await _show(services, request.params["id"]), 202)


async def retry_all_tasks(request: Request, services: Services) -> Response:
    """Retry every dead task."""
    target = read_query(request, RetryQuery).target
    return json_answer({"queued": await _retry(services, task_views.Filter("dead", target, None))}, 202)


async def discard_task(request: Request, services: Services) -> Response:
    """Discard a task. Retrying it takes that back."""
    task = await _show(services, request.params["id"])
    if not await task_views.discard(services.database, [request.params["id"]], instant(services.clock.now())):
        raise Conflict(_untouchable(task), code="not-discardable")
    return json_answer(await _show(services, request.params["id"]))


async def list_vehicle_sync(request: Request, services: Services) -> Response:
    """The last sync of a vehicle with each partner, newest first."""
    if await vehicles.read(services.database, request.params["id"]) is None:
        raise NotFound("There is no such vehicle.")
    return json_answer({"sync": await task_views.of_vehicle(services.database, request.params["id"])})


async def _retry(services: Services, wanted: task_views.Filter) -> int:
    """Retry the tasks that a filter means; return how many. The dealer may have just corrected the partners' credentials."""
    now = instant(services.clock.now())
    await services.database.batch([partner_calls.unblock_some(wanted.target, now)])
    count = 0
    for _ in range(0, await task_views.count(services.database, wanted, messages=False), task_views.STEP):
        ids = await task_views.matching(services.database, wanted, messages=False)
        if woken := await task_views.retry(services.database, ids, now):
            await wake_tasks(services, woken)
        count += len(woken)
    return count


async def _show(services: Services, task_id: str) -> dict[str, object]:
    task = await task_views.show(services.database, task_id)
    if task is None:
        raise NotFound("There is no such task.")
    return task


def _untouchable(task: dict[str, object]) -> str:
    if task["state"] == "running":
        return "It is being worked on right now."
    return "There is nothing left to do for it." if task["state"] == "done" else "This task can be neither retried nor discarded."
