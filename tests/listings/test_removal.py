"""Taking cars off the sites: sold, unpublished, deleted; asked for until it is true, and read back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.typed import vin
from carlot.domain.times import parse_instant
from listings.market import SITES, Market
from support.lot import answer

GONE = {vin(1): "absent"}


def states(market: Market, site: str = "cargurus") -> dict[str, str]:
    return {number: state for number, (state, _) in market.audit(site).items()}


async def listed(market: Market, number: int = 1) -> dict[str, Any]:
    """A car that every site shows."""
    car = await market.add(number)
    await market.work()
    market.check()
    market.forget_calls()
    return car


async def status(market: Market) -> dict[str, Any]:
    found: dict[str, Any] = answer(await market.call("GET", "/api/integrations/status"))
    return found


@pytest.mark.parametrize(
    "changes",
    [
        {"publishToThirdParty": False},
        {"status": "pending"},
        {"status": "archived"},
        {"price": None},
        {"photos": []},
    ],
    ids=str,
)
async def test_what_is_no_longer_to_be_listed_is_removed(market: Market, changes: dict[str, Any]) -> None:
    car = await listed(market)
    await market.change(car, **changes)
    await market.work()
    market.check()
    assert [market.calls(site) for site in SITES] == [["DELETE", "GET"]] * 3
    assert [states(market, site) for site in SITES] == [GONE] * 3
    market.forget_calls()
    await market.change(car, location="Elsewhere")
    await market.work()
    assert [market.calls(site) for site in SITES] == [[]] * 3


async def test_a_deleted_car_is_removed(market: Market) -> None:
    car = await listed(market)
    assert (await market.call("DELETE", f"/api/vehicles/{car['id']}")).status == 204
    await market.work()
    market.check()


async def test_a_sold_car_is_removed_and_an_undone_sale_puts_it_back(market: Market) -> None:
    car = await listed(market)
    now = market.clock.now()
    sale_id = await market.sold(car)
    due = (await status(market))["deadlines"]
    assert (due["removalsDue"], due["overdue"]) == (3, 0)
    deadline = parse_instant(market.tasks(kind="listing")[0]["deadline_at"])
    assert timedelta(hours=24) <= deadline - now < timedelta(hours=24, seconds=1)
    await market.work()
    market.check()
    seen = await status(market)
    assert (seen["deadlines"]["removalsDue"], seen["listings"]["totalPublished"]) == (0, 0)
    assert (await market.listings(car))["carGurus"]["state"] == "absent"
    await market.void(sale_id)
    await market.work()
    market.check()
    assert len(market.shown()) == 1


async def test_a_corrected_vin_moves_the_listing(market: Market) -> None:
    car = await listed(market)
    await market.change(car, vin=vin(9))
    await market.work()
    market.check()
    assert list(market.shown()) == [vin(9)]
    assert states(market) == {vin(1): "absent", vin(9): "live"}


async def test_the_first_deadline_holds(market: Market) -> None:
    market.network.faults("cargurus", outage=True)
    car = await market.add(1)
    await market.work()
    market.network.faults("cargurus")
    await market.until_quiet()
    await market.sold(car)
    first = market.task(target="cargurus")["deadline_at"]
    market.network.faults("cargurus", outage=True)
    await market.minutes(90)
    await market.change(car, description="Sold last week.")
    assert market.task(target="cargurus")["deadline_at"] == first


async def test_a_removal_that_a_site_refuses_is_asked_for_until_it_is_true_and_told(market: Market) -> None:
    market.env["ALERT_WEBHOOK_URL"] = "http://partners.test/alerts"
    car = await listed(market)
    market.network.sites["kbb"].knobs.refuse_removal = [vin(1)]
    await market.sold(car)
    await market.minutes(75)
    task = market.task(target="kbb")
    assert task["state"] == "pending"
    assert "This listing is under review" in task["error"]
    assert market.calls("kbb", "DELETE").count("DELETE") >= 5
    assert any("Kelley Blue Book" in text and "under review" in text for text in market.network.alerts._texts)
    market.network.sites["kbb"].knobs.refuse_removal = []
    await market.minutes(20)
    market.check()
    assert market.network.alerts._texts[-1].startswith("Resolved: ")


async def test_an_alert_comes_six_hours_before_the_deadline(market: Market) -> None:
    market.env["ALERT_WEBHOOK_URL"] = "http://partners.test/alerts"
    market.env["KBB_API_URL"] = "http://partners.test/kbb"
    car = await listed(market)
    market.network.sites["kbb"].knobs.key = "changed at night"
    await market.sold(car)

    def told() -> list[str]:
        return [text for text in market.network.alerts._texts if "due soon or late" in text]

    for _ in range(17):
        market.clock.forward(3600 - 60)
        await market.minutes(1)
    assert told() == []
    market.clock.forward(3600 + 60)
    await market.minutes(3)
    assert len(told()) == 1
    assert (await status(market))["deadlines"]["overdue"] == 0
    market.clock.forward(6 * 3600)
    assert (await status(market))["deadlines"]["overdue"] == 1


async def test_a_site_that_says_removed_and_shows_it_all_the_same_is_asked_again(market: Market) -> None:
    car = await listed(market)
    market.network.sites["kbb"].knobs.keep_removed = [vin(1)]
    await market.sold(car)
    await market.work()
    assert states(market, "kbb") == {vin(1): "pending"}
    assert "still lists it" in market.task(target="kbb")["error"]
    market.network.sites["kbb"].knobs.keep_removed = []
    await market.until_quiet()
    market.check()


async def test_a_sale_does_not_wait_for_a_task_in_back_off(market: Market) -> None:
    car = await listed(market)
    market.network.faults("kbb", script=[{"fault": "status", "status": 500, "method": "PUT", "times": 100}])
    await market.change(car, price=1)
    for _ in range(12):
        await market.minutes(30)
    assert parse_instant(market.task(target="kbb")["next_attempt_at"]) - market.clock.now() > timedelta(minutes=1)
    await market.sold(car)
    await market.work()
    assert market.shown("kbb") == {}


async def test_a_refused_update_does_not_keep_a_sold_car_up(market: Market) -> None:
    car = await listed(market)
    market.network.sites["kbb"].knobs.refuse = {vin(1): "no"}
    await market.change(car, price=1)
    await market.work()
    assert market.task(target="kbb")["state"] == "dead"
    await market.sold(car)
    await market.work()
    market.check()


async def test_a_site_that_was_unconfigured_meanwhile_keeps_the_debt(market: Market) -> None:
    """The address that the car was put under is known, so it leaves; one from before addresses were kept waits."""
    car, older = await listed(market), await market.add(2)
    await market.until_quiet()
    market.database.query("UPDATE listings SET url = NULL WHERE vin = ?", older["vin"])
    market.env["KBB_API_URL"] = None
    await market.sold(car)
    await market.sold(older)
    await market.work()
    assert list(market.shown("kbb")) == [older["vin"]]
    assert market.task(target="kbb", kind="listing", subject_id=car["id"])["state"] == "done"
    assert market.task(target="kbb", kind="listing", subject_id=older["id"])["state"] == "blocked"
    assert (await status(market))["deadlines"]["removalsDue"] == 1
    market.env["KBB_API_URL"] = "http://partners.test/kbb"
    await market.minutes(1)
    market.check()


async def test_a_pending_publish_of_a_car_that_is_sold_meanwhile_makes_no_call(market: Market) -> None:
    car = await market.add(1)
    await market.sold(car)
    await market.settle()
    assert [market.calls(site) for site in SITES] == [[]] * 3
    market.check()


@pytest.mark.parametrize(
    ("day", "due"), [("2025-02-03", "2025-02-04T10:30"), ("2025-02-02", "2025-02-04T00:00"), ("2025-01-20", "2025-02-03T11:30")]
)
async def test_the_day_counts_from_the_sale_and_not_from_its_entry(market: Market, day: str, due: str) -> None:
    car = await listed(market)
    content = {"vehicleId": car["id"], "salePrice": 19000, "saleDate": day}
    market.clock.time = datetime(2025, 2, 3, 10, 30, tzinfo=UTC)
    assert (await market.call("POST", "/api/sales", content)).status == 201
    assert {str(task["deadline_at"])[:16] for task in market.tasks(kind="listing")} == {due}
