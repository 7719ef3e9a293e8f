"""The cost of cars in the books: off until its accounts are named, then each entry once, whatever changes, in any order."""

from __future__ import annotations

import pytest

from simulators.quickbooks import preset
from simulators.quickbooks.postings import trial_balance
from support.books import BooksWorld, connected
from support.lot import answer

ACCOUNTS = {
    "QUICKBOOKS_INVENTORY_ACCOUNT": preset.INVENTORY_ACCOUNT,
    "QUICKBOOKS_COST_OF_SALES_ACCOUNT": preset.COST_OF_SALES_ACCOUNT,
    "QUICKBOOKS_PURCHASE_ACCOUNT": preset.PURCHASE_ACCOUNT,
}
HOUR = "0 * * * *"


async def world_with_costs(cars: int = 1, settings: dict[str, str] | None = None) -> BooksWorld:
    """A lot of cars that cost 4,200.00 each, bought on January 14, and in the books."""
    world = await connected(cars, settings={**ACCOUNTS, **(settings or {})})
    await settle(world)
    return world


async def settle(world: BooksWorld) -> None:
    await world.tick(HOUR)
    await world.until_quiet()


def balance(world: BooksWorld) -> dict[str, int]:
    return trial_balance(world.company)


@pytest.mark.parametrize("missing", ACCOUNTS)
async def test_nothing_of_it_while_an_account_is_not_named(missing: str) -> None:
    world = await world_with_costs(settings={missing: ""})
    sale = await world.sell("A1", 6995.29)
    await world.spend("A1", 99.95)
    await settle(world)
    await world.void(sale["id"])
    await settle(world)
    assert world.posted("JournalEntry") == []
    assert world.tasks(kind="costs") == world.tasks(kind="journal") == []


async def test_from_the_purchase_to_the_sale() -> None:
    world = await world_with_costs()
    assert balance(world) == {"Floor Plan": -420_000, "Vehicle Inventory": 420_000}
    [purchase] = world.posted("JournalEntry")
    assert (purchase["date"], purchase["total_cents"]) == ("2025-01-14", 420_000)
    assert purchase["doc_number"].startswith("CL-P-")
    assert world.vehicle("A1")["vin"] in purchase["note"]
    await world.spend("A1", 120.5, serviceDate="2025-01-20")
    await world.until_quiet()
    # The work is paid from Checking and stands in the inventory; nothing stays in the expense account.
    assert balance(world) == {"Checking": -12_050, "Floor Plan": -420_000, "Vehicle Inventory": 432_050}
    await world.sell("A1", 6995.29)
    await world.until_quiet()
    assert balance(world) == {
        "Accounts Receivable (A/R)": 699_529,
        "Checking": -12_050,
        "Cost of Vehicle Sales": 432_050,
        "Floor Plan": -420_000,
        "Vehicle Sales": -699_529,
    }
    dates = {entry["doc_number"][:5]: entry["date"] for entry in world.posted("JournalEntry")}
    assert dates == {"CL-P-": "2025-01-14", "CL-R-": "2025-01-20", "CL-C-": "2025-02-03"}
    await world.spend("A1", 80, serviceDate="2025-02-04", description="A promised second key")
    await world.until_quiet()
    assert balance(world)["Cost of Vehicle Sales"] == 440_050
    assert "Vehicle Inventory" not in balance(world)
    world.check_books()


async def test_a_void_takes_all_of_it_back_and_late_work_into_the_inventory() -> None:
    world = await world_with_costs()
    sale = await world.sell("A1", 6995.29)
    await world.spend("A1", 80, serviceDate="2025-02-04")
    await world.until_quiet()
    await world.void(sale["id"])
    await world.until_quiet()
    assert balance(world) == {"Checking": -8_000, "Floor Plan": -420_000, "Vehicle Inventory": 428_000}
    # And the next sale moves the whole cost.
    await world.sell("A1", 6500, saleDate="2025-02-03")
    await world.until_quiet()
    assert balance(world)["Cost of Vehicle Sales"] == 428_000
    standing = [entry["doc_number"][:5] for entry in world.posted("JournalEntry", "standing")]
    assert sorted(standing) == ["CL-C-", "CL-P-", "CL-R-"]


