"""An account of Cloudflare's to deploy into, and what a deploy must have made of it."""

from __future__ import annotations

import contextlib
import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from runtime import environments, setup, verify, wrangler
from runtime.migrate import APPLIED
from runtime.paths import MIGRATIONS
from support.cloudflare import Account, served

UPLOADER = Path(__file__).with_name("uploader.py")
SCHEMA = r"""
SELECT type, name, sql FROM sqlite_schema
WHERE name NOT LIKE 'sqlite\_%' ESCAPE '\' AND name <> 'd1_migrations' ORDER BY name
"""


@contextlib.contextmanager
def an_account(monkeypatch: pytest.MonkeyPatch, folder: Path) -> Iterator[Account]:
    """An empty account that `deploy.main` deploys into, with `uploader.py` in the place of wrangler."""
    with served() as account:
        for name, value in {**account.settings(account.url), "CARLOT_URL": account.url}.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(setup, "ensure", lambda: None)
        monkeypatch.setattr(environments, "ROOT", folder)
        monkeypatch.setattr(wrangler, "command", lambda *words: [sys.executable, "-I", str(UPLOADER), *words])
        monkeypatch.setattr(verify, "PATIENCE_S", 0.0)
        monkeypatch.setattr(verify, "PAUSE_S", 0.0)
        yield account


def schema_of_migrations(folder: Path = MIGRATIONS) -> list[tuple[str, str, str]]:
    """What the migrations make of an empty database."""
    with contextlib.closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(APPLIED)
        for path in sorted(folder.glob("*.sql")):
            connection.executescript(path.read_text())
        return connection.execute(SCHEMA).fetchall()


def require_deployed(account: Account, versions: int | None = None) -> None:
    """Everything is there, once, and belongs together."""
    state = account.state
    assert account.database.connection.execute(SCHEMA).fetchall() == schema_of_migrations()
    applied = account.database.connection.execute("SELECT name FROM d1_migrations ORDER BY id").fetchall()
    assert applied == [(path.name,) for path in sorted(MIGRATIONS.glob("*.sql"))]
    assert list(state.namespaces.values()) == ["carlot-manager-integrations-kv"]
    assert list(state.objects) == ["carlot-photos"]
    assert sorted(queue.name for queue in state.queues.values()) == ["sync-queue", "sync-queue-dlq"]
    (script,) = state.scripts.values()
    bound = {each["name"]: each for each in script.bindings()}
    assert bound["DB"]["id"] == account.database.uuid
    assert bound["INTEGRATIONS_KV"]["namespace_id"] in state.namespaces
    assert [each["cron"] for each in script.schedules] == ["* * * * *", "0 * * * *"]
    assert [len(queue.consumers) for queue in state.queues.values()] == [1, 1]
    assert versions is None or len(script.versions) == versions
