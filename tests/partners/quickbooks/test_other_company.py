"""After a change of company in QuickBooks: an id is believed, and a document touched, only where it is ours."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from simulators.quickbooks import bookkeeper, books, preset
from simulators.quickbooks.company import Company
from simulators.quickbooks.kinds import KINDS
from simulators.quickbooks.knobs import Knobs
from support.books import BooksWorld
from support.lot import answer
from support.perils import Perils


class Changed(BooksWorld):
    """A dealer who goes on in another company; `first` is the one that he came from."""

    @property
    def first(self) -> Company:
        return self.network.books.companies[preset.DEALER_REALM]

    @property
    def second(self) -> Company:
        return self.network.books.companies[preset.OTHER_REALM]

    async def move(self, realm: str = preset.OTHER_REALM) -> None:
        """The dealer sets another company's number, and connects it."""
        self.env["QUICKBOOKS_REALM_ID"] = realm
        await self.connect()

    async def look(self) -> None:
        """The day passes: what has changed in the connected company is looked at."""
        self.clock.forward(86_400)
        await self.tick("0 * * * *")
        await self.until_quiet()


def strangers(company: Company, count: int = 3) -> None:
    """Documents of the company's own, under ids that the first company has given to ours."""
    for number in range(count):
        amount = 1000.1 + number
        detail = {"ItemRef": {"value": "1"}, "Qty": 1, "UnitPrice": amount}
        line = {"Amount": amount, "DetailType": "SalesItemLineDetail", "SalesItemLineDetail": detail}
        sent = {"DocNumber": f"R-{number}", "CustomerRef": {"value": "1"}, "Line": [line]}
        books.create(company, KINDS["invoice"], sent, Knobs())
    for number in range(count):
        line = {
            "Amount": 10 + number,
            "DetailType": "AccountBasedExpenseLineDetail",
            "AccountBasedExpenseLineDetail": {"AccountRef": {"value": "7"}},
        }
        sent = {"DocNumber": f"P-{number}", "PaymentType": "Cash", "AccountRef": {"value": "1"}, "Line": [line]}
        books.create(company, KINDS["purchase"], sent, Knobs())


def standing(company: Company, kind: str) -> list[str]:
    """The numbers of a company's documents that stand."""
    return [str(record.body["DocNumber"]) for record in company.standing(kind) if not record.voided]


async def posted(price: float = 1000.1) -> tuple[Changed, dict[str, Any]]:
    """A sale in the first company, whose invoice has the id of a stranger's in the second."""
    world = Changed()
    await world.connect()
    await world.pull()
    sale = await world.sell("A1", price)
    await world.until_quiet()
    strangers(world.second)
    assert world.sale(sale["id"])["invoice_id"] == next(iter(world.second.standing("Invoice"))).object_id
    return world, sale


def outcome(world: BooksWorld, sale: dict[str, Any]) -> str:
    task = world.task(target="quickbooks", subject_id=sale["id"])
    assert task["state"] == "done", task
    return str(task["outcome"])


