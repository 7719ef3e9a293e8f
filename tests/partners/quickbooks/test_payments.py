"""Payments come back from the books, and what was changed there is seen: by the webhook, and by the daily look at changes."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
from random import Random
from typing import Any

import pytest

from simulators.quickbooks import bookkeeper
from support.books import BooksWorld
from support.lot import answer
from support.perils import Perils

VERIFIER = "verifier-of-the-webhook"
PATH = "/api/webhooks/quickbooks"
OTHER_COMPANY = "9341453172604975"


async def posted(count: int = 1) -> BooksWorld:
    """A company with sales in its books."""
    world = BooksWorld(settings={"QUICKBOOKS_WEBHOOK_VERIFIER": VERIFIER})
    await world.connect()
    await world.pull()
    for number in range(1, count + 1):
        await world.sell(f"A{number}", price=1000.1 * number)
    await world.until_quiet()
    world.check_books()
    return world


def pay(world: BooksWorld, invoice: str, cents: int | None = None) -> str:
    """The dealer takes money in QuickBooks; answer the payment's id."""
    return bookkeeper.pay(world.company, bookkeeper.Payment(invoice=invoice, amount_cents=cents)).object_id


def thin(realm: str, *changes: tuple[str, str], cloud: bool = False) -> bytes:
    """A delivery of changes, each a (kind, id), in one of the two forms."""
    at = "2025-02-03T10:30:00.000Z"
    if cloud:
        events = [
            {
                "specversion": "1.0",
                "id": f"e-{kind}-{number}",
                "source": "intuit",
                "type": f"qbo.{kind.lower()}.updated.v1",
                "time": at,
                "intuitentityid": number,
                "intuitaccountid": realm,
                "data": {},
            }
            for kind, number in changes
        ]
        return json.dumps(events).encode()
    entities = [{"id": number, "operation": "Update", "name": kind, "lastUpdated": at} for kind, number in changes]
    return json.dumps({"eventNotifications": [{"realmId": realm, "dataChangeEvent": {"entities": entities}}]}).encode()


async def told(world: BooksWorld, body: bytes) -> int:
    signature = base64.b64encode(hmac.digest(VERIFIER.encode(), body, hashlib.sha256)).decode()
    headers = {"intuit-signature": signature, "content-type": "application/json"}
    return (await world.call("POST", PATH, body, headers, signed_in=False)).status


async def sale(world: BooksWorld, number: int = 0) -> dict[str, Any]:
    """A sale as the API shows it, in the order of their making."""
    found = answer(await world.call("GET", "/api/sales"))["sales"]
    shown: dict[str, Any] = sorted(found, key=lambda each: each["salePrice"])[number]
    return shown


@pytest.mark.parametrize("cloud", [False, True], ids=["notifications", "cloud events"])
async def test_a_payment_makes_a_sale_paid(cloud: bool) -> None:
    world = await posted()
    realm = str(world.env["QUICKBOOKS_REALM_ID"])
    invoice = (await sale(world))["invoiceId"]
    assert ((await sale(world))["state"], (await sale(world))["balance"]) == ("posted", 1000.1)
    first = pay(world, invoice, 40_000)
    assert await told(world, thin(realm, ("Payment", first), cloud=cloud)) == 200
    await world.until_quiet()
    partly = await sale(world)
    assert (partly["state"], partly["balance"], partly["paidAt"]) == ("posted", 600.1, None)
    assert [payment["amount"] for payment in partly["payments"]] == [400]
    second = pay(world, invoice)
    assert await told(world, thin(realm, ("Payment", second), cloud=cloud)) == 200
    await world.until_quiet()
    paid = await sale(world)
    assert (paid["state"], paid["balance"]) == ("paid", 0)
    assert paid["paidAt"]
    assert sum(payment["amount"] for payment in paid["payments"]) == pytest.approx(1000.1)
    assert world.database.query("SELECT state FROM audit_sale") == [{"state": "paid"}]


async def test_order_and_repeats_do_not_matter_and_other_companies_neither() -> None:
    world = await posted(3)
    realm = str(world.env["QUICKBOOKS_REALM_ID"])
    bodies = []
    for number in range(3):
        invoice = (await sale(world, number))["invoiceId"]
        ids = [pay(world, invoice, 10_000), pay(world, invoice)]
        bodies += [thin(realm, ("Payment", each), ("Invoice", invoice)) for each in ids]
        bodies += [thin(OTHER_COMPANY, ("Payment", ids[0])), bodies[-1]]
    Random(3).shuffle(bodies)
    for body in bodies:
        assert await told(world, body) == 200
    await world.until_quiet()
    for number in range(3):
        assert ((await sale(world, number))["state"], (await sale(world, number))["balance"]) == ("paid", 0)
    assert world.database.query("SELECT count(*) AS n FROM payments") == [{"n": 6}]


async def test_several_companies_in_one_body() -> None:
    world = await posted()
    realm = str(world.env["QUICKBOOKS_REALM_ID"])
    payment = pay(world, (await sale(world))["invoiceId"])
    one = json.loads(thin(OTHER_COMPANY, ("Payment", "1")))["eventNotifications"]
    two = json.loads(thin(realm, ("Payment", payment), ("Vendor", "5")))["eventNotifications"]
    assert await told(world, json.dumps({"eventNotifications": [*one, *two]}).encode()) == 200
    await world.until_quiet()
    assert (await sale(world))["state"] == "paid"


