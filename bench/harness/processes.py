"""What the process table says of the workerd processes below a command: binary, memory. Linux only: reads /proc."""

import os
import signal
import time
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

PROC = Path("/proc")
WASM_RESERVATION_BYTES = 4 * 1024**3
WASM_PAGE_BYTES = 64 * 1024
END_LIMIT_S = 3.0


@dataclass(frozen=True)
class Workerd:
    """One workerd process; wrangler runs two, a proxy and the one with the Worker, D1 and the queue."""

    pid: int
    binary: Path
    runs_the_worker: bool

    def resident_bytes(self) -> int:
        """Physical memory the process holds now."""
        for line in (PROC / str(self.pid) / "status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
        return 0

    def wasm_bytes(self) -> int:
        """Size of the WebAssembly memory in the process, 0 without one; the inspector's figures leave it out.

        V8 reserves the whole 4 GiB that a WebAssembly memory may grow to and opens as much of it as is in use, so in
        the list of mappings it is one readable and writable piece of 64 KiB pages with the closed rest after it.
        A neighbouring mapping may be counted in: some 256 KiB too much was seen.
        """
        pieces = []
        for line in (PROC / str(self.pid) / "maps").read_text().splitlines():
            span, rights = line.split(maxsplit=2)[:2]
            start, end = (int(address, 16) for address in span.split("-"))
            pieces.append((start, end, rights))
        sizes = [
            end - start
            for (start, end, rights), (next_start, next_end, next_rights) in pairwise(pieces)
            if rights == "rw-p" and next_rights == "---p" and end == next_start
            if (end - start) % WASM_PAGE_BYTES == 0 and next_end - start >= WASM_RESERVATION_BYTES
        ]
        return max(sizes, default=0)


def workerds(pid: int) -> list[Workerd]:
    """The workerd processes below process `pid`."""
    found = []
    for child in below(pid):
        try:
            binary = (PROC / str(child) / "exe").readlink()
            flags = (PROC / str(child) / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if binary.name == "workerd":
            # Only the process with the Worker is given an inspector.
            found.append(Workerd(child, binary, any(flag.startswith(b"--inspector-addr") for flag in flags)))
    return found


def below(pid: int) -> list[int]:
    """The ids of all processes that descend from process `pid`."""
    children: dict[int, list[int]] = {}
    for entry in PROC.glob("[0-9]*/stat"):
        try:
            # The name in brackets may hold blanks; the parent is the second field after it.
            parent = int(entry.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
        children.setdefault(parent, []).append(int(entry.parent.name))
    found: list[int] = []
    waiting = [pid]
    while waiting:
        more = children.get(waiting.pop(), [])
        found += more
        waiting += more
    return found


def end(pids: list[int]) -> None:
    """Kills those of `pids` that are still there, what a stopped command left behind, and waits until they let go of files."""
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    deadline = time.monotonic() + END_LIMIT_S
    while any(_holds_files(pid) for pid in pids) and time.monotonic() < deadline:
        time.sleep(0.05)


def _holds_files(pid: int) -> bool:
    try:
        return any((PROC / str(pid) / "fd").iterdir())
    except OSError:
        return False
