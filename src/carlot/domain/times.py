"""Instants as the database and the wire have them."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime

MAX_RETRY_AFTER_S = 24 * 3600.0


def instant(at: datetime) -> str:
    """Return an aware time as UTC text with milliseconds, `2025-02-03T10:30:00.000Z`: text order is time order."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"


def parse_instant(text: str) -> datetime:
    """Parse the text of an instant."""
    return datetime.fromisoformat(text)


def after(at: datetime, seconds: float) -> str:
    """Return the instant so many seconds later."""
    return instant(at + timedelta(seconds=seconds))


def day_in_words(day: str) -> str:
    """Return a day, or the day of an instant, as people in the US write it: `2025-02-03` is `Feb 3, 2025`."""
    at = date.fromisoformat(day[:10])
    return f"{at:%b} {at.day}, {at.year}"


def time_in_words(local: datetime) -> str:
    """Return a local time as people in the US write it: `Feb 3 at 1:05 PM`."""
    return f"{local:%b} {local.day} at {local.hour % 12 or 12}:{local:%M %p}"


def retry_after_s(value: str, now: datetime) -> float | None:
    """Return the seconds in a `Retry-After` header, at most a day; `None`: absent or unreadable. Source: RFC 9110, 10.2.3."""
    if re.fullmatch(r"\d{1,9}", value):
        return min(float(value), MAX_RETRY_AFTER_S)
    try:
        at = parsedate_to_datetime(value)
    except (ValueError, OverflowError):  # OverflowError: a number of hours beyond any integer.
        return None
    wait_s = (at if at.tzinfo else at.replace(tzinfo=UTC)) - now
    return min(max(wait_s.total_seconds(), 0.0), MAX_RETRY_AFTER_S)
