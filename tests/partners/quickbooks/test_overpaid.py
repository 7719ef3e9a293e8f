"""No invoice is below what was paid on it: a sale that goes below that, or that is voided, is asked where QuickBooks refuses."""

from __future__ import annotations

from typing import Any

import pytest

from partners.quickbooks.test_corrections import correct, invoice, posted, reply, the_question
from partners.quickbooks.test_payments import pay
from simulators.quickbooks import bookkeeper
from support.books import BooksWorld, connected
from support.lot import answer
from sync.test_events import event, sale, tell

PAID = 500_000


async def part_paid(**more: Any) -> tuple[BooksWorld, str, str]:
    """A sale of 6,500 dollars, of which 5,000 are paid; its id and the payment's."""
    world, sale_id = await posted(**more)
    return world, sale_id, pay(world, world.sale(sale_id)["invoice_id"], PAID)


def nothing_failed(world: BooksWorld) -> bool:
    return world.tasks(state="dead") == []


def refund(world: BooksWorld, payment: str, left_cents: int) -> None:
    """The bookkeeper gives part of a payment back."""
    body: Any = next(record.body for record in world.company.standing("Payment") if record.object_id == payment)
    less = {"TotalAmt": left_cents / 100, "Line": [{**body["Line"][0], "Amount": left_cents / 100}]}
    wish = {"action": "edit", "kind": "Payment", "id": payment, "set": less}
    bookkeeper.alter(world.company, bookkeeper.Alteration.model_validate(wish))


class TestCorrectedBelowIt:
    async def test_it_is_asked_and_says_what_to_do(self) -> None:
        world, sale_id, _ = await part_paid()
        await correct(world, sale_id, salePrice=4000)
        await world.until_quiet()
        question = await the_question(world)
        assert question["kind"] == "sale_changed"
        for words in ("$6,500.00", "$4,000.00", "$5,000.00 has been paid on its invoice", "First refund the difference"):
            assert words in question["text"]
        assert (invoice(world)["TotalAmt"], world.sale(sale_id)["sale_price_cents"]) == (6500, 650_000)
        assert nothing_failed(world)

    async def test_changed_before_it_is_refunded_it_is_asked_again(self) -> None:
        world, sale_id, payment = await part_paid()
        await correct(world, sale_id, salePrice=4000, customer={"name": "Bob Ray"})
        await world.until_quiet()
        for _ in range(2):
            await reply(world, "apply")
            assert "$5,000.00 has been paid" in (await the_question(world))["text"]
            assert nothing_failed(world)
            shown = answer(await world.call("GET", f"/api/sales/{sale_id}"))
            assert (shown["salePrice"], shown["customer"]["name"]) == (6500, "Ann Lee")
        refund(world, payment, 400_000)
        await reply(world, "apply")
        assert (invoice(world)["TotalAmt"], invoice(world)["Balance"], world.sale(sale_id)["sale_price_cents"]) == (
            4000,
            0,
            400_000,
        )
        world.check_books()

    async def test_kept_it_stays(self) -> None:
        world, sale_id, _ = await part_paid()
        await correct(world, sale_id, salePrice=4000)
        await world.until_quiet()
        await reply(world, "apply")
        await reply(world, "keep")
        assert (invoice(world)["TotalAmt"], world.sale(sale_id)["sale_price_cents"]) == (6500, 650_000)
        assert nothing_failed(world)
        world.check_books()

    async def test_so_it_is_when_the_payment_was_known(self) -> None:
        world, sale_id, _ = await part_paid()
        world.clock.forward(86400)
        await world.tick("0 * * * *")
        await world.until_quiet()
        await correct(world, sale_id, salePrice=4000)
        await reply(world, "apply")
        assert "$5,000.00 has been paid" in (await the_question(world))["text"]
        assert (world.sale(sale_id)["sale_price_cents"], nothing_failed(world)) == (650_000, True)

    async def test_a_later_correction_that_is_not_below_it_is_asked_as_any_other(self) -> None:
        """What the dealer has decided of other terms does not decide these."""
        world, sale_id, _ = await part_paid()
        await correct(world, sale_id, salePrice=4000)
        await world.until_quiet()
        await reply(world, "apply")
        await reply(world, "keep")
        await correct(world, sale_id, salePrice=6000)
        await world.until_quiet()
        assert "was paid or changed in QuickBooks" in (await the_question(world))["text"]
        await reply(world, "apply")
        assert (invoice(world)["TotalAmt"], invoice(world)["Balance"]) == (6000, 1000)

    async def test_lines_that_take_it_below_are_asked_and_come_back(self) -> None:
        fee = {"kind": "fee", "description": "Documents", "amount": 99}
        world, sale_id, _ = await part_paid(lines=[fee])
        trade_in = {"kind": "tradeIn", "description": "2010 Ford", "amount": 2000}
        await correct(world, sale_id, lines=[fee, trade_in])
        await world.until_quiet()
        assert "$5,000.00 has been paid" in (await the_question(world))["text"]
        shown = answer(await world.call("GET", f"/api/sales/{sale_id}"))
        assert ([line["kind"] for line in shown["lines"]], shown["total"]) == (["fee"], 6599)
        assert nothing_failed(world)

    async def test_the_dms_is_asked_about_too(self) -> None:
        world = await connected()
        await tell(world, event("sold", event_id="a", sale=sale(6300.0)))
        world.clock.forward(60)
        await world.until_quiet()
        [row] = world.database.query("SELECT id, invoice_id FROM sales")
        pay(world, row["invoice_id"], PAID)
        await tell(world, event("sold", event_id="b", updated_at="2025-02-01T09:00:00Z", sale=sale(4000.0)))
        await world.until_quiet()
        await reply(world, "apply")
        assert "$5,000.00 has been paid" in (await the_question(world))["text"]
        assert (world.sale(row["id"])["sale_price_cents"], nothing_failed(world)) == (630_000, True)

    async def test_a_payment_that_arrives_before_the_change_is_asked(self) -> None:
        """QuickBooks refuses the change of the invoice that was unpaid when it was read."""
        world, sale_id = await posted()
        await correct(world, sale_id, salePrice=4000)
        real, refusal = world.network.request, {"code": "6000", "Detail": "The invoice has payments above its new total"}

        async def paid_meanwhile(method: str, url: str, *args: Any, **limits: Any) -> Any:
            if method != "POST" or "/invoice?" not in url:
                return await real(method, url, *args, **limits)
            world.network.request = real  # type: ignore[method-assign]
            pay(world, world.sale(sale_id)["invoice_id"], PAID)
            found = await real(method, url, *args, **limits)
            fault = f'{{"Fault":{{"Error":[{{"code":"{refusal["code"]}","Detail":"{refusal["Detail"]}"}}]}}}}'
            return found._replace(status=400, body=fault.encode())

        world.network.request = paid_meanwhile  # type: ignore[method-assign]
        await world.until_quiet()
        question = await the_question(world)
        assert f"QuickBooks rejected it: {refusal['Detail']} (6000)" in question["text"]
        assert (world.sale(sale_id)["sale_price_cents"], nothing_failed(world)) == (650_000, True)


