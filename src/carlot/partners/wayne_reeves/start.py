"""Starting a pull of the DMS's inventory: by the dealer's button, and once a day by the cron."""

from __future__ import annotations

from datetime import datetime

from carlot.domain.times import instant
from carlot.engine.enqueue import commit, wake_tasks
from carlot.errors import UniqueViolation
from carlot.platform.ports import Services, Statement
from carlot.store import daily_jobs, partner_calls, pull_runs, tasks
from carlot.store.tasks import TaskRequest

DAILY_JOB = "wayne-reeves-pull"
DAILY_HOUR = 3
"""The hour of the dealer's night from which the day's pull is due."""


async def start_pull(services: Services, started_by: str) -> tuple[str, str]:
    """Start a run, or join the one that is going; answer its id and status."""
    run_id = services.clock.token()
    # Who presses the button has perhaps just set a new key.
    acted = [partner_calls.unblock("wayne_reeves", instant(services.clock.now()))] if started_by == "dealer" else []
    try:
        await _begin(services, run_id, started_by, acted)
    except UniqueViolation:
        going = await pull_runs.going(services.database)
        if going is None:  # It ended in between.
            return await start_pull(services, started_by)
        await wake_tasks(services, await tasks.run_now(services.database, going["id"], instant(services.clock.now())))
        return str(going["id"]), str(going["status"])
    return run_id, "queued"


async def start_daily_pull(services: Services, at: datetime) -> None:
    """Start the pull of the dealer's day if it is due and has not been started; `at` is the cron's time."""
    settings = services.settings
    local = services.clock.local(at, settings.dealer_timezone)
    if local.hour < DAILY_HOUR or not settings.configured("wayne_reeves"):
        return
    day = daily_jobs.insert(DAILY_JOB, local.date().isoformat(), instant(services.clock.now()))
    try:
        await _begin(services, services.clock.token(), "cron", [day])
    except UniqueViolation as taken:
        if "daily_jobs" not in taken.columns:
            # The dealer's own run is going: that is today's pull. Unless the day has it already, note it.
            await daily_jobs.note(services.database, day)


async def _begin(services: Services, run_id: str, started_by: str, first: list[Statement]) -> None:
    now = instant(services.clock.now())
    await commit(services, [*first, pull_runs.insert(run_id, started_by, now)], [TaskRequest("wayne_reeves", "pull", run_id)])
