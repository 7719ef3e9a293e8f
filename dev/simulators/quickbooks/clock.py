"""The clock of the simulated QuickBooks, which a control can put forward."""

import time
from datetime import UTC, datetime, timedelta, timezone

PACIFIC = timezone(timedelta(hours=-8))
# QuickBooks tells times with the offset of California, not in UTC: a client has to read offsets. Winter all year here.


class Clock:
    """Real time plus an offset. All lifetimes, limits and time stamps go by it."""

    def __init__(self) -> None:
        self.offset_s = 0.0

    def now(self) -> float:
        """Seconds since 1970."""
        return time.time() + self.offset_s


def stamp(moment: float) -> str:
    """`2026-11-23T09:15:00-08:00`, as in `MetaData`."""
    return datetime.fromtimestamp(moment, PACIFIC).isoformat(timespec="seconds")


def precise_stamp(moment: float) -> str:
    """`2026-11-23T09:15:00.123-08:00`, as in an answer's `time`."""
    return datetime.fromtimestamp(moment, PACIFIC).isoformat(timespec="milliseconds")


def utc_stamp(moment: float) -> str:
    """`2026-11-23T17:15:00.123Z`, as in a webhook of the CloudEvents form."""
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def day(moment: float) -> str:
    """The day it is in California: the default of a transaction's date."""
    return datetime.fromtimestamp(moment, PACIFIC).date().isoformat()


def parse_stamp(text: str) -> float | None:
    """Seconds since 1970 of an ISO 8601 date or time, taken as California's when it names no offset; None when it is none."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=PACIFIC)).timestamp()
