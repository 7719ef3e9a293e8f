"""The short version of the long fault run (`make soak`). `SOAK_SEED` chooses another run; its seed is printed."""

from __future__ import annotations

import os
from pathlib import Path

from workerd.soak.plan import SHORT, make_plan
from workerd.soak.run import Soak

SEED = int(os.environ.get("SOAK_SEED", "3"))


def test_nothing_is_lost_and_nothing_doubled(tmp_path: Path) -> None:
    report = Soak(make_plan(SEED, SHORT), tmp_path).run()
    print(report)
    assert not report.differences, str(report)


def test_a_seed_replays() -> None:
    assert make_plan(SEED, SHORT) == make_plan(SEED, SHORT) != make_plan(SEED + 1, SHORT)
    assert (
        make_plan(SEED, SHORT).faults("kbb") == make_plan(SEED, SHORT).faults("kbb") != make_plan(SEED, SHORT).faults("truecar")
    )
