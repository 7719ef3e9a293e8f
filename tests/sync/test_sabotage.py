"""The tests themselves are tested: without what the engine rests on, one of them turns red."""

from __future__ import annotations

from pathlib import Path

import pytest

from sync.sabotage import SABOTAGES, Sabotage, turns_red


@pytest.mark.parametrize("sabotage", SABOTAGES, ids=lambda sabotage: sabotage.name)
def test_a_sabotage_is_seen(sabotage: Sabotage, tmp_path: Path) -> None:
    assert turns_red(sabotage, tmp_path)
