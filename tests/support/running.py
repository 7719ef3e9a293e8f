"""CarLot on the real runtime and its partners, as processes that a test starts, kills and starts again."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from itertools import cycle
from pathlib import Path
from typing import Any

import httpx

from support.platform import ROOT

TOKEN = "the dealer's token"
START_S = 90.0
STOP_S = 30.0
GOING = ("queued", "running")
LATER = "strftime('%Y-%m-%dT%H:%M:%fZ', {column}, '-{seconds} seconds')"
WAITS = {
    "sync_tasks": ("leased_until", "next_attempt_at", "wake_due_at", "deadline_at"),
    "listings": ("verify_after",),
    "partner_calls": ("started_at", "until"),
    "partners": ("paused_until", "probe_at"),
    "oauth_tokens": ("leased_until",),
    "sales": ("books_tried_at", "created_at"),
    "service_records": ("books_tried_at",),
    "site_files": ("delivered_at",),
}
"""The columns that say how long something is waited for."""

_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def _own_ports() -> Iterator[int]:
    """Ports that no other process of this run gives out, and that the system gives to no outgoing connection (from 32768)."""
    number = int(os.environ.get("PYTEST_XDIST_WORKER", "gw9").removeprefix("gw")) % 10
    first = 21_000 + 1_000 * number
    # Another run on this machine begins elsewhere.
    return cycle(range(first + os.getpid() % 10 * 100, first + 1_000))


_ports = _own_ports()


def free_port() -> int:
    """A port that nobody listens on now, and that nobody else takes before it is used."""
    for port in _ports:
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise AssertionError


def wait_until(holds: Callable[[], bool], limit_s: float, what: str) -> None:
    """Look again and again until something holds. Raises: TimeoutError, naming what was waited for."""
    deadline = time.monotonic() + limit_s
    while not holds():
        if time.monotonic() > deadline:
            raise TimeoutError(f"not within {limit_s:g} s: {what}")
        time.sleep(0.05)


class _Process:
    """A command with its output in a file, and a client of the address that it listens on."""

    def __init__(self, command: list[str], url: str, log: Path, environment: Mapping[str, str], headers: dict[str, str]) -> None:
        self.url = url
        self.log = log
        # One more try of a connection that is refused at once: on a busy machine that happens while somebody listens.
        self.client = httpx.Client(base_url=url, headers=headers, timeout=30, transport=httpx.HTTPTransport(retries=1))
        self._command = command
        self._environment = environment
        self._running: subprocess.Popen[bytes] | None = None

    def start(self, ready: str) -> None:
        """Start it, and wait until it answers at the path `ready`. Raises: RuntimeError with the end of its output."""
        with self.log.open("ab") as output:
            self._running = subprocess.Popen(
                self._command,
                cwd=ROOT,
                env={**os.environ, **self._environment},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        deadline = time.monotonic() + START_S
        while not self._answers(ready):
            if self._running.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise RuntimeError(f"{self._command[0]} did not start:\n{self.said()[-4000:]}")
            time.sleep(0.05)

    def is_running(self) -> bool:
        """Whether it has not ended by itself."""
        return self._running is not None and self._running.poll() is None

    def said(self) -> str:
        """Its output so far, without colours."""
        return _COLOUR.sub("", self.log.read_text(errors="replace"))

    def stop(self) -> None:
        """End it, politely at first."""
        if self._running is None:
            return
        self._running.terminate()
        try:
            self._running.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self._running.kill()
            self._running.wait()
        self._running = None

    def _answers(self, path: str) -> bool:
        try:
            return self.client.get(path, timeout=20).is_success
        except httpx.TransportError:
            return False


class Partners(_Process):
    """The simulated partners."""

    def __init__(self, log: Path, *flags: str) -> None:
        port = free_port()
        command = [sys.executable, "-m", "simulators", "--port", str(port), *flags]
        environment = {"PYTHONPATH": str(ROOT / "dev")}
        super().__init__(command, f"http://127.0.0.1:{port}", log, environment, {"authorization": "Bearer key"})

    def run(self) -> Partners:
        """Start them."""
        self.start("/_sim")
        return self

    def sim(self, method: str, path: str, content: Any = None) -> Any:
        """Send JSON to a control under `/_sim`, such as `PUT faults/wayne-reeves`; answer its JSON."""
        answer = self.client.request(method, f"/_sim/{path}", json=content)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    def heard(self, method: str, path: str) -> list[dict[str, Any]]:
        """The requests that partners heard, oldest first; `path` may end in `*`."""
        answer = self.client.get("/_sim/ledger", params={"method": method, "path": path})
        entries: list[dict[str, Any]] = answer.json()["entries"]
        return entries


class Worker(_Process):
    """CarLot with a database of its own in `folder`, which outlives it. Its client is signed in. `more`: flags of wrangler."""

    def __init__(
        self, folder: Path, settings: Mapping[str, str], *more: str, environment: Mapping[str, str] | None = None
    ) -> None:
        port = free_port()
        folder.mkdir(parents=True, exist_ok=True)
        # A file of its own, so that the .dev.vars of whoever runs the tests plays no part.
        given = folder / "settings.env"
        given.write_text("".join(f'{name}="{value}"\n' for name, value in {"ADMIN_TOKEN": TOKEN, **settings}.items()))
        flags = ["--ip", "127.0.0.1", "--port", str(port), "--persist-to", str(folder), "--env-file", str(given)]
        headers = {"authorization": f"Bearer {TOKEN}"}
        super().__init__(
            [str(ROOT / "dev" / "worker"), *flags, *more],
            f"http://127.0.0.1:{port}",
            folder / "log",
            {"TMPDIR": str(folder), **(environment or {})},
            headers,
        )
        self.folder = folder

    def run(self) -> Worker:
        """Start it; at its first answer the program is loaded."""
        self.start("/api/health")
        return self

    def kill(self) -> None:
        """SIGKILL to all of it: no line of the program runs any more, and what the queue held is gone."""
        assert self._running is not None
        for pid in (self._running.pid, *_descendants(self._running.pid)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._running.wait()
        self._running = None
        wait_until(lambda: not self._answers("/api/health"), STOP_S, "nobody answers any more")

    def commands(self) -> list[str]:
        """The command lines of the processes below it."""
        assert self._running is not None
        pids = map(str, _descendants(self._running.pid))
        listed = subprocess.run(["ps", "-ww", "-o", "args=", "-p", ",".join(pids)], capture_output=True, text=True, check=True)
        return listed.stdout.splitlines()

    def tick(self, cron: str = "* * * * *") -> None:
        """Fire a cron."""
        answer = self.client.get("/cdn-cgi/handler/scheduled", params={"cron": cron}, timeout=60)
        assert answer.is_success, answer.text

    def pull(self) -> str:
        """Press the button; answer the run's id."""
        answer = self.client.post("/api/integrations/wayne-reeves/sync")
        assert answer.status_code == 202, answer.text
        run_id: str = answer.json()["runId"]
        return run_id

    def report(self, run_id: str) -> dict[str, Any]:
        """A run as the API shows it."""
        report: dict[str, Any] = self.client.get(f"/api/integrations/runs/{run_id}").json()
        return report

    def finished(self, run_id: str, limit_s: float = 60) -> dict[str, Any]:
        """The report of a run once it has ended. Raises: TimeoutError."""
        wait_until(lambda: self.report(run_id)["status"] not in GOING, limit_s, f"the end of run {run_id}")
        return self.report(run_id)

    def settled(self, limit_s: float = 30) -> None:
        """Wait until no task is left to do. Raises: TimeoutError."""
        left = "SELECT 1 FROM sync_tasks WHERE state IN ('pending', 'running')"
        wait_until(lambda: not self.query(left), limit_s, "no task is left to do")

    def query(self, sql: str, *params: Any) -> list[dict[str, Any]]:
        """What D1 holds, read from its file. The Worker may run meanwhile."""
        with contextlib.closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True, timeout=10)) as connection:
            connection.row_factory = sqlite3.Row
            return [dict(row) for row in connection.execute(sql, params)]

    def pass_time(self, seconds: float) -> None:
        """While the Worker is down: let so much time have passed for all that is waited for, leases and pauses."""
        assert self._running is None
        with contextlib.closing(sqlite3.connect(self.database)) as connection, connection:
            for table, columns in WAITS.items():
                changes = ", ".join(f"{column} = {LATER.format(column=column, seconds=seconds)}" for column in columns)
                connection.execute(f"UPDATE {table} SET {changes}")

    @property
    def database(self) -> Path:
        """D1's file."""
        files = [path for path in (self.folder / "v3" / "d1").glob("*/*.sqlite") if path.name != "metadata.sqlite"]
        assert len(files) == 1, files
        return files[0]


def _descendants(pid: int) -> list[int]:
    """The processes below one, the nearest first."""
    listing = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    children: dict[int, list[int]] = {}
    for line in listing.splitlines():
        child, parent = map(int, line.split())
        children.setdefault(parent, []).append(child)
    below = list(children.get(pid, ()))
    for child in below:
        below += children.get(child, ())
    return below
