"""Whom and what a document names in QuickBooks: found, made, told apart, looked up again, asked of the dealer in plain words."""

from __future__ import annotations

from typing import Any

import pytest

from simulators.quickbooks import books
from simulators.quickbooks.kinds import KINDS
from simulators.quickbooks.knobs import Knobs
from support.books import BooksWorld, connected
from support.lot import answer
from support.world import HOUR


async def sold_to(world: BooksWorld, stock: str, **customer: Any) -> str:
    """Sell a car; answer whom the invoice names."""
    sale = await world.sell(stock, customer=customer)
    await world.until_quiet()
    world.check_books()
    (party,) = [line["party"] for line in world.posted() if line["doc_number"] == sale["docNumber"]]
    return str(party)


def change(world: BooksWorld, kind: str, name: str, **changes: Any) -> None:
    """The bookkeeper changes an entry of a list."""
    named = KINDS[kind.lower()].named
    (record,) = [each for each in world.company.standing(kind) if each.body[named] == name]
    sent = {"Id": record.object_id, "SyncToken": record.body["SyncToken"], "sparse": True, **changes}
    books.update(world.company, KINDS[kind.lower()], sent, Knobs())


class TestCustomers:
    async def test_the_one_of_that_name(self) -> None:
        world = await connected()
        assert await sold_to(world, "A1", name="dana o'neill") == "Dana O'Neill"
        assert len(world.names("Customer")) == 3

    async def test_two_buyers_with_one_mail_address_are_two_customers(self) -> None:
        """A couple, or a family, has one address: each is found by the own name."""
        world = await connected()
        assert await sold_to(world, "A1", name="Pat O'Neill", email="Dana.ONeill@Example.com") == "Pat O'Neill"
        assert await sold_to(world, "A2", name="Dana O'Neill", email="Dana.ONeill@Example.com") == "Dana O'Neill"
        assert len(world.names("Customer")) == 4

    async def test_a_new_one_is_made_with_how_to_reach_him(self) -> None:
        world = await connected()
        name = await sold_to(world, "A1", name="Erin Example", email="erin@example.com", phone="(555) 010-0100")
        assert name == "Erin Example"
        (made,) = [each.body for each in world.company.standing("Customer") if each.body["DisplayName"] == name]
        assert made["PrimaryEmailAddr"] == {"Address": "erin@example.com"}
        assert made["PrimaryPhone"] == {"FreeFormNumber": "(555) 010-0100"}

    async def test_the_next_sale_to_him_looks_nobody_up(self) -> None:
        world = await connected()
        await sold_to(world, "A1", name="Erin Example")
        before = len(world.calls())
        assert await sold_to(world, "A2", name="Erin Example") == "Erin Example"
        assert [call["method"] for call in world.calls()[before:]] == ["GET", "POST"]
        assert "from Invoice where DocNumber" in world.calls()[before]["query"]["query"]

    async def test_nobody_named_is_the_default_customer(self) -> None:
        world = await connected()
        sale = await world.sell("A1")
        await world.until_quiet()
        assert world.posted()[0]["party"] == "Walk-in Customer"
        assert sale["customer"] is None

    async def test_a_default_customer_who_is_missing_is_made_once(self) -> None:
        world = await connected(settings={"QUICKBOOKS_DEFAULT_CUSTOMER": "Cash: Sales"})
        for stock in ("A1", "A2", "A3"):
            await world.sell(stock)
        await world.until_quiet()
        assert {line["party"] for line in world.posted()} == {"Cash Sales"}
        assert world.names("Customer").count("Cash Sales") == 1

    @pytest.mark.parametrize(
        ("name", "shown"),
        [
            ("Smith: John", "Smith John"),
            ("O'Brien \\ Sons", "O'Brien \\ Sons"),
            ("Zoë 李 🚗", "Zoë 李 🚗"),
            ('"; select * from Customer', '"; select * from Customer'),
            ("% and _", "% and _"),
            ("Pat O\u2019Brien", "Pat O\u2019Brien"),
            ("Smith \u2013 Sons \u201cAutos\u201d", "Smith \u2013 Sons \u201cAutos\u201d"),
            ("李明", "李明"),
            ("🚗🚗", "🚗🚗"),
            ("N" * 100, "N" * 100),
            ("N" * 200, "N" * 200),
        ],
    )
    async def test_any_name_becomes_one_customer(self, name: str, shown: str) -> None:
        world = await connected()
        assert await sold_to(world, "A1", name=name) == shown
        assert await sold_to(world, "A2", name=name, email="other@example.com") == shown

    async def test_a_name_that_a_vendor_has_gets_a_suffix(self) -> None:
        world = await connected()
        assert await sold_to(world, "A1", name="Tire Barn") == "Tire Barn (customer)"
        assert await sold_to(world, "A2", name="Jordan Reyes", email="jordan@example.com") == "Jordan Reyes (customer)"

    @pytest.mark.parametrize("name", ["Pat O\u2019Brien", "李明", "O\u2019Brien \u2013 %"])
    async def test_a_name_that_the_query_language_does_not_know_is_found(self, name: str) -> None:
        """It stands in QuickBooks already, among others that look like it."""
        world = await connected()
        for there in ("Pat O'Brien", "Pat OXBrien", name.upper(), "王芳"):
            world.add("Customer", DisplayName=there)
        assert await sold_to(world, "A1", name=name) == name.upper()
        assert len(world.names("Customer")) == 7

    async def test_a_name_that_the_query_language_does_not_know_and_a_vendor_has(self) -> None:
        world = await connected()
        world.add("Vendor", DisplayName="Pat\u2019s Garage")
        assert await sold_to(world, "A1", name="Pat\u2019s Garage") == "Pat\u2019s Garage (customer)"

    async def test_an_emoji_that_quickbooks_does_not_take_is_left_out(self) -> None:
        world = await connected()
        error = {
            "Message": "Invalid String",
            "Detail": "Invalid characters",
            "code": "2040",
            "element": "DisplayName",
        }
        body = {"Fault": {"Error": [error], "type": "ValidationFault"}}
        world.faults({"fault": "status", "status": 400, "body": body, "method": "POST", "path": "/customer", "times": 2})
        assert await sold_to(world, "A1", name="Erin 🚗 Example", email="erin@example.com") == "Erin Example"

    async def test_namesakes_are_told_apart_by_their_mail(self) -> None:
        world = await connected()
        assert await sold_to(world, "A1", name="John Smith", email="one@example.com") == "John Smith"
        assert await sold_to(world, "A2", name="John Smith", email="two@example.com") == "John Smith (customer)"
        assert await sold_to(world, "A3", name="John Smith", email="three@example.com") == "John Smith (customer 2)"
        world.database.connection.execute("DELETE FROM books_names")
        assert len(world.names("Customer")) == 6

    async def test_mail_and_phone_that_quickbooks_does_not_take_hold_up_no_sale(self) -> None:
        world = await connected()
        assert await sold_to(world, "A1", name="Erin Example", phone="5" * 60) == "Erin Example"

    async def test_one_who_was_made_inactive_is_made_anew(self) -> None:
        world = await connected()
        await sold_to(world, "A1", name="Erin Example")
        change(world, "Customer", "Erin Example", Active=False)
        assert await sold_to(world, "A2", name="Erin Example") == "Erin Example"

    async def test_one_who_was_renamed_stays_who_he_is(self) -> None:
        world = await connected()
        await sold_to(world, "A1", name="Erin Example")
        change(world, "Customer", "Erin Example", DisplayName="Erin Married")
        assert await sold_to(world, "A2", name="Erin Example") == "Erin Married"

    async def test_another_company_has_other_customers(self) -> None:
        """Ids of the sandbox mean somebody else in the company that is connected next."""
        world = await connected()
        await sold_to(world, "A1", name="Erin Example")
        ids = world.database.query("SELECT quickbooks_id FROM books_names WHERE realm_id = '9341453172604975'")
        assert ids == []
        assert world.database.query("SELECT DISTINCT realm_id FROM books_names") == [{"realm_id": world.company.realm}]


