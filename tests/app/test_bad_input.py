"""Bodies that no route may take: every one of them against every route that reads JSON."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import BaseModel

from app.intake import CHANGING, FILES, JSON_ROUTES, SAMPLES, SIGNED, WITHOUT_BODY, Gate, models, named
from carlot.routes import ROUTES
from carlot.web.endpoint import Route
from carlot.web.parsing import MAX_JSON_BYTES

JSON_ROUTE = pytest.mark.parametrize(("route", "model"), JSON_ROUTES, ids=[named(route) for route, _ in JSON_ROUTES])
DEEP = 40_000

NO_JSON: dict[str, bytes] = {
    "nothing": b"",
    "space": b" \n\t ",
    "words": b"vin=1HGCM82633A004352&year=2003",
    "markup": b"<vehicle><vin>1</vin></vehicle>",
    "cut short": b'{"vin": "1HGCM8',
    "cut between": b'{"vin": "1", "year":',
    "two documents": b"{}{}",
    "something after": b'{"vin": "1"} x',
    "single quotes": b"{'vin': '1'}",
    "a comment": b'{"vin": "1" /* x */}',
    "a comma too many": b'{"vin": "1",}',
    "undefined": b'{"vin": undefined}',
    "python": b'{"vin": None, "publishToWebsite": True}',
    "a leading zero": b'{"year": 02003}',
    "a plus": b'{"year": +2003}',
    "hexadecimal": b'{"year": 0x7d3}',
    "a bare key": b'{vin: "1"}',
    "a control character": b'{"vin": "a\x01b"}',
    "a raw line break": b'{"vin": "a\nb"}',
    "a wrong escape": b'{"vin": "\\x41"}',
    "half an escape": b'{"vin": "\\u00"}',
    "invalid UTF-8": b'{"vin": "\xff\xfe"}',
    "a cut UTF-8 sequence": b'{"vin": "\xf0\x9f\x9a"}',
    "an overlong NUL": b'{"vin": "\xc0\x80"}',
    "a surrogate in UTF-8": b'{"vin": "\xed\xa0\xbd"}',
    "UTF-16": '{"vin": "1"}'.encode("utf-16"),
    "UTF-32": '{"vin": "1"}'.encode("utf-32-be"),
    "a byte order mark": b'\xef\xbb\xbf{"vin": "1"}',
    "a NUL": b"\x00",
    "a NUL after": b'{"vin": "1"}\x00',
    "a lone surrogate": b'{"vin": "\\ud800"}',
    "a lone low surrogate": b'{"vin": "x\\udc00y"}',
    "surrogates the wrong way round": b'{"vin": "\\udc00\\ud800"}',
    "a lone surrogate as a name": b'{"\\ud800": 1}',
    "NaN": b'{"price": NaN}',
    "infinity": b'{"price": Infinity}',
    "minus infinity": b'{"price": -Infinity}',
    "NaN in an unknown field": b'{"unknown": [{"x": NaN}]}',
    "NaN alone": b"NaN",
    "a name twice": b'{"vin": "1", "vin": "2"}',
    "a name twice, once in disguise": b'{"vin": "1", "\\u0076in": "2"}',
    "an unknown name twice": b'{"unknown": 1, "unknown": 1}',
    "a name twice further in": b'{"customer": {"name": "a", "name": "b"}}',
    "brackets": b"[" * DEEP,
    "braces": b'{"a":' * DEEP,
    "brackets in a field": b'{"vin": ' + b"[" * DEEP + b"]" * DEEP + b"}",
    "braces in an unknown field": b'{"unknown": ' + b'{"a":' * 30_000 + b"1" + b"}" * 30_000 + b"}",
    "a number without end": b'{"year": ' + b"9" * 200_000 + b"}",
    "backslashes": b'{"vin": "' + b"\\" * 200_001,
}


@pytest.mark.parametrize("text", NO_JSON.values(), ids=list(NO_JSON))
async def test_what_is_no_json_is_400(text: bytes) -> None:
    gate = await Gate.open()
    for route, _ in JSON_ROUTES:
        await gate.refused(route, text, 413 if named(route) == "POST /api/session" and len(text) > 10_000 else 400)


def test_every_route_that_changes_something_is_known() -> None:
    """A new route either reads JSON with a model that has a sample, or is named among those that do not."""
    changing = {named(route): route for route in ROUTES if route.method in CHANGING}
    for name, route in changing.items():
        read = models(route.handler, "read_json")
        assert bool(read) != (name in WITHOUT_BODY | SIGNED.keys() | FILES), f"{name}: say in app/intake.py what it reads"
        assert all(model.__name__ in SAMPLES for model in read), f"{name}: give {read} a sample in app/intake.py"


@JSON_ROUTE
async def test_the_samples_are_right(route: Route, model: type[BaseModel]) -> None:
    """Otherwise the refusals below would prove nothing."""
    gate = await Gate.open()
    response = await gate.send(route, gate.sample(model))
    assert response.status < 300, response.body


@JSON_ROUTE
async def test_json_of_another_shape_is_422(route: Route, model: type[BaseModel]) -> None:
    gate = await Gate.open()
    shapes: list[Any] = [None, True, 7, 1.5, "text", [], [gate.sample(model)], [[[]]]]
    for shape in shapes:
        await gate.refused(route, json.dumps(shape).encode(), 422)


@JSON_ROUTE
@pytest.mark.parametrize("name", ["unknown", "id", "Vin", "vin ", "__proto__", "<img src=x>", "x" * 9000, "", "version", "🚗"])
async def test_an_unknown_field_is_422_and_named(route: Route, model: type[BaseModel], name: str) -> None:
    gate = await Gate.open()
    sample = gate.sample(model)
    problem = await gate.refused(route, {**sample, name: 1}, 422, "invalid")
    assert [error["field"] for error in problem["errors"]] == [name[:200]]
    for field, value in sample.items():
        if isinstance(value, dict):
            problem = await gate.refused(route, {**sample, field: {**value, name: 1}}, 422, "invalid")
            assert problem["errors"][0]["field"] == f"{field}.{name}"[:200]


@JSON_ROUTE
@pytest.mark.parametrize(
    "media_type",
    [
        *("", "text/plain", "text/html", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "image/jpeg"),
        *("application/jsonx", "application/octet-stream", "json", "text/json", "application/xml", "*/*", "\ud800", "a" * 9000),
    ],
)
async def test_another_media_type_is_415(route: Route, model: type[BaseModel], media_type: str) -> None:
    gate = await Gate.open()
    headers = {"content-type": media_type}
    await gate.refused(route, gate.sample(model), 415, "unsupported-media-type", headers=headers)


@JSON_ROUTE
@pytest.mark.parametrize("media_type", ["application/json; charset=utf-8", "Application/JSON", "application/merge-patch+json"])
async def test_json_by_its_other_names_is_taken(route: Route, model: type[BaseModel], media_type: str) -> None:
    gate = await Gate.open()
    assert (await gate.send(route, gate.sample(model), {"content-type": media_type})).status < 300


BOMBS: dict[str, bytes] = {
    "names": b"{" + b",".join(b'"%x":0' % number for number in range(MAX_JSON_BYTES // 12)) + b"}",
    "lists": b'{"photos":[' + b"[]," * (MAX_JSON_BYTES // 3 - 20) + b"[]]}",
    "objects": b'{"photos":[' + b"{}," * (MAX_JSON_BYTES // 3 - 20) + b"{}]}",
    "a long text": b'{"vin":"' + b"v" * (MAX_JSON_BYTES - 50) + b'"}',
    "quotes": b'{"vin":"' + b'\\"' * (MAX_JSON_BYTES // 2 - 50) + b'"}',
    "a long name": b'{"' + b"v" * (MAX_JSON_BYTES - 50) + b'":1}',
    "a long number": b'{"year":' + b"9" * 4300 + b"}",
    "a long fraction": b'{"price":0.' + b"3" * 4000 + b"}",
    "a huge exponent": b'{"price":1e999999999,"cost":1e999999999,"salePrice":1e999999999}',
    "space": b"{" + b" " * (MAX_JSON_BYTES - 50) + b'"unknown":1}',
}


@JSON_ROUTE
@pytest.mark.parametrize("bomb", BOMBS.values(), ids=list(BOMBS))
async def test_a_bomb_that_is_json_is_refused_within_measure(route: Route, model: type[BaseModel], bomb: bytes) -> None:
    assert len(bomb) <= MAX_JSON_BYTES
    gate = await Gate.open()
    small = named(route) == "POST /api/session" and len(bomb) > 10_000
    await gate.refused(route, bomb, 413 if small else 422)


async def test_a_body_too_large_is_413() -> None:
    gate = await Gate.open()
    for route in ROUTES:
        if route.method in CHANGING and named(route) not in WITHOUT_BODY | FILES:
            for size in (SIGNED.get(named(route), MAX_JSON_BYTES) + 1, 10 * 1024 * 1024):
                await gate.refused(route, b" " * size, 413, "body-too-large")


@pytest.mark.parametrize("text", [b"", b"{", b'{"unknown": 1}', b"[" * DEEP, b"\xff" * 1000, b"0" * 10_000_000])
async def test_a_body_where_none_is_read_does_no_harm(text: bytes) -> None:
    for route in ROUTES:
        if named(route) in WITHOUT_BODY or route.method not in CHANGING:
            gate = await Gate.open()
            without = await gate.send(route, None)
            gate = await Gate.open()
            response = await gate.send(route, text)
            assert response.status == without.status < 500, named(route)


async def test_a_webhook_without_a_signature_is_401_whatever_it_carries() -> None:
    gate = await Gate.open()
    for route in ROUTES:
        if named(route) in SIGNED:
            for text in NO_JSON.values():
                status = 413 if len(text) > SIGNED[named(route)] else 401
                await gate.refused(route, text, status)
                await gate.refused(route, text, status, headers={"content-type": "\x00"})


WRONG: dict[str, list[Any]] = {
    "string": [0, True, [], {}, ["a"], 1.5],
    "number": ["", "x", [], {}, -1, 1e12, True],
    "integer": ["", "x", [], {}, -1, 1.5, 10**30, True, "2003"],
    "boolean": ["true", 0, 1, [], {}, "on"],
    "date": ["", "x", "2025-02-30", 20250203, [], True, "0000-00-00", "2025-02-03T00:00:00Z"],
}


def wrong_values(value: Any) -> list[Any]:
    """Values of another type, or out of all bounds, for a field that holds such a value."""
    if isinstance(value, bool):
        return WRONG["boolean"]
    if isinstance(value, str):
        is_date = len(value) == 10 and value[4] == "-"
        return WRONG["date" if is_date else "string"]
    if isinstance(value, (int, float)):
        return WRONG["number"]
    return ["x", 7, True]


@JSON_ROUTE
async def test_a_wrong_value_is_422_and_its_field_named(route: Route, model: type[BaseModel]) -> None:
    gate = await Gate.open()
    sample = gate.sample(model)
    for field, value in sample.items():
        if value is None:
            continue
        for wrong in wrong_values(value):
            problem = await gate.refused(route, {**sample, field: wrong}, 422, "invalid")
            assert {error["field"].partition(".")[0] for error in problem["errors"]} == {field}, (field, wrong)
        if isinstance(value, list):
            for wrong in (7, None, [value[0]], {"id": 1}):
                problem = await gate.refused(route, {**sample, field: [value[0], wrong]}, 422, "invalid")
                assert all(f"{error['field']}.".startswith(f"{field}.1.") for error in problem["errors"]), problem
        if isinstance(value, dict):
            for inner in value:
                problem = await gate.refused(route, {**sample, field: {**value, inner: ["x"]}}, 422, "invalid")
                assert [error["field"] for error in problem["errors"]] == [f"{field}.{inner}"]
