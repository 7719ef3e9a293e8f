"""The rules of the name lists: customers, vendors, employees, items, accounts, classes and departments."""

from typing import Any

from simulators.quickbooks import refusals
from simulators.quickbooks.company import Body, Company, Record
from simulators.quickbooks.kinds import KINDS, Kind

PEOPLE = ("Customer", "Vendor", "Employee")
# These kinds share one list of names.
FORBIDDEN = (":", "\t", "\n")
LONGEST = {"DisplayName": 500, "GivenName": 100, "MiddleName": 100, "FamilyName": 100, "CompanyName": 100, "Name": 100}
FULL_NAME = ("Title", "GivenName", "MiddleName", "FamilyName", "Suffix")
USD = {"value": "USD", "name": "United States Dollar"}
ITEM_TYPES = ("Service", "NonInventory", "Inventory", "Category", "Group")
CLASSES = {
    "Bank": "Asset",
    "Other Current Asset": "Asset",
    "Accounts Receivable": "Asset",
    "Fixed Asset": "Asset",
    "Other Asset": "Asset",
    "Accounts Payable": "Liability",
    "Credit Card": "Liability",
    "Long Term Liability": "Liability",
    "Other Current Liability": "Liability",
    "Equity": "Equity",
    "Income": "Revenue",
    "Other Income": "Revenue",
    "Expense": "Expense",
    "Other Expense": "Expense",
    "Cost of Goods Sold": "Expense",
}


def complete(company: Company, kind: Kind, body: Body, before: Record | None) -> Body:
    """Return a complete object of a name list. Raises: Refused."""
    whole = {"Active": True, **body}
    if kind.name in PEOPLE:
        whole = _person(kind, whole, before)
    elif kind.name == "Item":
        whole = _item(company, whole, before)
    elif kind.name == "TaxCode":
        whole = {"Taxable": True, "TaxGroup": True, **whole}
    elif kind.name == "Account":
        whole = _account(whole, before)
    elif not whole.get("Name"):
        raise refusals.missing_parameter("Name")
    _check_name(company, kind, whole, before)
    if whole["Active"] is False and not str(whole[kind.named]).endswith(" (deleted)"):
        # QuickBooks frees the name of an object that is made inactive.
        whole[kind.named] = f"{whole[kind.named]} (deleted)"
    if "FullyQualifiedName" in kind.computed:
        whole["FullyQualifiedName"] = _full_name(company, kind, whole)
    return whole


def _full_name(company: Company, kind: Kind, body: Body) -> str:
    """Return the name with those of the parents before it, as in `Dealer:Used`."""
    if "ParentRef" not in body:
        return str(body[kind.named])
    parent = company.find(kind.name, reference(company, kind.name, body["ParentRef"], "ParentRef")["value"])
    return f"{parent.body['FullyQualifiedName']}:{body[kind.named]}" if parent is not None else str(body[kind.named])


def _person(kind: Kind, body: Body, before: Record | None) -> Body:
    name = body.get("DisplayName") or " ".join(str(body[part]) for part in FULL_NAME if body.get(part))
    name = name or body.get("CompanyName")
    if not name:
        raise refusals.no_name()
    balance = before.body["Balance"] if before else 0
    whole = {**body, "DisplayName": name, "Balance": balance, "CurrencyRef": USD}
    whole.setdefault("PrintOnCheckName", name)
    if kind.name == "Customer":
        whole |= {"BalanceWithJobs": balance, "Job": bool(body.get("Job")), "BillWithParent": False}
        whole |= {"PreferredDeliveryMethod": body.get("PreferredDeliveryMethod") or "Print", "Taxable": body.get("Taxable", True)}
    return whole


def _item(company: Company, body: Body, before: Record | None) -> Body:
    if not body.get("Name"):
        raise refusals.missing_parameter("Name")
    kind = body.get("Type") or (before.body["Type"] if before else "Service")
    if kind not in ITEM_TYPES:
        raise refusals.invalid_choice("Type", kind)
    whole = {"UnitPrice": 0, "Taxable": False, **body, "Type": kind}
    if kind != "Category":
        whole["IncomeAccountRef"] = reference(company, "Account", body.get("IncomeAccountRef"), "IncomeAccountRef")
    return whole


def _account(body: Body, before: Record | None) -> Body:
    if not body.get("Name"):
        raise refusals.missing_parameter("Name")
    kind = body.get("AccountType") or (before.body["AccountType"] if before else None)
    if kind is None:
        raise refusals.Refused("6010", "Invalid Account.AccountType && Account.SubType", "Account.AccountType is required")
    if kind not in CLASSES:
        raise refusals.invalid_choice("AccountType", kind)
    balance = before.body["CurrentBalance"] if before else 0
    amounts = {"CurrentBalance": balance, "CurrentBalanceWithSubAccounts": balance}
    return {"SubAccount": False, **body, "AccountType": kind, "Classification": CLASSES[kind], "CurrencyRef": USD, **amounts}


def _check_name(company: Company, kind: Kind, body: Body, before: Record | None) -> None:
    name = body[kind.named]
    if not isinstance(name, str):
        raise refusals.unsupported_property(kind.named)
    if any(char in name for char in FORBIDDEN):
        raise refusals.invalid_characters(kind.named)
    if len(name) > LONGEST[kind.named]:
        raise refusals.wrong_length(kind.named, LONGEST[kind.named], len(name))
    # Under another parent a name may stand once more.
    parent = _parent(body)
    for family in PEOPLE if kind.name in PEOPLE else (kind.name,):
        named = KINDS[family.lower()].named
        for other in company.standing(family):
            if other is not before and _same(str(other.body[named]), name) and _parent(other.body) == parent:
                raise refusals.duplicate_name()


def _parent(body: Body) -> str:
    parent = body.get("ParentRef")
    return str(parent.get("value")) if isinstance(parent, dict) else ""


def _same(one: str, other: str) -> bool:
    return one.strip().casefold() == other.strip().casefold()


def reference(company: Company, family: str, sent: Any, name: str) -> Body:
    """Return a reference to an active object as the API writes it: `{"value", "name"}`. Raises: Refused."""
    if not isinstance(sent, dict) or not sent.get("value"):
        raise refusals.missing_parameter(name)
    record = company.find(family, sent["value"])
    if record is None or record.body.get("Active") is False:
        raise refusals.invalid_reference(f"{family}s", str(sent["value"]))
    named = KINDS[family.lower()].named
    return {"value": record.object_id, "name": record.body[named]}


def tracked(company: Company, body: Body, *names: str) -> Body:
    """Return the properties with their references to a class (`ClassRef`) and a department written out. Raises: Refused."""
    references = {name: reference(company, name.removesuffix("Ref"), body[name], name) for name in names if body.get(name)}
    return {name: value for name, value in body.items() if value not in (None, "")} | references
