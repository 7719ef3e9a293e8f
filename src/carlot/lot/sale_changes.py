"""What is done to a sale, by the API, by the DMS's events and by the dealer's answers: it is made, corrected, undone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from pydantic_core import from_json

from carlot.domain.entries import document_number
from carlot.domain.times import instant
from carlot.engine.questions import Decision
from carlot.lot.sync_rules import cost_requests, edit_requests, enqueue_listings, sale_invoice, sale_requests
from carlot.platform.ports import Services, Statement
from carlot.store import customers, questions, sales, vehicles
from carlot.store.sales import NewSale, Standing, Terms
from carlot.store.tasks import Enqueue


@dataclass(frozen=True, slots=True)
class Paid:
    """What was paid on an invoice, and the words in which QuickBooks refuses to change it for that; empty: it was not asked."""

    cents: int
    refusal: str = ""

    @property
    def details(self) -> dict[str, Any]:
        """The same in the details of a question."""
        return {"paidCents": self.cents, **({"refusal": self.refusal} if self.refusal else {})}


class Contact(Protocol):
    """Who bought a car."""

    @property
    def name(self) -> str: ...
    @property
    def email(self) -> str | None: ...
    @property
    def phone(self) -> str | None: ...


async def customer_of(services: Services, contact: Contact | None) -> tuple[str | None, list[Statement]]:
    """Return the id of the customer of a sale, and the statement that adds a new one."""
    if contact is None:
        return None, []
    known = await customers.find(services.database, contact.name, contact.email, contact.phone)
    if known is not None:
        return known, []
    customer_id = services.clock.token()
    now = instant(services.clock.now())
    return customer_id, [customers.insert(customer_id, contact.name, contact.email, contact.phone, now)]


def make_sale(
    services: Services, vehicle: Mapping[str, Any], terms: Terms, *, from_dms: tuple[str | None, str | None] | None = None
) -> tuple[str, Decision]:
    """Sell a vehicle (of which `id` and `externalDmsId` are used); return the sale's id and what makes it.

    `from_dms` are the id and the time that the DMS gave with a sale of its own. The batch fails with `ConstraintViolation` when
    the vehicle cannot be sold, `UniqueViolation` when it is sold already.
    """
    clock = services.clock
    now, token = clock.now(), clock.token()
    dms_sale_id, told_at = from_dms or (None, None)
    origin = "carlot" if from_dms is None else "dms"
    sale = NewSale(
        token,
        str(vehicle["id"]),
        terms.price_cents,
        terms.sale_date,
        terms.customer_id,
        origin,
        document_number("S", token),
        clock.token(),
        terms.lines,
        dms_sale_id,
        told_at,
    )
    requests = [
        *sale_requests(services, token, vehicle, now, from_dms=from_dms is not None),
        *cost_requests(services, sale.vehicle_id),
    ]
    return token, Decision(sales.insert(sale, instant(now)), [*requests, *enqueue_listings(services, sale.vehicle_id)])


async def correct_sale(
    services: Services, sale: Standing, terms: Terms, *, told_at: str | None = None, forced: bool = False
) -> Decision:
    """Give a sale that stands other terms, told by the DMS at its time `told_at`, and have its invoice follow.

    What touches paid money, or an invoice that somebody changed in QuickBooks, is asked first, unless it is `forced`: the dealer
    has decided.
    """
    now = services.clock.now()
    at = instant(now)
    if (
        terms == Terms(sale.price_cents or 0, sale.sale_date, sale.customer_id, sale.lines)
        and sale.price_cents is not None
        and not forced
    ):
        return Decision()
    if sale.is_touched and not forced:
        return await ask_about(services, "sale_changed", sale, terms, by_dms=told_at is not None, told_at=told_at)
    # The invoice follows. Until it is posted, its time counts from the sale.
    requests: list[Enqueue] = [*sale_invoice(sale.id, now), *cost_requests(services, sale.vehicle_id)]
    return Decision([sales.correct(sale.id, terms, told_at, at, forced=forced)], requests)


async def ask_about(
    services: Services,
    kind: str,
    sale: Standing,
    terms: Terms,
    dms_sale_id: str | None = None,
    *,
    by_dms: bool = False,
    told_at: str | None = None,
    paid: Paid | None = None,
    anew: bool = False,
) -> Decision:
    """Ask the dealer whether a sale is to get these terms. What he has decided already is not asked again, unless `anew`.

    `by_dms`: the DMS wants them, since its time `told_at`, and may take that back. `paid`: why the invoice cannot follow yet.
    """
    details = {
        "lines": from_json(terms.lines),
        "priceCents": terms.price_cents,
        "saleDate": terms.sale_date,
        "customerId": terms.customer_id,
        "dmsSaleId": dms_sale_id,
        **({"byDms": True} if by_dms else {}),
        **(paid.details if paid else {}),
    }
    if not anew and await questions.is_answered(services.database, kind, sale.id, details):
        return Decision()
    clock = services.clock
    return Decision([questions.ask(clock.token(), kind, sale.id, sale.vehicle_id, details, instant(clock.now()), told_at)])


def ask_to_void(services: Services, sale_id: str, vehicle_id: str, paid: Paid) -> Statement:
    """Ask the dealer what becomes of the invoice of a sale that is void, which QuickBooks keeps because money was paid on it."""
    clock = services.clock
    return questions.ask(clock.token(), "invoice_paid", sale_id, vehicle_id, paid.details, instant(clock.now()))


async def undo_sale(services: Services, sale_id: str, vehicle_id: str) -> Decision:
    """Void a sale: its car is on the lot again, and its partners are notified."""
    now = services.clock.now()
    vehicle = await vehicles.read(services.database, vehicle_id)
    # Edits made while the car was sold have not been sent to the DMS.
    edits = edit_requests(services, vehicle, vehicle["editedFields"]) if vehicle else []
    untold = [sales.enqueue_untelling(sale_id, instant(now))] if services.settings.tells_dms else []
    requests = [*sale_invoice(sale_id, now), *untold, *edits, *cost_requests(services, vehicle_id)]
    enqueue: list[Enqueue] = [*requests, *enqueue_listings(services, vehicle_id)]
    return Decision(sales.void(sale_id, instant(now)), enqueue)
