"""The description of the API, and whether an answer is as it says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker

from carlot.openapi.document import document
from carlot.platform.ports import Response
from carlot.routes import ROUTES
from carlot.web.endpoint import Route

Description = dict[str, Any]


@cache
def description() -> Description:
    """The description as a caller reads it."""
    whole: Description = json.loads(json.dumps(document(ROUTES)))
    return whole


def operation(route: Route) -> Description:
    """What it says of one endpoint."""
    path = "/".join("{" + part[1:] + "}" if part.startswith(":") else part for part in route.path.split("/"))
    told: Description = description()["paths"][path][route.method.lower()]
    return told


def resolved(part: Description) -> Description:
    """What a reference stands for."""
    while "$ref" in part:
        found: Any = description()
        for name in part["$ref"].removeprefix("#/").split("/"):
            found = found[name]
        part = found
    return part


def schema_faults(schema: Description, content: Any) -> list[str]:
    """Where JSON is not of a shape, each as `path: why`."""
    whole = {**schema, "components": description()["components"]}
    validator = Draft202012Validator(whole, format_checker=FormatChecker(["date", "date-time"]))
    return [f"{fault.json_path}: {fault.message}" for fault in validator.iter_errors(content)]


def faults(route: Route, response: Response, *, head: bool = False) -> Iterator[str]:
    """What in an answer is not as described."""
    answers = operation(route)["responses"]
    if str(response.status) not in answers:
        yield f"{response.status} is not described"
        return
    told = resolved(answers[str(response.status)])
    given = {name.lower() for name in response.headers}
    yield from (f"no header {name}" for name in told.get("headers", {}) if name != "Link" and name.lower() not in given)
    if head:
        return
    media = response.headers.get("content-type", "").partition(";")[0]
    content = told.get("content", {})
    if media not in content and (content or media):
        yield f"{response.status} comes as {media or 'nothing'}, described is {', '.join(content) or 'nothing'}"
    elif media.endswith("json"):
        yield from schema_faults(content[media]["schema"], json.loads(response.body))