class TestVoid:
    async def test_of_a_sale_in_the_company_before_touches_nothing_in_this_one(self) -> None:
        world, sale = await posted()
        await world.move()
        before = len(world.network.heard("POST", f"/v3/company/{preset.OTHER_REALM}/*", "quickbooks"))
        await world.void(sale["id"])
        await world.until_quiet()
        assert standing(world.second, "Invoice") == ["R-0", "R-1", "R-2"]
        assert len(world.network.heard("POST", f"/v3/company/{preset.OTHER_REALM}/*", "quickbooks")) == before
        assert outcome(world, sale) == "It was posted to another QuickBooks company; void it there."

    async def test_of_an_invoice_whose_outcome_nobody_knows(self) -> None:
        world = Changed()
        await world.connect()
        await world.pull()
        world.faults({"fault": "lost_answer", "method": "POST", "path": "/invoice"})
        sale = await world.sell("A1")
        await world.work()
        await world.void(sale["id"])
        await world.move()
        await world.until_quiet()
        assert "another QuickBooks company" in outcome(world, sale)
        assert sale["docNumber"] in outcome(world, sale)

    async def test_back_in_the_company_before_it_is_voided(self) -> None:
        world, sale = await posted()
        await world.move()
        await world.move(preset.DEALER_REALM)
        await world.void(sale["id"])
        await world.until_quiet()
        assert standing(world.first, "Invoice") == []
        world.check_books()

    async def test_of_one_from_before_companies_were_kept(self) -> None:
        """It is looked for by its number: in the company that it was posted to it is found, in another one it is not."""
        for moved in (False, True):
            world, sale = await posted()
            world.database.connection.execute("UPDATE sales SET books_realm_id = NULL")
            if moved:
                await world.move()
            await world.void(sale["id"])
            await world.until_quiet()
            assert standing(world.second, "Invoice") == ["R-0", "R-1", "R-2"]
            assert standing(world.first, "Invoice") == ([sale["docNumber"]] if moved else [])
            assert ("not in this QuickBooks company" in outcome(world, sale)) is moved

    @pytest.mark.parametrize("change", [{"DocNumber": "77"}, {"PrivateNote": "See the file"}])
    async def test_of_one_that_is_not_certainly_ours_is_left_to_the_dealer(self, change: dict[str, str]) -> None:
        """Somebody has put another number or note on it in QuickBooks."""
        world, sale = await posted()
        world.bookkeeper("edit", "Invoice", sale["docNumber"], set=change)
        await world.void(sale["id"])
        await world.until_quiet()
        task = world.task(target="quickbooks", subject_id=sale["id"])
        assert task["state"] == "dead"
        assert "Void it in QuickBooks, then retry." in task["error"]
        assert len(standing(world.first, "Invoice")) == 1
        world.bookkeeper("void", "Invoice", change.get("DocNumber", sale["docNumber"]))
        await world.call("POST", f"/api/integrations/tasks/{task['id']}/retry")
        await world.until_quiet()
        assert outcome(world, sale) == "It is void in QuickBooks."

    async def test_the_dealer_changes_companies_while_one_is_under_way(self) -> None:
        """The worker stands still before each of its calls in turn, while the dealer connects another company."""
        for number in range(1, 60):
            world, sale = await posted()
            await world.void(sale["id"])
            slow = Perils(world.clock, pause_at=number)
            world.restart(slow)
            worker = asyncio.ensure_future(world.work())
            pause = asyncio.ensure_future(slow.paused.wait())
            await asyncio.wait({worker, pause}, return_when=asyncio.FIRST_COMPLETED)
            pause.cancel()
            world.restart()
            await world.move()
            slow.go_on.set()
            await worker
            await world.until_quiet()
            assert standing(world.second, "Invoice") == ["R-0", "R-1", "R-2"]
            if slow.calls < number:
                break
        assert 5 < number < 59


class TestPosting:
    async def test_what_was_sent_to_the_company_before_is_new_to_this_one(self) -> None:
        world = Changed()
        await world.connect()
        await world.pull()
        world.faults({"fault": "reset", "method": "POST", "path": "/*", "times": 99})
        sale, record = await world.sell("A1"), await world.spend("A2")
        await world.work()
        await world.move()
        await world.until_quiet()
        assert world.sale(sale["id"])["books_realm_id"] == preset.OTHER_REALM
        assert world.record(record["id"])["books_realm_id"] == preset.OTHER_REALM
        assert standing(world.second, "Invoice") == [sale["docNumber"]]
        assert standing(world.second, "Purchase") == [record["docNumber"]]

    async def test_what_is_posted_stays_where_it_is(self) -> None:
        world, sale = await posted()
        await world.move()
        await world.call("POST", "/api/integrations/quickbooks/sync")
        await world.until_quiet()
        assert standing(world.second, "Invoice") == ["R-0", "R-1", "R-2"]
        assert world.sale(sale["id"])["books_realm_id"] == preset.DEALER_REALM

    async def test_what_is_refused_was_sent_to_no_company(self) -> None:
        world = Changed()
        await world.connect()
        await world.pull()
        world.knobs(books_closed_until="2025-02-28")
        sale = await world.sell("A1")
        await world.until_quiet()
        assert (world.sale(sale["id"])["books_tried_at"], world.sale(sale["id"])["books_realm_id"]) == (None, None)


