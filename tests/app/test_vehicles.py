"""Vehicles by hand: added, read, changed, deleted."""

from __future__ import annotations

import pytest

from app.typed import add, change, entry, get, sell, vin
from support.lot import Lot, answer, car, page

ADMIN_MEMBERS = {
    *("id", "vin", "stockNumber", "year", "make", "model", "trim", "bodyStyle", "exteriorColor", "interiorColor"),
    *("transmission", "fuelType", "drivetrain", "engine", "mileage", "price", "description", "location", "photos", "url"),
    *("externalDmsId", "purchasePrice", "purchaseDate", "status", "publishToWebsite", "publishToThirdParty"),
    *("editedFields", "vinValid", "version", "createdAt", "updatedAt"),
}


async def imported(lot: Lot, **changed: object) -> str:
    """Car 1 of the DMS; its id."""
    lot.http.answers = [page([car(1, **changed)])]
    await lot.call("POST", "/api/integrations/wayne-reeves/sync")
    await lot.deliver()
    return str(lot.database.query("SELECT id FROM vehicles WHERE external_dms_id = 'A1'")[0]["id"])


async def test_a_vehicle_is_added_and_read_back(lot: Lot) -> None:
    response = await lot.call("POST", "/api/vehicles", entry(1, purchasePrice=15000.1, purchaseDate="2025-01-02"))
    assert response.status == 201
    created = answer(response)
    assert set(created) == ADMIN_MEMBERS
    assert response.headers["location"] == f"/api/vehicles/{created['id']}"
    assert response.headers["etag"] == '"1"'
    read = await lot.call("GET", response.headers["location"])
    assert read.status == 200
    assert read.headers["etag"] == '"1"'
    assert answer(read) == created
    assert created["price"] == 20001
    assert created["purchasePrice"] == 15000.1
    assert created["purchaseDate"] == "2025-01-02"
    assert created["photos"] == [{"id": created["photos"][0]["id"], "url": "https://photos.test/1.jpg", "position": 0}]
    assert created["url"] == f"https://lot.test/inventory.html?vehicle={created['id']}"
    assert (created["publishToWebsite"], created["publishToThirdParty"]) == (True, False)
    assert (created["vinValid"], created["editedFields"], created["externalDmsId"]) == (True, [], None)
    assert created["createdAt"] == created["updatedAt"] == "2025-02-03T10:30:00.000Z"
    stored = lot.database.query("SELECT price_cents, purchase_price_cents, typeof(price_cents) AS kind FROM vehicles")
    assert stored == [{"price_cents": 2000100, "purchase_price_cents": 1500010, "kind": "integer"}]


async def test_four_fields_are_enough(lot: Lot) -> None:
    sent = {"vin": " " + vin(3).lower(), "make": " Tesla ", "model": "Model S", "year": 2013}
    created = answer(await lot.call("POST", "/api/vehicles", sent))
    assert created["vin"] == vin(3)
    assert created["make"] == "Tesla"
    assert created["status"] == "available"
    empty = ADMIN_MEMBERS - set(sent) - {"id", "url", "photos", "status", "editedFields", "vinValid", "version"}
    absent = empty - {"createdAt", "updatedAt", "publishToWebsite", "publishToThirdParty"}
    assert {created[name] for name in absent} == {None}
    assert created["photos"] == []
    assert not created["publishToWebsite"]


@pytest.mark.parametrize("missing", ["vin", "make", "model", "year"])
async def test_without_one_of_the_four_it_is_refused(lot: Lot, missing: str) -> None:
    response = await lot.call("POST", "/api/vehicles", entry(1, **{missing: ...}))
    assert response.status == 422
    assert [error["field"] for error in answer(response)["errors"]] == [missing]


@pytest.mark.parametrize(("same", "field"), [("vin", "vin"), ("stockNumber", "stockNumber")])
async def test_a_car_stands_on_the_lot_once(lot: Lot, same: str, field: str) -> None:
    first = await add(lot, 1)
    response = await lot.call("POST", "/api/vehicles", entry(2, **{same: first[same]}))
    assert response.status == 409
    problem = answer(response)
    assert problem["code"] == "vehicle-exists"
    assert [error["field"] for error in problem["errors"]] == [field]
    second = await add(lot, 2)
    clash = await change(lot, second["id"], **{same: first[same]})
    assert clash.status == 409
    words = {"vin": "VIN", "stockNumber": "stock number"}[same]
    assert answer(clash)["detail"] == f"This {words} is already in your inventory: 2013 Tesla Model S, H1."
    assert answer(clash)["errors"] == [{"field": same, "message": answer(clash)["detail"]}]
    assert await get(lot, f"/api/vehicles/{second['id']}") == second


