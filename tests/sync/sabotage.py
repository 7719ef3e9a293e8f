"""What the engine rests on, taken away one at a time: each loss turns a test red. `python tests/sync/sabotage.py` shows it."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
HERE = "tests/sync"


@dataclass(frozen=True)
class Sabotage:
    """A piece of the program in place of which stands something worse, and the test that must see it."""

    name: str
    file: str
    piece: str
    instead: str
    test: str


SABOTAGES = (
    Sabotage(
        "a message is acknowledged whatever became of the work",
        "app.py",
        "return [Verdict(delivery.id, _RETRY_S) for delivery in deliveries]",
        "return [Verdict(delivery.id) for delivery in deliveries]",
        f"{HERE}/test_poison.py::TestMessages::test_while_the_database_is_away_messages_come_back",
    ),
    Sabotage(
        "a task is settled before its work is done",
        "engine/worker.py",
        "        result = await kind.run(services, lease)\n",
        "        await record(services, kind, lease, Outcome())\n        result = await kind.run(services, lease)\n",
        f"{HERE}/test_crash_everywhere.py::test_killed_at_every_call[sale-before]",
    ),
    Sabotage(
        "the fence is down: a lost lease settles",
        "store/tasks.py",
        '"CASE WHEN lease_token = ?2 THEN {state} END"',
        "\"CASE WHEN ?2 <> '' THEN {state} END\"",
        f"{HERE}/test_engine.py::TestLeases::test_a_late_answer_of_a_lost_lease_changes_nothing",
    ),
    Sabotage(
        "the wanted revision is not compared with the one that was leased",
        "store/tasks.py",
        "WHEN wanted_rev > ?3 OR ?6 THEN 'pending'",
        "WHEN ?6 THEN 'pending'",
        f"{HERE}/test_engine.py::TestSettling::test_a_change_during_the_call_is_not_lost",
    ),
    Sabotage(
        "the sweep is off",
        "engine/recovery.py",
        "    overdue = await tasks.sweep(services.database, instant(now), after(now, SWEPT_S), LIMIT, instant(now + URGENT))\n",
        "    overdue: list[str] = []\n",
        f"{HERE}/test_engine.py::TestRaising::test_a_lost_message_costs_a_minute",
    ),
)


def turns_red(sabotage: Sabotage, folder: Path) -> bool:
    """Run the test on a sabotaged copy of the program, made in `folder`. Raises: AssertionError when it cannot be run."""
    shutil.copytree(ROOT / "src", folder / "src", ignore=shutil.ignore_patterns("__pycache__"))
    path = folder / "src" / "carlot" / sabotage.file
    text = path.read_text()
    assert text.count(sabotage.piece) == 1, f"{sabotage.file} no longer has: {sabotage.piece}"
    path.write_text(text.replace(sabotage.piece, sabotage.instead))
    paths = f"pythonpath={folder / 'src'} dev tests ."
    # Plugins that these tests do without take longer to load than they run.
    without = [word for name in ("cacheprovider", "xdist", "schemathesis", "anyio") for word in ("-p", f"no:{name}")]
    command = [sys.executable, "-m", "pytest", "-q", *without, "-o", paths, "-o", "addopts="]
    run = subprocess.run([*command, sabotage.test], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert run.returncode in (0, 1), run.stdout + run.stderr
    return run.returncode == 1


def main() -> int:
    """Exit status 0 when every sabotage turned its test red."""
    unseen = 0
    for sabotage in SABOTAGES:
        with tempfile.TemporaryDirectory() as folder:
            red = turns_red(sabotage, Path(folder))
        unseen += not red
        print(f"{'red' if red else 'NOT SEEN':9}{sabotage.name}\n         {sabotage.test}")
    return 1 if unseen else 0


if __name__ == "__main__":
    sys.exit(main())
