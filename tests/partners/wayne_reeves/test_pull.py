"""The pull of the whole inventory: what it takes over, what it leaves alone, what it reports, and when it starts."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from support.lot import answer, car
from support.served import PAGE_A_MESSAGE_S, ServedLot

RUN_MEMBERS = {
    *("id", "runId", "status", "startedBy", "message", "total", "pages", "seen", "created", "updated", "unchanged"),
    *("rejectedCount", "removed", "createdAt", "startedAt", "finishedAt", "error"),
}


@pytest.mark.parametrize(
    ("cars", "page_cap", "empty_last_page", "pages"),
    [
        *((0, 5, False, 1), (1, 5, False, 1), (4, 5, False, 1), (5, 5, False, 1), (6, 5, False, 2), (10, 5, False, 2)),
        *((11, 5, False, 3), (3, 1, False, 3), (5, 5, True, 2), (10, 5, True, 3), (11, 5, True, 3)),
    ],
)
async def test_every_page_comes_in_once(lot: ServedLot, cars: int, page_cap: int, empty_last_page: bool, pages: int) -> None:
    lot.dms_holds(*[car(number) for number in range(cars)], page_cap=page_cap, empty_last_page=empty_last_page)
    report = await lot.pull()
    assert (report["status"], report["pages"], report["seen"], report["total"]) == ("completed", pages, cars, cars)
    assert (report["created"], report["updated"], report["unchanged"], report["removed"]) == (cars, 0, 0, 0)
    assert (report["rejected"], report["rejectedCount"], report["message"], report["error"]) == ([], 0, None, None)
    assert lot.states() == {f"A{number}": "available" for number in range(cars)}
    asked = [request["query"] for request in lot.network.heard()]
    assert len(asked) == pages
    assert len({query.get("cursor") for query in asked}) == pages
    assert {query["limit"] for query in asked} == {"500"}


MAPPING: list[tuple[str, Any, str, Any]] = [
    # The DMS's name and value, ours and ours.
    ("stock_number", "A1", "externalDmsId", "A1"),
    ("stock_number", "A1", "stockNumber", "A1"),
    ("vin", car(1)["vin"].lower(), "vin", car(1)["vin"]),
    ("make", "Honda", "make", "Honda"),
    ("model", " Accord ", "model", "Accord"),
    ("year", "2003", "year", 2003),
    ("cost", 4200.07, "purchasePrice", 4200.07),
    ("date_acquired", "2025-01-14", "purchaseDate", "2025-01-14"),
    ("mileage", 98012, "mileage", 98012),
    ("location", "Main lot", "location", "Main lot"),
    ("trim", "EX", "trim", "EX"),
    ("body_style", "Sedan", "bodyStyle", "Sedan"),
    ("exterior_color", "Silver", "exteriorColor", "Silver"),
    ("interior_color", "Gray", "interiorColor", "Gray"),
    ("transmission", "Automatic", "transmission", "Automatic"),
    ("fuel_type", "Gasoline", "fuelType", "Gasoline"),
    ("drivetrain", "FWD", "drivetrain", "FWD"),
    ("engine", "", "engine", None),
    ("price", 6995.1, "price", 6995.1),
    ("description", "Grüße 🚗\n<b>it</b> runs", "description", "Grüße 🚗\n<b>it</b> runs"),
    ("status", "pending", "status", "pending"),
]


async def test_the_fields_are_mapped_as_documented(lot: ServedLot) -> None:
    whole = {theirs: value for theirs, value, _, _ in MAPPING}
    lot.dms_holds({**whole, "photos": ["https://a.test/1.jpg", "http://a.test/2.jpg"], "not_ours": {"deep": ["x"]}})
    await lot.pull()
    vehicle = await lot.vehicle("A1")
    assert {name: vehicle[name] for _, _, name, _ in MAPPING} == {name: value for _, _, name, value in MAPPING}
    assert [photo["url"] for photo in vehicle["photos"]] == ["https://a.test/1.jpg"]
    assert (vehicle["vinValid"], vehicle["version"], vehicle["editedFields"]) == (True, 1, [])


async def test_what_the_dms_does_not_tell_is_null(lot: ServedLot) -> None:
    needed = {name: car(1)[name] for name in ("stock_number", "vin", "make", "model", "year")}
    lot.dms_holds(needed, {**car(2), **{theirs: None for theirs, *_ in MAPPING if theirs not in (*needed, "status")}})
    await lot.pull()
    optional = {ours for theirs, _, ours, _ in MAPPING if theirs not in (*needed, "status")}
    for vehicle in (await lot.vehicle("A1"), await lot.vehicle("A2")):
        assert {name for name, value in vehicle.items() if value is None} == optional
        assert vehicle["status"] == "available"


@pytest.mark.parametrize("amount", [0.01, 0.29, 1.15, 8.41, 19.99, 4200.07, 1234567.89, 99999999.0])
async def test_amounts_are_kept_to_the_cent(lot: ServedLot, amount: float) -> None:
    lot.dms_holds(car(1, price=amount, cost=amount))
    await lot.pull()
    stored = lot.database.query("SELECT price_cents, purchase_price_cents FROM vehicles")[0]
    assert set(stored.values()) == {round(amount * 100)}
    assert (await lot.vehicle("A1"))["price"] == amount


async def test_what_has_not_changed_is_not_written(lot: ServedLot) -> None:
    lot.env["IMPORT_PUBLISH_TO_WEBSITE"] = "true"
    cars = [car(number) for number in range(8)]
    lot.dms_holds(*cars, page_cap=3)
    await lot.pull()

    def stored() -> list[list[dict[str, Any]]]:
        return [lot.database.query("SELECT * FROM vehicles ORDER BY id"), lot.database.query("SELECT revision FROM lot")]

    before = stored()
    again = await lot.pull()
    assert (again["unchanged"], again["created"], again["updated"], again["pages"]) == (8, 0, 0, 3)
    assert stored() == before
    # The same car with its members in another order, and one that says something new.
    cars[1:3] = [dict(reversed(car(1).items())), car(2, price=7000)]
    lot.dms_holds(*cars, page_cap=3)
    changed = await lot.pull()
    assert (changed["unchanged"], changed["created"], changed["updated"]) == (7, 0, 1)
    after = {row["external_dms_id"]: row for row in stored()[0]}
    for row in before[0]:
        new = after[row["external_dms_id"]]
        if row["external_dms_id"] == "A2":
            assert (new["price_cents"], new["version"]) == (700_000, 2)
            assert new["updated_at"] > row["updated_at"]
            assert (new["id"], new["created_at"]) == (row["id"], row["created_at"])
        else:
            assert new == row


@pytest.mark.parametrize("publish", ["true", "false"])
async def test_only_new_vehicles_are_published_by_the_setting(lot: ServedLot, publish: str) -> None:
    lot.env["IMPORT_PUBLISH_TO_WEBSITE"] = publish
    lot.dms_holds(car(1))
    await lot.pull()
    assert (await lot.vehicle("A1"))["publishToWebsite"] is (publish == "true")
    flipped = (await lot.edit("A1", publishToWebsite=publish != "true"))["publishToWebsite"]
    lot.dms_holds(car(1, price=1))
    await lot.pull()
    assert (await lot.vehicle("A1"))["publishToWebsite"] is flipped


async def test_pressing_the_button_twice_is_one_run(lot: ServedLot) -> None:
    lot.dms_holds(*[car(number) for number in range(6)], page_cap=2)
    lot.network.latency_s = PAGE_A_MESSAGE_S
    first = await lot.call("POST", "/api/integrations/wayne-reeves/sync")
    run_id = answer(first)["runId"]
    assert (first.status, answer(first)) == (202, {"runId": run_id, "status": "queued"})
    assert first.headers["location"] == f"/api/integrations/runs/{run_id}"
    for status in ("queued", "running", "running"):
        again = await lot.call("POST", "/api/integrations/wayne-reeves/sync")
        assert (again.status, answer(again)) == (202, {"runId": run_id, "status": status})
        await lot.deliver(1)
    await lot.deliver()
    report = await lot.report(run_id)
    assert (report["status"], report["pages"], report["created"]) == ("completed", 3, 6)
    assert len(lot.network.heard()) == 3
    assert await lot.press() != run_id


async def test_the_runs_are_reported_newest_first(lot: ServedLot) -> None:
    assert await lot.get("/api/integrations/runs") == {"runs": []}
    lot.dms_holds(car(1), car(2, year=1700))
    first, second = await lot.pull(), await lot.pull()
    assert set(first) == {*RUN_MEMBERS, "rejected"}
    assert (first["id"], first["startedBy"]) == (first["runId"], "dealer")
    assert first["createdAt"] <= first["startedAt"] <= first["finishedAt"]
    runs = (await lot.get("/api/integrations/runs"))["runs"]
    assert [set(run) for run in runs] == [RUN_MEMBERS, RUN_MEMBERS]
    assert runs == [{name: run[name] for name in RUN_MEMBERS} for run in (second, first)]
    assert [run["rejectedCount"] for run in runs] == [1, 1]
    assert (await lot.get("/api/integrations/runs?limit=1"))["runs"] == runs[:1]
    for query in ("limit=0", "limit=101", "limit=x"):
        assert (await lot.call("GET", f"/api/integrations/runs?{query}")).status == 400
    assert (await lot.call("GET", "/api/integrations/runs/nobody")).status == 404


async def test_a_pull_needs_a_configured_dms(lot: ServedLot) -> None:
    lot.env["WAYNE_REEVES_API_KEY"] = "YOUR_API_KEY"
    refused = await lot.call("POST", "/api/integrations/wayne-reeves/sync")
    assert (refused.status, answer(refused)["code"]) == (409, "not-configured")
    assert "WAYNE_REEVES_API_KEY" in answer(refused)["detail"]
    lot.clock.time = datetime(2025, 2, 4, 12, tzinfo=UTC)
    await lot.tick("0 * * * *")
    assert await lot.get("/api/integrations/runs") == {"runs": []}


@pytest.mark.parametrize(
    ("timezone", "due", "before"),
    [
        ("America/New_York", datetime(2025, 2, 4, 8, tzinfo=UTC), datetime(2025, 2, 4, 7, tzinfo=UTC)),
        ("Pacific/Honolulu", datetime(2025, 2, 4, 13, tzinfo=UTC), datetime(2025, 2, 4, 12, tzinfo=UTC)),
        ("Nowhere/Land", datetime(2025, 2, 4, 3, tzinfo=UTC), datetime(2025, 2, 4, 2, tzinfo=UTC)),
    ],
)
async def test_the_cron_pulls_once_a_day_from_three_in_the_morning(
    lot: ServedLot, timezone: str, due: datetime, before: datetime
) -> None:
    lot.env["DEALER_TIMEZONE"] = timezone
    lot.dms_holds(car(1))
    seen: list[str] = []
    for day in (4, 5):
        for at in (before, due, *[due.replace(hour=due.hour + more) for more in range(1, 10)]):
            lot.clock.time = at.replace(day=day)
            for _ in range(2):  # A cron may fire twice.
                await lot.tick("0 * * * *")
            await lot.deliver()
            runs = (await lot.get("/api/integrations/runs"))["runs"]
            assert len(runs) == (day - 4) + (at != before), at
        assert (runs[0]["startedBy"], runs[0]["status"]) == ("cron", "completed")
        assert runs[0]["id"] not in seen
        seen.append(runs[0]["id"])


async def test_the_dealers_run_that_is_going_is_the_days_pull(lot: ServedLot) -> None:
    lot.dms_holds(car(1))
    lot.clock.time = datetime(2025, 2, 4, 7, 59, tzinfo=UTC)
    await lot.press()
    lot.clock.forward(60)
    for _ in range(3):
        await lot.tick("0 * * * *")
        await lot.deliver()
        lot.clock.forward(3600)
    assert [run["startedBy"] for run in (await lot.get("/api/integrations/runs"))["runs"]] == ["dealer"]


async def test_a_cron_that_nobody_knows_does_nothing(lot: ServedLot) -> None:
    before = lot.database.statements
    await lot.tick("5 4 * * *")
    assert lot.database.statements == before
