"""Processes that are started here and never outlive their starter."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import IO

PATIENCE_S = 6.0


def stop_on_signals() -> None:
    """From now on SIGTERM, SIGINT and SIGHUP end the program through its `with` and `finally`, once."""
    numbers = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)

    def end(number: int, _frame: object) -> None:
        for caught in numbers:
            signal.signal(caught, signal.SIG_IGN)
        raise SystemExit(128 + number)

    for number in numbers:
        signal.signal(number, end)


class Child:
    """A command with all its descendants, as one process group.

    When the starter is killed outright, a watcher (a shell that waits for the starter's end of a pipe to close) ends the group.
    """

    def __init__(
        self, command: Sequence[str], cwd: Path, environment: Mapping[str, str], output: IO[bytes] | None = None
    ) -> None:
        """Start it; its output is this process's own, or goes to the file `output`."""
        error = None if output is None else subprocess.STDOUT
        self._process = subprocess.Popen(
            command, cwd=cwd, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=error, process_group=0
        )
        self._group = self._process.pid
        self._watcher = subprocess.Popen(
            ["/bin/sh", "-c", f"read _; kill -KILL -{self._group}"],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def __enter__(self) -> Child:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    def poll(self) -> int | None:
        """The exit status, once it has ended by itself."""
        return self._process.poll()

    def wait(self, timeout_s: float | None = None) -> int:
        """The exit status, when it has ended. Raises: subprocess.TimeoutExpired."""
        return self._process.wait(timeout_s)

    def stop(self) -> None:
        """End the group: asked first, then made to."""
        if self._process.poll() is None:
            self._signal(signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(PATIENCE_S)
        # What the first process leaves behind when it ends gets a moment, and no more.
        deadline = time.monotonic() + 0.5
        while self._signal(0) and time.monotonic() < deadline:
            time.sleep(0.01)
        self._signal(signal.SIGKILL)
        self._process.wait()
        if self._watcher.stdin:
            self._watcher.stdin.close()
        self._watcher.wait()

    def _signal(self, number: int) -> bool:
        """Whether there was anybody to send it to."""
        try:
            os.killpg(self._group, number)
        except (ProcessLookupError, PermissionError):
            return False
        return True
