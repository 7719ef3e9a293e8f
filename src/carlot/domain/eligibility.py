"""Whether a car may be on the listing sites, and the reasons if not, in words for the dealer."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

NEEDED = ("vin", "price", "photos")
"""What every listing needs, by wire name. `store.listings.LISTABLE` is the same rule in SQL; a test compares them."""

_WORDS = {
    "vin": "The VIN is not valid.",
    "price": "It has no price.",
    "photos": "It has no photo.",
}


class Lack(NamedTuple):
    """A field, by wire name, that keeps a car off the sites, with the reason as a sentence."""

    field: str
    message: str


def off_market(vehicle: Mapping[str, Any]) -> str | None:
    """Return the reason why a car must not be listed whatever its fields, as a sentence; `None` when there is none."""
    status = vehicle["status"]
    if status == "sold":
        return "It is sold."
    if status != "available":
        return "A sale is pending." if status == "pending" else "It is not in inventory."
    return None if vehicle["publishToThirdParty"] else "Publish to Third Party is off."


def missing(vehicle: Mapping[str, Any], required: Collection[str] = NEEDED) -> list[Lack]:
    """Return the fields that a car (by wire names) lacks to be listed, with a sentence for each."""
    lacking = {
        "vin": not vehicle["vinValid"],
        "price": not vehicle["price"],
        "photos": not vehicle["photos"],
        **{name: vehicle[name] is None for name in required if name not in NEEDED},
    }
    return [Lack(name, _WORDS.get(name, f"It has no {_spoken(name)}.")) for name, absent in lacking.items() if absent]


def obstacles(vehicle: Mapping[str, Any], required: Collection[str] = NEEDED) -> list[str]:
    """Return every reason why a car must not be listed; empty when it may."""
    reason = off_market(vehicle)
    return [*([reason] if reason else []), *(lack.message for lack in missing(vehicle, required))]


def addressed(photos: Sequence[str], base: str) -> list[str]:
    """Return photo addresses that others can fetch; uploaded photos are left out while our own address is unknown."""
    whole = [base + photo if photo.startswith("/photos/") and base else photo for photo in photos]
    return [photo for photo in whole if not photo.startswith("/")]


def _spoken(name: str) -> str:
    """Return a wire name as words: `exteriorColor` is `exterior color`."""
    return "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in name)