class TestVendors:
    async def test_found_or_made_once(self) -> None:
        world = await connected()
        for vendor in ("tire barn", "Corner Glass", "CORNER GLASS ", "Corner: Glass"):
            await world.spend("A1", vendor=vendor)
        await world.until_quiet()
        world.check_books()
        assert [line["party"] for line in world.posted("Purchase")] == [
            "Tire Barn",
            "Corner Glass",
            "Corner Glass",
            "Corner Glass",
        ]
        assert world.names("Vendor").count("Corner Glass") == 1

    async def test_a_name_that_a_customer_has_gets_a_suffix(self) -> None:
        world = await connected()
        await world.spend("A1", vendor="Dana O'Neill")
        await world.until_quiet()
        assert world.posted("Purchase")[0]["party"] == "Dana O'Neill (vendor)"


MISSING = [
    ("QUICKBOOKS_SALES_ITEM", "Item", {"Name": "Used Car"}, "Create a product or service named “Used Car” in QuickBooks"),
    (
        "QUICKBOOKS_EXPENSE_ACCOUNT",
        "Account",
        {"Name": "Used Car", "AccountType": "Expense"},
        "Create an expense account named “Used Car” in QuickBooks",
    ),
    (
        "QUICKBOOKS_PAYMENT_ACCOUNT",
        "Account",
        {"Name": "Used Car", "AccountType": "Bank"},
        "Create a bank or credit card account named “Used Car” in QuickBooks",
    ),
]


