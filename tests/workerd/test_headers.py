"""The headers that protect: on every answer of the program and on every file of the pages, as the real runtime serves them."""

from __future__ import annotations

import re

import httpx
import pytest

from carlot.routes import ROUTES
from carlot.web.endpoint import Guard
from runtime.paths import ROOT
from support.running import Worker

PUBLIC = ROOT / "public"
FILES = sorted(
    f"/{path.relative_to(PUBLIC).as_posix()}" for path in PUBLIC.rglob("*") if path.is_file() and path.name != "_headers"
)
NOBODY = "nobody"
ANSWERS = [(route.method, re.sub(r":\w+", NOBODY, route.path), route.guard) for route in ROUTES]
REFUSED_IN_PUBLIC = [
    ("DELETE", "/api/health", 405),
    ("HEAD", "/api/public/vehicle/nobody", 404),
    ("GET", "/api/public/vehicle/", 404),
    ("GET", "/api/public/inventory?limit=x", 400),
]
OUTSIDE = [
    ("GET", "/nope"),
    ("GET", "/api/nope"),
    ("OPTIONS", "/api/public/inventory"),
    ("PATCH", "/api/sales"),
]
# What other sites may show or run: the lot's page in a frame, its script, pictures.
EMBEDDED = ("/inventory.html", "/embed.js", "/demo/")


def policy(answer: httpx.Response) -> dict[str, set[str]]:
    """The content security policy by directive. There is one, and it says nothing twice."""
    given = answer.headers.get_list("content-security-policy")
    assert len(given) == 1, f"{answer.request.method} {answer.request.url.path}"
    directives = [part.split() for part in given[0].split(";")]
    assert len({name for name, *_ in directives}) == len(directives)
    return {name: set(values) for name, *values in directives}


def check(answer: httpx.Response, *, framed: bool = False, shared: bool = False) -> None:
    """Everything that each byte is served with. `framed`: anybody may put it in a frame; `shared`: other sites may use it."""
    about = f"{answer.request.method} {answer.request.url.path}"
    found = policy(answer)
    assert found["default-src"] == {"'none'"}, about
    assert found["frame-ancestors"] == ({"*"} if framed else {"'none'"}), about
    assert found["base-uri"] == {"'none'"}, about
    assert found["form-action"] <= {"'none'", "'self'"}, about
    assert found.get("script-src", set()) <= {"'self'"}, about
    assert found.get("style-src", set()) <= {"'self'"}, about
    assert found.get("connect-src", set()) <= {"'self'"}, about
    assert answer.headers.get_list("x-frame-options") == ([] if framed else ["DENY"]), about
    assert answer.headers.get_list("x-content-type-options") == ["nosniff"], about
    assert answer.headers["referrer-policy"] in ("no-referrer", "strict-origin-when-cross-origin"), about
    assert {"camera=()", "geolocation=()", "microphone=()"} <= set(answer.headers["permissions-policy"].split(", ")), about
    assert answer.headers.get_list("cross-origin-opener-policy") == ["same-origin"], about
    assert answer.headers.get_list("cross-origin-resource-policy") == ["cross-origin" if shared else "same-origin"], about
    age = re.fullmatch(r"max-age=(\d+); includeSubDomains", answer.headers["strict-transport-security"])
    assert age is not None, about
    assert int(age[1]) >= 365 * 86400, about
    assert not {"server", "x-powered-by"} & set(answer.headers), about


def test_the_list_of_page_files_is_not_empty() -> None:
    """There are some, so that none of the tests below is empty."""
    assert {"/index.html", "/inventory.html", "/embed.js"} <= set(FILES)
    assert len(FILES) > 50


def test_every_file_of_the_pages(worker: Worker) -> None:
    with httpx.Client(base_url=worker.url) as client:
        for path in FILES:
            answer = client.get(path)
            assert answer.status_code == 200, path
            check(answer, framed=path == "/inventory.html", shared=path.startswith(EMBEDDED))
            again = client.get(path, headers={"if-none-match": answer.headers["etag"]})
            assert again.status_code == 304, path
            allowed = answer.headers.get("access-control-allow-origin")
            assert allowed == ("*" if path.startswith(EMBEDDED[:2]) else None), path


@pytest.mark.parametrize("signed_in", [True, False])
def test_every_route_answers_with_the_security_headers(worker: Worker, signed_in: bool) -> None:
    with httpx.Client(base_url=worker.url, headers=worker.client.headers if signed_in else None) as client:
        for method, path, guard in ANSWERS:
            if method != "GET" and signed_in and NOBODY not in path:
                continue  # It would change the lot that other tests share; the refusal below has the same way out.
            answer = client.request(method, path)
            check(answer, framed=path == "/inventory.html", shared=guard is Guard.PUBLIC)
            assert answer.headers.get("access-control-allow-origin") == ("*" if guard is Guard.PUBLIC else None), path
            assert answer.headers["x-request-id"], path
            cached = answer.headers["cache-control"]
            assert cached == "no-store" if guard is Guard.ADMIN or answer.is_error else cached, path


def test_any_page_may_read_why_a_public_address_refuses(worker: Worker) -> None:
    for method, target, status in REFUSED_IN_PUBLIC:
        answer = httpx.request(method, worker.url + target)
        check(answer, shared=True)
        assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (status, "*"), target


def test_what_is_nobodys(worker: Worker) -> None:
    for method, path in OUTSIDE:
        answer = httpx.request(method, worker.url + path)
        check(answer)
        assert answer.status_code in (204, 404, 405), path


def test_a_page_of_ours_has_no_script_or_style_in_it() -> None:
    """The policy forbids it; a page that had some would be broken."""
    pages = list(PUBLIC.rglob("*.html"))
    assert len(pages) >= 2
    for page in pages:
        text = page.read_text()
        assert not re.search(r"<script(?![^>]*\bsrc=)", text), page.name
        assert not re.search(r"<style|\sstyle=|\son\w+=", text), page.name
        assert not re.search(r"(?:src|href)=[\"'](?:https?:)?//", text), page.name
