"""From a sale to its invoice and from a service record to its expense: what is sent, how often, and what is kept of it."""

from __future__ import annotations

import pytest

from support.books import BooksWorld, connected
from support.lot import answer


class TestInvoice:
    async def test_a_sale_is_one_invoice_as_quickbooks_wants_it(self) -> None:
        world = await connected()
        customer = {"name": "Lucía Fernández", "email": "lucia@example.com"}
        sale = await world.sell("A1", 6995.29, saleDate="2025-02-01", customer=customer)
        await world.until_quiet()
        (sent,) = world.calls("POST", "/invoice")
        vin = world.vehicle("A1")["vin"]
        words = f"2003 Honda Accord, VIN {vin}, stock number A1"
        assert sent["body"] == {
            "DocNumber": sale["docNumber"],
            "TxnDate": "2025-02-01",
            "PrivateNote": f"CarLot sale {sale['id']}, {words}",
            "CustomerRef": {"value": "3"},
            "Line": [
                {
                    "Amount": 6995.29,
                    "DetailType": "SalesItemLineDetail",
                    "Description": words,
                    "SalesItemLineDetail": {"ItemRef": {"value": "1"}, "Qty": 1, "UnitPrice": 6995.29},
                }
            ],
        }
        assert sent["query"] == {"requestid": world.sale(sale["id"])["request_id"], "minorversion": "75"}
        (invoice,) = world.posted()
        assert (invoice["total_cents"], invoice["date"], invoice["party"]) == (699529, "2025-02-01", "Lucía Fernández")
        assert world.sale(sale["id"])["invoice_id"] == invoice["id"]
        world.check_books()

    async def test_what_the_dealer_sees_of_it(self) -> None:
        world = await connected()
        sale = await world.sell("A1", 6500)
        assert sale["state"] == "pending"
        await world.until_quiet()
        shown = answer(await world.call("GET", f"/api/sales/{sale['id']}"))
        assert (shown["state"], shown["invoiceId"], shown["balance"]) == ("posted", world.posted()[0]["id"], 6500.0)
        (audit,) = world.database.query("SELECT * FROM audit_sale")
        assert (audit["state"], audit["price_cents"], audit["doc_number"]) == ("posted", 650000, sale["docNumber"])
        task = world.task(target="quickbooks")
        assert (task["state"], task["deadline_at"], task["outcome"]) == ("done", None, f"Invoice {sale['docNumber']} posted.")

    @pytest.mark.parametrize("price", [0.01, 0.29, 1.1, 8.2, 19.99, 1234.56, 29999.95, 1_000_000.07, 99_999_999.99])
    async def test_amounts_are_kept_to_the_cent(self, price: float) -> None:
        world = await connected()
        await world.sell("A1", price)
        await world.until_quiet()
        assert [line["total_cents"] for line in world.posted()] == [round(price * 100)]

    async def test_a_car_given_away_is_an_invoice_over_nothing(self) -> None:
        world = await connected()
        await world.sell("A1", 0)
        await world.until_quiet()
        world.check_books()

    async def test_a_sale_that_the_dms_tells_of_is_posted_too(self) -> None:
        world = await connected()
        event = world.dms_sells("A1", 6300)
        assert await world.told_by_dms(event) == 200
        await world.until_quiet()
        assert [line["total_cents"] for line in world.posted()] == [630000]
        world.check_books()

    async def test_asked_again_it_is_not_posted_again(self) -> None:
        world = await connected()
        await world.sell("A1")
        await world.until_quiet()
        before = len(world.calls())
        task = world.task(target="quickbooks")
        world.timed.put(f'{{"type":"task","id":"{task["id"]}"}}')
        await world.work()
        assert len(world.calls()) == before


class TestExpense:
    async def test_a_service_record_is_one_expense_as_quickbooks_wants_it(self) -> None:
        world = await connected()
        record = await world.spend("A2", 249.99, vendor="Tire Barn", description="Four tyres")
        await world.until_quiet()
        (sent,) = world.calls("POST", "/purchase")
        vin = world.vehicle("A2")["vin"]
        words = f"2003 Honda Accord, VIN {vin}, stock number A2"
        assert sent["body"] == {
            "DocNumber": record["docNumber"],
            "TxnDate": "2025-02-02",
            "PaymentType": "Cash",
            "AccountRef": {"value": "1"},
            "PrivateNote": f"CarLot service {record['id']}, {words}",
            "EntityRef": {"value": "5", "type": "Vendor"},
            "Line": [
                {
                    "Amount": 249.99,
                    "DetailType": "AccountBasedExpenseLineDetail",
                    "Description": f"{words}: Four tyres",
                    "AccountBasedExpenseLineDetail": {"AccountRef": {"value": "7"}},
                }
            ],
        }
        (purchase,) = world.posted("Purchase")
        assert (purchase["total_cents"], purchase["party"], purchase["paid_from"]) == (24999, "Tire Barn", "Checking")
        assert purchase["lines"][0]["on"] == "Vehicle Service Expense"
        world.check_books()

    async def test_without_a_vendor(self) -> None:
        world = await connected()
        record = await world.spend("A2")
        await world.until_quiet()
        assert "EntityRef" not in world.calls("POST", "/purchase")[0]["body"]
        assert world.record(record["id"])["purchase_id"] == world.posted("Purchase")[0]["id"]

    async def test_paid_by_card(self) -> None:
        world = BooksWorld(settings={"QUICKBOOKS_PAYMENT_ACCOUNT": "Dealer Card"})
        await world.connect()
        await world.pull()
        await world.spend("A1")
        await world.spend("A2")
        await world.until_quiet()
        sent = [
            item["Purchase"]["PaymentType"] for call in world.calls("POST", "/batch") for item in call["body"]["BatchItemRequest"]
        ]
        assert sent == ["CreditCard", "CreditCard"]
        world.check_books()


class TestTogether:
    async def test_what_waits_goes_in_batches_of_thirty(self) -> None:
        world = BooksWorld(65)
        await world.pull()
        for number in range(1, 66):
            await world.sell(f"A{number}", 5000 + number / 100)
            await world.spend(f"A{number}", 10 + number / 100)
        await world.minutes(3)
        assert not world.calls()
        assert {task["state"] for task in world.tasks(target="quickbooks")} == {"blocked"}
        await world.connect()
        await world.until_quiet()
        world.check_books()
        sizes = [len(call["body"]["BatchItemRequest"]) for call in world.calls("POST", "/batch")]
        assert sum(sizes) == 130
        assert len(sizes) <= 6
        # One query for the numbers of a batch, and one for each name.
        assert len(world.calls()) <= 2 * len(sizes) + 5
        for call in world.calls("POST", "/batch"):
            assert len(call["query"]["requestid"]) <= 36
            assert all(len(item["bId"]) <= 10 for item in call["body"]["BatchItemRequest"])

    async def test_each_is_settled_on_its_own(self) -> None:
        """Books closed for January: one is the dealer's matter, the other is posted."""
        world = await connected()
        world.knobs(books_closed_until="2025-01-31")
        refused = await world.sell("A1", saleDate="2025-01-31")
        taken = await world.sell("A2", saleDate="2025-02-01")
        await world.until_quiet()
        assert world.sale(taken["id"])["invoice_id"] is not None
        task = world.task(target="quickbooks", subject_id=refused["id"])
        assert task["state"] == "dead"
        assert "account period has closed" in task["error"]
        world.knobs()
        await world.call("POST", f"/api/integrations/tasks/{task['id']}/retry")
        await world.until_quiet()
        world.check_books()
