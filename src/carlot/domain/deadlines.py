"""The times that CarLot Manager promises."""

from __future__ import annotations

from datetime import timedelta

DOCUMENT_POSTED = timedelta(days=7)
"""A sale or a service record is in QuickBooks: counted from the day of the sale or the work, or from a later change."""

LATE_ENTRY_POSTED = timedelta(days=1)
"""One that was entered late has this time from its entry."""

SOLD_CAR_REMOVED = timedelta(hours=24)
"""A sold car is off every listing site, from the day of its sale on; a car that goes otherwise, from that change on."""

LATE_SALE_REMOVED = timedelta(hours=1)
"""A sale that was entered late leaves this time from its entry."""

AT_RISK = {
    "invoice": timedelta(days=2),
    "expense": timedelta(days=2),
    "journal": timedelta(days=2),
    "listing": timedelta(hours=6),
    "old_listing": timedelta(hours=6),
}
"""How long before its deadline a task of a kind counts as at risk."""

IDEMPOTENCY_KEY_KEPT = timedelta(hours=24)
"""A request that is repeated under its `Idempotency-Key` gets its first answer again."""
