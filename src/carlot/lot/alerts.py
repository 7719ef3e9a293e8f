"""Alerts: what the dealer must know without looking. Each is told once when it begins and once when it is over."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from pydantic_core import to_json

from carlot.domain.deadlines import AT_RISK
from carlot.domain.times import instant
from carlot.engine.enqueue import commit
from carlot.errors import QueueUnavailable
from carlot.partners.http import send
from carlot.platform.ports import Row, Services
from carlot.store import alerts
from carlot.store.tasks import Lease, Outcome, TaskRequest

MAX_BACKLOG = 1000
MAX_WAIT_S = 15 * 60
REMOVAL_FAILS = timedelta(hours=1)
"""How long a site may fail to take a sold car off before the dealer is told."""

SIGN_IN_ENDS = timedelta(days=14)
"""How long before a sign-in ends the dealer is told."""


async def watch(services: Services) -> None:
    """Look at what holds now; raise and clear alerts. Says nothing itself: each change is a task."""
    if not services.settings.configured("alerts"):
        return
    now = services.clock.now()
    names = {target: partner.name for target, partner in services.settings.partners.items()}
    at_risk = to_json({kind: instant(now + ahead) for kind, ahead in AT_RISK.items()}).decode()
    configured = to_json([target for target in services.settings.partners if services.settings.configured(target)]).decode()
    removal, ends = instant(now - REMOVAL_FAILS), instant(now + SIGN_IN_ENDS)
    findings = await alerts.findings(services.database, at_risk, removal, ends, configured)
    holding = {str(row["subject"]): _sentence(row, names) for row in findings}
    holding |= await _backlog(services)
    known = await alerts.open_subjects(services.database)
    begun, over = holding.keys() - known, known - holding.keys()
    if begun or over:
        changes = [
            *(alerts.begin(subject, holding[subject], instant(now)) for subject in sorted(begun)),
            *(alerts.clear(subject, instant(now)) for subject in sorted(over)),
        ]
        await commit(services, changes, [TaskRequest("alerts", "alert", subject) for subject in sorted(begun | over)])


async def send_alert(services: Services, lease: Lease) -> Outcome:
    """Say what there is to say of an alert: that it began, or that it is over. What began and ended unsaid stays unsaid.

    Raises: as `partners.http.send`.
    """
    alert = await alerts.read(services.database, lease.subject_id)
    if alert is None:
        return Outcome()
    what = "raised" if alert["cleared_at"] is None else "cleared"
    if alert["sent"] == what or (what == "cleared" and alert["sent"] is None):
        return Outcome()
    text = alert["text"] if what == "raised" else f"Over: {alert['text']}"
    headers = {"content-type": "application/json"}
    url = services.settings.alert_webhook_url
    await send(services.http, "The alert address", "POST", url, headers, to_json({"text": text}), now=services.clock.now())
    return Outcome((alerts.mark_sent(alert["subject"], what),), text)


def _sentence(row: Row, names: Mapping[str, str]) -> str:
    name = names.get(str(row["target"]), str(row["target"]))
    kind = str(row["subject"]).partition(":")[0]
    count = int(row["n"])
    if kind == "dead":
        return f"CarLot: {count} sync task(s) with {name} failed for good. See Integrations, Failed syncs. {row['detail']}"
    if kind == "refused":
        return f"CarLot: {name} needs you. {row['detail']}"
    if kind == "expiring":
        return f"CarLot: the sign-in to {name} ends on {row['detail'][:10]}. Connect it again under Integrations."
    if kind == "removal":
        return f"CarLot: {name} still lists {count} car(s) that it was told to remove. {row['detail']}"
    return f"CarLot: {count} task(s) with {name} are close to their deadline or late; the first is due {row['detail']}."


async def _backlog(services: Services) -> dict[str, str]:
    try:
        metrics = await services.sync_queue.metrics()
    except QueueUnavailable:
        return {}
    waited_s = (services.clock.now() - metrics.oldest_at).total_seconds() if metrics.oldest_at else 0.0
    if metrics.backlog <= MAX_BACKLOG and waited_s <= MAX_WAIT_S:
        return {}
    return {
        "backlog": f"CarLot: the queue is behind, {metrics.backlog} messages wait, the oldest for {round(waited_s / 60)} minutes."
    }