async def test_a_mistyped_vin_is_refused_and_a_foreign_one_flagged(lot: Lot) -> None:
    wrong = await lot.call("POST", "/api/vehicles", entry(1, vin="1HGCM82634A004352"))
    assert wrong.status == 422
    assert answer(wrong)["errors"][0]["field"] == "vin"
    foreign = await add(lot, 2, vin="WVWZZZ1JZXW000001", year=1999)
    assert foreign["vinValid"] is False
    fixed = await change(lot, foreign["id"], vin=vin(9))
    assert answer(fixed)["vinValid"] is True
    # The same VIN in another year is another question.
    old = await add(lot, 3, vin="194675S100001", year=1964)
    assert (await change(lot, old["id"], year=1990)).status == 422
    assert (await change(lot, old["id"], year=1965)).status == 200


async def test_any_subset_may_be_changed_and_null_clears(lot: Lot) -> None:
    created = await add(lot, 1)
    response = await change(lot, created["id"], price=19999.99, trim=None, description="", location="Back row")
    assert response.status == 200
    changed = answer(response)
    assert response.headers["etag"] == '"2"'
    differs = {name for name in created if changed[name] != created[name]}
    assert differs == {"price", "trim", "description", "location", "version"}
    assert (changed["price"], changed["trim"], changed["description"]) == (19999.99, None, None)
    assert answer(await change(lot, created["id"], price=None))["price"] is None


@pytest.mark.parametrize("field", ["vin", "make", "model", "year", "photos", "status", "publishToWebsite"])
async def test_what_every_vehicle_has_cannot_be_cleared(lot: Lot, field: str) -> None:
    created = await add(lot, 1)
    response = await change(lot, created["id"], **{field: None})
    assert response.status == 422
    assert answer(response)["errors"][0]["field"].partition(".")[0] == field
    assert await get(lot, f"/api/vehicles/{created['id']}") == created


@pytest.mark.parametrize("field", ["id", "externalDmsId", "editedFields", "vinValid", "version", "createdAt", "url", "cost"])
async def test_what_is_not_writable_is_an_unknown_field(lot: Lot, field: str) -> None:
    created = await add(lot, 1)
    response = await change(lot, created["id"], **{field: created.get(field, 1)})
    assert response.status == 422
    assert answer(response)["errors"][0]["field"] == field


async def test_an_empty_change_changes_nothing(lot: Lot) -> None:
    created = await add(lot, 1)
    for sent in ({}, {"price": 20001.0, "make": "Tesla", "publishToWebsite": True, "photos": created["photos"]}):
        response = await lot.call("PATCH", f"/api/vehicles/{created['id']}", sent)
        assert response.status == 200
        assert answer(response) == created


async def test_if_match_keeps_two_people_from_overwriting_each_other(lot: Lot) -> None:
    created = await add(lot, 1)
    target = f"/api/vehicles/{created['id']}"
    first = await lot.call("PATCH", target, {"price": 1}, {"if-match": '"1"'})
    assert first.headers["etag"] == '"2"'
    for tag in ('"1"', 'W/"2"', '"", "17"', "2"):
        late = await lot.call("PATCH", target, {"price": 2}, {"if-match": tag})
        assert late.status == 412
        assert (await lot.call("DELETE", target, None, {"if-match": tag})).status == 412
    assert (await get(lot, target))["price"] == 1
    assert (await lot.call("PATCH", target, {"price": 3}, {"if-match": '"1", "2"'})).status == 200
    assert (await lot.call("PATCH", target, {"price": 4}, {"if-match": "*"})).status == 200
    assert (await lot.call("PATCH", "/api/vehicles/nobody", {"price": 4}, {"if-match": "*"})).status == 404


async def test_only_the_dms_fields_of_a_dms_car_count_as_edited_by_hand(lot: Lot) -> None:
    by_hand = await add(lot, 5)
    assert answer(await change(lot, by_hand["id"], price=5))["editedFields"] == []
    dms_id = await imported(lot)
    edited = answer(await change(lot, dms_id, price=7000, publishToWebsite=True, engine="V6"))
    assert edited["editedFields"] == ["engine", "price"]
    assert answer(await change(lot, dms_id, price=7000))["version"] == edited["version"]
    assert answer(await change(lot, dms_id, location="Back"))["editedFields"] == ["engine", "price", "location"]
    assert edited["externalDmsId"] == edited["stockNumber"] == "A1"


