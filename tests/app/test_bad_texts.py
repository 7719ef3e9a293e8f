"""Texts that mean something elsewhere: here they are texts. They come back as they were sent, or are refused."""

from __future__ import annotations

from copy import deepcopy
from typing import Any
from urllib.parse import quote

import pytest
from pydantic import BaseModel

from app.intake import JSON_ROUTES, QUERY_ROUTES, Gate, named
from app.test_answers import check_headers, check_problem
from carlot.domain.vehicle_entry import VehicleChange
from carlot.handlers.questions import AnswerEntry
from carlot.routes import ROUTES
from carlot.web.endpoint import Route
from support.lot import answer

NASTY: dict[str, str] = {
    "a script": "<script>alert(1)</script>",
    "an image": '"><img src=x onerror=alert(1)>',
    "an end": "</script></textarea>-->]]>",
    "an attribute": "' onmouseover='alert(1)",
    "a template": "{{constructor.constructor('alert(1)')()}} ${7*7} <%= 1 %>",
    "an address": "javascript:alert(1)",
    "a statement": "'; DROP TABLE vehicles; --",
    "a condition": "' OR '1'='1",
    "a comment": "/* ?1 :name @name $name */ --",
    "a quote": "\"' `",
    "a backslash": "\\",
    "an escape": '\\u0000 \\" \\n %00 %27',
    "a JSON text": '[{"a": null}]',
    "a path": "../../etc/passwd",
    "a like pattern": "%_%",
    "a formula": "=cmd|' /C calc'!A0",
    "a smiley": "🚗 Zoë 株式会社 \u202egnp.exe",
    "combining": "e\u0301\u0323 ﷽ \ufffd \ufeff",
    "a date": "2025-02-30",
    "nothing": "null",
}
TEXT = pytest.mark.parametrize("text", NASTY.values(), ids=list(NASTY))


