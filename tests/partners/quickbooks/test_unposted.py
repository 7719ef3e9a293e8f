"""What is not in the books: the dealer's button, the cron of each of his days, and the seven days that a document has."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from carlot.domain.times import parse_instant
from support.books import BooksWorld, connected
from support.lot import answer
from support.world import HOUR

SYNC = "/api/integrations/quickbooks/sync"


async def status(world: BooksWorld) -> dict[str, Any]:
    """The state of everything."""
    shown: dict[str, Any] = answer(await world.call("GET", "/api/integrations/status"))
    return shown


async def next_night(world: BooksWorld) -> None:
    """Six in the morning where the dealer is, with the cron of that hour."""
    tomorrow = world.clock.now().astimezone(UTC).replace(hour=11, minute=0, second=0, microsecond=0)
    world.clock.forward((tomorrow - world.clock.now()).total_seconds() % 86_400)
    await world.tick(HOUR)
    await world.until_quiet()


async def refused(world: BooksWorld) -> dict[str, Any]:
    """A sale that the books refuse for good."""
    world.knobs(books_closed_until="2025-02-28")
    sale = await world.sell("A1")
    await world.until_quiet()
    assert world.task(target="quickbooks", subject_id=sale["id"])["state"] == "dead"
    return sale


class TestTheButton:
    async def test_queues_what_is_not_posted(self) -> None:
        world = await connected()
        await world.sell("A1")
        await world.until_quiet()
        world.knobs(books_closed_until="2025-02-28")
        await world.sell("A2")
        await world.spend("A1")
        undone = await world.sell("A3")
        await world.void(undone["id"])
        await world.until_quiet()
        world.knobs()
        response = await world.call("POST", SYNC)
        assert (response.status, answer(response)) == (202, {"queued": 2})
        await world.until_quiet()
        world.check_books()
        assert answer(await world.call("POST", SYNC)) == {"queued": 0}

    async def test_does_not_wait_for_the_next_try(self) -> None:
        world = await connected()
        world.faults(outage=True)
        await world.sell("A1")
        await world.minutes(240)
        world.faults()
        await world.call("POST", SYNC)
        world.clock.forward(301)
        await world.work()
        world.check_books()

    async def test_takes_back_what_was_discarded(self) -> None:
        world = await connected()
        sale = await refused(world)
        task = world.task(target="quickbooks", subject_id=sale["id"])
        await world.call("POST", f"/api/integrations/tasks/{task['id']}/discard")
        world.knobs()
        assert answer(await world.call("POST", SYNC)) == {"queued": 1}
        await world.until_quiet()
        world.check_books()

    async def test_without_a_configuration_says_what_is_missing(self) -> None:
        world = BooksWorld(settings={"QUICKBOOKS_REALM_ID": ""})
        response = await world.call("POST", SYNC)
        assert response.status == 409
        assert "QUICKBOOKS_REALM_ID" in answer(response)["detail"]

    async def test_before_the_company_is_connected_everything_waits_for_it(self) -> None:
        world = BooksWorld()
        await world.pull()
        await world.sell("A1")
        await world.minutes(2)
        assert answer(await world.call("POST", SYNC)) == {"queued": 1}
        await world.minutes(2)
        assert world.calls() == []
        assert world.task(target="quickbooks")["state"] == "blocked"
        await world.connect()
        await world.until_quiet()
        world.check_books()


class TestEachDay:
    async def test_what_was_given_up_is_tried_again(self) -> None:
        world = await connected()
        await refused(world)
        world.knobs()
        await next_night(world)
        world.check_books()

    async def test_an_outage_at_that_hour_costs_no_day(self) -> None:
        """The cron's work is queued, so an outage of two hours delays it; the missed change is seen when it is over."""
        world = await connected()
        sale = await world.sell("A1")
        await world.until_quiet()
        world.bookkeeper("void", "Invoice", sale["docNumber"])
        world.faults(outage=True)
        world.clock.time = datetime(2025, 2, 4, 10, 0, tzinfo=UTC)
        await world.tick(HOUR)
        await world.minutes(120)
        world.faults()
        await world.minutes(60)
        assert world.task(target="quickbooks", kind="changes")["state"] == "done"

    async def test_what_the_dealer_discarded_is_left(self) -> None:
        world = await connected()
        sale = await refused(world)
        task = world.task(target="quickbooks", subject_id=sale["id"])
        await world.call("POST", f"/api/integrations/tasks/{task['id']}/discard")
        world.knobs()
        await next_night(world)
        assert world.posted() == []

    async def test_a_refused_document_is_sent_only_once_a_day(self) -> None:
        world = await connected()
        await refused(world)
        await next_night(world)
        tried = len(world.calls("POST", "/invoice"))
        world.clock.forward(3600)
        await world.tick(HOUR)
        await world.until_quiet()
        assert len(world.calls("POST", "/invoice")) == tried


