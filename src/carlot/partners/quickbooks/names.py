"""Who and what a document names in QuickBooks: looked up once and remembered; customers and vendors are made if need be."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from carlot.errors import Permanent, Retryable
from carlot.partners.quickbooks import client
from carlot.partners.quickbooks.client import Company
from carlot.partners.quickbooks.documents import to_display_name
from carlot.partners.quickbooks.mapping import DUPLICATE_NAME, Entity, Fault
from carlot.platform.ports import Services
from carlot.store import quickbooks_documents

MISSING_S = 900.0
"""When to look again for an item or an account that the dealer has to make."""

MOST_SUFFIXES = 20


class Names:
    """The names of one company, each asked for once in one go at its documents."""

    def __init__(self, services: Services, company: Company) -> None:
        self._services = services
        self._company = company
        self._realm = services.settings.quickbooks_realm_id
        self._known: dict[tuple[str, str], str] = {}
        self._missing: dict[str, Retryable] = {}

    async def item(self) -> str:
        """The product or service on an invoice. Raises: `Retryable` with what the dealer has to do; it goes by itself then."""
        found = await self._listed("item", "Item", "QUICKBOOKS_SALES_ITEM", "a product or service")
        return found[1]

    async def expense_account(self) -> str:
        """The account of service costs. Raises: as `item`."""
        found = await self._listed("account", "Account", "QUICKBOOKS_EXPENSE_ACCOUNT", "an expense account")
        return found[1]

    async def paid_from(self) -> tuple[str, str]:
        """How service costs are paid (`Cash` or `CreditCard`), and from which account. Raises: as `item`."""
        kind, account = await self._listed("cash", "Account", "QUICKBOOKS_PAYMENT_ACCOUNT", "a bank or credit card account")
        return ("CreditCard" if kind == "card" else "Cash"), account

    async def customer(self, sale: Mapping[str, Any]) -> str:
        """The customer of a sale; the default one when it names none. Raises: as `client`, `Permanent`."""
        if sale["customer_id"] is None:
            default = self._services.settings.quickbooks_default_customer
            if not default:
                raise Retryable("The sale names no customer: set QUICKBOOKS_DEFAULT_CUSTOMER to the name of one.", MISSING_S)
            return await self._person("customer", "Customer", "", default, None, None)
        key, email, phone = str(sale["customer_id"]), sale["customer_email"], sale["customer_phone"]
        return await self._person("customer", "Customer", key, str(sale["customer_name"]), email, phone)

    async def vendor(self, record: Mapping[str, Any]) -> str | None:
        """The vendor of a service record; `None`: it names none. Raises: as `customer`."""
        name = record["vendor"]
        return await self._person("vendor", "Vendor", str(name).strip().lower(), str(name), None, None) if name else None

    async def _listed(self, kind: str, entity: str, setting: str, what: str) -> tuple[str, str]:
        """What the dealer keeps in a list of his, under the name in a setting: the kind it is remembered as, and its id."""
        name = self._services.settings.value(setting)
        if not name:
            raise Retryable(f"Set {setting} to the name of {what} in QuickBooks.", MISSING_S)
        for remembered in ("cash", "card") if kind == "cash" else (kind,):
            if known := await self._remembered(remembered, name):
                return remembered, known
        if setting in self._missing:
            raise self._missing[setting]
        found = await client.find(self._company, entity, "Name", name)
        if not found:
            sentence = f"Create {what} named “{name}” in QuickBooks, or set {setting} to the name of yours."
            self._missing[setting] = Retryable(sentence, MISSING_S)
            raise self._missing[setting]
        kept = "card" if kind == "cash" and found[0].account_type == "Credit Card" else kind
        await self._keep(kept, name, found[0].id)
        return kept, found[0].id

    async def _person(self, kind: str, entity: str, key: str, name: str, email: str | None, phone: str | None) -> str:
        """A customer or vendor: remembered, found by name or mail, or made."""
        known = await self._remembered(kind, key)
        if known is None:
            known = await self._found_or_made(kind, entity, name, email, phone)
            await self._keep(kind, key, known)
        return known

    async def _found_or_made(self, kind: str, entity: str, name: str, email: str | None, phone: str | None) -> str:
        """Names are unique over customers, vendors and employees, so one that is taken by somebody else gets a suffix."""
        for number in range(1, MOST_SUFFIXES):
            candidate = to_display_name(name, number, kind)
            if found := await client.find(self._company, entity, "DisplayName", candidate):
                if _may_be(found[0], email):
                    return found[0].id
                continue
            if number == 1 and email and (known := await self._by_mail(entity, email)):
                return known
            try:
                return await self._make(entity, candidate, email, phone)
            except Fault as fault:
                if fault.code != DUPLICATE_NAME:
                    raise
            # Somebody has made it at this very moment, perhaps for the same customer; or a vendor or employee is called so.
            found = await client.find(self._company, entity, "DisplayName", candidate)
            if found and _may_be(found[0], email):
                return found[0].id
        raise Permanent(f"QuickBooks has too many customers, vendors and employees named {name}.")

    async def _by_mail(self, entity: str, email: str) -> str | None:
        try:
            found = await client.find(self._company, entity, "PrimaryEmailAddr", email)
        except Fault:  # Not every company's books can be asked for it.
            return None
        return found[0].id if found else None

    async def _make(self, entity: str, name: str, email: str | None, phone: str | None) -> str:
        content: dict[str, Any] = {"DisplayName": name}
        if email:
            content["PrimaryEmailAddr"] = {"Address": email}
        if phone:
            content["PrimaryPhone"] = {"FreeFormNumber": phone[:30]}
        try:
            return await self._made(entity, content)
        except Fault as fault:
            if fault.code == DUPLICATE_NAME or len(content) == 1:
                raise
        # A mail address or phone number that QuickBooks does not take is no reason to leave the sale out of the books.
        return await self._made(entity, {"DisplayName": name})

    async def _made(self, entity: str, content: Mapping[str, Any]) -> str:
        """A new entry; names are unique, so that a second try makes no second one."""
        # Under the requestid of an earlier try, the answer would be an entry that the dealer may have taken out since.
        return (await client.create(self._company, entity, content, self._services.clock.token())).id

    async def _remembered(self, kind: str, name: str) -> str | None:
        """By which id QuickBooks knows a name, as far as it was looked up before."""
        if (kind, name) not in self._known:
            found = await quickbooks_documents.names(self._services.database, self._realm, kind, [name])
            self._known |= {(kind, each): quickbooks_id for each, quickbooks_id in found.items()}
        return self._known.get((kind, name))

    async def _keep(self, kind: str, name: str, quickbooks_id: str) -> None:
        await self._services.database.batch([quickbooks_documents.keep_name(self._realm, kind, name, quickbooks_id)])
        self._known[kind, name] = quickbooks_id


def _may_be(found: Entity, email: str | None) -> bool:
    """Whether a customer of that name is the one meant: another mail address is another person."""
    theirs = found.email.address if found.email else None
    return not email or not theirs or theirs.strip().lower() == email.strip().lower()
