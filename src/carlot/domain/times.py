"""Instants and days as the database and the wire hold them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


def instant(at: datetime) -> str:
    """An aware time as UTC text with milliseconds, `2025-02-03T10:30:00.000Z`: text order is time order."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"


def parse_instant(text: str) -> datetime:
    """The time that `instant` wrote."""
    return datetime.fromisoformat(text)


def after(at: datetime, seconds: float) -> str:
    """The instant that lies so many seconds later."""
    return instant(at + timedelta(seconds=seconds))
