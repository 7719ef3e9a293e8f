"""The long run: `make soak`, or `make soak SEED=7` to have one again."""

from __future__ import annotations

import argparse
import secrets
import shutil
import signal
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from workerd.soak.plan import LONG, SHORT, make_plan
from workerd.soak.run import Soak


def main() -> int:
    """0: all agrees. 1: something does not, or it did not come to rest; the folder with the state is kept then."""
    parser = argparse.ArgumentParser(prog="soak", description="CarLot on the real runtime, killed every few seconds.")
    parser.add_argument("--seed", type=int, default=None, help="the run to have again (default: a new one)")
    parser.add_argument("--changes", type=int, default=None, help=f"how many (default {LONG.changes})")
    parser.add_argument("--short", action="store_true", help="the run that make test has")
    flags = parser.parse_args()
    scale = SHORT if flags.short else LONG
    scale = replace(scale, changes=flags.changes or scale.changes)
    # As on Ctrl-C, what was started is stopped.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    seed = secrets.randbelow(1_000_000) if flags.seed is None else flags.seed
    print(f"[soak] seed {seed}, {scale.changes} changes", flush=True)
    folder = Path(tempfile.mkdtemp(prefix="carlot-soak-"))
    report = None
    try:
        report = Soak(make_plan(seed, scale), folder, lambda text: print(f"[soak] {text}", flush=True)).run()
        print(report)
    finally:
        if report is None or report.differences:
            print(f"[soak] the state is in {folder}; once more: make soak SEED={seed}", file=sys.stderr)
        else:
            shutil.rmtree(folder, ignore_errors=True)
    return 1 if report.differences else 0


if __name__ == "__main__":
    sys.exit(main())
