"""Reads at the edge: what a cache in front of the Worker may show, to whom, and for how long, also when nobody purges it."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from app.intake import Gate
from app.test_answers import body_for, filled
from app.typed import add, change, forget_public_texts, get, vin
from carlot import log
from carlot.platform.ports import Response
from carlot.routes import ROUTES
from carlot.web.edge import KEPT
from carlot.web.endpoint import Guard, Route
from csv_files.test_import import row, sheet, taken
from support.edge import EdgeCache
from support.lot import ENV, TOKEN, Lot, answer
from support.platform import ROOT
from support.world import World

LIST = "/api/public/inventory"
PAGE = "/inventory.html"
WITHIN_S = 5
"""A sold or unpublished car is gone from every cached answer within so many seconds."""

LOOKS = (LIST, f"{LIST}?limit=1", f"{LIST}?make=Tesla", PAGE, f"{PAGE}?lang=es", "/sitemap.xml")
BY_ID = ("/api/public/vehicle/{}", PAGE + "?vehicle={}")


@pytest.fixture
def cached() -> Lot:
    """An empty lot behind a cache."""
    forget_public_texts()
    return Lot(cached=True)


async def look(lot: Lot, target: str, headers: dict[str, str] | None = None, method: str = "GET", **more: Any) -> Response:
    """A stranger's request."""
    return await lot.call(method, target, None, headers, signed_in=False, **more)


def text(response: Response) -> str:
    return response.body if isinstance(response.body, str) else response.body.decode()


async def asked(lot: Lot, target: str, **more: Any) -> tuple[Response, int]:
    """The answer to a stranger, and how many statements it cost."""
    before = lot.database.statements
    return await look(lot, target, **more), lot.database.statements - before


# ------------------------------------------------------------------------------------------------------------------- hits


async def test_a_hit_asks_neither_the_program_nor_the_database(cached: Lot) -> None:
    car = await add(cached, 1)
    for target in (*LOOKS, *(each.format(car["id"]) for each in BY_ID), "/api/public/dealer"):
        first, cost = await asked(cached, target)
        hits = cached.edge.hits
        second, cost_of_hit = await asked(cached, target)
        assert (first.status, text(first)) == (200, text(second)), target
        assert (cost_of_hit, cached.edge.hits) == (0, hits + 1), target
        assert cost > 0 or target == "/api/public/dealer"


async def test_browsers_ask_again_and_never_see_the_caches_own_headers(cached: Lot) -> None:
    await add(cached, 1)
    for _ in range(2):
        response = await look(cached, LIST)
        assert response.headers["cache-control"] == "public, max-age=0, must-revalidate"
        assert not {"cache-tag", "cloudflare-cdn-cache-control"} & set(response.headers)
        same, cost = await asked(cached, LIST, headers={"if-none-match": response.headers["etag"]})
        assert (same.status, same.body, cost) == (304, b"", 0)
        assert same.headers["access-control-allow-origin"] == "*"


async def test_head_and_preflight_do_what_they_do_without_a_cache(cached: Lot) -> None:
    await add(cached, 1)
    for _ in range(2):
        head = await look(cached, LIST, method="HEAD")
        assert (head.status, head.body, head.headers["x-total-count"]) == (200, b"", "1")
        preflight = await look(cached, LIST, {"origin": "https://dealer.test"}, method="OPTIONS")
        assert (preflight.status, preflight.headers["access-control-allow-methods"]) == (204, "GET, HEAD, OPTIONS")
        assert len(answer(await look(cached, LIST, {"origin": "https://dealer.test"}))) == 1


async def test_each_language_and_each_host_gets_its_own_answer(cached: Lot) -> None:
    await add(cached, 1)
    for _ in range(2):
        for language in ("es", "en"):
            shown = await look(cached, PAGE, {"accept-language": language})
            assert shown.headers["content-language"] == language
        for origin in ("https://lot.test", "https://carlot.example.workers.dev"):
            (car,) = answer(await look(cached, LIST, origin=origin))
            assert car["url"].startswith(f"{origin}/"), origin
            assert f"<loc>{origin}/" in text(await look(cached, "/sitemap.xml", origin=origin))


