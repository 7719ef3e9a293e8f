"""What is not in the books: queued at the dealer's wish, and once in each of his days."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from carlot.domain.times import after, instant
from carlot.engine.enqueue import DELIVERY_S, wake_tasks
from carlot.errors import UniqueViolation
from carlot.platform.ports import Services, Statement
from carlot.store import daily_jobs, quickbooks_documents, tasks
from carlot.store.tasks import Want

DAILY_JOB = "quickbooks-posting"
DAILY_HOUR = 5
"""The hour of the dealer's night from which what is left over is posted and missed changes are looked for."""


async def post_unposted(
    services: Services, first: Sequence[Statement] = (), wants: Sequence[Want] = (), *, discarded: bool = False
) -> int:
    """Queue every sale and service record that is not in the books, to be tried at once; answer how many.

    Those that the dealer has discarded stay so, unless `discarded` are meant too.
    """
    now = services.clock.now()
    at, due = instant(now), after(now, DELIVERY_S)
    raised = [tasks.raise_task(services.clock.token(), want, at, due) for want in wants]
    batch = [
        *first,
        tasks.release("quickbooks", at),
        quickbooks_documents.hurry_unposted(at),
        *raised,
        quickbooks_documents.raise_unposted(at, due, discarded=discarded),
    ]
    rows = await services.database.batch(batch)
    unposted = [str(row["id"]) for row in rows[-1]]
    woken = [*unposted, *(str(row["id"]) for found in rows[len(batch) - 1 - len(raised) : -1] for row in found)]
    if woken:
        await wake_tasks(services, woken)
    return len(unposted)


async def post_daily(services: Services, at: datetime) -> None:
    """Do so once in the dealer's day, and look for changes in the books that the webhook missed; `at` is the cron's time."""
    settings = services.settings
    local = services.clock.local(at, settings.dealer_timezone)
    if local.hour < DAILY_HOUR or not settings.configured("quickbooks"):
        return
    now = instant(services.clock.now())
    day = daily_jobs.insert(DAILY_JOB, local.date().isoformat(), now)
    try:
        await post_unposted(services, [day], [Want("quickbooks", "changes", settings.quickbooks_realm_id)])
    except UniqueViolation:  # It was done on this day.
        return
