"""What anyone may see: the cars on show, nothing of what they cost, and ETags that tell when to look again."""

from __future__ import annotations

import json
from typing import Any

import pytest

from app.typed import add, change, forget_public_texts, get, sell
from support.lot import ENV, Lot, answer, car, page
from support.platform import MAX_VALUE_BYTES

LIST = "/api/public/inventory"
PUBLIC_MEMBERS = {
    *("id", "vin", "stockNumber", "year", "make", "model", "trim", "bodyStyle", "exteriorColor", "interiorColor"),
    *("transmission", "fuelType", "drivetrain", "engine", "mileage", "price", "description", "location", "photos", "url"),
}


@pytest.fixture(params=["worker", "cache"])
def lot(request: pytest.FixtureRequest, lot: Lot) -> Lot:
    """The lot itself, and the lot as seen through the cache in front of it: what is promised holds for both."""
    lot.cached = request.param == "cache"
    return lot


async def look(lot: Lot, target: str = LIST, etag: str | None = None) -> tuple[int, str, str]:
    """A stranger's GET: status, ETag, text."""
    headers = {"if-none-match": etag} if etag else {}
    response = await lot.call("GET", target, None, headers, signed_in=False)
    body = response.body if isinstance(response.body, str) else response.body.decode()
    return response.status, response.headers.get("etag", ""), body


async def test_only_what_is_available_and_published_is_shown(lot: Lot) -> None:
    shown = await add(lot, 1)
    hidden = [
        await add(lot, 2, publishToWebsite=False, publishToThirdParty=True),
        await add(lot, 3, status="pending"),
        await add(lot, 4, status="archived"),
        await add(lot, 5),
    ]
    sell(lot, hidden[3]["id"])
    assert [vehicle["id"] for vehicle in await get(lot, LIST)] == [shown["id"]]
    assert (await look(lot, f"/api/public/vehicle/{shown['id']}"))[0] == 200
    for vehicle in hidden:
        for target in (f"/api/public/vehicle/{vehicle['id']}", f"{LIST}?q={vehicle['vin']}"):
            status, _, text = await look(lot, target)
            assert (status, text) == (200, "[]") if target.startswith(LIST) else status == 404
            assert vehicle["vin"] not in text


async def test_a_public_vehicle_has_exactly_the_public_members(lot: Lot) -> None:
    created = await add(lot, 1, purchasePrice=12345.67, purchaseDate="2024-12-24", photos=["https://a.test/1.jpg"])
    one = await get(lot, f"/api/public/vehicle/{created['id']}")
    assert set(one) == PUBLIC_MEMBERS
    assert await get(lot, LIST) == [one]
    assert one["photos"] == ["https://a.test/1.jpg"]
    assert one["url"] == f"https://lot.test/inventory.html?vehicle={created['id']}"
    assert {name for name in one if one[name] is None} == {
        *("interiorColor", "transmission", "fuelType", "drivetrain", "engine"),
    }
    for _, _, text in [await look(lot), await look(lot, f"/api/public/vehicle/{created['id']}")]:
        assert "12345" not in text
        assert "2024-12-24" not in text


async def test_a_vehicle_with_everything_absent_is_nulls(lot: Lot) -> None:
    optional = ("stockNumber", "trim", "bodyStyle", "exteriorColor", "mileage", "price", "description", "location", "photos")
    await add(lot, 1, **dict.fromkeys(optional, ...))
    vehicle = (await get(lot, LIST))[0]
    assert set(vehicle) == PUBLIC_MEMBERS
    assert {name for name in vehicle if vehicle[name] is not None} == {"id", "vin", "year", "make", "model", "photos", "url"}


@pytest.mark.parametrize(
    ("price", "text"), [(6995.5, "6995.50"), (0.07, "0.07"), (99999999.99, "99999999.99"), (0, "null"), (1.1, "1.10")]
)
async def test_a_price_is_told_to_the_cent(lot: Lot, price: float, text: str) -> None:
    await add(lot, 1, price=price)
    assert f'"price":{text},' in (await look(lot))[2]


async def test_the_etag_changes_when_the_public_would_see_it(lot: Lot) -> None:
    one, two = await add(lot, 1), await add(lot, 2, publishToWebsite=False)
    target = f"/api/public/vehicle/{one['id']}"
    _, etag, _ = await look(lot)
    _, own_etag, _ = await look(lot, target)
    steps: list[tuple[str, dict[str, Any], bool]] = [
        (one["id"], {"price": 777}, True),
        (two["id"], {"price": 777}, False),
        (two["id"], {"publishToThirdParty": True}, False),
        (two["id"], {"publishToWebsite": True}, True),
        (two["id"], {"publishToWebsite": False}, True),
        (two["id"], {"status": "pending"}, False),
        (one["id"], {"price": 777}, False),
        (one["id"], {"status": "pending"}, True),
    ]
    for vehicle_id, sent, seen in steps:
        assert (await look(lot, LIST, etag))[0] == 304
        assert (await change(lot, vehicle_id, **sent)).status == 200
        status, after, text = await look(lot, LIST, etag)
        assert (status == 200) is seen, sent
        assert (after != etag) is seen
        assert text == "" or status == 200
        etag = after
        own_status, own_after, _ = await look(lot, target, own_etag)
        if own_status == 200:
            assert vehicle_id == one["id"]
            own_etag = own_after
    assert own_status == 404


