"""What every answer has in common: problem documents, headers, methods; and the status the dealer sees."""

from __future__ import annotations

import re
from typing import Any

import pytest

from app.test_status import QUICKBOOKS
from app.typed import entry
from carlot import app
from carlot.errors import DatabaseUnavailable
from carlot.platform.ports import Response, Row, Statement
from carlot.routes import ROUTES
from carlot.web.endpoint import Guard, Route
from carlot.web.responses import SECURITY_HEADERS
from photos.album import uploaded
from support.lot import ENV, Lot, answer, car, page
from support.platform import SqliteDatabase

PATHS = sorted({route.path for route in ROUTES})
METHODS = {path: sorted(route.method for route in ROUTES if route.path == path) for path in PATHS}
BODILESS = ("GET", "DELETE", "HEAD")


def filled(path: str) -> str:
    """A path with something in every place."""
    return re.sub(r":\w+", "x", path.replace(":file", "google.csv").replace(":target", "kbb"))


def check_problem(response: Response, status: int, code: str | None = None) -> dict[str, Any]:
    """A problem document as docs/api.md, "Errors", describes it, and nothing else."""
    assert response.status == status
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["cache-control"] == "no-store"
    problem: dict[str, Any] = answer(response)
    assert list(problem)[:6] == ["type", "title", "status", "detail", "instance", "code"]
    assert set(problem) <= {"type", "title", "status", "detail", "instance", "code", "errors"}
    assert problem["type"] == f"urn:carlot:problem:{problem['code']}"
    assert problem["status"] == status
    assert problem["instance"] == response.headers["x-request-id"] == "req-1"
    assert problem["title"]
    assert problem["detail"]
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", problem["code"])
    for error in problem.get("errors", []):
        assert set(error) == {"field", "message"}
    assert "Traceback" not in str(problem)
    assert code is None or problem["code"] == code
    return problem


def check_headers(response: Response) -> None:
    """The headers that every answer carries."""
    framed = "frame-ancestors *" in response.headers["content-security-policy"]
    own = {"content-security-policy", "x-frame-options", "permissions-policy", "referrer-policy"} if framed else set()
    for name, value in SECURITY_HEADERS.items():
        if name in own:
            continue
        expected = "cross-origin" if name == "cross-origin-resource-policy" else value
        assert response.headers.get(name) in (value, expected), name
    assert response.headers["x-request-id"] == "req-1"


class Away(SqliteDatabase):
    """A database that does not answer."""

    async def batch(self, statements: Any) -> list[list[Row]]:
        raise DatabaseUnavailable("D1_ERROR: overloaded")

    async def all(self, sql: str, *params: Any) -> list[Row]:
        raise DatabaseUnavailable("D1_ERROR: overloaded")


class Broken(SqliteDatabase):
    """A database in which something is wrong that nobody thought of."""

    async def batch(self, statements: list[Statement]) -> list[list[Row]]:  # type: ignore[override]
        raise KeyError("secret-looking thing")

    async def all(self, sql: str, *params: Any) -> list[Row]:
        raise KeyError("secret-looking thing")


def body_for(route: Route) -> Any:
    """A body that gets past the parser, where there is one."""
    return None if route.method in BODILESS else {"vin": "WBS", "make": "BMW", "model": "M1", "year": 1979}


# What needs no database; /inventory.html is a page also without one: test_lot_page.py.
BY_ITSELF = (
    "/",
    "/inventory.html",
    "/robots.txt",
    "/api/health",
    "/api/openapi.json",
    "/api/public/dealer",
    # What is no VIN is looked up nowhere.
    "/api/vin/:vin",
    "/api/session",
    "/api/integrations/quickbooks/callback",
)
WITH_DATABASE = [route for route in ROUTES if route.path not in BY_ITSELF and "/webhooks/" not in route.path]


