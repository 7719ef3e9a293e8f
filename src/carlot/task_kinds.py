"""The work for each kind of sync task, and for each cron."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from functools import partial

from carlot.domain.author import DMS
from carlot.domain.backoff import HEARTBEAT, LISTING, OUTBOUND, PULL, QUIET
from carlot.domain.deadlines import IDEMPOTENCY_KEY_KEPT
from carlot.domain.times import instant
from carlot.engine.enqueue import Registry, TaskKind
from carlot.engine.recovery import Checks, sweep
from carlot.lot import alerts
from carlot.lot.photo_cleanup import delete_removed_photos
from carlot.lot.retention import prune_daily
from carlot.lot.staging import delete_read_files
from carlot.partners.listings import by_file, elsewhere, reconcile
from carlot.partners.listings import match as sites
from carlot.partners.quickbooks import costs, payments, people, tokens
from carlot.partners.quickbooks import post as books
from carlot.partners.quickbooks.client import BATCH_ITEMS
from carlot.partners.quickbooks.unposted import post_daily
from carlot.partners.registry import SITES
from carlot.partners.vin_decoder import decode
from carlot.partners.vin_decoder.client import MOST as VINS
from carlot.partners.wayne_reeves import events, push
from carlot.partners.wayne_reeves import pull as pulling
from carlot.partners.wayne_reeves.start import start_daily_pull, start_waiting
from carlot.platform.ports import Services
from carlot.store import idempotency_keys, rate_limits, sessions

TASKS: Registry = {
    # One call of 20 seconds at most, and a batch; its lease is extended while a file comes. A file is read without any setting.
    ("wayne_reeves", "pull"): TaskKind(
        pulling.pull_page,
        PULL,
        lease_s=30,
        on_dead=pulling.abandon,
        blocks_on_sign_in=False,
        author=DMS,
        unconfigured=True,
        connections=3,
    ),
    # Two calls at most; after a sale was undone, pages of the DMS's inventory before the edits.
    ("wayne_reeves", "sale"): TaskKind(push.push_sale, OUTBOUND, lease_s=60, author=DMS, unconfigured=True),
    ("wayne_reeves", "edits"): TaskKind(push.push_edits, OUTBOUND, lease_s=120, author=DMS, unconfigured=True),
    # Nearly always without a call; a tie reads pages of the DMS's inventory.
    ("carlot", "event"): TaskKind(
        events.apply_event, OUTBOUND, lease_s=120, author=DMS, run_batch=events.apply_events, batch_size=events.MOST_AT_ONCE
    ),
    # Names are looked up for 25 seconds and a call; the lease is extended for the call that posts.
    **{
        ("quickbooks", kind): TaskKind(books.post_document, OUTBOUND, 120, run_batch=books.post_documents, batch_size=BATCH_ITEMS)
        for kind in ("invoice", "expense", "journal")
    },
    # No call at all.
    ("quickbooks", "customer"): TaskKind(people.follow_customer, OUTBOUND, lease_s=60),
    ("quickbooks", "costs"): TaskKind(costs.follow_car, OUTBOUND, lease_s=30),
    # A few read calls.
    ("quickbooks", "payment"): TaskKind(payments.read_payment, OUTBOUND, lease_s=120),
    ("quickbooks", "invoice_check"): TaskKind(payments.check_invoice, OUTBOUND, lease_s=60),
    ("quickbooks", "expense_check"): TaskKind(payments.check_expense, OUTBOUND, lease_s=60),
    ("quickbooks", "changes"): TaskKind(payments.check_changes, OUTBOUND, lease_s=60),
    # Nearly always one call; removing a car takes two; a car with a corrected VIN is removed before it is listed again.
    **{
        (site, "listing"): TaskKind(
            sites.match_site, LISTING, lease_s=120, on_dead=partial(sites.refused, site), unconfigured=True
        )
        for site in SITES
    },
    # Two calls.
    **{(site, "old_listing"): TaskKind(elsewhere.remove_old_listing, LISTING, lease_s=60, unconfigured=True) for site in SITES},
    # A control connection and one for the file; the lease is extended while the file goes out.
    **{
        (site, "file"): TaskKind(by_file.deliver_file, LISTING, lease_s=by_file.LEASE_S, unconfigured=True, connections=2)
        for site in SITES
    },
    # No call at all.
    **{(site, "old_file"): TaskKind(elsewhere.tell_of_old_file, LISTING, lease_s=30, unconfigured=True) for site in SITES},
    # One call at most for all of them.
    **{
        ("vin_decoder", kind): TaskKind(
            decode.run, QUIET, lease_s=60, run_batch=decode.run_batch, batch_size=VINS, unconfigured=True
        )
        for kind in ("decode", "fill")
    },
    ("alerts", "alert"): TaskKind(alerts.send_alert, OUTBOUND, lease_s=30),
    ("heartbeat", "heartbeat"): TaskKind(alerts.send_heartbeat, HEARTBEAT, lease_s=30),
}

CHECKS: Checks = {"quickbooks": tokens.check}


async def _recover(services: Services, at: datetime) -> None:
    """Wake overdue tasks."""
    await sweep(services, CHECKS)


async def _check_listings(services: Services, at: datetime) -> None:
    """Read listings back that are due."""
    await reconcile.check_soon(services)


async def _watch(services: Services, at: datetime) -> None:
    """Raise alerts."""
    await alerts.watch(services)


async def _beat(services: Services, at: datetime) -> None:
    """Have the heartbeat address called."""
    await alerts.beat(services)


async def _forget_expired(services: Services, at: datetime) -> None:
    """Delete expired sessions, counts and idempotency keys."""
    now = services.clock.now()
    day_ago = instant(now - IDEMPOTENCY_KEY_KEPT)
    expired = [sessions.forget_expired(instant(now)), rate_limits.forget_past(instant(now))]
    await services.database.batch([*expired, idempotency_keys.forget_past(day_ago)])


async def _follow_costs(services: Services, at: datetime) -> None:
    """Keep the cost of cars in the books."""
    await costs.follow_all(services)


async def _begin_waiting(services: Services, at: datetime) -> None:
    """Begin the run of a file that waits, where the run before it ended without one."""
    await start_waiting(services)


Step = Callable[[Services, datetime], Awaitable[None]]

CRONS: Mapping[str, Sequence[Step]] = {
    "* * * * *": (_recover, _begin_waiting, _check_listings, _watch, _beat, _forget_expired),
    "0 * * * *": (
        start_daily_pull,
        _follow_costs,
        post_daily,
        reconcile.check_nightly,
        delete_removed_photos,
        delete_read_files,
        prune_daily,
    ),
}
"""The steps of each cron, in order. One that fails holds up no other."""
