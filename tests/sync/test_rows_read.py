"""What the crons and the lists read at 50,000 cars and 200,000 tasks: D1 bills every row that is looked at.

SQLite counts no rows, but tells by its plan when it walks through a whole table, and how many steps its program takes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest

from app.typed import forget_public_texts
from carlot.platform.ports import Row, Statement
from support.platform import SqliteDatabase
from support.world import HOUR, MINUTE, World

CARS = 50_000
LARGE = {"vehicles", "sync_tasks", "listings", "webhook_events", "sales", "service_records", "photos", "customers"}
SCAN = re.compile(r"^SCAN (\w+)(?: USING (?:COVERING )?INDEX (\w+))?")
STEPS = 100
"""Steps of SQLite's program between two counts."""

_AT = "'2025-01-20T00:00:00.000Z'"
_MANY = f"""
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {CARS})
"""
FILL = (
    _MANY
    + f"""INSERT INTO vehicles (id, external_dms_id, stock_number, vin, vin_valid, year, make, model, price_cents, photos, status,
  publish_to_website, publish_to_third_party, created_at, updated_at)
SELECT 'v' || i, 'S' || i, 'S' || i, printf('1HGCM82633A%06d', i), 1, 2003, 'Honda', 'Accord', 699500, '["https://x.test/1.jpg"]',
  iif(i % 200 = 0, 'available', 'sold'), 1, 1, {_AT}, {_AT} FROM n""",
    _MANY
    + f"""INSERT INTO sync_tasks (id, target, kind, subject_id, vehicle_id, state, done_rev, next_attempt_at,
  wake_due_at, done_at, created_at, updated_at)
SELECT t.value || i, t.value, iif(t.value = 'carlot', 'event', 'listing'), 'v' || i, 'v' || i, 'done', 1, {_AT}, {_AT}, {_AT},
  {_AT}, {_AT}
FROM n, json_each('["cargurus", "truecar", "kbb", "carlot"]') t""",
    _MANY
    + f"""INSERT INTO listings (platform, vin, vehicle_id, state, updated_at)
SELECT 'kbb', printf('1HGCM82633A%06d', i), 'v' || i, iif(i % 200 = 0, 'live', 'absent'), {_AT} FROM n""",
)


def filled() -> SqliteDatabase:
    """The tables, filled without their indexes and triggers, which is three times as fast, and then with them."""
    database = SqliteDatabase()
    connection = database.connection
    made = connection.execute(
        "SELECT type, name, sql FROM sqlite_master WHERE type IN ('index', 'trigger') AND sql IS NOT NULL"
    ).fetchall()
    connection.execute("PRAGMA foreign_keys = OFF")
    for row in made:
        connection.execute(f"DROP {row['type']} {row['name']}")
    for statement in FILL:
        connection.execute(statement)
    for row in made:
        connection.execute(row["sql"])
    connection.execute("PRAGMA foreign_keys = ON")
    return database


class Watched(SqliteDatabase):
    """A database that says which statements walk through a large table, and how many steps all take."""

    def __init__(self, inner: SqliteDatabase) -> None:
        super().__init__()
        self.connection = inner.connection
        self.steps = 0
        self.walked: set[tuple[str, str]] = set()
        partial = inner.query("SELECT name FROM sqlite_master WHERE type = 'index' AND sql LIKE '% WHERE %'")
        self._partial = {row["name"] for row in partial}

    def _run(self, statement: Statement) -> list[Row]:
        for row in self.connection.execute("EXPLAIN QUERY PLAN " + statement.sql, [None] * len(statement.params)).fetchall():
            found = SCAN.match(row["detail"])
            if found and found[1] in self._large(statement.sql) and found[2] not in self._partial:
                self.walked.add((found[1], " ".join(statement.sql.split())[:90]))
        with self._counted():
            return super()._run(statement)

    def _large(self, sql: str) -> set[str]:
        """The large tables by their names and by the aliases that a statement gives them."""
        aliases = re.findall(r"\b(?:FROM|JOIN|,)\s*(\w+)(?:\s+(?:AS\s+)?(\w+))?", sql)
        return LARGE | {alias for table, alias in aliases if table in LARGE and alias}

    @contextmanager
    def _counted(self) -> Iterator[None]:
        def count() -> int:
            self.steps += STEPS
            return 0

        self.connection.set_progress_handler(count, STEPS)
        try:
            yield
        finally:
            self.connection.set_progress_handler(None, 0)


