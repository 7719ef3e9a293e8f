"""The parts of the public page that the Worker writes: its head, the first cards, one vehicle, the message for one that is gone.

The markup is the one that `public/js/inventory-cards.js` and its neighbors make, so the script keeps the cards that it finds.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from urllib.parse import quote, urlencode

from carlot.domain.public_vehicle import PublicVehicle
from carlot.store.public import Listed
from carlot.web.html import NOTHING, Html, el, joined
from carlot.web.words import LANGUAGES, Words

PAGE = "/inventory.html"
EAGER = 4
"""The photos of so many cards load at once: what most screens show first."""

_SKELETON = el("li", {"class": "skeleton", "aria-hidden": "true"}, el("div", {"class": "photo"}), *[el("p") for _ in range(3)])
SKELETONS = joined([_SKELETON] * 8)
"""The places of the cards while the script loads them."""

Query = Sequence[tuple[str, str]]
Dealer = dict[str, str]
"""The dealer's `name`, `phone`, `email` and `address`; `""` means unknown."""


def vehicle_link(identity: str, kept: Query) -> str:
    """The link to a vehicle that keeps the page's other parameters, such as its colors."""
    return "?" + urlencode([*kept, ("vehicle", identity)])


def list_link(kept: Query) -> str:
    """The link to the whole list."""
    return PAGE + (f"?{urlencode(kept)}" if kept else "")


def cards(vehicles: Iterable[PublicVehicle], words: Words, kept: Query) -> Html:
    """Vehicles as the items of a grid."""
    return joined([_card(vehicle, words, kept, at < EAGER) for at, vehicle in enumerate(vehicles)])


def _card(vehicle: PublicVehicle, words: Words, kept: Query, eager: bool) -> Html:
    miles = words.miles(vehicle)
    link = {"href": vehicle_link(vehicle.id, kept), "data-vehicle": vehicle.id}
    return el(
        "li",
        None,
        el(
            "div",
            {"class": "card"},
            _photo(vehicle, vehicle.pictures[0] if vehicle.pictures else None, "", words, eager=eager),
            el("h3", {"class": "card-name"}, el("a", link, words.name(vehicle))),
            el("p", {"class": "card-trim"}, vehicle.trim or " "),
            el(
                "p",
                {"class": "card-price"},
                el("strong", {"class": "ask" if vehicle.price is None else None}, words.price(vehicle)),
                el("span", None, miles) if miles else None,
            ),
            _tags(vehicle, words),
        ),
    )


def _link(each: Listed, words: Words, kept: Query) -> Html:
    name = " ".join(str(part) for part in (each.year, each.make, each.model, each.trim) if part) or words.texts["vehicle"]
    dollars = None if each.price_cents is None else each.price_cents / 100
    facts = [words.money(dollars), None if each.mileage is None else words.say("miles", n=each.mileage)]
    return el("li", None, el("a", {"href": vehicle_link(each.id, kept)}, name), " ", ", ".join(fact for fact in facts if fact))


def more_links(listed: Sequence[Listed], words: Words, kept: Query) -> Html:
    """The vehicles that the script would load, as plain links with price and mileage, where no script runs."""
    if not listed:
        return NOTHING
    shown = {"class": "plain-links", "aria-label": words.texts["moreVehicles"]}
    return el("noscript", None, el("ul", shown, *[_link(each, words, kept) for each in listed]))


def vehicle_view(vehicle: PublicVehicle, words: Words, dealer: Dealer, kept: Query) -> Html:
    """One vehicle in full."""
    miles = words.miles(vehicle)
    return joined(
        [
            el("p", {"class": "vehicle-back"}, _back(words, kept)),
            el(
                "div",
                {"class": "vehicle-grid"},
                _gallery(vehicle, words),
                el(
                    "header",
                    {"class": "vehicle-head"},
                    el("h1", {"tabindex": "-1"}, words.name(vehicle)),
                    el("p", {"class": "vehicle-trim"}, vehicle.trim) if vehicle.trim else None,
                    el("p", {"class": "vehicle-price"}, words.price(vehicle)),
                    _was(vehicle, words),
                    el("p", {"class": "vehicle-mileage"}, miles) if miles else None,
                    _tags(vehicle, words),
                    _contact(vehicle, words, dealer),
                ),
                el("div", {"class": "vehicle-text"}, _about(vehicle, words), _details(vehicle, words)),
            ),
        ]
    )


