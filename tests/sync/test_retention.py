"""Retention: what has had its time goes, in small steps; what is still of use stays."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from carlot import app
from carlot.lot.retention import LIMIT, ROUNDS
from support.world import HOUR, World

NIGHT = datetime(2026, 2, 3, 7, 0, tzinfo=UTC)
"""Two in the morning in New York."""


def count(world: World, table: str, where: str = "true") -> int:
    return int(world.database.query(f"SELECT count(*) AS n FROM {table} WHERE {where}")[0]["n"])


def add_event_tasks(world: World, number: int, updated: str, **columns: Any) -> None:
    state, kind = columns.get("state", "done"), columns.get("kind", "event")
    world.database.query(
        """WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1)
        INSERT INTO sync_tasks (id, target, kind, subject_id, state, next_attempt_at, wake_due_at, created_at, updated_at)
        SELECT ?2 || i, 'carlot', ?3, ?2 || i, ?4, ?5, ?5, ?5, ?5 FROM n""",
        number,
        f"{kind}-{state}-{updated}-",
        kind,
        state,
        updated,
    )


async def night(world: World, at: datetime = NIGHT) -> None:
    world.clock.time = at
    await app.handle_tick(HOUR, at, world.services)


async def test_a_year_leaves_what_is_of_use() -> None:
    """A day of everything, each day of a year: what stays is bounded, and the lot works on."""
    world = World(2)
    await world.pull()
    sale = await world.sell("A1")
    await world.until_quiet()
    first = world.clock.now().replace(hour=7, minute=0, second=0, microsecond=0)
    for day in range(1, 400, 3):
        at = first + timedelta(days=day)
        world.clock.time = at
        await world.told_by_dms(
            {"id": f"evt-{day}", "event": "vehicle.updated", "occurred_at": at.isoformat(), "vehicle": world.dms_record("A2")}
        )
        await app.handle_tick(HOUR, at, world.services)
        await world.until_quiet()
    assert count(world, "import_runs") <= 90 / 3 + 2
    assert count(world, "import_pages", "run_id NOT IN (SELECT id FROM import_runs)") == 0
    assert count(world, "sync_tasks", "kind IN ('event', 'pull')") <= 2 * (30 / 3 + 2)
    assert count(world, "daily_jobs") <= 4 * (60 / 3 + 2)
    assert count(world, "partner_calls") <= 20
    assert count(world, "webhook_events") == 133, "younger than 400 days"
    assert world.task(kind="sale")["subject_id"] == sale["id"]
    assert await world.pull() == "completed"


async def test_what_is_not_settled_stays() -> None:
    world = World()
    old = "2024-01-01T00:00:00.000Z"
    for state in ("dead", "blocked"):
        add_event_tasks(world, 3, old, state=state)
    add_event_tasks(world, 3, old, kind="sale")
    add_event_tasks(world, 3, "2026-01-20T00:00:00.000Z")
    add_event_tasks(world, 3, old)
    world.database.query(
        """INSERT INTO webhook_events (id, source, event_key, type, body, state, received_at, settled_at)
        VALUES ('a', 'quickbooks', 'a', 't', '', 'stored', ?1, NULL), ('b', 'quickbooks', 'b', 't', '', 'applied', ?1, ?1)""",
        old,
    )
    await night(world)
    assert count(world, "sync_tasks", "kind IN ('event', 'sale') AND target = 'carlot'") == 12
    assert [row["id"] for row in world.database.query("SELECT id FROM webhook_events")] == ["a"]


async def test_much_goes_in_parts_over_hours_and_then_the_day_is_done() -> None:
    world = World()
    add_event_tasks(world, LIMIT * ROUNDS + 10, "2024-01-01T00:00:00.000Z")
    await night(world)
    assert count(world, "sync_tasks", "kind = 'event'") == 10
    assert count(world, "daily_jobs", "job = 'retention'") == 0
    await night(world, NIGHT + timedelta(hours=1))
    assert count(world, "sync_tasks", "kind = 'event'") == 0
    assert count(world, "daily_jobs", "job = 'retention'") == 1
    add_event_tasks(world, 1, "2024-01-01T00:00:00.000Z")
    await night(world, NIGHT + timedelta(hours=2))
    assert count(world, "sync_tasks", "kind = 'event'") == 1, "tomorrow"


async def test_the_last_day_of_a_job_stays() -> None:
    world = World()
    world.database.query("INSERT INTO daily_jobs VALUES ('listings:x', '2024-01-01', 'x'), ('listings:x', '2024-01-02', 'x')")
    await night(world)
    rows = world.database.query("SELECT local_date FROM daily_jobs WHERE job = 'listings:x'")
    assert [row["local_date"] for row in rows] == ["2024-01-02"]
