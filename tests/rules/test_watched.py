"""What the local runtime watches stays as it is while tests run: a new file there starts it anew under whoever is using it."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.util import cache_from_source
from pathlib import Path

ROOT = Path(__file__).parents[2]
MODULE = ROOT / "src" / "carlot" / "app.py"


def test_compiled_modules_are_kept_elsewhere() -> None:
    assert not Path(cache_from_source(str(MODULE))).is_relative_to(ROOT / "src")


def test_also_those_of_the_programs_that_tests_start() -> None:
    program = f"from importlib.util import cache_from_source; print(cache_from_source({str(MODULE)!r}))"
    done = subprocess.run([sys.executable, "-c", program], env=dict(os.environ), capture_output=True, text=True, check=True)
    assert not Path(done.stdout.strip()).is_relative_to(ROOT / "src")
