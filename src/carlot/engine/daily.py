"""Jobs that run once in the dealer's day."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime

from carlot.domain.times import instant
from carlot.errors import UniqueViolation
from carlot.platform.ports import Services, Statement
from carlot.store import daily_jobs


async def once_a_day(
    services: Services, at: datetime, job: str, from_hour: int, work: Callable[[Statement], Awaitable[object]]
) -> None:
    """Run `work` once in each local day, from that hour on; `at` is the cron's time.

    `work` puts the statement it is given first into its batch: on a day that has the job already, the batch is refused.
    """
    local = services.clock.local(at, services.settings.dealer_timezone)
    if local.hour < from_hour:
        return
    day = daily_jobs.insert(job, local.date().isoformat(), instant(services.clock.now()))
    try:
        await work(day)
    except UniqueViolation as taken:
        if "daily_jobs" not in taken.columns:
            raise
