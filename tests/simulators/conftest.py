"""Starts the simulated partners as their users do, on a free port, and gives tests a client."""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

DEV = Path(__file__).parents[2] / "dev"
KEY = {"Authorization": "Bearer test-key"}


class Process:
    """A running simulator. `url` is its address."""

    def __init__(self, *flags: str) -> None:
        self.running = subprocess.Popen(
            [sys.executable, "-m", "simulators", "--port", "0", *flags],
            env={**os.environ, "PYTHONPATH": str(DEV)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.running.stdout is not None
        self.ready_line = self.running.stdout.readline()
        found = re.search(r"http://\S+", self.ready_line)
        assert found, self.running.communicate(timeout=60)
        self.url = found[0]

    def client(self) -> httpx.Client:
        """A client that carries an API key."""
        return httpx.Client(base_url=self.url, headers=KEY, timeout=60)

    def stop(self) -> None:
        """End it."""
        self.running.terminate()
        self.running.communicate(timeout=60)


@pytest.fixture(scope="session")
def shared_process() -> Iterator[Process]:
    """One simulator with the demo lot for all tests that need no flags."""
    process = Process("--seed", "7")
    yield process
    process.stop()


@pytest.fixture
def sim(shared_process: Process) -> Iterator[httpx.Client]:
    """A client of the shared simulator, which is as new."""
    with shared_process.client() as client:
        assert client.post("/_sim/reset").status_code == 204
        yield client


@pytest.fixture
def start() -> Iterator[Callable[..., Process]]:
    """Starts simulators with flags; all are ended after the test."""
    started: list[Process] = []

    def start_one(*flags: str) -> Process:
        started.append(Process(*flags))
        return started[-1]

    yield start_one
    for process in started:
        process.stop()
