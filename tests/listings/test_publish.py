"""Putting cars on the sites: by the button, by the switch, and what each site is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from app.typed import vin
from carlot.engine.worker import AT_ONCE, run_tasks
from carlot.task_kinds import TASKS
from listings.market import SITES, WIRE, Market
from photos.album import uploaded
from support.invocation import CountedHttp
from support.lot import answer

PUBLISH = "/api/integrations/listings/publish"


async def publish(market: Market, car: dict[str, Any]) -> Any:
    return await market.call("POST", PUBLISH, {"vehicleId": car["id"]})


async def test_the_switch_alone_puts_a_car_on_every_site(market: Market) -> None:
    car = await market.add(1)
    await market.work()
    market.check()
    assert [market.calls(site) for site in SITES] == [["PUT"]] * 3
    assert answer(await market.call("GET", "/api/integrations/status"))["listings"]["totalPublished"] == 1
    for standing in (await market.listings(car)).values():
        assert (standing["state"], standing["reasons"], standing["price"]) == ("live", [], 20001)


async def test_each_site_is_told_in_its_own_words(market: Market) -> None:
    photos = ["https://photos.test/front.jpg", "https://photos.test/back.jpg"]
    await market.add(1, photos=photos, interiorColor="Tan", transmission="Automatic", fuelType="Electric")
    await market.work()
    told = {site: market.network.heard("PUT", partner=site)[0] for site in SITES}
    car = vin(1)
    assert told["cargurus"]["path"] == f"/cargurus/v1/listings/{car}"
    assert told["cargurus"]["body"] == {
        "vin": car,
        "stockNumber": "H1",
        "year": 2013,
        "make": "Tesla",
        "model": "Model S",
        "trim": "P85",
        "price": 20001,
        "mileage": 50001,
        "exteriorColor": "Blue",
        "interiorColor": "Tan",
        "bodyStyle": "Sedan",
        "transmission": "Automatic",
        "fuelType": "Electric",
        "description": "Kept in a garage.",
        "photoUrls": photos,
    }
    assert told["truecar"]["path"] == f"/truecar/v1/dealers/D 42/inventory/{car}"
    assert told["truecar"]["body"] == {
        "vin": car,
        "stock_number": "H1",
        "year": 2013,
        "make": "Tesla",
        "model": "Model S",
        "trim": "P85",
        "list_price": 20001,
        "odometer": 50001,
        "exterior_color": "Blue",
        "interior_color": "Tan",
        "body_style": "Sedan",
        "transmission": "Automatic",
        "fuel_type": "Electric",
        "comments": "Kept in a garage.",
        "photos": [{"url": photos[0], "position": 0}, {"url": photos[1], "position": 1}],
    }
    assert told["kbb"]["path"] == f"/kbb/v1/dealers/K7/vehicles/{car}"
    assert told["kbb"]["body"] == {
        "VIN": car,
        "StockNumber": "H1",
        "ModelYear": 2013,
        "Make": "Tesla",
        "Model": "Model S",
        "Trim": "P85",
        "ListPrice": 20001,
        "Mileage": 50001,
        "ExteriorColor": "Blue",
        "InteriorColor": "Tan",
        "BodyStyle": "Sedan",
        "Transmission": "Automatic",
        "FuelType": "Electric",
        "SellerComments": "Kept in a garage.",
        "Photos": photos,
    }


async def test_what_is_not_known_is_left_out(market: Market) -> None:
    await market.add(1, trim=..., mileage=..., exteriorColor=..., bodyStyle=..., description=..., stockNumber=...)
    await market.work()
    assert set(market.network.heard("PUT", partner="cargurus")[0]["body"]) == {
        *("vin", "year", "make", "model", "price", "photoUrls"),
    }


@pytest.mark.parametrize(("site", "key", "accepted"), [("cargurus", "other", False), ("truecar", "truecar-key", True)])
async def test_the_key_goes_where_the_site_wants_it(market: Market, site: str, key: str, accepted: bool) -> None:
    market.network.sites[site].knobs.key = key
    car = await market.add(1)
    await market.work()
    assert (vin(1) in market.shown(site)) is accepted
    standing = (await market.listings(car))[WIRE[site]]
    assert bool(standing["reasons"]) is not accepted


async def test_the_key_of_truecar_and_kbb_may_be_absent() -> None:
    market = Market(TRUECAR_API_KEY=None)
    plain = market.network.request
    sent: dict[str, set[str]] = {}

    async def note_headers(method: str, url: str, headers: Mapping[str, str], *rest: Any, **limits: Any) -> Any:
        sent[url.split("/")[3]] = set(headers)
        return await plain(method, url, headers, *rest, **limits)

    market.network.request = note_headers  # type: ignore[method-assign]
    await market.add(1)
    await market.work()
    market.check()
    assert "authorization" in sent["cargurus"]
    assert not {"x-api-key", "authorization"} & (sent["truecar"] | sent["kbb"])


async def test_the_button_answers_what_each_platform_does() -> None:
    market = Market(KBB_DEALER_ID="YOUR_DEALER_ID")
    car = await market.add(1)
    response = await publish(market, car)
    assert response.status == 202
    assert answer(response) == {
        "vehicleId": car["id"],
        "platforms": {"carGurus": "queued", "trueCar": "queued", "kbb": "not_configured"},
    }
    await market.work()
    assert {task["target"] for task in market.tasks(kind="listing")} == {"cargurus", "truecar"}
    assert (await market.listings(car))["kbb"]["reasons"] == ["Kelley Blue Book is not configured: set KBB_DEALER_ID."]


async def test_the_button_has_an_unchanged_car_read_back_and_mended(market: Market) -> None:
    car = await market.add(1)
    await market.work()
    market.network.sites["kbb"].hide(vin(1))
    market.forget_calls()
    assert (await publish(market, car)).status == 202
    await market.work()
    market.check()
    assert [market.calls(site) for site in SITES] == [["GET"], ["GET"], ["GET", "PUT"]]


@pytest.mark.parametrize(
    ("changed", "status", "code"),
    [
        ({"publishToThirdParty": False}, 409, "not-publishable"),
        ({"status": "pending"}, 409, "not-publishable"),
        ({"status": "archived"}, 409, "not-publishable"),
        ({"price": None}, 422, "invalid"),
        ({"price": 0}, 422, "invalid"),
        ({"photos": []}, 422, "invalid"),
    ],
)
async def test_a_car_that_may_not_be_listed_is_refused(market: Market, changed: dict[str, Any], status: int, code: str) -> None:
    car = await market.add(1, **changed)
    response = await publish(market, car)
    assert (response.status, answer(response)["code"]) == (status, code)
    await market.work()
    assert [market.calls(site) for site in SITES] == [[]] * 3
    assert market.tasks(kind="listing") == []


async def test_each_missing_field_is_named(market: Market) -> None:
    foreign = "WDB1240501B000001"  # Made for another market: no check digit, so it is taken but not listed.
    car = await market.add(1, vin=foreign, price=None, photos=[])
    response = await publish(market, car)
    assert response.status == 422
    assert [error["field"] for error in answer(response)["errors"]] == ["vin", "price", "photos"]
    reasons = (await market.listings(car))["carGurus"]["reasons"]
    assert reasons == ["The VIN is not valid.", "It has no price.", "It has no photo."]


async def test_a_sold_car_and_no_car_are_refused(market: Market) -> None:
    car = await market.add(1)
    await market.sold(car)
    response = await publish(market, car)
    assert (response.status, answer(response)["code"]) == (409, "vehicle-sold")
    assert (await market.call("POST", PUBLISH, {"vehicleId": "nobody"})).status == 404
    assert (await market.call("POST", PUBLISH, {})).status == 422
    assert (await market.call("POST", PUBLISH, {"vehicleId": car["id"]}, signed_in=False)).status == 401
    assert (await market.call("GET", "/api/vehicles/nobody/listings")).status == 404


async def test_an_unchanged_car_costs_no_call(market: Market) -> None:
    car = await market.add(1)
    await market.work()
    market.forget_calls()
    await market.change(car, location="Back row", purchasePrice=15000)
    await market.work()
    assert [market.calls(site) for site in SITES] == [[]] * 3
    await market.change(car, description="Now with new tires.")
    await market.work()
    assert [market.calls(site) for site in SITES] == [["PUT"]] * 3
    market.check()


async def test_a_burst_of_changes_is_one_call(market: Market) -> None:
    car = await market.add(1)
    await market.work()
    market.forget_calls()
    for price in range(15000, 15020):
        await market.change(car, price=price, mileage=60000 + price)
    await market.work()
    assert [market.calls(site) for site in SITES] == [["PUT"]] * 3
    market.check()


async def test_a_change_during_the_call_is_followed_by_another(market: Market) -> None:
    car = await market.add(1)
    network = market.network
    plain = network.request

    async def change_meanwhile(method: str, url: str, *rest: Any, **limits: Any) -> Any:
        if method == "PUT" and "cargurus" in url and not market.shown():
            await market.change(car, price=9999)
        return await plain(method, url, *rest, **limits)

    network.request = change_meanwhile  # type: ignore[method-assign]
    await market.work()
    market.check()
    assert [change["price"] for change in network.sites["cargurus"].history] == [20001, 9999]


async def test_what_a_site_says_against_a_car_is_passed_on_and_mended_by_a_change(market: Market) -> None:
    car = await market.add(1)
    market.network.sites["kbb"].knobs.refuse = {vin(1): "Trim is\u202e not known\nto us"}
    await market.work()
    standing = (await market.listings(car))["kbb"]
    assert standing["state"] == "dead"
    assert standing["reasons"] == ["Kelley Blue Book refused it: Trim is not known to us"]
    assert market.audit("kbb") == {vin(1): ("dead", 2000100)}
    assert market.database.query("SELECT target, error FROM audit_dead") == [
        {"target": "kbb", "error": "Kelley Blue Book refused it: Trim is not known to us"}
    ]
    market.network.sites["kbb"].knobs.refuse = {}
    await market.change(car, trim="P90")
    await market.work()
    market.check()


async def test_the_field_a_site_complains_of_is_named(market: Market) -> None:
    market.network.faults("cargurus", script=[{
        "fault": "status", "status": 400, "body": {"error": {"code": "bad", "message": "too long", "field": "trim"}},
    }])  # fmt: skip
    car = await market.add(1)
    await market.work()
    assert (await market.listings(car))["carGurus"]["reasons"] == ["CarGurus refused it: too long (trim)"]


async def test_an_unconfigured_site_gathers_no_tasks_and_gets_everything_once_it_is_configured() -> None:
    market = Market(KBB_API_URL=None)
    for number in range(1, 4):
        await market.add(number)
    await market.until_quiet()
    assert market.tasks(target="kbb") == []
    assert len(market.shown("cargurus")) == 3
    market.env["KBB_API_URL"] = "http://partners.test/kbb"
    await market.minutes(1)
    market.check()


async def test_a_site_that_refuses_the_key_waits_for_the_dealer(market: Market) -> None:
    market.network.sites["kbb"].knobs.key = "another"
    car = await market.add(1)
    await market.work()
    await market.minutes(1)
    assert market.task(target="kbb")["state"] == "blocked"
    assert "rejected the API key" in (await market.listings(car))["kbb"]["reasons"][0]
    market.network.sites["kbb"].knobs.key = None
    await publish(market, car)
    await market.minutes(2)
    market.check()


async def test_uploaded_photos_get_the_whole_address() -> None:
    market = Market(PUBLIC_BASE_URL="https://lot.example/")
    car = await market.add(1)
    market.database.query(
        "INSERT INTO photos VALUES ('p1', ?, 'image/jpeg', 5, 'hash', 'https://desk.example', NULL, '2025-02-03T00:00:00.000Z')",
        car["id"],
    )
    market.database.query("UPDATE vehicles SET photos = ? WHERE id = ?", '["/photos/p1","https://photos.test/1.jpg"]', car["id"])
    await market.work()
    assert market.shown()[vin(1)]["photoUrls"] == ["https://lot.example/photos/p1", "https://photos.test/1.jpg"]
    market.env["PUBLIC_BASE_URL"] = None
    await market.change(car, price=5)
    await market.work()
    assert market.shown()[vin(1)]["photoUrls"] == ["https://desk.example/photos/p1", "https://photos.test/1.jpg"]


async def test_what_the_dealer_does_with_photos_reaches_the_sites() -> None:
    """Uploaded, put first, taken off."""
    market = Market(PUBLIC_BASE_URL="https://lot.example")
    car = await market.add(1)
    await market.work()
    photo = await uploaded(market, car)
    await market.work()
    assert market.shown()[vin(1)]["photoUrls"] == ["https://photos.test/1.jpg", photo["url"]]
    photos = answer(await market.call("GET", f"/api/vehicles/{car['id']}"))["photos"]
    await market.call("PUT", f"/api/vehicles/{car['id']}/photos", {"photos": photos[::-1]})
    await market.work()
    assert market.shown()[vin(1)]["photoUrls"] == [photo["url"], "https://photos.test/1.jpg"]
    await market.call("DELETE", f"/api/vehicles/{car['id']}/photos/{photo['id']}")
    await market.work()
    assert market.shown()[vin(1)]["photoUrls"] == ["https://photos.test/1.jpg"]
    market.check()


async def test_a_delivery_has_six_calls_open_at_most() -> None:
    """Production opens six connections for one invocation; a seventh would wait while its time runs out."""
    market = Market()
    for number in range(1, 11):
        await market.add(number)
    limits = CountedHttp(market.network)
    await run_tasks(replace(market.services, http=limits), TASKS, [task["id"] for task in market.tasks(kind="listing")])
    assert limits.most_open == AT_ONCE == 6
    await market.settle()
    market.check()
