"""Cloudflare Access in front: wrangler simulates it, so the runtime itself says who has signed in."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from runtime.configuration import read_config
from runtime.paths import PYTHON_MODULES, ROOT
from support.running import Worker
from workerd.conftest import SETTINGS

EMAIL = "dealer@lot.test"
CHANGE = "/api/integrations/tasks/retry-all"


def behind_access(folder: Path) -> Path:
    """wrangler.jsonc with Access in front, in a folder of its own: wrangler finds files beside the configuration."""
    config = read_config()
    config["main"] = str(ROOT / config["main"])
    config["assets"]["directory"] = str(ROOT / config["assets"]["directory"])
    config["d1_databases"][0]["migrations_dir"] = str(ROOT / config["d1_databases"][0]["migrations_dir"])
    config["access"] = {"dev": {"aud": "any", "identity": {"email": EMAIL}}}
    (folder / PYTHON_MODULES.name).symlink_to(PYTHON_MODULES)
    written = folder / "wrangler.json"
    written.write_text(json.dumps(config))
    return written


@pytest.fixture(scope="module")
def visitor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A browser whose owner Access has let in; it has neither the token nor a session."""
    folder = tmp_path_factory.mktemp("access")
    worker = Worker(folder, SETTINGS, "--config", str(behind_access(folder)))
    try:
        with httpx.Client(base_url=worker.run().url, timeout=30) as client:
            yield client
    finally:
        worker.stop()


def test_who_is_let_in_needs_no_token(visitor: httpx.Client) -> None:
    assert visitor.get("/api/vehicles").status_code == 200
    own = {"origin": str(visitor.base_url).rstrip("/"), "sec-fetch-site": "same-origin"}
    assert visitor.post(CHANGE, headers=own).status_code == 202
    assert visitor.post("/api/vehicles", json={}, headers=own).json()["code"] == "invalid"


@pytest.mark.parametrize(
    "headers",
    [{"origin": "https://evil.test"}, {"origin": "null"}, {"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"}],
)
def test_another_sites_page_changes_nothing(visitor: httpx.Client, headers: dict[str, str]) -> None:
    """Requests that a form can make: a browser asks nobody before it sends them."""
    form = {**headers, "content-type": "text/plain"}
    for path in (CHANGE, "/api/vehicles/import", "/api/vehicles/x/photos", "/api/feeds/google/rotate"):
        answer = visitor.post(path, content="vin,year,make,model,price\r\n", headers=form)
        assert (answer.status_code, answer.json()["code"]) == (403, "cross-site"), path


def test_without_access_its_headers_open_nothing(worker: Worker) -> None:
    """Anybody can send them. A Worker that has Access in front is shown who signed in by the runtime instead."""
    claims = {
        "cf-access-authenticated-user-email": EMAIL,
        "cf-access-jwt-assertion": "eyJhbGciOiJub25lIn0.eyJlbWFpbCI6ImRlYWxlckBsb3QudGVzdCJ9.",
        "cookie": "CF_Authorization=eyJhbGciOiJub25lIn0.eyJlbWFpbCI6ImRlYWxlckBsb3QudGVzdCJ9.",
    }
    for headers in (claims, {**claims, "origin": worker.url, "sec-fetch-site": "same-origin"}):
        assert httpx.get(worker.url + "/api/vehicles", headers=headers).status_code == 401
        assert httpx.post(worker.url + CHANGE, headers=headers).status_code == 401
