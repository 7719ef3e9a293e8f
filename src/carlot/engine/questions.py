"""What a kind of question is, and how an answer takes effect: in one batch with what the choice does."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from carlot.domain.times import instant
from carlot.engine.enqueue import commit
from carlot.errors import Conflict, ConstraintViolation, FieldError, Invalid, NotFound
from carlot.platform.ports import Services, Statement
from carlot.store import questions
from carlot.store.questions import Question
from carlot.store.tasks import Enqueue

Given = Mapping[str, Any]
"""What came with an answer, by its names in the API; only what was given."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What a choice does: the changes, and the tasks that they enqueue."""

    changes: Sequence[Statement] = ()
    enqueue: Sequence[Enqueue] = ()


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the answers to a question.

    `needs` are the fields that its form asks for; without those in `required` it is refused. `decide` returns what it does.
    """

    name: str
    label: str
    decide: Callable[[Services, Question, Given], Awaitable[Decision]]
    needs: tuple[str, ...] = ()
    required: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class QuestionKind:
    """What is asked, in a sentence made for each question, and the answers among which the dealer chooses."""

    sentence: Callable[[Question], str]
    choices: tuple[Choice, ...]


ASKED = "asked"
"""The member of a kept answer that has the sentence as it was asked."""

Kinds = Mapping[str, QuestionKind]
"""By the kind of a question."""


async def answer_question(services: Services, kinds: Kinds, question_id: str, name: str, given: Given, by: str) -> None:
    """Record the dealer's answer, and do what he has chosen.

    Raises: `NotFound`; `Invalid`, when there is no such choice or a field is missing; `Conflict`, when it is answered or void.
    """
    question = await questions.read(services.database, question_id)
    if question is None:
        raise NotFound("There is no such question.")
    if question.state != "open":
        raise _settled(question.state)
    choice = next((choice for choice in kinds[question.kind].choices if choice.name == name), None)
    if choice is None:
        names = ", ".join(choice.name for choice in kinds[question.kind].choices)
        message = f"Choose one of these: {names}."
        raise Invalid(message, errors=[FieldError("choice", message)])
    if missing := [FieldError(field, "Required for this choice.") for field in choice.required if field not in given]:
        raise Invalid(f"{missing[0].field}: {missing[0].message}", errors=missing)
    decision = await choice.decide(services, question, given)
    # What was asked: later its sentence would speak of what the answer has changed.
    asked = kinds[question.kind].sentence(question)
    kept = {ASKED: asked, "choice": name, **{field: _kept(value) for field, value in given.items() if field != "customer"}}
    answered = questions.answer(question_id, kept, by, instant(services.clock.now()))
    try:
        await commit(services, [answered, *decision.changes], decision.enqueue)
    except ConstraintViolation as refused:
        current = await questions.read(services.database, question_id)
        if current is not None and current.state != "open":
            raise _settled(current.state) from refused
        raise


def _kept(value: object) -> object:
    return float(value) if isinstance(value, Decimal) else value


def _settled(state: str) -> Conflict:
    message = "This question is answered already." if state == "answered" else "This question no longer needs an answer."
    return Conflict(message, code="question-settled")
