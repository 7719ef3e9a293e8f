"""Every kind of question to the dealer: its sentence, its choices, and what each choice does.

A new kind is a row of `QUESTIONS`. Whoever finds that only the dealer can decide asks with `store.questions.ask`.
"""

from __future__ import annotations

from pydantic_core import to_json

from carlot.domain.money import cents, dollars
from carlot.domain.times import day_in_words, instant
from carlot.engine.questions import Choice, Decision, Given, Kinds, QuestionKind
from carlot.errors import Conflict, FieldError, Invalid
from carlot.lot.sale_changes import correct_sale, customer_of, undo_sale
from carlot.lot.sale_dates import check_sale_date
from carlot.lot.sync_rules import enqueue_listings, sale_invoice, sale_requests
from carlot.platform.ports import Services, Statement
from carlot.store import other_company, pull_runs, questions, quickbooks_documents, sales, vehicles
from carlot.store.questions import Question
from carlot.store.sales import Standing, Terms
from carlot.store.tasks import TaskRequest


async def _enter(services: Services, question: Question, given: Given) -> Decision:
    """The sale is what the dealer says it is."""
    check_sale_date(services, given["saleDate"])
    sale = await _sale(services, question)
    customer_id, added = await customer_of(services, given.get("customer"))
    terms = Terms(cents(given["salePrice"]), given["saleDate"].isoformat(), customer_id, sale.lines)
    corrected = await correct_sale(services, sale, terms)
    return Decision([*added, *corrected.changes], corrected.enqueue)


async def _undo(services: Services, question: Question, given: Given) -> Decision:
    """There is no such sale: the car is on the lot."""
    sale = await _sale(services, question)
    return await undo_sale(services, sale.id, sale.vehicle_id)


async def _apply(services: Services, question: Question, given: Given) -> Decision:
    """The sale is as the question says, and its invoice follows whatever was paid on it."""
    return await correct_sale(services, await _sale(services, question), _terms(question), forced=True)


async def _theirs(services: Services, question: Question, given: Given) -> Decision:
    """The DMS's sale is the one that counts."""
    corrected = await _apply(services, question, given)
    now = instant(services.clock.now())
    moved = sales.move(question.subject_id, "dms", question.details.get("dmsSaleId"), now)
    return Decision([*corrected.changes, moved], corrected.enqueue)


async def _keep_sale(services: Services, question: Question, given: Given) -> Decision:
    """The sale stands though the DMS has undone it: from now on it is ours, and the DMS is told of it."""
    sale = await _sale(services, question)
    now = services.clock.now()
    vehicle = await vehicles.read(services.database, sale.vehicle_id)
    told = [request for request in sale_requests(services, sale.id, vehicle or {}, now) if isinstance(request, TaskRequest)]
    return Decision([sales.move(sale.id, "carlot", None, instant(now))], told)


async def _void_invoice(services: Services, question: Question, given: Given) -> Decision:
    """The invoice of a sale that is void is voided, whatever was paid on it."""
    return Decision((), sale_invoice(question.subject_id, services.clock.now()))


async def _gone(services: Services, question: Question, given: Given) -> Decision:
    """Cars that the DMS does not show are gone: off every page and site."""
    ids, rest = _answered_for(services, question, given)
    archived = pull_runs.archive_answered(to_json(ids).decode(), instant(services.clock.now()))
    return Decision([archived, *rest], enqueue_listings(services, *ids))


async def _keep_cars(services: Services, question: Question, given: Given) -> Decision:
    """Cars that the DMS does not show stand on the lot all the same."""
    ids, rest = _answered_for(services, question, given)
    return Decision([pull_runs.keep_answered(to_json(ids).decode()), *rest])


def _answered_for(services: Services, question: Question, given: Given) -> tuple[list[str], list[Statement]]:
    """The cars that an answer is for, and what asks about the others again."""
    asked: list[str] = question.details["vehicleIds"]
    ids: list[str] = given.get("vehicleIds") or asked
    if unknown := set(ids) - set(asked):
        message = f"The question is not about these: {', '.join(sorted(unknown))}."
        raise Invalid(message, errors=[FieldError("vehicleIds", message)])
    left = [each for each in asked if each not in ids]
    if not left:
        return ids, []
    details = {**question.details, "vehicleIds": left}
    clock = services.clock
    return ids, [questions.ask(clock.token(), question.kind, question.subject_id, None, details, instant(clock.now()))]


async def _post_all(services: Services, question: Question, given: Given) -> Decision:
    """What is in another QuickBooks company goes to this one too."""
    return _post_from(services, question, "")


async def _post_later(services: Services, question: Question, given: Given) -> Decision:
    """What is dated on that day or later goes to this company."""
    return _post_from(services, question, given["date"].isoformat())


def _post_from(services: Services, question: Question, day: str) -> Decision:
    settings, now = services.settings, instant(services.clock.now())
    if question.subject_id != settings.quickbooks_realm_id:
        raise Conflict("Another QuickBooks company is connected now.", code="question-settled")
    enqueued = quickbooks_documents.enqueue_unposted(now, settings.quickbooks_start_date)
    return Decision(other_company.post_here(question.subject_id, day, now), [enqueued])


