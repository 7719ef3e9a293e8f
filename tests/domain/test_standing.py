"""How a car stands with a site: every combination of what the database can hold, by the rules and not by the code."""

from __future__ import annotations

from typing import Any

import pytest

from carlot.domain.standing import LISTINGS, NOT_LISTED, STATES, TASKS, Facts, facts_of, keys_of, reason_of, state_of

OPEN = ("pending", "running", "blocked")
CAR: dict[str, Any] = {
    "status": "available",
    "publishToThirdParty": True,
    "vinValid": True,
    "price": 100.0,
    "photos": ["https://a.test/1.jpg"],
}
EVERY = [
    Facts(wanted, whole, failing, discarded, task, listing)
    for wanted in (False, True)
    for whole in (False, True)
    for failing in (False, True)
    for discarded in (False, True)
    for task in TASKS
    for listing in LISTINGS
]


def car_of(facts: Facts) -> dict[str, Any]:
    """A car of which the first two facts are true."""
    return CAR | {"publishToThirdParty": facts.wanted, "price": 100.0 if facts.whole else None}


def why(facts: Facts, *, configured: bool) -> str | None:
    state = state_of(facts, configured=configured)
    error = "It said no." if facts.failing else None
    return reason_of(state, facts, car_of(facts), site="CarGurus", required=("vin", "price", "photos"), error=error)


@pytest.mark.parametrize("configured", [True, False])
def test_every_combination_keeps_the_rules(configured: bool) -> None:
    for facts in EVERY:
        state = state_of(facts, configured=configured)
        # What a site shows it shows, whatever else is true; nothing else is live.
        assert (state == "live") is (facts.listing == "live"), facts
        if state == "live":
            continue
        assert (state == "not_configured") is not configured, facts
        if configured:
            # A car that is not to be listed is off, and one that lacks a field can never be on its way.
            assert facts.wanted or state == "off", facts
            assert not facts.wanted or facts.whole or state == "incomplete", facts
            if facts.wanted and facts.whole:
                assert (state == "refused") is (
                    facts.task == "dead" or (facts.task, facts.listing, facts.discarded) == ("done", "dead", False)
                )
                assert facts.task not in OPEN or state == "on_its_way", facts
                assert (state == "off") is (facts.task == "done" and facts.discarded), facts


@pytest.mark.parametrize("configured", [True, False])
def test_whatever_is_not_listed_has_a_reason_in_words(configured: bool) -> None:
    for facts in EVERY:
        state, reason = state_of(facts, configured=configured), why(facts, configured=configured)
        if state in ("refused", "incomplete", "off", "not_configured"):
            assert reason and reason.endswith("."), facts
        if state == "on_its_way":
            assert reason == ("It said no." if facts.failing else None), facts
        if state == "live" and not (facts.wanted and facts.whole):
            assert reason is not None and reason.startswith("It is being removed from CarGurus. "), facts


@pytest.mark.parametrize("configured", [True, False])
def test_the_filters_split_all_cars_between_them(configured: bool) -> None:
    found = [key for state in STATES for key in keys_of(state, configured=configured)]
    assert sorted(found) == sorted(facts.key() for facts in EVERY)
    for state in STATES:
        assert all(state_of(facts_of(key), configured=configured) == state for key in keys_of(state, configured=configured))


def test_not_listed_is_what_the_dealer_must_look_at() -> None:
    asked = set(keys_of(NOT_LISTED, configured=True))
    for facts in EVERY:
        state = state_of(facts, configured=True)
        waits = state == "on_its_way" and facts.failing
        assert (facts.key() in asked) is (state in ("refused", "incomplete") or waits), facts
    assert keys_of(NOT_LISTED, configured=False) == []


def test_a_key_is_read_as_it_was_written() -> None:
    assert [facts_of(facts.key()) for facts in EVERY] == EVERY
