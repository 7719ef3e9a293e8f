"""Classes and departments: by name or by the location of the car, on each line and each document that is posted."""

from __future__ import annotations

from partners.quickbooks.test_scenarios import ACCOUNTS, BANK, COST, FLOOR_PLAN, INVENTORY, RECEIVABLE, SALES, Dealer
from simulators.quickbooks.postings import trial_balance


async def dealer_with(**settings: str) -> Dealer:
    """Two cars, the second in the service bay; a class `Used` with one below it for each place; a department for each place."""
    dealer = Dealer(2, settings={**ACCOUNTS, **settings})
    used = dealer.add("Class", Name="Used")
    for place in ("Main lot", "Service bay"):
        dealer.add("Class", Name=place, ParentRef={"value": used}, SubClass=True)
        dealer.add("Department", Name=place)
    await dealer.connect()
    await dealer.pull()
    await dealer.edit("A2", location="Service bay")
    return dealer


async def test_by_name_on_every_document() -> None:
    dealer = await dealer_with(QUICKBOOKS_CLASS="Used", QUICKBOOKS_DEPARTMENT="Main lot")
    await dealer.spend("A1", 120.5, serviceDate="2025-01-20")
    await dealer.sell("A1", 6995.29, lines=[{"kind": "fee", "description": "Documents", "amount": 149.5}])
    await dealer.settle()
    whole = trial_balance(dealer.company)
    assert trial_balance(dealer.company, department="Main lot") == whole
    # What is owed and what was paid stands on no line, so that it has no class.
    of_class = {name: cents for name, cents in whole.items() if name not in (RECEIVABLE, BANK)}
    assert trial_balance(dealer.company, class_name="Used") == of_class


async def test_by_the_location_of_the_car() -> None:
    dealer = await dealer_with(QUICKBOOKS_CLASS="Used:{location}", QUICKBOOKS_DEPARTMENT="{location}")
    await dealer.sell("A1", 6995.29)
    await dealer.settle()
    first = {RECEIVABLE: 699_529, SALES: -699_529, COST: 420_000, FLOOR_PLAN: -420_000}
    assert trial_balance(dealer.company, department="Main lot") == first
    assert trial_balance(dealer.company, department="Service bay") == {INVENTORY: 420_000, FLOOR_PLAN: -420_000}
    assert trial_balance(dealer.company, class_name="Used:Service bay") == {INVENTORY: 420_000, FLOOR_PLAN: -420_000}


async def test_a_car_without_a_location_has_neither() -> None:
    dealer = await dealer_with(QUICKBOOKS_CLASS="Used:{location}", QUICKBOOKS_DEPARTMENT="{location}")
    await dealer.edit("A1", location=None)
    await dealer.sell("A1", 6995.29)
    await dealer.settle()
    assert trial_balance(dealer.company)[SALES] == -699_529
    assert SALES not in trial_balance(dealer.company, department="Main lot")


async def test_one_that_quickbooks_does_not_have_is_named_and_holds_up_no_other() -> None:
    dealer = await dealer_with(QUICKBOOKS_DEPARTMENT="{location}")
    await dealer.edit("A1", location="Annex")
    await dealer.tick("0 * * * *")
    await dealer.work()
    [waiting] = dealer.tasks(kind="journal", state="pending")
    assert "named “Annex”" in waiting["error"]
    assert "QUICKBOOKS_DEPARTMENT" in waiting["error"]
    assert trial_balance(dealer.company) == {INVENTORY: 420_000, FLOOR_PLAN: -420_000}
    dealer.add("Department", Name="Annex")
    await dealer.settle()
    assert trial_balance(dealer.company, department="Annex") == {INVENTORY: 420_000, FLOOR_PLAN: -420_000}
