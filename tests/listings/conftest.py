"""What the tests of the listing sites share."""

from __future__ import annotations

import pytest

from app.typed import forget_public_texts
from listings.market import Market


@pytest.fixture
def market() -> Market:
    """An empty lot beside three listing sites."""
    forget_public_texts()
    return Market()
