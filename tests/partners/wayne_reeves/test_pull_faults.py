"""The pull beside a DMS that fails: what passes is ridden out, what lasts is said, and nothing is removed for it."""

from __future__ import annotations

from typing import Any

import pytest

from carlot.errors import AnswerTooLarge
from carlot.platform.ports import HttpResponse
from support.lot import car
from support.served import PAGE_A_MESSAGE_S, ServedLot

MISHAPS: dict[str, dict[str, Any]] = {
    "cut short by the network": {"fault": "truncate", "truncate_mode": "length"},
    "cut short in the JSON": {"fault": "truncate", "truncate_mode": "json"},
    "200 with an error in it": {"fault": "error_body"},
    "200 with a web page": {"fault": "html"},
    "200 with a list": {"fault": "error_body", "body": []},
    "200 with vehicles that are none": {"fault": "error_body", "body": {"vehicles": {}, "next_cursor": None, "total": 0}},
    "200 without a total": {"fault": "error_body", "body": {"vehicles": [], "next_cursor": None}},
    "out of time": {"fault": "stall", "stall_s": 60},
    "the answer is lost": {"fault": "lost_answer"},
    "connection reset": {"fault": "reset"},
    "slow down": {"fault": "rate_limit", "retry_after_s": 3},
    "408": {"fault": "status", "status": 408},
    "500": {"fault": "status", "status": 500},
    "503": {"fault": "outage", "retry_after_s": 7},
}
MISHAP = pytest.mark.parametrize("mishap", MISHAPS.values(), ids=list(MISHAPS))


async def shown(lot: ServedLot) -> tuple[str, str | None]:
    """The DMS's state on the status page, and the sentence beside it."""
    dms = (await lot.get("/api/integrations/status"))["wayneReeves"]
    return dms["status"], dms["message"]


@MISHAP
@pytest.mark.parametrize("page", [1, 2, 5])
async def test_a_mishap_that_passes_costs_nothing(lot: ServedLot, mishap: dict[str, Any], page: int) -> None:
    lot.dms_holds(*[car(number) for number in range(10)], page_cap=2)
    lot.network.faults(script=[{**mishap, "path": "/inventory", "nth": page, "times": 2}])
    report = await lot.pull()
    assert (report["status"], report["pages"], report["seen"], report["created"]) == ("completed", 5, 10, 10)
    assert (report["error"], report["message"]) == (None, None)
    assert len(lot.network.heard()) == 7
    assert lot.database.query("SELECT DISTINCT version FROM vehicles") == [{"version": 1}]
    assert await shown(lot) == ("connected", None)


@MISHAP
async def test_a_mishap_that_lasts_is_said_and_removes_nothing(lot: ServedLot, mishap: dict[str, Any]) -> None:
    lot.dms_holds(*[car(number) for number in range(10)], page_cap=2)
    await lot.pull()
    # Without A0, and with the news on the first page; the mishap begins at the third page.
    lot.dms_holds(*[car(number, price=number) for number in range(1, 10)], page_cap=2)
    lot.network.faults(script=[{**mishap, "path": "/inventory", "nth": 3, "times": 1000}])
    # The first run gives up soon; those after it leave the DMS alone for longer and longer.
    for limit_s in (240, 1800, 1800):
        started = lot.clock.now()
        report = await lot.pull()
        assert report["status"] == "degraded"
        assert (lot.clock.now() - started).total_seconds() < limit_s
        assert report["message"].startswith("Wayne Reeves ")
        assert report["message"].endswith(". Nothing was removed.")
        assert await shown(lot) == ("degraded", report["message"])
        assert (await lot.report(report["id"]))["removed"] == 0
        lot.network.faults(script=[{**mishap, "path": "/inventory", "times": 1000}])
    assert set(lot.states().values()) == {"available"}
    # What came in before it broke off stays in.
    prices = {stock: (await lot.vehicle(stock))["price"] for stock in ("A1", "A4", "A5")}
    assert prices == {"A1": 1, "A4": 4, "A5": 6995}
    lot.network.faults()
    lot.clock.forward(600)
    report = await lot.pull()
    assert (report["status"], report["updated"], report["unchanged"]) == ("completed", 5, 4)
    assert await shown(lot) == ("connected", None)


