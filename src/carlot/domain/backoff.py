"""When a failing task is tried again, as a value that each kind of task can choose."""

from __future__ import annotations

from dataclasses import dataclass

DAY_S = 86_400.0


@dataclass(frozen=True, slots=True)
class Backoff:
    """Intervals start at `base_s` and double up to `cap_s`; each try is at a random point of its interval (full jitter).

    A task is given up only when it has failed both `min_attempts` times and for `give_up_after_s`.
    """

    base_s: float
    cap_s: float
    min_attempts: int
    give_up_after_s: float

    def delay_s(self, attempts: int, chance: float, asked_s: float | None) -> float:
        """Return the seconds to the next try; `chance` is from 0 to 1, and the pause that the partner asked for comes first."""
        jitter = chance * min(self.cap_s, self.base_s * 2.0 ** min(attempts - 1, 40))
        return (asked_s or 0.0) + jitter

    def gives_up(self, attempts: int, failing_for_s: float) -> bool:
        """Whether the task is given up."""
        return attempts >= self.min_attempts and failing_for_s >= self.give_up_after_s


OUTBOUND = Backoff(base_s=5, cap_s=3600, min_attempts=10, give_up_after_s=6 * DAY_S)
"""For changes that a partner must receive: tries outlast an outage of days."""

LISTING = Backoff(base_s=5, cap_s=900, min_attempts=10, give_up_after_s=14 * DAY_S)
"""For the listing sites: a sold car leaves within 24 hours even when a site was down for 23 of them."""

HEARTBEAT = Backoff(base_s=5, cap_s=240, min_attempts=1_000_000, give_up_after_s=0)
"""For the heartbeat: never given up, for whoever watches it notices by himself."""

QUIET = Backoff(base_s=30, cap_s=3600, min_attempts=1_000_000, give_up_after_s=0)
"""For what is only offered: its work ends the tries itself, and nobody is told of it."""

PULL = Backoff(base_s=1, cap_s=30, min_attempts=6, give_up_after_s=45)
"""For a page of an import: the next pull comes anyway, so a run that cannot continue ends within minutes, or, in a long outage,
after the throttle's pause."""
