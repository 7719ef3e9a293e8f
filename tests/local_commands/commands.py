"""The local commands as processes: what they say, what they leave behind."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from runtime.paths import ROOT
from support.running import wait_until

START_S = 120.0
STOP_S = 40.0


def run(name: str, *flags: str, cwd: Path = ROOT, timeout_s: float = 60) -> subprocess.CompletedProcess[str]:
    """A command to its end; what it prints counts as one text when it goes wrong."""
    words = [str(ROOT / "dev" / name), *flags]
    return subprocess.run(
        words, cwd=cwd, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=timeout_s, check=False
    )


@dataclass(slots=True)
class Running:
    """A command that goes on; its output is in a file."""

    process: subprocess.Popen[bytes]
    log: Path

    def said(self) -> str:
        """Its output so far."""
        return self.log.read_text(errors="replace")

    def wait_for(self, text: str) -> None:
        """Wait until it has said something. Raises: TimeoutError, RuntimeError with its output when it has ended."""

        def is_said() -> bool:
            if text in self.said():
                return True
            if self.process.poll() is not None:
                raise RuntimeError(f"it has ended without {text!r}:\n{self.said()}")
            return False

        wait_until(is_said, START_S, text)

    def end(self, number: signal.Signals, group: bool = False) -> set[int]:
        """Send it a signal (to its whole process group, as a terminal does), wait for its end; answer who outlives it.

        Those are killed, so that a test that fails leaves nothing behind either.
        """
        family = {self.process.pid, *descendants(self.process.pid)}
        if group:
            os.killpg(self.process.pid, number)
        else:
            self.process.send_signal(number)
        self.process.wait(STOP_S)
        try:
            wait_until(lambda: not alive(family), STOP_S, "all have ended")
        except TimeoutError:
            outliving = alive(family)
            for pid in outliving:
                os.kill(pid, signal.SIGKILL)
            return outliving
        return set()


@contextmanager
def running(name: str, *flags: str, cwd: Path, log: Path, environment: Mapping[str, str] | None = None) -> Iterator[Running]:
    """Start a command in a process group of its own; whatever still runs of it afterwards is killed."""
    words = [str(ROOT / "dev" / name), *flags]
    with log.open("wb") as output:
        process = subprocess.Popen(
            words,
            cwd=cwd,
            env={**os.environ, **(environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            process_group=0,
        )
    try:
        yield Running(process, log)
    finally:
        for pid in {process.pid, *descendants(process.pid)} if process.poll() is None else ():
            os.kill(pid, signal.SIGKILL)
        process.wait(STOP_S)


def descendants(pid: int) -> list[int]:
    """The processes below one."""
    listing = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    children: dict[int, list[int]] = {}
    for line in listing.splitlines():
        child, parent = map(int, line.split())
        children.setdefault(parent, []).append(child)
    below = list(children.get(pid, ()))
    for child in below:
        below += children.get(child, ())
    return below


def alive(pids: set[int]) -> set[int]:
    """Which of the processes still run; those that only wait to be collected do not."""
    words = ["ps", "-o", "pid=,stat=", "-p", ",".join(map(str, pids))]
    listing = subprocess.run(words, capture_output=True, text=True, check=False).stdout
    return {int(line.split()[0]) for line in listing.splitlines() if not line.split()[1].startswith("Z")}