class TestSevenDays:
    async def test_count_from_the_sale_however_often_it_is_tried(self) -> None:
        world = await connected()
        sale = await refused(world)
        due = parse_instant(world.task(target="quickbooks", subject_id=sale["id"])["deadline_at"])
        made = parse_instant(sale["createdAt"])
        assert (due - made).total_seconds() == 7 * 86_400
        for _ in range(3):
            await next_night(world)
            await world.call("POST", SYNC)
            await world.until_quiet()
        assert parse_instant(world.task(target="quickbooks", subject_id=sale["id"])["deadline_at"]) == due

    @pytest.mark.parametrize(
        ("day", "due"),
        [
            ("2025-02-03", "2025-02-10T10:30"),  # today: a week from now
            ("2025-02-01", "2025-02-09T00:00"),  # a week after that day
            ("2025-01-28", "2025-02-05T00:00"),
            ("2025-01-25", "2025-02-04T10:30"),  # entered late: a day from now
            ("2024-01-01", "2025-02-04T10:30"),
        ],
    )
    async def test_count_from_the_day_of_the_sale_or_the_work(self, day: str, due: str) -> None:
        world = await connected(settings={"QUICKBOOKS_REALM_ID": None})
        sale = await world.sell("A1", saleDate=day)
        record = await world.spend("A2", serviceDate=day)
        for subject in (sale["id"], record["id"]):
            assert world.task(target="quickbooks", subject_id=subject)["deadline_at"].startswith(due)
        # The daily posting gives the same.
        world.database.query("DELETE FROM sync_tasks WHERE target = 'quickbooks'")
        world.env["QUICKBOOKS_REALM_ID"] = "1"
        assert (await world.call("POST", SYNC)).status == 202
        for subject in (sale["id"], record["id"]):
            assert world.task(target="quickbooks", subject_id=subject)["deadline_at"].startswith(due)

    async def test_a_void_counts_from_itself(self) -> None:
        world = await connected()
        sale = await world.sell("A1", saleDate="2025-01-20")
        await world.until_quiet()
        world.clock.forward(86_400)
        await world.void(sale["id"])
        due = parse_instant(world.task(target="quickbooks", subject_id=sale["id"])["deadline_at"])
        assert (due - world.clock.now()).total_seconds() == pytest.approx(7 * 86_400, abs=1)

    async def test_are_counted_in_status_and_alerted_before_they_end(self) -> None:
        world = BooksWorld(settings={"ALERT_WEBHOOK_URL": "http://partners.test/alerts"})
        await world.connect()
        await world.pull()
        await refused(world)
        await world.spend("A1")
        await world.until_quiet()
        assert (await status(world))["deadlines"] == {"invoicesDue": 1, "expensesDue": 1, "removalsDue": 0, "overdue": 0}
        assert not _told(world, "deadline")
        world.clock.forward(5 * 86_400 + 60)
        await world.minutes(2)
        assert _told(world, "deadline")
        world.clock.forward(2 * 86_400)
        assert (await status(world))["deadlines"]["overdue"] == 2
        world.knobs()
        await world.call("POST", SYNC)
        await world.until_quiet()
        world.check_books()
        assert (await status(world))["deadlines"] == {"invoicesDue": 0, "expensesDue": 0, "removalsDue": 0, "overdue": 0}


def _told(world: BooksWorld, subject: str) -> list[dict[str, Any]]:
    return [
        row for row in world.database.query("SELECT * FROM alerts WHERE cleared_at IS NULL") if row["subject"].startswith(subject)
    ]


def test_the_clock_of_the_world_stands_in_winter() -> None:
    """Eleven o'clock UTC is six in New York."""
    assert BooksWorld(0).clock.local(datetime(2025, 2, 3, 11, tzinfo=UTC), "America/New_York").hour == 6
