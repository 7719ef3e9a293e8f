"""When a price counts as reduced."""

from __future__ import annotations

from datetime import datetime, timedelta

from carlot.domain.times import instant

REDUCED_FOR = timedelta(days=14)
"""How long a fallen price is shown as reduced."""


def reduced_since(now: datetime) -> str:
    """Return the instant whose price the present one is compared with: a price below it has fallen lately."""
    return instant(now - REDUCED_FOR)
