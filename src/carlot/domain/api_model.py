"""The base of our own API's bodies: camelCase, no unknown fields, no silent conversion."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, ConfigDict, StringConstraints, WithJsonSchema
from pydantic.alias_generators import to_camel

from carlot.domain.model import Model


def _storable(text: str) -> str:
    """Refuse a NUL character: SQLite ends a text there."""
    if "\x00" in text:
        raise ValueError("a NUL character cannot be stored")
    return text


class WireModel(Model):
    """A JSON body: camelCase names, unknown fields refused, surrounding space dropped."""

    model_config = ConfigDict(alias_generator=to_camel, extra="forbid", strict=True, str_strip_whitespace=True)


def one_of(*words: str) -> BeforeValidator:
    """Take a word of a list however it is written, `SOLD` or `Sold ` for `sold`; what is none of them stays as it is."""
    known = {word.casefold(): word for word in words}
    return BeforeValidator(lambda told: known.get(told.strip().casefold(), told) if isinstance(told, str) else told)


def _text(least: int, most: int) -> Any:
    """Return the JSON Schema of a text: its length, no NUL and, when required, not blank."""
    pattern = r"^[^\u0000]*[^\u0000\s][^\u0000]*$" if least else r"^[^\u0000]*$"
    return WithJsonSchema({"type": "string", "minLength": least, "maxLength": most, "pattern": pattern})


Line = Annotated[str, StringConstraints(min_length=1, max_length=200), AfterValidator(_storable), _text(1, 200)]
"""A short text that is not blank."""

OptionalLine = Annotated[str, StringConstraints(max_length=200), AfterValidator(_storable), _text(0, 200)]
"""A short text; empty counts as absent."""

Text = Annotated[str, StringConstraints(min_length=1, max_length=10_000), AfterValidator(_storable), _text(1, 10_000)]
"""A long text that is not blank."""

OptionalText = Annotated[str, StringConstraints(max_length=10_000), AfterValidator(_storable), _text(0, 10_000)]
"""A long text; empty counts as absent."""
