"""The nightly check of what the sites really show, and the check soon after a call that was never answered.

Neither calls a site: both enqueue tasks, which read back and correct.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from carlot.domain.times import instant
from carlot.engine.daily import once_a_day
from carlot.engine.enqueue import commit
from carlot.lot.sync_rules import enqueue_listings_by
from carlot.partners.registry import SITES
from carlot.platform.ports import Services, Statement
from carlot.store import daily_jobs, listings

NIGHTLY_HOUR = 4
"""The hour of the dealer's night from which the check is due: after the day's pull from the DMS."""

LOST_LATELY = timedelta(days=7)
"""How long the nightly check still looks for a car that left a site."""

LIMIT = 500
"""The most listings that are read back in one minute."""


async def check_soon(services: Services) -> None:
    """Enqueue what is due to be read back, and check a site as a whole when it has just been configured."""
    await commit(services, [], [enqueue_listings_by(services, listings.ENQUEUE_DUE, LIMIT)])
    started = await daily_jobs.ever(services.database, [_job(site) for site in SITES])
    for site in SITES:
        if _job(site) not in started:
            await _check_whole(services, site, services.clock.now(), from_hour=0)


async def check_nightly(services: Services, at: datetime) -> None:
    """Check every site once in the dealer's day; `at` is the cron's time."""
    for site in SITES:
        await _check_whole(services, site, at, from_hour=NIGHTLY_HOUR)


async def _check_whole(services: Services, site: str, at: datetime, *, from_hour: int) -> None:
    async def check(day: Statement) -> None:
        now = services.clock.now()
        changes = [day, listings.check_again([site], instant(now), instant(now - LOST_LATELY))]
        await commit(services, changes, [enqueue_listings_by(services, listings.ENQUEUE_ALL, sites=[site])])

    if services.settings.configured(site):
        await once_a_day(services, at, _job(site), from_hour, check)


def _job(site: str) -> str:
    return f"listings:{site}"
