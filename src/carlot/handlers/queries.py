"""The query strings of lists."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from pydantic.alias_generators import to_camel

from carlot.domain.money import Dollars, cents
from carlot.domain.search import Search
from carlot.platform.ports import Request
from carlot.web.parsing import read_query

MAX_WORDS = 10

_Text = Annotated[str, StringConstraints(max_length=200, strip_whitespace=True, pattern=r"^[^\x00]*$")]
_Whole = Annotated[int, Field(ge=0, le=99_999_999)]


class ListQuery(BaseModel):
    """The page, the vehicle, and a text to search for."""

    model_config = ConfigDict(alias_generator=to_camel)

    limit: Annotated[int, Field(ge=1, le=1000)] = 100
    offset: Annotated[int, Field(ge=0, le=99_999_999)] = 0
    vehicle_id: Annotated[str, StringConstraints(max_length=100)] | None = None
    q: Annotated[str, StringConstraints(max_length=200, strip_whitespace=True)] = ""


class PublicQuery(BaseModel):
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
            words=tuple(self.q.split()[:MAX_WORDS]),
            sort=self.sort,
            limit=self.limit,
            offset=self.offset,
        )


class AdminQuery(PublicQuery):
    """The dealer's further filters."""

    status: Literal["available", "pending", "sold", "archived"] | None = None
    location: _Text | None = None

    def search(self) -> Search:
        """Return the search."""
        return replace(super().search(), status=self.status, location=self.location)


def read_search(request: Request, model: type[PublicQuery]) -> Search:
    """Read the search of a request. Raises: `BadRequest` (400)."""
    return read_query(request, model).search()
