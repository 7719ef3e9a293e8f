"""Of a page that was taken over before only what has changed is read: it comes to the same as reading all of it."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carlot.partners.wayne_reeves.pages import Before, InventoryPage, read_page
from support.lot import Lot, answer, car, page

EXAMPLES = int(os.environ.get("SYNC_EXAMPLES", "20"))
Record = dict[str, Any]
SHOWN = """
SELECT external_dms_id, stock_number, vin, status, price_cents, mileage_miles, vin_valid, edited_fields
FROM vehicles ORDER BY vin, external_dms_id, status"""


def body(records: list[Record], write: Callable[..., str] = json.dumps) -> bytes:
    return write({"vehicles": records, "next_cursor": None, "total": len(records)}).encode()


def before(records: list[Record], write: Callable[..., str] = json.dumps) -> Before:
    whole = read_page(body(records, write))
    return Before(whole.digests, whole.stock_numbers, whole.vins)


def compact(content: Any) -> str:
    return json.dumps(content, separators=(",", ":"))


@pytest.mark.parametrize("write", [json.dumps, compact])
def test_what_has_changed_is_read_and_all_is_named(write: Callable[..., str]) -> None:
    records = [car(number) for number in range(8)]
    changed = [*records[:4], car(4, price=5995.0), *records[5:]]
    found = read_page(body(changed, write), before(records, write))
    # The first and the last are always read.
    assert [record.stock_number for record in found.records] == ["A0", "A4", "A7"]
    whole = read_page(body(changed, write))
    assert (found.stock_numbers, found.vins, found.seen) == (whole.stock_numbers, whole.vins, whole.seen)
    assert found.digests == whole.digests


NOTHING_LEFT_OUT = {
    "the same record twice": lambda cars: [*cars[:4], cars[2], *cars[4:]],
    "a new record with the VIN of one that is as it was": lambda cars: [*cars[:4], {**car(20), "vin": cars[2]["vin"]}, *cars[4:]],
    "a new record with the number of one": lambda cars: [*cars[:4], {**car(20), "stock_number": "A2"}, *cars[4:]],
    "a bad record": lambda cars: [*cars[:4], {**car(20), "year": "soon"}, *cars[4:]],
    "a text that looks like the end of a record": lambda cars: [*cars[:4], car(4, description='a"},{"b }, {'), *cars[5:]],
    "a record in a record": lambda cars: [*cars[:4], {**cars[4], "history": [{"a": 1}, cars[2], {"b": 2}]}, *cars[5:]],
}


@pytest.mark.parametrize("name", NOTHING_LEFT_OUT)
@pytest.mark.parametrize("write", [json.dumps, compact])
def test_what_depends_on_the_rest_has_it_all_read(name: str, write: Callable[..., str]) -> None:
    records = [car(number) for number in range(8)]
    content = body(NOTHING_LEFT_OUT[name](records), write)
    assert read_page(content, before(records, write)) == read_page(content)


def test_a_sold_record_is_read_each_time() -> None:
    records = [car(number, status="sold" if number == 3 else "available") for number in range(8)]
    found: InventoryPage = read_page(body(records), before(records))
    assert [record.stock_number for record in found.records] == ["A0", "A3", "A7"]


def price(records: list[Record], at: int) -> list[Record]:
    return [{**each, "price": 100.0 + at} if place == at % len(records) else each for place, each in enumerate(records)]


def sell(records: list[Record], at: int) -> list[Record]:
    return [{**each, "status": "sold"} if place == at % len(records) else each for place, each in enumerate(records)]


def drop(records: list[Record], at: int) -> list[Record]:
    return [each for place, each in enumerate(records) if place != at % len(records)]


def add(records: list[Record], at: int) -> list[Record]:
    return [car(30 + at), *records]


def swap_names(name: str) -> Callable[[list[Record], int], list[Record]]:
    def swap(records: list[Record], at: int) -> list[Record]:
        one, other = at % len(records), (at + 2) % len(records)
        swapped = {one: records[other][name], other: records[one][name]}
        return [{**each, name: swapped.get(place, each[name])} for place, each in enumerate(records)]

    return swap


def copy_name(name: str) -> Callable[[list[Record], int], list[Record]]:
    def copy(records: list[Record], at: int) -> list[Record]:
        taken = records[(at + 3) % len(records)][name]
        return [{**each, name: taken} if place == at % len(records) else each for place, each in enumerate(records)]

    return copy


def renumber(records: list[Record], at: int) -> list[Record]:
    return [{**each, "stock_number": f"R{at}"} if place == at % len(records) else each for place, each in enumerate(records)]


MOVES = [price, sell, drop, add, renumber, *map(swap_names, ("stock_number", "vin")), *map(copy_name, ("stock_number", "vin"))]


@settings(max_examples=EXAMPLES, deadline=None)
@given(moves=st.lists(st.tuples(st.sampled_from(MOVES), st.integers(0, 11)), min_size=1, max_size=4), days=st.integers(1, 2))
async def test_a_lot_ends_the_same(moves: list[tuple[Callable[..., list[Record]], int]], days: int) -> None:
    """Beside one that forgets each night what the pages were."""
    lots = [Lot(), Lot()]
    records = [car(number) for number in range(12)]
    nights = [records, *([records] if days == 2 else [])]
    for move, at in moves:
        records = move(records, at)
        nights.append(records)
    for records in [*nights, nights[-1]]:
        for lot in lots:
            lot.clock.forward(86_400)
            half = len(records) // 2
            lot.http.answers = [page(records[:half], "2", len(records)), page(records[half:], None, len(records))]
            await lot.call("POST", "/api/integrations/wayne-reeves/sync")
            await lot.deliver()
        lots[1].database.query("UPDATE import_pages SET fingerprint = NULL")
        assert lots[0].database.query(SHOWN) == lots[1].database.query(SHOWN)
        reports = [answer(await lot.call("GET", "/api/integrations/runs"))["runs"][0] for lot in lots]
        counts = ("status", "seen", "created", "removed", "message")
        assert [reports[0][name] for name in counts] == [reports[1][name] for name in counts]


async def test_a_new_car_with_the_number_that_the_dealer_gave_another() -> None:
    """The other is as it was on the same page: what is new is not it, however alike they are."""
    lot = Lot()
    records = [car(number) for number in range(8)]
    for shown in (records, [*records[:5], car(20), *records[5:]]):
        lot.clock.forward(86_400)
        lot.http.answers = [page(shown)]
        await lot.call("POST", "/api/integrations/wayne-reeves/sync")
        await lot.deliver()
        [third] = lot.database.query("SELECT id, vin FROM vehicles WHERE external_dms_id = 'A3'")
        await lot.call("PATCH", f"/api/vehicles/{third['id']}", {"stockNumber": "A20"})
    assert third["vin"] == car(3)["vin"]
    assert len(lot.database.query("SELECT 1 FROM vehicles WHERE status = 'available'")) == 9


async def test_a_car_typed_by_hand_is_adopted_from_a_page_that_is_as_it_was() -> None:
    lot = Lot()
    records = [car(number) for number in range(8)]

    async def pull() -> None:
        lot.clock.forward(86_400)
        lot.http.answers = [page(records)]
        await lot.call("POST", "/api/integrations/wayne-reeves/sync")
        await lot.deliver()

    await pull()
    [third] = lot.database.query("SELECT id, vin FROM vehicles WHERE external_dms_id = 'A3'")
    await lot.call("DELETE", f"/api/vehicles/{third['id']}")
    typed = {"vin": third["vin"], "stockNumber": "T1", "year": 2003, "make": "Honda", "model": "Accord"}
    made = answer(await lot.call("POST", "/api/vehicles", typed))
    await pull()
    assert lot.database.query("SELECT external_dms_id FROM vehicles WHERE id = ?", made["id"]) == [{"external_dms_id": "A3"}]


async def test_what_is_forgotten_while_a_page_is_fetched_stays_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    """An event has changed a car meanwhile: the next pull reads the page whole."""
    lot = Lot()
    send = lot.http.request

    async def pull(**price: float) -> None:
        lot.clock.forward(86_400)
        lot.http.answers = [page([car(number, **(price if number == 4 else {})) for number in range(8)])]
        await lot.call("POST", "/api/integrations/wayne-reeves/sync")
        await lot.deliver()

    async def forget(*given: Any, **named: Any) -> Any:
        lot.database.query("UPDATE import_pages SET fingerprint = NULL")
        return await send(*given, **named)

    await pull()
    monkeypatch.setattr(lot.http, "request", forget)
    await pull(price=5995.0)
    [last] = lot.database.query("SELECT fingerprint FROM import_pages ORDER BY created_at DESC LIMIT 1")
    assert last["fingerprint"] is None
