"""A world whose dealer keeps his books in the simulated QuickBooks."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter

from carlot.domain.times import instant
from carlot.partners.quickbooks import tokens
from carlot.partners.quickbooks.client import TokenPair
from carlot.partners.quickbooks.due import UNDO_S
from carlot.store import oauth_tokens, partner_calls, tasks
from simulators.faults import FaultSettings
from simulators.quickbooks import bookkeeper, ledger, preset
from simulators.quickbooks.company import Company
from simulators.quickbooks.knobs import Knobs
from support.lot import answer
from support.simulated import BASE, BOOKS
from support.world import World

BOOKS_ENV: dict[str, str | None] = {
    "QUICKBOOKS_CLIENT_ID": "client",
    "QUICKBOOKS_CLIENT_SECRET": "secret",
    "QUICKBOOKS_REALM_ID": preset.DEALER_REALM,
    "QUICKBOOKS_AUTHORIZE_URL": f"{BASE}/connect/oauth2",
    "QUICKBOOKS_TOKEN_URL": f"{BASE}/oauth2/v1/tokens/bearer",
    "QUICKBOOKS_REVOKE_URL": f"{BASE}/v2/oauth2/tokens/revoke",
    "QUICKBOOKS_API_URL": BASE,
    "QUICKBOOKS_SALES_ITEM": preset.SALES_ITEM,
    "QUICKBOOKS_EXPENSE_ACCOUNT": preset.EXPENSE_ACCOUNT,
    "QUICKBOOKS_PAYMENT_ACCOUNT": preset.PAYMENT_ACCOUNT,
    "QUICKBOOKS_DEFAULT_CUSTOMER": preset.DEFAULT_CUSTOMER,
    "QUICKBOOKS_FEE_ITEM": preset.FEE_ITEM,
    "QUICKBOOKS_TAX_ITEM": preset.TAX_ITEM,
    "QUICKBOOKS_TRADE_IN_ITEM": preset.TRADE_IN_ITEM,
    "QUICKBOOKS_DEPOSIT_ITEM": preset.DEPOSIT_ITEM,
    "QUICKBOOKS_DISCOUNT_ITEM": preset.DISCOUNT_ITEM,
    "TOKEN_ENCRYPTION_KEY": base64.b64encode(bytes(range(32))).decode(),
}
API = f"/v3/company/{preset.DEALER_REALM}"
LINES = TypeAdapter(list[dict[str, Any]])


class BooksWorld(World):
    """CarLot with QuickBooks set up; `connect` gives it a connection."""

    def __init__(self, cars: int = 3, seed: int = 1, settings: Mapping[str, str | None] | None = None) -> None:
        super().__init__(cars, seed, {**BOOKS_ENV, **(settings or {})})

    @property
    def company(self) -> Company:
        """The dealer's books."""
        return self.network.books.companies[preset.DEALER_REALM]

    async def connect(self) -> None:
        """The dealer gives his consent, and what waited for it goes on."""
        await connect(self)

    def knobs(self, **knobs: Any) -> None:
        """Replace how QuickBooks behaves; what is left out is as at the start."""
        self.network.books.knobs = Knobs.model_validate(knobs)

    def faults(self, *script: Mapping[str, Any], **knobs: Any) -> None:
        """Replace what goes wrong on the way to QuickBooks: rules for chosen calls, each for paths of the company, or rates."""
        rules = [{**rule, **({"path": API + rule["path"]} if "path" in rule else {})} for rule in script]
        self.network.core.plans[BOOKS].apply(FaultSettings.model_validate({"script": rules, **knobs}))

    def calls(self, method: str | None = None, path: str = "") -> list[dict[str, Any]]:
        """What the books' API was asked, oldest first, by the end of its path."""
        return [call for call in self.network.heard(method, None, BOOKS) if call["path"].startswith(API + path)]

    def posted(self, kind: str = "Invoice", state: str | None = None) -> list[dict[str, Any]]:
        """The documents ever written in the books, amounts in cents."""
        found = ledger.documents(self.company, kind)
        return [line for line in found if state in (None, line["state"])]

    def names(self, kind: str) -> list[str]:
        """The customers, vendors or employees in the books."""
        return [str(record.body["DisplayName"]) for record in self.company.standing(kind)]

    def add(self, kind: str, **body: Any) -> str:
        """Put something into the books' lists; answer its id."""
        return preset.add(self.company, kind, body).object_id

    def bookkeeper(self, action: str, kind: str, doc_number: str, **more: Any) -> None:
        """The bookkeeper voids, deletes or edits a document in QuickBooks itself."""
        wish = bookkeeper.Alteration.model_validate({"action": action, "kind": kind, "doc_number": doc_number, **more})
        bookkeeper.alter(self.company, wish)

    async def sell(self, stock_number: str, price: float = 6500.0, **more: Any) -> dict[str, Any]:
        """Sell a vehicle, and wait until its invoice may be sent."""
        sale = await super().sell(stock_number, price, **more)
        self.clock.forward(UNDO_S)
        return sale

    async def spend(self, stock_number: str, cost: float = 120.5, **more: Any) -> dict[str, Any]:
        """Record work done on a vehicle; answer the record."""
        entry = {
            "vehicleId": self.vehicle(stock_number)["id"],
            "serviceDate": "2025-02-02",
            "description": "Brake pads",
            "cost": cost,
            **more,
        }
        response = await self.call("POST", "/api/service-records", entry)
        assert response.status == 201, response.body
        record: dict[str, Any] = answer(response)
        return record

    def sale(self, sale_id: str) -> dict[str, Any]:
        """A sale as stored."""
        return self.database.query("SELECT * FROM sales WHERE id = ?", sale_id)[0]

    def record(self, record_id: str) -> dict[str, Any]:
        """A service record as stored."""
        return self.database.query("SELECT * FROM service_records WHERE id = ?", record_id)[0]

    def check_books(self) -> None:
        """Each standing sale and each service record is in the books once, to the cent; nothing else is."""
        check_books(self)


