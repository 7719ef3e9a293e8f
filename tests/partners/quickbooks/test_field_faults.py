"""Answers as QuickBooks gives them, put before the simulated one: each ends as `field/qbo_faults.json` expects.

Each is tried with a sale and with a service record, in place of QuickBooks' own answer and after QuickBooks has done the work,
in books where neither a requestid nor a DocNumber keeps a second document out.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from support.books import BooksWorld, connected
from support.lot import answer
from support.simulated import BOOKS

RULES = {rule["name"]: rule for rule in json.loads((Path(__file__).parent / "field" / "qbo_faults.json").read_text())["rules"]}
UNGUARDED = {"requestid": "ignored", "duplicate_document": "allowed"}
CATEGORY, CLOSED = "Categories cannot be used in transactions.", "The account period has closed."


class Document(NamedTuple):
    """A kind of document: its path and its name in the books, how one is made and undone here, and how it is undone there."""

    path: str
    entity: str
    make: Callable[..., Awaitable[dict[str, Any]]]
    undo: str
    operation: str
    state_undone: str


SALE = Document("/invoice", "Invoice", BooksWorld.sell, "/api/sales/{}/void", "void", "voided")
SERVICE = Document("/purchase", "Purchase", BooksWorld.spend, "/api/service-records/{}/void", "delete", "deleted")
each_document = pytest.mark.parametrize("document", [SALE, SERVICE], ids=["sale", "service record"])
before_and_after = pytest.mark.parametrize("done", [False, True], ids=["not done", "done"])


async def unguarded() -> BooksWorld:
    world = await connected()
    world.knobs(**UNGUARDED)
    return world


def put_before(world: BooksWorld, name: str, *where: dict[str, Any], **more: Any) -> None:
    """Answer as the rule says where one of these holds."""
    rule = RULES[name]
    text = {"text": rule["body"], "content_type": rule["content-type"]} if isinstance(rule["body"], str) else {}
    said = text or {"body": rule["body"]}
    world.faults(*({"fault": "status", "status": rule["status"], **said, "times": 1000, **more, **each} for each in where))


def struck(world: BooksWorld) -> int:
    """How often QuickBooks' own answer was replaced since the rule was put before it."""
    return world.network.core.plans[BOOKS].struck.total()


async def right_in_the_end(world: BooksWorld) -> None:
    """What was in the way is gone, the dealer retries what failed, and everything is in the books once."""
    world.faults()
    for task in world.tasks(target="quickbooks", state="dead"):
        assert (await world.call("POST", f"/api/integrations/tasks/{task['id']}/retry")).status == 202
    await world.until_quiet()
    world.check_books()
    assert {task["state"] for task in world.tasks()} == {"done"}, world.tasks()


async def test_every_rule_has_its_test() -> None:
    assert {f"test_{name.replace(' ', '_')}" for name in RULES} <= set(globals())


@pytest.mark.parametrize(("document", "whose"), [(SALE, "customer"), (SERVICE, "vendor")], ids=["sale", "service record"])
async def test_lexer(document: Document, whose: str) -> None:
    """A name that cannot be asked for is found again all the same: the second document has the same party."""
    world = await unguarded()
    put_before(world, "lexer", {"method": "GET", "path": "/query", "query": r"[^\x00-\xff]"})
    name = "Pat O\u2019Brien"
    for stock_number in ("A1", "A2"):
        await document.make(world, stock_number, **{whose: {"name": name} if whose == "customer" else name})
        await world.until_quiet()
    world.check_books()
    assert [line["party"] for line in world.posted(document.entity)] == [name, name]
    assert world.names(whose.title()).count(name) == 1
    assert struck(world) == 0


@each_document
@before_and_after
async def test_category(document: Document, done: bool) -> None:
    world = await unguarded()
    put_before(world, "category", {"method": "POST", "path": document.path}, after_work=done)
    made = await document.make(world, "A1")
    await (SERVICE if document is SALE else SALE).make(world, "A2")
    await world.minutes(60)
    task = world.task(target="quickbooks", subject_id=made["id"])
    if done:
        assert (task["state"], struck(world), len(world.posted(document.entity))) == ("done", 1, 1)
    else:
        assert (task["state"], struck(world), world.posted(document.entity)) == ("dead", 5, [])
        assert CATEGORY in task["error"]
    assert len(world.tasks(target="quickbooks", state="done")) == 1 + done, "the other document is not held up"
    await right_in_the_end(world)


@each_document
async def test_category_of_one_among_several(document: Document) -> None:
    """The call with all three is refused because of one of them: that one fails, and the others are posted."""
    world = await unguarded()
    made = [await document.make(world, stock_number) for stock_number in ("A1", "A2", "A3")]
    culprit = {"method": "POST", "body_has": made[1]["docNumber"]}
    put_before(world, "category", {**culprit, "path": "/batch"}, {**culprit, "path": document.path})
    await world.until_quiet()
    assert {line["doc_number"] for line in world.posted(document.entity)} == {made[0]["docNumber"], made[2]["docNumber"]}
    dead = world.task(target="quickbooks", state="dead")
    assert dead["subject_id"] == made[1]["id"]
    assert CATEGORY in dead["error"]
    await right_in_the_end(world)
    assert len(world.posted(document.entity)) == 3


