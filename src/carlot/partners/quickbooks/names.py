"""Who and what a document names in QuickBooks: looked up once and remembered; customers and vendors are made if need be."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic_core import from_json

from carlot.domain.sale_lines import line_setting
from carlot.errors import Permanent, Retryable
from carlot.partners.quickbooks import client
from carlot.partners.quickbooks.client import Company
from carlot.partners.quickbooks.documents import JOURNAL_ACCOUNTS, to_display_name, to_plain_name
from carlot.partners.quickbooks.mapping import DUPLICATE_NAME, Entity, Fault
from carlot.platform.ports import Services
from carlot.store import quickbooks_documents

MISSING_S = 900.0
"""When to look again for an item or an account that the dealer has to make."""

MOST_SUFFIXES = 20

ITEM = frozenset({"Service", "NonInventory", "Inventory"})
"""Types of items that a line can name; a category, and a bundle, are none. Source: developer.intuit.com, API reference: Item."""
EXPENSE = frozenset({"Expense", "Other Expense", "Cost of Goods Sold", "Other Current Asset", "Fixed Asset", "Other Asset"})
"""Types of accounts that costs are booked to. Source: developer.intuit.com, API reference: Account (`AccountType`)."""
ANY: frozenset[str] = frozenset()
"""Accounts of a journal entry are of any type, classes and departments have none.

