"""The query string of lists without filters."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from pydantic.alias_generators import to_camel


class ListQuery(BaseModel):
    """The page, the vehicle, and a text to search for."""

    model_config = ConfigDict(alias_generator=to_camel)

    limit: Annotated[int, Field(ge=1, le=1000)] = 100
    offset: Annotated[int, Field(ge=0, le=99_999_999)] = 0
    vehicle_id: Annotated[str, StringConstraints(max_length=100)] | None = None
    q: Annotated[str, StringConstraints(max_length=200, strip_whitespace=True)] = ""
