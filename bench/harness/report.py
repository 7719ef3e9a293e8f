"""Comparisons: the lines of the table, their targets, and the files the raw figures go to."""

import json
import operator
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).resolve().parents[1] / "results"
LATEST = RESULTS / "latest.json"
COMPARE: dict[str, Callable[[float, float], bool]] = {">=": operator.ge, "<": operator.lt}


@dataclass(frozen=True)
class Target:
    """What a figure is held to: `Target(">=", 5)`."""

    relation: str
    bound: float

    def met(self, figure: float) -> bool:
        """Whether `figure` keeps the target."""
        return COMPARE[self.relation](figure, self.bound)

    def __str__(self) -> str:
        return f"{self.relation} {self.bound:g}"


@dataclass(frozen=True)
class Line:
    """One line of the table; `figure` is the ratio, or for memory the mebibytes, that the target speaks of."""

    name: str
    carlot: str
    peer: str
    figure: float
    target: Target | None = None

    @property
    def missed(self) -> bool:
        """Whether there is a target and it was not met."""
        return self.target is not None and not self.target.met(self.figure)


@dataclass
class Outcome:
    """What one benchmark found: lines for the table and the raw figures behind them."""

    name: str
    lines: list[Line] = field(default_factory=list)
    raw: dict[str, Any] = field(default_factory=dict)


def print_table(outcomes: list[Outcome], judged: bool) -> None:
    """Prints every line; `judged` false leaves the verdicts out."""
    lines = [line for outcome in outcomes for line in outcome.lines]
    width = max(len(line.name) for line in lines)
    print(f"\n{'':{width}}  {'CarLot':>14}  {'peer':>14}  {'figure':>8}  {'target':>7}")
    for line in lines:
        verdict = "" if line.target is None or not judged else "MISSED" if line.missed else "met"
        target = "" if line.target is None else str(line.target)
        print(f"{line.name:{width}}  {line.carlot:>14}  {line.peer:>14}  {line.figure:>8.2f}  {target:>7}  {verdict}")


def print_markdown(outcomes: list[Outcome]) -> None:
    """Prints every line as a row of a Markdown table, as README shows them."""
    print("\n| | CarLot | peer | figure | target |\n|---|---|---|---|---|")
    for line in (line for outcome in outcomes for line in outcome.lines):
        print(f"| {line.name.strip()} | {line.carlot} | {line.peer} | {line.figure:.2f} | {line.target or ''} |")


def keep(outcomes: list[Outcome], setting: dict[str, Any], whole: bool) -> None:
    """Writes results/<name>.json for each benchmark, and results/latest.json after a whole run."""
    RESULTS.mkdir(exist_ok=True)
    for outcome in outcomes:
        _write(RESULTS / f"{outcome.name}.json", {"setting": setting} | _as_json(outcome))
    if whole:
        _write(LATEST, {"setting": setting, "benchmarks": {outcome.name: _as_json(outcome) for outcome in outcomes}})


def _as_json(outcome: Outcome) -> dict[str, Any]:
    table = [
        {
            "name": line.name,
            "carlot": line.carlot,
            "peer": line.peer,
            "figure": round(line.figure, 4),
            "target": str(line.target) if line.target else None,
        }
        for line in outcome.lines
    ]
    return {"table": table, "raw": outcome.raw}


def _write(path: Path, content: dict[str, Any]) -> None:
    path.write_text(json.dumps(content, indent=1) + "\n")