def gone_view(similar: Sequence[PublicVehicle], words: Words, dealer: Dealer, kept: Query) -> Html:
    """The message for a vehicle that is not on the lot, with others like it."""
    texts = words.texts
    link = el("a", {"class": "button button-strong", "href": list_link(kept), "data-back": True}, texts["seeAllVehicles"])
    message = el(
        "div",
        {"class": "message"},
        el("h1", {"tabindex": "-1"}, texts["goneTitle"]),
        el("p", None, texts["goneWords"]),
        el("p", {"class": "actions"}, link, phone_link(dealer["phone"], "button", words, texts["call"])),
    )
    if not similar:
        return message
    grid = el("ul", {"class": "grid"}, cards(similar, words, kept))
    return joined([message, el("section", {"class": "similar"}, el("h2", None, texts["similarVehicles"]), grid)])


def phone_link(phone: str, style: str, words: Words, text: str = "") -> Html | None:
    """A link that calls the dealer; `None` without a number. Its text is the number unless other text is given."""
    digits = re.sub(r"[^\d+]", "", phone)
    if not digits:
        return None
    label = None if text else words.say("callNumber", phone=phone)
    return el("a", {"class": style, "href": f"tel:{digits}", "aria-label": label}, f"{text} {phone}".strip())


def language_switch(words: Words, query: Query) -> Html:
    """Links to this page in the other languages."""
    rest = [(name, value) for name, value in query if name != "lang"]
    others = [tag for tag in LANGUAGES if tag != words.language]
    return joined(
        el("a", {"href": "?" + urlencode([*rest, ("lang", tag)]), "hreflang": tag, "lang": tag}, LANGUAGES[tag]) for tag in others
    )


def _back(words: Words, kept: Query) -> Html:
    arrow = el("span", {"aria-hidden": "true"}, "← ")
    return el("a", {"href": list_link(kept), "data-back": True}, arrow, words.texts["allVehicles"])


def _photo(vehicle: PublicVehicle, address: str | None, alt: str, words: Words, *, eager: bool = False) -> Html:
    """A photo in its frame, or a drawn car without an address. `alt` is empty where text beside it says the same."""
    if address is None:
        note = el("span", {"class": "photo-none"}, words.texts["photosComing"]) if alt else None
        return el("div", {"class": "photo photo-drawn"}, _silhouette(vehicle), note)
    loading = {"loading": "eager", "fetchpriority": "high"} if eager else {"loading": "lazy"}
    image = {**loading, "decoding": "async", "width": "800", "height": "600", "alt": alt, "src": address}
    return el("div", {"class": "photo"}, el("img", image))


def _silhouette(vehicle: PublicVehicle) -> Html:
    style = f"silhouette paint-{vehicle.paint}" if vehicle.paint else "silhouette"
    use = {"href": f"#car-{(vehicle.kind or 'Sedan').lower()}", "width": "720", "height": "270"}
    box = {"class": style, "viewBox": "0 0 720 270", "aria-hidden": "true", "focusable": "false"}
    return el("svg", box, el("use", use))


def _was(vehicle: PublicVehicle, words: Words) -> Html | None:
    """The price before it fell; `None`: it has not."""
    if vehicle.was is None:
        return None
    return el("p", {"class": "vehicle-was"}, words.say("priceWas", price=words.money(vehicle.was)))


