"""Putting the description together.

Source: spec.openapis.org/oas/v3.1.1.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Sequence
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue, models_json_schema
from pydantic_core import core_schema

from carlot.openapi.operator_shapes import OPERATOR
from carlot.openapi.report_shapes import REPORTS
from carlot.openapi.shapes import SCHEMAS, Schema, ref
from carlot.openapi.standing_shapes import STANDINGS
from carlot.web.endpoint import JSON, Answer, Guard, Route

ABOUT = """The API of a car dealer's lot: vehicles, sales, service work, and the partners that are kept in step with them.

JSON in UTF-8, camelCase; times in UTC, ISO 8601; money in dollars with two decimals. Errors are problem documents (RFC 9457).
A body with an unknown field is refused, an unknown name in a query is ignored, an empty value there counts as absent."""

ERRORS = {
    400: ("BadRequest", "The request cannot be read: no valid JSON, or a bad value in the query."),
    401: ("Unauthorized", "Sign in first, or sign what is sent."),
    403: ("Forbidden", "Signed in, but the request comes from another site's page."),
    404: ("NotFound", "There is no such thing."),
    409: ("Conflict", "It does not fit what is stored; `code` says why."),
    412: ("PreconditionFailed", "It has changed since it was read."),
    413: ("BodyTooLarge", "The body is too large."),
    415: ("UnsupportedMedia", "The body is of another type than this takes."),
    422: ("Invalid", "It can be read but is not right; `errors` names each field."),
    429: ("TooManyRequests", "Asked for too often; try again after `Retry-After` seconds."),
    503: ("Unavailable", "Not now: the database does not answer, or a setting is missing. `detail` says which."),
}
HEADERS = {
    "ETag": "What is answered has this version.",
    "Link": "The other pages (RFC 8288): `first`, `prev`, `next`, `last`.",
    "Location": "Where what was made is found.",
    "Retry-After": "Seconds to wait.",
    "Set-Cookie": "The session's cookie.",
    "WWW-Authenticate": "How to sign in.",
    "X-Total-Count": "How many there are over all pages.",
}
_OF_ERRORS = {401: ("WWW-Authenticate",), 429: ("Retry-After",)}
_TAKES = {
    "If-Match": "The `ETag` of the version that is meant; another one is answered 412.",
    "Idempotency-Key": "1 to 255 printable characters. Within 24 hours the same key and body get the first answer again, "
    "and nothing is done twice; another body is answered 422, a repeat while the first is under way 409. "
    "A refused request leaves its key free.",
    "webhook-id": "Standard Webhooks: the event's id.",
    "webhook-timestamp": "Standard Webhooks: seconds since 1970.",
    "webhook-signature": "Standard Webhooks: `v1,` and the HMAC-SHA256 of id, timestamp and body in base64.",
    "x-webhook-signature": "`sha256=` and the HMAC-SHA256 of timestamp, `.` and body in hex; or the SHA-256 of body and secret.",
    "intuit-signature": "The HMAC-SHA256 of the body under the verifier token, in base64.",
    "x-webhook-timestamp": "Seconds since 1970, for the scheme with `sha256=`.",
}
# As a header arrives: without blanks around it.
_PATTERNS = {"Idempotency-Key": "^[!-~]([ -~]{0,253}[!-~])?$"}
_SIGN_IN: list[dict[str, list[str]]] = [{"token": []}, {"session": []}]


class _Generator(GenerateJsonSchema):
    """JSON Schemas without titles made of names, and without defaults: what a body leaves out is left as it is."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    def str_schema(self, schema: core_schema.StringSchema) -> JsonSchemaValue:
        told = super().str_schema(schema)
        if told.get("minLength") and "pattern" not in told:
            # Surrounding space is dropped before the length is looked at.
            told["pattern"] = r"\S"
        return told


def document(routes: Sequence[Route]) -> dict[str, Any]:
    """The whole description."""
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        paths.setdefault(re.sub(r":(\w+)", r"{\1}", route.path), {})[route.method.lower()] = _operation(route)
    return {
        "openapi": "3.1.1",
        "info": {"title": "CarLot Manager", "version": "1.0.0", "description": ABOUT},
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {
            "schemas": {**SCHEMAS, **STANDINGS, **REPORTS, **OPERATOR, **_bodies(routes)},
            "responses": {name: _error(status, meaning) for status, (name, meaning) in ERRORS.items()},
            "headers": {name: _text_of(meaning) for name, meaning in HEADERS.items()},
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer", "description": "The admin token, `ADMIN_TOKEN`."},
                "session": {
                    "type": "apiKey",
                    "in": "cookie",
                    "name": "__Host-carlot_session",
                    "description": "The desk's session. Cloudflare Access in front of the Worker signs in as well.",
                },
            },
        },
    }


