"""Which documents are sent to the books, and from when on."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from carlot.domain.times import day_in_words, parse_instant
from carlot.errors import Retryable, Throttled
from carlot.platform.ports import Row
from carlot.settings import Settings

UNDO_S = 30.0
"""How long the documents of a sale made here wait, so that a sale that is undone at once leaves nothing in the books."""

_LOOK_AGAIN_S = 900.0


def check_waited(row: Row, now: datetime) -> None:
    """Raises: `Throttled` while a sale made here is so new that the dealer may still undo it."""
    left = (parse_instant(row["created_at"]) - now).total_seconds() + UNDO_S
    if _follows_a_click(row) and left > 0:
        raise Throttled("It is sent 30 seconds after the sale, so that an undo leaves nothing in QuickBooks.", left)


def undone_in_time(row: Row) -> bool:
    """Whether a sale was undone before anything of it can have been sent."""
    lasted = parse_instant(row["voided_at"]) - parse_instant(row["created_at"])
    return _follows_a_click(row) and row["books_tried_at"] is None and lasted < timedelta(seconds=UNDO_S)


def _follows_a_click(row: Row) -> bool:
    """Whether it is the invoice of a sale made here, or the journal entry of a sale's cost."""
    return row.get("origin") == "carlot" or row.get("kind") == "cost"


def start_date(settings: Settings) -> str:
    """The day of the first documents that are posted; empty: there is no limit. Raises: `Retryable`: the setting is no day."""
    given = settings.quickbooks_start_date
    try:
        return date.fromisoformat(given).isoformat() if given else ""
    except ValueError as failure:
        raise Retryable(f"QUICKBOOKS_START_DATE is “{given}”; set it to a day such as 2025-01-31.", _LOOK_AGAIN_S) from failure


def early_note(row: Row, start: str) -> str | None:
    """Why a document is not posted; `None`: it is not dated before the books begin."""
    day = next(str(row[name]) for name in ("sale_date", "service_date", "entry_date") if name in row)
    if day >= start:
        return None
    return f"It is dated before {day_in_words(start)}, when posting to QuickBooks begins, so it is not posted."