def _tags(vehicle: PublicVehicle, words: Words) -> Html:
    facts = [vehicle.kind or vehicle.bodyStyle, vehicle.drivetrain, vehicle.transmission, vehicle.fuelType]
    reduced = None if vehicle.was is None else el("li", {"class": "tag-reduced"}, words.texts["priceReduced"])
    return el("ul", {"class": "tags"}, reduced, *[el("li", None, words.term(fact)) for fact in facts if fact])


def _gallery(vehicle: PublicVehicle, words: Words) -> Html:
    pictures, name = vehicle.pictures, words.name(vehicle)
    count = len(pictures)
    if count < 2:
        only = _photo(vehicle, pictures[0] if pictures else None, name, words, eager=True)
        return el("div", {"class": "gallery"}, el("div", {"class": "gallery-stage"}, only))
    slides = [
        _photo(vehicle, address, words.say("photoOf", name=name, n=at, all=count), words, eager=at == 1)
        for at, address in enumerate(pictures, 1)
    ]
    thumbs = [
        el("li", None, el("a", {"class": "thumb", "href": address}, _photo(vehicle, address, words.say("photo", n=at), words)))
        for at, address in enumerate(pictures, 1)
    ]
    return el(
        "div",
        {"class": "gallery"},
        el("div", {"class": "gallery-stage"}, el("div", {"class": "gallery-track", "tabindex": "0"}, *slides)),
        el("ul", {"class": "thumbs", "aria-label": words.texts["photosAll"]}, *thumbs),
    )


def _contact(vehicle: PublicVehicle, words: Words, dealer: Dealer) -> Html:
    texts, name = words.texts, words.name(vehicle)
    subject = words.say("subjectStock", name=name, stock=vehicle.stockNumber) if vehicle.stockNumber else name
    body = f"{subject}\n{vehicle.url}\n"
    mail = f"mailto:{quote(dealer['email'], safe='@')}?subject={quote(subject, safe='')}&body={quote(body, safe='')}"
    stock = words.say("askForStock", stock=vehicle.stockNumber) if vehicle.stockNumber else None
    where = ", ".join(part for part in (dealer["name"], dealer["address"]) if part)
    return el(
        "div",
        {"class": "contact"},
        phone_link(dealer["phone"], "button button-strong", words, texts["callThePrice" if vehicle.price is None else "call"]),
        el(
            "div",
            {"class": "actions"},
            el("a", {"class": "button", "href": mail}, texts["emailUs"]) if dealer["email"] else None,
            el("button", {"class": "button", "type": "button"}, texts["copyLink"]),
        ),
        *[el("p", {"class": "contact-note"}, note) for note in (stock, where) if note],
    )


def _about(vehicle: PublicVehicle, words: Words) -> Html | None:
    paragraphs = [part.strip() for part in re.split(r"\n+", vehicle.description or "") if part.strip()]
    if not paragraphs:
        return None
    return el("section", {"class": "about"}, el("h2", None, words.texts["about"]), *[el("p", None, part) for part in paragraphs])


def _details(vehicle: PublicVehicle, words: Words) -> Html:
    facts = [
        ("mileage", words.miles(vehicle)),
        ("body", vehicle.bodyStyle and words.term(vehicle.bodyStyle)),
        ("exterior", vehicle.exteriorColor and words.term(vehicle.exteriorColor)),
        ("interior", vehicle.interiorColor and words.term(vehicle.interiorColor)),
        ("engine", vehicle.engine),
        ("transmission", vehicle.transmission and words.term(vehicle.transmission)),
        ("drivetrain", vehicle.drivetrain),
        ("fuel", vehicle.fuelType and words.term(vehicle.fuelType)),
        ("location", vehicle.location),
        ("stockNumber", vehicle.stockNumber),
        ("vin", vehicle.vin),
    ]
    rows = [
        el("div", None, el("dt", None, words.texts[label]), el("dd", None, value[:1].upper() + value[1:]))
        for label, value in facts
        if value
    ]
    return el("section", {"class": "details"}, el("h2", None, words.texts["details"]), el("dl", None, *rows))