class TestVoided:
    """Some payments, such as one that is in a deposit, do not let their invoice be voided."""

    async def refused(self, code: str = "6540") -> tuple[BooksWorld, str]:
        world, sale_id, _ = await part_paid()
        world.knobs(void_of_paid=code)
        await world.void(sale_id)
        await world.until_quiet()
        assert nothing_failed(world)
        return world, sale_id

    @pytest.mark.parametrize("code", ["6000", "6540"])
    async def test_it_is_asked_and_says_what_to_do(self, code: str) -> None:
        world, _ = await self.refused(code)
        question = await the_question(world)
        assert (question["kind"], [each["choice"] for each in question["choices"]]) == ("invoice_paid", ["void", "leave"])
        for words in ("$6,500.00", "$5,000.00 has been paid", "linked to a payment that has been deposited", "First refund"):
            assert words in question["text"]
        assert world.vehicle("A1")["status"] == "available"

    async def test_tried_again_too_early_it_is_asked_again_and_then_voided(self) -> None:
        world, _ = await self.refused()
        await reply(world, "void")
        assert ((await the_question(world))["kind"], nothing_failed(world)) == ("invoice_paid", True)
        world.knobs()
        await reply(world, "void")
        assert world.posted(state="standing") == []
        world.check_books()

    async def test_left_it_stays_whatever_is_wanted_later(self) -> None:
        world, sale_id = await self.refused()
        await reply(world, "leave")
        world.knobs()
        world.database.query("UPDATE sync_tasks SET state = 'pending' WHERE kind = 'invoice' RETURNING id")
        await world.until_quiet()
        assert [line["total_cents"] for line in world.posted(state="standing")] == [650_000]
        assert world.task(kind="invoice")["outcome"] == "The invoice stays in QuickBooks, as you have decided."
        assert (await world.call("GET", f"/api/sales/{sale_id}")).status == 200
