"""Save all of a dealer's data in one file: `make backup`. It contains D1 as an SQLite file, R2's photos and a list of both.

The data comes from the deployed instance through Cloudflare's API, or with `--local FOLDER` from a local persist folder such as
.wrangler/state. Sign-in sessions are left out. The file contains customers' names, so only its owner may read it.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import sqlite3
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

from runtime import environments, setup, wrangler
from runtime.cloudflare import ApiError, connect, file_path
from runtime.paths import ROOT
from runtime.remedies import explained
from runtime.remote_copy import copy_remote
from runtime.remote_database import deployed_database
from runtime.state import D1_FOLDER

FOLDER = ROOT / "backups"
DATABASE = "database.sqlite"
CONTENTS = "contents.json"
PHOTOS = "photos"
# Tables that a backup leaves out: after a restore nobody is signed in, and the rate limits start at zero.
PASSING = ("sessions", "rate_limits")
# How many photos to transfer at the same time.
AT_ONCE = 4


def flags_of(local: Path, env: str) -> list[str]:
    """Return the wrangler flags that select the local instance."""
    return ["--local", "--persist-to", str(local), *environments.flags_of(env)]


def run_quietly(*words: str) -> str:
    """Run wrangler and return its output. Raises: SystemExit with the output when wrangler fails."""
    environment = wrangler.environment(WRANGLER_HIDE_BANNER="true", CI="true")
    command = wrangler.command(*words)
    done = subprocess.run(
        command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=900, check=False
    )
    if done.returncode:
        raise SystemExit(f"wrangler {' '.join(words[:3])} failed:\n{(done.stdout + done.stderr).strip()}")
    return done.stdout


def local_file(local: Path) -> Path:
    """Return the path of D1's file in a persist folder. Raises: SystemExit unless there is exactly one."""
    found = [path for path in (local / D1_FOLDER).glob("*/*.sqlite") if path.name != "metadata.sqlite"]
    if len(found) != 1:
        raise SystemExit(
            f"[backup] {local} does not contain one database. Give a local instance's folder, such as .wrangler/state."
        )
    return found[0]


def copy_database(target: Path, local: Path | None, env: str) -> None:
    """Copy the whole database into an SQLite file. A local database may be in use: the copy is a consistent snapshot."""
    with contextlib.closing(sqlite3.connect(target)) as copy:
        if local:
            with contextlib.closing(sqlite3.connect(f"file:{local_file(local)}?mode=ro", uri=True)) as source:
                source.backup(copy)
        elif not copy_remote(deployed_database(env), copy, PASSING):
            print("[backup] Note: the lot changed while it was read. To have it of one moment, back up when it is quiet.")
        for table in PASSING:
            copy.execute(f"DELETE FROM {table}")
        copy.commit()
        copy.execute("VACUUM")


def counted(database: Path) -> dict[str, int]:
    """Return the number of rows of each table."""
    with contextlib.closing(sqlite3.connect(database)) as connection:
        names = [name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")]
        ours = [name for name in names if not name.startswith(("_cf_", "sqlite_", "d1_"))]
        return {name: connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in ours}


def photos_of(database: Path) -> dict[str, str]:
    """Return the content type of each photo, by its R2 key."""
    with contextlib.closing(sqlite3.connect(database)) as connection:
        return dict(connection.execute("SELECT id, content_type FROM photos ORDER BY id").fetchall())


def fetch_photos(keys: Sequence[str], target: Path, local: Path | None, env: str) -> None:
    """Download the photos from R2. Raises: SystemExit when one download fails, because a backup must be complete."""
    config = environments.config_of(env)
    bucket = config["r2_buckets"][0]["bucket_name"]
    account = None if local else connect(config)
    target.mkdir()

    def fetch(key: str) -> None:
        if local:
            run_quietly("r2", "object", "get", f"{bucket}/{key}", "--file", str(target / key), *flags_of(local, env))
        elif account:
            (target / key).write_bytes(account.download(file_path(bucket, key)))

    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(fetch, keys))


def pack(folder: Path, file: Path) -> None:
    """Pack a folder into an archive that only its owner can read. Nothing appears under the final name until it is complete."""
    file.parent.mkdir(parents=True, exist_ok=True)
    partial = file.with_name(file.name + ".partial")
    descriptor = os.open(partial, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "wb") as output, tarfile.open(fileobj=output, mode="w:gz") as archive:
        for path in sorted(folder.iterdir()):
            archive.add(path, path.name)
    partial.replace(file)


def back_up(file: Path, local: Path | None, env: str) -> dict[str, int]:
    """Write the archive and return the number of rows of each table and of photos. Raises: SystemExit."""
    with tempfile.TemporaryDirectory(prefix="carlot-backup-") as name:
        folder = Path(name)
        copy_database(folder / DATABASE, local, env)
        photos = photos_of(folder / DATABASE)
        fetch_photos(list(photos), folder / PHOTOS, local, env)
        rows = counted(folder / DATABASE)
        contents = {"format": 1, "madeAt": datetime.now(UTC).isoformat(timespec="seconds"), "rows": rows, "photos": photos}
        (folder / CONTENTS).write_text(json.dumps(contents, indent=2))
        pack(folder, file)
    return {**rows, "photos": len(photos)}


def main(arguments: Sequence[str]) -> int:
    """Run `make backup`."""
    parser = argparse.ArgumentParser(prog="backup", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("file", nargs="?", type=Path, help="default: backups/carlot-<time>.tar.gz")
    parser.add_argument("--local", type=Path, metavar="FOLDER", help="back up a local instance from this folder")
    parser.add_argument("--env", default=environments.PRODUCTION, help="the environment, such as preview (default: production)")
    flags = parser.parse_args(arguments)
    setup.ensure()
    try:
        return save(flags)
    except ApiError as error:
        raise SystemExit(f"[backup] Nothing was saved. {explained(error)}") from error


def save(flags: argparse.Namespace) -> int:
    """Write the backup that the flags describe, and print what is in it. Raises: ApiError, SystemExit."""
    file = flags.file or FOLDER / f"carlot-{datetime.now(UTC):%Y-%m-%dT%H%M%SZ}.tar.gz"
    found = back_up(file.absolute(), flags.local and flags.local.absolute(), flags.env)
    print(f"[backup] Saved {file}: {file.stat().st_size / 1e6:.1f} MB")
    print("[backup] " + ", ".join(f"{count} {name}" for name, count in found.items() if count))
    print(f"[backup] To restore this backup, run: make restore FILE={file}", file=sys.stderr)
    return 0
