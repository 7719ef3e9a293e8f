"""The made-up companies that the simulator starts with, and their initial objects."""

from typing import Any

from simulators.quickbooks import books
from simulators.quickbooks.company import Company, Record
from simulators.quickbooks.kinds import KINDS
from simulators.quickbooks.knobs import Knobs

DEALER_REALM = "9341453172604218"
OTHER_REALM = "9341453172604975"
NAMES = {DEALER_REALM: "Maple Street Motors", OTHER_REALM: "Maple Street Rentals"}
SALES_ITEM = "Vehicle Sale"
EXPENSE_ACCOUNT = "Vehicle Service Expense"
PAYMENT_ACCOUNT = "Checking"
DEFAULT_CUSTOMER = "Walk-in Customer"
FEE_ITEM = "Documentation Fee"
TAX_ITEM = "Sales Tax"
TRADE_IN_ITEM = "Trade-In Allowance"
DEPOSIT_ITEM = "Deposit Taken"
DISCOUNT_ITEM = "Discount"
INVENTORY_ACCOUNT = "Vehicle Inventory"
COST_OF_SALES_ACCOUNT = "Cost of Vehicle Sales"
PURCHASE_ACCOUNT = "Floor Plan"

ACCOUNTS: list[dict[str, Any]] = [
    {"Name": PAYMENT_ACCOUNT, "AccountType": "Bank", "AccountSubType": "Checking"},
    {"Name": "Dealer Card", "AccountType": "Credit Card", "AccountSubType": "CreditCard"},
    {"Name": "Accounts Receivable (A/R)", "AccountType": "Accounts Receivable", "AccountSubType": "AccountsReceivable"},
    {"Name": "Undeposited Funds", "AccountType": "Other Current Asset", "AccountSubType": "UndepositedFunds"},
    {"Name": "Vehicle Sales", "AccountType": "Income", "AccountSubType": "SalesOfProductIncome"},
    {"Name": "Services", "AccountType": "Income", "AccountSubType": "ServiceFeeIncome"},
    {"Name": EXPENSE_ACCOUNT, "AccountType": "Expense", "AccountSubType": "RepairMaintenance"},
    {"Name": "Advertising", "AccountType": "Expense", "AccountSubType": "AdvertisingPromotional"},
    {"Name": INVENTORY_ACCOUNT, "AccountType": "Other Current Asset", "AccountSubType": "Inventory"},
    {"Name": "Trade-Ins", "AccountType": "Other Current Asset", "AccountSubType": "OtherCurrentAssets"},
    {"Name": PURCHASE_ACCOUNT, "AccountType": "Other Current Liability", "AccountSubType": "OtherCurrentLiabilities"},
    {"Name": "Sales Tax Payable", "AccountType": "Other Current Liability", "AccountSubType": "SalesTaxPayable"},
    {"Name": "Customer Deposits", "AccountType": "Other Current Liability", "AccountSubType": "TrustAccountsLiabilities"},
    {"Name": COST_OF_SALES_ACCOUNT, "AccountType": "Cost of Goods Sold", "AccountSubType": "SuppliesMaterialsCogs"},
    {"Name": "Discounts Given", "AccountType": "Income", "AccountSubType": "DiscountsRefundsGiven"},
    {"Name": "Office Expenses", "AccountType": "Expense", "AccountSubType": "OfficeGeneralAdministrativeExpenses"},
]
ITEMS: list[dict[str, Any]] = [
    {"Name": SALES_ITEM, "Type": "NonInventory", "Description": "Sale of a vehicle", "income": "Vehicle Sales"},
    {"Name": FEE_ITEM, "Type": "Service", "UnitPrice": 149, "income": "Services"},
    {"Name": TAX_ITEM, "Type": "Service", "income": "Sales Tax Payable"},
    {"Name": TRADE_IN_ITEM, "Type": "NonInventory", "income": "Trade-Ins"},
    {"Name": DEPOSIT_ITEM, "Type": "Service", "income": "Customer Deposits"},
    {"Name": DISCOUNT_ITEM, "Type": "Service", "income": "Discounts Given"},
    {"Name": "Hours", "Type": "Service", "UnitPrice": 95, "income": "Services"},
]
TAX_CODES = ["Exempt", "GST"]
PEOPLE: dict[str, list[dict[str, Any]]] = {
    "Customer": [
        {"DisplayName": DEFAULT_CUSTOMER},
        {"DisplayName": "Dana O'Neill", "PrimaryEmailAddr": {"Address": "dana.oneill@example.com"}},
        {"DisplayName": "Lucía Fernández", "PrimaryPhone": {"FreeFormNumber": "(555) 010-0177"}},
    ],
    "Vendor": [{"DisplayName": "Hillside Auto Repair"}, {"DisplayName": "Tire Barn"}, {"DisplayName": "Bright Detailing"}],
    "Employee": [{"GivenName": "Jordan", "FamilyName": "Reyes"}],
}


def fill(company: Company) -> None:
    """Add the objects that a dealer's books contain before the first sale."""
    for account in ACCOUNTS:
        add(company, "Account", account)
    for item in ITEMS:
        add(company, "Item", item)
    for name in TAX_CODES:
        add(company, "TaxCode", {"Name": name})
    for kind, people in PEOPLE.items():
        for person in people:
            add(company, kind, person)


def add(company: Company, kind: str, body: dict[str, Any]) -> Record:
    """Create one object without applying limits; an item's `income` is the name of its account. Raises: Refused."""
    body = dict(body)
    income = body.pop("income", None)
    if kind == "Item" and "IncomeAccountRef" not in body:
        # An item may credit any account: a deposit or a tax is a liability until it is due.
        # Source: Intuit, "Record a retainer or deposit": the income account of the retainer item is a liability account.
        accounts = list(company.standing("Account"))
        revenue = [each for each in accounts if each.body["Classification"] == "Revenue"]
        chosen = [each for each in accounts if each.body["Name"] == income] or revenue
        body["IncomeAccountRef"] = {"value": chosen[0].object_id} if chosen else {}
    return books.create(company, KINDS[kind.lower()], body, Knobs())
