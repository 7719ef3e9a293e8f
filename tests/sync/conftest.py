"""What the tests of the sync engine share."""

from __future__ import annotations

import pytest

from app.typed import forget_public_texts
from support.world import World
from sync.toys import Toy


@pytest.fixture
def world() -> World:
    """CarLot with an empty lot, and a DMS with three cars."""
    forget_public_texts()
    return World()


@pytest.fixture
def toy() -> Toy:
    """A partner whose work the test scripts."""
    return Toy()
