"""Questions: what only the dealer can decide."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from carlot.domain.api_model import WireModel
from carlot.domain.entries import CustomerEntry, Day, Id
from carlot.domain.model import Model
from carlot.domain.money import Dollars
from carlot.engine.questions import ASKED
from carlot.engine.questions import answer_question as answer
from carlot.errors import NotFound
from carlot.lot.question_kinds import QUESTIONS
from carlot.platform.ports import Request, Response, Services
from carlot.store import questions
from carlot.store.questions import Question
from carlot.web.parsing import read_json, read_query
from carlot.web.responses import json_answer


class QuestionsQuery(Model):
    """The state of the questions that are listed."""

    state: Literal["open", "answered", "void"] | None = None


class AnswerEntry(WireModel):
    """An answer: the choice, and the fields that it needs."""

    choice: Annotated[str, StringConstraints(min_length=1, max_length=40, to_lower=True)]
    sale_price: Dollars | None = None
    sale_date: Day | None = None
    customer: CustomerEntry | None = None
    vehicle_ids: Annotated[list[Id], Field(min_length=1, max_length=10_000)] | None = None
    date: Day | None = None


async def list_questions(request: Request, services: Services) -> Response:
    """The newest 1,000 questions, newest first; those of one state with `state`."""
    found = await questions.newest(services.database, read_query(request, QuestionsQuery).state)
    return json_answer({"questions": [_shown(question) for question in found]})


async def answer_question(request: Request, services: Services) -> Response:
    """Answer a question: the choice and everything that it does take effect together. An answered question is 409."""
    entry = await read_json(request, AnswerEntry)
    given = {
        _WIRE[name]: getattr(entry, name) for name in entry.model_fields_set - {"choice"} if getattr(entry, name) is not None
    }
    question_id = request.params["id"]
    await answer(services, QUESTIONS, question_id, entry.choice, given, services.author)
    question = await questions.read(services.database, question_id)
    if question is None:
        raise NotFound("There is no such question.")
    return json_answer(_shown(question))


_WIRE = {name: field.alias or name for name, field in AnswerEntry.model_fields.items()}


def _shown(question: Question) -> dict[str, object]:
    kind = QUESTIONS[question.kind]
    answer = dict(question.answer) if question.answer else None
    asked = answer.pop(ASKED, None) if answer else None
    return {
        "id": question.id,
        "kind": question.kind,
        "vehicleId": question.vehicle_id,
        "subjectId": question.subject_id,
        "text": asked or kind.sentence(question),
        "choices": [{"choice": each.name, "label": each.label, "needs": list(each.needs)} for each in kind.choices],
        "vehicleIds": question.details.get("vehicleIds", []),
        "state": question.state,
        "createdAt": question.created_at,
        "answeredAt": question.settled_at if question.state == "answered" else None,
        "answeredBy": question.answered_by,
        "answer": answer,
    }
