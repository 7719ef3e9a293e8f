"""The public page as the Worker writes it, the list of its addresses for search engines, and what robots may read."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any
from urllib.parse import urlencode

from pydantic_core import from_json

from carlot.domain.prices import reduced_since
from carlot.domain.public_vehicle import PublicVehicle, read_vehicle, read_vehicles
from carlot.domain.search import Search
from carlot.errors import DatabaseUnavailable
from carlot.handlers.public import public_base
from carlot.log import log
from carlot.platform.ports import Request, Response, Services
from carlot.store import public
from carlot.store.public import Listed
from carlot.web.html import NOTHING, Child, Template, attributes_of, el, json_block
from carlot.web.lot_head import gone_head, list_head, vehicle_head
from carlot.web.lot_page import (
    PAGE,
    SKELETONS,
    Dealer,
    Query,
    cards,
    gone_view,
    language_switch,
    more_links,
    phone_link,
    vehicle_link,
    vehicle_view,
)
from carlot.web.responses import LOT_PAGE_HEADERS, PUBLIC_HEADERS
from carlot.web.words import Words, language_of, words_of

FIRST_SCREEN = 24
SIMILAR = 6
FILTERS = ("q", "make", "model", "bodyStyle", "priceMin", "priceMax", "yearMin", "yearMax", "mileageMax", "sort")
_KEPT_PAGES = 16
_MAX_KEPT_QUERY = 200

_templates: dict[str, Template] = {}
_listed: list[tuple[int, str, list[Listed], dict[str, float]]] = []
_pages: OrderedDict[tuple[str, str, str, str], tuple[int, str]] = OrderedDict()


async def show_lot_page(request: Request, services: Services) -> Response:
    """The public page: the list, or the vehicle that `vehicle` names. Its head and a body for readers without scripts are in it.

    A vehicle that is not on the lot is a 404 with similar ones. `lang` is `en` or `es`; without it, the browser decides.
    All other parameters are the visitor's filters, and the look of the page.
    """
    words = await words_of(language_of(request), services)
    identity = next((value for name, value in request.query if name == "vehicle"), "")
    status = 200
    try:
        if identity:
            status, text = await _vehicle_page(identity, words, request, services)
        elif any(value for name, value in request.query if name in FILTERS):
            text = await _filtered_page(words, request, services)
        else:
            text = await _list_page(words, request, services)
    except DatabaseUnavailable as failure:
        # The page itself asks again; a frame with a problem document in it would help nobody.
        log("lot_page.bare", level="error", error=str(failure))
        status, text = 503, await _bare_page(words, request, services)
    return _answer(status, text, words)


async def get_sitemap(request: Request, services: Services) -> Response:
    """The address of the list and of every public vehicle, each with its last change. Source: sitemaps.org, Protocol."""
    base = public_base(request, services)
    shown, _ = await _all_listed(services)
    newest = max((each.changed_at for each in shown), default=None)
    pages = [(base + PAGE, newest), *((f"{base}{PAGE}{vehicle_link(each.id, ())}", each.changed_at) for each in shown)]
    rows = [
        el("url", None, el("loc", None, address), None if changed is None else el("lastmod", None, changed))
        for address, changed in pages
    ]
    whole = el("urlset", {"xmlns": "http://www.sitemaps.org/schemas/sitemap/0.9"}, *rows)
    text = f'<?xml version="1.0" encoding="UTF-8"?>\n{whole.markup}\n'
    return Response(200, {**PUBLIC_HEADERS, "content-type": "application/xml"}, text)


async def get_robots(request: Request, services: Services) -> Response:
    """What search engines may read: the public page and its data. Source: RFC 9309."""
    base = public_base(request, services)
    rules = ["User-agent: *", "Allow: /api/public/", "Disallow: /api/", "Disallow: /feeds/", "Disallow: /$"]
    text = "\n".join([*rules, "", f"Sitemap: {base}/sitemap.xml", ""])
    return Response(200, {**PUBLIC_HEADERS, "content-type": "text/plain; charset=utf-8"}, text)


def _answer(status: int, text: str, words: Words) -> Response:
    headers = {**LOT_PAGE_HEADERS, "content-language": words.language}
    if status == 503:
        return Response(status, {**headers, "cache-control": "no-store", "retry-after": "5"}, text)
    if status != 200:
        return Response(status, {**headers, "cache-control": "no-store"}, text)
    return Response(200, headers, text)


async def _vehicle_page(identity: str, words: Words, request: Request, services: Services) -> tuple[int, str]:
    base, dealer, kept = public_base(request, services), _dealer(services), _others(request)
    found = await public.read_page(services.database, identity, base, reduced_since(services.clock.now()))
    known: dict[str, Any] = {}
    if found is None:
        others = read_vehicles(await public.similar(services.database, identity, base, SIMILAR), {})
        slots: dict[str, Child] = {"head": gone_head(words, dealer), "vehicle": gone_view(others, words, dealer, kept)}
        status, data = 404, known | {"gone": True}
    else:
        vehicle = read_vehicle(*found)
        slots = {"head": vehicle_head(vehicle, words, dealer), "vehicle": vehicle_view(vehicle, words, dealer, kept)}
        status, data = 200, known | {"vehicle": from_json(found[0]), "reduced": found[1]}
    shown = {"lot_hidden": attributes_of({"hidden": True}), "vehicle_hidden": NOTHING}
    return status, await _filled(words, request, services, {**slots, **shown}, data)


async def _list_page(words: Words, request: Request, services: Services) -> str:
    """The list; an isolate keeps the last texts, each valid for one revision of the lot."""
    base, kept = public_base(request, services), _others(request)
    # A fallen price is no news any more some days later.
    key = (base, words.language, urlencode(kept), services.clock.now().date().isoformat())
    revision = await public.revision(services.database)
    if key in _pages and _pages[key][0] == revision:
        _pages.move_to_end(key)
        return _pages[key][1]
    revision, first_text, total = await public.search(services.database, Search(limit=FIRST_SCREEN), base)
    shown, reduced = await _all_listed(services)
    first = read_vehicles(first_text, reduced)
    there = {vehicle.id for vehicle in first}
    rest = [each for each in shown if each.id not in there]
    slots = _list_slots(first, rest, total, words, services, base, kept)
    text = await _filled(words, request, services, slots, {"reduced": reduced})
    if len(key[2]) <= _MAX_KEPT_QUERY:
        _pages[key] = (min(revision, _listed[0][0]), text)
        while len(_pages) > _KEPT_PAGES:
            _pages.popitem(last=False)
    return text


def _list_slots(
    first: list[PublicVehicle], rest: list[Listed], total: int, words: Words, services: Services, base: str, kept: Query
) -> dict[str, Child]:
    pictures = [vehicle.pictures[0] for vehicle in first if vehicle.pictures]
    return {
        "head": list_head(words, _dealer(services), base, total, pictures),
        "count": words.vehicles(total),
        "grid": cards(first, words, kept),
        "more": more_links(rest, words, kept),
    }


async def _filtered_page(words: Words, request: Request, services: Services) -> str:
    """The list for the script to filter; without scripts, all of it as links."""
    base = public_base(request, services)
    shown, reduced = await _all_listed(services)
    head = list_head(words, _dealer(services), base, len(shown), [])
    # The first paint waits for the script: only it knows what the filters leave.
    slots: dict[str, Child] = {"head": head, "blocking": attributes_of({"blocking": "render"})}
    slots["more"] = more_links(shown, words, _others(request))
    return await _filled(words, request, services, slots, {"reduced": reduced})


async def _bare_page(words: Words, request: Request, services: Services) -> str:
    """The page without vehicles."""
    head = list_head(words, _dealer(services), public_base(request, services), 0, [])
    return await _filled(words, request, services, {"head": head})


async def _all_listed(services: Services) -> tuple[list[Listed], dict[str, float]]:
    """Every public vehicle in short, and the prices that have fallen; an isolate keeps both for one revision and day."""
    now = services.clock.now()
    day = now.date().isoformat()
    if _listed and _listed[0][:2] == (await public.revision(services.database), day):
        return _listed[0][2:]
    revision, listed, reduced = await public.listed(services.database, reduced_since(now))
    _listed[:] = [(revision, day, listed, reduced)]
    return _listed[0][2:]


async def _filled(
    words: Words, request: Request, services: Services, slots: dict[str, Child], data: dict[str, Any] | None = None
) -> str:
    """The page with these slots. `data` goes to the script, beside its words and the dealer."""
    dealer = _dealer(services)
    known = {name: value or None for name, value in dealer.items()}
    base = {"words": words.texts, "terms": words.terms, "dealer": known}
    page: dict[str, Child] = {
        "lang": words.language,
        "data": json_block("application/json", "page", {**base, **(data or {})}),
        "blocking": NOTHING,
        "dealer_name": dealer["name"],
        "dealer_phone": phone_link(dealer["phone"], "phone", words),
        "dealer_address": " · ".join(part for part in (dealer["name"], dealer["address"], dealer["phone"]) if part),
        "lot_hidden": NOTHING,
        "count": words.texts["loadingLot"],
        "grid": SKELETONS,
        "more": NOTHING,
        "vehicle_hidden": attributes_of({"hidden": True}),
        "vehicle": NOTHING,
        "switch": language_switch(words, request.query),
    }
    return (await _template(words, services)).fill({**page, **slots})


async def _template(words: Words, services: Services) -> Template:
    if words.language not in _templates:
        _templates[words.language] = Template(await services.assets.text(PAGE), words.texts)
    return _templates[words.language]


def _others(request: Request) -> Query:
    """The parameters of the page that name no place in the lot."""
    return tuple((name, value) for name, value in request.query if name not in FILTERS and name != "vehicle")


def _dealer(services: Services) -> Dealer:
    settings = services.settings
    return {
        "name": settings.dealer_name,
        "phone": settings.dealer_phone,
        "email": settings.dealer_email,
        "address": settings.dealer_address,
    }
