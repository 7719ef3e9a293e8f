"""What importing the Worker's module takes, module by module, in the Pyodide that workerd runs.

Cloudflare runs a Worker's module once, at deploy, and keeps the memory that comes of it; a slow import is a slow deploy, and a
slow start wherever that memory is not kept.
"""

import re
import subprocess
from collections import Counter
from statistics import median

from harness.report import Line, Outcome, Target
from harness.servers import NODE_BIN, ROOT, BenchError

MOST_MS = 400.0
OURS = ("carlot", "entry", "pydantic", "pydantic_core", "annotated_types", "typing_inspection", "typing_extensions")
SHOWN_MS = 2.0
_LINE = re.compile(r"import time:\s+(\d+) \|\s+\d+ \|\s+(\S+)")


def measure_start(repetitions: int) -> Outcome:
    """The import, each time in a new interpreter; a module's time is without that of the modules that it imports."""
    runs = [import_times() for _ in range(repetitions)]
    each_ms = {name: median(run.get(name, 0.0) for run in runs) for name in runs[0]}
    packages: Counter[str] = Counter()
    for name, ms in each_ms.items():
        top = name.partition(".")[0]
        packages[top if top in OURS else "the standard library"] += ms  # type: ignore[assignment]
    for name, ms in sorted(each_ms.items(), key=lambda item: -item[1]):
        if ms >= SHOWN_MS:
            print(f"  {ms:6.1f} ms  {name}", flush=True)
    ours_ms, all_ms = sum(packages[name] for name in OURS), sum(each_ms.values())
    lines = [
        Line("start: CarLot and pydantic, ms", f"{ours_ms:.0f}", "", ours_ms, Target("<", MOST_MS)),
        *(Line(f"  {name}", f"{ms:.0f}", "", ms) for name, ms in packages.most_common()),
        Line("  all of it", f"{all_ms:.0f}", "", all_ms),
    ]
    return Outcome("start", lines, {"modules_ms": each_ms})


def import_times() -> dict[str, float]:
    """Milliseconds by module, in the order in which they were done. Raises: BenchError."""
    command = [str(NODE_BIN / "node"), str(ROOT / "bench" / "start.mjs"), str(ROOT)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    _, ready, listed = done.stdout.partition("ready\n")
    times = {match[2]: int(match[1]) / 1000 for match in _LINE.finditer(listed)}
    if done.returncode or not ready or "entry" not in times:
        raise BenchError(f"the Worker's module was not imported:\n{(done.stdout + done.stderr)[-2000:]}")
    return times
