"""The shape of what comes in from our own callers: camelCase, nothing unknown, nothing converted silently."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints
from pydantic.alias_generators import to_camel


def _storable(text: str) -> str:
    """SQLite ends a text at a NUL, so one inside would lose what follows."""
    if "\x00" in text:
        raise ValueError("contains a NUL character")
    return text


class WireModel(BaseModel):
    """A JSON body: camelCase names, unknown fields refused, surrounding space dropped."""

    model_config = ConfigDict(alias_generator=to_camel, extra="forbid", strict=True, str_strip_whitespace=True)


Line = Annotated[str, StringConstraints(min_length=1, max_length=200), AfterValidator(_storable)]
"""A short text that must say something."""

OptionalLine = Annotated[str, StringConstraints(max_length=200), AfterValidator(_storable)]
"""A short text; empty counts as absent."""

OptionalText = Annotated[str, StringConstraints(max_length=10_000), AfterValidator(_storable)]
"""A long text; empty counts as absent."""
