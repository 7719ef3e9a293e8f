"""Alerts that the dealer gets without looking: a message when a problem begins, when more of it comes, and when it is over.

While anything is overdue, there is a reminder a day. A heartbeat says every five minutes that all of this is running.
"""

from __future__ import annotations

from datetime import timedelta

from pydantic_core import to_json

from carlot.domain.deadlines import AT_RISK
from carlot.domain.redaction import shown_text
from carlot.domain.times import day_in_words, instant, parse_instant, time_in_words
from carlot.engine.enqueue import commit
from carlot.errors import QueueUnavailable
from carlot.lot.question_kinds import QUESTIONS
from carlot.partners.http import send
from carlot.platform.ports import Row, Services
from carlot.store import alerts, questions
from carlot.store.tasks import Lease, Outcome, TaskRequest

_MARKUP = str.maketrans({"<": "(", ">": ")", "@": " at ", "&": "and", **dict.fromkeys("`*~|", "")})

MAX_BACKLOG = 1000
MAX_WAIT_S = 15 * 60
REMOVAL_FAILS = timedelta(hours=1)
"""How long a site may fail to remove a sold car before the dealer is alerted."""

MORNING = timedelta(hours=8)
"""The hour of the dealer's day at which he is reminded of what is overdue."""

BEATS = timedelta(minutes=4, seconds=30)
"""How long after a heartbeat the next one is due; crons come each minute, so it goes every five minutes."""

SIGN_IN_ENDS = timedelta(days=14)
"""How long before a sign-in ends the dealer is alerted."""


async def watch(services: Services) -> None:
    """Compare the problems of now with the open alerts; raise and clear alerts. Each change enqueues a task that sends it."""
    if not services.settings.configured("alerts"):
        return
    now = services.clock.now()
    at_risk = to_json({kind: instant(now + ahead) for kind, ahead in AT_RISK.items()}).decode()
    configured = to_json([target for target in services.settings.partners if services.settings.configured(target)]).decode()
    removal, ends = instant(now - REMOVAL_FAILS), instant(now + SIGN_IN_ENDS)
    findings = await alerts.findings(services.database, at_risk, removal, ends, configured)
    people = await alerts.people(services.database) if findings else []
    holding = {str(row["subject"]): shown_text(_sentence(services, row), people) for row in findings}
    holding |= await _asked(services, at_risk)
    holding |= await _overdue(services)
    holding |= await _backlog(services)
    # What is newest of a problem, by subject: it is told again when something newer has come.
    newest = {str(row["subject"]): str(row["newest"]) for row in findings} | {"overdue": _morning(services)}
    known = await alerts.open_subjects(services.database)
    begun = {subject for subject in holding if subject not in known or newest.get(subject, "") > known[subject]}
    over = known.keys() - holding.keys()
    if begun or over:
        changes = [
            *(alerts.begin(subject, holding[subject], newest.get(subject, ""), instant(now)) for subject in sorted(begun)),
            *(alerts.clear(subject, instant(now)) for subject in sorted(over)),
        ]
        await commit(services, changes, [TaskRequest("alerts", "alert", subject) for subject in sorted(begun | over)])


async def send_alert(services: Services, lease: Lease) -> Outcome:
    """Send an alert's message: that it began or grew, or that it is over. An alert that ended before it was sent is never sent.

    Raises: as `partners.http.send`.
    """
    alert = await alerts.read(services.database, lease.subject_id)
    if alert is None:
        return Outcome()
    what = "raised" if alert["cleared_at"] is None else "cleared"
    told = alert["sent"] == what and (what == "cleared" or alert["sent_newest"] == alert["newest"])
    if told or (what == "cleared" and alert["sent"] is None):
        return Outcome()
    text = alert["text"] if what == "raised" else f"Resolved: {alert['text']}"
    headers = {"content-type": "application/json"}
    url = services.settings.alert_webhook_url
    body = to_json({"text": plain(text)})
    await send(services.http, "The alert address", "POST", url, headers, body, now=services.clock.now())
    return Outcome((alerts.mark_sent(alert["subject"], what, alert["newest"]),), text)


async def beat(services: Services) -> None:
    """Enqueue the call of the heartbeat address, once in five minutes. One that was refused for good waits for the dealer."""
    if not services.settings.configured("heartbeat"):
        return
    now = services.clock.now()
    await commit(services, [], [alerts.heartbeat(instant(now), instant(now - BEATS))])


