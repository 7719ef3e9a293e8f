"""From every released database up: the migrations that came later keep every row, and end where schema.sql is.

What a release's database is: tests/local_commands/releases.py. Until there is one, today's own stands for it, with a
made-up later migration.
"""

from __future__ import annotations

from typing import Any

import pytest

from local_commands import releases
from rules.test_schema import SCHEMA, built_by, objects
from runtime.paths import MIGRATIONS
from support.lot import Lot, answer
from support.platform import (  # type: ignore[attr-defined]  # The SQLite that the program is tested on.
    SqliteDatabase,
    sqlite3,
)

LATER = "ALTER TABLE customers ADD COLUMN birthday TEXT; CREATE TABLE later (id TEXT PRIMARY KEY NOT NULL) STRICT;"


def restored(text: str) -> Any:
    """A database from its SQL."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.row_factory = sqlite3.Row
    connection.executescript(text)
    connection.execute("PRAGMA foreign_keys = ON")
    return connection


def upgraded(text: str) -> Any:
    """The same, brought up to date."""
    connection = restored(text)
    for path in sorted(MIGRATIONS.glob("*.sql")):
        if path.name not in releases.made_by(text):
            connection.executescript(path.read_text())
    return connection


async def snapshots() -> dict[str, str]:
    """Every released database, and today's."""
    return {**releases.kept(), "today": releases.dump(await releases.worked())}


async def test_every_release_ends_where_the_schema_is_with_every_row() -> None:
    described = objects(built_by([SCHEMA.read_text()]))
    for version, text in (await snapshots()).items():
        before = releases.rows(restored(text))
        connection = upgraded(text)
        assert objects(connection) == described, version
        after = releases.rows(connection)
        assert {name: after.get(name) for name in before} == before, version
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        assert connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"


async def test_the_program_goes_on_with_it() -> None:
    for version, text in (await snapshots()).items():
        database = SqliteDatabase()
        database.connection = upgraded(text)
        lot = Lot(database=database)
        for path in ("vehicles", "sales", "service-records", "customers", "integrations/status", "integrations/tasks"):
            assert (await lot.call("GET", f"/api/{path}")).status == 200, f"{version} {path}"
        await lot.tick()
        assert answer(await lot.call("GET", "/api/vehicles"))["total"] >= 1, version


def test_what_is_released_is_not_changed() -> None:
    """A database that has had a migration does not get it again, however it reads now."""
    current = releases.migrations()
    for version, text in releases.kept().items():
        assert {name: current.get(name) for name in releases.made_by(text)} == releases.made_by(text), version


async def test_a_later_migration_keeps_what_is_there() -> None:
    text = releases.dump(await releases.worked())
    before = releases.rows(restored(text))
    assert min(before[name] for name in ("vehicles", "photos", "sales", "service_records", "customers", "sessions")) >= 1
    connection = upgraded(text)
    connection.executescript(LATER)
    assert releases.rows(connection) == {**before, "later": 0}
    assert connection.execute("SELECT name, birthday FROM customers").fetchone()[:] == ("Ann", None)


SINCE = "2025-02-01T00:00:00.000Z"
SENT = {"before": "2025-01-31T23:59:59.999Z", "since": "2025-02-01T10:00:00.000Z", "never": None}
A_CAR = """
INSERT INTO vehicles (id, vin, vin_valid, year, make, model, created_at, updated_at)
VALUES ('v', 'V', 0, 2003, 'A', 'B', ?1, ?1)"""
A_CONNECTION = """
INSERT INTO oauth_tokens VALUES ('quickbooks', 'realm', 1, 'a', ?1, 'r', ?1, NULL, NULL, NULL, 'connected', ?1, ?1)"""
A_SALE = """
INSERT INTO sales (id, vehicle_id, sale_price_cents, sale_date, origin, doc_number, request_id, books_tried_at, voided_at,
  created_at, updated_at)
VALUES (?1, 'v', 1, '2025-02-01', 'carlot', ?1, ?1, ?2, ?3, ?3, ?3)"""
A_RECORD = """
INSERT INTO service_records (id, vehicle_id, service_date, description, cost_cents, doc_number, request_id, books_tried_at,
  created_at, updated_at)
VALUES (?1, 'v', '2025-02-01', 'Oil', 1, ?1, ?1, ?2, ?3, ?3)"""


@pytest.mark.parametrize("is_connected", [True, False])
def test_what_was_sent_since_quickbooks_was_connected_is_that_company_s(is_connected: bool) -> None:
    """Of what was sent before, and of anything without a connection, the company is not known."""
    connection = restored((MIGRATIONS / "0001_initial.sql").read_text())
    for sql in (A_CAR, A_CONNECTION) if is_connected else (A_CAR,):
        connection.execute(sql, (SINCE,))
    for name, sent_at in SENT.items():
        for sql in (A_SALE, A_RECORD):
            connection.execute(sql, (name, sent_at, SINCE))
    connection.executescript((MIGRATIONS / "0002_verdicts_and_companies.sql").read_text())
    for table in ("sales", "service_records"):
        realms = dict(tuple(row) for row in connection.execute(f"SELECT id, books_realm_id FROM {table}"))
        assert realms == {"before": None, "since": "realm" if is_connected else None, "never": None}, table
