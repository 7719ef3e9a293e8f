"""A partner that sends us elsewhere: the deployed adapter follows no redirect, so nobody else gets our key."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from support.running import wait_until
from workerd.conftest import StartWorker


class Elsewhere(ThreadingHTTPServer):
    """A partner whose every answer is a redirect to another path, and the paths that were asked for."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answers)
        self.asked: list[str] = []


class _Answers(BaseHTTPRequestHandler):
    server: Elsewhere

    def do_GET(self) -> None:
        """Send the caller elsewhere."""
        self.server.asked.append(self.path)
        self.send_response(302)
        self.send_header("location", f"http://127.0.0.1:{self.server.server_port}/elsewhere")
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  As the base class has it.
        """Say nothing."""


@pytest.fixture
def elsewhere() -> Iterator[Elsewhere]:
    """The partner."""
    server = Elsewhere()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def test_a_redirect_is_an_answer_and_not_followed(new_worker: StartWorker, elsewhere: Elsewhere) -> None:
    worker = new_worker(WAYNE_REEVES_API_URL=f"http://127.0.0.1:{elsewhere.server_port}")
    assert worker.client.post("/api/integrations/wayne-reeves/sync").status_code == 202
    said = "SELECT 1 FROM sync_tasks WHERE kind = 'pull' AND error LIKE '%302%'"
    wait_until(lambda: bool(worker.query(said)), 30, "the redirect is known for what it is")
    assert len(elsewhere.asked) >= 1
    assert all(path.startswith("/inventory") for path in elsewhere.asked)
