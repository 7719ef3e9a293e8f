"""A new listing site is one module and one row in the registry."""

from __future__ import annotations

import os
import subprocess
import sys

from support.platform import ROOT


def test_a_fourth_site_needs_no_change_anywhere_else() -> None:
    """In a process of its own, because the registry is read as the program is loaded."""
    path = os.environ | {"PYTHONPATH": f"{ROOT / 'src'}:{ROOT / 'tests'}:{ROOT / 'dev'}"}
    command = [sys.executable, "-m", "listings.fourth_site"]
    done = subprocess.run(command, env=path, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout == "a day with it\n", done.stderr
