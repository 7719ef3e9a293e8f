"""What an accountant expects of a car sale: scenarios, each with the trial balance that was worked out by hand, to the cent.

Every car was bought for 4,200.00 on January 14, and is sold for 6,995.29 unless a scenario says otherwise. Debits are above zero.
Each scenario is played once in peace, and twice more while the program is killed over and over: at the first call
to the platform, at the second call of its next life, and so on, before the call takes effect and after it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import pytest

from simulators.quickbooks import bookkeeper, books, preset
from simulators.quickbooks.kinds import KINDS
from simulators.quickbooks.knobs import Knobs
from simulators.quickbooks.postings import trial_balance
from support.books import BooksWorld
from support.perils import Killed, Perils
from support.platform import limited

ACCOUNTS = {
    "QUICKBOOKS_INVENTORY_ACCOUNT": preset.INVENTORY_ACCOUNT,
    "QUICKBOOKS_COST_OF_SALES_ACCOUNT": preset.COST_OF_SALES_ACCOUNT,
    "QUICKBOOKS_PURCHASE_ACCOUNT": preset.PURCHASE_ACCOUNT,
}
HOUR = "0 * * * *"
PRICE = 6995.29
MOST_LIVES = 300

RECEIVABLE, RECEIVED = "Accounts Receivable (A/R)", "Undeposited Funds"
BANK, FLOOR_PLAN = "Checking", "Floor Plan"
INVENTORY, COST, SALES = "Vehicle Inventory", "Cost of Vehicle Sales", "Vehicle Sales"
FEES, TAX, DISCOUNTS = "Services", "Sales Tax Payable", "Discounts Given"
TRADE_INS, DEPOSITS = "Trade-Ins", "Customer Deposits"


class Dealer(BooksWorld):
    """A dealer who keeps the cost of his cars in the books. With `killing`, his program dies over and over."""

    killing: bool | None = None

    async def settle(self) -> None:
        """Everything that is on its way arrives. `killing` is `False` to die before each call, `True` to die after it."""
        for life in range(1, MOST_LIVES):
            self.restart()
            if self.tasks(state="dead"):  # What killed its worker again and again is left to the dealer, who tries it again.
                await self.call("POST", "/api/integrations/tasks/retry-all")
            if self.killing is not None:
                self.restart(Perils(self.clock, kill_at=life, after_effect=self.killing))
            try:
                await self.tick(HOUR)
                await self.until_quiet()
            except Killed:
                continue
            if not self.tasks(state="dead"):
                self.restart()
                return
        raise AssertionError("it never came through")

    async def correct(self, sale: Mapping[str, Any], **changes: Any) -> None:
        """The dealer corrects a sale."""
        response = await self.call("PATCH", f"/api/sales/{sale['id']}", changes)
        assert response.status == 200, response.body

    def pay(self, sale: Mapping[str, Any], cents: int | None = None) -> None:
        """The customer pays; the bookkeeper takes it in QuickBooks."""
        bookkeeper.pay(self.company, bookkeeper.Payment(doc_number=sale["docNumber"], amount_cents=cents))

    def book(self, debit: str, credit: str, amount: float) -> None:
        """The bookkeeper makes an entry of his own."""
        found = {str(record.body["Name"]): record.object_id for record in self.company.standing("Account")}
        lines = [
            {
                "Amount": amount,
                "DetailType": "JournalEntryLineDetail",
                "JournalEntryLineDetail": {"PostingType": side, "AccountRef": {"value": found[account]}},
            }
            for side, account in (("Debit", debit), ("Credit", credit))
        ]
        books.create(self.company, KINDS["journalentry"], {"TxnDate": "2025-01-30", "Line": lines}, Knobs())

    def backup(self) -> sqlite3.Connection:
        """A copy of the database as it is."""
        copy: sqlite3.Connection = limited()
        self.database.connection.backup(copy)
        return copy


async def plain_sale(dealer: Dealer) -> None:
    await dealer.sell("A1", PRICE)


async def sale_with_tax_and_fees(dealer: Dealer) -> None:
    lines = [
        {"kind": "fee", "description": "Documents", "amount": 149.5},
        {"kind": "tax", "description": "6.25 %", "amount": 437.21},
        {"kind": "fee", "description": "Title", "amount": 75.01},
    ]
    await dealer.sell("A1", PRICE, lines=lines)


async def sale_with_a_trade_in(dealer: Dealer) -> None:
    await dealer.sell("A1", PRICE, lines=[{"kind": "tradeIn", "description": "2009 Ford Focus", "amount": -1500}])


async def sale_with_a_deposit(dealer: Dealer) -> None:
    dealer.book(RECEIVED, DEPOSITS, 500)
    await dealer.sell("A1", PRICE, lines=[{"kind": "deposit", "description": "Of January 30", "amount": -500}])


async def sale_with_a_discount(dealer: Dealer) -> None:
    await dealer.sell("A1", PRICE, lines=[{"kind": "discount", "description": "Friends", "amount": -100.1}])


async def sale_with_everything(dealer: Dealer) -> None:
    dealer.book(RECEIVED, DEPOSITS, 500)
    lines = [
        {"kind": "fee", "description": "Documents", "amount": 149.5},
        {"kind": "tax", "description": "6.25 %", "amount": 437.21},
        {"kind": "tradeIn", "description": "2009 Ford Focus", "amount": -1500},
        {"kind": "deposit", "description": "Of January 30", "amount": -500},
        {"kind": "discount", "description": "Friends", "amount": -100.1},
    ]
    dealer_sale = await dealer.sell("A1", PRICE, lines=lines)
    await dealer.settle()
    dealer.pay(dealer_sale)


async def purchase_and_work(dealer: Dealer) -> None:
    await dealer.spend("A1", 120.5, serviceDate="2025-01-20")
    await dealer.spend("A1", 99.95, serviceDate="2025-01-21", vendor="Corner Glass")


async def purchase_work_and_sale(dealer: Dealer) -> None:
    await purchase_and_work(dealer)
    await dealer.sell("A1", PRICE)


async def work_after_the_sale(dealer: Dealer) -> None:
    await dealer.sell("A1", PRICE)
    await dealer.settle()
    await dealer.spend("A1", 80, serviceDate="2025-02-04", description="A second key")


async def work_told_of_after_the_sale(dealer: Dealer) -> None:
    await dealer.sell("A1", PRICE)
    await dealer.settle()
    await dealer.spend("A1", 55.55, serviceDate="2025-02-02")


async def void_before_anything_is_posted(dealer: Dealer) -> None:
    sale = await dealer.sell("A1", PRICE)
    await dealer.void(sale["id"])


async def void_before_payment(dealer: Dealer) -> None:
    sale = await dealer.sell("A1", PRICE)
    await dealer.settle()
    await dealer.void(sale["id"])


async def void_after_payment(dealer: Dealer) -> None:
    sale = await dealer.sell("A1", PRICE)
    await dealer.settle()
    dealer.pay(sale)
    await dealer.void(sale["id"])


async def part_payment(dealer: Dealer) -> None:
    sale = await dealer.sell("A1", PRICE)
    await dealer.settle()
    dealer.pay(sale, 300_000)


async def payment_in_full(dealer: Dealer) -> None:
    sale = await dealer.sell("A1", PRICE)
    await dealer.settle()
    dealer.pay(sale, 300_000)
    dealer.pay(sale)


async def purchase_price_corrected(dealer: Dealer) -> None:
    await dealer.sell("A1", PRICE)
    await dealer.settle()
    await dealer.edit("A1", purchasePrice=4300.01)


async def sale_price_corrected(dealer: Dealer) -> None:
    sale = await dealer.sell("A1", PRICE)
    await dealer.settle()
    await dealer.correct(sale, salePrice=6500, saleDate="2025-02-02")


async def fee_that_was_entered_as_tax(dealer: Dealer) -> None:
    """The total stays the same, and so does the amount of each line."""
    sale = await dealer.sell("A1", PRICE, lines=[{"kind": "tax", "description": "Documents", "amount": 100}])
    await dealer.settle()
    await dealer.correct(sale, lines=[{"kind": "fee", "description": "Documents", "amount": 100}])


async def deal_that_falls_through(dealer: Dealer) -> None:
    """Work is done for the first buyer; a second one takes the car for less."""
    sale = await dealer.sell("A1", PRICE)
    await dealer.spend("A1", 80, serviceDate="2025-02-04")
    await dealer.settle()
    await dealer.void(sale["id"])
    await dealer.settle()
    await dealer.sell("A1", 6500)


async def sale_at_a_loss(dealer: Dealer) -> None:
    await purchase_and_work(dealer)
    await dealer.sell("A1", 3999.99)


async def one_of_two_cars(dealer: Dealer) -> None:
    await dealer.spend("A2", 120.5, serviceDate="2025-01-20")
    await dealer.sell("A1", PRICE)


async def put_back_from_a_backup(dealer: Dealer) -> None:
    """The day's postings are in QuickBooks; the database is that of the morning, and the dealer sells the car once more here."""
    await purchase_work_and_sale(dealer)
    morning = dealer.backup()
    await dealer.settle()
    morning.backup(dealer.database.connection)
    dealer.timed.waiting.clear()
    dealer.clock.forward(3600)


