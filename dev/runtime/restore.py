"""Restore a backup: `make restore FILE=...`. It replaces the instance's current data, and photos of the same name.

It prints a Time Travel bookmark first, so that this can be undone in D1, and afterwards migrates a backup of an older version.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import re
import sqlite3
import sys
import tarfile
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from graphlib import TopologicalSorter
from pathlib import Path

from runtime import environments, setup
from runtime.backup import CONTENTS, DATABASE, PHOTOS, flags_of, run_quietly

# D1 accepts statements of up to 100,000 bytes; a character has at most four.
# Source: developers.cloudflare.com/d1/platform/limits.
PIECE = 20_000
ROW_BYTES = 80_000
PIECES = "restore_pieces"
_REFERS = re.compile(r"REFERENCES\s+\"?(\w+)", re.IGNORECASE)
SCHEMA = "SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
Objects = Sequence[Mapping[str, str]]


def own(objects: Objects) -> Objects:
    """Return the objects without those of the platform."""
    return [entry for entry in objects if not entry["name"].startswith("_cf_")]


def in_order(objects: Objects) -> list[str]:
    """Return the tables, each one after the tables that it references."""
    tables = {entry["name"]: entry["sql"] for entry in objects if entry["type"] == "table"}
    graph = {name: {other for other in _REFERS.findall(sql) if other != name and other in tables} for name, sql in tables.items()}
    return list(TopologicalSorter(graph).static_order())


def removing(objects: Objects) -> Iterator[str]:
    """Yield the statements that drop everything, each table before the tables that it references."""
    for kind in ("view", "trigger"):
        yield from (f'DROP {kind.upper()} "{entry["name"]}";' for entry in objects if entry["type"] == kind)
    yield from (f'DROP TABLE "{name}";' for name in reversed(in_order(objects)))


def literal(value: object) -> str:
    """Return a value as an SQL literal."""
    if value is None:
        return "NULL"
    if isinstance(value, bytes):
        return f"X'{value.hex()}'"
    if isinstance(value, int | float):
        return repr(value)
    return "'" + str(value).replace("'", "''") + "'"


def inserting(table: str, row: Sequence[object]) -> Iterator[str]:
    """Yield the statements that insert one row. Long texts of a row that is too long for one statement come first, in pieces."""
    values = [literal(value) for value in row]
    if sum(len(value.encode()) for value in values) > ROW_BYTES:
        yield f"DELETE FROM {PIECES};"
        for column, value in enumerate(row):
            if isinstance(value, str) and len(value) > PIECE // 10:
                for at in range(0, len(value), PIECE):
                    yield f"INSERT INTO {PIECES} VALUES ({column}, {at}, {literal(value[at : at + PIECE])});"
                values[column] = f"(SELECT group_concat(piece, '' ORDER BY at) FROM {PIECES} WHERE of_column = {column})"
    yield f'INSERT INTO "{table}" VALUES ({", ".join(values)});'


def statements(database: Path, now: Objects) -> Iterator[str]:
    """Yield the statements that turn a database with the objects `now` into the backup."""
    yield "PRAGMA defer_foreign_keys = true;"
    yield from removing(now)
    yield f"CREATE TABLE {PIECES} (of_column INTEGER, at INTEGER, piece TEXT);"
    with contextlib.closing(sqlite3.connect(database)) as connection:
        connection.row_factory = sqlite3.Row
        objects = own([dict(row) for row in connection.execute(SCHEMA)])
        made = {entry["name"]: entry["sql"] for entry in objects}
        for table in in_order(objects):
            yield made[table] + ";"
            for row in connection.execute(f'SELECT * FROM "{table}"'):
                yield from inserting(table, tuple(row))
        # Create these last, so that no trigger fires while rows are inserted.
        for kind in ("index", "trigger", "view"):
            yield from (entry["sql"] + ";" for entry in objects if entry["type"] == kind)
    yield f"DROP TABLE {PIECES};"


def objects_now(flags: Sequence[str]) -> Objects:
    """Return the objects that the instance's database has now."""
    said = run_quietly("d1", "execute", "DB", *flags, "--json", "--command", SCHEMA)
    return own(json.loads(said[said.index("[") :])[0]["results"])


def put_photos(folder: Path, types: Mapping[str, str], flags: Sequence[str], bucket: str) -> None:
    """Upload the photos, one call for each content type."""
    for kind in sorted(set(types.values())):
        listed = [{"key": key, "file": str(folder / PHOTOS / key)} for key, each in types.items() if each == kind]
        names = folder / "names.json"
        names.write_text(json.dumps(listed))
        run_quietly("r2", "bulk", "put", bucket, "--filename", str(names), "--content-type", kind, *flags)


def write_script(lines: Iterable[str], path: Path) -> None:
    """Write the statements to a file."""
    with path.open("w") as output:
        output.writelines(f"{line}\n" for line in lines)


def restore(file: Path, local: Path | None, env: str) -> dict[str, int]:
    """Restore the archive and return the number of rows of each table. Raises: SystemExit."""
    flags = flags_of(local, env)
    bucket = environments.config_of(env)["r2_buckets"][0]["bucket_name"]
    with tempfile.TemporaryDirectory(prefix="carlot-restore-") as name:
        folder = Path(name)
        with tarfile.open(file) as archive:
            archive.extractall(folder, filter="data")
        contents = json.loads((folder / CONTENTS).read_text())
        # Upload the photos first: a car without its photo would be worse than a photo without its car.
        put_photos(folder, contents["photos"], flags, bucket)
        script = folder / "restore.sql"
        write_script(statements(folder / DATABASE, objects_now(flags)), script)
        run_quietly("d1", "execute", "DB", *flags, "--yes", "--file", str(script))
    run_quietly("d1", "migrations", "apply", "DB", *flags)
    found: dict[str, int] = contents["rows"]
    return found


def confirm(what: str) -> None:
    """Ask for confirmation. Raises: SystemExit unless the user types yes."""
    if not sys.stdin.isatty():
        raise SystemExit(f"[restore] Nothing was changed. This would replace {what}; run dev/restore with --yes to confirm.")
    if input(f"[restore] This replaces {what}. Type yes to continue: ").strip() != "yes":
        raise SystemExit("[restore] Nothing was changed.")


def main(arguments: Sequence[str]) -> int:
    """Run `make restore`."""
    parser = argparse.ArgumentParser(prog="restore", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("file", type=Path, help="a file that make backup wrote")
    parser.add_argument(
        "--local", type=Path, metavar="FOLDER", help="restore into the local instance in this folder; stop it first"
    )
    parser.add_argument("--env", default=environments.PRODUCTION, help="the environment, such as preview (default: production)")
    parser.add_argument("--yes", action="store_true", help="do not ask for confirmation")
    flags = parser.parse_args(arguments)
    if not flags.file.is_file():
        raise SystemExit(f"[restore] The file {flags.file} does not exist. Give the path of a file that make backup wrote.")
    setup.ensure()
    local = flags.local and flags.local.absolute()
    if not flags.yes:
        confirm(f"all data of {local or 'the deployed instance'}")
    if not local:
        said = run_quietly("d1", "time-travel", "info", "DB", *environments.flags_of(flags.env))
        print(f"[restore] To undo this restore of the database later:\n{said.strip()}", flush=True)
    found = restore(flags.file.absolute(), local, flags.env)
    print("[restore] Restored " + ", ".join(f"{count} {name}" for name, count in found.items() if count))
    print("[restore] Everybody must sign in again. If QuickBooks reports an error, connect it again.")
    return 0
