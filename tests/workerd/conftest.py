"""A Worker on the real runtime beside simulated partners: one of each for all the tests that a process runs, or one's own."""

from __future__ import annotations

import fcntl
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from support.running import Partners, Worker

# Where it is about noon now: the day's pull is due.
_NOON = f"Etc/GMT{datetime.now(UTC).hour - 12:+d}"
SETTINGS = {
    "WAYNE_REEVES_API_KEY": "key",
    "WEBHOOK_SECRET": "webhook-secret-of-tests",
    "DEALER_TIMEZONE": _NOON,
    "IMPORT_PUBLISH_TO_WEBSITE": "true",
    "DEALER_NAME": "Maple Street Motors",
}

StartWorker = Callable[..., Worker]


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The tests of one file run in one process (`--dist loadgroup`), so that few Workers are started."""
    for item in items:
        if Path(__file__).parent in item.path.parents and item.get_closest_marker("xdist_group") is None:
            item.add_marker(pytest.mark.xdist_group(item.path.stem))


@pytest.fixture(scope="session")
def partners(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Partners]:
    """The simulated partners with the demo lot."""
    running = Partners(tmp_path_factory.mktemp("partners") / "log").run()
    yield running
    running.stop()


@pytest.fixture(scope="session")
def new_worker(tmp_path_factory: pytest.TempPathFactory, partners: Partners) -> Iterator[StartWorker]:
    """Starts a Worker with an empty database; settings are given by name. All that still run are ended with the session."""
    started: list[Worker] = []
    # The same for all processes of a test run: starts take turns, for each keeps a core busy for seconds.
    turn = tmp_path_factory.getbasetemp().parent / "worker-start.lock"

    def start(**settings: str) -> Worker:
        folder = tmp_path_factory.mktemp("worker")
        worker = Worker(folder, {"WAYNE_REEVES_API_URL": partners.url, **SETTINGS, **settings})
        started.append(worker)
        with turn.open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            return worker.run()

    yield start
    for worker in started:
        worker.stop()


@pytest.fixture(scope="session")
def worker(new_worker: StartWorker) -> Worker:
    """A Worker that the tests of a process share. Its lot is not emptied in between: a test brings cars of its own."""
    return new_worker()
