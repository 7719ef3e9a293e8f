"""Start the simulated partners alone: `dev/partners --port 9000`."""

from __future__ import annotations

import os
from collections.abc import Sequence

from runtime import setup
from runtime.paths import PYTHON, ROOT


def command(*flags: str) -> list[str]:
    """The words that start them."""
    return [str(PYTHON), "-m", "simulators", *flags]


def environment() -> dict[str, str]:
    """This process's, with dev/ as a place where Python looks for packages."""
    return {**os.environ, "PYTHONPATH": str(ROOT / "dev")}


def main(arguments: Sequence[str]) -> None:
    """What `dev/partners` does: it becomes the simulators."""
    setup.ensure()
    words = command("--show-settings", *arguments)
    os.execve(words[0], words, environment())
