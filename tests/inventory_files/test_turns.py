"""Files that come while another is read: each has its turn, and none is lost; what is interrupted goes on where it was."""

from __future__ import annotations

import pytest

from carlot.errors import BlobsUnavailable
from inventory_files.sent import FileLot, export, vehicle, written
from support.lot import answer, car
from support.perils import Killed, Perils

MANY = tuple(range(1, 1301))


async def test_a_file_that_comes_while_another_is_read_waits_and_is_read_then(lot: FileLot) -> None:
    first = await lot.send(export(1, 2))
    second = await lot.send(export(1, 2, 3))
    third = await lot.send(export(1, 2, 3, 4))
    assert len({first, second, third}) == 3
    assert [run["status"] for run in (await lot.get("/api/integrations/runs"))["runs"]] == ["queued"] * 3
    await lot.deliver()
    reports = [await lot.report(run_id) for run_id in (first, second, third)]
    assert [(report["status"], report["seen"]) for report in reports] == [("completed", 2), ("completed", 3), ("completed", 4)]
    assert (len(lot.states()), lot.staged()) == (4, [])


async def test_the_same_file_sent_twice_is_one_run_while_it_is_read_and_harmless_after(lot: FileLot) -> None:
    run_id = await lot.send(export(1, 2))
    assert await lot.send(export(1, 2)) == run_id
    await lot.deliver()
    assert len((await lot.get("/api/integrations/runs"))["runs"]) == 1
    again = await lot.reads(export(1, 2))
    assert (again["created"], again["updated"], again["unchanged"], again["removed"]) == (0, 0, 2, 0)
    assert {row["version"] for row in lot.database.query("SELECT version FROM vehicles")} == {1}


async def test_a_run_that_ends_without_a_word_lets_the_next_file_begin(lot: FileLot) -> None:
    first, second = await lot.send(export(1)), await lot.send(export(1, 2))
    task = next(each for each in (await lot.get("/api/integrations/tasks"))["tasks"] if each["subjectId"] == first)
    assert (await lot.call("POST", f"/api/integrations/tasks/{task['id']}/discard")).status == 200
    lot.queue.messages.clear()
    await lot.tick()
    await lot.deliver()
    assert (await lot.report(second))["status"] == "completed"
    assert lot.states() == {"A1": "available", "A2": "available"}


async def test_enough_files_that_wait_are_enough(lot: FileLot) -> None:
    for number in range(1, 12):
        await lot.send(export(number))
    refused = await lot.call("PUT", await lot.address(), export(99), {}, signed_in=False)
    assert (refused.status, refused.headers["retry-after"]) == (429, "300")
    await lot.deliver()
    assert len(lot.states()) == 11


async def test_a_pull_of_the_api_and_a_file_take_turns(lot: FileLot) -> None:
    lot.env |= {"WAYNE_REEVES_API_URL": "http://partners.test", "WAYNE_REEVES_API_KEY": "key"}
    lot.dms_holds(car(1))
    pulled, sent = await lot.press(), await lot.send(export(1, 2))
    assert await lot.press() == pulled
    await lot.deliver()
    assert ((await lot.report(pulled))["seen"], (await lot.report(sent))["seen"]) == (1, 2)


@pytest.mark.parametrize("after_effect", [False, True])
async def test_a_run_that_is_killed_anywhere_goes_on_without_losing_or_doubling_a_row(lot: FileLot, after_effect: bool) -> None:
    """Killed at the call that gets a page into the database, and at those around it."""
    content = export(*MANY)
    calls = Perils(lot.clock)
    probe = FileLot(perils=calls)
    await probe.reads(content)
    kills = [number for number, name in enumerate(calls.names, 1) if name in ("blobs.read", "database.batch")][4::3]
    assert len(kills) > 5
    for kill_at in kills[:4]:
        lot = FileLot()
        lot.perils = Perils(lot.clock, kill_at=kill_at, after_effect=after_effect)
        try:
            run_id = await lot.send(content)
        except Killed:
            continue  # It never was answered: whoever sent it sends it again.
        try:
            await lot.deliver()
        except Killed:
            lot.perils = None
            lot.clock.forward(600)
            await lot.tick()
            await lot.deliver()
        lot.perils = None
        report = await lot.report(run_id)
        assert (report["status"], report["seen"], report["pages"]) == ("completed", len(MANY), 3), kill_at
        assert len(lot.states()) == len(MANY), kill_at
        assert {row["version"] for row in lot.database.query("SELECT version FROM vehicles")} == {1}


async def test_an_unchanged_page_is_not_written_again_and_what_follows_is_found(lot: FileLot) -> None:
    await lot.reads(export(*MANY))
    rows = [vehicle(number, **({"Price": "7000"} if number in (1, 1201) else {})) for number in MANY]
    report = await lot.reads(written(rows))
    assert (report["pages"], report["updated"], report["unchanged"]) == (3, 2, len(MANY) - 2)


async def test_a_store_of_files_that_is_away_is_asked_again(lot: FileLot) -> None:
    run_id = await lot.send(export(1))
    lot.blobs.broken = True
    await lot.deliver(1)
    assert "cannot be read at the moment" in (await lot.report(run_id))["error"]
    lot.blobs.broken = False
    await lot.deliver()
    assert (await lot.report(run_id))["status"] == "completed"
    lot.blobs.broken = True
    response = await lot.call("PUT", await lot.address(), export(2), {}, signed_in=False)
    assert (response.status, answer(response)["code"]) == (503, "unavailable")
    with pytest.raises(BlobsUnavailable):
        await lot.blobs.list("", None)


async def test_what_is_left_of_uploads_and_of_files_that_were_read_is_deleted(lot: FileLot) -> None:
    kept = await lot.send(export(1))
    await lot.blobs.put("inventory/nobody/000", b"x", "")
    await lot.blobs.put("0123-a-photo", b"x", "")
    lot.clock.forward(90_000)
    await lot.tick("0 * * * *")
    assert [key for key in lot.staged() if "nobody" in key] == []
    assert len([key for key in lot.staged() if key.startswith("inventory/")]) == 1, "the one that waits is still there"
    lot.perils = Perils(lot.clock)
    await lot.deliver()
    lot.perils = None
    assert (await lot.report(kept))["status"] == "completed"
