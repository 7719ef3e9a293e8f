"""Read request bodies and query strings: pydantic parses them, and faults become problem documents."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from carlot.domain import json_check
from carlot.domain.fault_words import found_errors, plain_sentence
from carlot.errors import BadRequest, FieldError, Invalid, UnsupportedMedia
from carlot.platform.ports import Request

MAX_JSON_BYTES = 256 * 1024
"""A vehicle with every field at its longest takes 190 KB; a body full of faults takes 150 times its size in memory."""

SHOWN_ERRORS = 20
SHOWN_CHARACTERS = 200

Model = TypeVar("Model", bound=BaseModel)


async def read_json(request: Request, model: type[Model], max_bytes: int = MAX_JSON_BYTES) -> Model:
    """Parse the body as a model.

    Raises: `UnsupportedMedia` (415), `BodyTooLarge` (413), `BadRequest` (400, no JSON), `Invalid` (422, breaks the schema).
    """
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json" and not media_type.endswith("+json"):
        raise UnsupportedMedia("Send JSON, with the header Content-Type: application/json.")
    text = await request.body.read(max_bytes)
    try:
        parsed = model.model_validate_json(text)
    except ValidationError as failure:
        errors = found_errors(failure)
        if errors[0]["type"] == "json_invalid":
            raise BadRequest(plain_sentence(errors[0]), code="malformed-json") from failure
        if fault := json_check.fault(text):
            raise BadRequest(fault, code="malformed-json") from failure
        raise Invalid(_summary(errors), errors=field_errors(errors)) from failure
    if fault := json_check.fault(text):
        raise BadRequest(fault, code="malformed-json")
    return parsed


def read_query(request: Request, model: type[Model]) -> Model:
    """Parse the query string as a model. The last of repeated names counts; empty values and unknown names are ignored.

    Raises: `BadRequest` (400).
    """
    given: Mapping[str, str] = {name: value for name, value in request.query if value.strip()}
    try:
        return model.model_validate(given)
    except ValidationError as failure:
        errors = found_errors(failure)
        raise BadRequest(_summary(errors), code="bad-query", errors=field_errors(errors)) from failure


def field_errors(errors: Iterable[ErrorDetails]) -> list[FieldError]:
    """Convert pydantic's findings: the first few, by their path in the JSON, long names cut short."""
    return [
        FieldError(".".join(str(part) for part in error["loc"])[:SHOWN_CHARACTERS], plain_sentence(error))
        for error in islice(errors, SHOWN_ERRORS)
    ]


def _summary(errors: list[ErrorDetails]) -> str:
    first: Any = field_errors(errors[:1])[0]
    more = f" And {len(errors) - 1} more." if len(errors) > 1 else ""
    return f"{first.field or 'The body'}: {first.message}{more}"
