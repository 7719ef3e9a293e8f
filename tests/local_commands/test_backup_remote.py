"""A backup of a deployed instance and its restore, through the stand-in of Cloudflare's API: every text byte for byte."""

from __future__ import annotations

import contextlib
import json
import sqlite3
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from local_commands import uploader
from local_commands.deploying import an_account
from runtime import backup, deploy, environments, migrate, remote_copy, restore
from runtime.cloudflare import Account as Client
from runtime.remote_database import RemoteDatabase
from simulators.cloudflare.database import Database
from support.cloudflare import Account

MOMENT = "2026-11-02T10:00:00.000Z"
# What a copy could trip over: a break beside a written one, quotes, a piece of SQL, NUL's neighbours, letters of four bytes.
TEXTS = (
    "Line one\nC:\\new folder",
    "tab\there \\t, return\r\n and \\r\\n",
    json.dumps({"note": "one\ntwo", "path": "C:\\temp\\n"}, indent=2),
    'O\'Hara; DROP TABLE vehicles; -- "x" /* y */',
    "\x01\x1f \u2028 é 🚗" * 7,
    "",
)
VEHICLE = """
INSERT INTO vehicles (id, vin, vin_valid, make, model, year, status, description, created_at, updated_at)
SELECT 'v' || value, 'VIN' || value, 0, 'Ford', 'Model ' || value, 1950, 'available', ?, ?, ? FROM json_each(?)
"""


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Account]:
    """A deployed instance and a deployed preview."""
    monkeypatch.setattr(restore, "FOLDER", tmp_path / "backups")
    monkeypatch.setattr(deploy, "run_wrangler", lambda *words: uploader.upload(words[-1]))
    with an_account(monkeypatch, tmp_path) as found:
        assert deploy.main([]) == 0
        assert deploy.main(["preview"]) == 0
        yield found


def database(account: Account, name: str = "carlot-manager") -> Database:
    """A database by its name."""
    return next(each for each in account.state.databases.values() if each.name == name)


def rows(connection: sqlite3.Connection) -> dict[str, list[Any]]:
    """Everything that a database holds and is made of, each text as its bytes."""
    schema = connection.execute("SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name").fetchall()
    ours = [entry for entry in schema if not entry[1].startswith("sqlite_")]
    names = [name for kind, name, _ in ours if kind == "table" and name not in backup.PASSING]
    contents = {name: sorted(map(repr, connection.execute(f'SELECT * FROM "{name}"'))) for name in names}
    return {"schema": ours, **contents}


def add_vehicles(target: Database, first: int, last: int, description: str = "") -> None:
    """Put vehicles on the lot."""
    numbers = json.dumps(list(range(first, last)))
    target.connection.execute(VEHICLE, (description, MOMENT, MOMENT, numbers))
    target.changes += 1


def fill(target: Database) -> None:
    """Vehicles with every text, one of them the longest that a row may have, an event, a photo, a session."""
    for number, text in enumerate((*TEXTS, "🚗\n\\n" * 120_000)):
        add_vehicles(target, number, number + 1, text)
    run = target.connection.execute
    run("INSERT INTO sessions (token_sha256, created_at, expires_at) VALUES ('s', ?, ?)", (MOMENT, MOMENT))
    columns = "INSERT INTO photos (id, vehicle_id, content_type, size_bytes, sha256, origin, created_at)"
    run(f"{columns} VALUES ('p', 'v1', 'image/png', 3, 'x', 'https://lot.example', ?)", (MOMENT,))


