"""A backup and its restore, with wrangler against local instances: every row and every photo is there again."""

from __future__ import annotations

import contextlib
import json
import shutil
import sqlite3
import tarfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from app.typed import entry
from local_commands.commands import run
from runtime import backup, restore
from runtime.database_objects import SCHEMA
from support.running import Worker
from support.signing import signed, with_type
from workerd.conftest import SETTINGS, StartWorker

PICTURES = {"image/png": b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40, "image/jpeg": b"\xff\xd8\xff" + b"car" * 999}
# Longer than a statement may be, with what a statement would trip over, in letters of several bytes.
LONG = "O'Hara; -- \n\\ 🚗é" * 11_000


def fill(worker: Worker) -> list[str]:
    """A car with photos, a sold one, a service record, and an event as long as they come; the photos' addresses."""
    cars = [worker.client.post("/api/vehicles", json=entry(number)).json() for number in (1, 2)]
    photos = f"/api/vehicles/{cars[0]['id']}/photos"
    for kind, content in PICTURES.items():
        assert worker.client.post(photos, content=content, headers={"content-type": kind}).status_code == 201
    sale = {"vehicleId": cars[1]["id"], "salePrice": 1, "saleDate": "2026-11-02", "customer": {"name": "Zoë O'Hara; --"}}
    assert worker.client.post("/api/sales", json=sale).status_code == 201
    service = {"vehicleId": cars[0]["id"], "serviceDate": "2026-11-02", "description": "Öl\n'", "cost": 1.10}
    assert worker.client.post("/api/service-records", json=service).status_code == 201
    body = json.dumps({"id": "e", "event": "vehicle.painted", "note": LONG}, ensure_ascii=False).encode()
    assert 200_000 < len(body) < 262_144
    headers = with_type(signed(body, SETTINGS["WEBHOOK_SECRET"], datetime.now(UTC)))
    assert worker.client.post("/api/webhooks/wayne-reeves", content=body, headers=headers).status_code == 200
    worker.settled()
    shown: list[dict[str, str]] = worker.client.get(f"/api/vehicles/{cars[0]['id']}").json()["photos"]
    return [path_of(photo["url"]) for photo in shown if photo["url"].startswith(worker.url)]


def path_of(url: str) -> str:
    """The part after the host."""
    return "/" + url.split("/", 3)[3]


def rows(database: Path) -> dict[str, list[Any]]:
    """Everything that a database holds, and what it is made of, but for what passes."""
    with contextlib.closing(sqlite3.connect(database)) as connection:
        schema = connection.execute("SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name").fetchall()
        ours = [entry for entry in schema if not entry[1].startswith(("_cf_", "sqlite_"))]
        names = [name for kind, name, _ in ours if kind == "table" and name not in backup.PASSING]
        return {"schema": ours, **{name: sorted(connection.execute(f"SELECT * FROM {name}"), key=repr) for name in names}}


def test_what_was_backed_up_is_there_again(new_worker: StartWorker, tmp_path: Path) -> None:
    first, other = new_worker(), new_worker()
    photos = fill(first)
    assert first.client.post("/api/session", json={"token": "the dealer's token"}).status_code == 204
    file = tmp_path / "kept" / "lot.tar.gz"
    done = run("backup", str(file), "--local", str(first.folder), timeout_s=180)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "2 vehicles" in done.stdout
    assert file.stat().st_mode & 0o777 == 0o600
    # Another lot, which is to go.
    assert other.client.post("/api/vehicles", json=entry(9)).status_code == 201
    other.stop()
    done = run("restore", str(file), "--local", str(other.folder), "--yes", timeout_s=180)
    assert done.returncode == 0, done.stdout + done.stderr
    first.stop()
    assert rows(other.database) == rows(first.database)
    assert other.query("SELECT * FROM sessions") == []
    other.run()
    assert [other.client.get(path).content for path in photos] == list(PICTURES.values())
    assert other.client.get("/api/vehicles").json()["total"] == 2


def test_nothing_is_replaced_unasked(tmp_path: Path) -> None:
    file = tmp_path / "lot.tar.gz"
    with tarfile.open(file, "w:gz"):
        pass
    done = run("restore", str(file), "--local", str(tmp_path))
    assert (done.returncode, done.stdout) == (1, "")
    assert "with --yes" in done.stderr
    done = run("restore", str(tmp_path / "none"), "--yes")
    assert (done.returncode, "does not exist" in done.stderr) == (1, True)


def test_half_a_backup_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backup, "copy_database", lambda target, *_: shutil.copy(photo_row(tmp_path), target))
    monkeypatch.setattr(backup, "run_quietly", lambda *_: (_ for _ in ()).throw(SystemExit("no such object")))
    with pytest.raises(SystemExit, match="no such object"):
        backup.back_up(tmp_path / "out" / "lot.tar.gz", tmp_path, "production")
    assert not (tmp_path / "out").exists()


def photo_row(folder: Path) -> Path:
    """A database in which a photo stands whose file is nowhere."""
    path = folder / "photo.sqlite"
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE photos (id TEXT, content_type TEXT)")
        connection.execute("INSERT INTO photos VALUES ('p', 'image/png')")
    return path


def test_a_database_with_more_in_it_than_the_backup_becomes_the_backup(tmp_path: Path) -> None:
    """As after a downgrade: tables, views and triggers that the backup does not know go too."""
    kept, target = tmp_path / "kept.sqlite", tmp_path / "target.sqlite"
    with contextlib.closing(sqlite3.connect(kept)) as connection, connection:
        connection.executescript("CREATE TABLE a (x TEXT); INSERT INTO a VALUES ('1'), (NULL), (x'00ff'), (2.5);")
    with contextlib.closing(sqlite3.connect(target)) as connection:
        connection.executescript(
            "PRAGMA foreign_keys = ON; CREATE TABLE a (x TEXT PRIMARY KEY); CREATE TABLE b (a TEXT REFERENCES a (x));"
            "INSERT INTO a VALUES ('1'); INSERT INTO b VALUES ('1'); CREATE VIEW v AS SELECT * FROM b;"
        )
        connection.row_factory = sqlite3.Row
        now = [dict(row) for row in connection.execute(SCHEMA)]
        connection.executescript("".join(restore.statements(kept, now)))
    assert rows(target) == rows(kept)
