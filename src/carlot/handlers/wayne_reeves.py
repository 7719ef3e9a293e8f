"""Pulls of the DMS's inventory: start one, and see how they went."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from carlot.domain.model import Model
from carlot.errors import Conflict, NotFound
from carlot.partners.wayne_reeves.start import start_pull
from carlot.platform.ports import Request, Response, Services
from carlot.store import pull_runs
from carlot.web import rate_limit
from carlot.web.parsing import read_query
from carlot.web.responses import json_answer


class RunsQuery(Model):
    """How many runs to show."""

    limit: Annotated[int, Field(ge=1, le=100)] = 20


async def sync_wayne_reeves(request: Request, services: Services) -> Response:
    """Start a pull of the whole inventory, or join the one that is going."""
    if missing := services.settings.missing("wayne_reeves"):
        raise Conflict(f"Wayne Reeves is not configured yet: set {' and '.join(missing)}.", code="not-configured")
    await rate_limit.spend(services, rate_limit.SYNC)
    run_id, state = await start_pull(services, "dealer")
    return json_answer({"runId": run_id, "status": state}, 202, {"location": f"/api/integrations/runs/{run_id}"})


async def list_runs(request: Request, services: Services) -> Response:
    """The latest pulls, newest first."""
    limit = read_query(request, RunsQuery).limit
    return json_answer({"runs": await pull_runs.reports(services.database, limit)})


async def get_run(request: Request, services: Services) -> Response:
    """One pull: how far it is, and what it came to."""
    report = await pull_runs.report(services.database, request.params["id"])
    if report is None:
        raise NotFound("There is no such run.")
    return json_answer(report)
