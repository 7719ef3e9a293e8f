"""A search in the list of vehicles."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Search:
    """Filters, order and page of a list of vehicles. `None` and `()` filter nothing; prices are cents."""

    make: str | None = None
    model: str | None = None
    body_style: str | None = None
    year_min: int | None = None
    year_max: int | None = None
    price_min_cents: int | None = None
    price_max_cents: int | None = None
    mileage_max_miles: int | None = None
    words: tuple[str, ...] = ()
    status: str | None = None
    location: str | None = None
    sort: str = "newest"
    limit: int = 500
    offset: int = 0
