"""A lot that gets its inventory in files."""

from __future__ import annotations

import pytest

from app.typed import forget_public_texts
from inventory_files.sent import FileLot


@pytest.fixture
def lot() -> FileLot:
    """An empty lot with nothing configured but the dealer's own sign-in."""
    forget_public_texts()
    return FileLot()
