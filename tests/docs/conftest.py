"""One local instance for all the snippets."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator

import pytest

from docs.stage import Stage
from runtime.up import DEALER, settings_of_partners
from support.running import Partners, Worker


@pytest.fixture(scope="session")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A Worker with the settings of `make dev` beside simulated partners."""
    folder = tmp_path_factory.mktemp("snippets")
    partners = Partners(tmp_path_factory.mktemp("partners") / "log").run()
    worker = Worker(tmp_path_factory.mktemp("worker"), {**DEALER, **settings_of_partners(partners.url)})
    try:
        # Starts take turns, as those of the tests on the real runtime do: each keeps a core busy for seconds.
        with (tmp_path_factory.getbasetemp().parent / "worker-start.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            worker.run()
        yield Stage(worker, partners, folder)
    finally:
        worker.stop()
        partners.stop()
