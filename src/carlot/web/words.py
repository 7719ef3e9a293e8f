"""The words of the public page, one file for each language: `public/words/en.json`, `public/words/es.json`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from pydantic import ConfigDict, TypeAdapter

from carlot.domain.model import Model
from carlot.domain.public_vehicle import PublicVehicle
from carlot.platform.ports import Request, Services

LANGUAGES = {"en": "English", "es": "Español"}
"""Each language by its tag, with its own name for itself. The first is used when nothing else is asked for."""

DEFAULT = next(iter(LANGUAGES))


class _File(Model):
    """A file of words."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, str]

    terms: dict[str, str]


@cache
def _texts() -> TypeAdapter[_File]:
    return TypeAdapter(_File)


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one language. `terms` translates what a DMS says of most cars, such as `Automatic`."""

    language: str
    texts: Mapping[str, str]
    terms: Mapping[str, str]

    @classmethod
    def read(cls, language: str, text: str) -> Words:
        """The words in a file."""
        file = _texts().validate_json(text)
        return cls(language, file.__pydantic_extra__, {term.lower(): word for term, word in file.terms.items()})

    def say(self, key: str, **values: str | int) -> str:
        """A text with its values filled in. Raises: `KeyError` when a file lacks it."""
        return re.sub(r"\{(\w+)\}", lambda found: self._value(values[found[1]]), self.texts[key])

    def term(self, text: str) -> str:
        """A word of a DMS in this language, with a capital first letter."""
        word = self.terms.get(text.lower(), text)
        return word[:1].upper() + word[1:]

    def vehicles(self, count: int) -> str:
        """A number of vehicles."""
        return self.texts["vehicleOne"] if count == 1 else self.say("vehicleMany", n=count)

    def name(self, vehicle: PublicVehicle) -> str:
        """Year, make and model."""
        return vehicle.name or self.texts["vehicle"]

    def price(self, vehicle: PublicVehicle) -> str:
        """The asking price. US Spanish writes an amount as US English does. Source: Unicode CLDR, es-US."""
        return self.money(vehicle.price)

    def money(self, dollars: float | None) -> str:
        """An amount, or words for one that is not known."""
        if dollars is None:
            return self.texts["callForPrice"]
        return f"${dollars:,.0f}" if dollars == int(dollars) else f"${dollars:,.2f}"

    def miles(self, vehicle: PublicVehicle) -> str | None:
        """The mileage; `None` when it is unknown."""
        return None if vehicle.mileage is None else self.say("miles", n=vehicle.mileage)

    def _value(self, value: str | int) -> str:
        return value if isinstance(value, str) else f"{value:,}"


def language_of(request: Request) -> str:
    """The language of a page: the one that its address asks for, else the first that the browser names and we have.

    Source: RFC 9110, 12.5.4.
    """
    asked = next((value.lower() for name, value in request.query if name == "lang" and value.lower() in LANGUAGES), None)
    if asked:
        return asked
    wanted = []
    for part in request.headers.get("accept-language", "")[:500].split(","):
        tag, _, quality = part.strip().partition(";")
        weight = re.fullmatch(r"\s*q=(0(?:\.\d{1,3})?|1(?:\.0{1,3})?)\s*", quality)
        wanted.append((float(weight[1]) if weight else 0.0 if quality else 1.0, tag.partition("-")[0].lower()))
    # The sort keeps the browser's order among equals.
    best = sorted((each for each in wanted if each[0] > 0 and each[1] in LANGUAGES), key=lambda each: -each[0])
    return best[0][1] if best else DEFAULT


_kept: dict[str, Words] = {}


async def words_of(language: str, services: Services) -> Words:
    """The words of a language. An isolate reads each file once."""
    if language not in _kept:
        _kept[language] = Words.read(language, await services.assets.text(f"/words/{language}.json"))
    return _kept[language]