def texts(sample: dict[str, Any], path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """The paths of all text fields of a body."""
    found: list[tuple[str, ...]] = []
    for name, value in sample.items():
        if isinstance(value, str):
            found.append((*path, name))
        elif isinstance(value, dict):
            found += texts(value, (*path, name))
    return found


def replaced(sample: dict[str, Any], path: tuple[str, ...], text: Any) -> dict[str, Any]:
    """The body with another value in one place."""
    changed = deepcopy(sample)
    inner = changed
    for name in path[:-1]:
        inner = inner[name]
    inner[path[-1]] = text
    return changed


def found_at(shown: Any, path: tuple[str, ...]) -> Any:
    """What an answer shows in that place."""
    for name in path:
        shown = shown[name]
    return shown


# Not shown in the answer: the name of who signs in (sync/test_authors.py), a filter of tasks (sync/test_operator.py).
ELSEWHERE = {("SignIn", "name"), ("TaskFilter", "target"), ("TaskFilter", "kind")}
FIELDS = [
    (route, model, path)
    for route, model in JSON_ROUTES
    for path in texts(Gate(None, "x").sample(model))  # type: ignore[arg-type]
    if (model.__name__, path[0]) not in ELSEWHERE
]
FIELD = pytest.mark.parametrize(
    ("route", "model", "path"), FIELDS, ids=[f"{named(route)} {'.'.join(path)}" for route, _, path in FIELDS]
)


@FIELD
async def test_a_text_is_a_text_or_refused(route: Route, model: type[BaseModel], path: tuple[str, ...]) -> None:
    """The texts of a vehicle other than its description lose their angle brackets: other sites may print them as they come."""
    taken = 0
    for text in NASTY.values():
        gate = await Gate.open()
        before = gate.stored()
        response = await gate.send(route, replaced(gate.sample(model), path, text))
        check_headers(response)
        if response.status >= 300:
            check_problem(response, response.status)
            assert response.status in (401, 404, 422)
            assert gate.stored() == before
            continue
        taken += 1
        assert response.headers["content-type"] == "application/json"
        kept = text
        if issubclass(model, VehicleChange) and path != ("description",):
            kept = text.replace("<", "").replace(">", "")
        # The answer to a question shows the question, not what was entered.
        assert model is AnswerEntry or found_at(answer(response), path) == kept
        after = gate.stored()
        assert set(after) == set(before)
        assert any(kept in row.values() for rows in after.values() for row in rows)
    # Free texts take all; numbers, addresses, days and names of other things take none.
    assert taken in (0, len(NASTY))


@FIELD
async def test_a_nul_is_never_stored(route: Route, model: type[BaseModel], path: tuple[str, ...]) -> None:
    for text in ("\x00", "a\x00b", "a\x00"):
        gate = await Gate.open()
        before = gate.stored()
        response = await gate.send(route, replaced(gate.sample(model), path, text))
        assert response.status in (401, 404, 422)
        check_problem(response, response.status)
        assert gate.stored() == before


@FIELD
async def test_a_text_beyond_measure_is_refused(route: Route, model: type[BaseModel], path: tuple[str, ...]) -> None:
    gate = await Gate.open()
    before = gate.stored()
    response = await gate.send(route, replaced(gate.sample(model), path, "x" * 20_000))
    check_problem(response, 413 if named(route) == "POST /api/session" else 422)
    assert gate.stored() == before


IDS = [
    *NASTY.values(),
    *("\x00", "a\x00", "x" * 100_000, " ", ".", "..", "null", "undefined", "NaN", "-1", "0", "1e9", "[object Object]", "\ufffd"),
]
# A VIN is no id: any text is told what is wrong with it as one.
WITH_ID = [route for route in ROUTES if ":" in route.path and route.path != "/api/vin/:vin"]


@pytest.mark.parametrize("route", WITH_ID, ids=named)
async def test_an_id_that_is_none_is_404(route: Route) -> None:
    gate = await Gate.open()
    bodies = {named(each): gate.sample(model) for each, model in JSON_ROUTES}
    before = gate.stored()
    for text in IDS:
        filled = quote(text, safe="")
        target = "/".join(filled if part.startswith(":") else part for part in route.path.split("/"))
        check_problem(await gate.send(route, bodies.get(named(route)), target=target), 404)
    for raw in ("%", "%zz", "%ff", "%ed%a0%80", "%c0%80", "%00%00", "a%2Fb", "%252e%252e", "x;y=1", "x,y", "$&+=@:"):
        target = "/".join(raw if part.startswith(":") else part for part in route.path.split("/"))
        check_problem(await gate.send(route, bodies.get(named(route)), target=target), 404)
    assert gate.stored() == before


QUERIES = [
    (route, model, name)
    for route, model in QUERY_ROUTES
    for name in (field.alias or key for key, field in model.model_fields.items())
]
QUERY = pytest.mark.parametrize(("route", "model", "name"), QUERIES, ids=[f"{named(route)} {name}" for route, _, name in QUERIES])


@QUERY
async def test_a_query_is_answered_or_refused_and_changes_nothing(route: Route, model: type[BaseModel], name: str) -> None:
    gate = await Gate.open()
    before = gate.stored()
    raw = ["%00", "a%00b", "%ff%fe", "%ed%a0%80", "%", "%zz", "9" * 5000, "-" + "9" * 400, "1e999999999", "NaN", "0x10", "١٢"]
    for text in [*raw, *(quote(text) for text in NASTY.values()), "a" * 201, "%20".join("w" * 500)]:
        response = await gate.send(route, None, target=f"{gate.target(route)}?{name}={text}&{name}={text}")
        check_headers(response)
        if response.status >= 300:
            if response.status == 415 and route.method != "GET":  # It wants a file, and looks at that first.
                continue
            problem = check_problem(response, 400, "bad-query")
            assert [error["field"] for error in problem.get("errors", [{"field": name}])] == [name]
            assert len(response.body) < 2000
    assert gate.stored() == before


@pytest.mark.parametrize("route", ROUTES, ids=named)
async def test_a_query_string_beyond_measure_does_no_harm(route: Route) -> None:
    if route.method != "GET" or route.path == "/":
        return
    gate = await Gate.open()
    without = (await gate.send(route, None)).status
    for query in (
        "&" * 50_000,
        "a=1&" * 20_000,
        "&".join(f"a{number}" for number in range(10_000)),
        "q" * 100_000,
        "=",
        "&=&",
        "?",
    ):
        assert (await gate.send(route, None, target=f"{gate.target(route)}?{query}")).status == without