class TestTheQuestion:
    async def asked(self, world: Changed) -> list[dict[str, Any]]:
        found = answer(await world.call("GET", "/api/questions?state=open"))["questions"]
        return [question for question in found if question["kind"] == "other_company"]

    async def moved(self) -> tuple[Changed, dict[str, Any], str]:
        """A sale of the 1st that is paid and one of the 3rd, work between them; then the dealer goes to another company."""
        world, sale = await posted()
        world.database.connection.execute("UPDATE sales SET sale_date = '2025-02-01'")
        bookkeeper.pay(world.first, bookkeeper.Payment(invoice=world.sale(sale["id"])["invoice_id"]))
        await world.look()
        later, record = await world.sell("A2", 4321), await world.spend("A3")
        await world.until_quiet()
        await world.move()
        await world.call("POST", "/api/integrations/quickbooks/sync")
        await world.until_quiet()
        (question,) = await self.asked(world)
        assert "3 documents" in question["text"]
        assert [choice["choice"] for choice in question["choices"]] == ["post_all", "post_from", "leave"]
        return world, {"old": sale, "new": later, "work": record}, question["id"]

    async def settle(self, world: Changed, question: str, **given: Any) -> int:
        response = await world.call("POST", f"/api/questions/{question}/answer", given)
        await world.until_quiet()
        return response.status

    async def test_all_of_it_is_posted_and_nothing_there_counts_here(self) -> None:
        world, made, question = await self.moved()
        assert await self.settle(world, question, choice="post_all") == 200
        numbers = {made["old"]["docNumber"], made["new"]["docNumber"]}
        assert numbers <= set(standing(world.second, "Invoice"))
        assert made["work"]["docNumber"] in standing(world.second, "Purchase")
        shown = answer(await world.call("GET", f"/api/sales/{made['old']['id']}"))
        assert (shown["state"], shown["balance"], shown["payments"], shown["paidAt"]) == ("posted", 1000.1, [], None)
        assert numbers <= set(standing(world.first, "Invoice"))
        assert await self.settle(world, question, choice="leave") == 409

    async def test_from_a_day_on(self) -> None:
        world, made, question = await self.moved()
        assert await self.settle(world, question, choice="post_from") == 422
        assert await self.settle(world, question, choice="post_from", date="2025-02-02") == 200
        assert made["old"]["docNumber"] not in standing(world.second, "Invoice")
        assert made["new"]["docNumber"] in standing(world.second, "Invoice")
        assert made["work"]["docNumber"] in standing(world.second, "Purchase")
        assert answer(await world.call("GET", f"/api/sales/{made['old']['id']}"))["state"] == "paid"

    async def test_left_it_is_not_asked_again(self) -> None:
        world, _, question = await self.moved()
        assert await self.settle(world, question, choice="leave") == 200
        await world.look()
        assert await self.asked(world) == []
        assert standing(world.second, "Invoice") == ["R-0", "R-1", "R-2"]

    async def test_without_a_change_nothing_is_asked(self) -> None:
        world, _ = await posted()
        await world.look()
        assert await self.asked(world) == []

    async def test_after_another_change_the_answer_is_refused(self) -> None:
        world, _, question = await self.moved()
        await world.move(preset.DEALER_REALM)
        assert await self.settle(world, question, choice="post_all") == 409