Source: developer.intuit.com, API reference: JournalEntry (`AccountRef`), Class, Department.
"""
LOCATION = "{location}"
"""What stands for the location of the car in the name of a class or a department."""
PAID_FROM = frozenset({"Bank", "Credit Card"})
"""Types of accounts that an expense is paid from. Source: developer.intuit.com, API reference: Purchase (`AccountRef`)."""
TAX_WORDS = frozenset({"TAX", "NON"})
"""The tax codes of US companies, which are their own ids. Source: developer.intuit.com, API reference: Invoice (`TaxCodeRef`)."""


class Names:
    """The names of one company, each asked for once in one go at its documents."""

    def __init__(self, services: Services, company: Company) -> None:
        self._services = services
        self._company = company
        self._realm = services.settings.quickbooks_realm_id
        self._known: dict[tuple[str, str], str] = {}
        self._missing: dict[tuple[str, str], Retryable] = {}
        self.used: list[tuple[str, str]] = []
        """The names that were asked for since this list was last emptied: those of one document."""

    async def items(self, sale: Mapping[str, Any]) -> dict[str, str]:
        """The products or services on an invoice, by setting. Raises: `Retryable` with what the dealer has to do."""
        settings = ["QUICKBOOKS_SALES_ITEM", *(line_setting(line) for line in from_json(sale["lines"]))]
        return {
            setting: (await self._listed("item", "Item", setting, "a product or service", ITEM))[1]
            for setting in dict.fromkeys(settings)
        }

    async def expense_account(self) -> str:
        """The account of service costs. Raises: as `items`."""
        return (await self._listed("account", "Account", "QUICKBOOKS_EXPENSE_ACCOUNT", "an expense account", EXPENSE))[1]

    async def accounts(self, entry: Mapping[str, Any]) -> dict[str, str]:
        """The accounts of a journal entry, by setting. Raises: as `items`."""
        found: dict[str, str] = {}
        for account, _ in from_json(entry["lines"]):
            setting = JOURNAL_ACCOUNTS[account]
            if account == "trade_in":
                found[setting] = await self._account_of_item(setting)
            else:
                found[setting] = (await self._listed("account", "Account", setting, "an account", ANY))[1]
        return found

    async def _account_of_item(self, setting: str) -> str:
        """The account that a sale of an item is booked to.

        Source: developer.intuit.com, API reference: Item (`IncomeAccountRef`).
        """
        _, item_id = await self._listed("item", "Item", setting, "a product or service", ITEM)
        item = await client.read(self._company, "Item", item_id)
        if item is None or item.income_account is None:
            raise Retryable(f"The item that {setting} names has no account in QuickBooks.", MISSING_S)
        return item.income_account.value

    async def paid_from(self) -> tuple[str, str]:
        """How service costs are paid (`Cash` or `CreditCard`), and from which account. Raises: as `items`."""
        what = "a bank or credit card account"
        kind, account = await self._listed("cash", "Account", "QUICKBOOKS_PAYMENT_ACCOUNT", what, PAID_FROM)
        return ("CreditCard" if kind == "card" else "Cash"), account

    async def tax_code(self) -> str | None:
        """The tax code of each line; `None`: none is set, as companies in the United States need none. Raises: as `item`."""
        name = self._services.settings.quickbooks_tax_code
        if not name or name.upper() in TAX_WORDS:
            return name.upper() or None
        return (await self._listed("tax_code", "TaxCode", "QUICKBOOKS_TAX_CODE", "a tax code", None))[1]

    async def class_of(self, row: Mapping[str, Any]) -> str | None:
        """The class of all lines; `None`: none is set, or it goes by a location that is not there. Raises: as `items`."""
        return await self._place("class", "Class", "QUICKBOOKS_CLASS", "a class", row)

    async def department_of(self, row: Mapping[str, Any]) -> str | None:
        """The department of a document; `None` as for `class_of`. Raises: as `items`."""
        return await self._place("department", "Department", "QUICKBOOKS_DEPARTMENT", "a location", row)

    async def _place(self, kind: str, entity: str, setting: str, what: str, row: Mapping[str, Any]) -> str | None:
        name, location = self._services.settings.value(setting), str(row["location"] or "").strip()
        if not name or (LOCATION in name and not location):
            return None
        # A colon parts the names of a class and of what is below it, so that no name has one.
        return (await self._listed(kind, entity, setting, what, ANY, name.replace(LOCATION, location.replace(":", " "))))[1]

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

    async def _listed(
        self, kind: str, entity: str, setting: str, what: str, types: frozenset[str] | None, name: str = ""
    ) -> tuple[str, str]:
        """What the dealer keeps in a list of his, under the full name in a setting: the kind it is remembered as, and its id.

        Items and accounts of one name can stand under several parents and in categories; the full name, `Parent:Name`, is unique.
        """
        name = name or self._services.settings.value(setting)
        if not name:
            raise Retryable(f"Set {setting} to the name of {what} in QuickBooks.", MISSING_S)
        for remembered in ("cash", "card") if kind == "cash" else (kind,):
            if known := await self._remembered(remembered, name):
                return remembered, known
        if (setting, name) in self._missing:
            raise self._missing[setting, name]
        named = await client.find(self._company, entity, "Name" if types is None else "FullyQualifiedName", name)
        found = [each for each in named if not types or each.type in (None, *types)]
        if not found:
            sentence = f"Create {what} named “{name}” in QuickBooks, or set {setting} to the full name of yours."
            if named:
                sentence = f"“{name}” in QuickBooks is not {what}. {sentence}"
            self._missing[setting, name] = Retryable(sentence, MISSING_S)
            raise self._missing[setting, name]
        kept = "card" if kind == "cash" and found[0].account_type == "Credit Card" else kind
        await self._keep(kept, name, found[0].id)
        return kept, found[0].id

    async def _person(self, kind: str, entity: str, key: str, name: str, email: str | None, phone: str | None) -> str:
        """A customer or vendor: remembered, found by name, or made."""
        known = await self._remembered(kind, key)
        if known is None:
            known, made = await self._found_or_made(kind, entity, name, email, phone)
            await self._keep(kind, key, known, made=made)
        return known

    async def _found_or_made(self, kind: str, entity: str, name: str, email: str | None, phone: str | None) -> tuple[str, bool]:
        """The id, and whether it was made.

        Names are unique over customers, vendors and employees, so one that is taken by somebody else gets a suffix. A mail
        address only tells customers of one name apart: two people may have one address.
        """
        for number in range(1, MOST_SUFFIXES):
            candidate = to_display_name(name, number, kind)
            if found := await client.find(self._company, entity, "DisplayName", candidate):
                if _may_be(found[0], email):
                    return found[0].id, False
                continue
            try:
                return await self._make(entity, candidate, email, phone), True
            except Fault as fault:
                if fault.code != DUPLICATE_NAME:
                    raise
            # Somebody has made it at this very moment, perhaps for the same customer; or a vendor or employee is called so.
            found = await client.find(self._company, entity, "DisplayName", candidate)
            if found and _may_be(found[0], email):
                return found[0].id, False
        raise Permanent(f"QuickBooks has too many customers, vendors and employees named {name}.")

    async def _make(self, entity: str, name: str, email: str | None, phone: str | None) -> str:
        content: dict[str, Any] = {"DisplayName": name}
        if email:
            content["PrimaryEmailAddr"] = {"Address": email}
        if phone:
            content["PrimaryPhone"] = {"FreeFormNumber": phone[:30]}
        # A mail address, phone number or emoji that QuickBooks does not take is no reason to leave the sale out of the books.
        simpler = [{"DisplayName": name}, {"DisplayName": to_plain_name(name)}]
        for attempt in [content, *(each for each in simpler if each != content)]:
            try:
                return await self._made(entity, attempt)
            except Fault as fault:
                refusal = fault
                if fault.code == DUPLICATE_NAME:
                    break
        raise refusal

    async def _made(self, entity: str, content: Mapping[str, Any]) -> str:
        """A new entry; names are unique, so that a second try makes no second one."""
        # Under the requestid of an earlier try, the answer would be an entry that the dealer may have taken out since.
        return (await client.create(self._company, entity, content, self._services.clock.token())).id

    async def _remembered(self, kind: str, name: str) -> str | None:
        """By which id QuickBooks knows a name, as far as it was looked up before."""
        self.used.append((kind, name))
        if (kind, name) not in self._known:
            found = await quickbooks_documents.names(self._services.database, self._realm, kind, [name])
            self._known |= {(kind, each): quickbooks_id for each, quickbooks_id in found.items()}
        return self._known.get((kind, name))

    async def _keep(self, kind: str, name: str, quickbooks_id: str, *, made: bool = False) -> None:
        await self._services.database.batch([quickbooks_documents.keep_name(self._realm, kind, name, quickbooks_id, made=made)])
        self._known[kind, name] = quickbooks_id


def _may_be(found: Entity, email: str | None) -> bool:
    """Whether a customer of that name is the one meant: another mail address is another person."""
    theirs = found.email.address if found.email else None
    return not email or not theirs or theirs.strip().lower() == email.strip().lower()