async def test_of_two_payments_at_once_the_later_counts() -> None:
    """Who reads one of them stands still at each call, its lease still held, until the other is through; then it goes on."""
    for number in range(1, 200):
        world = await posted()
        realm = str(world.env["QUICKBOOKS_REALM_ID"])
        invoice = (await sale(world))["invoiceId"]
        await told(world, thin(realm, ("Payment", pay(world, invoice, 40_000))))
        slow = Perils(world.clock, pause_at=number)
        world.restart(slow)
        worker = asyncio.ensure_future(world.work())
        pause = asyncio.ensure_future(slow.paused.wait())
        await asyncio.wait({worker, pause}, return_when=asyncio.FIRST_COMPLETED)
        pause.cancel()
        world.restart()
        await told(world, thin(realm, ("Payment", pay(world, invoice))))
        await world.work()
        slow.go_on.set()
        await worker
        await world.until_quiet()
        after = await sale(world)
        assert (after["state"], after["balance"]) == ("paid", 0), f"stood still at call {number}"
        assert sum(payment["amount"] for payment in after["payments"]) == pytest.approx(1000.1)
        if slow.calls < number:
            break
    assert 12 < number < 199


async def test_an_event_that_cannot_be_read_takes_no_other_with_it() -> None:
    for cloud in (False, True):
        world = await posted()
        realm = str(world.env["QUICKBOOKS_REALM_ID"])
        payment = pay(world, (await sale(world))["invoiceId"])
        body = json.loads(thin(realm, ("Payment", payment), cloud=cloud))
        if cloud:
            body[:0] = [{"type": "qbo.payment.created.v1"}, None]
        else:
            body["eventNotifications"][0]["dataChangeEvent"]["entities"][:0] = [
                {"name": "Payment"},
                {"id": {}, "name": "Payment"},
            ]
            body["eventNotifications"].insert(0, {"realmId": [], "dataChangeEvent": None})
        assert await told(world, json.dumps(body).encode()) == 200
        await world.until_quiet()
        assert (await sale(world))["state"] == "paid"


@pytest.mark.parametrize("action", ["void", "delete"])
async def test_a_payment_that_is_taken_back_is_not_paid(action: str) -> None:
    world = await posted()
    realm = str(world.env["QUICKBOOKS_REALM_ID"])
    payment = pay(world, (await sale(world))["invoiceId"])
    await told(world, thin(realm, ("Payment", payment)))
    await world.until_quiet()
    assert (await sale(world))["state"] == "paid"
    bookkeeper.alter(world.company, bookkeeper.Alteration.model_validate({"action": action, "kind": "Payment", "id": payment}))
    body = json.loads(thin(realm, ("Payment", payment)))
    body["eventNotifications"][0]["dataChangeEvent"]["entities"][0]["operation"] = "Void"
    await told(world, json.dumps(body).encode())
    await world.until_quiet()
    after = await sale(world)
    assert (after["state"], after["balance"], after["paidAt"], after["payments"]) == ("posted", 1000.1, None, [])


@pytest.mark.parametrize(
    ("action", "words"),
    [("void", "voided in QuickBooks"), ("delete", "deleted in QuickBooks"), ("edit", "changed in QuickBooks")],
)
async def test_what_the_bookkeeper_does_is_seen_and_not_fought(action: str, words: str) -> None:
    world = await posted()
    realm = str(world.env["QUICKBOOKS_REALM_ID"])
    before = await sale(world)
    world.bookkeeper(action, "Invoice", before["docNumber"], **({"amount_cents": 90_000} if action == "edit" else {}))
    writes = len(world.calls("POST"))
    await told(world, thin(realm, ("Invoice", before["invoiceId"])))
    await world.until_quiet()
    assert words in (await sale(world))["booksNote"]
    await world.call("POST", "/api/integrations/quickbooks/sync")
    await world.until_quiet()
    assert len(world.calls("POST")) == writes


async def test_what_the_webhook_missed_the_daily_look_finds() -> None:
    world = await posted(2)
    for number in range(2):
        pay(world, (await sale(world, number))["invoiceId"])
    assert (await sale(world))["state"] == "posted"
    world.clock.forward(86400)
    await world.tick("0 * * * *")
    await world.until_quiet()
    assert [(await sale(world, number))["state"] for number in range(2)] == ["paid", "paid"]
    looks = len(world.calls("GET", "/cdc"))
    assert looks == 1
    await world.tick("0 * * * *")
    await world.until_quiet()
    assert len(world.calls("GET", "/cdc")) == looks


async def test_the_books_away_lose_no_payment() -> None:
    world = await posted()
    realm = str(world.env["QUICKBOOKS_REALM_ID"])
    payment = pay(world, (await sale(world))["invoiceId"])
    world.faults({"fault": "status", "status": 503, "path": "/payment*"})
    await told(world, thin(realm, ("Payment", payment)))
    await world.until_quiet()
    assert (await sale(world))["state"] == "paid"


async def test_without_a_verifier_nothing_is_taken() -> None:
    world = await posted()
    world.env["QUICKBOOKS_WEBHOOK_VERIFIER"] = ""
    body = thin(str(world.env["QUICKBOOKS_REALM_ID"]), ("Payment", "1"))
    assert await told(world, body) == 503