def test_every_text_comes_back_byte_for_byte(account: Account, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    production, preview = database(account), database(account, "carlot-manager-preview")
    fill(production)
    add_vehicles(preview, 50, 60)
    account.state.objects["carlot-photos"]["p"] = (b"\x89PNG\x00\xff", "image/png")
    file = str(tmp_path / "lot.tar.gz")
    assert backup.main([file]) == 0
    assert "7 vehicles" in capsys.readouterr().out
    account.knobs(cut_triggers=True)
    assert restore.main([file, "--env", "preview", "--yes"]) == 0
    assert rows(preview.connection) == rows(production.connection)
    assert preview.connection.execute("SELECT * FROM sessions").fetchall() == []
    assert account.state.objects["carlot-photos-preview"] == {"p": (b"\x89PNG\x00\xff", "image/png")}
    assert account.heard("POST", "/export") == []


def test_a_restore_keeps_a_bookmark_that_undoes_it(account: Account, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fill(database(account))
    before = rows(database(account, "carlot-manager-preview").connection)
    account.state.objects["carlot-photos"]["p"] = (b"png", "image/png")
    file = str(tmp_path / "lot.tar.gz")
    backup.main([file])
    restore.main([file, "--env", "preview", "--yes"])
    (kept,) = (tmp_path / "backups").glob("before-restore-*.txt")
    command = kept.read_text().strip()
    assert command in capsys.readouterr().out
    assert "wrangler.preview.json" in command
    assert rows(database(account, "carlot-manager-preview").connection) != before
    database(account, "carlot-manager-preview").put_back(command.split()[-1])
    assert rows(database(account, "carlot-manager-preview").connection) == before


def test_a_backup_of_a_newer_version_is_refused(account: Account, tmp_path: Path) -> None:
    production = database(account)
    production.connection.execute("INSERT INTO d1_migrations (name) VALUES ('9999_later.sql')")
    file = str(tmp_path / "lot.tar.gz")
    backup.main([file])
    before = rows(production.connection)
    with pytest.raises(SystemExit, match=r"9999_later\.sql"):
        restore.main([file, "--yes"])
    assert rows(production.connection) == before


def test_a_backup_of_an_older_version_is_migrated(account: Account, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """To the newest schema; its lot stays."""
    production = database(account)
    newest = rows(production.connection)["schema"]
    names = migrate.names()
    for each in list(account.state.databases.values()):
        if each is not production:
            account.state.databases.pop(each.uuid)
    with monkeypatch.context() as older:
        older.setattr(migrate, "names", lambda: names[:1])
        deploy.main(["preview"])
    old = database(account, "carlot-manager-preview")
    add_vehicles(old, 1, 4)
    file = str(tmp_path / "lot.tar.gz")
    backup.main([file, "--env", "preview"])
    restore.main([file, "--yes"])
    assert rows(production.connection)["schema"] == newest
    assert len(rows(production.connection)["vehicles"]) == 3


def test_a_refused_restore_changes_nothing(account: Account, tmp_path: Path) -> None:
    production = database(account)
    fill(production)
    account.state.objects["carlot-photos"]["p"] = (b"png", "image/png")
    file = str(tmp_path / "lot.tar.gz")
    backup.main([file])
    before = rows(production.connection)
    account.fault("POST", "*/import", "status", status=403, body={"success": False, "errors": [{"code": 10000, "message": "no"}]})
    with pytest.raises(SystemExit, match="D1, Edit"):
        restore.main([file, "--yes"])
    assert rows(production.connection) == before


def test_half_a_backup_is_none(account: Account, tmp_path: Path) -> None:
    """A photo that is nowhere, and a token that may not read."""
    fill(database(account))
    with pytest.raises(SystemExit, match="Nothing was saved"):
        backup.main([str(tmp_path / "lot.tar.gz")])
    account.knobs(rights=["r2"])
    with pytest.raises(SystemExit, match="D1, Edit"):
        backup.main([str(tmp_path / "lot.tar.gz")])
    assert not (tmp_path / "lot.tar.gz").exists()


def client(account: Account) -> RemoteDatabase:
    """The database as the commands see it."""
    opened = Client("0123456789abcdef0123456789abcdef", {"authorization": "Bearer simulated"}, f"{account.url}/client/v4")
    return RemoteDatabase(opened, database(account).uuid)


def test_fifty_thousand_vehicles(account: Account, tmp_path: Path) -> None:
    production = database(account)
    add_vehicles(production, 0, 50_000, "Line one\nC:\\new")
    asked = len(account.heard("POST", "/raw"))
    with contextlib.closing(sqlite3.connect(tmp_path / "copy.sqlite")) as copy:
        assert remote_copy.copy_remote(client(account), copy, backup.PASSING)
        assert rows(copy) == rows(production.connection)
    # A page of a thousand rows is one request.
    assert len(account.heard("POST", "/raw")) - asked < 150


def test_a_lot_that_changes_while_it_is_read_is_read_again(
    account: Account, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    production = database(account)
    add_vehicles(production, 0, 5)
    read = RemoteDatabase.rows
    numbers = [90]

    def rows_and_change(self: RemoteDatabase, sql: str, parameters: Any = ()) -> Any:
        if 'FROM "vehicles"' in sql and numbers:
            number = numbers.pop()
            add_vehicles(production, number, number + 1, "new")
        return read(self, sql, parameters)

    monkeypatch.setattr(RemoteDatabase, "rows", rows_and_change)
    with contextlib.closing(sqlite3.connect(tmp_path / "copy.sqlite")) as copy:
        assert remote_copy.copy_remote(client(account), copy, backup.PASSING)
        assert rows(copy) == rows(production.connection)
        monkeypatch.setattr(remote_copy, "ATTEMPTS", 1)
        numbers.append(91)
        assert not remote_copy.copy_remote(client(account), copy, backup.PASSING)
        assert copy.execute("PRAGMA foreign_key_check").fetchall() == []


def test_the_stand_ins_export_is_no_faithful_copy(account: Account) -> None:
    """So that the tests above mean something: D1's own export changes the first text."""
    fill(database(account))
    text = "\n".join(database(account).dump())
    with contextlib.closing(sqlite3.connect(":memory:")) as copy:
        copy.executescript(text)
        assert copy.execute("SELECT description FROM vehicles WHERE id = 'v0'").fetchone() == ("Line one\nC:\new folder",)


def test_the_archive_is_as_before(account: Account, tmp_path: Path) -> None:
    """So that older archives and newer ones are read alike."""
    file = tmp_path / "lot.tar.gz"
    backup.main([str(file)])
    assert file.stat().st_mode & 0o777 == 0o600
    with tarfile.open(file) as archive:
        assert sorted(archive.getnames()) == ["contents.json", "database.sqlite", "photos"]
    assert environments.config_of("production")["name"] == "carlot-manager"
