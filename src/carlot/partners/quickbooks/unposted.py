"""Sales and service records that are not in the books: the dealer's button queues them, and so does a daily job."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from carlot.domain.times import instant
from carlot.engine.daily import once_a_day
from carlot.engine.enqueue import task_ids, wake_tasks
from carlot.partners.quickbooks.costs import wanted_costs
from carlot.platform.ports import Services, Statement
from carlot.store import other_company, quickbooks_documents, tasks
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
    asked = other_company.ask(services.settings.quickbooks_realm_id, at)
    waiting = [*first, asked, tasks.release("quickbooks", at), quickbooks_documents.run_unposted_now(at)]
    unposted = quickbooks_documents.enqueue_unposted(at, services.settings.quickbooks_start_date, discarded=discarded)
    enqueued = tasks.enqueue([*enqueue, *wanted_costs(services), unposted], at)
    rows = (await services.database.batch([*waiting, *enqueued]))[len(waiting) :]
    if woken := task_ids(rows):
        await wake_tasks(services, woken)
    return len(rows[-1])


async def post_daily(services: Services, at: datetime) -> None:
    """Once a day, post what is not in the books, and look for changes there that the webhook missed; `at` is the cron's time."""

    async def post(day: Statement) -> None:
        await post_unposted(services, [day], [TaskRequest("quickbooks", "changes", services.settings.quickbooks_realm_id)])

    if services.settings.configured("quickbooks"):
        await once_a_day(services, at, DAILY_JOB, DAILY_HOUR, post)
