"""The inventory as CarLot Manager pulls it, right and wrong."""

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

Answer = dict[str, Any]


def pages(sim: httpx.Client, limit: int, most: int = 50, **query: str) -> list[Answer]:
    """All pages of one pull, following `next_cursor`."""
    answers: list[Answer] = []
    cursor: str | None = ""
    while cursor is not None and len(answers) < most:
        answer = sim.get("/inventory", params={"limit": limit, **({"cursor": cursor} if cursor else {}), **query})
        assert answer.status_code == 200, answer.text
        answers.append(answer.json())
        cursor = answers[-1]["next_cursor"]
    return answers


def stock_numbers(answers: list[Answer]) -> list[str]:
    return [vehicle["stock_number"] for answer in answers for vehicle in answer["vehicles"]]


@pytest.mark.parametrize("limit", [1, 7, 20, 60, 61, 1000])
def test_pages_hold_each_vehicle_once(sim: httpx.Client, limit: int) -> None:
    answers = pages(sim, limit, most=100)
    assert {answer["total"] for answer in answers} == {60}
    assert len(answers) == -(-60 // limit)
    assert len(set(stock_numbers(answers))) == len(stock_numbers(answers)) == 60


def test_limit_defaults_to_500_and_stops_at_1000(start: Callable[..., Any]) -> None:
    with start("--generate", "1200").client() as sim:
        assert len(sim.get("/inventory").json()["vehicles"]) == 500
        assert len(sim.get("/inventory?limit=99999").json()["vehicles"]) == 1000


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=-1", "limit=x", "limit=1.5", "cursor=!!", "cursor=YQ==", "updated_since=soon"]
)
def test_bad_query_is_refused(sim: httpx.Client, query: str) -> None:
    assert sim.get(f"/inventory?{query}").status_code == 400


def test_vehicles_that_leave_between_pages_shift_no_others(sim: httpx.Client) -> None:
    first = sim.get("/inventory?limit=20").json()
    expected = stock_numbers(pages(sim, 1000))[20:]
    assert sim.delete(f"/_sim/wayne-reeves/vehicles/{first['vehicles'][3]['stock_number']}").status_code == 204
    rest = sim.get("/inventory", params={"limit": 1000, "cursor": first["next_cursor"]}).json()
    assert stock_numbers([rest]) == expected


def test_updated_since_gives_only_what_changed(sim: httpx.Client) -> None:
    everything = pages(sim, 1000)[0]["vehicles"]
    moments = sorted(vehicle["updated_at"] for vehicle in everything)
    recent = pages(sim, 4, updated_since=moments[-10])
    assert len(stock_numbers(recent)) == 10
    assert {answer["total"] for answer in recent} == {10}
    changed = everything[30]["stock_number"]
    sim.patch(f"/inventory/{changed}", json={"mileage": 77})
    now = pages(sim, 100, updated_since=moments[-1][:11] + "23:59:59Z")
    assert stock_numbers(now) == [changed]


@pytest.mark.parametrize("header", [None, "Bearer", "Basic abc", ""])
def test_no_key_is_401(sim: httpx.Client, header: str | None) -> None:
    headers = {} if header is None else {"Authorization": header}
    with httpx.Client(base_url=sim.base_url) as stranger:
        assert stranger.get("/inventory", headers=headers).status_code == 401


def test_a_set_key_is_the_only_one(start: Callable[..., Any]) -> None:
    with start("--wayne-reeves-key", "right").client() as sim:
        assert sim.get("/inventory").status_code == 401
        assert sim.get("/inventory", headers={"Authorization": "Bearer right"}).status_code == 200


def test_omitted_page_is_skipped_but_counted(sim: httpx.Client) -> None:
    whole = stock_numbers(pages(sim, 12))
    sim.put("/_sim/wayne-reeves/knobs", json={"omit_pages": [2]})
    answers = pages(sim, 12)
    assert len(answers) == 4
    assert {answer["total"] for answer in answers} == {60}
    assert stock_numbers(answers) == whole[:12] + whole[24:]


