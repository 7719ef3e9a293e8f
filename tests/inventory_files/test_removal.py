"""What a file may remove: only what two whole files in a row do not show, and never because a file is cut, empty or old."""

from __future__ import annotations

import pytest

from inventory_files.sent import FileLot, export, vehicle, written

ALL = tuple(range(1, 11))


async def gone(lot: FileLot) -> set[str]:
    return {stock for stock, status in lot.states().items() if status == "archived"}


async def test_a_vehicle_is_gone_when_two_files_in_a_row_do_not_show_it(lot: FileLot) -> None:
    await lot.reads(export(*ALL))
    first = await lot.reads(export(*ALL[:-1]))
    assert (first["status"], first["removed"], await gone(lot)) == ("completed", 0, set())
    second = await lot.reads(export(*ALL[:-1]))
    assert (second["status"], second["removed"], await gone(lot)) == ("completed", 1, {"A10"})
    back = await lot.reads(export(*ALL))
    assert (back["status"], await gone(lot)) == ("completed", set())


async def test_one_that_is_shown_again_in_between_stays(lot: FileLot) -> None:
    for shown in (ALL, ALL[:-1], ALL, (*ALL[1:-1], 1)):
        await lot.reads(export(*shown))
    assert await gone(lot) == set()


async def test_a_file_that_shrank_too_much_asks_the_dealer(lot: FileLot) -> None:
    await lot.reads(export(*ALL))
    for _ in range(3):
        report = await lot.reads(export(1, 2, 3))
        assert (report["status"], report["removed"], await gone(lot)) == ("completed", 0, set())
    (question,) = (await lot.get("/api/questions"))["questions"]
    assert (question["kind"], question["state"]) == ("cars_missing", "open")


@pytest.mark.parametrize("where", [0.35, 0.8, 0.97, 0.99])
@pytest.mark.parametrize("quoted", [False, True])
async def test_a_file_that_was_cut_off_removes_nothing_and_takes_no_half_row(lot: FileLot, where: float, quoted: bool) -> None:
    rows = [vehicle(number, Model="Accord, and\r\nmore of it" if quoted else "Accord") for number in ALL]
    whole = written(rows)
    await lot.reads(whole)
    # Not where a row ends: there it is a shorter file.
    end = next(at for at in range(int(len(whole) * where), 0, -1) if whole[at - 1 : at] not in (b"\n", b"\r"))
    for _ in range(3):
        report = await lot.reads(whole[:end])
        assert (report["status"], report["removed"]) == ("degraded", 0)
        assert "Nothing was removed" in report["message"]
    assert await gone(lot) == set()
    assert {row["price_cents"] for row in lot.database.query("SELECT price_cents FROM vehicles")} == {699500}
    assert {row["photos"].count("https") for row in lot.database.query("SELECT photos FROM vehicles")} == {2}


async def test_files_that_never_end_their_last_line_are_whole(lot: FileLot) -> None:
    await lot.reads(export(*ALL).rstrip())
    await lot.reads(export(*ALL[:-1]).rstrip())
    report = await lot.reads(export(*ALL[:-1]).rstrip())
    assert (report["status"], report["removed"], await gone(lot)) == ("completed", 1, {"A10"})


async def test_headings_alone_remove_nothing(lot: FileLot) -> None:
    await lot.reads(export(*ALL))
    for _ in range(3):
        report = await lot.reads(export())
        assert (report["status"], report["removed"], report["seen"]) == ("degraded", 0, 0)
    assert await gone(lot) == set()
    assert [question["kind"] for question in (await lot.get("/api/questions"))["questions"]] == ["cars_missing"]


async def test_an_older_file_removes_nothing(lot: FileLot) -> None:
    """The one of last week is sent again, and again: what came since stays."""
    await lot.reads(export(*ALL))
    await lot.reads(export(*ALL, 11))
    for _ in range(3):
        report = await lot.reads(export(*ALL))
        assert (report["status"], report["removed"]) == ("completed", 0)
        assert "older" in report["message"]
    assert await gone(lot) == set()
    news = await lot.reads(export(*ALL, 12))
    assert (news["status"], news["removed"], await gone(lot)) == ("completed", 0, set())


async def test_rows_of_which_nobody_knows_whose_they_are_remove_nothing(lot: FileLot) -> None:
    await lot.reads(export(*ALL))
    lost = [vehicle(number) for number in ALL[:-1]] + [vehicle(10, StockNumber="", VIN="")]
    for _ in range(3):
        report = await lot.reads(written(lost))
        assert (report["removed"], await gone(lot)) == (0, set())
    assert "neither a stock number nor a VIN" in report["message"]


async def test_a_row_twice_does_not_make_the_file_incomplete(lot: FileLot) -> None:
    many = range(1, 521)
    await lot.reads(export(*many))
    twice = [*many[:-1], 1, 1]
    await lot.reads(export(*twice))
    report = await lot.reads(export(*twice))
    assert (report["status"], report["pages"], report["removed"], await gone(lot)) == ("completed", 2, 1, {"A520"})


async def test_the_runs_that_removals_are_measured_by_keep_what_they_saw(lot: FileLot) -> None:
    """However many runs in between are no measure: the last that is one still says which vehicles it saw."""
    for _ in range(2):
        await lot.reads(export(*ALL))
    for shown in ((1,), (1, 2), (1, 2, 3), (2, 3), (3, 4), (4, 5)):
        await lot.reads(export(*shown))
    report = await lot.reads(export(*ALL[:-1]))
    assert (report["status"], report["removed"], await gone(lot)) == ("completed", 0, set())
