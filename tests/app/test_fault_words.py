"""No sentence of pydantic's reaches a person: every wrong value of every body and query is told in plain words."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator
from copy import deepcopy
from typing import Any, cast

import pytest
from pydantic import BaseModel
from pydantic_core import ErrorDetails
from pydantic_core import _pydantic_core as core

from app.intake import SAMPLES
from carlot.domain.fault_words import plain_sentence
from carlot.domain.vehicle_entry import NewVehicle
from carlot.errors import Problem
from carlot.platform.ports import Request
from carlot.routes import ROUTES
from carlot.web.parsing import read_json, read_query
from support.lot import TextBody

LIBRARY = core.list_all_errors()
TEMPLATES = {template for error in LIBRARY for name, template in error.items() if name.startswith("message_template")}
SPOKEN = re.compile("|".join(re.sub(r"\\{\w+\\}", ".*?", re.escape(str(template))) for template in TEMPLATES), re.IGNORECASE)

WRONG: list[Any] = [
    *(None, True, "", " ", "abc", "free", "a\x00b", "2026-13-45", "1900-01-01", "2026-02-03T10:00:00Z", "1.005", "x" * 10_001),
    *(-5, 1.005, 1e30, 10**12, 10**30, 0.5, [], ["x"] * 300, [None], {}, {"a": 1}),
]
"""A wrong type, nothing, too short, too long, too small, too big, no choice, no format: some of them for each field."""

BODIES = sorted({route.body for route in ROUTES if route.body}, key=lambda model: model.__name__)
QUERIES = sorted({route.query for route in ROUTES if route.query}, key=lambda model: model.__name__)


def places(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Every place in a body."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, each in inner:
        yield (*path, name)
        yield from places(each, (*path, name))


def spoiled(sample: dict[str, Any]) -> Iterator[Any]:
    """The body with one thing wrong in it, each thing once; and bodies that are no object."""
    for path in places(sample):
        for wrong in (*WRONG, ..., "unknown"):
            whole = deepcopy(sample)
            inner: Any = whole
            for name in path[:-1]:
                inner = inner[name]
            if wrong is ...:
                del inner[path[-1]]
            elif wrong == "unknown" and isinstance(inner, dict):
                inner["noSuchField"] = 1
            else:
                inner[path[-1]] = wrong
            yield whole
    yield from ({}, [], None, 5, "text")


def refusal(read: Any) -> Problem | None:
    """The refusal of a body or query; `None`: it was right."""
    try:
        found = read()
        if asyncio.iscoroutine(found):
            asyncio.run(found)
    except Problem as problem:
        return problem
    return None


def request(body: bytes = b"", query: tuple[tuple[str, str], ...] = ()) -> Request:
    """A request with a body or a query."""
    return Request("r", "POST", "https://lot.test", "/", query, {"content-type": "application/json"}, TextBody(body))


def check(problem: Problem) -> None:
    """The refusal and each of its messages is said plainly, as a sentence."""
    for text in (problem.detail, *(error.message for error in problem.errors)):
        assert not SPOKEN.search(text), text
        assert re.fullmatch(r"(?s)\S.*\.", text), text
        assert not re.search(r"(?i)value error|pydantic|validat|instance of|dictionary|parse|must be in|out of range", text), text
    for error in problem.errors:
        assert re.match(r"[A-Z'\d-]", error.message), error


@pytest.mark.parametrize("model", BODIES, ids=lambda model: model.__name__)
def test_a_wrong_body_is_told_plainly(model: type[BaseModel]) -> None:
    """One thing wrong, every thing that can be."""
    refused = 0
    for body in spoiled(SAMPLES[model.__name__]):
        problem = refusal(lambda body=body: read_json(request(json.dumps(body).encode()), model))
        if problem:
            refused += 1
            check(problem)
    assert refused > 5


@pytest.mark.parametrize("model", QUERIES, ids=lambda model: model.__name__)
def test_a_wrong_query_is_told_plainly(model: type[BaseModel]) -> None:
    """The same for what stands in an address."""
    names = [field.alias or name for name, field in model.model_fields.items()]
    texts = [wrong if isinstance(wrong, str) else json.dumps(wrong) for wrong in WRONG]
    problems = [refusal(lambda pair=(name, text): read_query(request(query=(pair,)), model)) for name in names for text in texts]
    for problem in problems:
        if problem:
            check(problem)
    assert any(problems)


@pytest.mark.parametrize("kind", LIBRARY, ids=lambda kind: kind["type"])
def test_a_kind_that_no_model_gives_today_is_told_plainly_too(kind: dict[str, Any]) -> None:
    """Every kind of error the library knows, with and without what it tells beside."""
    for told in (kind.get("example_context") or {}, {}):
        for given in ("abc", None, 5, {"a": 1}):
            error = {"type": kind["type"], "loc": ("field",), "msg": kind["message_template_python"], "input": given, "ctx": told}
            sentence = plain_sentence(cast("ErrorDetails", error))
            assert not SPOKEN.search(sentence), sentence
            assert re.fullmatch(r"[A-Z'\d].*[^.]\.", sentence), sentence


@pytest.mark.parametrize(
    ("name", "wrong", "message"),
    [
        ("vin", ..., "Required."),
        ("make", "", "Required."),
        ("year", "abc", "'abc' is not a whole number."),
        ("year", 1800, "1800 is below 1885."),
        ("price", "free", "'free' is not a dollar amount."),
        ("price", -1, "-1 is below zero."),
        ("price", 1.005, "1.005 has more than two decimals."),
        ("mileage", 10_000_000, "10000000 is above 9,999,999."),
        ("purchaseDate", "soon", "Write a day such as 2026-02-03."),
        ("trim", "x" * 201, "At most 200 characters."),
        ("trim", 5, "Write a text."),
        ("photos", ["https://photos.test/1.jpg"] * 41, "At most 40 photos."),
        ("status", "gone", "Write available, pending or archived."),
        ("publishToWebsite", "perhaps", "Write true or false."),
        ("nope", 1, "There is no such field."),
    ],
)
def test_what_is_wrong_with_a_vehicle(name: str, wrong: Any, message: str) -> None:
    """The words themselves, as the desk shows them beside the field."""
    body = {**SAMPLES["NewVehicle"], name: wrong}
    sent = json.dumps({key: value for key, value in body.items() if value is not ...}).encode()
    problem = refusal(lambda: read_json(request(sent), NewVehicle))
    assert problem is not None
    assert [tuple(error) for error in problem.errors] == [(name, message)]