@each_document
@before_and_after
async def test_closed_period(document: Document, done: bool) -> None:
    world = await unguarded()
    made = await document.make(world, "A1")
    await world.until_quiet()
    where = {"method": "POST", "path": document.path, "query": f"operation={document.operation}"}
    put_before(world, "closed period", where, after_work=done)
    assert (await world.call("POST", document.undo.format(made["id"]))).status == 200
    await world.minutes(60)
    task = world.task(target="quickbooks")
    assert (task["state"], struck(world)) == (("done", 1) if done else ("dead", 5))
    assert done or CLOSED in task["error"]
    await right_in_the_end(world)
    assert [line["state"] for line in world.posted(document.entity)] == [document.state_undone]


@each_document
@before_and_after
async def test_tax(document: Document, done: bool) -> None:
    world = await unguarded()
    put_before(world, "tax", {"method": "POST", "path": document.path, "body_lacks": "TaxCodeRef"}, after_work=done)
    await document.make(world, "A1")
    await world.minutes(60)
    task = world.task(target="quickbooks")
    assert (task["state"], struck(world), len(world.posted(document.entity))) == ("dead", 1, int(done))
    assert "GST/HST rate" in task["error"]
    assert "set QUICKBOOKS_TAX_CODE" in task["error"]
    world.env["QUICKBOOKS_TAX_CODE"] = "Exempt"
    assert (await world.call("POST", f"/api/integrations/tasks/{task['id']}/retry")).status == 202
    await world.until_quiet()
    world.check_books()
    assert struck(world) == 1
    assert len(world.posted(document.entity)) == 1


@each_document
@pytest.mark.parametrize(("path", "times", "done"), [("/*", 3, False), (None, 1, True)], ids=["not done", "done"])
async def test_throttle(document: Document, path: str | None, times: int, done: bool) -> None:
    """After each call that is turned away nothing is sent for a minute, and nobody is asked to sign in again."""
    world = await unguarded()
    put_before(world, "throttle", {"path": path} if path else {"method": "POST", "path": document.path}, after_work=done, times=3)
    await document.make(world, "A1")
    await world.work()
    world.clock.forward(55)
    await world.work()
    assert struck(world) == 1
    for _ in range(12):
        await world.minutes(1)
        assert answer(await world.call("GET", "/api/integrations/status"))["quickbooks"]["status"] != "reauth_required"
    await world.until_quiet()
    world.check_books()
    assert struck(world) == times
    assert world.network.books.tokens.counts["refreshes"] == 0
    assert len(world.posted(document.entity)) == 1


@each_document
@pytest.mark.parametrize(
    "replace",
    [{r'"Id":"\d+"': '"Id":""'}, {r'"TotalAmt":[\d.]+': '"TotalAmt":1.5'}, {r'"(Invoice|Purchase)":\{': r'"Estimate":{'}],
    ids=["without its id", "of another total", "of another kind"],
)
async def test_an_answer_that_tells_of_something_else_is_not_followed(document: Document, replace: dict[str, str]) -> None:
    """The document was made, and is what was sent, whatever the answer says of it."""
    world = await unguarded()
    world.faults({"fault": "altered", "replace": replace, "method": "POST", "path": document.path})
    await document.make(world, "A1")
    await world.until_quiet()
    assert struck(world) == 1
    await right_in_the_end(world)
    assert len(world.posted(document.entity)) == 1


@each_document
async def test_a_look_up_that_shows_somebody_else_s_document_makes_no_second_one(document: Document) -> None:
    """Its number is ours, its note is not: it is neither believed to be ours nor is another one sent beside it."""
    world = await unguarded()
    world.faults(
        {"fault": "lost_answer", "method": "POST", "path": document.path},
        {
            "fault": "altered",
            "replace": {r'"PrivateNote":"[^"]*"': '"PrivateNote":"Mine"'},
            "method": "GET",
            "path": "/query",
            "query": f"from {document.entity} ",
            "nth": 2,
        },
    )
    await document.make(world, "A1")
    await world.until_quiet()
    assert world.task(target="quickbooks")["state"] == "dead"
    assert len(world.posted(document.entity)) == 1
    await right_in_the_end(world)
    assert len(world.posted(document.entity)) == 1


async def test_a_company_outside_the_us_has_its_tax_code_on_each_line() -> None:
    for setting, value in (("Exempt", "2"), ("GST", "3"), ("gst", "3")):
        world = await connected(settings={"QUICKBOOKS_TAX_CODE": setting})
        world.knobs(country="CA")
        await world.sell("A1")
        await world.spend("A1")
        await world.until_quiet()
        world.check_books()
        for kind in ("Invoice", "Purchase"):
            (made,) = world.company.standing(kind)
            line = made.body["Line"][0]
            assert line[line["DetailType"]]["TaxCodeRef"]["value"] == value
    world = await connected(settings={"QUICKBOOKS_TAX_CODE": "non"})
    await world.sell("A1")
    await world.until_quiet()
    line = next(iter(world.company.standing("Invoice"))).body["Line"][0]
    assert line["SalesItemLineDetail"]["TaxCodeRef"] == {"value": "NON"}


async def test_a_tax_code_that_is_missing_is_said_in_one_sentence() -> None:
    world = await connected(settings={"QUICKBOOKS_TAX_CODE": "HST ON"})
    world.knobs(country="CA")
    await world.sell("A1")
    await world.minutes(2)
    assert world.task(target="quickbooks")["error"].startswith("Create a tax code named “HST ON” in QuickBooks, or set")
    assert not world.calls("POST", "/invoice")