class TestWhatIsRead:
    @pytest.mark.parametrize("known", [True, False], ids=["kept", "from before"])
    async def test_a_stranger_s_payment_does_not_pay_our_sale(self, known: bool) -> None:
        world, sale = await posted()
        if not known:
            world.database.connection.execute("UPDATE sales SET books_realm_id = NULL")
        await world.move()
        invoice = world.sale(sale["id"])["invoice_id"]
        bookkeeper.pay(world.second, bookkeeper.Payment(invoice=invoice))
        await world.look()
        shown = answer(await world.call("GET", f"/api/sales/{sale['id']}"))
        assert (shown["state"], shown["balance"], shown["payments"], shown["booksNote"]) == ("posted", 1000.1, [], None)

    async def test_a_stranger_s_void_and_deletion_say_nothing_of_ours(self) -> None:
        for action in ("void", "delete"):
            world, sale = await posted()
            record = await world.spend("A2")
            await world.until_quiet()
            await world.move()
            for kind, number in (("Invoice", "R-0"), ("Purchase", "P-0"), ("Purchase", "P-1")):
                alteration = {"action": action, "kind": kind, "doc_number": number}
                bookkeeper.alter(world.second, bookkeeper.Alteration.model_validate(alteration))
            await world.look()
            assert world.sale(sale["id"])["books_note"] is None
            assert world.record(record["id"])["books_note"] is None

    async def test_a_payment_of_the_same_id_takes_none_of_ours_away(self) -> None:
        world, sale = await posted()
        paid = bookkeeper.pay(world.first, bookkeeper.Payment(invoice=world.sale(sale["id"])["invoice_id"])).object_id
        await world.look()
        assert answer(await world.call("GET", f"/api/sales/{sale['id']}"))["state"] == "paid"
        await world.move()
        world.second._next_ids["txn"] = int(paid)
        assert bookkeeper.pay(world.second, bookkeeper.Payment(doc_number="R-1")).object_id == paid
        await world.look()
        shown = answer(await world.call("GET", f"/api/sales/{sale['id']}"))
        assert (shown["state"], [each["amount"] for each in shown["payments"]]) == ("paid", [1000.1])

    async def test_of_two_sales_with_one_id_the_company_s_own_is_meant(self) -> None:
        world, old = await posted()
        await world.move()
        await world.sell("A2", 4321)
        await world.until_quiet()
        (new,) = [row for row in world.database.query("SELECT * FROM sales") if row["id"] != old["id"]]
        world.database.connection.execute("UPDATE sales SET invoice_id = ? WHERE id = ?", (new["invoice_id"], old["id"]))
        bookkeeper.pay(world.second, bookkeeper.Payment(invoice=new["invoice_id"]))
        await world.look()
        states = {row["sale_id"]: row["state"] for row in world.database.query("SELECT sale_id, state FROM audit_sale")}
        assert states == {old["id"]: "posted", new["id"]: "paid"}

    async def test_ours_from_before_companies_were_kept_is_seen_to_be_ours(self) -> None:
        world, sale = await posted()
        record = await world.spend("A2")
        await world.until_quiet()
        for table in ("sales", "service_records"):
            world.database.connection.execute(f"UPDATE {table} SET books_realm_id = NULL")
        bookkeeper.pay(world.first, bookkeeper.Payment(invoice=world.sale(sale["id"])["invoice_id"], amount_cents=100))
        alteration = {"action": "edit", "kind": "Purchase", "doc_number": record["docNumber"], "amount_cents": 999}
        bookkeeper.alter(world.first, bookkeeper.Alteration.model_validate(alteration))
        await world.look()
        shown = answer(await world.call("GET", f"/api/sales/{sale['id']}"))
        assert (shown["balance"], [each["amount"] for each in shown["payments"]]) == (999.1, [1.0])
        assert "changed in QuickBooks" in world.record(record["id"])["books_note"]
        assert world.sale(sale["id"])["books_realm_id"] == preset.DEALER_REALM
        assert world.record(record["id"])["books_realm_id"] == preset.DEALER_REALM
