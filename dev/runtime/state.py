"""Migrate the D1 database of a local persist folder, without starting wrangler when it is not needed.

`wrangler d1 migrations apply` takes seconds. So an empty folder gets a copy of a folder that wrangler migrated before, which is
kept until the migrations change. A folder in use is migrated by wrangler only when its database lacks a migration.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from runtime import wrangler
from runtime.paths import CONFIG, MADE, MIGRATIONS, ROOT

D1_FOLDER = Path("v3") / "d1"
TEMPLATES = MADE / "d1"


def migrate(persist_to: Path, flags: Sequence[str] = ()) -> None:
    """Bring the D1 database of a persist folder up to date.

    `flags` are wrangler's --config and --env. With any flag, wrangler always runs. Raises: SystemExit when a migration fails.
    """
    if flags:
        apply(persist_to, flags)
    elif not (persist_to / D1_FOLDER).exists():
        copy_template(persist_to)
    elif not is_migrated(persist_to):
        apply(persist_to)


def apply(persist_to: Path, flags: Sequence[str] = ()) -> None:
    """Apply the missing migrations with wrangler. Raises: SystemExit when that fails."""
    words = wrangler.command("d1", "migrations", "apply", "DB", "--local", "--persist-to", str(persist_to), *flags)
    environment = wrangler.local_environment(CI="true")
    done = subprocess.run(words, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.stderr.write(done.stdout + done.stderr)
        raise SystemExit(f"[worker] The D1 migrations could not be applied to {persist_to}. Correct the migration that failed.")


def is_migrated(persist_to: Path) -> bool:
    """Return whether the folder's database has recorded every migration."""
    databases = [path for path in (persist_to / D1_FOLDER).glob("*/*.sqlite") if path.name != "metadata.sqlite"]
    if len(databases) != 1:
        return False
    try:
        with contextlib.closing(sqlite3.connect(f"file:{databases[0]}?mode=ro", uri=True)) as connection:
            applied = {str(name) for (name,) in connection.execute("SELECT name FROM d1_migrations")}
    except sqlite3.Error:
        return False
    return applied >= {path.name for path in MIGRATIONS.glob("*.sql")}


def fingerprint() -> str:
    """Return a hash of the files that a migrated folder depends on: migrations, configuration and package versions."""
    content = hashlib.sha256()
    for path in (*sorted(MIGRATIONS.glob("*.sql")), CONFIG, ROOT / "package-lock.json"):
        content.update(f"{path.name} ".encode())
        content.update(path.read_bytes())
    return content.hexdigest()[:16]


def copy_template(persist_to: Path) -> None:
    """Copy the database of a migrated folder into an empty persist folder."""
    template = TEMPLATES / fingerprint()
    if not template.exists():
        TEMPLATES.mkdir(parents=True, exist_ok=True)
        with (MADE / "d1.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not template.exists():
                make_template(template)
    target = persist_to / D1_FOLDER
    partial = target.with_name("d1.partial")
    shutil.rmtree(partial, ignore_errors=True)
    shutil.copytree(template / D1_FOLDER, partial)
    partial.rename(target)


def make_template(template: Path) -> None:
    """Migrate an empty folder with wrangler, and delete older templates."""
    for old in TEMPLATES.iterdir():
        shutil.rmtree(old, ignore_errors=True)
    partial = TEMPLATES / "partial"
    apply(partial)
    partial.rename(template)
