"""Which car a record is about: a car is its VIN, and its stock number is only a name that can pass to another car."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import Enum

MAX_CORRECTED = 3
"""So many characters of a VIN may differ where one and the same car had its VIN corrected."""

ON_LOT = frozenset({"available", "pending"})


@dataclass(frozen=True, slots=True)
class Told:
    """What a record tells of its car's identity. `acquired` is a day, `2025-01-14`; `None`: not told."""

    number: str
    vin: str
    make: str
    model: str
    year: int
    sold: bool
    acquired: str | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A vehicle that may be the one: it has the record's VIN or its stock number.

    `vin` is our VIN, `dms_vin` the one the DMS last told (`None`: nothing); they differ where the dealer edited it. `number` is
    the DMS's stock number, `stock_number` the dealer's. `sold_on` is the day of its sale that stands; `untold`: the DMS has not
    taken that sale yet, and has not sold the car itself. `seen`: the DMS has just shown it under its own number, and not
    as sold where the record is of a car that is not.
    """

    id: str
    vin: str
    dms_vin: str | None
    number: str | None
    stock_number: str | None
    status: str
    make: str
    model: str
    year: int
    vin_valid: int
    acquired: str | None
    sold_on: str | None
    untold: int
    seen: int

    @property
    def on_lot(self) -> bool:
        """Whether it stands on the lot."""
        return self.status in ON_LOT

    @property
    def typed(self) -> bool:
        """Whether it was entered by hand and the DMS has never told of it."""
        return self.number is None and self.dms_vin is None and self.on_lot

    def has_number(self, number: str) -> bool:
        """Whether it goes by that stock number at the DMS, or by the dealer's hand where the DMS does not know it."""
        return self.number == number or (self.typed and self.stock_number == number)


class Nobody(Enum):
    """Why no vehicle is the one: it is a new one, or the DMS shows one car under two numbers."""

    NEW = "new"
    TWICE = "twice"


def find_on_lot(told: Told, candidates: Sequence[Candidate]) -> Candidate | None:
    """Return the car on the lot that has the record's VIN."""
    return next((car for car in candidates if car.on_lot and told.vin == car.vin), None)


def find(told: Told, candidates: Sequence[Candidate], claimed: Collection[str] = ()) -> Candidate | Nobody:
    """Return the vehicle that the record is about. `claimed` are ids of vehicles that other records are about.

    The VIN comes first, among the cars on the lot; the number counts only where no car on the lot has that VIN.
    """
    free = [car for car in candidates if car.id not in claimed]
    if told.sold and (past := next((car for car in free if not car.on_lot and _is_both(told, car)), None)):
        return Nobody.NEW if _is_taken_back(told, past) else past
    if car := find_on_lot(told, free):
        if car.seen and car.number != told.number:
            # The sale of an earlier stay on the lot is history; the same car twice for sale is a mistake in the DMS.
            return Nobody.NEW if told.sold else Nobody.TWICE
        return car
    for car in free:
        if car.has_number(told.number) and _is_under_its_number(told, car):
            return car
    return _find_left(told, free) or Nobody.NEW


def _is_both(told: Told, car: Candidate) -> bool:
    return car.number == told.number and told.vin in (car.vin, car.dms_vin)


def _is_under_its_number(told: Told, car: Candidate) -> bool:
    """Whether a vehicle that has the record's number is the record's, and not another one that had it before."""
    same = told.vin in (car.vin, car.dms_vin)
    if car.status == "archived":
        return same
    if car.status == "sold":
        if same:
            return not _is_taken_back(told, car)
        return told.sold and is_correction(told, car)
    return same or is_correction(told, car)


def _find_left(told: Told, free: Sequence[Candidate]) -> Candidate | None:
    """Return the vehicle with the record's VIN that has left the lot, where it is this one that is told of again."""
    for car in free:
        if told.vin != car.vin or car.on_lot:
            continue
        if car.status == "archived" and not (told.acquired and car.acquired and told.acquired > car.acquired):
            return car
        if car.status == "sold" and not car.seen and (told.sold or car.untold) and not _is_taken_back(told, car):
            return car
    return None


def _is_taken_back(told: Told, car: Candidate) -> bool:
    """Whether a sold car was acquired again since its sale; a sale dated before its own car came in tells nothing of that."""
    if not told.acquired or not car.sold_on or told.acquired <= car.sold_on:
        return False
    return car.acquired is None or told.acquired > car.acquired


def is_correction(told: Told, car: Candidate) -> bool:
    """Whether a vehicle under the same number had its VIN corrected: the same make, model and year, and nearly its VIN."""
    if (_plain(told.make), _plain(told.model), told.year) != (_plain(car.make), _plain(car.model), car.year):
        return False
    return not car.vin_valid or _differ_at_most(told.vin, car.dms_vin or car.vin, MAX_CORRECTED)


def _plain(name: str) -> str:
    return " ".join(name.split()).casefold()


def _differ_at_most(one: str, other: str, most: int) -> bool:
    """Whether so many changed, missing or added characters make one text of the other."""
    if abs(len(one) - len(other)) > most:
        return False
    row = list(range(len(other) + 1))
    for at, character in enumerate(one, 1):
        above, row[0] = row[0], at
        for place, known in enumerate(other, 1):
            above, row[place] = row[place], min(row[place] + 1, row[place - 1] + 1, above + (character != known))
    return row[-1] <= most
