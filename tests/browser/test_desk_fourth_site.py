"""The desk draws every listing site from the status: a site that it has never heard of shows like the others."""

from __future__ import annotations

import os
import subprocess
import sys

from support.platform import ROOT


def test_a_fourth_listing_site_shows_without_a_change_to_the_desk() -> None:
    """In a process of its own, because the registry is read as the program is loaded."""
    path = os.environ | {"PYTHONPATH": f"{ROOT / 'src'}:{ROOT / 'tests'}:{ROOT / 'dev'}"}
    command = [sys.executable, "-m", "browser.fourth_desk"]
    done = subprocess.run(command, env=path, cwd=ROOT, capture_output=True, text=True, timeout=180, check=False)
    assert done.stdout == "the desk shows it\n", done.stderr