@pytest.mark.parametrize("fault", ["rate_limit", "outage"])
@pytest.mark.parametrize("asked_s", [1, 90, 4000])
async def test_retry_after_is_obeyed_to_the_second(lot: ServedLot, fault: str, asked_s: float) -> None:
    lot.dms_holds(car(1), car(2), page_cap=1)
    lot.network.faults(script=[{"fault": fault, "nth": 2, "retry_after_s": asked_s}])
    run_id = await lot.press()
    await lot.deliver(1)
    assert len(lot.network.heard()) == 2
    told = lot.clock.now()
    body, delay_s = lot.queue.messages[0]
    assert delay_s >= asked_s
    # Nothing gets past it: neither the message come too early, nor the sweep, nor the dealer's button.
    lot.clock.forward(asked_s - 0.9)
    lot.queue.messages = [(body, 0)]
    await lot.deliver()
    await lot.tick()
    assert await lot.press() == run_id
    await lot.deliver(1)
    assert len(lot.network.heard()) == 2
    assert (await shown(lot))[0] == "degraded"
    lot.clock.forward(60)
    await lot.tick()
    await lot.deliver()
    assert len(lot.network.heard()) == 3
    assert (lot.clock.now() - told).total_seconds() >= asked_s
    report = await lot.report(run_id)
    assert (report["status"], report["created"]) == ("completed", 2)


async def test_refused_credentials_fail_the_run_after_one_more_look(lot: ServedLot) -> None:
    lot.dms_holds(*[car(number) for number in range(6)], page_cap=2)
    lot.network.faults(script=[{"fault": "status", "status": 401, "nth": 2, "times": 1000}])
    report = await lot.pull()
    assert (report["status"], report["pages"], report["created"]) == ("failed", 1, 2)
    assert report["message"] == "Wayne Reeves rejected the API key (401). Nothing was removed."
    assert len(lot.network.heard()) == 3
    assert await shown(lot) == ("error", report["message"])
    # The dealer, who has acted, is believed at once.
    lot.network.faults()
    report = await lot.pull()
    assert (report["status"], report["created"], report["unchanged"]) == ("completed", 4, 2)
    assert await shown(lot) == ("connected", None)


async def test_the_next_days_pull_tries_refused_credentials_again(lot: ServedLot) -> None:
    lot.dms_holds(car(1))
    lot.network.faults(script=[{"fault": "status", "status": 401, "times": 2}])
    assert (await lot.pull())["status"] == "failed"
    lot.clock.forward(24 * 3600)
    await lot.tick("0 * * * *")
    await lot.deliver()
    runs = (await lot.get("/api/integrations/runs"))["runs"]
    assert [(run["startedBy"], run["status"]) for run in runs] == [("cron", "completed"), ("dealer", "failed")]


async def test_a_forbidden_pull_is_tried_again_at_the_button_and_on_the_next_day(lot: ServedLot) -> None:
    lot.dms_holds(car(1))
    lot.network.faults(script=[{"fault": "status", "status": 403, "times": 3}])
    for _ in range(2):
        assert (await lot.pull())["status"] == "degraded"
    for _ in range(2):
        lot.clock.forward(24 * 3600)
        await lot.tick("0 * * * *")
        await lot.deliver()
    runs = (await lot.get("/api/integrations/runs"))["runs"]
    assert [(run["startedBy"], run["status"]) for run in runs] == [
        ("cron", "completed"),
        ("cron", "degraded"),
        ("dealer", "degraded"),
        ("dealer", "degraded"),
    ]
    assert len(lot.network.heard()) == 4


@pytest.mark.parametrize("status", [301, 302, 400, 403, 404, 410, 422])
async def test_a_refusal_ends_the_run_at_once(lot: ServedLot, status: int) -> None:
    lot.dms_holds(car(1))
    lot.network.faults(script=[{"fault": "status", "status": status}])
    report = await lot.pull()
    assert report["status"] == "degraded"
    assert report["message"] == f"Wayne Reeves refused the request ({status}). Nothing was removed."
    assert len(lot.network.heard()) == 1