@pytest.mark.parametrize("route", WITH_DATABASE, ids=lambda route: f"{route.method} {route.path}")
async def test_without_a_database_every_route_is_a_problem(route: Route) -> None:
    env = {**ENV, **QUICKBOOKS}
    away = await Lot(env, Away()).call(route.method, filled(route.path), body_for(route))
    if away.status not in (400, 415, 422):  # It never came to the database.
        check_problem(away, 503, "unavailable")
        assert away.headers["retry-after"] == "5"
        assert "D1_ERROR" not in str(away.body)
        broken = await Lot(env, Broken()).call(route.method, filled(route.path), body_for(route))
        check_problem(broken, 500, "internal-error")
        assert "secret-looking" not in str(broken.body)
    check_headers(away)


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.method} {route.path}")
async def test_every_route_answers_with_the_common_headers(lot: Lot, route: Route) -> None:
    response = await lot.call(route.method, filled(route.path), body_for(route))
    check_headers(response)
    assert response.status < 500 or answer(response)["code"].endswith("not-configured")
    if response.status >= 400 and route.path != "/":
        check_problem(response, response.status)
    if ":id" in route.path and route.method in BODILESS:
        check_problem(response, 404)


@pytest.mark.parametrize("path", PATHS)
async def test_another_method_is_405_and_says_which(lot: Lot, path: str) -> None:
    allowed = {*METHODS[path], *(["HEAD"] if "GET" in METHODS[path] else [])}
    for method in {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "TRACE", "BREW", "get", "PROPFIND"} - allowed:
        for signed_in in (True, False):
            response = await lot.call(method, filled(path), signed_in=signed_in)
            assert {name.strip() for name in response.headers["allow"].split(",")} == allowed
            check_headers(response)
            if method == "HEAD":
                assert (response.status, response.body) == (405, b"")
            else:
                check_problem(response, 405, "method-not-allowed")


UNKNOWN = [
    *("/nope", "/api", "/api/", "/api/vehicle", "/api/vehicles/", "/api/vehicles/x/y/z/0", "//api/vehicles", "/API/VEHICLES"),
    *("/api/vehicles/../health", "/api/public/vehicle/", "/api/health/", "/.env", "/index.html/x", "/api/vehicles%2Fx"),
]


@pytest.mark.parametrize("path", UNKNOWN)
async def test_an_unknown_path_is_404_for_every_method(lot: Lot, path: str) -> None:
    for method in ("GET", "POST", "DELETE", "OPTIONS"):
        response = await lot.call(method, path, {} if method == "POST" else None, signed_in=False)
        check_problem(response, 404, "not-found")
        check_headers(response)


@pytest.mark.parametrize("path", [path for path in PATHS if "GET" in METHODS[path]])
async def test_head_is_get_without_the_body(lot: Lot, path: str) -> None:
    get = await lot.call("GET", filled(path))
    head = await lot.call("HEAD", filled(path))
    assert head.status == get.status
    assert head.body == b""
    assert dict(head.headers) == dict(get.headers)


@pytest.mark.parametrize("path", PATHS)
async def test_options_lets_any_page_read_what_is_public_and_nothing_else(lot: Lot, path: str) -> None:
    public = any(route.guard is Guard.PUBLIC for route in ROUTES if route.path == path)
    response = await lot.call("OPTIONS", filled(path), signed_in=False)
    if public:
        assert (response.status, response.body) == (204, b"")
        assert response.headers["access-control-allow-origin"] == "*"
        assert "If-None-Match" in response.headers["access-control-allow-headers"]
    else:
        check_problem(response, 405)
        assert "access-control-allow-origin" not in response.headers


PUBLIC_PATHS = sorted({route.path for route in ROUTES if route.guard is Guard.PUBLIC})


def check_any_page_reads(response: Response) -> None:
    """Both headers without which a browser keeps an answer from the page that asked."""
    assert response.headers["access-control-allow-origin"] == "*"
    assert response.headers["cross-origin-resource-policy"] == "cross-origin"


