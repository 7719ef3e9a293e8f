"""What QuickBooks refuses each time in the same words is given up after five tries; what it will take later is tried again."""

from __future__ import annotations

from typing import Any

import pytest

from carlot.errors import AuthExpired, PartnerError, Retryable
from carlot.partners.quickbooks.mapping import Fault, read_fault
from support.books import BooksWorld, connected
from support.lot import answer

CATEGORY = "Categories cannot be used in transactions."
CLOSED = "The account period has closed."
THROTTLE = (
    b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    b'<IntuitResponse time="2016-10-27T15:07:56.120-07:00" xmlns="http://schema.intuit.com/finance/v3">'
    b'<Fault type="SERVICE"><Error code="3001"><Message>message=ThrottleExceeded; errorCode=003001; statusCode=403</Message>'
    b"<Detail>The request limit was reached.  Try again later</Detail></Error></Fault></IntuitResponse>"
)
"""Source: https://github.com/ruckus/quickbooks-ruby/issues/338"""


async def with_a_category() -> BooksWorld:
    """QuickBooks takes the item for a category, whatever its list says."""
    world = await connected()
    world.faults(*refusing_categories())
    return world


def refusing_categories() -> list[dict[str, Any]]:
    error = {
        "Message": "Invalid Reference Id",
        "Detail": f"Invalid Reference Id : {CATEGORY}",
        "code": "2500",
        "element": "ItemRef",
    }
    body = {"Fault": {"Error": [error], "type": "ValidationFault"}}
    fault = {"fault": "status", "status": 400, "body": body, "method": "POST", "times": 99}
    return [{**fault, "path": "/invoice"}, {**fault, "path": "/batch"}]


async def retried(world: BooksWorld, task: dict[str, Any]) -> None:
    """The dealer presses the button of a failed task, and what follows comes to its end."""
    response = await world.call("POST", f"/api/integrations/tasks/{task['id']}/retry")
    assert response.status == 202, response.body
    await world.until_quiet()


class TestCategory:
    @pytest.mark.parametrize("path", ["/invoice", "/batch"])
    async def test_is_tried_five_times_and_then_said(self, path: str) -> None:
        world = await with_a_category()
        sales = [await world.sell(stock) for stock in (("A1", "A2") if path == "/batch" else ("A1",))]
        await world.minutes(60)
        for sale in sales:
            task = world.task(target="quickbooks", subject_id=sale["id"])
            assert (task["state"], task["attempts"]) == ("dead", 5)
            assert CATEGORY in task["error"]
        # A batch that is refused as a whole is followed by each of its documents alone.
        assert (len(world.calls("POST", "/invoice")), len(world.calls("POST", "/batch")) <= 5) == (5 * len(sales), True)
        assert world.posted() == []

    async def test_put_right_and_retried_it_is_posted_once(self) -> None:
        world = await with_a_category()
        await world.sell("A1")
        await world.until_quiet()
        world.faults()
        await retried(world, world.task(target="quickbooks"))
        world.check_books()
        assert len(world.posted()) == 1

    async def test_retried_before_it_is_put_right_it_has_five_tries_again(self) -> None:
        world = await with_a_category()
        await world.sell("A1")
        await world.until_quiet()
        tries = len(world.calls("POST", "/invoice"))
        await retried(world, world.task(target="quickbooks"))
        assert (tries, len(world.calls("POST", "/invoice"))) == (5, 10)
        assert world.task(target="quickbooks")["state"] == "dead"

    async def test_what_no_verdict_is_comes_in_between(self) -> None:
        """A call that is never answered neither counts among the five nor makes the count begin anew."""
        world = await with_a_category()
        rules = [{"fault": "reset", "method": "GET", "path": "/query", "nth": nth} for nth in (4, 9)]
        world.faults(*rules, *refusing_categories())
        await world.sell("A1")
        await world.until_quiet()
        assert len(world.calls("POST", "/invoice")) == 5
        assert world.task(target="quickbooks")["attempts"] == 7

    async def test_a_name_that_was_made_anew_is_looked_up_again(self) -> None:
        """The item that was remembered is inactive, and another one has its name."""
        world = await connected()
        await world.sell("A1")
        await world.until_quiet()
        (item,) = [record for record in world.company.standing("Item") if record.body["Name"] == "Vehicle Sale"]
        item.body = {**item.body, "Name": "Vehicle Sale (deleted)", "Active": False}
        world.add("Item", Name="Vehicle Sale", Type="NonInventory")
        await world.sell("A2")
        await world.until_quiet()
        world.check_books()
        assert len(world.calls("POST", "/invoice")) == 3

    async def test_an_object_that_is_not_found_is_a_reference_too(self) -> None:
        """610: what a new document names is inactive."""
        world = await connected()
        words = "Object Not Found : Something you're trying to use has been made inactive."
        error = {"Message": "Object Not Found", "Detail": words, "code": "610", "element": ""}
        body = {"Fault": {"Error": [error], "type": "ValidationFault"}}
        world.faults({"fault": "status", "status": 400, "body": body, "method": "POST", "path": "/invoice", "times": 2})
        await world.sell("A1")
        await world.until_quiet()
        world.check_books()
        assert len(world.calls("POST", "/invoice")) == 3


