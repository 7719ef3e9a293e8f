"""The clock of the simulated QuickBooks, which a control can move forward."""

import time
from datetime import UTC, datetime, timedelta, timezone

PACIFIC = timezone(timedelta(hours=-8))
# QuickBooks writes times with California's offset, not in UTC, so a client must read offsets. Here it is always winter.


class Clock:
    """Real time plus an offset. All lifetimes, limits and time stamps use it."""

    def __init__(self) -> None:
        self.offset_s = 0.0

    def now(self) -> float:
        """Return seconds since 1970."""
        return time.time() + self.offset_s


def stamp(moment: float) -> str:
    """Return `2026-11-23T09:15:00-08:00`, as in `MetaData`."""
    return datetime.fromtimestamp(moment, PACIFIC).isoformat(timespec="seconds")


def precise_stamp(moment: float) -> str:
    """Return `2026-11-23T09:15:00.123-08:00`, as in a response's `time`."""
    return datetime.fromtimestamp(moment, PACIFIC).isoformat(timespec="milliseconds")


def utc_stamp(moment: float) -> str:
    """Return `2026-11-23T17:15:00.123Z`, as in a webhook in CloudEvents format."""
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def day(moment: float) -> str:
    """Return the current day in California: the default date of a transaction."""
    return datetime.fromtimestamp(moment, PACIFIC).date().isoformat()


def parse_stamp(text: str) -> float | None:
    """Return seconds since 1970 of an ISO 8601 date or time, California's without an offset; None when it is not valid."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=PACIFIC)).timestamp()
