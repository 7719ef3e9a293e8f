"""How a vehicle fills a cell, as SQL, and what a vehicle can lack. The presets are put together from these.

?1 is our own address, empty when it is not known, ?2 to ?8 are the dealer's name, phone, address, code, street, city, region; ?9 his
postal code. Used cars are assumed: nothing in the lot says that a car is new.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from carlot.store.csv_cells import plain_cell, text_cell
from carlot.store.prices import BEFORE_NOW

NEEDS: Mapping[str, str] = {
    "vin": "v.vin_valid = 1",
    # Older ones are shorter.
    "vin of 17 characters": "v.vin_valid = 1 AND length(v.vin) = 17",
    "price": "v.price_cents > 0",
    "mileage": "v.mileage_miles IS NOT NULL",
    "photos": "json_array_length(v.photos) > 0",
}
"""What a reader can require of a car, by wire name, and how it stands in the table."""


@dataclass(frozen=True, slots=True)
class Preset:
    """One kind of file: `columns` maps each heading to its cell, in order; a car that lacks something `required` is left out."""

    columns: Mapping[str, str]
    required: tuple[str, ...] = ()

    @property
    def taken(self) -> str:
        """The SQL of which cars are in the file, of those that may be."""
        return " AND ".join(NEEDS[name] for name in self.required) or "true"


def words(column: str, pairs: Mapping[str, str], otherwise: str) -> str:
    """The SQL of a word from a fixed list: the first whose beginning of a word occurs in the column."""
    cases = " ".join(f"WHEN lower(' ' || {column}) LIKE '% {part}%' THEN '{word}'" for part, word in pairs.items())
    return f"CASE {cases} ELSE '{otherwise}' END"


VIN = text_cell("nullif(v.vin, v.id)")
STOCK_NUMBER = text_cell("v.stock_number")
YEAR = plain_cell("v.year")
MAKE = text_cell("v.make")
MODEL = text_cell("v.model")
TRIM = text_cell("v.trim")
BODY_STYLE = text_cell("v.body_style")
EXTERIOR_COLOR = text_cell("v.exterior_color")
INTERIOR_COLOR = text_cell("v.interior_color")
TRANSMISSION = text_cell("v.transmission")
FUEL_TYPE = text_cell("v.fuel_type")
DRIVETRAIN = text_cell("v.drivetrain")
ENGINE = text_cell("v.engine")
MILES = plain_cell("v.mileage_miles")
DESCRIPTION = text_cell("v.description")
LOCATION = text_cell("v.location")
IN_STOCK_SINCE = plain_cell("coalesce(v.purchase_date, substr(v.created_at, 1, 10))")
USED = plain_cell("'Used'")
DEALER_NAME = text_cell("nullif(?2, '')")
DEALER_PHONE = text_cell("nullif(?3, '')")

_TITLE = "v.year || ' ' || v.make || ' ' || v.model || ifnull(' ' || v.trim, '')"
TITLE = text_cell(_TITLE)
TITLED_DESCRIPTION = text_cell(f"substr(coalesce(v.description, {_TITLE}), 1, 5000)")

# A car that is not on our own page has none there: Google takes no link then, the others the page of the whole lot.
_OWN_PAGE = "iif(v.publish_to_website, ?1 || '/inventory.html?vehicle=' || v.id, NULL)"
OWN_PAGE = text_cell(_OWN_PAGE)
PAGE = text_cell(f"coalesce({_OWN_PAGE}, ?1 || '/inventory.html')")
# Files to the sites are written by a cron as well, which knows no address unless it is set.
KNOWN_PAGE = text_cell(f"iif(?1 <> '', {_OWN_PAGE}, NULL)")

USD = plain_cell("printf('%.2f USD', v.price_cents / 100.0)")
DOLLARS = plain_cell("CASE WHEN v.price_cents IS NOT NULL THEN printf('%.2f', v.price_cents / 100.0) END")

# A price that has fallen lately, for readers that have a column of their own for it; elsewhere the price is the one that is asked now.
_FALLEN = f"v.price_cents < {BEFORE_NOW}"
DOLLARS_BEFORE = plain_cell(f"CASE WHEN {_FALLEN} THEN printf('%.2f', {BEFORE_NOW} / 100.0) END")
USD_REGULAR = plain_cell(f"printf('%.2f USD', iif({_FALLEN}, {BEFORE_NOW}, v.price_cents) / 100.0)")
USD_SALE = plain_cell(f"CASE WHEN {_FALLEN} THEN printf('%.2f USD', v.price_cents / 100.0) END")

_WHOLE_PHOTO = "iif(value LIKE '/photos/%', ?1 || value, value)"
REACHABLE_PHOTO = "EXISTS (SELECT 1 FROM json_each(v.photos) WHERE ?1 <> '' OR value NOT LIKE '/%')"
"""Whether a car has a photo that others can fetch: an uploaded one has no address while our own is not known."""


def photo(number: int) -> str:
    """The photo at a place, from 0 on."""
    at = f"v.photos ->> {number}"
    return text_cell(f"iif({at} LIKE '/photos/%', ?1 || ({at}), {at})")


def photos_cell(separator: str, first: int = 0, last: int = 99) -> str:
    """Several photos in one cell; a separator inside an address is written as its code."""
    escaped = f"replace({_WHOLE_PHOTO}, '{separator}', '%{ord(separator):02X}')"
    return text_cell(
        f"""(SELECT group_concat(url, '{separator}') FROM (
      SELECT {escaped} AS url FROM json_each(v.photos)
      WHERE key BETWEEN {first} AND {last} AND (?1 <> '' OR value NOT LIKE '/%') ORDER BY key))"""
    )
