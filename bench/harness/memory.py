"""Memory during the largest import, asked of the isolate itself and of the operating system.

The isolate's figure is V8's heap in use and its array buffers, both from the inspector, plus the WebAssembly memory of
the Python interpreter, from the process's mappings: the inspector leaves that out. Each is sampled four or five times a
second and the peaks are added, whether or not they coincide; a peak between two samples is not seen.
The process's figure is the growth of workerd's resident memory over its idle state: an upper bound that also counts the
local D1, the local queue and garbage not yet collected.
"""

import json
import subprocess
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from harness import servers
from harness.imports import CONTENDERS, time_import
from harness.report import Line, Outcome, Target
from harness.servers import BenchError, Server

MIB = 1024 * 1024
HEAP_SCRIPT = Path(__file__).resolve().parents[1] / "heap.mjs"
SETTLE_S = 2.0
SAMPLE_EVERY_S = 0.2


class Watch:
    """Samples a Worker's isolate and process until it is left; in bytes, in order of time.

    `collect`: without what nobody holds any more. That slows the Worker, and shows what it needs and not what it leaves lying.
    """

    def __init__(self, server: Server, *, collect: bool = False) -> None:
        self.isolate: list[dict[str, int]] = []
        self.wasm: list[int] = []
        self.resident: list[int] = []
        self._workerd = server.workerd()
        self._ended = threading.Event()
        node = str(servers.NODE_BIN / "node")
        command = [node, str(HEAP_SCRIPT), str(server.inspector_port), *(["--collect"] if collect else [])]
        self._heap = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self._threads = [threading.Thread(target=self._read_heap), threading.Thread(target=self._read_resident)]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        time.sleep(SETTLE_S)
        if not self.isolate:
            self.__exit__(None, None, None)
            raise BenchError("the inspector gave no heap figures")
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._ended.set()
        self._heap.terminate()
        self._heap.wait()
        for thread in self._threads:
            thread.join()

    def peak(self) -> int:
        """The most that the isolate held: V8's part and WebAssembly's, whether or not at the same time."""
        return max(map(held, self.isolate)) + max(self.wasm)

    def _read_heap(self) -> None:
        for line in self._heap.stdout or ():
            self.isolate.append(json.loads(line))

    def _read_resident(self) -> None:
        while not self._ended.wait(SAMPLE_EVERY_S):
            try:
                self.wasm.append(self._workerd.wasm_bytes())
                self.resident.append(self._workerd.resident_bytes())
            except OSError:
                # The process is gone; leaving the server reports it.
                return


def measure_memory(size: int) -> Outcome:
    """One watched import of `size` vehicles each; not a timing, watching costs."""
    peaks: dict[str, dict[str, float]] = {}
    raw: dict[str, Any] = {"size": size}
    with servers.simulators(size) as dms_url:
        for name, start in CONTENDERS.items():
            with start(dms_url) as server, Watch(server) as watch:
                idle = len(watch.resident) - 1
                time_import(server, size)
            heap = max(held(sample) for sample in watch.isolate)
            peaks[name] = {
                "isolate": (heap + max(watch.wasm)) / MIB,
                "wasm": max(watch.wasm) / MIB,
                "process": (max(watch.resident) - watch.resident[idle]) / MIB,
            }
            raw[name] = {
                "heap_bytes": watch.isolate,
                "wasm_bytes": watch.wasm,
                "resident_bytes": watch.resident,
                "idle_sample": idle,
            }
            print(f"  memory {size:,}: {name} isolate {peaks[name]['isolate']:.0f} MiB", flush=True)
    ours, theirs = peaks["carlot"], peaks["peer"]
    return Outcome(
        "memory",
        [
            _line(f"isolate's peak, import {size:,}, MiB", ours["isolate"], theirs["isolate"], Target("<", 128)),
            _line("of that WebAssembly memory, MiB", ours["wasm"], theirs["wasm"], None),
            _line("workerd's growth over idle, MiB", ours["process"], theirs["process"], None),
        ],
        raw,
    )


def held(sample: dict[str, int]) -> int:
    """Bytes that V8 holds in one sample: heap, embedder and array buffers."""
    return sample["usedSize"] + sample.get("embedderHeapUsedSize", 0) + sample.get("backingStorageSize", 0)


def _line(name: str, ours: float, theirs: float, target: Target | None) -> Line:
    return Line(name, f"{ours:.0f}", f"{theirs:.0f}", ours, target)