class TestWhatTheDealerKeeps:
    @pytest.mark.parametrize(("setting", "kind", "body", "sentence"), MISSING)
    async def test_what_is_missing_is_said_in_one_sentence_and_goes_by_itself_once_it_is_there(
        self, setting: str, kind: str, body: dict[str, Any], sentence: str
    ) -> None:
        world = await connected(settings={setting: "Used Car"})
        await (world.sell("A1") if kind == "Item" else world.spend("A1"))
        await world.minutes(2)
        task = world.task(target="quickbooks")
        assert task["error"].startswith(sentence)
        assert f"set {setting}" in task["error"]
        assert not world.posted() and not world.posted("Purchase")
        world.add(kind, **body)
        world.clock.forward(3 * 3600)
        await world.until_quiet()
        world.check_books()

    async def test_what_was_given_up_after_a_week_goes_the_night_after_it_is_there(self) -> None:
        world = await connected(settings={"QUICKBOOKS_SALES_ITEM": "Used Car"})
        await world.sell("A1")
        for _ in range(9 * 24):
            await world.minutes(1)
            world.clock.forward(3540)
        world.add("Item", Name="Used Car")
        for _ in range(24):
            await world.tick(HOUR)
            await world.minutes(1)
            world.clock.forward(3540)
        world.check_books()

    @pytest.mark.parametrize("setting", [setting for setting, *_ in MISSING] + ["QUICKBOOKS_DEFAULT_CUSTOMER"])
    async def test_a_name_that_is_not_set(self, setting: str) -> None:
        world = await connected(settings={setting: ""})
        await world.sell("A1")
        await world.spend("A1")
        await world.minutes(2)
        (task,) = [task for task in world.tasks(target="quickbooks") if task["state"] != "done"]
        assert setting in task["error"]
        world.env[setting] = {"QUICKBOOKS_SALES_ITEM": "Vehicle Sale", "QUICKBOOKS_DEFAULT_CUSTOMER": "Walk-in Customer"}.get(
            setting, "Checking" if "PAYMENT" in setting else "Vehicle Service Expense"
        )
        world.clock.forward(3 * 3600)
        await world.until_quiet()
        world.check_books()

    async def test_one_missing_item_is_asked_for_once_for_all_sales(self) -> None:
        world = await connected(30, settings={"QUICKBOOKS_SALES_ITEM": "Used Car"})
        for number in range(1, 31):
            await world.sell(f"A{number}")
        await world.work()
        assert len([call for call in world.calls() if "from Item" in call["query"]["query"]]) <= 3

    async def test_an_item_that_was_replaced_is_looked_up_again(self) -> None:
        world = await connected()
        await world.sell("A1")
        await world.until_quiet()
        change(world, "Item", "Vehicle Sale", Active=False)
        world.add("Item", Name="Vehicle Sale", Type="Service")
        for stock in ("A2", "A3"):
            await world.sell(stock)
        await world.until_quiet()
        world.check_books()
        assert len(world.posted()) == 3

    async def test_an_item_is_taken_by_its_full_name_and_a_category_is_none(self) -> None:
        world = await connected(settings={"QUICKBOOKS_SALES_ITEM": "Lot:Used Car"})
        other, lot = world.add("Item", Name="Boats", Type="Category"), world.add("Item", Name="Lot", Type="Category")
        wrong = world.add("Item", Name="Used Car", Type="Service", SubItem=True, ParentRef={"value": other})
        right = world.add("Item", Name="Used Car", Type="Service", SubItem=True, ParentRef={"value": lot})
        await world.sell("A1")
        await world.until_quiet()
        assert world.calls("POST", "/invoice")[0]["body"]["Line"][0]["SalesItemLineDetail"]["ItemRef"] == {"value": right}
        assert wrong != right

    @pytest.mark.parametrize(
        ("setting", "kind", "body", "words"),
        [
            ("QUICKBOOKS_SALES_ITEM", "Item", {"Type": "Category"}, "is not a product or service"),
            ("QUICKBOOKS_EXPENSE_ACCOUNT", "Account", {"AccountType": "Bank"}, "is not an expense account"),
            ("QUICKBOOKS_PAYMENT_ACCOUNT", "Account", {"AccountType": "Expense"}, "is not a bank or credit card account"),
        ],
    )
    async def test_what_is_of_another_type_is_not_taken(self, setting: str, kind: str, body: dict[str, str], words: str) -> None:
        world = await connected(settings={setting: "Cars"})
        world.add(kind, Name="Cars", **body)
        await (world.sell("A1") if kind == "Item" else world.spend("A1"))
        await world.minutes(2)
        assert words in world.task(target="quickbooks")["error"]
        assert not world.posted() and not world.posted("Purchase")

    @pytest.mark.parametrize("code", ["2500", "610", "6000", "6540"])
    @pytest.mark.parametrize("count", [1, 2])
    async def test_a_remembered_id_that_was_refused_is_not_used_again(self, code: str, count: int) -> None:
        """Whatever code QuickBooks gives: the next try, or the dealer's Retry, looks every name up that the document named."""
        world = await connected()
        await world.sell("A3", customer={"name": "Erin Example"})
        await world.until_quiet()
        error = {"Message": "Refused", "Detail": "Something is inactive.", "code": code, "element": ""}
        body = {"Fault": {"Error": [error], "type": "ValidationFault"}}
        change(world, "Item", "Vehicle Sale", Active=False)
        new = world.add("Item", Name="Vehicle Sale", Type="Service")
        path = "/invoice" if count == 1 else "/batch"
        world.faults({"fault": "status", "status": 400, "body": body, "method": "POST", "path": path})
        requests = [world.sale((await world.sell(f"A{n + 1}", customer={"name": "Erin Example"}))["id"]) for n in range(count)]
        await world.until_quiet()
        for task in world.tasks(target="quickbooks", state="dead"):
            await world.call("POST", f"/api/integrations/tasks/{task['id']}/retry")
        await world.until_quiet()
        world.check_books()
        lines = [made.body["Line"][0]["SalesItemLineDetail"] for made in world.company.standing("Invoice")]
        assert [line["ItemRef"]["value"] for line in lines].count(new) == count
        assert all(world.sale(row["id"])["request_id"] != row["request_id"] for row in requests)

    async def test_status_names_an_item_that_is_missing_in_quickbooks(self) -> None:
        world = await connected(settings={"QUICKBOOKS_SALES_ITEM": "Used Car"})
        await world.sell("A1")
        await world.minutes(2)
        books_status = answer(await world.call("GET", "/api/integrations/status"))["quickbooks"]
        assert "Used Car" in str(books_status)
        assert books_status["status"] == "degraded"
