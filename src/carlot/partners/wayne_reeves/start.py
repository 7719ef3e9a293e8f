"""Starting a pull of the DMS's inventory: by the dealer's button, and once a day by the cron."""

from __future__ import annotations

from datetime import datetime

from carlot.domain.times import instant
from carlot.engine.daily import due_on
from carlot.engine.enqueue import commit, wake_tasks
from carlot.errors import UniqueViolation
from carlot.platform.ports import Services, Statement
from carlot.store import inventory_files, partner_calls, pull_runs, tasks
from carlot.store.inventory_files import StagedFile
from carlot.store.tasks import TaskRequest

DAILY_HOUR = 3
"""The hour of the dealer's night from which the day's pull is due."""


async def start_pull(services: Services, started_by: str) -> tuple[str, str]:
    """Start a run, or join the one that is under way; return its id and status."""
    run_id = services.clock.token()
    now = services.clock.now()
    # The dealer may have set a new key just before pressing the button.
    acted = [partner_calls.unblock("wayne_reeves", instant(now))] if started_by == "dealer" else []
    try:
        await _begin(services, run_id, started_by, None, acted)
    except UniqueViolation:
        going = await pull_runs.going(services.database)
        if going is None:  # It has ended in the meantime.
            return await start_pull(services, started_by)
        await wake_tasks(services, await tasks.run_now(services.database, going["id"], instant(services.clock.now())))
        return str(going["id"]), str(going["status"])
    return run_id, "queued"


async def start_daily_pull(services: Services, at: datetime) -> None:
    """Start the pull of the dealer's day if it is due and not done; `at` is the cron's time.

    It is done when a run of that day is complete: after one that was not, the next hour starts another. A run that is under way
    counts as the day's; one that the dealer started and that is over does not.
    """
    if not services.settings.configured("wayne_reeves"):
        return
    day = due_on(services, at, DAILY_HOUR)
    if day is None or await pull_runs.is_done(services.database, day):
        return
    try:
        await _begin(services, services.clock.token(), "cron", day, [])
    except UniqueViolation:
        await services.database.batch([pull_runs.count_going_for(day)])


async def start_file_run(services: Services, file: StagedFile) -> str:
    """Start the run of a file that was uploaded; return its id. While another run is going it waits for its turn."""
    run_id = services.clock.token()
    now = instant(services.clock.now())
    added = [inventory_files.insert_run(run_id, now), inventory_files.insert(file, run_id, "upload")]
    await commit(services, added, [inventory_files.enqueue_begun(now)])
    return run_id


async def start_waiting(services: Services) -> None:
    """Start the run of a file that waits for its turn, unless one is going."""
    if await inventory_files.waiting(services.database):
        await commit(services, [inventory_files.start_waiting()], [inventory_files.enqueue_begun(instant(services.clock.now()))])


async def _begin(services: Services, run_id: str, started_by: str, day: str | None, first: list[Statement]) -> None:
    now = instant(services.clock.now())
    request = TaskRequest("wayne_reeves", "pull", run_id)
    await commit(services, [*first, pull_runs.insert(run_id, started_by, day, now)], [request])
