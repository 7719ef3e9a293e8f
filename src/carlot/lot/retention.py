"""Deleting what has had its time: once in the dealer's day, in small steps, so that no table grows for ever."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from carlot.domain.times import instant
from carlot.engine.daily import due_on
from carlot.log import log
from carlot.platform.ports import Services, Statement
from carlot.store import daily_jobs, history, retention, webhook_events

DAILY_JOB = "retention"
DAILY_HOUR = 1
"""The hour of the dealer's night from which it is due: before the day's pull."""

LIMIT = 500
"""The most rows that one statement deletes."""

ROUNDS = 10
"""The most rounds in one hour; what is left is for the next hour, or the next day."""

KEPT: Sequence[tuple[Callable[[str, int], Statement], timedelta]] = (
    (retention.tasks, timedelta(days=30)),
    (webhook_events.blank_settled, timedelta(days=30)),
    (retention.events, timedelta(days=400)),
    (retention.pages, timedelta(days=90)),
    (retention.files, timedelta(days=90)),
    (retention.runs, timedelta(days=90)),
    (retention.calls, timedelta(days=1)),
    (retention.states, timedelta(days=1)),
    (retention.alerts, timedelta(days=90)),
    (retention.days, timedelta(days=60)),
    (history.forget, timedelta(days=730)),
)
"""What is deleted, and how long it is kept."""


async def prune_daily(services: Services, at: datetime) -> None:
    """Delete what is older than it is kept; `at` is the cron's time. The day is done when nothing is left to delete."""
    day = due_on(services, at, DAILY_HOUR)
    if day is None or await daily_jobs.is_done(services.database, DAILY_JOB, day):
        return
    now = services.clock.now()
    deleted = 0
    for _ in range(ROUNDS):
        parts = [delete(instant(now - kept), LIMIT) for delete, kept in KEPT]
        counts = [len(rows) for rows in await services.database.batch(parts)]
        deleted += sum(counts)
        if max(counts) < LIMIT:
            await services.database.batch([daily_jobs.insert(DAILY_JOB, day, instant(now))])
            break
    log("retention", deleted=deleted)
