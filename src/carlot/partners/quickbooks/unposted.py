"""What is not in the books: queued at the dealer's wish, and once in each of his days."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from carlot.domain.times import instant
from carlot.engine.enqueue import task_ids, wake_tasks
from carlot.errors import UniqueViolation
from carlot.platform.ports import Services, Statement
from carlot.store import daily_jobs, quickbooks_documents, tasks
from carlot.store.tasks import TaskRequest

DAILY_JOB = "quickbooks-posting"
DAILY_HOUR = 5
"""The hour of the dealer's night from which what is left over is posted and missed changes are looked for."""


async def post_unposted(
    services: Services, first: Sequence[Statement] = (), enqueue: Sequence[TaskRequest] = (), *, discarded: bool = False
) -> int:
    """Queue every sale and service record that is not in the books, to be tried at once; return how many.

    Those that the dealer has discarded stay so, unless `discarded` are meant too.
    """
    at = instant(services.clock.now())
    waiting = [*first, tasks.release("quickbooks", at), quickbooks_documents.run_unposted_now(at)]
    enqueued = tasks.enqueue([*enqueue, quickbooks_documents.enqueue_unposted(at, discarded=discarded)], at)
    rows = (await services.database.batch([*waiting, *enqueued]))[len(waiting) :]
    if woken := task_ids(rows):
        await wake_tasks(services, woken)
    return len(rows[-1])


async def post_daily(services: Services, at: datetime) -> None:
    """Do so once in the dealer's day, and look for changes in the books that the webhook missed; `at` is the cron's time."""
    settings = services.settings
    local = services.clock.local(at, settings.dealer_timezone)
    if local.hour < DAILY_HOUR or not settings.configured("quickbooks"):
        return
    now = instant(services.clock.now())
    day = daily_jobs.insert(DAILY_JOB, local.date().isoformat(), now)
    try:
        await post_unposted(services, [day], [TaskRequest("quickbooks", "changes", settings.quickbooks_realm_id)])
    except UniqueViolation:  # It was done on this day.
        return