async def test_a_status_is_set_within_its_rules(lot: Lot) -> None:
    created = await add(lot, 1)
    assert answer(await change(lot, created["id"], status="pending"))["status"] == "pending"
    assert (await change(lot, created["id"], status="sold")).status == 422
    assert answer(await change(lot, created["id"], status="Available "))["status"] == "available"
    sell(lot, created["id"])
    for status in ("available", "pending", "archived"):
        refused = await change(lot, created["id"], status=status)
        assert (refused.status, answer(refused)["code"]) == (409, "vehicle-sold")
    refused = await lot.call("DELETE", f"/api/vehicles/{created['id']}")
    assert (refused.status, answer(refused)["code"]) == (409, "vehicle-sold")
    assert lot.database.query("SELECT status FROM vehicles") == [{"status": "sold"}]


async def test_a_deleted_vehicle_is_archived_and_may_come_back(lot: Lot) -> None:
    created = await add(lot, 1)
    target = f"/api/vehicles/{created['id']}"
    response = await lot.call("DELETE", target)
    assert (response.status, response.body) == (204, b"")
    assert (await lot.call("DELETE", target)).status == 204
    archived = await get(lot, target)
    assert (archived["status"], archived["version"]) == ("archived", 2)
    assert (await get(lot, "/api/vehicles"))["total"] == 0
    assert [car["id"] for car in (await get(lot, "/api/vehicles?status=archived"))["vehicles"]] == [created["id"]]
    assert answer(await change(lot, created["id"], status="available"))["status"] == "available"


async def test_an_archived_car_gives_its_stock_number_back(lot: Lot) -> None:
    first = await add(lot, 1)
    await lot.call("DELETE", f"/api/vehicles/{first['id']}")
    await add(lot, 1)
    again = await change(lot, first["id"], status="available")
    assert (again.status, answer(again)["code"]) == (409, "vehicle-exists")


async def test_a_sold_car_comes_back_under_its_number_only_with_a_later_purchase_date(lot: Lot) -> None:
    sold = await add(lot, 1, stockNumber="H1")
    sell(lot, sold["id"], "2025-01-20")
    for sent in (entry(1, stockNumber="H1"), entry(1, stockNumber="H1", purchaseDate="2025-01-20")):
        refused = await lot.call("POST", "/api/vehicles", sent)
        assert (refused.status, answer(refused)["code"]) == (409, "vehicle-exists")
    bought_back = await add(lot, 1, stockNumber="H1", purchaseDate="2025-01-21")
    assert bought_back["id"] != sold["id"]
    assert (await get(lot, f"/api/vehicles/{sold['id']}"))["status"] == "sold"


@pytest.mark.parametrize(
    "given", [{"stockNumber": "T1"}, {"stockNumber": None}, {"stockNumber": "T1", "purchaseDate": "2025-01-20"}]
)
async def test_a_car_taken_back_in_trade_is_a_new_vehicle(lot: Lot, given: dict[str, object]) -> None:
    sold = await add(lot, 1, stockNumber="H1")
    sell(lot, sold["id"], "2025-01-20")
    taken = await add(lot, 1, **given)
    assert (taken["id"] != sold["id"], taken["status"]) == (True, "available")
    assert (await get(lot, f"/api/vehicles/{sold['id']}"))["status"] == "sold"


@pytest.mark.parametrize(
    "url", ["http://photos.test/1.jpg", "javascript:alert(1)", "/photos/somebody-elses", 'https://a.test/"x', ""]
)
async def test_photos_are_https_or_the_cars_own(lot: Lot, url: str) -> None:
    response = await lot.call("POST", "/api/vehicles", entry(1, photos=["https://a.test/1.jpg", url]))
    assert response.status == 422
    assert [error["field"] for error in answer(response)["errors"]] == ["photos.1"]


async def test_photos_keep_their_order_and_are_kept_once(lot: Lot) -> None:
    a, b, c = (f"https://photos.test/{name}.jpg" for name in "abc")
    created = await add(lot, 1, photos=[b, a, b])
    assert [photo["url"] for photo in created["photos"]] == [b, a]
    reordered = answer(await change(lot, created["id"], photos=[c, *reversed(created["photos"])]))
    assert [(photo["url"], photo["position"]) for photo in reordered["photos"]] == [(c, 0), (a, 1), (b, 2)]
    assert reordered["photos"][1]["id"] == created["photos"][1]["id"]
    too_many = [f"https://photos.test/{number}.jpg" for number in range(41)]
    assert (await change(lot, created["id"], photos=too_many)).status == 422
    assert (await change(lot, created["id"], photos=too_many[:40])).status == 200


async def test_an_unknown_vehicle_is_404_for_every_method(lot: Lot) -> None:
    for method, content in (("GET", None), ("PATCH", {"price": 1}), ("DELETE", None)):
        response = await lot.call(method, "/api/vehicles/nobody", content)
        assert (response.status, answer(response)["code"]) == (404, "not-found")
