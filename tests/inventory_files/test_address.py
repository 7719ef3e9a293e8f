"""WAYNE_REEVES_FILE_URL: pulls read the file there in the place of the API, and nothing is told to a DMS that has no API."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

import pytest

from carlot.errors import NetworkFailure
from carlot.platform.ports import HttpResponse
from inventory_files.sent import BY_ADDRESS, URL, FileLot, export
from support.lot import answer, car

HOURLY = "0 * * * *"


@pytest.fixture
def lot() -> FileLot:
    return FileLot(env=dict(BY_ADDRESS))


def put(lot: FileLot, content: bytes, status: int = 200, **headers: str) -> None:
    """The export at the address."""
    lot.network.files[URL] = HttpResponse(status, {name.replace("_", "-"): text for name, text in headers.items()}, content)


def at(hour: int) -> str:
    return format_datetime(datetime(2025, 2, 3, hour, tzinfo=UTC), usegmt=True)


async def dms(lot: FileLot) -> dict[str, Any]:
    found: dict[str, Any] = (await lot.get("/api/integrations/status"))["wayneReeves"]
    return found


async def test_the_address_alone_configures_the_dms_and_is_read_in_place_of_the_api(lot: FileLot) -> None:
    put(lot, export(1, 2))
    assert (await dms(lot))["configured"] is True
    report = await lot.pull()
    assert (report["status"], report["seen"], report["created"]) == ("completed", 2, 2)
    shown = await dms(lot)
    assert (shown["status"], shown["lastSync"]) == ("connected", report["finishedAt"])
    assert (lot.network.heard(), lot.staged()) == ([], [])
    (file,) = (await lot.get("/api/inventory-files"))["files"]
    assert (file["source"], file["name"]) == ("address", "inventory.csv")


async def test_it_is_read_also_where_the_api_is_configured(lot: FileLot) -> None:
    lot.env |= {"WAYNE_REEVES_API_URL": "http://partners.test", "WAYNE_REEVES_API_KEY": "key"}
    put(lot, export(1))
    await lot.pull()
    assert (lot.states(), lot.network.heard("GET")) == ({"A1": "available"}, [])


async def test_the_days_pull_reads_it(lot: FileLot) -> None:
    put(lot, export(1, 2, 3))
    lot.clock.time = datetime(2025, 2, 4, 9, tzinfo=UTC)
    await lot.tick(HOURLY)
    await lot.deliver()
    (run,) = (await lot.get("/api/integrations/runs"))["runs"]
    assert (run["startedBy"], run["status"], run["seen"]) == ("cron", "completed", 3)
    lot.clock.forward(3600)
    await lot.tick(HOURLY)
    assert len((await lot.get("/api/integrations/runs"))["runs"]) == 1


async def test_the_same_export_again_is_no_second_witness(lot: FileLot) -> None:
    """Its server says that it was written once: read twice, it says once what is missing."""
    put(lot, export(1, 2, 3), last_modified=at(1))
    await lot.pull()
    put(lot, export(1, 2), last_modified=at(2))
    for _ in range(4):
        report = await lot.pull()
        assert (report["status"], report["removed"]) == ("completed", 0)
    assert (await dms(lot))["status"] == "connected"
    put(lot, export(1, 2), last_modified=at(3))
    assert (await lot.pull())["removed"] == 1


async def test_an_export_that_is_older_by_its_own_time_changes_nothing(lot: FileLot) -> None:
    put(lot, export(1, 2), last_modified=at(3))
    await lot.pull()
    put(lot, export(1, 3, 4), last_modified=at(2))
    report = await lot.pull()
    assert (report["status"], report["seen"], lot.states()) == ("degraded", 0, {"A1": "available", "A2": "available"})
    assert "older than" in report["message"]
    assert lot.staged() == []


@pytest.mark.parametrize(
    ("status", "content", "said"),
    [
        (404, b"", "404"),
        (302, b"", "302"),
        (200, b"<html>We are being repaired</html>", "not a CSV file of vehicles"),
        (200, b"", "empty"),
        (200, b"Color,Miles\r\nred,5\r\n", "No column of the file is the stock number"),
    ],
)
async def test_what_is_no_export_ends_the_run_in_plain_words_and_removes_nothing(
    lot: FileLot, status: int, content: bytes, said: str
) -> None:
    put(lot, export(1, 2))
    await lot.pull()
    put(lot, content, status)
    for _ in range(3):
        report = await lot.pull()
        assert report["status"] == "degraded"
        assert said in report["message"]
    assert set(lot.states().values()) == {"available"}
    await lot.tick(HOURLY)
    assert lot.staged() == []


async def test_an_export_that_does_not_come_whole_is_asked_for_again(lot: FileLot) -> None:
    lot.network.files[URL] = NetworkFailure("connection reset")
    run_id = await lot.press()
    await lot.deliver(1)
    assert "did not come whole" in (await lot.report(run_id))["error"]
    put(lot, export(1))
    await lot.deliver()
    assert (await lot.report(run_id))["status"] == "completed"


async def test_a_server_that_refuses_us_fails_the_run(lot: FileLot) -> None:
    put(lot, b"", 401)
    report = await lot.pull()
    assert (report["status"], (await dms(lot))["status"]) == ("failed", "error")


async def test_the_address_is_shown_nowhere(lot: FileLot) -> None:
    lot.env["WAYNE_REEVES_FILE_URL"] = "https://lot:pass-of-the-lot@exports.test/secret-folder/inventory.csv?key=secret-key"
    run_id = await lot.press()
    await lot.deliver()
    shown = [await lot.call("GET", f"/api/integrations/runs/{run_id}"), await lot.call("GET", "/api/integrations/status")]
    tasks = (await lot.get("/api/integrations/tasks"))["tasks"]
    shown += [await lot.call("GET", f"/api/integrations/tasks/{task['id']}") for task in tasks]
    text = "".join(str(response.body) for response in shown)
    assert "degraded" in text
    for secret in ("pass-of-the-lot", "secret-folder", "secret-key"):
        assert secret not in text


async def test_a_dms_without_an_api_is_told_of_nothing_and_hand_edits_stay_until_it_shows_them(lot: FileLot) -> None:
    put(lot, export(1, 2))
    await lot.pull()
    await lot.edit("A1", price=5000)
    sold = {"vehicleId": (await lot.vehicle("A2"))["id"], "salePrice": 100, "saleDate": "2025-02-03"}
    assert (await lot.call("POST", "/api/sales", sold)).status == 201
    await lot.deliver()
    kinds = {(task["target"], task["kind"]) for task in (await lot.get("/api/integrations/tasks"))["tasks"]}
    assert ("wayne_reeves", "pull") in kinds
    assert not kinds & {("wayne_reeves", "edits"), ("wayne_reeves", "sale")}
    await lot.pull()
    assert ((await lot.vehicle("A1"))["price"], (await lot.vehicle("A1"))["editedFields"]) == (5000, ["price"])
    put(lot, export(1, 2).replace(b"6,995", b"5,000"))
    await lot.pull()
    assert ((await lot.vehicle("A1"))["price"], (await lot.vehicle("A1"))["editedFields"]) == (5000, [])
    put(lot, export(1, 2).replace(b"6,995", b"4,900"))
    await lot.pull()
    assert (await lot.vehicle("A1"))["price"] == 4900


async def test_with_both_an_edit_that_the_api_took_stays_until_the_file_shows_it(lot: FileLot) -> None:
    """The file may be of this morning: what it says of the field is older than the edit."""
    lot.env |= {"WAYNE_REEVES_API_URL": "http://partners.test", "WAYNE_REEVES_API_KEY": "key"}
    put(lot, export(1))
    await lot.pull()
    lot.dms_holds(car(1))
    await lot.edit("A1", price=5000)
    await lot.deliver()
    assert len(lot.network.heard("PATCH")) == 1
    put(lot, export(1).replace(b"98,012", b"98,013"))
    await lot.pull()
    found = await lot.vehicle("A1")
    assert (found["price"], found["mileage"]) == (5000, 98013)


async def test_without_any_dms_there_is_nothing_to_pull(lot: FileLot) -> None:
    del lot.env["WAYNE_REEVES_FILE_URL"]
    refused = await lot.call("POST", "/api/integrations/wayne-reeves/sync")
    assert (refused.status, answer(refused)["code"]) == (409, "not-configured")
