"""The messages on `sync-queue` and on its dead letter queue."""

from __future__ import annotations

from typing import Literal

from pydantic import ConfigDict, Field, ValidationError

from carlot.domain.model import Model
from carlot.platform.ports import Value


class Wake(Model):
    """Look at this sync task. Everything about it is in D1."""

    model_config = ConfigDict(frozen=True, strict=True)

    type: Literal["task"]
    id: str = Field(min_length=1, max_length=100)
    request: str = Field(default="", max_length=100)


def wake(task_id: str, request_id: str = "") -> dict[str, Value]:
    """Return the message that says "look at this task", with the id of the request that caused it."""
    return {"type": "task", "id": task_id, **({"request": request_id} if request_id else {})}


def parse(body: str) -> Wake | None:
    """Read a message's JSON text; `None` when it is not one of our messages."""
    try:
        return Wake.model_validate_json(body)
    except ValidationError:
        return None
