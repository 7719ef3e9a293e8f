"""Cars renumbered, swapped, gone, back and replaced under the same number, in any order: every car stays the one row it was.

The oracle knows cars by their VIN alone: what the dealer wrote on a car stays on that car.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from app.typed import forget_public_texts
from support.lot import car
from support.served import ServedLot

MOVING = 5
STANDING = 16
"""Cars that nothing happens to, so that the others are never too many to be missing."""

NUMBERS = [f"N{number}" for number in range(MOVING + 1)]
CARS = st.integers(0, MOVING - 1)
ACTIONS = st.one_of(
    st.tuples(st.just("renumber"), CARS, st.sampled_from(NUMBERS)),
    st.tuples(st.just("swap"), CARS, CARS),
    st.tuples(st.just("leave"), CARS, st.just(None)),
    st.tuples(st.just("come"), CARS, st.sampled_from(NUMBERS)),
    st.tuples(st.just("write"), CARS, st.integers(1, 99)),
    st.tuples(st.just("pull"), st.sampled_from([4, 100]), st.just(None)),
    st.tuples(st.just("pull"), st.sampled_from([4, 100]), st.just(None)),
)


@dataclass
class Cars:
    """What is true: each car's number in the DMS (`None`: not there), what the dealer wrote on it, pulls since it was there."""

    numbers: list[str | None]
    written: dict[int, str] = field(default_factory=dict)
    unseen: dict[int, int] = field(default_factory=dict)

    def holder(self, number: str) -> int | None:
        return self.numbers.index(number) if number in self.numbers else None

    def records(self) -> list[dict[str, Any]]:
        moving = [self.record(which) for which, number in enumerate(self.numbers) if number]
        return [*moving[:2], *[car(500 + standing) for standing in range(STANDING)], *moving[2:]]

    def record(self, which: int) -> dict[str, Any]:
        # Cars of five makes, so that no number used again looks like a corrected VIN.
        return car(which, stock_number=self.numbers[which], make=f"Make {which}")


async def do(lot: ServedLot, cars: Cars, action: tuple[str, int, Any]) -> None:
    what, which, detail = action
    here = cars.numbers[which] if what != "pull" else None
    if what == "renumber" and here and cars.holder(detail) is None:
        cars.numbers[which] = detail
    elif what == "swap" and here and cars.numbers[detail]:
        cars.numbers[which], cars.numbers[detail] = cars.numbers[detail], here
    elif what == "leave":
        cars.numbers[which] = None
    elif what == "come" and not here:
        if (holder := cars.holder(detail)) is not None:
            cars.numbers[holder] = None
        cars.numbers[which] = detail
    elif what == "write":
        rows = lot.database.query("SELECT id FROM vehicles WHERE vin = ?", car(which)["vin"])
        if rows:
            response = await lot.call("PATCH", f"/api/vehicles/{rows[0]['id']}", {"trim": f"Trim {detail}"})
            assert response.status == 200
            cars.written[which] = f"Trim {detail}"
    elif what == "pull":
        await pull(lot, cars, which)


async def pull(lot: ServedLot, cars: Cars, page_cap: int) -> None:
    lot.dms_holds(*cars.records(), page_cap=page_cap)
    report = await lot.pull()
    assert (report["status"], report["rejected"]) == ("completed", [])
    for which, number in enumerate(cars.numbers):
        cars.unseen[which] = 0 if number else cars.unseen.get(which, 0) + 1
        rows = lot.database.query(
            "SELECT external_dms_id, stock_number, status, trim FROM vehicles WHERE vin = ?", car(which)["vin"]
        )
        if not rows:
            assert number is None
            continue
        assert len(rows) == 1, "a car is one row"
        (row,) = rows
        assert row["trim"] == cars.written.get(which)
        if number:
            assert (row["external_dms_id"], row["stock_number"], row["status"]) == (number, number, "available")
        else:
            assert row["status"] == ("archived" if cars.unseen[which] > 1 else "available")
            assert row["external_dms_id"] is None or cars.holder(row["external_dms_id"]) is None
    assert (
        lot.database.query("SELECT count(*) AS n FROM vehicles WHERE status = 'available' AND make = 'Honda'")[0]["n"] == STANDING
    )


@settings(max_examples=40, deadline=None, derandomize=True, database=None)
@given(st.lists(ACTIONS, min_size=4, max_size=24))
def test_whatever_happens_to_its_number_a_car_stays_itself(actions: list[tuple[str, int, Any]]) -> None:
    async def course() -> None:
        forget_public_texts()
        lot = ServedLot()
        cars = Cars([*NUMBERS[: MOVING - 2], None, None])
        for action in [("pull", 100, None), *actions, ("pull", 4, None), ("pull", 100, None)]:
            await do(lot, cars, action)

    asyncio.run(course())