async def test_the_cache_tells_no_http_from_https_so_only_one_is_kept(cached: Lot) -> None:
    await add(cached, 1)
    await look(cached, LIST, origin="http://lot.test")
    (car,) = answer(await look(cached, LIST))
    assert car["url"].startswith("https://lot.test/")


async def test_with_an_address_of_its_own_every_host_shares_an_answer() -> None:
    forget_public_texts()
    lot = Lot({**ENV, "PUBLIC_BASE_URL": "https://cars.test"}, cached=True)
    for number in (1, 2):
        await add(lot, number)
    first = await look(lot, f"{LIST}?limit=1", origin="http://lot.test")
    second, cost = await asked(lot, f"{LIST}?limit=1", origin="https://carlot.example.workers.dev")
    assert (first.body, first.headers["link"], cost) == (second.body, second.headers["link"], 0)
    assert "vary" not in first.headers
    assert set(re.findall(r"https?://[^/]+", first.headers["link"])) == {"https://cars.test"}


# ------------------------------------------------------------------------------------------------------ gone means gone

Leaving = Callable[[Lot, dict[str, Any]], Awaitable[object]]


async def sold_here(lot: Lot, car: dict[str, Any]) -> None:
    sale = {"vehicleId": car["id"], "salePrice": 5000, "saleDate": "2025-02-01"}
    assert (await lot.call("POST", "/api/sales", sale)).status == 201


async def unpublished(lot: Lot, car: dict[str, Any]) -> None:
    assert (await change(lot, car["id"], publishToWebsite=False)).status == 200


async def pending(lot: Lot, car: dict[str, Any]) -> None:
    assert (await change(lot, car["id"], status="pending")).status == 200


async def deleted(lot: Lot, car: dict[str, Any]) -> None:
    assert (await lot.call("DELETE", f"/api/vehicles/{car['id']}")).status == 204


async def imported_as_pending(lot: Lot, car: dict[str, Any]) -> None:
    report = await taken(
        lot, sheet(f"{car['vin']},2013,Tesla,Model S,1,1,pending", header="vin,year,make,model,price,mileage,status")
    )
    assert report["updated"] == 1


LEAVINGS: tuple[Leaving, ...] = (sold_here, unpublished, pending, deleted, imported_as_pending)


async def everything(lot: Lot, car: dict[str, Any]) -> list[str]:
    """Where strangers still see a car."""
    found = [target for target in LOOKS if car["id"] in text(await look(lot, target))]
    return found + [target for each in BY_ID if (await look(lot, target := each.format(car["id"]))).status == 200]


@pytest.mark.parametrize("leaves", LEAVINGS, ids=lambda each: each.__name__)
async def test_a_car_that_leaves_is_gone_at_once(cached: Lot, leaves: Leaving) -> None:
    car, _ = await add(cached, 1), await add(cached, 2)
    assert len(await everything(cached, car)) >= 6
    await leaves(cached, car)
    assert await everything(cached, car) == []


@pytest.mark.parametrize("leaves", LEAVINGS, ids=lambda each: each.__name__)
async def test_a_car_that_leaves_is_gone_within_seconds_when_purges_fail(cached: Lot, leaves: Leaving) -> None:
    """Somebody looks all the time, so that the answers in the cache are as young as can be."""
    cached.edge.broken = True
    car, _ = await add(cached, 1), await add(cached, 2)
    for _ in range(20):
        await everything(cached, car)
        cached.clock.forward(0.3)
    await everything(cached, car)
    await leaves(cached, car)
    assert await everything(cached, car) != []
    cached.clock.forward(WITHIN_S)
    assert await everything(cached, car) == []


async def test_an_outage_shows_no_old_lot(cached: Lot) -> None:
    """Cloudflare would show the last good answer for as long as the Worker fails, unless told otherwise."""
    car = await add(cached, 1)
    await everything(cached, car)
    cached.database.away = True
    cached.clock.forward(WITHIN_S)
    assert (await look(cached, LIST)).status == 503
    assert (await look(cached, f"/api/public/vehicle/{car['id']}")).status == 503
    cached.database.away = False
    assert (await look(cached, LIST)).status == 200


