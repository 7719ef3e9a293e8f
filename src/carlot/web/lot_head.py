"""The head of the public page: what search engines, and previews of a shared link, show of it.

Source: ogp.me, The Open Graph protocol; developer.x.com, Cards markup; RFC 6596 (canonical).
"""

from __future__ import annotations

from collections.abc import Sequence

from carlot.domain.public_vehicle import PublicVehicle
from carlot.domain.structured import CURRENCY, structured
from carlot.web.html import Html, el, joined, json_block
from carlot.web.lot_page import PAGE, Dealer
from carlot.web.words import Words

MAX_DESCRIPTION = 200
LOCALES = {"en": "en_US", "es": "es_US"}


def list_head(words: Words, dealer: Dealer, base: str, count: int, pictures: Sequence[str]) -> Html:
    """The head of the list."""
    title = _of_dealer(words.texts["lotTitle"], dealer)
    about = words.say("lotDescriptionCount", count=words.vehicles(count)) if count else words.texts["lotDescription"]
    whole = " ".join(part for part in (about, _reach(dealer)) if part)
    return joined([_common(title, whole, words), *_shared(title, whole, base + PAGE, words, dealer, pictures[:1])])


def vehicle_head(vehicle: PublicVehicle, words: Words, dealer: Dealer) -> Html:
    """The head of a vehicle."""
    name, price = vehicle.full_name or words.texts["vehicle"], words.price(vehicle)
    about = _about(vehicle, words, dealer)
    amount = [
        _property("product:price:amount", f"{vehicle.price or 0:.2f}"),
        _property("product:price:currency", CURRENCY),
    ]
    return joined(
        [
            _common(_of_dealer(name, dealer), about, words),
            *_shared(f"{name}, {price}", about, vehicle.url, words, dealer, vehicle.pictures[:1]),
            *(amount if vehicle.price is not None else []),
            json_block("application/ld+json", "structured", structured(vehicle, dealer)),
        ]
    )


def gone_head(words: Words, dealer: Dealer) -> Html:
    """The head of a vehicle that is not on the lot. No search engine keeps it."""
    title = _of_dealer(words.texts["gone"], dealer)
    return joined([_common(title, words.texts["goneWords"], words), el("meta", {"name": "robots", "content": "noindex"})])


def _common(title: str, about: str, words: Words) -> Html:
    return joined([el("title", None, title), el("meta", {"name": "description", "content": about})])


def _shared(title: str, about: str, address: str, words: Words, dealer: Dealer, pictures: Sequence[str]) -> list[Html]:
    """The tags that previews of a link are made of. A preview shows pictures with their whole address only."""
    site = [_property("og:site_name", dealer["name"])] if dealer["name"] else []
    kind = "summary_large_image" if pictures else "summary"
    return [
        el("link", {"rel": "canonical", "href": address}),
        _property("og:type", "website"),
        _property("og:title", title),
        _property("og:description", about),
        _property("og:url", address),
        _property("og:locale", LOCALES[words.language]),
        *site,
        *[_property("og:image", picture) for picture in pictures],
        el("meta", {"name": "twitter:card", "content": kind}),
        el("meta", {"name": "twitter:title", "content": title}),
        el("meta", {"name": "twitter:description", "content": about}),
        *[el("meta", {"name": "twitter:image", "content": picture}) for picture in pictures],
    ]


def _property(name: str, content: str) -> Html:
    return el("meta", {"property": name, "content": content})


def _of_dealer(title: str, dealer: Dealer) -> str:
    return f"{title} · {dealer['name']}" if dealer["name"] else title


def _reach(dealer: Dealer) -> str:
    return ", ".join(part for part in (dealer["name"], dealer["address"], dealer["phone"]) if part)


def _about(vehicle: PublicVehicle, words: Words, dealer: Dealer) -> str:
    """Price, miles, color and transmission, the dealer, and the beginning of the dealer's text."""
    color = vehicle.exteriorColor and words.term(vehicle.exteriorColor)
    facts = [words.price(vehicle), words.miles(vehicle), color, vehicle.transmission and words.term(vehicle.transmission)]
    parts = [" · ".join(fact for fact in facts if fact), _reach(dealer), " ".join((vehicle.description or "").split())]
    whole = ". ".join(part.rstrip(".") for part in parts if part)
    return whole if len(whole) <= MAX_DESCRIPTION else whole[: MAX_DESCRIPTION - 1].rstrip() + "…"
