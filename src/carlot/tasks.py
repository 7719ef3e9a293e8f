"""What is done for each kind of sync task, and at each cron."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime

from carlot.domain.backoff import PULL
from carlot.domain.times import instant
from carlot.partners.wayne_reeves import sync as wayne_reeves
from carlot.ports import Services
from carlot.pulls import start_daily_pull
from carlot.store import sessions
from carlot.sync import Registry, TaskKind, sweep

TASKS: Registry = {
    # One call of 20 seconds at most, and a batch.
    ("wayne_reeves", "pull"): TaskKind(wayne_reeves.pull_page, PULL, lease_s=30, on_dead=wayne_reeves.abandon),
}


async def every_minute(services: Services, at: datetime) -> None:
    """Wake what should be awake; forget sessions that have run out."""
    await sweep(services)
    await services.database.batch([sessions.forget_expired(instant(services.clock.now()))])


async def every_hour(services: Services, at: datetime) -> None:
    """Start what is due once in the dealer's day."""
    await start_daily_pull(services, at)


CRONS: Mapping[str, Callable[[Services, datetime], Awaitable[None]]] = {
    "* * * * *": every_minute,
    "0 * * * *": every_hour,
}