async def test_the_dms_sells_a_car_by_event_and_by_pull() -> None:
    forget_public_texts()
    world = World(3, settings={"IMPORT_PUBLISH_TO_WEBSITE": "true"})
    world.cached = True
    assert await world.pull() == "completed"
    one, two = world.vehicle("A1"), world.vehicle("A2")
    assert len(answer(await look(world, LIST))) == 3
    assert await world.told_by_dms(world.dms_sells("A1")) == 200
    await world.work()
    assert one["id"] not in text(await look(world, LIST))
    assert len(answer(await look(world, LIST))) == 2
    world.dms_sells("A2")
    await look(world, LIST)
    await world.pull()
    assert two["id"] not in text(await look(world, LIST))
    assert len(answer(await look(world, LIST))) == 1


async def test_a_new_price_shows_at_once(cached: Lot) -> None:
    car = await add(cached, 1)
    for price in (19_000, 18_500):
        await change(cached, car["id"], price=price)
        assert answer(await look(cached, LIST))[0]["price"] == price
        assert answer(await look(cached, f"/api/public/vehicle/{car['id']}"))["price"] == price


# --------------------------------------------------------------------------------------------------------------- purging


async def test_a_purge_that_fails_fails_no_write(cached: Lot, monkeypatch: pytest.MonkeyPatch) -> None:
    lines: list[dict[str, object]] = []
    monkeypatch.setattr(log, "sinks", [lambda level, fields: lines.append(fields)])
    cached.edge.broken = True
    car = await add(cached, 1)
    assert (await change(cached, car["id"], price=1)).status == 200
    assert [line["tags"] for line in lines if line["event"] == "purge.failed"] == ["lot", "lot"]


async def test_only_what_the_public_sees_is_purged(cached: Lot) -> None:
    """The platform allows five purges a minute."""
    hidden = await add(cached, 1, publishToWebsite=False)
    await change(cached, hidden["id"], price=1)
    await get(cached, "/api/vehicles")
    await taken(cached, sheet(row(1, "1")))
    shown = await add(cached, 2)
    assert cached.edge.purges == [("lot",)]
    await change(cached, shown["id"], price=shown["price"])
    assert cached.edge.purges == [("lot",)]


async def test_a_page_of_many_cars_is_one_purge(cached: Lot) -> None:
    await taken(
        cached,
        sheet(
            *(f"{vin(n)},2013,Tesla,Model S,{n},5,true" for n in range(1, 60)),
            header="vin,year,make,model,price,mileage,publishToWebsite",
        ),
    )
    assert len(answer(await look(cached, LIST))) == 59
    assert cached.edge.purges == [("lot",)]


# ---------------------------------------------------------------------------------------------------------------- feeds


async def feed(lot: Lot) -> str:
    """The address of the generic feed."""
    urls = {each["format"]: each["url"] for each in (await get(lot, "/api/feeds"))["feeds"]}
    return str(urls["generic"]).removeprefix("https://lot.test")


async def rotated(lot: Lot) -> None:
    assert (await lot.call("POST", "/api/feeds/generic/rotate")).status == 200


async def paused(lot: Lot) -> None:
    assert (await lot.call("PATCH", "/api/feeds/generic", {"paused": True})).status == 200


@pytest.mark.parametrize("ends", [rotated, paused], ids=lambda each: each.__name__)
async def test_an_address_of_a_feed_ends_in_the_cache_too(cached: Lot, ends: Callable[[Lot], Awaitable[None]]) -> None:
    car = await add(cached, 1, publishToThirdParty=True)
    old = await feed(cached)
    first, cost = await asked(cached, old)
    second, cost_of_hit = await asked(cached, old)
    assert (car["vin"] in text(first), text(first) == text(second), cost > 0, cost_of_hit) == (True, True, True, 0)
    assert second.headers["cache-control"] == "public, max-age=0, must-revalidate"
    await ends(cached)
    assert (await look(cached, old)).status == 404