def _operation(route: Route) -> dict[str, Any]:
    names = re.findall(r":(\w+)", route.path)
    words = (inspect.getdoc(route.handler) or "").replace("\n", " ")
    summary, _, more = words.partition(". ")
    parameters = [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in names]
    parameters += _query(route.query) if route.query else []
    parameters += [{"name": name, "in": "query", "schema": {"type": "string"}} for name in route.texts]
    parameters += [{"name": name, "in": "header", **_text_of(_TAKES[name], _PATTERNS.get(name))} for name in route.headers]
    return {
        "operationId": f"{route.handler.__module__.rpartition('.')[2]}_{route.handler.__name__}",
        "tags": [_tag(route.path)],
        "summary": summary.rstrip("."),
        **({"description": more} if more else {}),
        **({"parameters": parameters} if parameters else {}),
        **_request_body(route),
        "responses": _responses(route, bool(names)),
        **({"security": _SIGN_IN} if route.guard is Guard.ADMIN else {}),
    }


def _tag(path: str) -> str:
    """The group an endpoint is shown in."""
    parts = [part for part in path.split("/") if part and part != "api"]
    first = parts[0] if parts else "public"
    return {"session": "sign-in", "sessions": "sign-in", "photos": "public", "health": "public"}.get(
        first, "public" if "." in first else first
    )


def _request_body(route: Route) -> dict[str, Any]:
    if route.body:
        return {"requestBody": {"required": True, "content": {JSON: {"schema": ref(route.body.__name__)}}}}
    if route.files:
        return {"requestBody": {"required": True, "content": {media: {"schema": _file(media)} for media in route.files}}}
    return {}


def _file(media: str) -> Schema:
    """A file is any bytes; in a form it is the one part with a file name."""
    if media == "multipart/form-data":
        return {"type": "object", "properties": {"file": {"type": "string", "format": "binary"}}, "required": ["file"]}
    return {}


def _responses(route: Route, named: bool) -> dict[str, Any]:
    """The successes, and every error that can come, by status."""
    errors = {503, *route.errors}
    errors |= {401, 403} if route.guard is Guard.ADMIN else {401} if route.guard is Guard.SIGNED else set()
    errors |= {404} if named else set()
    errors |= {400} if route.query else set()
    errors |= {400, 413, 415, 422} if route.body or route.files else set()
    found = {str(status): _success(status, given) for status, given in route.answers.items()}
    return found | {str(status): {"$ref": f"#/components/responses/{ERRORS[status][0]}"} for status in sorted(errors)}


_MEANINGS = {
    201: "Created.",
    202: "Accepted.",
    302: "Redirect.",
    204: "Done.",
    304: "Unchanged since that ETag.",
    404: "Not on the lot: a page with similar vehicles.",
}


def _success(status: int, given: Answer) -> dict[str, Any]:
    meaning = _MEANINGS.get(status, "OK.")
    headers = {name: {"$ref": f"#/components/headers/{name}"} for name in given.headers}
    content = {} if given.shape is None else {"content": {media: {"schema": given.shape} for media in given.media}}
    return {"description": meaning, **({"headers": headers} if headers else {}), **content}


def _error(status: int, meaning: str) -> dict[str, Any]:
    headers = {name: {"$ref": f"#/components/headers/{name}"} for name in _OF_ERRORS.get(status, ())}
    content = {"application/problem+json": {"schema": ref("Problem")}}
    return {"description": meaning, **({"headers": headers} if headers else {}), "content": content}


def _text_of(meaning: str, pattern: str | None = None) -> dict[str, Any]:
    return {"description": meaning, "schema": {"type": "string", **({"pattern": pattern} if pattern else {})}}


def _query(model: type[BaseModel]) -> list[dict[str, Any]]:
    """The parameters of a query string. What may be absent may not be `null`: a query has no such value."""
    found = []
    for name, schema in model.model_json_schema(schema_generator=_Generator)["properties"].items():
        choices = [choice for choice in schema.get("anyOf", [schema]) if choice.get("type") != "null"]
        default = next(field.default for key, field in model.model_fields.items() if (field.alias or key) == name)
        told = {} if default in (None, "") else {"default": default}
        meant = choices[0] if len(choices) == 1 else {"anyOf": choices}
        found.append({"name": name, "in": "query", "allowEmptyValue": True, "schema": {**meant, **told}})
    return found


def _bodies(routes: Iterable[Route]) -> dict[str, Schema]:
    """The models of all bodies, by name."""
    models = {route.body for route in routes if route.body}
    wanted: list[Any] = [(model, "validation") for model in sorted(models, key=lambda model: model.__name__)]
    _, found = models_json_schema(wanted, schema_generator=_Generator, ref_template="#/components/schemas/{model}")
    for schema in found["$defs"].values():
        schema.pop("title", None)
    return dict(found["$defs"])
