"""Whether a car may stand on the listing sites, and if not, why, in words for the dealer."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

NEEDED = ("vin", "price", "photos")
"""What every listing needs, by wire name. The same rule stands as SQL in `store.listings.LISTABLE`; a test keeps them alike."""

_WORDS = {
    "vin": "Its VIN does not hold: correct it.",
    "price": "It has no price.",
    "photos": "It has no photo.",
}


class Lack(NamedTuple):
    """A field, by wire name, that keeps a car off the sites, and a sentence that says so."""

    field: str
    message: str


def off_market(vehicle: Mapping[str, Any]) -> str | None:
    """Why a car is not to be listed whatever else it has, as a sentence; `None`: it is to be listed."""
    status = vehicle["status"]
    if status == "sold":
        return "It is sold."
    if status != "available":
        return "A sale of it is pending." if status == "pending" else "It is not on the lot."
    return None if vehicle["publishToThirdParty"] else "Publishing to listing sites is switched off for it."


def missing(vehicle: Mapping[str, Any], required: Collection[str] = NEEDED) -> list[Lack]:
    """What a car (by wire names) lacks to be listed, a sentence for each field."""
    lacking = {
        "vin": not vehicle["vinValid"],
        "price": not vehicle["price"],
        "photos": not vehicle["photos"],
        **{name: vehicle[name] is None for name in required if name not in NEEDED},
    }
    return [Lack(name, _WORDS.get(name, f"It has no {_spoken(name)}.")) for name, absent in lacking.items() if absent]


def obstacles(vehicle: Mapping[str, Any], required: Collection[str] = NEEDED) -> list[str]:
    """Every reason why a car is not to be listed; empty: it is."""
    reason = off_market(vehicle)
    return [*([reason] if reason else []), *(lack.message for lack in missing(vehicle, required))]


def addressed(photos: Sequence[str], base: str) -> list[str]:
    """Photo addresses as others can fetch them; an uploaded photo is left out while our own address is not known."""
    whole = [base + photo if photo.startswith("/photos/") and base else photo for photo in photos]
    return [photo for photo in whole if not photo.startswith("/")]


def _spoken(name: str) -> str:
    """A wire name as people say it: `exteriorColor` is `exterior color`."""
    return "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in name)
