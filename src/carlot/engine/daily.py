"""Jobs that are done once in the dealer's day. The day is noted when a job is done, so a job that failed is tried again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime

from carlot.domain.times import instant
from carlot.errors import UniqueViolation
from carlot.platform.ports import Services, Statement
from carlot.store import daily_jobs


def due_on(services: Services, at: datetime, from_hour: int) -> str | None:
    """The dealer's day on which a job is due from that hour on; `None`: it is not that hour yet."""
    local = services.clock.local(at, services.settings.dealer_timezone)
    return local.date().isoformat() if local.hour >= from_hour else None


async def once_a_day(
    services: Services, at: datetime, job: str, from_hour: int, work: Callable[[Statement], Awaitable[object]]
) -> None:
    """Run `work` once in each local day, from that hour on; `at` is the cron's time.

    `work` is done with one batch, and puts the statement it is given first into it: on a day that has the job already, the batch
    is refused.
    """
    date = due_on(services, at, from_hour)
    if date is None:
        return
    day = daily_jobs.insert(job, date, instant(services.clock.now()))
    try:
        await work(day)
    except UniqueViolation as taken:
        if "daily_jobs" not in taken.columns:
            raise
