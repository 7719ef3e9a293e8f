"""Hosted feeds: the files that sites poll, and their addresses."""

from __future__ import annotations

from typing import Any

from carlot.domain.api_model import WireModel
from carlot.domain.dealer import Dealer
from carlot.domain.eligibility import missing
from carlot.domain.times import instant
from carlot.errors import NotFound
from carlot.handlers.public import public_base
from carlot.platform.ports import Request, Response, Services
from carlot.store import feeds
from carlot.store.feed_columns import FEEDS
from carlot.web.parsing import read_json
from carlot.web.responses import PUBLIC_HEADERS, json_answer, short

MAX_WHOLE = 1_000_000
"""A feed of at most so many characters is sent in one piece, with an ETag; a longer one is streamed."""


class FeedChange(WireModel):
    """A paused feed returns 404."""

    paused: bool


async def get_feed(request: Request, services: Services) -> Response:
    """The whole inventory in one format, at a secret address."""
    name, dot, kind = request.params["file"].partition(".")
    now = instant(services.clock.now())
    if (
        name not in FEEDS
        or (dot, kind) != (".", "csv")
        or not await feeds.fetched(services.database, name, request.params["token"], now)
    ):
        raise NotFound("There is nothing at this address.")
    headers = {
        "content-type": "text/csv; charset=utf-8; header=present",
        "content-disposition": f'attachment; filename="{name}.csv"',
        **PUBLIC_HEADERS,
    }
    if request.method == "HEAD":
        return Response(200, headers)
    settings = services.settings
    dealer = Dealer.read(settings.dealer_name, settings.dealer_phone, settings.dealer_address)
    parts = feeds.parts(services.database, name, public_base(request, services), dealer)
    text, parts = await short(parts, MAX_WHOLE)
    return Response(200, headers, text) if text is not None else Response(200, headers, parts=parts)


async def list_feeds(request: Request, services: Services) -> Response:
    """Every feed with its address, its last fetch, and the settings it still lacks."""
    return json_answer({"feeds": [_shown(request, services, feed) for feed in await feeds.listed(services.database)]})


async def rotate_feed(request: Request, services: Services) -> Response:
    """Give a feed a new address. The old address stops working."""
    name = request.params["format"]
    if not await feeds.rotate(services.database, name, services.clock.token(), instant(services.clock.now())):
        raise NotFound("There is no such feed.")
    return await _answer(request, services, name)


async def change_feed(request: Request, services: Services) -> Response:
    """Pause or resume a feed."""
    name, paused = request.params["format"], (await read_json(request, FeedChange)).paused
    if not await feeds.pause(services.database, name, paused):
        raise NotFound("There is no such feed.")
    return await _answer(request, services, name)


async def _answer(request: Request, services: Services, name: str) -> Response:
    return json_answer(
        next(_shown(request, services, feed) for feed in await feeds.listed(services.database) if feed["format"] == name)
    )


def _left_out(vehicle: dict[str, Any], name: str) -> dict[str, Any]:
    """A vehicle that a feed leaves out, and why."""
    needs = ["vin" if field.startswith("vin") else field for field in FEEDS[name].required]
    reasons = [lack.message for lack in missing(vehicle, needs) if lack.field in needs]
    called = f"{vehicle['year']} {vehicle['make']} {vehicle['model']}"
    reason = " ".join(reasons) or "Its VIN has fewer than 17 characters."
    return {"id": vehicle["id"], "name": called, "stockNumber": vehicle["stockNumber"], "reason": reason}


def _shown(request: Request, services: Services, feed: dict[str, Any]) -> dict[str, Any]:
    settings = services.settings
    lacking = [name for name in ("DEALER_NAME", "DEALER_ADDRESS") if not settings.value(name)]
    return {
        "format": feed["format"],
        "url": f"{public_base(request, services)}/feeds/{feed['token']}/{feed['format']}.csv",
        "paused": bool(feed["paused"]),
        "lastFetchedAt": feed["lastFetchedAt"],
        "createdAt": feed["createdAt"],
        "vehicles": feed["vehicles"],
        "leftOut": feed["published"] - feed["vehicles"],
        "leftOutVehicles": [_left_out(vehicle, feed["format"]) for vehicle in feed["leftOut"]],
        "missingSettings": [] if feed["format"] == "generic" else lacking,
    }
