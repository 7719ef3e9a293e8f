"""What a listing site is: its addresses, its credentials, its field names and its limits, as values.

Texts in braces stand for settings: `{TRUECAR_DEALER_ID}` in a path or a header is that setting's value, `{vin}` the car's VIN.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

from carlot.domain.partner import Limits, Partner
from carlot.domain.vehicle import MAX_PHOTOS
from carlot.domain.verdicts import SITE

_SETTING = re.compile(r"\{([A-Z0-9_]+)\}")
_VERSION = re.compile(r"/v\d+(?=/)")

_LIMITS = Limits(3000, 10)
"""ASSUMED: no site publishes its limits. To confirm: each site's own document."""

Lookup = Callable[[str], str]
"""Gives a setting by name; empty when it is not configured."""


@dataclass(frozen=True, slots=True)
class Site:
    """One listing site.

    `target` names its tasks, `wire` its member in our API, `name` is what the dealer calls it. `names` maps the wire names of a
    vehicle to the site's; `photos` shapes the photo addresses. `required` are wire names without which the site takes no car.
    `needed` and `optional` are names of settings. `refusal` finds the site's words in a refusal; `None`: in the usual shape.
    `preset` names the kind of file that it takes where it takes files.
    """

    target: str
    wire: str
    name: str
    base_url: str
    path: str
    headers: Mapping[str, str]
    names: Mapping[str, str]
    photos: Callable[[Sequence[str]], object]
    needed: tuple[str, ...]
    optional: tuple[str, ...] = ()
    required: tuple[str, ...] = ("vin", "price", "photos")
    max_photos: int = MAX_PHOTOS
    limits: Limits = _LIMITS
    refusal: Callable[[bytes], str | None] | None = None
    preset: str = "homenet"

    def partner(self) -> Partner:
        """Return the site as the rest of the program knows it."""
        return Partner(
            self.target,
            self.name,
            self.needed,
            (*self.optional, self.file_setting),
            alone=self.file_setting,
            limits=self.limits,
            lists_cars=True,
            wire=self.wire,
            verdicts=SITE,
        )

    @property
    def file_setting(self) -> str:
        """The setting with the address of its file."""
        return f"{self.target.upper()}_FTP_URL"

    def by_file(self, setting: Lookup) -> bool:
        """Whether the site gets the inventory as a file instead of car by car."""
        return bool(setting(self.file_setting))

    def file_preset(self, setting: Lookup) -> str:
        """The kind of file: the site's own, or the one that is named behind a `#` at the end of the address."""
        return urlsplit(setting(self.file_setting)).fragment or self.preset

    def url(self, setting: Lookup, vin: str) -> str:
        """The address of a car's listing. A base that ends with the version, such as `/v1`, has it once in the address."""
        path = _SETTING.sub(lambda found: quote(setting(found[1]), safe=""), self.path)
        version = _VERSION.match(path)
        base = setting(self.base_url).removesuffix(version[0] if version else "")
        return base + path.replace("{vin}", quote(vin, safe=""))

    def credentials(self, setting: Lookup) -> dict[str, str]:
        """The headers that let us in; one whose setting is not configured is left out."""
        return {
            header: _SETTING.sub(lambda found: setting(found[1]), text)
            for header, text in self.headers.items()
            if all(setting(name) for name in _SETTING.findall(text))
        }

    def lacks_credentials(self, setting: Lookup) -> list[str]:
        """The settings without which the site lets nobody in and that are not configured."""
        named = [name for text in self.headers.values() for name in _SETTING.findall(text)]
        return [name for name in named if name in self.needed and not setting(name)]

    def body(self, vehicle: Mapping[str, Any], photos: Sequence[str]) -> dict[str, object]:
        """A vehicle (by wire names, price in dollars) in the site's words; what is not known is left out."""
        known = {name: vehicle[wire] for wire, name in self.names.items() if wire != "photos" and vehicle[wire] is not None}
        return known | {self.names["photos"]: self.photos(list(photos)[: self.max_photos])}
