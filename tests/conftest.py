"""What all tests share: the order in which they run, and no text of the public list outlives the test that made it."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from support.lot import Lot

# The local runtime watches src/ and starts anew when a file appears there, compiled ones too: with it break the connections of
# every test that is talking to it.
sys.pycache_prefix = os.environ["PYTHONPYCACHEPREFIX"] = str(Path(__file__).parents[1] / ".runtime" / "pycache")

settings.register_profile("carlot", deadline=None, max_examples=150, derandomize=True)
settings.load_profile("carlot")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that share something costly, and so run in one process, go first: the many short ones then fill up what is left."""
    items.sort(key=lambda item: item.get_closest_marker("xdist_group") is None)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the seeds by which tests of chance can be run again: those that recorded the property `seed`."""
    for outcome in ("passed", "failed"):
        for report in terminalreporter.getreports(outcome):
            for name, value in report.user_properties:
                if name == "seed":
                    terminalreporter.write_line(f"{report.nodeid}: {value}")


@pytest.fixture
def lot() -> Lot:
    """An empty lot, configured for the DMS, with an admin token."""
    from app.typed import forget_public_texts
    from support.lot import Lot

    forget_public_texts()
    return Lot()
