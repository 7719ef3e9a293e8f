"""A sale that is corrected has its invoice corrected, in place and once; what was paid or changed in QuickBooks is asked."""

from __future__ import annotations

from typing import Any

import pytest

from partners.quickbooks.test_payments import pay
from support.books import BooksWorld, connected
from support.lot import answer
from support.perils import Killed, Perils


async def posted(**more: Any) -> tuple[BooksWorld, str]:
    """A company with the invoice of one sale, 6,500 dollars."""
    world = await connected()
    sale = await world.sell("A1", 6500.0, customer={"name": "Ann Lee"}, **more)
    await world.until_quiet()
    world.check_books()
    return world, str(sale["id"])


async def correct(world: BooksWorld, sale_id: str, **changes: Any) -> dict[str, Any]:
    response = await world.call("PATCH", f"/api/sales/{sale_id}", changes)
    assert response.status == 200, response.body
    shown: dict[str, Any] = answer(response)
    return shown


def invoice(world: BooksWorld) -> dict[str, Any]:
    [record] = world.company.standing("Invoice")
    return dict(record.body)


async def the_question(world: BooksWorld) -> dict[str, Any]:
    [question] = answer(await world.call("GET", "/api/questions?state=open"))["questions"]
    found: dict[str, Any] = question
    return found


async def reply(world: BooksWorld, choice: str) -> None:
    response = await world.call("POST", f"/api/questions/{(await the_question(world))['id']}/answer", {"choice": choice})
    assert response.status == 200, response.body
    await world.until_quiet()


async def test_price_day_and_customer_follow_and_all_else_stays() -> None:
    world, sale_id = await posted()
    number = world.sale(sale_id)["doc_number"]
    memo = {"CustomerMemo": {"value": "Thank you"}}
    world.bookkeeper("edit", "Invoice", number, set=memo)
    await correct(world, sale_id, salePrice=6400.5, saleDate="2025-01-30", customer={"name": "Bob Ray"})
    await world.until_quiet()
    body = invoice(world)
    assert (body["TotalAmt"], body["Balance"], body["TxnDate"]) == (6400.5, 6400.5, "2025-01-30")
    assert (body["CustomerRef"]["name"], body["CustomerMemo"]) == ("Bob Ray", memo["CustomerMemo"])
    assert (world.sale(sale_id)["balance_cents"], world.task(kind="invoice")["deadline_at"]) == (640_050, None)
    world.check_books()


async def test_its_other_lines_stay_and_follow_when_corrected() -> None:
    world, sale_id = await posted(lines=[{"kind": "fee", "description": "Documents", "amount": 99}])
    await correct(world, sale_id, salePrice=6000)
    await world.until_quiet()
    assert invoice(world)["TotalAmt"] == 6099
    await correct(world, sale_id, lines=[{"kind": "fee", "description": "Documents", "amount": 50}])
    await world.until_quiet()
    assert invoice(world)["TotalAmt"] == 6050


async def test_an_unposted_one_is_posted_as_it_is_by_then() -> None:
    world = await connected()
    sale = await world.sell("A1", 6500.0)
    await correct(world, str(sale["id"]), salePrice=6400)
    await world.until_quiet()
    assert [line["total_cents"] for line in world.posted()] == [640_000]
    assert len(world.calls("POST", "/invoice")) == 1


@pytest.mark.parametrize("cents", [None, 100])
async def test_of_a_paid_one_it_is_asked(cents: int | None) -> None:
    """Nobody has told us of the payment: it is seen in the invoice itself."""
    world, sale_id = await posted()
    pay(world, world.sale(sale_id)["invoice_id"], cents)
    await correct(world, sale_id, salePrice=6600)
    await world.until_quiet()
    question = await the_question(world)
    assert question["kind"] == "sale_changed"
    assert (invoice(world)["TotalAmt"], world.sale(sale_id)["sale_price_cents"]) == (6500, 650_000)
    await reply(world, "apply")
    assert (invoice(world)["TotalAmt"], world.sale(sale_id)["sale_price_cents"]) == (6600, 660_000)
    # What was asked reads as it was asked.
    [answered] = answer(await world.call("GET", "/api/questions?state=answered"))["questions"]
    assert (answered["text"], answered["answer"]) == (question["text"], {"choice": "apply"})
    assert "for $6,500.00" in answered["text"]


async def test_kept_it_stays() -> None:
    world, sale_id = await posted()
    world.bookkeeper("edit", "Invoice", world.sale(sale_id)["doc_number"], amount_cents=655_000)
    await correct(world, sale_id, salePrice=6400)
    await world.until_quiet()
    await reply(world, "keep")
    assert (invoice(world)["TotalAmt"], world.sale(sale_id)["sale_price_cents"]) == (6550, 650_000)


async def test_a_voided_one_is_a_failed_sync() -> None:
    world, sale_id = await posted()
    world.bookkeeper("void", "Invoice", world.sale(sale_id)["doc_number"])
    await correct(world, sale_id, salePrice=6400)
    await world.until_quiet()
    assert world.task(kind="invoice")["error"].startswith("The invoice was voided or deleted in QuickBooks")


@pytest.mark.parametrize("after_effect", [False, True])
async def test_killed_anywhere_it_ends_corrected(after_effect: bool) -> None:
    for number in range(1, 40):
        world, sale_id = await posted()
        await correct(world, sale_id, salePrice=6400)
        world.restart(Perils(world.clock, kill_at=number, after_effect=after_effect))
        try:
            await world.work()
        except Killed:
            world.restart()
        else:
            break
        await world.until_quiet()
        assert [line["total_cents"] for line in world.posted()] == [640_000], number
        assert answer(await world.call("GET", "/api/questions"))["questions"] == [], number
    assert number > 3


async def test_corrected_while_the_answer_to_its_first_sending_is_lost() -> None:
    """It arrived as it was; what it was corrected to follows."""
    world = await connected()
    sale = await world.sell("A1", 6500.0)
    world.faults({"path": "/invoice", "fault": "lost_answer"})
    await world.tick()
    await world.work()
    await correct(world, str(sale["id"]), salePrice=6400)
    world.faults()
    await world.until_quiet()
    assert [line["total_cents"] for line in world.posted()] == [640_000]


async def test_undone_while_the_answer_to_its_first_sending_is_lost() -> None:
    """It may be in the books: taking it out is due, and done."""
    world = await connected()
    sale = await world.sell("A1", 6500.0)
    world.faults({"path": "/invoice", "fault": "lost_answer"})
    await world.tick()
    await world.work()
    await world.void(str(sale["id"]))
    assert world.task(kind="invoice")["deadline_at"] is not None
    world.faults()
    await world.until_quiet()
    assert [line["state"] for line in world.posted()] == ["voided"]
