"""Who did it: every write names its author, by whichever way it came, and a vehicle's history shows it."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from app.typed import add
from carlot import app
from carlot.domain.vehicle import FIELDS
from carlot.platform.ports import Request, Response
from carlot.store.authors import AUTHORED, needs_author
from rules.statements import texts_of_the_store
from rules.test_schema import SCHEMA, built_by
from support.books import connected
from support.lot import TOKEN, Lot, TextBody, answer
from support.world import HOUR, World

# Tables in which the engine, the sign-in and the partners keep their own accounts: nobody's change of the lot is in them alone.
ENGINE_TABLES = {
    *(
        "lot",
        "photos",
        "csv_import_rejected",
        "csv_import_changes",
        "payments",
        "sync_tasks",
        "partners",
        "partner_calls",
        "alerts",
    ),
    *("inventory_files", "price_changes", "vin_decodes"),
    *("daily_jobs", "import_pages", "webhook_events", "oauth_states", "books_names", "books_changes", "listings", "sessions"),
    *("rate_limits", "idempotency_keys", "journals", "old_listings", "site_files", "trade_ins", "writer"),
}


IMPOSTORS = ("", " ", "token", "DMS", "Cron", "QuickBooks", "a@b.test", "CSV (Ann)", "two\nlines", "x" * 61, 7)
CONTACT = {"name": "Änn Lee", "email": "ann@example.test", "phone": "555-0100"}


def everything(lot: Lot) -> str:
    """All that stands in the database."""
    tables = lot.database.query("SELECT name FROM sqlite_master WHERE type = 'table'")
    return "\n".join(str(lot.database.query(f"SELECT * FROM {table['name']}")) for table in tables)


def authors(lot: Lot, what: str = "") -> list[str]:
    """Who did such things, oldest first."""
    rows = lot.database.query("SELECT author, what FROM audit_author")
    return [row["author"] for row in rows if not what or row["what"] == what]


async def history(lot: Lot, vehicle_id: str) -> list[dict[str, Any]]:
    response = await lot.call("GET", f"/api/vehicles/{vehicle_id}/history")
    assert response.status == 200, response.body
    entries: list[dict[str, Any]] = answer(response)["history"]
    return entries


async def sign_in(lot: Lot, **more: Any) -> Response:
    return await lot.call("POST", "/api/session", {"token": TOKEN, **more}, signed_in=False)


async def signed_in_as(lot: Lot, **more: Any) -> dict[str, str]:
    """The headers of a browser that has just signed in."""
    return {"cookie": (await sign_in(lot, **more)).headers["set-cookie"].partition(";")[0]}


class TestEachWayIn:
    async def test_a_bearer_token(self, lot: Lot) -> None:
        await add(lot, 1)
        assert authors(lot) == ["token"]

    @pytest.mark.parametrize(("given", "author"), [({"name": "Maria"}, "Maria"), ({"name": None}, "session"), ({}, "session")])
    async def test_a_session(self, lot: Lot, given: dict[str, Any], author: str) -> None:
        vehicle = await add(lot, 1)
        browser = await signed_in_as(lot, **given)
        changed = await lot.call("PATCH", f"/api/vehicles/{vehicle['id']}", {"price": 1000}, browser, signed_in=False)
        assert changed.status == 200
        assert authors(lot, "vehicle.changed") == [author]

    async def test_cloudflare_access(self, lot: Lot) -> None:
        vehicle = await add(lot, 1)
        body = TextBody(b'{"price": 1000}')
        headers = {"content-type": "application/json", "origin": "https://lot.test"}
        target = f"/api/vehicles/{vehicle['id']}"
        request = Request("r", "PATCH", "https://lot.test", target, (), headers, body, "ann@dealer.test")
        assert (await app.handle_request(request, lot.services)).status == 200
        assert authors(lot, "vehicle.changed") == ["ann@dealer.test"]

    async def test_a_file_and_its_undo(self, lot: Lot) -> None:
        browser = await signed_in_as(lot, name="Maria") | {"content-type": "text/csv"}
        sheet = b"vin,year,make,model,price\r\n1HGCM82633A004352,2003,Honda,Accord,6995\r\n"
        taken = await lot.call("POST", "/api/vehicles/import", sheet, browser, signed_in=False)
        assert taken.status == 200, taken.body
        undone = await lot.call("POST", f"/api/vehicles/imports/{answer(taken)['importId']}/undo")
        assert undone.status == 200
        assert authors(lot, "vehicle.added") == ["CSV (Maria)"]
        assert authors(lot, "vehicle.changed") == ["CSV (token)"]

    async def test_the_dms_by_pull_and_by_event(self) -> None:
        world = World(2)
        await world.pull()
        assert authors(world, "vehicle.added") == ["DMS", "DMS"]
        assert authors(world, "pull.started") == ["token"]
        assert await world.told_by_dms(world.dms_sells("A1")) == 200
        await world.until_quiet()
        assert authors(world, "sale.made") == ["DMS"]

    async def test_the_day_s_own_pull(self) -> None:
        world = World(1)
        world.clock.forward(86_400)
        await world.tick(HOUR)
        assert authors(world, "pull.started") == ["cron"]

    async def test_quickbooks_beside_other_partners_in_one_delivery(self) -> None:
        world = await connected(2)
        await world.sell("A1")
        assert await world.told_by_dms(world.dms_sells("A2")) == 200
        await world.until_quiet()
        assert authors(world, "invoice.posted") == ["QuickBooks", "QuickBooks"]
        assert sorted(authors(world, "sale.made")) == ["DMS", "token"]

    async def test_sql_by_hand_is_nobody_s(self, lot: Lot) -> None:
        vehicle = await add(lot, 1)
        lot.database.query("UPDATE vehicles SET price_cents = 1 WHERE id = ?", vehicle["id"])
        assert authors(lot, "vehicle.changed") == ["database"]


class TestTheNameAtSignIn:
    @pytest.mark.parametrize("name", IMPOSTORS)
    async def test_what_would_pass_for_somebody_else_is_refused(self, lot: Lot, name: Any) -> None:
        assert (await sign_in(lot, name=name)).status == 422
        assert lot.database.query("SELECT * FROM sessions") == []

    @pytest.mark.parametrize("name", ["Maria", "José Núñez", "O'Neil Jr.", "王小明", "Ann 2"])
    async def test_the_names_of_people_are_taken(self, lot: Lot, name: str) -> None:
        assert (await sign_in(lot, name=name)).status == 204


class TestNoWriteWithoutItsAuthor:
    def test_each_table_has_triggers_or_is_the_engine_s_own(self) -> None:
        connection = built_by([SCHEMA.read_text()])
        tables = {
            name
            for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
        }
        triggers = "SELECT tbl_name FROM sqlite_schema WHERE type = 'trigger' AND sql LIKE '%writing%'"
        watched = {table for (table,) in connection.execute(triggers)}
        assert watched == set(AUTHORED) - {"history"}
        assert tables - watched - {"history"} == ENGINE_TABLES

    def test_every_statement_that_writes_to_such_a_table_is_known_to_need_an_author(self) -> None:
        """Asked of SQLite itself: which statements of the store write to an authored table."""
        connection = built_by([SCHEMA.read_text()])
        written: set[str] = set()

        # 9, 18 and 23 are SQLite's codes of DELETE, INSERT and UPDATE: sqlite.org/c3ref/c_alter_table.html
        def note(code: int, table: str | None, *_: object) -> int:
            written.update([table] if table and code in (9, 18, 23) else [])
            return 0

        connection.set_authorizer(note)
        missed, found = [], 0
        for sql in texts_of_the_store():
            written.clear()
            count = max((int(number) for number in re.findall(r"\?(\d+)", sql)), default=0)
            try:
                connection.execute(f"EXPLAIN {sql}", [None] * count)
            except Exception:  # noqa: BLE001  A part of a statement.
                continue
            if written & set(AUTHORED):
                found += 1
                missed += [] if needs_author(sql) else [sql]
        assert missed == []
        assert found > 20

    async def test_the_name_is_gone_after_each_batch(self, lot: Lot) -> None:
        await add(lot, 1)
        assert lot.database.query("SELECT * FROM writer") == []


class TestAVehiclesHistory:
    async def test_newest_first_with_what_changed_and_what_each_partner_heard(self) -> None:
        world = await connected(1)
        car = world.vehicle("A1")
        world.clock.forward(60)
        await world.edit("A1", price=5995, description="New tires.")
        world.clock.forward(60)
        sale = await world.sell("A1", 5500)
        await world.until_quiet()
        found = await history(world, car["id"])
        assert [entry["at"] for entry in found] == sorted((entry["at"] for entry in found), reverse=True)
        assert set(found[0]) == {"at", "author", "what", "partner", "detail", "link"}
        [edited] = [entry for entry in found if entry["what"] == "vehicle.changed" and entry["detail"].startswith("price")]
        assert (edited["author"], edited["detail"]) == ("token", "price: $6,995.00 to $5,995.00; description")
        [made] = [entry for entry in found if entry["what"] == "sale.made"]
        assert (made["detail"], made["link"]) == ("sale price: $5,500.00; sale date: Feb 3, 2025", f"/api/sales/{sale['id']}")
        assert (await world.call("GET", made["link"])).status == 200
        heard = {entry["partner"]: entry for entry in found if entry["partner"]}
        assert heard["quickbooks"]["what"] == "invoice.done"
        assert heard["wayne_reeves"]["author"] == "CarLot"
        assert (await history(world, car["id"]))[-1]["what"] == "vehicle.added"

    async def test_no_name_of_the_api_is_in_what_changed(self) -> None:
        """Whatever can be changed of a car and its sale, down to the payment and the void."""
        world = await connected(1)
        car = world.vehicle("A1")
        await world.edit("A1", publishToThirdParty=True, vin="1HGCM82633A004352")
        texts = ("trim", "bodyStyle", "exteriorColor", "interiorColor", "transmission", "fuelType", "drivetrain", "engine")
        await world.edit(
            "A1", **dict.fromkeys(texts, "Other"), purchaseDate="2025-01-02", purchasePrice=7, mileage=7, stockNumber="B1"
        )
        sale = await world.sell("A1", 5500)
        await world.until_quiet()
        for body in ({"salePrice": 5600, "saleDate": "2025-02-01"}, {"customer": CONTACT}):
            assert (await world.call("PATCH", f"/api/sales/{sale['id']}", body)).status == 200
        world.database.query("UPDATE sales SET paid_at = '2025-02-03T10:00:00.000Z'")
        await world.until_quiet()
        assert (await world.call("POST", f"/api/sales/{sale['id']}/void")).status == 200
        details = [entry["detail"] or "" for entry in await history(world, car["id"]) if not entry["partner"]]
        assert re.findall(r"\b[a-z]+[A-Z]\w*|_|\d{4}-\d\d-\d\d", " ".join(details)) == []
        said = "; ".join(details)
        for words in (
            "Publish to Third Party: off to on",
            "sale date: Feb 3, 2025 to Feb 1, 2025",
            "body style: none to Other",
            "mileage: 98,013 to 7",
            "paid: none to Feb 3, 2025",
        ):
            assert words in said, said

    async def test_no_such_vehicle(self, lot: Lot) -> None:
        assert (await lot.call("GET", "/api/vehicles/gone/history")).status == 404

    def test_every_field_that_can_be_written_is_watched(self) -> None:
        connection = built_by([SCHEMA.read_text()])
        [[trigger]] = connection.execute("SELECT sql FROM sqlite_schema WHERE name = 'history_vehicle_changed'")
        watched = {f.wire: f'NEW.{f.column} IS NOT OLD.{f.column}, \',"{f.wire}":' for f in FIELDS if f.writable}
        assert [wire for wire, text in watched.items() if text not in trigger] == []

    async def test_nothing_changed_is_no_entry(self, lot: Lot) -> None:
        vehicle = await add(lot, 1)
        await lot.call("PATCH", f"/api/vehicles/{vehicle['id']}", {"price": vehicle["price"]})
        assert [entry["what"] for entry in await history(lot, vehicle["id"])] == ["vehicle.added"]

    async def test_every_change_of_every_field_is_seen(self, lot: Lot) -> None:
        vehicle = await add(lot, 1)
        changes = {
            "make": "Ford",
            "year": 2005,
            "publishToWebsite": not vehicle["publishToWebsite"],
            "photos": ["https://photos.test/2.jpg"],
            "trim": "LX",
        }
        for number, (name, value) in enumerate(changes.items(), 1):
            assert (await lot.call("PATCH", f"/api/vehicles/{vehicle['id']}", {name: value})).status == 200
            entries = await history(lot, vehicle["id"])
            assert len(entries) == number + 1
            # In words that people have for it; the names of the API are nobody's on a screen.
            assert entries[0]["detail"].startswith({"publishToWebsite": "Publish to Website"}.get(name, name))


class TestCustomers:
    async def test_what_is_given_is_changed_and_the_rest_stays(self, lot: Lot) -> None:
        ann = answer(await lot.call("POST", "/api/customers", CONTACT))
        target = f"/api/customers/{ann['id']}"
        for change, expected in (
            ({"email": "lee@example.test"}, {"email": "lee@example.test"}),
            ({"phone": None}, {"phone": None}),
            ({"name": "Ann Leigh", "email": ""}, {"name": "Ann Leigh", "email": None}),
            ({}, {}),
        ):
            ann |= expected
            response = await lot.call("PATCH", target, change)
            assert (response.status, answer(response)) == (200, ann)
            assert answer(await lot.call("GET", target)) == ann

    @pytest.mark.parametrize("change", [{"name": None}, {"name": " "}, {"id": "x"}, {"email": 7}, {"phone": "x" * 201}])
    async def test_what_breaks_the_schema(self, lot: Lot, change: dict[str, Any]) -> None:
        ann = answer(await lot.call("POST", "/api/customers", CONTACT))
        assert (await lot.call("PATCH", f"/api/customers/{ann['id']}", change)).status == 422
        assert answer(await lot.call("GET", f"/api/customers/{ann['id']}")) == ann

    @pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
    async def test_no_such_customer(self, lot: Lot, method: str) -> None:
        assert (await lot.call(method, "/api/customers/gone", {"name": "x"} if method == "PATCH" else None)).status == 404

    async def test_a_deleted_customer_stands_nowhere_and_the_sale_stays(self) -> None:
        world = World(1)
        await world.pull()
        event = world.dms_sells("A1")
        event["sale"]["customer"] = CONTACT
        # Senders write what is no ASCII in either way.
        assert await world.told_by_dms(json.dumps(event, ensure_ascii=True).encode()) == 200
        await world.until_quiet()
        [customer] = answer(await world.call("GET", "/api/customers"))["customers"]
        [sale] = answer(await world.call("GET", "/api/sales"))["sales"]
        world.database.query("UPDATE sync_tasks SET error = ? WHERE kind = 'invoice'", f"Too many are named {CONTACT['name']}.")
        assert (await world.call("DELETE", f"/api/customers/{customer['id']}")).status == 204
        kept = everything(world)
        assert sale["docNumber"] in kept
        assert [personal for personal in (*CONTACT.values(), "nn Lee") if personal in kept] == []
        after = answer(await world.call("GET", f"/api/sales/{sale['id']}"))
        blank = {"id": customer["id"], "name": "", "email": None, "phone": None}
        assert after == {**sale, "customer": blank}
        shown = answer(await world.call("GET", f"/api/customers/{customer['id']}"))
        assert shown == {**blank, "createdAt": customer["createdAt"]}
        assert answer(await world.call("GET", "/api/customers"))["total"] == 0
        assert (await world.call("DELETE", f"/api/customers/{customer['id']}")).status == 204
        assert (await world.call("PATCH", f"/api/customers/{customer['id']}", {"name": "Ann"})).status == 409

    async def test_a_sale_to_that_name_later_is_another_customer(self) -> None:
        world = World(2)
        await world.pull()
        first = await world.sell("A1", customer=CONTACT)
        await world.call("DELETE", f"/api/customers/{first['customer']['id']}")
        second = await world.sell("A2", customer=CONTACT)
        assert second["customer"]["id"] != first["customer"]["id"]

    async def test_an_invoice_of_a_deleted_customer_goes_to_the_default_one(self) -> None:
        world = await connected(1)
        sale = await world.sell("A1", customer=CONTACT)
        await world.call("DELETE", f"/api/customers/{sale['customer']['id']}")
        await world.until_quiet()
        assert CONTACT["name"] not in world.names("Customer")
        world.check_books()
