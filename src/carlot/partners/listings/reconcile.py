"""The nightly check of what the sites really show, and the check soon after a call that was never answered.

Neither calls a site: both enqueue tasks, which read back and correct.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from carlot.domain.times import instant
from carlot.engine.daily import once_a_day
from carlot.engine.enqueue import commit
from carlot.lot.sync_rules import enqueue_listings_by
from carlot.partners.listings import by_file
from carlot.partners.listings.site import Site
from carlot.partners.registry import SITES
from carlot.platform.ports import Services, Statement
from carlot.settings import Settings
from carlot.store import daily_jobs, listings, site_files
from carlot.store.tasks import TaskRequest

NIGHTLY_HOUR = 4
"""The hour of the dealer's night from which the check is due: after the day's pull from the DMS."""

LOST_LATELY = timedelta(days=7)
"""How long the nightly check still looks for a car that left a site."""

GIVEN_UP = timedelta(hours=1)
"""How long a file that was given up is left alone before the day's file is tried again."""

LIMIT = 500
"""The most listings that are read back in one minute."""


async def check_soon(services: Services) -> None:
    """Enqueue what is due to be read back, and the files that are a day old.

    A site is checked as a whole when it is newly configured or has another address.
    """
    await commit(services, [], [enqueue_listings_by(services, listings.ENQUEUE_DUE, LIMIT)])
    await _leave_files(services)
    done = await daily_jobs.ever(services.database, [job_of(services.settings, site) for site in SITES])
    for site in SITES:
        if job_of(services.settings, site) not in done:
            await _check_whole(services, site, services.clock.now(), from_hour=0, which=listings.ENQUEUE_EVERY)
    if files := {site.target: by_file.file_place(services.settings, site) for site in SITES.values() if _by_file(services, site)}:
        now = services.clock.now()
        due = site_files.enqueue_due(files, instant(now), instant(now - by_file.DAILY), instant(now - GIVEN_UP))
        await commit(services, [], [due])


async def _leave_files(services: Services) -> None:
    """Take leave of the files of sites that take none any more: their cars are looked at anew, wherever they belong now."""
    for target, address in (await site_files.addresses(services.database)).items():
        if target not in SITES or not _by_file(services, SITES[target]):
            changes = [site_files.give_up(target), daily_jobs.forget(f"listings:{target}:")]
            await commit(services, changes, [TaskRequest(target, "old_file", address)])


async def check_nightly(services: Services, at: datetime) -> None:
    """Check every site once in the dealer's day; `at` is the cron's time. Files were read back when they were brought."""
    for site in SITES:
        if not _by_file(services, SITES[site]):
            await _check_whole(services, site, at, from_hour=NIGHTLY_HOUR, which=listings.ENQUEUE_ALL)


async def _check_whole(services: Services, site: str, at: datetime, *, from_hour: int, which: str) -> None:
    async def check(day: Statement) -> None:
        now = services.clock.now()
        again = listings.check_again([site], instant(now), instant(now - LOST_LATELY))
        changes = [day] if _by_file(services, SITES[site]) else [day, again]
        await commit(services, changes, [enqueue_listings_by(services, which, sites=[site])])

    if services.settings.configured(site):
        await once_a_day(services, at, job_of(services.settings, site), from_hour, check)


def _by_file(services: Services, site: Site) -> bool:
    return site.by_file(services.settings.value)


def job_of(settings: Settings, site: str) -> str:
    """The name of a site's daily job: another one for another address, so that a corrected dealer id is looked at at once."""
    by_api = SITES[site].url(settings.value, "")
    # The password is no part of the address.
    address = by_file.file_place(settings, SITES[site]) if SITES[site].by_file(settings.value) else by_api
    return f"listings:{site}:{hashlib.sha256(address.encode()).hexdigest()[:12]}"
