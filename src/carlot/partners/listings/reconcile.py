"""The nightly look at what the sites really show, and the look soon after a call that was never answered.

Neither calls a site: they raise tasks, which read back and mend.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from carlot.domain.times import instant
from carlot.engine.enqueue import commit
from carlot.errors import UniqueViolation
from carlot.lot.sync_rules import enqueue_listings_by
from carlot.partners.registry import SITES
from carlot.platform.ports import Services
from carlot.store import daily_jobs, listings

NIGHTLY_HOUR = 4
"""The hour of the dealer's night from which the look is due: after the day's pull from the DMS."""

LOST_LATELY = timedelta(days=7)
"""How long a car that left a site is still looked for there every night."""

LIMIT = 500
"""Listings that are read back in one minute at most."""


async def check_soon(services: Services) -> None:
    """Raise what is to be read back by now, and look at a site as a whole when it has just been configured."""
    await commit(services, [], [enqueue_listings_by(services, listings.ENQUEUE_DUE, LIMIT)])
    started = await daily_jobs.ever(services.database, [_job(site) for site in SITES])
    for site in SITES:
        if services.settings.configured(site) and _job(site) not in started:
            await _look_at(services, site, services.clock.now())


async def check_nightly(services: Services, at: datetime) -> None:
    """Look at every site once in the dealer's day; `at` is the cron's time."""
    if services.clock.local(at, services.settings.dealer_timezone).hour < NIGHTLY_HOUR:
        return
    for site in SITES:
        if services.settings.configured(site):
            await _look_at(services, site, at)


async def _look_at(services: Services, site: str, at: datetime) -> None:
    now = services.clock.now()
    today = services.clock.local(at, services.settings.dealer_timezone).date().isoformat()
    changes = [
        daily_jobs.insert(_job(site), today, instant(now)),
        listings.check_again([site], instant(now), instant(now - LOST_LATELY)),
    ]
    try:
        await commit(services, changes, [enqueue_listings_by(services, listings.ENQUEUE_ALL, sites=[site])])
    except UniqueViolation:  # It was looked at on this day.
        return


def _job(site: str) -> str:
    return f"listings:{site}"
