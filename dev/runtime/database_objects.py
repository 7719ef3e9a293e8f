"""The tables, indexes, triggers and views of a database, and the order in which they depend on each other."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from graphlib import TopologicalSorter

SCHEMA = "SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
Objects = Sequence[Mapping[str, str]]
_REFERS = re.compile(r"REFERENCES\s+\"?(\w+)", re.IGNORECASE)


def own(objects: Objects) -> Objects:
    """Return the objects without those of the platform."""
    return [entry for entry in objects if not entry["name"].startswith("_cf_")]


def in_order(objects: Objects) -> list[str]:
    """Return the tables, each one after the tables that it references."""
    tables = {entry["name"]: entry["sql"] for entry in objects if entry["type"] == "table"}
    graph = {name: {other for other in _REFERS.findall(sql) if other != name and other in tables} for name, sql in tables.items()}
    return list(TopologicalSorter(graph).static_order())