async def test_the_etag_changes_with_a_sale_an_import_and_a_deletion(lot: Lot) -> None:
    lot.env["IMPORT_PUBLISH_TO_WEBSITE"] = "true"
    etags = [(await look(lot))[1]]
    lot.http.answers = [page([car(1), car(2)])]
    await lot.call("POST", "/api/integrations/wayne-reeves/sync")
    await lot.deliver()
    status, etag, text = await look(lot)
    etags.append(etag)
    ids = [vehicle["id"] for vehicle in json.loads(text)]
    assert len(ids) == 2
    lot.http.answers = [page([car(1), car(2)])]
    await lot.call("POST", "/api/integrations/wayne-reeves/sync")
    await lot.deliver()
    assert (await look(lot, LIST, etag))[0] == 304
    sell(lot, ids[0])
    await lot.edge.purge(["lot"])  # The sale was written past the program.
    etags.append((await look(lot))[1])
    await lot.call("DELETE", f"/api/vehicles/{ids[1]}")
    status, etag, text = await look(lot)
    etags.append(etag)
    assert (status, text) == (200, "[]")
    assert len(set(etags)) == 4


async def test_every_question_has_an_etag_of_its_own(lot: Lot) -> None:
    await add(lot, 1)
    targets = [LIST, LIST + "?limit=1", LIST + "?make=Tesla", LIST + "?sort=price", LIST + "?offset=1"]
    etags = {target: (await look(lot, target))[1] for target in targets}
    assert len(set(etags.values())) == len(targets)
    for target, etag in etags.items():
        status, again, text = await look(lot, target, f'"other", W/{etag}')
        assert (status, again, text) == (304, etag, "")
        assert (await look(lot, LIST + "?limit=17", etag))[0] == 200
    assert (await look(lot, LIST, "*"))[0] == 304
    at_another_address = await lot.call("GET", LIST, origin="https://other.test", signed_in=False)
    assert at_another_address.headers["etag"] not in etags.values()
    assert "https://other.test/inventory.html?vehicle=" in str(at_another_address.body)


async def test_headers_for_browsers_and_caches(lot: Lot) -> None:
    created = await add(lot, 1)
    for target in (LIST, f"/api/public/vehicle/{created['id']}"):
        first = await lot.call("GET", target, signed_in=False)
        second = await lot.call("GET", target, None, {"if-none-match": first.headers["etag"]}, signed_in=False)
        assert (first.status, second.status) == (200, 304)
        for response in (first, second):
            assert response.headers["access-control-allow-origin"] == "*"
            assert response.headers["cache-control"].startswith("public")
            assert response.headers["cross-origin-resource-policy"] == "cross-origin"
            assert "X-Total-Count" in response.headers["access-control-expose-headers"]
        assert first.headers["content-type"] == "application/json"


async def test_an_unchanged_list_costs_one_read(lot: Lot) -> None:
    lot.cached = False  # Through the cache it costs none: test_edge.py.
    await add(lot, 1)
    await look(lot)
    before = lot.database.statements
    first = (await look(lot))[2]
    assert lot.database.statements == before + 1
    await change(lot, (await get(lot, LIST))[0]["id"], price=1)
    assert '"price":1.00' in (await look(lot))[2]
    assert '"price":1.00' not in first


async def test_two_thousand_cars_with_long_descriptions_fit(lot: Lot) -> None:
    """D1 hands over no value above 2 MB; the test's database refuses one as well."""
    photos = [f"https://photos.test/{'p' * 200}/{number}.jpg" for number in range(40)]
    cars = [car(number, description="ü" * 9_999, photos=photos) for number in range(2000)]
    lot.env["IMPORT_PUBLISH_TO_WEBSITE"] = "true"
    starts = range(0, 2000, 100)
    lot.http.answers = [page(cars[at : at + 100], str(at + 100) if at < 1900 else None, 2000) for at in starts]
    run = answer(await lot.call("POST", "/api/integrations/wayne-reeves/sync"))
    await lot.deliver()
    report = await get(lot, f"/api/integrations/runs/{run['runId']}")
    assert (report["status"], report["created"]) == ("completed", 2000)
    status, _, text = await look(lot, LIST + "?limit=1000")
    assert status == 200
    assert len(text.encode()) > 10 * MAX_VALUE_BYTES
    assert len(json.loads(text)) == 1000
    assert len((await get(lot, "/api/vehicles?limit=1000&offset=1000"))["vehicles"]) == 1000


async def test_the_dealer_is_told_as_far_as_known() -> None:
    forget_public_texts()
    placeholder = Lot(
        {
            **ENV,
            "DEALER_NAME": "Sunny Motors",
            "DEALER_PHONE": "YOUR_PHONE",
            "DEALER_EMAIL": "cars@sunny.test",
            "DEALER_ADDRESS": " ",
        }
    )
    response = await placeholder.call("GET", "/api/public/dealer", signed_in=False)
    assert answer(response) == {"name": "Sunny Motors", "phone": None, "email": "cars@sunny.test", "address": None}


async def test_the_public_address_may_be_set(lot: Lot) -> None:
    lot.env["PUBLIC_BASE_URL"] = "https://cars.example/"
    created = await add(lot, 1)
    lot.database.query("UPDATE vehicles SET photos = ?", '["/photos/p1","https://a.test/photos/2"]')
    assert created["url"].startswith("https://cars.example/inventory.html?")
    vehicle = await get(lot, f"/api/public/vehicle/{created['id']}")
    assert vehicle["url"] == created["url"]
    assert vehicle["photos"] == ["https://cars.example/photos/p1", "https://a.test/photos/2"]
