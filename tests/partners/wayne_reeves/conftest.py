"""A lot and the simulated DMS, both empty."""

from __future__ import annotations

import pytest

from app.typed import forget_public_texts
from support.served import ServedLot


@pytest.fixture
def lot() -> ServedLot:
    """An empty lot beside an empty DMS."""
    forget_public_texts()
    return ServedLot()
