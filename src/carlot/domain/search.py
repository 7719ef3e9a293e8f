"""A search in the list of vehicles."""

from __future__ import annotations

import re
from dataclasses import dataclass

ALIASES: dict[str, tuple[str, ...]] = {
    "chevy": ("chevy", "chevrolet"),
    "vw": ("vw", "volkswagen"),
    "benz": ("benz", "mercedes"),
    "caddy": ("caddy", "cadillac"),
    "beamer": ("beamer", "bmw"),
    "beemer": ("beemer", "bmw"),
    "bimmer": ("bimmer", "bmw"),
    "pickup": ("pickup", "truck"),
    "truck": ("truck", "pickup"),
    "4x4": ("4x4", "4wd", "fourwheel"),
    "4wd": ("4wd", "4x4", "fourwheel"),
    "stick": ("stick", "manual"),
    "crossover": ("crossover", "suv"),
}
"""What people call a make or a kind of car, and what may stand for it in a vehicle.

`public/js/search.js` and the WordPress plugin have the same table.
"""


@dataclass(frozen=True, slots=True)
class Search:
    """Filters, order and page of a list of vehicles. `None` and `()` filter nothing; prices are cents.

    `listing` is what `domain.standing` calls a state, at the `site` of that target or at any; `ids` are the only vehicles meant.
    Each of the `words` is a tuple of alternatives, one of which must occur in a vehicle: `search_words` makes them.
    """

    make: str | None = None
    model: str | None = None
    body_style: str | None = None
    year_min: int | None = None
    year_max: int | None = None
    price_min_cents: int | None = None
    price_max_cents: int | None = None
    mileage_max_miles: int | None = None
    words: tuple[tuple[str, ...], ...] = ()
    status: str | None = None
    location: str | None = None
    listing: str | None = None
    site: str | None = None
    waits_for_books: bool = False
    needs_you: bool = False
    ids: tuple[str, ...] | None = None
    sort: str = "newest"
    limit: int = 500
    offset: int = 0


def search_words(text: str, most: int) -> tuple[tuple[str, ...], ...]:
    """The words of a search as people write them: hyphens and case do not matter, and a nickname stands for its make.

    The vehicle's own text is compared without hyphens and spaces, so `f150`, `F-150` and `f 150` all find an F-150.
    """
    words = [re.sub(r"[-\u2010-\u2015]", "", word.lower()) for word in text.split()[:most]]
    return tuple(ALIASES.get(word, (word,)) for word in words if word)
