"""How a car stands with one listing site. Every page, count and filter asks this module, so that no two of them disagree.

The database gathers the facts of each car and site as a short key; what a key means is decided here alone. A filter is the keys
whose meaning it asks for.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from functools import cache
from itertools import product
from typing import Any, Literal, NamedTuple, get_args

from carlot.domain.eligibility import missing, off_market

State = Literal["live", "on_its_way", "refused", "incomplete", "off", "not_configured"]
STATES: tuple[State, ...] = get_args(State)
"""live: the site shows it. on_its_way: it is being sent, or waits to be sent. refused: the site or the last try said no for good.
incomplete: a field that the site needs is missing. off: it is not to be listed. not_configured: the site is not set up."""

NOT_LISTED = "not_listed"
"""What a list may be filtered by besides the states: cars that are to be listed and are not, each with a reason."""

TASKS = ("", "pending", "running", "done", "dead", "blocked")
LISTINGS = ("", "absent", "live", "pending", "dead")


class Facts(NamedTuple):
    """What is known of one car and one site.

    `wanted`: the car is for sale and switched on. `whole`: no field is missing. `failing`: its task has an error. `discarded`:
    its task was given up by the dealer. `task` and `listing` are the states of their rows; empty: there is none.
    """

    wanted: bool
    whole: bool
    failing: bool
    discarded: bool
    task: str
    listing: str

    def key(self) -> str:
        """Return the facts as the database writes them (`store.standings`)."""
        return "".join(str(int(flag)) for flag in self[:4]) + f":{self.task}:{self.listing}"


@cache
def facts_of(key: str) -> Facts:
    """Return the facts of a key."""
    flags, task, listing = key.split(":")
    wanted, whole, failing, discarded = (flag == "1" for flag in flags)
    return Facts(wanted, whole, failing, discarded, task, listing)


def state_of(facts: Facts, *, configured: bool) -> State:
    """Return how a car stands with a site."""
    if facts.listing == "live":
        return "live"
    if not configured:
        return "not_configured"
    if not facts.wanted:
        return "off"
    if not facts.whole:
        return "incomplete"
    if facts.task == "dead":
        return "refused"
    if facts.task == "done" and facts.discarded:
        return "off"
    # What was refused before is tried again while its task is open. Without one, the next look at the site sends the car.
    return "refused" if facts.task == "done" and facts.listing == "dead" else "on_its_way"


def keys_of(asked: str, *, configured: bool) -> list[str]:
    """Return the keys that a filter asks for: one of `STATES`, or `NOT_LISTED`."""
    return [facts.key() for facts in _all_facts() if _is_asked(asked, facts, configured)]


def reason_of(
    state: State, facts: Facts, vehicle: Mapping[str, Any], *, site: str, required: Collection[str], error: str | None
) -> str | None:
    """Return why a car (by wire names) is not, or not for long, on a site, in plain words; `None`: nothing to say.

    `site` is its name, `required` the wire names that it needs, `error` what its task last said.
    """
    off = off_market(vehicle)
    lacking = " ".join(lack.message for lack in missing(vehicle, required))
    if state == "not_configured":
        return f"{site} is not set up."
    if state == "off":
        return off or "You discarded this sync. Publish the vehicle again to list it."
    if state == "incomplete":
        return lacking
    if state == "refused":
        return error or f"{site} refused it."
    if state == "live" and (off or lacking):
        return f"It is being removed from {site}. {off or lacking}"
    return error if facts.failing else None


def _is_asked(asked: str, facts: Facts, configured: bool) -> bool:
    state = state_of(facts, configured=configured)
    if asked != NOT_LISTED:
        return state == asked
    return state in ("refused", "incomplete") or (state == "on_its_way" and facts.failing)


def _all_facts() -> Iterator[Facts]:
    flags = (False, True)
    for wanted, whole, failing, discarded, task, listing in product(flags, flags, flags, flags, TASKS, LISTINGS):
        yield Facts(wanted, whole, failing, discarded, task, listing)
