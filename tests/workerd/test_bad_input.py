"""Bad input on the real runtime: the parser is compiled for it, bodies are streams, and a dead isolate serves nobody."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from app.intake import CHANGING, FILES, JSON_ROUTES, SAMPLES, WITHOUT_BODY, named
from app.test_bad_input import BOMBS, NO_JSON
from app.test_bad_texts import IDS, NASTY, WITH_ID
from app.typed import entry
from carlot.routes import ROUTES
from carlot.web.endpoint import Route
from carlot.web.parsing import MAX_JSON_BYTES
from support.running import Worker

JSON = {"content-type": "application/json"}
OFF = {"/api/webhooks/quickbooks"}
"""What is not set up with this Worker."""
TABLES = ("vehicles", "sales", "customers", "service_records", "sync_tasks", "sessions", "webhook_events", "import_runs")


@pytest.fixture(scope="module")
def vehicle_id(worker: Worker) -> str:
    """A car on the lot."""
    answer = worker.client.post("/api/vehicles", json=entry(1, publishToThirdParty=True))
    assert answer.status_code == 201, answer.text
    worker.settled()
    created: str = answer.json()["id"]
    return created


def stored(worker: Worker) -> dict[str, list[dict[str, Any]]]:
    """All that a caller can change."""
    return {table: worker.query(f"SELECT * FROM {table}") for table in TABLES}


@pytest.fixture(autouse=True)
def alive_and_unchanged(worker: Worker, vehicle_id: str) -> Iterator[None]:
    """After each test the database holds what it held before, and the Worker answers on, without an error of its own."""
    before, said = stored(worker), len(worker.said())
    yield
    assert worker.client.get("/api/health").json() == {"ok": True}
    assert worker.client.get(f"/api/public/vehicle/{vehicle_id}").status_code == 200
    assert stored(worker) == before
    assert "[ERROR]" not in worker.said()[said:]
    assert worker.is_running()


def filled(route: Route, vehicle_id: str, filling: str = "x") -> str:
    """The route's path with something in every place."""
    path = route.path.replace("/api/vehicles/:id", f"/api/vehicles/{vehicle_id}")
    return "/".join(filling if part.startswith(":") else part for part in path.split("/"))


def sent_alone(worker: Worker, method: str, target: str, content: bytes | Iterator[bytes]) -> httpx.Response:
    """The answer to a body, over a connection of its own: who refuses a body unread ends the connection."""
    headers = {**worker.client.headers, **JSON}
    return httpx.request(method, worker.url + target, content=content, headers=headers, timeout=30)


def check_problem(answer: httpx.Response, *statuses: int) -> None:
    """A problem document with one of these statuses."""
    assert answer.status_code in statuses, (answer.request.method, str(answer.request.url)[:200], answer.text[:300])
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["x-content-type-options"] == "nosniff"
    if answer.request.method != "HEAD":
        problem = answer.json()
        assert {"type", "title", "status", "detail", "instance", "code"} <= set(problem)
        assert (problem["status"], problem["instance"]) == (answer.status_code, answer.headers["x-request-id"])
        assert len(answer.content) < 20_000


@pytest.mark.parametrize("text", NO_JSON.values(), ids=list(NO_JSON))
def test_what_is_no_json(worker: Worker, vehicle_id: str, text: bytes) -> None:
    check_problem(worker.client.post("/api/vehicles", content=text, headers=JSON), 400)
    check_problem(worker.client.patch(f"/api/vehicles/{vehicle_id}", content=text, headers=JSON), 400)
    check_problem(sent_alone(worker, "POST", "/api/session", text), 413 if len(text) > 10_000 else 400)
    check_problem(worker.client.post("/api/webhooks/wayne-reeves", content=text, headers=JSON), 401)


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=list(BOMBS))
def test_a_bomb_is_refused_by_every_endpoint(worker: Worker, vehicle_id: str, bomb: bytes) -> None:
    for route, _ in JSON_ROUTES:
        check_problem(sent_alone(worker, route.method, filled(route, vehicle_id), bomb), 422, 413)


