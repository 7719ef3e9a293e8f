"""One D1 database on a real SQLite: statements, their splitting, import, bookmarks.

Source: developers.cloudflare.com/d1/platform/limits (100 bound parameters, 100,000 bytes a statement), and
developers.cloudflare.com/d1/reference/time-travel (bookmarks).
"""

from __future__ import annotations

import hashlib
import re
import sqlite3
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

MAX_STATEMENT_BYTES = 100_000
MAX_PARAMETERS = 100
_PART = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|--[^\n]*|/\*.*?\*/|;|[^'\"\-/;]+|.", re.DOTALL)


class SqlError(Exception):
    """A statement that D1 refuses; the text is D1's."""


def at_semicolons(script: str) -> Iterator[str]:
    """Yield the pieces between semicolons, also those inside a trigger; texts and comments are left whole."""
    piece = ""
    for part in _PART.findall(script):
        if part == ";":
            yield piece
            piece = ""
        else:
            piece += part
    yield piece


def whole_statements(script: str) -> Iterator[str]:
    """Yield the statements as SQLite itself sees them: a trigger is one."""
    piece = ""
    for part in at_semicolons(script):
        piece += part + ";"
        if sqlite3.complete_statement(piece):
            yield piece.removesuffix(";")
            piece = ""
    yield piece.removesuffix(";")


def is_blank(statement: str) -> bool:
    """Return whether there is nothing but blanks and comments."""
    return not re.sub(r"--[^\n]*|/\*.*?\*/", "", statement, flags=re.DOTALL).strip()


@dataclass(slots=True)
class Database:
    """A database. `uploads` are files by the name that an import gave them, `kept` is the content at each bookmark.

    `import_steps` are the requests for which an import still goes on, and `import_told` is what it came to.
    """

    name: str
    uuid: str = field(default_factory=lambda: str(uuid.uuid4()))
    changes: int = 0
    import_steps: int = 0
    import_told: dict[str, Any] = field(default_factory=dict)
    uploads: dict[str, bytes] = field(default_factory=dict)
    kept: dict[str, sqlite3.Connection] = field(default_factory=dict)
    connection: sqlite3.Connection = field(
        default_factory=lambda: sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    )

    def __post_init__(self) -> None:
        """Foreign keys are always on in D1. Source: developers.cloudflare.com/d1/sql-api/foreign-keys."""
        self.connection.execute("PRAGMA foreign_keys = ON")

    def run(self, statements: Sequence[str], parameters: Sequence[Any] = ()) -> list[tuple[list[str], list[list[Any]], int]]:
        """Run statements in one transaction; return columns, rows and written rows of each. Raises: SqlError, nothing is kept."""
        self.connection.execute("BEGIN")
        before = self.connection.total_changes
        try:
            found = [self._one(statement, parameters) for statement in statements]
            self.connection.execute("COMMIT")
        except sqlite3.Error as error:
            self.connection.rollback()
            raise SqlError(f"{error}: SQLITE_ERROR") from error
        written = self.connection.total_changes != before
        if written or any(re.match(r"\s*(CREATE|DROP|ALTER)", _bare(each), re.IGNORECASE) for each in statements):
            self.changes += 1
        return found

    def _one(self, statement: str, parameters: Sequence[Any]) -> tuple[list[str], list[list[Any]], int]:
        if len(statement.encode()) > MAX_STATEMENT_BYTES:
            raise sqlite3.OperationalError("statement too long")
        if len(parameters) > MAX_PARAMETERS:
            raise sqlite3.OperationalError("too many SQL variables")
        cursor = self.connection.execute(statement, parameters)
        columns = [name for name, *_ in cursor.description or ()]
        return columns, [[_shown(value) for value in row] for row in cursor], max(cursor.rowcount, 0)

    def ingest(self, content: bytes) -> int:
        """Run an imported file, all of it or nothing, as SQLite splits it; return the number of statements. Raises: SqlError."""
        statements = [each for each in whole_statements(content.decode()) if not is_blank(each)]
        self.run(statements)
        return len(statements)

    def dump(self) -> Iterator[str]:
        """Yield the statements of an export. As D1 does, a line break becomes a written `\\n`, whatever else is in the text.

        Source: workers-sdk issue 9042.
        """
        schema = self.connection.execute(
            "SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL AND name <> 'sqlite_sequence'"
        ).fetchall()
        for kind, name, sql in schema:
            yield f"{sql};"
            if kind == "table":
                for row in self.connection.execute(f'SELECT * FROM "{name}"').fetchall():
                    yield f'INSERT INTO "{name}" VALUES ({",".join(map(_exported, row))});'

    def bookmark(self) -> str:
        """Return the bookmark of the database as it is now."""
        digest = hashlib.sha256(self.uuid.encode()).hexdigest()
        found = f"{self.changes:08x}-00000000-00004c6d-{digest[:32]}"
        if found not in self.kept:
            self.kept[found] = sqlite3.connect(":memory:", check_same_thread=False)
            self.connection.backup(self.kept[found])
        return found

    def put_back(self, bookmark: str) -> None:
        """Restore the content at a bookmark. Raises: KeyError."""
        self.kept[bookmark].backup(self.connection)
        self.changes += 1


def _bare(statement: str) -> str:
    return re.sub(r"^(\s*(--[^\n]*\n|/\*.*?\*/))*", "", statement, flags=re.DOTALL)


def _exported(value: Any) -> str:
    if value is None or isinstance(value, int | float):
        return "NULL" if value is None else repr(value)
    if isinstance(value, bytes):
        return f"X'{value.hex()}'"
    text = "'" + value.replace("'", "''") + "'"
    return f"replace({text.replace(chr(10), chr(92) + 'n')},'\\n',char(10))" if "\n" in text else text


def _shown(value: Any) -> Any:
    """Return a value as D1's JSON shows it: a blob is a list of numbers."""
    return list(value) if isinstance(value, bytes) else value