@pytest.mark.parametrize("path", PUBLIC_PATHS)
async def test_any_page_reads_what_is_public_and_why_it_was_refused(lot: Lot, path: str) -> None:
    asked = [
        ("GET", filled(path)),
        ("HEAD", filled(path)),
        ("POST", filled(path)),
        ("DELETE", filled(path)),
        ("BREW", filled(path)),
    ]
    for method, target in [*asked, ("GET", filled(path) + "?limit=x&offset=-1")]:
        check_any_page_reads(await lot.call(method, target, {} if method == "POST" else None, signed_in=False))
    for database in (Away(), Broken()):
        for method in ("GET", "HEAD"):
            check_any_page_reads(await Lot(dict(ENV), database).call(method, filled(path), signed_in=False))


PUBLIC_ANSWERS = [
    *(
        "/api/public/inventory",
        "/api/public/inventory?limit=1",
        "/api/public/vehicle/CAR",
        "/api/public/dealer",
        "/api/public/reduced",
    ),
    *("/photos/PHOTO", "/feeds/TOKEN", "/api/openapi.json", "/api/health"),
    *("/inventory.html", "/inventory.html?vehicle=CAR", "/sitemap.xml", "/robots.txt"),
]
"""What docs/api.md lists under "Public"."""


@pytest.mark.parametrize("target", PUBLIC_ANSWERS)
async def test_what_is_public_may_be_kept_and_is_asked_for_again_by_its_etag(lot: Lot, target: str) -> None:
    car = answer(await lot.call("POST", "/api/vehicles", {**entry(1), "publishToWebsite": True, "publishToThirdParty": True}))
    picture = await uploaded(lot, car)
    feed = answer(await lot.call("GET", "/api/feeds"))["feeds"][0]["url"].partition("/feeds/")[2]
    for name, value in (("CAR", car["id"]), ("PHOTO", picture["id"]), ("TOKEN", feed)):
        target = target.replace(name, value)
    first = await lot.call("GET", target, signed_in=False)
    assert first.status == 200, target
    check_any_page_reads(first)
    assert first.headers["cache-control"].startswith("public,")
    again = await lot.call("GET", target, headers={"if-none-match": first.headers["etag"]}, signed_in=False)
    assert (again.status, again.body or b"") == (304, b"")
    # What a browser keeps takes the headers of the 304 over.
    of_the_body = ("content-type", "content-length", "x-total-count", "link")
    kept = {name: value for name, value in first.headers.items() if name not in of_the_body}
    assert {name: value for name, value in again.headers.items() if name in kept} == kept
    other = await lot.call("GET", target, headers={"if-none-match": '"other"'}, signed_in=False)
    assert (other.status, other.headers["etag"]) == (200, first.headers["etag"])


async def test_a_feed_that_changed_has_another_etag(lot: Lot) -> None:
    car = answer(await lot.call("POST", "/api/vehicles", {**entry(1), "publishToThirdParty": True}))
    feed = "/feeds/" + answer(await lot.call("GET", "/api/feeds"))["feeds"][0]["url"].partition("/feeds/")[2]
    first = await lot.call("GET", feed, signed_in=False)
    assert (await lot.call("PATCH", f"/api/vehicles/{car['id']}", {"price": 4321})).status == 200
    second = await lot.call("GET", feed, headers={"if-none-match": first.headers["etag"]}, signed_in=False)
    assert (second.status, second.headers["etag"] != first.headers["etag"]) == (200, True)


@pytest.mark.parametrize(
    ("target", "status"),
    [
        ("/api/public/vehicle/x", 404),
        ("/api/public/vehicle/", 404),
        ("/api/public/nothing", 404),
        ("/photos/x", 404),
        ("/api/public/inventory?limit=x", 400),
    ],
)
async def test_a_refusal_that_any_page_reads_is_a_problem_like_any_other(lot: Lot, target: str, status: int) -> None:
    response = await lot.call("GET", target, signed_in=False)
    check_problem(response, status)
    check_any_page_reads(response)


@pytest.mark.parametrize("path", [*(path for path in PATHS if path not in PUBLIC_PATHS), "/nope", "/api/publicity", "/api"])
async def test_no_other_refusal_is_readable_from_another_origin(lot: Lot, path: str) -> None:
    for method in ("GET", "POST", "BREW"):
        response = await lot.call(method, filled(path), {} if method == "POST" else None, signed_in=False)
        assert "access-control-allow-origin" not in response.headers, method
        assert response.headers["cross-origin-resource-policy"] == "same-origin", method


