"""Restore a backup: `make restore FILE=...`. It replaces the instance's current data, and photos of the same name.

It prints a Time Travel bookmark first, so that this can be undone in D1, and afterwards migrates a backup of an older version.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import sqlite3
import sys
import tarfile
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from runtime import environments, migrate, setup
from runtime.backup import AT_ONCE, CONTENTS, DATABASE, FOLDER, PHOTOS, flags_of, run_quietly
from runtime.cloudflare import ApiError, connect, file_path
from runtime.database_objects import SCHEMA, Objects, in_order, own
from runtime.remedies import explained
from runtime.remote_database import deployed_database

# D1 accepts statements of up to 100,000 bytes; a character has at most four.
# Source: developers.cloudflare.com/d1/platform/limits.
PIECE = 20_000
ROW_BYTES = 80_000
PIECES = "restore_pieces"
APPENDING = "ON CONFLICT (of_column) DO UPDATE SET text = text || excluded.text"


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
                    piece = literal(value[at : at + PIECE])
                    yield f"INSERT INTO {PIECES} VALUES ({column}, {piece}) {APPENDING};"
                values[column] = f"(SELECT text FROM {PIECES} WHERE of_column = {column})"
    yield f'INSERT INTO "{table}" VALUES ({", ".join(values)});'


def statements(database: Path, now: Objects) -> Iterator[str]:
    """Yield the statements that turn a database with the objects `now` into the backup."""
    yield "PRAGMA defer_foreign_keys = true;"
    yield from removing(now)
    yield f"CREATE TABLE {PIECES} (of_column INTEGER PRIMARY KEY, text TEXT);"
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


def require_known_schema(database: Path) -> None:
    """Refuse a backup that a newer version made: its tables are not the ones of this program. Raises: SystemExit."""
    with contextlib.closing(sqlite3.connect(database)) as connection:
        if not connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'd1_migrations'").fetchone():
            return
        applied = {str(name) for (name,) in connection.execute("SELECT name FROM d1_migrations")}
    if newer := sorted(applied - set(migrate.names())):
        text = f"it has the migrations {', '.join(newer)}, which are not in migrations/. Update CarLot Manager, then restore it"
        raise SystemExit(f"[restore] Nothing was changed. A newer version made this backup: {text}.")


def put_photos(folder: Path, types: Mapping[str, str], config: Mapping[str, Any], local_flags: Sequence[str] | None) -> None:
    """Upload the photos: to a local instance one call for each content type, else each by itself. Raises: ApiError."""
    bucket = config["r2_buckets"][0]["bucket_name"]
    if local_flags is None:
        account = connect(config)

        def put(key: str) -> None:
            account.upload(file_path(bucket, key), (folder / PHOTOS / key).read_bytes(), types[key])

        with ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(put, types))
        return
    for kind in sorted(set(types.values())):
        listed = [{"key": key, "file": str(folder / PHOTOS / key)} for key, each in types.items() if each == kind]
        names = folder / "names.json"
        names.write_text(json.dumps(listed))
        run_quietly("r2", "bulk", "put", bucket, "--filename", str(names), "--content-type", kind, *local_flags)


def write_script(lines: Iterable[str], path: Path) -> None:
    """Write the statements to a file."""
    with path.open("w") as output:
        output.writelines(f"{line}\n" for line in lines)


def restore(file: Path, local: Path | None, env: str) -> dict[str, int]:
    """Restore the archive and return the number of rows of each table. Raises: ApiError, SystemExit."""
    config = environments.config_of(env)
    local_flags = flags_of(local, env) if local else None
    with tempfile.TemporaryDirectory(prefix="carlot-restore-") as name:
        folder = Path(name)
        with tarfile.open(file) as archive:
            archive.extractall(folder, filter="data")
        contents = json.loads((folder / CONTENTS).read_text())
        require_known_schema(folder / DATABASE)
        database = None if local else deployed_database(env)
        if database:
            keep_bookmark(database.bookmark(), env)
        # Upload the photos first: a car without its photo would be worse than a photo without its car.
        put_photos(folder, contents["photos"], config, local_flags)
        script = folder / "restore.sql"
        if local_flags is not None:
            write_script(statements(folder / DATABASE, objects_now_locally(local_flags)), script)
            run_quietly("d1", "execute", "DB", *local_flags, "--yes", "--file", str(script))
            run_quietly("d1", "migrations", "apply", "DB", *local_flags)
        elif database:
            columns, rows = database.rows(SCHEMA)
            now = own([dict(zip(columns, row, strict=True)) for row in rows])
            write_script(statements(folder / DATABASE, now), script)
            database.run_file(script.read_bytes())
            migrate.migrate(database)
    found: dict[str, int] = contents["rows"]
    return found


def objects_now_locally(flags: Sequence[str]) -> Objects:
    """Return the objects that the local instance's database has now."""
    said = run_quietly("d1", "execute", "DB", *flags, "--json", "--command", SCHEMA)
    return own(json.loads(said[said.index("[") :])[0]["results"])


def keep_bookmark(bookmark: str, env: str) -> None:
    """Print the command that undoes this restore, and keep it in a file beside the backups."""
    flags = " ".join(environments.flags_of(env))
    command = " ".join(filter(None, ("npx wrangler d1 time-travel restore DB", flags, f"--bookmark {bookmark}")))
    FOLDER.mkdir(parents=True, exist_ok=True)
    file = FOLDER / f"before-restore-{datetime.now(UTC):%Y-%m-%dT%H%M%SZ}.txt"
    file.write_text(f"{command}\n")
    print(f"[restore] To undo this restore of the database later (also in {file}):\n  {command}", flush=True)


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
    try:
        found = restore(flags.file.absolute(), local, flags.env)
    except migrate.MigrationRefused as refused:
        raise SystemExit(f"[restore] The backup is restored, but {refused} {explained(refused.error)}") from refused
    except ApiError as error:
        raise SystemExit(f"[restore] The database is as it was. {explained(error)}") from error
    print("[restore] Restored " + ", ".join(f"{count} {name}" for name, count in found.items() if count))
    print("[restore] Everybody must sign in again. If QuickBooks reports an error, connect it again.")
    return 0