async def connected(cars: int = 3, settings: Mapping[str, str | None] | None = None) -> BooksWorld:
    """CarLot connected to its books, with so many cars from the DMS."""
    world = BooksWorld(cars, settings=settings)
    await world.connect()
    await world.pull()
    return world


async def connect(world: World) -> None:
    """A connection as the callback leaves it: tokens sealed, the partner let go, its blocked tasks too."""
    books, realm = world.network.books, str(world.env["QUICKBOOKS_REALM_ID"])
    pair = books.tokens.connect("client", realm, books.knobs)
    given = TokenPair(
        access_token=pair.access_token,
        expires_in=pair.expires_in,
        refresh_token=pair.refresh_token,
        x_refresh_token_expires_in=pair.refresh_expires_in,
        x_refresh_token_hard_expires_in=pair.hard_expires_in,
    )
    sealed = await tokens.seal(world.services, realm, given)
    now = instant(world.clock.now())
    await world.database.batch(
        [
            oauth_tokens.connect(realm, sealed, now),
            partner_calls.unblock("quickbooks", now),
            tasks.release("quickbooks", now),
        ]
    )


def invoices(world: World) -> list[dict[str, Any]]:
    """The invoices ever written in the dealer's books, amounts in cents."""
    return ledger.documents(world.network.books.companies[preset.DEALER_REALM], "Invoice")


def _is_left(world: World, sale_id: str) -> bool:
    """Whether the dealer is asked about the paid invoice of a sale that is void, or has decided to leave it."""
    sql = "SELECT state, answer ->> 'choice' AS choice FROM questions WHERE kind = 'invoice_paid' AND subject_id = ?"
    return any(row["state"] == "open" or row["choice"] == "leave" for row in world.database.query(sql, sale_id))


def check_books(world: World) -> None:
    """Raises: AssertionError when the books hold anything else than each document whose price is known, once, to the cent."""
    company = world.network.books.companies[preset.DEALER_REALM]
    for kind, rows in (
        (
            "Invoice",
            world.database.query(
                """SELECT *, sale_price_cents + (SELECT total(value ->> 'amount_cents') FROM json_each(lines)) AS cents,
                sale_date AS day, invoice_id AS posted_id FROM sales"""
            ),
        ),
        (
            "Purchase",
            world.database.query(
                "SELECT *, cost_cents AS cents, service_date AS day, purchase_id AS posted_id FROM service_records"
            ),
        ),
    ):
        by_number: dict[str, list[dict[str, Any]]] = {}
        for line in ledger.documents(company, kind):
            if line["state"] == "standing":
                by_number.setdefault(str(line["doc_number"]), []).append(line)
        for row in rows:
            found = by_number.pop(row["doc_number"], [])
            if row["voided_at"] is not None:
                assert not found or _is_left(world, row["id"]), f"undone here, but in the books: {found}"
                continue
            if row["cents"] is None:  # What the car was sold for is asked; until the answer nothing is posted.
                asked = world.database.query("SELECT 1 FROM questions WHERE state = 'open' AND subject_id = ?", row["id"])
                assert asked and not found, (row, found)
                continue
            assert len(found) == 1, f"{row['doc_number']} is {len(found)} times in the books"
            assert found[0]["total_cents"] == row["cents"], (found, row)
            assert found[0]["date"] == row["day"], (found, row)
            assert found[0]["id"] == row["posted_id"], (found, row)
        assert not by_number, f"in the books, but not here: {by_number}"
