"""The status that the dealer sees: exactly the documented members, and what they count."""

from __future__ import annotations

from typing import Any

import pytest

from app.typed import add, get
from support.lot import ENV, Lot, answer, car, page

PATH = "/api/integrations/status"
STATES = {"connected", "not_configured", "degraded", "reauth_required", "error"}
QUICKBOOKS: dict[str, str | None] = {
    "QUICKBOOKS_CLIENT_ID": "client",
    "QUICKBOOKS_CLIENT_SECRET": "client-secret",
    "QUICKBOOKS_REALM_ID": "123",
    "TOKEN_ENCRYPTION_KEY": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
}
LISTINGS: dict[str, str | None] = {
    "CARGURUS_API_URL": "http://partners.test",
    "CARGURUS_API_KEY": "key",
    "TRUECAR_API_URL": "http://partners.test",
    "TRUECAR_DEALER_ID": "d1",
    "KBB_API_URL": "http://partners.test",
    "KBB_DEALER_ID": "YOUR_DEALER_ID",
}


async def pull(lot: Lot, *pages: Any) -> None:
    """A run with these answers of the DMS."""
    lot.clock.forward(60)
    lot.http.answers = list(pages)
    await lot.call("POST", "/api/integrations/wayne-reeves/sync")
    await lot.deliver()


async def test_it_has_these_members_and_no_others(lot: Lot) -> None:
    lot.env |= {**QUICKBOOKS, **LISTINGS}
    await pull(lot, page([car(1)]))
    found = await get(lot, PATH)
    dms, books, listings, queue = (found[name] for name in ("wayneReeves", "quickbooks", "listings", "queue"))
    assert list(found) == ["wayneReeves", "quickbooks", "listings", "queue", "questions", "deadlines", "partners"]
    assert dms == {"configured": True, "lastSync": "2025-02-03T10:31:00.000Z", "status": "connected", "message": None}
    added = {"message", "environment", "daysLeft", "daysLeftUnused"}
    assert set(books) - added == {"configured", "authenticated", "lastSync", "status"}
    assert (books["configured"], books["authenticated"], books["lastSync"]) == (True, False, None)
    assert books["status"] == "reauth_required"
    assert listings["carGurus"]["configured"] is listings["trueCar"]["configured"] is True
    assert listings["kbb"]["configured"] is False
    assert (set(listings), listings["totalPublished"]) == ({"carGurus", "trueCar", "kbb", "totalPublished"}, 0)
    assert queue == {"backlog": 0, "oldestMessageSeconds": 0, "pending": 0, "dead": 0}
    assert found["deadlines"] == {"invoicesDue": 0, "expensesDue": 0, "removalsDue": 0, "overdue": 0}


@pytest.mark.parametrize("missing", ["WAYNE_REEVES_API_URL", "WAYNE_REEVES_API_KEY"])
@pytest.mark.parametrize("value", [None, "", "  ", "YOUR_VALUE", "<your value>"])
async def test_half_a_configuration_is_none_and_it_says_what_is_missing(lot: Lot, missing: str, value: str | None) -> None:
    lot.env[missing] = value
    dms = (await get(lot, PATH))["wayneReeves"]
    assert dms == {"configured": False, "lastSync": None, "status": "not_configured", "message": f"Set {missing}."}


async def test_the_books_need_all_of_their_settings(lot: Lot) -> None:
    for name in QUICKBOOKS:
        lot.env = {**ENV, **QUICKBOOKS, name: ""}
        books = (await get(lot, PATH))["quickbooks"]
        assert (books["configured"], books["authenticated"], books["status"]) == (False, False, "not_configured")


async def test_it_lists_every_partner_in_the_order_of_the_desk(lot: Lot) -> None:
    lot.env |= LISTINGS
    partners = (await get(lot, PATH))["partners"]
    assert [(partner["target"], partner["wire"], partner["site"]) for partner in partners] == [
        ("wayne_reeves", "wayneReeves", False),
        ("quickbooks", "quickbooks", False),
        ("cargurus", "carGurus", True),
        ("truecar", "trueCar", True),
        ("kbb", "kbb", True),
        ("vin_decoder", "vin_decoder", False),
        ("alerts", "alerts", False),
        ("heartbeat", "heartbeat", False),
        ("carlot", "carlot", False),
    ]
    assert all(partner["name"] for partner in partners)
    by_target = {partner["target"]: partner for partner in partners}
    assert by_target["cargurus"] == {
        "target": "cargurus",
        "wire": "carGurus",
        "name": "CarGurus",
        "site": True,
        "configured": True,
        "paused": False,
        "blocked": 0,
        "needs": ["CARGURUS_API_URL", "CARGURUS_API_KEY"],
        "optional": ["CARGURUS_FTP_URL"],
        "missing": [],
    }
    kbb = by_target["kbb"]
    assert (kbb["configured"], kbb["missing"], kbb["optional"]) == (False, ["KBB_DEALER_ID"], ["KBB_API_KEY", "KBB_FTP_URL"])
    assert by_target["quickbooks"]["missing"] == list(QUICKBOOKS)
    assert by_target["carlot"]["configured"] is True


