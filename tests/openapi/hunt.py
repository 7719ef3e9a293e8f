"""schemathesis against a listening world: cases made from the description, each answer held against every check it has.

python -m openapi.hunt --cases 50000 [--seed 7]
"""

from __future__ import annotations

import argparse
import logging
import random
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from openapi.listening import listening
from support.lot import TOKEN

HERE = Path(__file__).parent
SCHEMATHESIS = Path(sys.executable).with_name("schemathesis")


@dataclass(frozen=True, slots=True)
class Hunt:
    """What came of a run: how many cases there were, whether nothing was found, and what schemathesis wrote."""

    cases: int
    clean: bool
    report: str


def hunt(folder: Path, examples: int, seed: int, *, signed_in: bool, patience_s: float, paths: str = "") -> Hunt:
    """Try every endpoint with so many examples at most, besides those at the edges of each schema. `folder` is to write to.

    `paths` is a regular expression of those to try.
    """
    with listening() as world:
        command = [
            *(str(SCHEMATHESIS), "--config-file", str(HERE / "schemathesis.toml")),
            *("run", f"http://127.0.0.1:{world.port}/api/openapi.json", "--checks", "all", "--continue-on-failure"),
            *("--max-examples", str(examples), "--seed", str(seed)),
            *(("--header", f"Authorization: Bearer {TOKEN}") if signed_in else ()),
            *(("--include-path-regex", paths) if paths else ()),
        ]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=patience_s, check=False)
        report = f"{done.stdout}{done.stderr}\nschemathesis ended with {done.returncode}"
        return Hunt(world.requests, done.returncode == 0, report)


def main() -> None:
    """Hunt with one seed after another until there were so many cases; stop at the first run that finds something."""
    arguments = argparse.ArgumentParser(prog="openapi.hunt")
    arguments.add_argument("--cases", type=int, default=50_000)
    arguments.add_argument("--seed", type=int, default=random.randrange(1_000_000))
    given = arguments.parse_args()
    # Requests that are no HTTP are part of it.
    logging.getLogger("aiohttp.server").setLevel(logging.CRITICAL)
    cases, seed = 0, given.seed
    while cases < given.cases:
        with tempfile.TemporaryDirectory() as folder:
            found = hunt(Path(folder), 100, seed, signed_in=seed % 4 > 0, patience_s=3600)
        cases += found.cases
        print(f"[openapi] seed {seed}: {found.cases} cases, {cases} in all", flush=True)
        if not found.clean:
            raise SystemExit(found.report)
        seed += 1


if __name__ == "__main__":
    main()