async def test_no_admin_answer_is_readable_from_another_origin(lot: Lot) -> None:
    for route in ROUTES:
        if route.guard is Guard.ADMIN:
            response = await lot.call(route.method, filled(route.path), body_for(route), {"origin": "https://evil.test"})
            assert "access-control-allow-origin" not in response.headers
            assert response.headers["cache-control"] == "no-store"


async def test_health_answers_without_asking_the_database(lot: Lot) -> None:
    response = await lot.call("GET", "/api/health", signed_in=False)
    assert (response.status, answer(response)) == (200, {"ok": True})
    assert lot.database.statements == 0


STATUS_MEMBERS = {
    "wayneReeves": {"configured", "lastSync", "status", "message"},
    "quickbooks": {"configured", "authenticated", "lastSync", "status"},
    "listings": {"carGurus", "trueCar", "kbb", "totalPublished"},
    "queue": {"backlog", "oldestMessageSeconds", "pending", "dead"},
    "deadlines": {"invoicesDue", "expensesDue", "removalsDue", "overdue"},
}
STATES = {"connected", "not_configured", "degraded", "reauth_required", "error"}


async def test_the_status_has_the_documented_members(lot: Lot) -> None:
    for env in ({"ADMIN_TOKEN": lot.env["ADMIN_TOKEN"]}, lot.env):
        status = answer(await Lot(env).call("GET", "/api/integrations/status"))
        assert set(status) >= set(STATUS_MEMBERS)
        for name, members in STATUS_MEMBERS.items():
            assert set(status[name]) >= members - {"message"}, name
        assert {status["wayneReeves"]["status"], status["quickbooks"]["status"]} <= STATES
        assert status["queue"] == {"backlog": 0, "oldestMessageSeconds": 0, "pending": 0, "dead": 0}
        assert {type(value) for value in status["deadlines"].values()} == {int}
        assert all(status["listings"][site]["configured"] is False for site in ("carGurus", "trueCar", "kbb"))
    assert status["wayneReeves"]["configured"] is True
    assert status["quickbooks"] == {**status["quickbooks"], "configured": False, "authenticated": False, "lastSync": None}


async def test_the_status_follows_the_pulls(lot: Lot) -> None:
    async def dms() -> tuple[str, str | None]:
        found = answer(await lot.call("GET", "/api/integrations/status"))["wayneReeves"]
        return found["status"], found["lastSync"]

    assert (await dms())[1] is None
    for pages, expected in (([page([car(1)])], "connected"), ([page([], None, 0)], "degraded"), ([page([car(1)])], "connected")):
        lot.clock.forward(60)
        lot.http.answers = list(pages)
        await lot.call("POST", "/api/integrations/wayne-reeves/sync")
        assert answer(await lot.call("GET", "/api/integrations/status"))["queue"]["backlog"] == 1
        await lot.deliver()
        assert (await dms())[0] == expected
    assert (await dms())[1] == "2025-02-03T10:33:00.000Z"


async def test_a_queue_that_does_not_answer_costs_the_status_nothing(lot: Lot) -> None:
    from carlot.errors import QueueUnavailable

    class Mute:
        async def send(self, messages: Any, delay_s: int = 0) -> None:
            raise QueueUnavailable("away")

        async def metrics(self) -> Any:
            raise QueueUnavailable("away")

    from dataclasses import replace

    from carlot.platform.ports import Request
    from support.lot import TOKEN, TextBody

    services = replace(lot.services, sync_queue=Mute())
    headers = {"authorization": f"Bearer {TOKEN}"}
    for method, path, status in (("POST", "/api/integrations/wayne-reeves/sync", 202), ("GET", "/api/integrations/status", 200)):
        request = Request("r", method, "https://lot.test", path, (), headers, TextBody(b""))
        assert (await app.handle_request(request, services)).status == status