class TestClosedPeriod:
    async def test_of_a_void_is_said_after_five_tries(self) -> None:
        world = await connected()
        sale = await world.sell("A1")
        await world.until_quiet()
        world.knobs(books_closed_until="2025-02-28", books_closed_code="5010")
        await world.void(sale["id"])
        await world.minutes(60)
        task = world.task(target="quickbooks")
        assert (task["state"], task["attempts"]) == ("dead", 5)
        assert CLOSED in task["error"]
        assert len(world.calls("POST", "/invoice")) == 1 + 5
        world.knobs()
        await retried(world, task)
        world.check_books()
        assert len(world.posted(state="voided")) == 1

    async def test_of_a_new_document_is_said_at_once(self) -> None:
        world = await connected()
        world.knobs(books_closed_until="2025-02-28", books_closed_code="5010")
        await world.sell("A1")
        await world.until_quiet()
        assert CLOSED in world.task(target="quickbooks")["error"]
        assert len(world.calls("POST", "/invoice")) == 1

    async def test_somebody_else_at_work_on_it_is_waited_for(self) -> None:
        """5010 in its own sense: whoever was faster has saved a newer version, which is read and voided."""
        world = await connected()
        sale = await world.sell("A1")
        await world.until_quiet()
        body = {"Fault": {"Error": [{"Message": "Stale Object Error", "Detail": "You and root.", "code": "5010"}]}}
        world.faults({"fault": "status", "status": 400, "body": body, "method": "POST", "path": "/invoice", "times": 2})
        await world.void(sale["id"])
        await world.until_quiet()
        world.check_books()

    async def test_deleted_between_the_look_and_the_void(self) -> None:
        world = await connected()
        sale = await world.sell("A1")
        await world.until_quiet()
        await world.void(sale["id"])
        error = {"Message": "Object Not Found", "Detail": "Object Not Found", "code": "610"}
        body = {"Fault": {"Error": [error], "type": "ValidationFault"}}
        world.faults({"fault": "status", "status": 400, "body": body, "method": "POST", "path": "/invoice"})
        await world.deliver_due()
        world.bookkeeper("delete", "Invoice", sale["docNumber"])
        await world.until_quiet()
        assert {task["state"] for task in world.tasks()} == {"done"}


class TestThrottle:
    @pytest.mark.parametrize("body", ["json", "xml"])
    async def test_a_403_is_a_pause_of_a_minute(self, body: str) -> None:
        world = await connected()
        world.knobs(throttle_status=403, throttle_body=body, retry_after_s=None)
        world.faults({"fault": "rate_limit", "times": 3})
        await world.sell("A1")
        await world.work()
        first = world.clock.now()
        for _ in range(20):
            assert world.task(target="quickbooks")["state"] in ("pending", "done"), world.tasks()
            status = answer(await world.call("GET", "/api/integrations/status"))["quickbooks"]["status"]
            assert status != "reauth_required"
            await world.minutes(1)
        assert (world.clock.now() - first).total_seconds() > 180
        assert world.network.books.tokens.counts["refreshes"] == 0
        await world.until_quiet()
        world.check_books()
        assert len(world.posted()) == 1


class TestFaultsInXml:
    def test_the_throttle_asks_for_a_minute(self) -> None:
        failure = read_fault(THROTTLE)
        assert type(failure) is Retryable
        assert failure.delay_s == 60
        assert "The request limit was reached." in str(failure)

    def test_a_refusal_has_its_code_and_its_words(self) -> None:
        body = b'<IntuitResponse><Fault type="ValidationFault"><Error code="6000" element=""><Message>A rule</Message>'
        failure = read_fault(body + b"<Detail>Parts &amp; labor &lt;1&gt;</Detail></Error></Fault></IntuitResponse>")
        assert isinstance(failure, Fault)
        assert failure.code == "6000"
        assert str(failure) == "QuickBooks rejected it: Parts & labor <1> (6000)"

    def test_without_a_detail_the_message_speaks(self) -> None:
        failure = read_fault(THROTTLE.partition(b"<Detail>")[0] + b"</Error></Fault></IntuitResponse>")
        assert isinstance(failure, Retryable)
        assert "ThrottleExceeded" in str(failure)

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"<html><body><h1>We will be right back</h1></body></html>",
            b"<IntuitResponse><Invoice><Id>101</Id></Invoice></IntuitResponse>",
            b"<Fault",
            b"<Fault " * 200_000,
            b"<IntuitResponse><Fault type='" + b"\xff" * 100,
        ],
    )
    def test_what_has_no_fault_has_none(self, body: bytes) -> None:
        assert read_fault(body) is None

    @pytest.mark.parametrize("code", ["3100", "003100"])
    def test_an_app_that_is_not_let_into_the_company_is_for_the_dealer(self, code: str) -> None:
        error = b'{"message":"message=ApplicationAuthorizationFailed; statusCode=403","code":"%s"}' % code.encode()
        failure = read_fault(b'{"fault":{"error":[%s],"type":"SERVICE"}}' % error)
        assert isinstance(failure, PartnerError)
        assert isinstance(failure, AuthExpired)
