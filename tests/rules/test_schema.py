"""migrations/ build what schema.sql shows, and schema.sql says what everything in it is for."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Mapping
from itertools import pairwise

import pytest

from runtime.paths import MIGRATIONS, ROOT

SCHEMA = ROOT / "schema.sql"
COMMENT_OR_TEXT = re.compile(r"('(?:[^']|'')*')|--[^\n]*")
BLANKS = re.compile(r"('(?:[^']|'')*')|\s*([,()])\s*|\s+")
TOKEN = re.compile(r"'(?:[^']|'')*'|[(),]|[^'(),]+")
COLUMN = re.compile(r"  (\w+) (?:TEXT|INTEGER|REAL|BLOB|ANY)\b(.*)")
# The head of schema.sql says what these are, in whatever table.
SAME_EVERYWHERE = {"id", "created_at", "updated_at"}
# One comment above the first of them is about all of them.
SHARED = {
    "vehicles": {
        *("model", "trim", "body_style", "exterior_color", "interior_color"),
        *("transmission", "fuel_type", "drivetrain", "engine", "purchase_date"),
    },
    "sales": {"request_id"},
    "service_records": {"request_id"},
    "journals": {"request_id"},
    "sync_tasks": {"leased_until"},
    "import_pages": {"created", "updated", "unchanged"},
    "oauth_tokens": {"leased_until"},
}


def built_by(scripts: Iterable[str]) -> sqlite3.Connection:
    """A database that scripts have made, one after the other."""
    connection = sqlite3.connect(":memory:")
    for script in scripts:
        connection.executescript(script)
    return connection


def migrations() -> list[str]:
    """The migrations, in the order in which wrangler applies them."""
    return [path.read_text() for path in sorted(MIGRATIONS.glob("*.sql"))]


def normalised(statement: str) -> str:
    """A statement without its comments and the blanks that mean nothing; that of a table has its parts sorted."""
    bare = COMMENT_OR_TEXT.sub(lambda match: match[1] or "", statement)
    dense = BLANKS.sub(lambda match: match[1] or match[2] or " ", bare).strip()
    return in_order(dense) if dense.startswith("CREATE TABLE") else dense


def in_order(table: str) -> str:
    """A table's statement with its columns and constraints sorted, because ALTER TABLE adds a column behind the others."""
    head, _, rest = table.partition("(")
    inside, _, tail = rest.rpartition(")")
    parts, depth = [""], 0
    for token in TOKEN.findall(inside):
        depth += (token == "(") - (token == ")")
        if token == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += token
    return f"{head}({','.join(sorted(parts))}){tail}"


def objects(connection: sqlite3.Connection) -> dict[tuple[str, str], str]:
    """Every table, index, trigger and view with its statement; without those that SQLite makes itself."""
    rows = connection.execute("SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL")
    return {(kind, name): normalised(sql) for kind, name, sql in rows}


