"""The D1 migrations of a local folder: an empty one gets all, one in use gets what it lacks, by wrangler itself."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
from pathlib import Path

import pytest

from runtime import setup, state
from runtime.paths import MIGRATIONS

pytestmark = pytest.mark.xdist_group("local_commands")


@pytest.fixture(scope="module", autouse=True)
def _ready() -> None:
    setup.ensure()


def database(folder: Path) -> Path:
    """D1's file in a persist folder."""
    found = [path for path in (folder / state.D1_FOLDER).glob("*/*.sqlite") if path.name != "metadata.sqlite"]
    assert len(found) == 1
    return found[0]


def tables(folder: Path) -> set[str]:
    """What the database has, by name."""
    with contextlib.closing(sqlite3.connect(database(folder))) as connection:
        names = connection.execute(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE '%\\_cf\\_%' ESCAPE '\\'"
        )
        return {str(name) for (name,) in names} - {"sqlite_sequence"}


def test_an_empty_folder_gets_all_of_them(tmp_path: Path) -> None:
    state.migrate(tmp_path)
    assert {"vehicles", "sync_tasks", "d1_migrations"} <= tables(tmp_path)
    assert state.is_migrated(tmp_path)


def test_a_folder_in_use_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    state.migrate(tmp_path)
    with contextlib.closing(sqlite3.connect(database(tmp_path))) as connection, connection:
        connection.execute("UPDATE lot SET revision = 77")
    monkeypatch.setattr(state, "apply", lambda *_: pytest.fail("wrangler was started for nothing"))
    state.migrate(tmp_path)
    with contextlib.closing(sqlite3.connect(database(tmp_path))) as connection:
        assert connection.execute("SELECT revision FROM lot").fetchone() == (77,)


def test_a_folder_that_lacks_some_gets_them(tmp_path: Path) -> None:
    """As a folder of an older version does: its own account names none of the migrations."""
    state.migrate(tmp_path)
    wanted = tables(tmp_path)
    with contextlib.closing(sqlite3.connect(database(tmp_path))) as connection:
        connection.execute("PRAGMA foreign_keys = OFF")
        for kind in ("view", "table"):
            for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = ?", (kind,)).fetchall():
                if not name.startswith(("_cf_", "sqlite_")):
                    connection.execute(f"DROP {kind} {name}")
    assert not state.is_migrated(tmp_path)
    state.migrate(tmp_path)
    assert tables(tmp_path) == wanted
    assert state.is_migrated(tmp_path)


def test_a_further_migration_is_missed_everywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By a folder in use, and by what is kept prepared for empty ones."""
    state.migrate(tmp_path / "state")
    before = state.fingerprint()
    shutil.copytree(MIGRATIONS, tmp_path / "migrations")
    (tmp_path / "migrations" / "9999_later.sql").write_text("CREATE TABLE later (id TEXT) STRICT;")
    monkeypatch.setattr(state, "MIGRATIONS", tmp_path / "migrations")
    assert not state.is_migrated(tmp_path / "state")
    assert state.fingerprint() != before


def test_a_migration_that_fails_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = tmp_path / "broken.sh"
    broken.write_text("#!/bin/sh\necho no such column >&2\nexit 1\n")
    broken.chmod(0o755)
    monkeypatch.setattr("runtime.state.wrangler.command", lambda *_: [str(broken)])
    with pytest.raises(SystemExit, match="could not be applied"):
        state.apply(tmp_path)
    assert "no such column" in capsys.readouterr().err