async def test_an_answer_beyond_all_measure_ends_the_run(lot: ServedLot) -> None:
    class Endless:
        async def request(self, *asked: Any, max_bytes: int, **more: Any) -> HttpResponse:
            assert max_bytes == 10 * 1024 * 1024
            raise AnswerTooLarge("more")

    lot.network = Endless()  # type: ignore[assignment]
    report = await lot.pull()
    assert (report["status"], report["message"]) == (
        "degraded",
        "Wayne Reeves's answer is larger than 10 MB. Nothing was removed.",
    )


async def test_a_missing_page_is_noticed(lot: ServedLot) -> None:
    cars = [car(number) for number in range(10)]
    lot.dms_holds(*cars, page_cap=2)
    await lot.pull()
    lot.dms_serves(page_cap=2, omit_pages=[2])
    for _ in range(3):
        report = await lot.pull()
        assert (report["status"], report["pages"], report["seen"], report["removed"]) == ("degraded", 4, 8, 0)
        assert report["message"] == "Incomplete: Wayne Reeves has 10 vehicles but sent only 8. Nothing was removed."
    assert await shown(lot) == ("degraded", report["message"])
    assert set(lot.states().values()) == {"available"}


async def test_an_empty_answer_is_not_believed(lot: ServedLot) -> None:
    lot.dms_holds(*[car(number) for number in range(3)])
    await lot.pull()
    lot.dms_serves(empty=True)
    for _ in range(3):
        report = await lot.pull()
        assert (report["status"], report["pages"], report["seen"], report["removed"]) == ("degraded", 1, 0, 0)
        assert report["message"] == "Wayne Reeves sent no vehicle at all, while 3 are on the lot. Nothing was removed."
    assert set(lot.states().values()) == {"available"}


async def test_pages_in_a_circle_end(lot: ServedLot) -> None:
    lot.dms_holds(*[car(number) for number in range(6)], page_cap=2, loop_cursor=True)
    report = await lot.pull()
    assert report["status"] == "degraded"
    assert "the same page twice" in report["message"]
    assert len(lot.network.heard()) <= 3
    assert len(lot.states()) == 2


async def test_what_a_broken_off_run_took_over_is_put_right_by_the_next(lot: ServedLot) -> None:
    """The DMS changes its mind between two complete runs, and a run that broke off saw what it said in between."""
    lot.dms_holds(car(1), car(2), page_cap=1)
    for price, complete in ((100, True), (90, False), (100, True)):
        lot.dms_changes(car(1, price=price, updated_at=...))
        lot.network.faults(script=[] if complete else [{"fault": "status", "status": 404, "nth": 2}])
        assert (await lot.pull())["status"] == ("completed" if complete else "degraded")
        assert (await lot.vehicle("A1"))["price"] == price


async def test_a_queue_that_takes_nothing_costs_only_time(lot: ServedLot) -> None:
    lot.dms_holds(*[car(number) for number in range(4)], page_cap=2)
    lot.network.latency_s = PAGE_A_MESSAGE_S
    run_id = await lot.press()
    lot.queue.broken = True
    await lot.deliver()
    assert (await lot.report(run_id))["status"] == "running"
    lot.queue.broken = False
    lot.clock.forward(60)
    await lot.tick()
    await lot.deliver()
    assert (await lot.report(run_id))["created"] == 4


async def test_an_answer_that_comes_after_the_lease_ran_out_changes_nothing(lot: ServedLot) -> None:
    """Another worker has taken the page over meanwhile, and has brought in what the DMS shows by then."""
    lot.dms_holds(car(0, price=1), car(1), page_cap=1)
    network = lot.network

    class Slow:
        async def request(self, *asked: Any, **more: Any) -> HttpResponse:
            answer = await network.request(*asked, **more)
            lot.network = network
            lot.clock.forward(40)
            lot.dms_changes(car(0, price=2, updated_at="2025-02-03T09:00:00Z"))
            await lot.tick()
            await lot.deliver()
            return answer

    lot.network = Slow()  # type: ignore[assignment]
    report = await lot.pull()
    assert (report["status"], report["pages"], report["created"], report["updated"]) == ("completed", 2, 2, 0)
    vehicle = await lot.vehicle("A0")
    assert (vehicle["price"], vehicle["version"]) == (2, 1)
