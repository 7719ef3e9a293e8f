"""The security headers of every file of the pages, as Cloudflare serves them."""

from __future__ import annotations

import re

import httpx
import pytest

from browser.installation import Installation
from runtime.paths import ROOT

PUBLIC = ROOT / "public"
PAGES = ("/",)
# One of each kind is enough of the pictures.
FILES = sorted(
    f"/{file.relative_to(PUBLIC)}"
    for file in PUBLIC.rglob("*")
    if file.is_file() and file.name != "_headers" and (file.parent.name != "demo" or file.name == "sedan-red.svg")
)
ANYWHERE = ("/inventory.html", "/embed.js", "/demo/")
"""What other sites may load into their own pages."""


def policy(response: httpx.Response) -> dict[str, str]:
    """The directives of the Content-Security-Policy; there is exactly one."""
    policies = response.headers.get_list("content-security-policy")
    assert len(policies) == 1
    return {name: sources for name, _, sources in (part.strip().partition(" ") for part in policies[0].split(";"))}


@pytest.mark.parametrize("path", [*PAGES, *FILES])
def test_every_file_has_them(demo_lot: Installation, path: str) -> None:
    response = httpx.get(demo_lot.url + path)
    assert response.status_code == 200
    headers = response.headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "strict-origin-when-cross-origin"
    assert headers["strict-transport-security"] == "max-age=31536000; includeSubDomains"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["cross-origin-resource-policy"] == ("cross-origin" if path.startswith(ANYWHERE) else "same-origin")
    for feature in ("camera", "geolocation", "microphone", "payment", "usb"):
        assert f"{feature}=()" in headers["permissions-policy"]
    assert "set-cookie" not in headers


@pytest.mark.parametrize("path", [*PAGES, *FILES])
def test_scripts_and_styles_come_from_here_alone(demo_lot: Installation, path: str) -> None:
    found = policy(httpx.get(demo_lot.url + path))
    assert found["default-src"] == "'none'"
    assert found["script-src"] == "'self'"
    assert found["style-src"] == "'self'"
    assert found["connect-src"] == "'self'"
    assert found["base-uri"] == "'none'"
    assert not {"unsafe-inline", "unsafe-eval", "unsafe-hashes"} & set(re.findall(r"[\w-]+", str(found)))


@pytest.mark.parametrize("path", [*PAGES, *FILES])
def test_only_the_lot_may_stand_in_a_frame(demo_lot: Installation, path: str) -> None:
    response = httpx.get(demo_lot.url + path)
    if path == "/inventory.html":
        assert policy(response)["frame-ancestors"] == "*"
        assert "x-frame-options" not in response.headers
    else:
        assert policy(response)["frame-ancestors"] == "'none'"
        assert response.headers["x-frame-options"] == "DENY"


@pytest.mark.parametrize("path", ["/inventory.htm", "/inventory", "/css/", "/_headers", "/js/../_headers", "/.dev.vars"])
def test_what_is_not_a_file_is_no_page_either(demo_lot: Installation, path: str) -> None:
    response = httpx.get(demo_lot.url + path)
    assert response.status_code == 404
    assert policy(response)["frame-ancestors"] == "'none'"


def test_the_lot_answers_itself_and_is_asked_for_again(demo_lot: Installation) -> None:
    first = httpx.get(f"{demo_lot.url}/inventory.html")
    assert (first.status_code, first.headers["content-type"]) == (200, "text/html; charset=utf-8")
    again = httpx.get(f"{demo_lot.url}/inventory.html", headers={"if-none-match": first.headers["etag"]})
    assert again.status_code == 304
    assert first.headers["cache-control"] == "public, max-age=0, must-revalidate"


@pytest.mark.parametrize("path", ["/embed.js"])
def test_the_dealers_page_may_run_the_module_for_the_frame(demo_lot: Installation, path: str) -> None:
    response = httpx.get(demo_lot.url + path, headers={"origin": "https://dealer.example"})
    assert response.headers["access-control-allow-origin"] == "*"
    assert response.headers["content-type"].startswith("text/javascript")


def test_no_other_file_is_for_scripts_of_other_sites(demo_lot: Installation) -> None:
    open_to_all = [path for path in FILES if "access-control-allow-origin" in httpx.get(demo_lot.url + path).headers]
    assert open_to_all == [path for path in FILES if path in ("/embed.js", "/inventory.html")]


def test_no_rule_is_longer_than_cloudflare_takes() -> None:
    """Source: developers.cloudflare.com, Workers static assets, headers: 100 rules, 2,000 characters a line."""
    lines = (PUBLIC / "_headers").read_text().splitlines()
    assert max(map(len, lines)) <= 2000
    assert sum(line.startswith("/") for line in lines) <= 100
