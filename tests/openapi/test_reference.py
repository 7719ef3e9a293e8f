"""The description of the API: every endpoint is in it, it is OpenAPI, and who asks for it gets it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from app.intake import JSON_ROUTES, QUERY_ROUTES, named
from carlot.openapi.document import document
from carlot.routes import ROUTES
from carlot.web.endpoint import Guard, Route
from openapi.description import description, operation, resolved
from runtime import api_doc
from support.lot import Lot, answer

EACH = pytest.mark.parametrize("route", ROUTES, ids=named)


def described() -> set[tuple[str, str]]:
    """Every method and path that it tells of, the path as in `ROUTES`."""
    return {
        (method.upper(), re.sub(r"{(\w+)}", r":\1", path))
        for path, methods in description()["paths"].items()
        for method in methods
    }


def test_every_endpoint_is_in_it_and_no_other() -> None:
    assert described() == {(route.method, route.path) for route in ROUTES}


def test_it_is_openapi() -> None:
    assert description()["openapi"].startswith("3.1.")
    assert [str(fault) for fault in OpenAPIV31SpecValidator(description()).iter_errors()] == []


def test_what_is_no_openapi_is_seen() -> None:
    broken = document(ROUTES)
    broken["paths"]["/api/health"]["get"]["responses"] = {}
    assert list(OpenAPIV31SpecValidator(broken).iter_errors())


def test_each_operation_has_a_name_of_its_own() -> None:
    names = [operation(route)["operationId"] for route in ROUTES]
    assert len(set(names)) == len(names)


@EACH
def test_each_operation_says_what_it_is_for(route: Route) -> None:
    told = operation(route)
    assert 2 <= len(told["summary"].split()) <= 25
    assert told["tags"]


@EACH
def test_who_may_call_is_said(route: Route) -> None:
    told = operation(route)
    assert bool(told.get("security")) == (route.guard is Guard.ADMIN)
    assert ("401" in told["responses"]) >= (route.guard in (Guard.ADMIN, Guard.SIGNED))


@pytest.mark.parametrize(("route", "model"), JSON_ROUTES, ids=[named(route) for route, _ in JSON_ROUTES])
def test_a_body_is_described_by_the_model_that_reads_it(route: Route, model: type) -> None:
    schema = operation(route)["requestBody"]["content"]["application/json"]["schema"]
    assert schema["$ref"].rpartition("/")[2] == model.__name__
    assert resolved(schema)["additionalProperties"] is False


@pytest.mark.parametrize(("route", "model"), JSON_ROUTES, ids=[named(route) for route, _ in JSON_ROUTES])
def test_a_text_that_must_say_something_is_described_as_not_blank(route: Route, model: type) -> None:
    wanted = dict(texts(operation(route)["requestBody"]["content"]["application/json"]["schema"]))
    blank = [name for name, text in wanted.items() if text.get("minLength") and re.search(text.get("pattern", ""), "  ")]
    assert blank == [], model


def texts(schema: dict[str, Any], name: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every text that a schema allows, with the name of its field."""
    schema = resolved(schema)
    if schema.get("type") == "string":
        yield name, schema
    inner = [*schema.get("properties", {}).items(), *((name, each) for each in schema.get("anyOf", ()))]
    for field, each in [*inner, *([(name, schema["items"])] if "items" in schema else [])]:
        yield from texts(each, field)


@pytest.mark.parametrize(("route", "model"), QUERY_ROUTES, ids=[named(route) for route, _ in QUERY_ROUTES])
def test_a_query_is_described_by_the_model_that_reads_it(route: Route, model: type) -> None:
    fields = model.model_fields.items()  # type: ignore[attr-defined]
    told = {each["name"] for each in operation(route)["parameters"] if each["in"] == "query"}
    assert told == {field.alias or name for name, field in fields}


async def test_anyone_gets_it_from_any_origin() -> None:
    response = await Lot().call("GET", "/api/openapi.json", signed_in=False)
    assert response.status == 200
    assert response.headers["access-control-allow-origin"] == "*"
    assert answer(response) == json.loads(json.dumps(document(ROUTES)))


async def test_who_has_it_already_gets_no_second_copy() -> None:
    first = await Lot().call("GET", "/api/openapi.json")
    again = await Lot().call("GET", "/api/openapi.json", headers={"if-none-match": first.headers["etag"]})
    assert (again.status, again.body, again.headers["etag"]) == (304, b"", first.headers["etag"])


def test_the_committed_page_is_what_the_description_says() -> None:
    """Run `make api-doc` after a change of an endpoint or a shape, and commit docs/api.md."""
    assert api_doc.PAGE.read_text(encoding="utf-8") == api_doc.page(document(ROUTES))


def test_every_endpoint_is_on_the_page_once() -> None:
    shown = re.findall(r"^### (GET|POST|PUT|PATCH|DELETE) (\S+)$", api_doc.PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(shown) == sorted((route.method, route.path) for route in ROUTES)