async def test_a_corrected_purchase_price_is_a_new_entry_in_place_of_the_old() -> None:
    world = await world_with_costs()
    await world.sell("A1", 6995.29)
    await world.until_quiet()
    await world.edit("A1", purchasePrice=4300.01, purchaseDate="2025-01-15")
    await world.until_quiet()
    assert balance(world)["Floor Plan"] == -430_001
    assert balance(world)["Cost of Vehicle Sales"] == 430_001
    assert [(entry["doc_number"][-2:], entry["state"], entry["date"]) for entry in world.posted("JournalEntry")] == [
        ("-1", "deleted", "2025-01-14"),
        ("-1", "deleted", "2025-02-03"),
        ("-2", "standing", "2025-01-15"),
        ("-2", "standing", "2025-02-03"),
    ]
    await world.edit("A1", purchasePrice=None)
    await world.until_quiet()
    assert set(balance(world)) == {"Accounts Receivable (A/R)", "Vehicle Sales"}


async def test_work_that_is_entered_late_for_a_day_before_the_sale_is_part_of_its_cost() -> None:
    world = await world_with_costs()
    await world.sell("A1", 6995.29)
    await world.until_quiet()
    await world.spend("A1", 55.55, serviceDate="2025-02-03")
    await world.until_quiet()
    assert balance(world)["Cost of Vehicle Sales"] == 425_555
    assert "Vehicle Inventory" not in balance(world)
    assert len(world.posted("JournalEntry", "standing")) == 3


async def test_nothing_is_posted_of_a_car_that_was_first_seen_as_sold_or_cost_nothing() -> None:
    world = await world_with_costs(0)
    entry = {"vin": "5YJSA1DG9DFP14705", "year": 2013, "make": "Tesla", "model": "Model S"}
    vehicle = answer(await world.call("POST", "/api/vehicles", entry))
    await world.call("POST", "/api/sales", {"vehicleId": vehicle["id"], "salePrice": 9000, "saleDate": "2025-02-03"})
    await settle(world)
    assert world.posted("JournalEntry") == []


async def test_the_accounts_are_named_later_and_everything_is_made_up_for() -> None:
    world = await connected(1)
    await world.spend("A1", 120.5, serviceDate="2025-01-20")
    await world.sell("A1", 6995.29)
    await world.until_quiet()
    world.env |= ACCOUNTS
    await settle(world)
    assert balance(world) == {
        "Accounts Receivable (A/R)": 699_529,
        "Checking": -12_050,
        "Cost of Vehicle Sales": 432_050,
        "Floor Plan": -420_000,
        "Vehicle Sales": -699_529,
    }


async def test_an_account_that_quickbooks_does_not_have_is_named() -> None:
    world = await connected(1, settings={**ACCOUNTS, "QUICKBOOKS_PURCHASE_ACCOUNT": "Auction payable"})
    await world.tick(HOUR)
    await world.work()
    assert "QUICKBOOKS_PURCHASE_ACCOUNT" in world.task(kind="journal")["error"]
    world.add("Account", Name="Auction payable", AccountType="Other Current Liability")
    await world.until_quiet()
    assert balance(world) == {"Auction payable": -420_000, "Vehicle Inventory": 420_000}


async def test_the_entries_stand_in_the_history_of_the_car() -> None:
    world = await world_with_costs()
    history = answer(await world.call("GET", f"/api/vehicles/{world.vehicle('A1')['id']}/sync"))
    assert [task["outcome"] for task in history["sync"] if task["kind"] == "journal"] == [
        f"JournalEntry {world.posted('JournalEntry')[0]['doc_number']} posted."
    ]
