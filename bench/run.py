#!/usr/bin/env python3
"""Runs CarLot beside the peer and prints ratios; exit status 1 when a target is missed, 2 when a benchmark failed.

`python bench/run.py` runs everything, about half an hour; `--only import` one benchmark, which may be repeated;
`--quick` takes small sizes, to see that it works: targets are shown but not judged.
"""

import argparse
import os
import platform
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from harness import (
    books,
    cpu,
    drain,
    feeds,
    files,
    imports,
    lists,
    memory,
    pages,
    prices,
    report,
    sales,
    servers,
    start,
    webhooks,
)


@dataclass(frozen=True)
class Scale:
    """How large everything is: vehicles, seconds of load, repetitions."""

    import_size: int
    growth_sizes: list[int]
    list_size: int
    sales: int
    load_s: float
    repetitions: int


FULL = Scale(10_000, [1_000, 10_000, 50_000], 1_000, 100, 5.0, 3)
QUICK = Scale(1_000, [500, 2_000], 200, 10, 0.5, 1)
CONNECTIONS = [1, 8]
LATENCIES_MS = [0, 100]
BOOKS_MS = 50

BENCHMARKS: dict[str, Callable[[Scale], report.Outcome]] = {
    "import": lambda scale: imports.compare_imports(scale.import_size, scale.repetitions),
    "growth": lambda scale: imports.measure_growth(scale.growth_sizes, scale.repetitions),
    "memory": lambda scale: memory.measure_memory(scale.growth_sizes[-1]),
    "list": lambda scale: lists.compare_lists(scale.list_size, CONNECTIONS, scale.load_s, scale.repetitions),
    "sales": lambda scale: sales.compare_sales(scale.sales),
    "books": lambda scale: books.compare_books(scale.list_size // 2, BOOKS_MS),
    "drain": lambda scale: drain.compare_drain(scale.list_size, LATENCIES_MS, scale.repetitions),
    "prices": lambda scale: prices.compare_prices(scale.sales),
    "feeds": lambda scale: feeds.measure_feeds([scale.list_size, scale.import_size], scale.repetitions),
    "files": lambda scale: files.measure_files(scale.import_size, scale.repetitions, scale.growth_sizes[-1]),
    "pages": lambda scale: pages.measure_pages(200, scale.import_size // 2, scale.repetitions),
    "cpu": lambda scale: cpu.measure_cpu(2 * scale.list_size, scale.list_size // 5),
    "start": lambda scale: start.measure_start(2 * scale.repetitions - 1),
    "webhooks": lambda scale: webhooks.compare_intake(scale.list_size, CONNECTIONS[-1], scale.load_s, scale.repetitions),
}


def main() -> int:
    """The exit status: 0, 1 when a target was missed, 2 when a benchmark could not be run."""
    parser = argparse.ArgumentParser(description="CarLot beside a TypeScript peer, on the same workerd.")
    parser.add_argument("--quick", action="store_true", help="small sizes, targets not judged")
    parser.add_argument("--markdown", action="store_true", help="print the table as Markdown, too")
    parser.add_argument("--only", choices=list(BENCHMARKS), action="append", help="this benchmark; may be repeated")
    flags = parser.parse_args()
    # As on Ctrl-C, what was started is stopped.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    chosen = flags.only or list(BENCHMARKS)
    began = time.monotonic()
    outcomes = []
    try:
        for name in chosen:
            print(name, flush=True)
            outcomes.append(BENCHMARKS[name](QUICK if flags.quick else FULL))
    except servers.BenchError as error:
        print(f"bench: {error}", file=sys.stderr)
        return 2
    report.print_table(outcomes, judged=not flags.quick)
    if flags.markdown:
        report.print_markdown(outcomes)
    if not flags.quick:
        report.keep(outcomes, _setting(), whole=not flags.only)
    missed = [line.name for outcome in outcomes for line in outcome.lines if line.missed]
    print(f"\n{time.monotonic() - began:.0f} s" + ("; quick: not judged" if flags.quick else ""))
    if missed and not flags.quick:
        print("targets missed: " + "; ".join(missed), file=sys.stderr)
        return 1
    return 0


def _setting() -> dict[str, Any]:
    """Where the figures were taken: versions, cores, load. They compare within a run, not between machines."""
    return {
        "taken_at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "workerd": _version("workerd"),
        "wrangler": _version("wrangler"),
        "node": _version("node"),
        "python": platform.python_version(),
        "cores": os.cpu_count(),
        "load_average": os.getloadavg(),
    }


def _version(tool: str) -> str:
    command = [str(servers.NODE_BIN / tool), "--version"]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()


if __name__ == "__main__":
    sys.exit(main())