async def send_heartbeat(services: Services, lease: Lease) -> Outcome:
    """Call the heartbeat address: whoever watches it notices when no call comes. Raises: as `partners.http.send`."""
    url = services.settings.alert_heartbeat_url
    await send(services.http, "The heartbeat address", "GET", url, {}, now=services.clock.now())
    return Outcome()


def plain(text: str) -> str:
    """Return a text that names no person and is no markup in the chat it goes to.

    Quoted names, mail addresses and phone numbers are hidden. What a chat takes for a mention, a link or a style is taken out.
    Sources: docs.slack.dev/messaging/formatting-message-text, discord.com/developers/docs/reference.
    """
    return shown_text(text).translate(_MARKUP)


def _sentence(services: Services, row: Row) -> str:
    target, count, detail = str(row["target"]), int(row["n"]), row["detail"]
    partner = services.settings.partners.get(target)
    name = partner.name if partner else target
    kind = str(row["subject"]).partition(":")[0]
    if kind == "dead":
        return f"CarLot: {_many(count, 'sync')} with {name} failed. See Needs you. {detail}"
    if kind == "refused":
        return f"CarLot: {name} needs you. {detail}"
    if kind == "expiring":
        return f"CarLot: the sign-in to {name} ends on {day_in_words(detail)}. Connect it again under Integrations."
    if kind == "removal":
        return f"CarLot: {name} still lists {_many(count, 'car')} that it was told to remove. {detail}"
    first = _when(services, detail)
    return f"CarLot: {_many(count, 'item')} for {name} due soon or late, the first on {first}. See Integrations."


def _many(count: int, one: str, more: str = "") -> str:
    return f"{count:,} {one if count == 1 else more or one + 's'}"


def _when(services: Services, at: str) -> str:
    return time_in_words(services.clock.local(parse_instant(at), services.settings.dealer_timezone))


def _morning(services: Services) -> str:
    """The dealer's day, which begins at eight for a reminder."""
    at = services.clock.now() - MORNING
    return services.clock.local(at, services.settings.dealer_timezone).date().isoformat()


_OVERDUE = {
    "invoice": ("invoice",),
    "expense": ("expense",),
    "journal": ("journal entry", "journal entries"),
    "listing": ("listing to remove", "listings to remove"),
    "old_listing": ("listing at an old address", "listings at an old address"),
}


async def _overdue(services: Services) -> dict[str, str]:
    """What is past its deadline."""
    rows = await alerts.overdue(services.database, instant(services.clock.now()))
    if not rows:
        return {}
    what = ", ".join(_many(int(row["n"]), *_OVERDUE.get(row["kind"], (row["kind"],))) for row in rows)
    text = f"CarLot: overdue: {what}. The first was due on {_when(services, rows[0]['oldest'])}. See Integrations."
    return {"overdue": text}


async def _asked(services: Services, at_risk: str) -> dict[str, str]:
    """The questions that wait for the dealer, by kind, each with the newest of them."""
    found: dict[str, str] = {}
    for row in await alerts.asked(services.database, at_risk):
        question = await questions.read(services.database, str(row["newest"])) if row["newest"] else None
        if question is not None:
            sentence = QUESTIONS[question.kind].sentence(question)
            asked = f"CarLot: {_many(int(row['n']), 'question')} for you. {sentence} Answer under Needs you."
            found[str(row["subject"])] = asked
        elif row["due"] is not None:
            waiting, due = _many(int(row["n"]), "invoice"), _when(services, row["due"])
            found[str(row["subject"])] = f"CarLot: your answer is needed for {waiting}, due on {due}. Answer under Needs you."
    return found


async def _backlog(services: Services) -> dict[str, str]:
    try:
        metrics = await services.sync_queue.metrics()
    except QueueUnavailable:
        return {}
    waited_s = (services.clock.now() - metrics.oldest_at).total_seconds() if metrics.oldest_at else 0.0
    if metrics.backlog <= MAX_BACKLOG and waited_s <= MAX_WAIT_S:
        return {}
    waiting, minutes = _many(metrics.backlog, "message"), _many(round(waited_s / 60), "minute")
    return {"backlog": f"CarLot: syncs are running late: {waiting} waiting, the oldest for {minutes}."}