def columns(connection: sqlite3.Connection) -> dict[str, dict[str, tuple[object, ...]]]:
    """Every table's and view's columns by name, with type, whether NULL is refused, default and place in the key."""
    names = [name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type IN ('table', 'view')")]
    rows = {name: connection.execute("SELECT * FROM pragma_table_xinfo(?)", (name,)).fetchall() for name in names}
    return {name: {column: tuple(what) for _, column, *what in found} for name, found in rows.items()}


def comment_faults(text: str, shared: Mapping[str, set[str]] = SHARED) -> list[str]:
    """Columns and indexes of a schema that nothing is said of."""
    faults, table = [], ""
    for previous, line in pairwise(text.splitlines()):
        if begun := re.match(r"CREATE TABLE (\w+)", line):
            table = begun[1]
        commented = previous.strip().startswith("--") or "--" in line
        if index := re.match(r"CREATE (?:UNIQUE )?INDEX (\w+)", line):
            faults += [] if commented else [f"index {index[1]}"]
        column = COLUMN.match(line)
        if column is None or commented or column[1] in SAME_EVERYWHERE | shared.get(table, set()) or "REFERENCES" in column[2]:
            continue
        faults.append(f"{table}.{column[1]}")
    return faults


def test_migrations_and_schema_build_the_same_database() -> None:
    migrated, described = built_by(migrations()), built_by([SCHEMA.read_text()])
    assert objects(migrated) == objects(described)
    assert columns(migrated) == columns(described)


def test_they_start_with_the_same_rows() -> None:
    """But for secret addresses, which are made up anew each time."""
    migrated, described = built_by(migrations()), built_by([SCHEMA.read_text()])
    for kind, name in objects(described):
        if kind == "table" and name not in ("feeds", "inventory_address"):
            assert migrated.execute(f"SELECT * FROM {name}").fetchall() == described.execute(f"SELECT * FROM {name}").fetchall()
    formats = "SELECT format, paused FROM feeds ORDER BY format"
    assert migrated.execute(formats).fetchall() == described.execute(formats).fetchall()


def test_migrations_are_numbered_without_a_gap() -> None:
    """wrangler applies them by name; each once."""
    names = sorted(path.name for path in MIGRATIONS.iterdir())
    assert [int(name[:4]) for name in names] == list(range(1, len(names) + 1))
    assert all(re.fullmatch(r"\d{4}_[a-z0-9_]+\.sql", name) for name in names)


def test_every_column_and_index_says_what_it_is_for() -> None:
    assert comment_faults(SCHEMA.read_text()) == []


def test_what_shares_a_comment_is_there() -> None:
    """So that no column is excused that has gone or has got a comment of its own."""
    excused = {f"{table}.{column}" for table, names in SHARED.items() for column in names}
    assert set(comment_faults(SCHEMA.read_text(), {})) == excused


def test_every_table_is_strict_with_foreign_keys_that_lead_somewhere() -> None:
    connection = built_by([SCHEMA.read_text()])
    strict = dict(
        connection.execute("SELECT name, strict FROM pragma_table_list WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    )
    assert len(strict) > 10
    assert {name for name, is_strict in strict.items() if not is_strict} == set()
    for name in strict:
        for key in connection.execute("SELECT * FROM pragma_foreign_key_list(?)", (name,)):
            assert key[2] in strict, f"{name} refers to {key[2]}"
    assert connection.execute("PRAGMA foreign_key_check").fetchall() == []


def test_money_is_in_whole_cents_and_never_a_fraction() -> None:
    connection = built_by([SCHEMA.read_text()])
    for name, found in columns(connection).items():
        for column, (kind, *_) in found.items():
            assert "price" not in column or column.endswith("_cents"), f"{name}.{column}"
            assert kind not in ("REAL", "NUMERIC"), f"{name}.{column}"


CARS = (
    "CREATE TABLE cars (id TEXT PRIMARY KEY NOT NULL, {}colour TEXT CHECK (colour IN ('a, b', 'c')), UNIQUE (id, colour)) STRICT;"
)


@pytest.mark.parametrize(
    ("column", "same"),
    [
        ("doors INTEGER NOT NULL DEFAULT 4", True),
        ("doors  INTEGER NOT NULL\n  DEFAULT 4", True),
        ("doors INTEGER NOT NULL DEFAULT 5", False),
        ("doors INTEGER DEFAULT 4", False),
        ("windows INTEGER NOT NULL DEFAULT 4", False),
        ("doors INTEGER NOT NULL DEFAULT 4 CHECK (doors > 1)", False),
    ],
)
def test_a_column_added_later_stands_where_it_belongs(column: str, same: bool) -> None:
    """An ordinary ALTER TABLE puts it last; in schema.sql it stands with its like. Whatever else differs is seen."""
    described = built_by([CARS.format("doors INTEGER NOT NULL DEFAULT 4,\n  ")])
    migrated = built_by([CARS.format(""), f"ALTER TABLE cars ADD COLUMN {column};"])
    assert (objects(migrated) == objects(described)) is same


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("  colour TEXT,", "cars.colour"),
        ("  -- Of the body.\n  colour TEXT,", None),
        ("  owner_id TEXT REFERENCES owners (id),", None),
        (") STRICT;\nCREATE INDEX cars_colour ON cars (colour);", "index cars_colour"),
    ],
)
def test_the_rule_sees_what_it_is_to_see(line: str, fault: str | None) -> None:
    text = f"-- Cars.\nCREATE TABLE cars (\n  id TEXT PRIMARY KEY NOT NULL,\n{line}\n) STRICT;"
    assert comment_faults(text) == ([fault] if fault else [])


def test_every_table_says_how_long_it_is_kept() -> None:
    """The line above a table begins with `-- Retention: `."""
    lines = (ROOT / "schema.sql").read_text().splitlines()
    tables = [number for number, line in enumerate(lines) if line.startswith("CREATE TABLE ")]
    assert [lines[number] for number in tables if not lines[number - 1].startswith("-- Retention: ")] == []