async def another_company(dealer: Dealer) -> None:
    """The first car is sold in the first company, the second one in the second."""
    await dealer.sell("A1", PRICE)
    await dealer.settle()
    dealer.env["QUICKBOOKS_REALM_ID"] = preset.OTHER_REALM
    await dealer.connect()
    await dealer.settle()
    await dealer.sell("A2", 6500)


BOUGHT = 420_000
WORK = 12_050 + 9_995

SCENARIOS: dict[Callable[[Dealer], Awaitable[None]], tuple[int, dict[str, int]]] = {
    plain_sale: (1, {RECEIVABLE: 699_529, SALES: -699_529, COST: BOUGHT, FLOOR_PLAN: -BOUGHT}),
    # 6,995.29 + 149.50 + 437.21 + 75.01 = 7,657.01
    sale_with_tax_and_fees: (
        1,
        {RECEIVABLE: 765_701, SALES: -699_529, FEES: -22_451, TAX: -43_721, COST: BOUGHT, FLOOR_PLAN: -BOUGHT},
    ),
    sale_with_a_trade_in: (1, {RECEIVABLE: 549_529, TRADE_INS: 150_000, SALES: -699_529, COST: BOUGHT, FLOOR_PLAN: -BOUGHT}),
    # The deposit was owed to the customer until the invoice used it up.
    sale_with_a_deposit: (1, {RECEIVABLE: 649_529, RECEIVED: 50_000, SALES: -699_529, COST: BOUGHT, FLOOR_PLAN: -BOUGHT}),
    sale_with_a_discount: (1, {RECEIVABLE: 689_519, DISCOUNTS: 10_010, SALES: -699_529, COST: BOUGHT, FLOOR_PLAN: -BOUGHT}),
    # 6,995.29 + 149.50 + 437.21 - 1,500.00 - 500.00 - 100.10 = 5,481.90, all of it paid; and 500.00 before.
    sale_with_everything: (
        1,
        {
            RECEIVED: 548_190 + 50_000,
            SALES: -699_529,
            FEES: -14_950,
            TAX: -43_721,
            TRADE_INS: 150_000,
            DISCOUNTS: 10_010,
            COST: BOUGHT,
            FLOOR_PLAN: -BOUGHT,
        },
    ),
    purchase_and_work: (1, {INVENTORY: BOUGHT + WORK, BANK: -WORK, FLOOR_PLAN: -BOUGHT}),
    purchase_work_and_sale: (
        1,
        {RECEIVABLE: 699_529, SALES: -699_529, COST: BOUGHT + WORK, BANK: -WORK, FLOOR_PLAN: -BOUGHT},
    ),
    work_after_the_sale: (1, {RECEIVABLE: 699_529, SALES: -699_529, COST: BOUGHT + 8_000, BANK: -8_000, FLOOR_PLAN: -BOUGHT}),
    work_told_of_after_the_sale: (
        1,
        {RECEIVABLE: 699_529, SALES: -699_529, COST: BOUGHT + 5_555, BANK: -5_555, FLOOR_PLAN: -BOUGHT},
    ),
    void_before_anything_is_posted: (1, {INVENTORY: BOUGHT, FLOOR_PLAN: -BOUGHT}),
    void_before_payment: (1, {INVENTORY: BOUGHT, FLOOR_PLAN: -BOUGHT}),
    # The money is here and is owed to the customer: his account is in credit.
    void_after_payment: (1, {RECEIVED: 699_529, RECEIVABLE: -699_529, INVENTORY: BOUGHT, FLOOR_PLAN: -BOUGHT}),
    part_payment: (1, {RECEIVABLE: 399_529, RECEIVED: 300_000, SALES: -699_529, COST: BOUGHT, FLOOR_PLAN: -BOUGHT}),
    payment_in_full: (1, {RECEIVED: 699_529, SALES: -699_529, COST: BOUGHT, FLOOR_PLAN: -BOUGHT}),
    purchase_price_corrected: (1, {RECEIVABLE: 699_529, SALES: -699_529, COST: 430_001, FLOOR_PLAN: -430_001}),
    sale_price_corrected: (1, {RECEIVABLE: 650_000, SALES: -650_000, COST: BOUGHT, FLOOR_PLAN: -BOUGHT}),
    fee_that_was_entered_as_tax: (
        1,
        {RECEIVABLE: 709_529, SALES: -699_529, FEES: -10_000, COST: BOUGHT, FLOOR_PLAN: -BOUGHT},
    ),
    deal_that_falls_through: (
        1,
        {RECEIVABLE: 650_000, SALES: -650_000, COST: BOUGHT + 8_000, BANK: -8_000, FLOOR_PLAN: -BOUGHT},
    ),
    sale_at_a_loss: (1, {RECEIVABLE: 399_999, SALES: -399_999, COST: BOUGHT + WORK, BANK: -WORK, FLOOR_PLAN: -BOUGHT}),
    one_of_two_cars: (
        2,
        {
            RECEIVABLE: 699_529,
            SALES: -699_529,
            COST: BOUGHT,
            INVENTORY: BOUGHT + 12_050,
            BANK: -12_050,
            FLOOR_PLAN: -2 * BOUGHT,
        },
    ),
    put_back_from_a_backup: (
        1,
        {RECEIVABLE: 699_529, SALES: -699_529, COST: BOUGHT + WORK, BANK: -WORK, FLOOR_PLAN: -BOUGHT},
    ),
    # Both cars were bought in the first company, where the second one still stands.
    another_company: (
        2,
        {RECEIVABLE: 699_529, SALES: -699_529, COST: BOUGHT, INVENTORY: BOUGHT, FLOOR_PLAN: -2 * BOUGHT},
    ),
}


@pytest.mark.parametrize("killing", [None, False, True], ids=["in peace", "killed before", "killed after"])
@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.__name__)
async def test_the_trial_balance(scenario: Callable[[Dealer], Awaitable[None]], killing: bool | None) -> None:
    cars, expected = SCENARIOS[scenario]
    assert sum(expected.values()) == 0
    dealer = Dealer(cars, settings=ACCOUNTS)
    dealer.knobs(rotation="graceful")
    await dealer.connect()
    await dealer.pull()
    await dealer.settle()
    dealer.killing = killing
    await scenario(dealer)
    await dealer.settle()
    assert trial_balance(dealer.company) == expected
    if scenario is another_company:
        second = dealer.network.books.companies[preset.OTHER_REALM]
        assert trial_balance(second) == {RECEIVABLE: 650_000, SALES: -650_000, COST: BOUGHT, INVENTORY: -BOUGHT}
    else:
        dealer.check_books()
    assert {task["state"] for task in dealer.tasks()} == {"done"}
