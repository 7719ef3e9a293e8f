"""Put a backup back: `make restore FILE=...`. What the instance holds now is replaced, photos by the same name too.

Prints a Time Travel bookmark first, so that D1 can be had back as it is now. A backup of an older version is migrated afterwards.
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

# D1 takes statements up to 100,000 bytes; a character is four at most. Source: developers.cloudflare.com/d1/platform/limits.
PIECE = 20_000
ROW_BYTES = 80_000
PIECES = "restore_pieces"
_REFERS = re.compile(r"REFERENCES\s+\"?(\w+)", re.IGNORECASE)
SCHEMA = "SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
Objects = Sequence[Mapping[str, str]]


def own(objects: Objects) -> Objects:
    """Without what belongs to the platform."""
    return [entry for entry in objects if not entry["name"].startswith("_cf_")]


def in_order(objects: Objects) -> list[str]:
    """The tables, each after those that it refers to."""
    tables = {entry["name"]: entry["sql"] for entry in objects if entry["type"] == "table"}
    graph = {name: {other for other in _REFERS.findall(sql) if other != name and other in tables} for name, sql in tables.items()}
    return list(TopologicalSorter(graph).static_order())


def removing(objects: Objects) -> Iterator[str]:
    """Statements that take everything away, what refers to others first."""
    for kind in ("view", "trigger"):
        yield from (f'DROP {kind.upper()} "{entry["name"]}";' for entry in objects if entry["type"] == kind)
    yield from (f'DROP TABLE "{name}";' for name in reversed(in_order(objects)))


def literal(value: object) -> str:
    """A value as SQL."""
    if value is None:
        return "NULL"
    if isinstance(value, bytes):
        return f"X'{value.hex()}'"
    if isinstance(value, int | float):
        return repr(value)
    return "'" + str(value).replace("'", "''") + "'"


def inserting(table: str, row: Sequence[object]) -> Iterator[str]:
    """Statements that put one row in: one, or, where that would be too long, its long texts in pieces first."""
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
    """Everything that makes a database that holds `now` what the backup is."""
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
        # Last, so that no trigger works while rows are put in.
        for kind in ("index", "trigger", "view"):
            yield from (entry["sql"] + ";" for entry in objects if entry["type"] == kind)
    yield f"DROP TABLE {PIECES};"


def objects_now(flags: Sequence[str]) -> Objects:
    """What the instance's database is made of now."""
    said = run_quietly("d1", "execute", "DB", *flags, "--json", "--command", SCHEMA)
    return own(json.loads(said[said.index("[") :])[0]["results"])


def put_photos(folder: Path, types: Mapping[str, str], flags: Sequence[str], bucket: str) -> None:
    """Store the photos, all of one type at once."""
    for kind in sorted(set(types.values())):
        listed = [{"key": key, "file": str(folder / PHOTOS / key)} for key, each in types.items() if each == kind]
        names = folder / "names.json"
        names.write_text(json.dumps(listed))
        run_quietly("r2", "bulk", "put", bucket, "--filename", str(names), "--content-type", kind, *flags)


def write_script(lines: Iterable[str], path: Path) -> None:
    """The statements as a file, one a line or more."""
    with path.open("w") as output:
        output.writelines(f"{line}\n" for line in lines)


def restore(file: Path, local: Path | None, env: str) -> dict[str, int]:
    """Put the archive back; answer how many rows each table has. Raises: SystemExit."""
    flags = flags_of(local, env)
    bucket = environments.config_of(env)["r2_buckets"][0]["bucket_name"]
    with tempfile.TemporaryDirectory(prefix="carlot-restore-") as name:
        folder = Path(name)
        with tarfile.open(file) as archive:
            archive.extractall(folder, filter="data")
        contents = json.loads((folder / CONTENTS).read_text())
        # The photos first: a car whose photo is not there yet would be worse than a photo without a car.
        put_photos(folder, contents["photos"], flags, bucket)
        script = folder / "restore.sql"
        write_script(statements(folder / DATABASE, objects_now(flags)), script)
        run_quietly("d1", "execute", "DB", *flags, "--yes", "--file", str(script))
    run_quietly("d1", "migrations", "apply", "DB", *flags)
    found: dict[str, int] = contents["rows"]
    return found


def confirm(what: str) -> None:
    """Ask before anything is replaced. Raises: SystemExit unless the answer is yes."""
    if not sys.stdin.isatty():
        raise SystemExit(f"[restore] this replaces {what}; say --yes when that is meant")
    if input(f"[restore] This replaces {what}. Go on? Type yes: ").strip() != "yes":
        raise SystemExit("[restore] nothing was changed")


def main(arguments: Sequence[str]) -> int:
    """What `make restore` does."""
    parser = argparse.ArgumentParser(prog="restore", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("file", type=Path, help="what make backup has made")
    parser.add_argument("--local", type=Path, metavar="FOLDER", help="a local instance's persist folder; stop it first")
    parser.add_argument("--env", default=environments.PRODUCTION, help="another environment, such as preview")
    parser.add_argument("--yes", action="store_true", help="do not ask")
    flags = parser.parse_args(arguments)
    if not flags.file.is_file():
        raise SystemExit(f"[restore] there is no file {flags.file}")
    setup.ensure()
    local = flags.local and flags.local.absolute()
    if not flags.yes:
        confirm(f"all that {local or 'the deployed instance'} holds")
    if not local:
        said = run_quietly("d1", "time-travel", "info", "DB", *environments.flags_of(flags.env))
        print(f"[restore] To go back to the database as it is now:\n{said.strip()}", flush=True)
    found = restore(flags.file.absolute(), local, flags.env)
    print("[restore] " + ", ".join(f"{count} {name}" for name, count in found.items() if count))
    print("[restore] Everybody has to sign in again. QuickBooks may want to be connected anew: its tokens have moved on since.")
    return 0
