"""Runs the plugin in real PHP, in front of a Worker that answers what a test tells it to."""

from __future__ import annotations

import json
import shutil
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from runtime.paths import ROOT

PLUGIN = ROOT / "wordpress" / "carlot-inventory"
HARNESS = Path(__file__).parent / "harness.php"
REDUCED = "/api/public/reduced"


@dataclass(frozen=True, slots=True)
class Answer:
    """What the Worker answers."""

    content: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def body(self) -> bytes:
        """The content as JSON; bytes as they are."""
        return self.content if isinstance(self.content, bytes) else json.dumps(self.content).encode()


class ScriptedWorker:
    """A Worker: `answers` by path without query, `heard` the requests as (path with query, If-None-Match).

    When it is `paged`, it gives a list in pages as the real one does, and fails from the offset `broken_from` on.
    While `awake` is not set, it answers nobody. The question for fallen prices, which
    comes with each one for the list, is not heard.
    """

    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {}
        self.heard: list[tuple[str, str | None]] = []
        self.paged = False
        self.broken_from: int | None = None
        self.awake = threading.Event()
        self.awake.set()
        worker = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                if self.path != REDUCED:
                    worker.heard.append((self.path, self.headers["if-none-match"]))
                worker.awake.wait(30)
                answer = worker.answers.get(self.path.split("?")[0], Answer({"code": "not-found"}, 404))
                if worker.paged and isinstance(answer.content, list):
                    answer = worker.page(answer, parse_qs(urlsplit(self.path).query))
                known = "ETag" in answer.headers and answer.headers["ETag"] == self.headers["if-none-match"]
                self.send_response(304 if known else answer.status)
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                if not known:
                    self.wfile.write(answer.body)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the name is the library's)
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def page(self, answer: Answer, query: dict[str, list[str]]) -> Answer:
        """The page of a list that a query asks for."""
        limit, offset = int(query["limit"][0]), int(query.get("offset", ["0"])[0])
        if self.broken_from is not None and offset >= self.broken_from:
            return Answer({"code": "unavailable"}, 503)
        headers = {**answer.headers, "X-Total-Count": str(len(answer.content))}
        return Answer(answer.content[offset : offset + limit], headers=headers)

    def close(self) -> None:
        """End it; from now on nobody answers at its address."""
        self._server.shutdown()
        self._server.server_close()


@dataclass
class Site:
    """A WordPress site with the plugin. What it keeps stays from one page view to the next; `now` is its clock, in seconds."""

    php: str
    worker: ScriptedWorker
    now: int = 1_000_000
    kept: dict[str, Any] = field(default_factory=dict)

    def run(self, **job: Any) -> dict[str, Any]:
        """Run a job of the harness. Raises: AssertionError when PHP complains of anything."""
        defaults = {"option": {"url": self.worker.url}, "transients": self.kept, "now": self.now}
        if "code" not in job:
            defaults["plugin"] = str(PLUGIN / "carlot-inventory.php")
        done = subprocess.run(
            [self.php, "-d", "display_errors=stderr", str(HARNESS)],
            input=json.dumps({**defaults, **job}),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr + done.stdout
        assert not done.stderr
        result: dict[str, Any] = json.loads(done.stdout)
        self.kept = result["transients"]
        return result

    def view(self, attributes: Any = "", **job: Any) -> str:
        """The HTML of a page with the shortcode."""
        html: str = self.run(shortcode=attributes, **job)["html"]
        return html


@pytest.fixture(scope="session")
def php() -> str:
    """PHP itself."""
    found = shutil.which("php")
    if found is None:
        pytest.skip("needs PHP 7.4 or newer on the command line (Debian: apt-get install php-cli)")
    return found


@pytest.fixture
def worker() -> Iterator[ScriptedWorker]:
    """A Worker that a test scripts."""
    worker = ScriptedWorker()
    yield worker
    worker.close()


@pytest.fixture
def site(php: str, worker: ScriptedWorker) -> Site:
    """A site whose plugin asks that Worker."""
    return Site(php, worker)
