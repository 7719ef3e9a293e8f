"""A customer whom CarLot made in QuickBooks follows when he changes here; one that was there before does not."""

from __future__ import annotations

from typing import Any

from support.books import BooksWorld, connected


async def sold_to(**customer: Any) -> tuple[BooksWorld, str]:
    world = await connected()
    sale = await world.sell("A1", customer=customer)
    await world.until_quiet()
    return world, str(sale["customer"]["id"])


def known(world: BooksWorld, name: str) -> dict[str, Any]:
    (found,) = [each.body for each in world.company.standing("Customer") if each.body["DisplayName"] == name]
    return found


async def change(world: BooksWorld, customer_id: str, **changes: Any) -> None:
    response = await world.call("PATCH", f"/api/customers/{customer_id}", changes)
    assert response.status == 200, response.body
    await world.until_quiet()


async def test_one_whom_we_made_follows() -> None:
    world, customer_id = await sold_to(name="Erin Exampel", email="erin@example.com")
    made = known(world, "Erin Exampel")
    await change(world, customer_id, name="Erin Example", email="e@example.com", phone="(555) 010-0100")
    changed = known(world, "Erin Example")
    assert changed["Id"] == made["Id"]
    assert changed["PrimaryEmailAddr"]["Address"] == "e@example.com"
    assert changed["PrimaryPhone"]["FreeFormNumber"] == "(555) 010-0100"
    assert world.posted()[0]["id"] == world.database.query("SELECT invoice_id FROM sales")[0]["invoice_id"]


async def test_one_who_was_there_is_left_alone() -> None:
    world, customer_id = await sold_to(name="Dana O'Neill")
    before = len(world.calls())
    await change(world, customer_id, name="Dana Smith", phone="5")
    assert len(world.calls()) == before
    assert "Dana O'Neill" in world.names("Customer")


async def test_a_name_that_somebody_else_has_is_the_dealer_s_matter() -> None:
    world, customer_id = await sold_to(name="Erin Example")
    await change(world, customer_id, name="Tire Barn")
    task = world.task(target="quickbooks", kind="customer")
    assert (task["state"], "rename one of them there" in task["error"]) == ("dead", True)
    assert "Erin Example" in world.names("Customer")


async def test_somebody_who_saves_him_at_the_same_time_is_waited_for() -> None:
    world, customer_id = await sold_to(name="Erin Example")
    body = {"Fault": {"Error": [{"Message": "Stale Object Error", "Detail": "You and root.", "code": "5010"}]}}
    world.faults({"fault": "status", "status": 400, "body": body, "method": "POST", "path": "/customer", "times": 1})
    await change(world, customer_id, name="Erin Married")
    assert "Erin Married" in world.names("Customer")
