"""Copy the deployed instance's database into an SQLite file: every value as it is, read in pages of bounded size.

D1's own export is not used. It writes a text's line breaks as `\\n` and turns every `\\n` back, so a text that has both comes
back changed (workers-sdk issue 9042). The API's JSON keeps each text as it is.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterator
from typing import Any

from runtime.database_objects import SCHEMA, Objects, in_order, own
from runtime.remote_database import RemoteDatabase

# A page ends at the first row behind so many characters, or after so many rows. A row has at most two million bytes.
PAGE_LENGTH = 1_000_000
PAGE_ROWS = 1000
# Somebody may change the lot while it is read; then it is read again, so many times.
ATTEMPTS = 3


def copy_remote(database: RemoteDatabase, target: sqlite3.Connection, without: Collection[str]) -> bool:
    """Copy everything but the rows of the tables `without`; return whether the copy is of one moment.

    When it is not, the references are still whole: a table is read before the tables that it references. Raises: ApiError.
    """
    for _ in range(ATTEMPTS):
        before = database.bookmark()
        _empty(target)
        _copy(database, target, without)
        if database.bookmark() == before:
            return True
    return False


def _empty(target: sqlite3.Connection) -> None:
    for kind in ("view", "trigger", "index", "table"):
        for name in [each["name"] for each in _objects(target) if each["type"] == kind]:
            target.execute(f'DROP {kind.upper()} "{name}"')


def _objects(target: sqlite3.Connection) -> Objects:
    return [dict(zip(("type", "name", "sql"), row, strict=True)) for row in target.execute(SCHEMA).fetchall()]


def _copy(database: RemoteDatabase, target: sqlite3.Connection, without: Collection[str]) -> None:
    columns, rows = database.rows(SCHEMA)
    objects = own([dict(zip(columns, row, strict=True)) for row in rows])
    made = {entry["name"]: entry["sql"] for entry in objects}
    for table in in_order(objects):
        target.execute(made[table])
    for table in reversed(in_order(objects)):
        if table in without:
            continue
        names = [str(name) for _, name, *_ in target.execute(f'PRAGMA table_info("{table}")').fetchall()]
        places = ", ".join("?" * len(names))
        for page in _pages(database, table, names, "WITHOUT ROWID" in made[table].upper()):
            target.executemany(f'INSERT INTO "{table}" VALUES ({places})', page)
    for kind in ("index", "trigger", "view"):
        for entry in objects:
            if entry["type"] == kind:
                target.execute(entry["sql"])
    target.commit()


def _pages(database: RemoteDatabase, table: str, columns: list[str], keyed: bool) -> Iterator[list[list[Any]]]:
    """Yield the rows of a table, page by page. A table without row ids is read by its position in its own order."""
    listed = ", ".join(f'"{name}"' for name in columns)
    if keyed:
        at = 0
        while page := database.rows(f'SELECT {listed} FROM "{table}" ORDER BY 1, 2 LIMIT {PAGE_ROWS} OFFSET ?', [at])[1]:
            yield [[_value(each) for each in row] for row in page]
            at += len(page)
        return
    last = -(2**53)
    statement = paged(table, columns)
    while page := database.rows(statement, [last])[1]:
        yield [[_value(each) for each in row[1:-2]] for row in page]
        last = page[-1][0]


def paged(table: str, columns: list[str]) -> str:
    """Return the statement that reads one page: the row id, the columns, and two measures of the length."""
    lengths = [f'ifnull(length("{name}"), 0)' for name in columns]
    # In groups, because an expression in D1 may be 100 deep.
    total = " + ".join(f"({' + '.join(lengths[at : at + 20])})" for at in range(0, len(lengths), 20))
    listed = ", ".join(f'"{name}"' for name in columns)
    rows = f'SELECT rowid AS row_, {listed}, {total} AS length_ FROM "{table}" WHERE rowid > ? ORDER BY rowid LIMIT {PAGE_ROWS}'
    summed = f"SELECT *, sum(length_) OVER (ORDER BY row_ ROWS UNBOUNDED PRECEDING) - length_ AS before_ FROM ({rows})"
    return f"SELECT * FROM ({summed}) WHERE before_ < {PAGE_LENGTH} ORDER BY row_"


def _value(shown: Any) -> Any:
    """Return a value as SQLite takes it. D1's JSON shows a blob as a list of numbers."""
    return bytes(shown) if isinstance(shown, list) else shown
