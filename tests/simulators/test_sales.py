"""Sales and edits that the simulated DMS takes."""

from typing import Any

import httpx
import pytest


@pytest.fixture
def vehicle(sim: httpx.Client) -> dict[str, Any]:
    vehicles: list[dict[str, Any]] = sim.get("/inventory").json()["vehicles"]
    return next(each for each in vehicles if each["status"] == "available" and "price" in each)


def sell(sim: httpx.Client, vehicle: dict[str, Any], key: str | None, **changes: Any) -> httpx.Response:
    body = {
        "stock_number": vehicle["stock_number"],
        "vin": vehicle["vin"],
        "sale_price": 9000,
        "sale_date": "2026-11-20",
    }
    return sim.post("/sales", json=body | changes, headers={} if key is None else {"Idempotency-Key": key})


def served(sim: httpx.Client, stock_number: str) -> dict[str, Any]:
    vehicles: list[dict[str, Any]] = sim.get("/inventory").json()["vehicles"]
    return next(each for each in vehicles if each["stock_number"] == stock_number)


def test_a_key_sells_once(sim: httpx.Client, vehicle: dict[str, Any]) -> None:
    first, again = sell(sim, vehicle, "k1"), sell(sim, vehicle, "k1")
    assert first.status_code == again.status_code == 201
    assert first.json() == again.json()
    assert sell(sim, vehicle, "k1", sale_price=9001).status_code == 422
    assert sell(sim, vehicle, "k2").status_code == 409
    assert [sale["idempotency_key"] for sale in sim.get("/_sim/wayne-reeves/sales").json()["sales"]] == ["k1"]
    now = served(sim, vehicle["stock_number"])
    assert now["status"] == "sold"
    assert now["updated_at"] > vehicle["updated_at"]


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"stock_number": "NOPE"}, 404),
        ({"vin": "1HGCM82633A004352"}, 422),
        ({"sale_price": "9000"}, 422),
        ({"sale_price": -1}, 422),
        ({"sale_date": "20.11.2026"}, 422),
        ({"surprise": 1}, 422),
        ({"customer": {"name": "Ann", "shoe": 9}}, 422),
    ],
)
def test_bad_sales_sell_nothing(sim: httpx.Client, vehicle: dict[str, Any], changes: dict[str, Any], status: int) -> None:
    assert sell(sim, vehicle, "k1", **changes).status_code == status
    assert sim.get("/_sim/wayne-reeves/sales").json() == {"sales": []}
    assert served(sim, vehicle["stock_number"])["status"] == "available"


def test_a_sale_needs_a_key_and_json(sim: httpx.Client, vehicle: dict[str, Any]) -> None:
    assert sell(sim, vehicle, None).status_code == 400
    assert sim.post("/sales", content=b"{", headers={"Idempotency-Key": "k"}).status_code == 400
    assert sim.post("/sales", content=b"[" * 300_000, headers={"Idempotency-Key": "k"}).status_code == 400
    assert sim.post("/sales", content=b"[]", headers={"Idempotency-Key": "k"}).status_code == 422


def test_an_undone_sale_can_be_made_again(sim: httpx.Client, vehicle: dict[str, Any]) -> None:
    sale_id = sell(sim, vehicle, "k1", customer={"name": "Ann"}).json()["sale_id"]
    assert sim.delete(f"/sales/{sale_id}").status_code == 204
    assert served(sim, vehicle["stock_number"])["status"] == "available"
    assert sim.delete(f"/sales/{sale_id}").status_code == 404
    assert sell(sim, vehicle, "k2").status_code == 201
    assert [sale["undone"] for sale in sim.get("/_sim/wayne-reeves/sales").json()["sales"]] == [True, False]


def test_the_dms_sells_by_itself(sim: httpx.Client, vehicle: dict[str, Any]) -> None:
    report = {"stock_number": vehicle["stock_number"], "vin": vehicle["vin"], "sale_price": 8500.5, "sale_date": "2026-11-20"}
    sold = sim.post("/_sim/wayne-reeves/sales", json=report)
    assert sold.status_code == 201
    assert sold.json()["vehicle"] == {**vehicle, "status": "sold", "updated_at": sold.json()["vehicle"]["updated_at"]}
    (sale,) = sim.get("/_sim/wayne-reeves/sales").json()["sales"]
    assert sale.items() >= {**report, "sale_id": sold.json()["sale_id"], "undone": False}.items()
    assert sale["idempotency_key"].startswith("dms-")
    assert sim.post("/_sim/wayne-reeves/sales", json=report).status_code == 409
    assert sell(sim, vehicle, "k1").status_code == 409
    assert sim.get("/_sim/ledger?method=POST").json()["count"] == 1, "what the DMS does itself is no request of CarLot's"