@pytest.fixture(scope="module")
def full() -> SqliteDatabase:
    return filled()


class FullWorld(World):
    """A dealer with alerts, whose tables are full."""

    def __init__(self, full: SqliteDatabase) -> None:
        super().__init__(0, settings=dict.fromkeys(("ALERT_WEBHOOK_URL", "ALERT_HEARTBEAT_URL"), "http://partners.test/alerts"))
        self.watched = Watched(full)
        self.database = self.watched


@pytest.fixture
def world(full: SqliteDatabase) -> Iterator[FullWorld]:
    """That dealer; what a test writes is taken back."""
    yield FullWorld(full)
    full.connection.execute("DELETE FROM sync_tasks WHERE updated_at > '2025-01-21'")
    full.connection.execute("DELETE FROM daily_jobs")
    full.connection.execute("DELETE FROM import_runs")


async def test_the_minute_s_cron(world: FullWorld) -> None:
    """1,440 times a day: what it reads grows with what is open, and with nothing else."""
    await world.tick(MINUTE)
    world.watched.steps = 0
    world.clock.forward(60)
    await world.tick(MINUTE)
    assert world.watched.walked == set()
    assert world.watched.steps < 20_000


async def test_with_open_tasks_it_reads_those(world: FullWorld) -> None:
    world.database.query(
        """UPDATE sync_tasks SET state = 'pending', updated_at = '2025-01-22T00:00:00.000Z',
          deadline_at = '2025-02-04T00:00:00.000Z'
        WHERE target = 'kbb' AND id IN (SELECT 'kbb' || value FROM json_each('[1, 2, 3]'))"""
    )
    await world.tick(MINUTE)
    world.watched.steps = 0
    world.clock.forward(600)
    await world.tick(MINUTE)
    assert world.watched.walked == set()
    assert world.watched.steps < 25_000


async def test_the_hour_s_cron_by_day(world: FullWorld) -> None:
    """23 times a day, with nothing due; what is due once a day may walk through the lot."""
    world.clock.time = datetime(2025, 2, 3, 17, 0, tzinfo=UTC)
    await world.tick(HOUR)
    world.database.query("UPDATE import_runs SET status = 'completed', finished_at = created_at")
    world.watched.walked.clear()
    world.watched.steps = 0
    world.clock.forward(3600)
    await world.tick(HOUR)
    # Photos that no car shows any more: their number is that of the cars on the lot, and not of all that were sold.
    assert {table for table, _ in world.watched.walked} <= {"photos"}
    assert world.watched.steps < 20_000


# What a list walks through, because it says how many there are in all.
COUNTED: Mapping[str, set[str]] = {
    "/api/vehicles?status=available&limit=50": {"vehicles", "v"},
    "/api/sales?limit=50": {"s"},
    "/api/service-records?limit=50": {"r"},
    "/api/customers?limit=50": {"customers"},
    # Which voided sales the books have never heard of.
    "/api/integrations/status": {"sales"},
    # By its own index, as far as the page goes.
    "/api/integrations/tasks?limit=50": {"t"},
}

# The most steps of each list at this size.
LISTS: Mapping[str, int] = {
    "/api/public/inventory?limit=50": 60_000,
    "/api/vehicles?status=available&limit=50": 330_000,
    "/api/integrations/tasks?state=dead": 5_000,
    "/api/integrations/tasks?state=pending&target=kbb": 5_000,
    "/api/integrations/tasks?limit=50": 5_000,
    "/api/integrations/runs": 5_000,
    "/api/sales?limit=50": 5_000,
    "/api/service-records?limit=50": 5_000,
    "/api/customers?limit=50": 5_000,
    "/api/vehicles/v200": 5_000,
    "/api/vehicles/v200/sync": 5_000,
    "/api/vehicles/v200/listings": 5_000,
    "/api/questions": 5_000,
    # How each of the 250 cars on the lot stands with each of three sites.
    "/api/integrations/status": 400_000,
}


@pytest.mark.parametrize("path", LISTS)
async def test_a_list(world: FullWorld, path: str) -> None:
    forget_public_texts()
    response = await world.call("GET", path)
    assert response.status == 200
    assert {table for table, _ in world.watched.walked} <= COUNTED.get(path, set())
    assert world.watched.steps < LISTS[path]