async def _leave(services: Services, question: Question, given: Given) -> Decision:
    """All stays as it is."""
    return Decision()


async def _sale(services: Services, question: Question) -> Standing:
    sale = await sales.read(services.database, question.subject_id)
    if sale is None or sale.is_void:
        raise Conflict("This sale has been undone.", code="question-settled")
    return sale


def _terms(question: Question) -> Terms:
    told = question.details
    return Terms(int(told["priceCents"]), str(told["saleDate"]), told["customerId"], to_json(told["lines"]).decode())


def _car(question: Question) -> str:
    return question.car or "a car"


def _as_here(question: Question) -> str:
    return _sale_in_words(question.price_cents or 0, question.sale_date)


def _as_told(question: Question) -> str:
    return _sale_in_words(int(question.details["priceCents"]), question.details["saleDate"])


def _sale_in_words(price_cents: int, day: object) -> str:
    return f"{dollars(price_cents)} on {day_in_words(str(day)) if day else 'a day that is not known'}"


def _changed(question: Question) -> str:
    sale = f"The sale of the {_car(question)} for {_as_here(question)} is now {_as_told(question)}"
    if "paidCents" not in question.details:
        why = "but its invoice was paid or changed in QuickBooks"
        return f"{sale}, {why}. Should the sale and the invoice be changed?"
    why = question.details.get("refusal", "QuickBooks does not take an invoice below what was paid.")
    return (
        f"{sale}, but {_paid(question)} has been paid on its invoice. {why} First refund the difference in QuickBooks, or take "
        "it off the payment there. Should the sale and the invoice then be changed?"
    )


def _void_paid(question: Question) -> str:
    sale = f"The sale of the {_car(question)} for {_as_here(question)} was voided"
    if "refusal" not in question.details:
        stays = "The payment then stays in QuickBooks as the customer's credit."
        return f"{sale} by the DMS, but {_paid(question)} has been paid on its invoice. Should the invoice be voided too? {stays}"
    invoice = f"QuickBooks did not void its invoice, on which {_paid(question)} has been paid. {question.details['refusal']}"
    first = "First refund the payment in QuickBooks, or take it off the invoice there."
    return f"{sale}, but {invoice} {first} Should the invoice then be voided?"


def _paid(question: Question) -> str:
    return dollars(int(question.details["paidCents"]))


def _missing(question: Question) -> str:
    count = len(question.details["vehicleIds"])
    more = f" and {count - len(question.cars)} more" if count > len(question.cars) else ""
    names, lot = ", ".join(question.cars), question.details["lot"]
    return f"The DMS no longer shows {count} of the {lot} vehicles on the lot: {names}{more}. Are they gone?"


_SALE_FIELDS = ("salePrice", "saleDate", "customer")

QUESTIONS: Kinds = {
    "sale_price": QuestionKind(
        lambda q: f"The DMS shows the {_car(q)} as sold. What was it sold for, and to whom?",
        (
            Choice("enter", "Enter the sale", _enter, needs=_SALE_FIELDS, required=("salePrice", "saleDate")),
            Choice("not_sold", "It is not sold", _undo),
        ),
    ),
    "sale_disputed": QuestionKind(
        lambda q: f"The {_car(q)} was sold here for {_as_here(q)}, and in the DMS for {_as_told(q)}. Which sale is right?",
        (Choice("ours", "The sale entered here", _leave), Choice("theirs", "The sale in the DMS", _theirs)),
    ),
    "sale_changed": QuestionKind(
        _changed,
        (Choice("apply", "Change them", _apply), Choice("keep", "Leave them as they are", _leave)),
    ),
    "sale_undone": QuestionKind(
        lambda q: (
            f"The DMS shows the {_car(q)} as available again, but its sale for {_as_here(q)} has been paid. Is the sale undone?"
        ),
        (Choice("void", "Yes, void the sale", _undo), Choice("keep", "No, the sale stands", _keep_sale)),
    ),
    "invoice_paid": QuestionKind(
        _void_paid,
        (Choice("void", "Void the invoice", _void_invoice), Choice("leave", "Leave the invoice as it is", _leave)),
    ),
    "other_company": QuestionKind(
        lambda q: (
            f"{q.details['documents']} documents were posted to another QuickBooks company than the one that is connected now. "
            "Should they be posted to this one too?"
        ),
        (
            Choice("post_all", "Post all of them", _post_all),
            Choice("post_from", "Post those from a day on", _post_later, needs=("date",), required=("date",)),
            Choice("leave", "Leave them where they are", _leave),
        ),
    ),
    "cars_missing": QuestionKind(
        _missing,
        (
            Choice("gone", "They are gone", _gone, needs=("vehicleIds",)),
            Choice("keep", "Keep them", _keep_cars, needs=("vehicleIds",)),
        ),
    ),
}
"""By the kind of a question."""
