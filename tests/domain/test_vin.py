"""VINs: form, check digit, and which wrong ones are refused."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from carlot.domain import vin

# Published worked examples and well-known cars, each with its check digit in the ninth place.
GOOD = (
    "1HGCM82633A004352",  # Honda Accord 2003
    "1M8GDM9AXKP042788",  # 49 CFR 565's and Wikipedia's worked example: check digit X
    "11111111111111111",
    "5GZCZ43D13S812715",  # Saturn Vue 2003
    "5YJSA1DG9DFP14705",  # Tesla Model S 2013
)
LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ0123456789"
VALUES = {
    character: value
    for value, characters in enumerate(("0", "1AJ", "2BKS", "3CLT", "4DMU", "5ENV", "6FW", "7GPX", "8HY", "9RZ"))
    for character in characters
}
"""Table III of 49 CFR 565.15, written down a second time."""


def complete(text: str) -> str:
    """The VIN with the check digit it should have."""
    return text[:8] + vin.check_digit(text) + text[9:]


VINS = st.text(LETTERS, min_size=17, max_size=17).map(complete)


@pytest.mark.parametrize("text", GOOD)
def test_known_vins_are_valid(text: str) -> None:
    assert vin.check_digit(text) == text[8]
    assert vin.form_fault(text, 2003) is None
    assert vin.is_valid(text, 2003)
    assert vin.refusal(text, 2003) is None


def test_the_tenth_remainder_is_an_x() -> None:
    assert vin.check_digit("1M8GDM9A_KP042788".replace("_", "0")) == "X"
    assert not vin.is_valid("1M8GDM9A0KP042788", 1989)


@given(VINS)
def test_every_completed_vin_is_valid(text: str) -> None:
    assert vin.is_valid(text, 2010)


@given(VINS, st.integers(0, 16), st.sampled_from(LETTERS))
def test_one_mistyped_character_is_found(text: str, place: int, typed: str) -> None:
    if place == 8:
        assume(typed != text[8])
    else:
        assume(VALUES[typed] != VALUES[text[place]])
    assert not vin.is_valid(text[:place] + typed + text[place + 1 :], 2010)


@given(VINS, st.integers(0, 16), st.sampled_from("IOQ"))
def test_letters_that_look_like_digits_are_no_vin(text: str, place: int, letter: str) -> None:
    wrong = text[:place] + letter + text[place + 1 :]
    assert vin.form_fault(wrong, 1981) == "A VIN has digits and capital letters, but never I, O or Q."
    assert not vin.is_valid(wrong, 1981)


@pytest.mark.parametrize("text", ["", "1HGCM82633A00435", "1HGCM82633A0043521", "X" * 40])
def test_another_length_is_told_as_such(text: str) -> None:
    assert vin.form_fault(text, 1981) == f"A VIN has 17 characters; this one has {len(text)}."


@pytest.mark.parametrize("text", ["1hgcm82633a004352", "1HGCM82633A00435 ", "1HGCM82633A00435É", "1HGCM82633A00435\n"])
def test_lower_case_spaces_and_accents_are_no_vin(text: str) -> None:
    assert vin.form_fault(text, 1981) is not None
    assert vin.refusal(text, 1981) is not None


@pytest.mark.parametrize("text", ["WBS", "R-107/450 SL", "194675S100001", "12345678901234567"])
def test_before_1981_anything_plausible_is_a_vin(text: str) -> None:
    assert vin.form_fault(text, 1980) is None
    assert vin.is_valid(text, 1980)
    assert vin.refusal(text, 1980) is None


@pytest.mark.parametrize("text", ["", "AB", "A" * 18, "194675S1é", "<b>hi</b>"])
def test_before_1981_nonsense_is_none(text: str) -> None:
    assert vin.refusal(text, 1967) == "A VIN from before 1981 has 3 to 17 letters and digits."


def test_the_rule_begins_with_model_year_1981() -> None:
    assert vin.is_valid("194675S100001", 1980)
    assert not vin.is_valid("194675S100001", 1981)
    assert vin.is_valid("1HGCM82634A004352", 1980)  # a wrong check digit, where there is none
    assert not vin.is_valid("1HGCM82634A004352", 1981)


def test_only_north_american_cars_are_refused_for_their_check_digit() -> None:
    elsewhere = "WVWZZZ1JZXW000001"
    assert vin.check_digit(elsewhere) != elsewhere[8]
    assert not vin.is_valid(elsewhere, 1999)
    assert vin.refusal(elsewhere, 1999) is None
    message = vin.refusal("1HGCM82634A004352", 2003)
    # It suggests no other character: that would be another car's VIN.
    assert message == "This VIN has a typing error somewhere. Compare it with the plate."


@given(VINS, st.sampled_from("0123456789X"))
def test_a_wrong_check_digit_is_refused_in_north_america_alone(text: str, typed: str) -> None:
    assume(typed != text[8])
    wrong = text[:8] + typed + text[9:]
    assert (vin.refusal(wrong, 2015) is not None) is (text[0] in "12345" or text[0] == "7")