def test_somebody_at_the_dms_changes_a_vehicle(sim: httpx.Client, vehicle: dict[str, Any]) -> None:
    path = f"/_sim/wayne-reeves/vehicles/{vehicle['stock_number']}"
    changed = sim.patch(path, json={"exterior_color": "Red", "price": None})
    assert changed.status_code == 200
    expected = {name: text for name, text in vehicle.items() if name != "price"} | {"exterior_color": "Red"}
    assert changed.json() == {**expected, "updated_at": changed.json()["updated_at"]}
    assert changed.json()["updated_at"] > vehicle["updated_at"]
    assert served(sim, vehicle["stock_number"]) == changed.json()
    assert sim.patch("/_sim/wayne-reeves/vehicles/NOPE", json={}).status_code == 404
    assert sim.patch(path, json=[]).status_code == 422


def test_a_dealer_may_change_four_fields(sim: httpx.Client, vehicle: dict[str, Any]) -> None:
    path = f"/inventory/{vehicle['stock_number']}"
    change = {"mileage": 5, "location": "Back row", "price": 10.5, "description": "New."}
    assert sim.patch(path, json=change).json().items() >= change.items()
    assert served(sim, vehicle["stock_number"]).items() >= change.items()
    assert "price" not in sim.patch(path, json={"price": None}).json()
    assert sim.patch(path, json={}).status_code == 200
    refused: list[Any] = [{"vin": "X"}, {"mileage": -1}, {"mileage": "5"}, {"price": "1"}, {"cost": 1}, []]
    for bad in refused:
        assert sim.patch(path, json=bad).status_code == 422, bad
    assert sim.patch("/inventory/NOPE", json={"mileage": 1}).status_code == 404


def test_other_paths_and_methods(sim: httpx.Client) -> None:
    assert sim.get("/nowhere").status_code == 404
    assert sim.put("/inventory", json={}).status_code == 405
    assert sim.put("/inventory", json={}).headers["Allow"]


def test_the_dms_s_users_correct_a_sale_and_undo_it(sim: httpx.Client, vehicle: dict[str, Any]) -> None:
    sale_id = sell(sim, vehicle, "k1").json()["sale_id"]
    corrected = sim.patch(f"/_sim/wayne-reeves/sales/{sale_id}", json={"sale_price": 8500, "customer": {"name": "Ann"}})
    assert (corrected.status_code, corrected.json()["sale_price"], corrected.json()["sale_date"]) == (200, 8500, "2026-11-20")
    assert sim.get("/_sim/wayne-reeves/sales").json()["sales"][0]["customer"] == {"name": "Ann"}
    assert sim.delete(f"/_sim/wayne-reeves/sales/{sale_id}").status_code == 204
    assert served(sim, vehicle["stock_number"])["status"] == "available"
    assert sim.delete(f"/_sim/wayne-reeves/sales/{sale_id}").status_code == 404
    assert sim.patch(f"/_sim/wayne-reeves/sales/{sale_id}", json={"sale_price": 1}).status_code == 404


def test_vehicles_change_their_numbers_at_once(sim: httpx.Client) -> None:
    first, second, third = (each["stock_number"] for each in sim.get("/inventory").json()["vehicles"][:3])
    vins = {number: served(sim, number)["vin"] for number in (first, second, third)}
    renumbered = sim.post("/_sim/wayne-reeves/renumber", json={first: second, second: first, third: "R-1"})
    assert renumbered.json() == {"renumbered": 3}
    assert {number: served(sim, number)["vin"] for number in (first, second, "R-1")} == {
        first: vins[second],
        second: vins[first],
        "R-1": vins[third],
    }
    assert sim.post("/_sim/wayne-reeves/renumber", json={first: "R-1"}).status_code == 409
    assert sim.post("/_sim/wayne-reeves/renumber", json=["R-1"]).status_code == 422
    # The DMS knows it by its new number from now on.
    assert sim.patch("/inventory/R-1", json={"mileage": 7}).status_code == 200


def test_a_sold_vehicle_is_taken_in_again(sim: httpx.Client, vehicle: dict[str, Any]) -> None:
    sell(sim, vehicle, "k1")
    body = {"stock_number": vehicle["stock_number"], "new_stock_number": "T-1", "date_acquired": "2026-11-25"}
    again = sim.post("/_sim/wayne-reeves/reacquire", json=body)
    assert (again.status_code, again.json()["status"], again.json()["vin"]) == (201, "available", vehicle["vin"])
    assert served(sim, "T-1")["date_acquired"] == "2026-11-25"
    assert served(sim, vehicle["stock_number"])["status"] == "sold"
    assert sim.post("/_sim/wayne-reeves/reacquire", json=body).status_code == 409
    assert sim.post("/_sim/wayne-reeves/reacquire", json={**body, "stock_number": "NOPE"}).status_code == 404
