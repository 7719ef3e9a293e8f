"""What a CSV file changes of the vehicles on the lot, field by field, for the dealer to look at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from carlot.domain.vehicle import BY_WIRE

EXAMPLES = 3
_SHOWN_CHARACTERS = 100


@dataclass(slots=True)
class FieldChange:
    """How many values of a field change, how many become empty, and the first few as `{row, before, after}`."""

    changed: int = 0
    cleared: int = 0
    examples: list[dict[str, Any]] = field(default_factory=list)


def note_changes(changes: dict[str, FieldChange], row: int, old: Mapping[str, Any], new: Mapping[str, Any]) -> None:
    """Count what a row changes; values by wire name, as D1 has them."""
    for name, value in new.items():
        if not BY_WIRE[name].writable:
            continue
        change = changes.setdefault(name, FieldChange())
        if value is None or value == []:
            change.cleared += 1
        else:
            change.changed += 1
        if len(change.examples) < EXAMPLES:
            change.examples.append({"row": row, "before": _shown(name, old[name]), "after": _shown(name, value)})


def _shown(name: str, value: Any) -> str | None:
    """A value as an export has it, shortened; of photos, how many; `None`: nothing."""
    kind = BY_WIRE[name].kind
    if value is None or value == []:
        return None
    if kind == "json":
        return "1 photo" if len(value) == 1 else f"{len(value)} photos"
    if kind == "money":
        return f"{value // 100}.{value % 100:02d}"
    if kind == "flag":
        return "true" if value else "false"
    return str(value)[:_SHOWN_CHARACTERS]
