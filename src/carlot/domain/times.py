"""Instants and days as the database and the wire hold them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

MAX_RETRY_AFTER_S = 24 * 3600.0


def instant(at: datetime) -> str:
    """An aware time as UTC text with milliseconds, `2025-02-03T10:30:00.000Z`: text order is time order."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"


def parse_instant(text: str) -> datetime:
    """The time that `instant` wrote."""
    return datetime.fromisoformat(text)


def after(at: datetime, seconds: float) -> str:
    """The instant that lies so many seconds later."""
    return instant(at + timedelta(seconds=seconds))


def retry_after_s(value: str, now: datetime) -> float | None:
    """Seconds that a `Retry-After` header asks for, at most a day; `None`: absent or unreadable. Source: RFC 9110, 10.2.3."""
    if re.fullmatch(r"\d{1,9}", value):
        return min(float(value), MAX_RETRY_AFTER_S)
    try:
        at = parsedate_to_datetime(value)
    except (ValueError, OverflowError):  # The latter: a number of hours that no machine's integer holds.
        return None
    wait_s = (at if at.tzinfo else at.replace(tzinfo=UTC)) - now
    return min(max(wait_s.total_seconds(), 0.0), MAX_RETRY_AFTER_S)
