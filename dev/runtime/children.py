"""Child processes that never outlive the process that started them."""

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
    """Make SIGTERM, SIGINT and SIGHUP end the program through its `with` and `finally` blocks, once."""
    numbers = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)

    def end(number: int, _frame: object) -> None:
        for caught in numbers:
            signal.signal(caught, signal.SIG_IGN)
        raise SystemExit(128 + number)

    for number in numbers:
        signal.signal(number, end)


class Child:
    """A command and all its descendants, as one process group.

    If the starter is killed, a watcher (a shell that waits for the starter's end of a pipe to close) ends the group.
    """

    def __init__(
        self, command: Sequence[str], cwd: Path, environment: Mapping[str, str], output: IO[bytes] | None = None
    ) -> None:
        """Start the command. Its output goes to the file `output`, or to this process's own output."""
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
        """Return the exit status, or None while the command runs."""
        return self._process.poll()

    def wait(self, timeout_s: float | None = None) -> int:
        """Wait for the command to end and return its exit status. Raises: subprocess.TimeoutExpired."""
        return self._process.wait(timeout_s)

    def stop(self) -> None:
        """End the group, first with SIGTERM and then with SIGKILL."""
        if self._process.poll() is None:
            self._signal(signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(PATIENCE_S)
        # Processes that the command leaves behind get half a second to end.
        deadline = time.monotonic() + 0.5
        while self._signal(0) and time.monotonic() < deadline:
            time.sleep(0.01)
        self._signal(signal.SIGKILL)
        self._process.wait()
        if self._watcher.stdin:
            self._watcher.stdin.close()
        self._watcher.wait()

    def _signal(self, number: int) -> bool:
        """Send a signal to the group. Return whether the group still exists."""
        try:
            os.killpg(self._group, number)
        except (ProcessLookupError, PermissionError):
            return False
        return True