def test_omitted_last_page_ends_the_chain(sim: httpx.Client) -> None:
    sim.put("/_sim/wayne-reeves/knobs", json={"omit_pages": [5]})
    assert len(stock_numbers(pages(sim, 12))) == 48


def test_knobs_empty_shorten_and_loop_the_inventory(sim: httpx.Client) -> None:
    def with_knobs(limit: int, **knobs: Any) -> list[Answer]:
        assert sim.put("/_sim/wayne-reeves/knobs", json=knobs).status_code == 200
        return pages(sim, limit, most=9)

    assert with_knobs(60, empty=True) == [{"vehicles": [], "next_cursor": None, "total": 0}]
    assert with_knobs(60, total_override=999)[0]["total"] == 999
    assert [len(each["vehicles"]) for each in with_knobs(60, page_cap=25)] == [25, 25, 10]
    assert [len(each["vehicles"]) for each in with_knobs(30, empty_last_page=True)] == [30, 30, 0]
    looped = with_knobs(30, loop_cursor=True)
    assert len(looped) == 9
    assert looped[1]["vehicles"] == looped[0]["vehicles"]
    assert sim.put("/_sim/wayne-reeves/knobs", json={"no_such": 1}).status_code == 422


def test_junk_is_served_as_it_was_put(sim: httpx.Client) -> None:
    junk: list[Any] = [
        {"stock_number": 5, "vin": None},
        "text",
        None,
        {},
        {"stock_number": "Z1", "price": "a lot"},
        {"vin": "é🚗"},
    ]
    assert sim.put("/_sim/wayne-reeves/inventory", json=junk).json() == {"total": 6}
    assert pages(sim, 100)[0]["vehicles"] == junk
    double = {"stock_number": "Z1", "vin": "A"}
    assert sim.put("/_sim/wayne-reeves/inventory", json=[double, double]).json() == {"total": 2}
    assert pages(sim, 1)[1]["vehicles"] == [double]
    sim.post("/_sim/wayne-reeves/vehicles", json={"stock_number": "Z1", "vin": "B"})
    sim.post("/_sim/wayne-reeves/vehicles", json=[{"stock_number": "Z2"}, 7])
    assert sim.get("/_sim/wayne-reeves/inventory").json()["total"] == 4
    sim.post("/_sim/reset")
    assert sim.get("/inventory").json()["total"] == 60


def test_csv_lot_has_numbers_and_leaves_empty_cells_out(start: Callable[..., Any], tmp_path: Path) -> None:
    path = tmp_path / "lot.csv"
    with path.open("w", newline="") as lines:
        writer = csv.writer(lines)
        writer.writerow(["stock_number", "vin", "year", "mileage", "price", "trim"])
        writer.writerow(["R1", "1HGCM82633A004352", "2003", "98012", "6995", ""])
        writer.writerow(["R2", "x", "unknown", "", "12.50", "EX"])
    with start("--inventory", str(path)).client() as sim:
        assert sim.get("/inventory").json()["vehicles"] == [
            {"stock_number": "R1", "vin": "1HGCM82633A004352", "year": 2003, "mileage": 98012, "price": 6995.0},
            {"stock_number": "R2", "vin": "x", "year": "unknown", "price": 12.5, "trim": "EX"},
        ]


def test_photo_base_replaces_the_stand_in(start: Callable[..., Any]) -> None:
    with start("--photo-base", "https://lot.example/demo").client() as sim:
        photos = [url for vehicle in sim.get("/inventory").json()["vehicles"] for url in vehicle["photos"]]
    assert photos
    assert all(url.startswith("https://lot.example/demo/") for url in photos)


def test_same_seed_makes_the_same_lot(start: Callable[..., Any]) -> None:
    lots = []
    for seed in ("3", "3", "4"):
        with start("--generate", "20", "--seed", seed).client() as sim:
            lots.append(sim.get("/inventory").json())
    assert lots[0] == lots[1] != lots[2]
