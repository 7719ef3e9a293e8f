"""Whose VIN it is, where a vehicle is said to be another one."""

from __future__ import annotations

import pytest

from carlot.domain.vin_hint import belongs_to

ESCAPE: dict[str, str | int] = {"year": 2018, "make": "Ford", "model": "Escape", "trim": "SE"}


@pytest.mark.parametrize(("make", "year"), [("Ford", 2018), ("FORD", 2018), (" ford ", 2018)])
def test_a_vehicle_that_it_fits_has_no_hint(make: str, year: int) -> None:
    assert belongs_to(ESCAPE, make, year) is None


@pytest.mark.parametrize(("make", "year"), [("Lincoln", 2018), ("Ford", 2017), ("Mazda", 2001)])
def test_another_make_or_year_is_told_in_one_sentence(make: str, year: int) -> None:
    assert belongs_to(ESCAPE, make, year) == "This VIN belongs to a 2018 Ford Escape."


@pytest.mark.parametrize(
    ("make", "said"),
    [("Chevy", "Chevrolet"), ("VW", "Volkswagen"), ("Mercedes", "Mercedes-Benz"), ("mercedes benz", "Mercedes-Benz")],
)
def test_a_make_has_several_names(make: str, said: str) -> None:
    assert belongs_to({"make": said}, make, 2018) is None


def test_what_is_not_known_is_not_compared() -> None:
    assert belongs_to({}, "Ford", 2018) is None
    assert belongs_to({"model": "Escape"}, "Ford", 2018) is None
    assert belongs_to({"make": "Acura"}, "Ford", 2018) == "This VIN belongs to an Acura."
