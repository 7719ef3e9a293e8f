"""The deadlines that CarLot Manager promises."""

from __future__ import annotations

from datetime import timedelta

DOCUMENT_POSTED = timedelta(days=7)
"""A sale or a service record is in QuickBooks."""

SOLD_CAR_REMOVED = timedelta(hours=24)
"""A sold car is off every listing site."""

AT_RISK = {"invoice": timedelta(days=2), "expense": timedelta(days=2), "listing": timedelta(hours=6)}
"""How long before its deadline a task of a kind counts as at risk."""