@pytest.mark.parametrize("ends", [rotated, paused], ids=lambda each: each.__name__)
async def test_an_old_address_of_a_feed_ends_when_the_purge_fails(cached: Lot, ends: Callable[[Lot], Awaitable[None]]) -> None:
    cached.edge.broken = True
    await add(cached, 1, publishToThirdParty=True)
    old = await feed(cached)
    await look(cached, old)
    await ends(cached)
    cached.clock.forward(2)
    # Nor is the old answer shown once more while a new one is made.
    assert (await look(cached, old)).status == 404


async def test_a_sold_car_leaves_the_feed(cached: Lot) -> None:
    car = await add(cached, 1, publishToThirdParty=True, publishToWebsite=False)
    address = await feed(cached)
    assert car["vin"] in text(await look(cached, address))
    await sold_here(cached, car)
    cached.clock.forward(WITHIN_S)
    assert car["vin"] not in text(await look(cached, address))


# ------------------------------------------------------------------------------------------------ everything else is never kept


def test_what_is_kept_is_public() -> None:
    """The address of a feed is its secret; whoever has it may read it."""
    guards = {path: {route.guard for route in ROUTES if route.path == path} for path in KEPT}
    assert all(found == {Guard.PUBLIC} for found in guards.values())
    assert {route.method for route in ROUTES if route.path in KEPT} == {"GET"}


async def tried(lot: Lot, route: Route, target: str, session: dict[str, str]) -> None:
    """Ask as the dealer, with his session's cookie, as a stranger, while the database is away, and for nonsense."""
    for headers, signed_in in (({}, True), (session, False), ({}, False)):
        for each in (target, filled(route.path), f"{target}?limit=x&nonsense=1"):
            await lot.call(route.method, each, body_for(route), headers, signed_in=signed_in)
    lot.database.away = True
    await lot.call(route.method, target, body_for(route), session, signed_in=False)
    lot.database.away = False


async def test_nothing_else_can_come_from_a_cache() -> None:
    """Every route, whoever asks, whatever it answers."""
    gate = await Gate.open()
    lot = gate.lot
    lot.cached = True
    seen = set()
    for route in sorted(ROUTES, key=lambda route: (route.method != "GET", "session" in route.path)):
        begun = await lot.call("POST", "/api/session", {"token": TOKEN}, signed_in=False)
        session = {"cookie": begun.headers["set-cookie"].partition(";")[0], "origin": "https://lot.test"}
        lot.edge = EdgeCache(lot.clock)
        target = await feed(lot) if route.path.startswith("/feeds/") else gate.target(route)
        await tried(lot, route, target.replace("/public/vehicle/x", f"/public/vehicle/{gate.vehicle_id}"), session)
        kept = [each for found in lot.edge.stored.values() for each in found]
        assert not kept or (route.path in KEPT and route.method == "GET"), route.path
        assert [each.response.status for each in kept if each.response.status != 200] == [], route.path
        seen |= {route.path} if kept else set()
    # A photo is kept too, but there is none here.
    assert seen == set(KEPT) - {"/photos/:id"}


@pytest.mark.parametrize(
    "target", ["/nothing", "/api/public/nothing", "/feeds/x/google.csv", "/photos/x", "/api/public/vehicle/x"]
)
async def test_no_error_is_kept(cached: Lot, target: str) -> None:
    for method in ("GET", "HEAD", "POST", "OPTIONS", "BREW"):
        await look(cached, target, method=method)
    assert [found for found in cached.edge.stored.values() if found] == []


def test_only_one_module_speaks_to_the_cache() -> None:
    """Otherwise a handler could let its answer be kept beside the table of what may be."""
    words = re.compile(r"cdn-cache-control|cache-tag", re.IGNORECASE)
    found = {path.name for path in (ROOT / "src").rglob("*.py") if words.search(path.read_text())}
    assert found == {"edge.py"}