def in_parts(size: int) -> Iterator[bytes]:
    """A body without a stated length."""
    for _ in range(size // 64_000):
        yield b" " * 64_000


def test_a_body_that_is_too_large_is_refused(worker: Worker, vehicle_id: str) -> None:
    for route in ROUTES:
        if route.method in CHANGING and named(route) not in WITHOUT_BODY | FILES and route.path not in OFF:
            target = filled(route, vehicle_id)
            check_problem(sent_alone(worker, route.method, target, b" " * (MAX_JSON_BYTES + 1)), 413)
            # Without a stated length, it is found out while reading.
            check_problem(sent_alone(worker, route.method, target, in_parts(700_000)), 413)


def test_an_answer_reaches_who_is_still_sending(worker: Worker, vehicle_id: str) -> None:
    """Ten megabytes to who takes them, who takes less, who reads none, and who lets nobody in."""
    nobody = {"authorization": "Bearer x"}
    size = 10 * 1024 * 1024
    for body in (b" " * size, in_parts(size)):
        check_problem(worker.client.post("/api/vehicles", content=body, headers=JSON), 413)
    check_problem(worker.client.post("/api/vehicles", content=b" " * size, headers={**JSON, **nobody}), 401)
    check_problem(worker.client.post("/api/nothing", content=b" " * size, headers=JSON), 404)
    check_problem(worker.client.put("/api/vehicles", content=b" " * size, headers=JSON), 405)
    check_problem(worker.client.post("/api/vehicles", content=b" " * size), 415)
    answer = worker.client.post("/api/integrations/tasks/retry-all", content=b" " * size)
    assert (answer.status_code, answer.json()) == (202, {"queued": 0})


def test_other_media_types(worker: Worker, vehicle_id: str) -> None:
    for route, model in JSON_ROUTES:
        body = json.dumps(SAMPLES[model.__name__]).encode()
        for media_type in (
            "",
            "text/plain",
            "multipart/form-data",
            "multipart/form-data; boundary=x",
            "image/png",
            "\x7f",
            "x" * 4000,
        ):
            headers = {"content-type": media_type} if media_type else {}
            answer = worker.client.request(route.method, filled(route, vehicle_id), content=body, headers=headers)
            check_problem(answer, 415)


def test_other_methods_are_405_with_allow(worker: Worker, vehicle_id: str) -> None:
    for path in sorted({route.path for route in ROUTES}):
        methods = {route.method for route in ROUTES if route.path == path}
        allowed = {*methods, *(["HEAD"] if "GET" in methods else [])}
        target = filled(next(route for route in ROUTES if route.path == path), vehicle_id)
        for method in {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "PROPFIND"} - allowed:
            answer = worker.client.request(method, target)
            check_problem(answer, 405)
            assert {name.strip() for name in answer.headers["allow"].split(",")} == allowed


def test_hostile_paths_and_ids_are_never_a_server_error(worker: Worker, vehicle_id: str) -> None:
    samples = {named(route): SAMPLES[model.__name__] for route, model in JSON_ROUTES}
    everything = [quote(text, safe="") for text in IDS if text not in (".", "..") and len(text) < 5000]
    everything += ["%", "%zz", "%ff", "%ed%a0%80", "a%2Fb", "x" * 5000]
    for number, route in enumerate(WITH_ID):
        # All of them for two routes, a few for the others: the paths are taken apart in one place.
        for text in everything if number < 2 else everything[::9]:
            target = "/".join(text if part.startswith(":") else part for part in route.path.split("/"))
            check_problem(worker.client.request(route.method, target, json=samples.get(named(route), {})), 404)
    for path in (
        "//api/health",
        "/api/../api/nothing",
        "/api/%2e%2e/health",
        "/API/HEALTH",
        "/api/health%00",
        "/api/" + "x" * 8000,
    ):
        check_problem(worker.client.get(path), 404)


def test_hostile_query_strings_are_answered_or_400(worker: Worker, vehicle_id: str) -> None:
    nasty = [quote(text) for text in list(NASTY.values())[::3]]
    for text in ["%00", "%ff%fe", "%ed%a0%80", "%", "9" * 5000, "NaN", "w%20" * 500, *nasty]:
        for path, names in (
            ("/api/public/inventory", ("q", "priceMin", "sort")),
            ("/api/vehicles", ("make", "limit")),
            ("/api/integrations/tasks", ("target", "cursor")),
        ):
            for name in names:
                answer = worker.client.get(f"{path}?{name}={text}")
                if answer.status_code != 200:
                    check_problem(answer, 400)
    for query in ("&" * 10_000, "a=1&" * 2_500, "q" * 10_000):
        assert worker.client.get(f"/api/public/inventory?{query}").status_code == 200


def test_hostile_headers_are_never_a_server_error(worker: Worker, vehicle_id: str) -> None:
    for name in (
        "if-none-match",
        "if-match",
        "cookie",
        "authorization",
        "origin",
        "accept",
        "x-forwarded-for",
        "range",
        "cf-ray",
    ):
        for text in ("", '"', "\xff\xfe", "x" * 8000, "*," * 1000, "W/" * 1000, "=;" * 1000, '"\\', "bytes=0-0,0-0"):
            for path in ("/api/public/inventory", f"/api/vehicles/{vehicle_id}"):
                answer = worker.client.get(path, headers=[(name.encode(), text.encode("latin-1"))])
                assert answer.status_code in (200, 304, 401), (name, text[:20], answer.text[:200])
