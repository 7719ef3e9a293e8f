"""Start the simulated partners alone: `dev/partners --port 9000`."""

from __future__ import annotations

import os
from collections.abc import Sequence

from runtime import setup
from runtime.paths import PYTHON, ROOT


def command(*flags: str) -> list[str]:
    """Return the command that starts the simulated partners."""
    return [str(PYTHON), "-m", "simulators", *flags]


def environment() -> dict[str, str]:
    """Return this process's environment with dev/ on PYTHONPATH."""
    return {**os.environ, "PYTHONPATH": str(ROOT / "dev")}


def main(arguments: Sequence[str]) -> None:
    """Run `dev/partners`: replace this process with the simulators."""
    setup.ensure()
    words = command("--show-settings", *arguments)
    os.execve(words[0], words, environment())
