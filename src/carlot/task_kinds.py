"""What is done for each kind of sync task, and at each cron."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from functools import partial

from carlot.domain.backoff import LISTING, OUTBOUND, PULL
from carlot.domain.times import instant
from carlot.engine.enqueue import Registry, TaskKind
from carlot.engine.recovery import Checks, sweep
from carlot.lot import alerts
from carlot.lot.photo_cleanup import delete_removed_photos
from carlot.partners.listings import match as sites
from carlot.partners.listings import reconcile
from carlot.partners.quickbooks import payments, tokens
from carlot.partners.quickbooks import post as books
from carlot.partners.quickbooks.client import BATCH_ITEMS
from carlot.partners.quickbooks.unposted import post_daily
from carlot.partners.registry import SITES
from carlot.partners.wayne_reeves import events, push
from carlot.partners.wayne_reeves import pull as pulling
from carlot.partners.wayne_reeves.start import start_daily_pull
from carlot.platform.ports import Services
from carlot.store import rate_limits, sessions

TASKS: Registry = {
    # One call of 20 seconds at most, and a batch.
    ("wayne_reeves", "pull"): TaskKind(pulling.pull_page, PULL, lease_s=30, on_dead=pulling.abandon, blocks_on_sign_in=False),
    # Two calls at most.
    ("wayne_reeves", "sale"): TaskKind(push.push_sale, OUTBOUND, lease_s=60),
    ("wayne_reeves", "edits"): TaskKind(push.push_edits, OUTBOUND, lease_s=60),
    # Nearly always without a call; a tie pages through what has changed since.
    ("carlot", "event"): TaskKind(events.apply_event, OUTBOUND, lease_s=120),
    # Names are looked up for 25 seconds and a call; the lease is held anew for the call that posts.
    **{
        ("quickbooks", kind): TaskKind(books.post_document, OUTBOUND, 120, run_batch=books.post_documents, batch_size=BATCH_ITEMS)
        for kind in ("invoice", "expense")
    },
    # Reading, a few calls.
    ("quickbooks", "payment"): TaskKind(payments.read_payment, OUTBOUND, lease_s=120),
    ("quickbooks", "invoice_check"): TaskKind(payments.check_invoice, OUTBOUND, lease_s=60),
    ("quickbooks", "expense_check"): TaskKind(payments.check_expense, OUTBOUND, lease_s=60),
    ("quickbooks", "changes"): TaskKind(payments.check_changes, OUTBOUND, lease_s=60),
    # Nearly always one call; taking a car off is two, and a car whose VIN was corrected is taken off before it is put on.
    **{
        (site, "listing"): TaskKind(sites.match_site, LISTING, lease_s=120, on_dead=partial(sites.refused, site))
        for site in SITES
    },
    ("alerts", "alert"): TaskKind(alerts.send_alert, OUTBOUND, lease_s=30),
}

CHECKS: Checks = {"quickbooks": tokens.check}


async def every_minute(services: Services, at: datetime) -> None:
    """Wake what should be awake; read back what a site may have changed late; alert; forget sessions and counts that are over."""
    await sweep(services, CHECKS)
    await reconcile.check_soon(services)
    await alerts.watch(services)
    now = instant(services.clock.now())
    await services.database.batch([sessions.forget_expired(now), rate_limits.forget_past(now)])


async def every_hour(services: Services, at: datetime) -> None:
    """Start what is due once in the dealer's day; delete the files of photos that are gone."""
    await start_daily_pull(services, at)
    await post_daily(services, at)
    await reconcile.check_nightly(services, at)
    await delete_removed_photos(services, at)


CRONS: Mapping[str, Callable[[Services, datetime], Awaitable[None]]] = {
    "* * * * *": every_minute,
    "0 * * * *": every_hour,
}