async def test_no_answer_tells_a_secret(lot: Lot) -> None:
    secrets = {"WAYNE_REEVES_API_KEY": "s3cret-one", "QUICKBOOKS_CLIENT_SECRET": "s3cret-two", "CARGURUS_API_KEY": "s3cret-three"}
    lot.env |= {**QUICKBOOKS, **LISTINGS, **secrets, "WEBHOOK_SECRET": "s3cret-four-is-long"}
    for path in (PATH, "/api/integrations/tasks", "/api/integrations/runs", "/api/public/dealer", "/api/health"):
        assert "s3cret" not in str((await lot.call("GET", path)).body)


async def test_it_counts_what_waits_and_what_is_due(lot: Lot) -> None:
    vehicles = [await add(lot, number) for number in range(3)]
    sale = {"salePrice": 100, "saleDate": "2025-02-03"}
    for vehicle in vehicles[:2]:
        assert (await lot.call("POST", "/api/sales", {**sale, "vehicleId": vehicle["id"]})).status == 201
    work = {"vehicleId": vehicles[2]["id"], "serviceDate": "2025-02-03", "description": "Oil", "cost": 40}
    assert (await lot.call("POST", "/api/service-records", work)).status == 201
    found = await get(lot, PATH)
    assert found["queue"]["pending"] == found["queue"]["backlog"] == 3
    assert found["deadlines"] == {"invoicesDue": 2, "expensesDue": 1, "removalsDue": 0, "overdue": 0}
    lot.clock.forward(7 * 86400 + 1)
    assert (await get(lot, PATH))["deadlines"] == {"invoicesDue": 2, "expensesDue": 1, "removalsDue": 0, "overdue": 3}


async def test_what_was_undone_before_it_was_sent_is_not_due(lot: Lot) -> None:
    vehicle = await add(lot, 1)
    entry = {"vehicleId": vehicle["id"], "salePrice": 100, "saleDate": "2025-02-03"}
    work = {"vehicleId": vehicle["id"], "serviceDate": "2025-02-03", "description": "Oil", "cost": 40}
    for path, body in (("/api/sales", entry), ("/api/service-records", work)):
        made = answer(await lot.call("POST", path, body))
        assert (await lot.call("POST", f"{path}/{made['id']}/void")).status == 200
    found = await get(lot, PATH)
    assert found["deadlines"] == {"invoicesDue": 0, "expensesDue": 0, "removalsDue": 0, "overdue": 0}


async def test_every_state_is_a_documented_one(lot: Lot) -> None:
    """Through whatever happens to the pulls."""
    from carlot.errors import NetworkFailure
    from carlot.platform.ports import HttpResponse

    seen: list[str] = []
    answers: list[list[Any]] = [
        [page([car(1)])],
        [HttpResponse(401, {}, b"")] * 2,
        [page([car(1)])],
        [page([car(1)], None, 5)],
        [HttpResponse(404, {}, b"")],
        [NetworkFailure("reset")] * 40,
        [page([car(1)])],
    ]
    for given in answers:
        lot.clock.forward(3600)
        await pull(lot, *given)
        dms = (await get(lot, PATH))["wayneReeves"]
        assert dms["status"] in STATES
        assert (dms["message"] is None) is (dms["status"] == "connected")
        seen.append(dms["status"])
    assert seen == ["connected", "error", "connected", "degraded", "degraded", "degraded", "connected"]


async def test_a_pull_without_a_page_is_no_sync(lot: Lot) -> None:
    """A run that brought part of the lot is one; one that the DMS answered with nothing is not."""
    from carlot.platform.ports import HttpResponse

    await pull(lot, page([car(1)], None, 5))
    brought = (await get(lot, PATH))["wayneReeves"]["lastSync"]
    assert brought is not None
    await pull(lot, HttpResponse(404, {}, b""))
    after = (await get(lot, PATH))["wayneReeves"]
    assert (after["lastSync"], after["status"]) == (brought, "degraded")


async def test_it_costs_one_read(lot: Lot) -> None:
    before = lot.database.statements
    await get(lot, PATH)
    assert lot.database.statements == before + 1
