"""The endpoints that anyone may read: the public inventory, one public vehicle, the dealer, health."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from urllib.parse import urlencode

from carlot.domain.prices import reduced_since
from carlot.domain.search import Search
from carlot.errors import NotFound
from carlot.handlers.queries import PublicQuery, read_search
from carlot.platform.ports import Request, Response, Services
from carlot.store import prices, public
from carlot.store.vehicle_json import PUBLIC_OBJECT
from carlot.web.responses import PUBLIC_HEADERS, empty, etag_matches, json_answer

SHAPE = hashlib.sha256(PUBLIC_OBJECT.encode()).hexdigest()[:8]
"""Part of every ETag: it changes with the JSON of a public vehicle, so that no client keeps the old form of an unchanged lot."""

_KEPT_TEXTS = 16
_KEPT_CHARACTERS = 8_000_000

_Page = tuple[int, bytes, int]
_pages: OrderedDict[tuple[Search, str], _Page] = OrderedDict()


async def list_inventory(request: Request, services: Services) -> Response:
    """The public vehicles as a bare JSON array. An isolate caches the last texts, each valid for one revision of the lot."""
    wanted = read_search(request, PublicQuery)
    base = public_base(request, services)
    page = _pages.get((wanted, base))
    # The revision comes with what is read, so it is asked for alone only where that may be all that is needed.
    if page is not None or "if-none-match" in request.headers:
        revision = await public.revision(services.database)
        if etag_matches(request, _etag(revision, wanted, base)):
            return empty(304, {**PUBLIC_HEADERS, "etag": _etag(revision, wanted, base)})
        page = page if page is not None and page[0] == revision else None
    at, text, total = page or await _fetch(services, wanted, base)
    headers = {**PUBLIC_HEADERS, "etag": _etag(at, wanted, base), "x-total-count": str(total)}
    if link := _links(base + request.path, request, wanted, total):
        headers["link"] = link
    return Response(200, {"content-type": "application/json", **headers}, text)


async def get_vehicle(request: Request, services: Services) -> Response:
    """One public vehicle."""
    text = await public.read(services.database, request.params["id"], public_base(request, services))
    if text is None:
        raise NotFound("This vehicle is not on show: it may have been sold.")
    return json_answer(text, headers=PUBLIC_HEADERS)


async def list_reduced(request: Request, services: Services) -> Response:
    """The public vehicles whose price is below what it was 14 days ago, with that price."""
    found = await prices.reduced(services.database, reduced_since(services.clock.now()))
    vehicles = [{"id": vehicle_id, "was": was} for vehicle_id, was in found.items()]
    return json_answer({"vehicles": vehicles}, headers=PUBLIC_HEADERS)


async def get_dealer(request: Request, services: Services) -> Response:
    """The dealer's name, phone, e-mail and street address, as far as they are set."""
    settings = services.settings
    dealer = {
        "name": settings.dealer_name,
        "phone": settings.dealer_phone,
        "email": settings.dealer_email,
        "address": settings.dealer_address,
    }
    return json_answer({name: value or None for name, value in dealer.items()}, headers=PUBLIC_HEADERS)


async def get_health(request: Request, services: Services) -> Response:
    """Whether the Worker is up."""
    return json_answer({"ok": True}, headers=PUBLIC_HEADERS)


async def get_home(request: Request, services: Services) -> Response:
    """The desk's page."""
    return await services.assets.get("/index.html")


def public_base(request: Request, services: Services) -> str:
    """Return the address under which the public reaches this installation."""
    return services.settings.public_base_url or request.origin


async def _fetch(services: Services, wanted: Search, base: str) -> _Page:
    revision, text, total = await public.search(services.database, wanted, base)
    page = (revision, text.encode(), total)
    _pages[wanted, base] = page
    _pages.move_to_end((wanted, base))
    while len(_pages) > _KEPT_TEXTS or (sum(len(kept[1]) for kept in _pages.values()) > _KEPT_CHARACTERS and len(_pages) > 1):
        _pages.popitem(last=False)
    return page


def _etag(revision: int, wanted: Search, base: str) -> str:
    question = hashlib.sha256(f"{SHAPE} {base} {wanted}".encode()).hexdigest()[:12]
    return f'"{revision}-{question}"'


def _links(address: str, request: Request, wanted: Search, total: int) -> str | None:
    """The `Link` header of a list that has more than one page. Source: RFC 8288."""
    if total <= wanted.limit and wanted.offset == 0:
        return None
    kept = [(name, value) for name, value in request.query if name not in ("limit", "offset")]

    def link(relation: str, offset: int) -> str:
        query = urlencode([*kept, ("limit", wanted.limit), ("offset", offset)])
        return f'<{address}?{query}>; rel="{relation}"'

    links = [link("first", 0)]
    if wanted.offset > 0:
        links.append(link("prev", max(0, wanted.offset - wanted.limit)))
    if wanted.offset + wanted.limit < total:
        links.append(link("next", wanted.offset + wanted.limit))
    links.append(link("last", max(0, (total - 1) // wanted.limit * wanted.limit)))
    return ", ".join(links)
