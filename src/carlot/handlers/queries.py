"""The query strings of lists."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Literal

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints, WithJsonSchema
from pydantic.alias_generators import to_camel

from carlot.domain.model import Model
from carlot.domain.money import Dollars, cents
from carlot.domain.search import Search, search_words
from carlot.domain.standing import NOT_LISTED, STATES
from carlot.errors import BadRequest
from carlot.partners.registry import SITES
from carlot.platform.ports import Request
from carlot.web.parsing import read_query

MAX_WORDS = 10

_Text = Annotated[str, StringConstraints(max_length=200, strip_whitespace=True, pattern=r"^[^\x00]*$")]
_Whole = Annotated[int, Field(ge=0, le=99_999_999)]


def _one_of(*words: str) -> AfterValidator:
    """One of a few words. Those of the sites come from the registry, so that no type can name them."""

    def check(given: str) -> str:
        if given not in words:
            raise ValueError(f"Give one of {', '.join(words)}.")
        return given

    return AfterValidator(check)


_Standing = Annotated[str, _one_of(*STATES, NOT_LISTED), WithJsonSchema({"type": "string", "enum": [*STATES, NOT_LISTED]})]
_SITE_NAMES = [site.wire for site in SITES.values()]
_SiteName = Annotated[str, _one_of(*_SITE_NAMES), WithJsonSchema({"type": "string", "enum": _SITE_NAMES})]


class ListQuery(Model):
    """The page, the vehicle, and a text to search for."""

    model_config = ConfigDict(alias_generator=to_camel)

    limit: Annotated[int, Field(ge=1, le=1000)] = 100
    offset: Annotated[int, Field(ge=0, le=99_999_999)] = 0
    vehicle_id: Annotated[str, StringConstraints(max_length=100)] | None = None
    q: Annotated[str, StringConstraints(max_length=200, strip_whitespace=True)] = ""


class PublicQuery(Model):
    """The filters of the public list."""

    model_config = ConfigDict(alias_generator=to_camel)

    make: _Text | None = None
    model: _Text | None = None
    body_style: _Text | None = None
    year_min: _Whole | None = None
    year_max: _Whole | None = None
    price_min: Dollars | None = None
    price_max: Dollars | None = None
    mileage_max: _Whole | None = None
    q: _Text = ""
    sort: Literal["newest", "price", "-price", "year", "-year", "mileage"] = "newest"
    limit: Annotated[int, Field(ge=1, le=1000)] = 500
    offset: _Whole = 0

    def search(self) -> Search:
        """Return the search."""
        return Search(
            make=self.make,
            model=self.model,
            body_style=self.body_style,
            year_min=self.year_min,
            year_max=self.year_max,
            price_min_cents=None if self.price_min is None else cents(self.price_min),
            price_max_cents=None if self.price_max is None else cents(self.price_max),
            mileage_max_miles=self.mileage_max,
            words=search_words(self.q, MAX_WORDS),
            sort=self.sort,
            limit=self.limit,
            offset=self.offset,
        )


class AdminQuery(PublicQuery):
    """The dealer's further filters.

    `listing` is how a vehicle stands with `site`, or with any site: one of the states of its `listings`, or `not_listed`, which
    is every vehicle that is to be listed and is not, with a reason. `ids` are separated by commas, archived vehicles included.
    """

    status: Literal["available", "pending", "sold", "archived"] | None = None
    location: _Text | None = None
    listing: _Standing | None = None
    site: _SiteName | None = None
    waiting_for: Literal["quickbooks"] | None = None
    needs: Literal["you"] | None = None
    ids: Annotated[str, StringConstraints(max_length=4000, pattern=r"^[^\x00]*$")] | None = None

    def search(self) -> Search:
        """Return the search."""
        return replace(
            super().search(),
            status=self.status,
            location=self.location,
            listing=self.listing,
            site=self.site,
            waits_for_books=self.waiting_for is not None,
            needs_you=self.needs is not None,
            ids=None if self.ids is None else tuple(each for each in self.ids.split(",") if each),
        )


def read_cursor(cursor: str | None) -> tuple[str, str] | None:
    """Read where the page before ended: a time and an id. Raises: `BadRequest` (400)."""
    if cursor is None:
        return None
    at, separator, row_id = cursor.partition("_")
    if not separator:
        raise BadRequest("This cursor is not one of ours.", code="bad-query")
    return at, row_id


def read_search(request: Request, model: type[PublicQuery]) -> Search:
    """Read the search of a request. Raises: `BadRequest` (400)."""
    return read_query(request, model).search()
