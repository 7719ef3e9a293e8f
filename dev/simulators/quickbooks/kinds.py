"""The simulated entities of the Accounting API: the properties of each, and those that a query can filter.

Source: Intuit's API reference, by entity; the property names are those of python-quickbooks.
"""

from dataclasses import dataclass

COMMON = "Id SyncToken MetaData domain sparse CustomField status"
PERSON = (
    "Title GivenName MiddleName FamilyName Suffix FullyQualifiedName CompanyName DisplayName PrintOnCheckName Active "
    "PrimaryPhone AlternatePhone Mobile Fax PrimaryEmailAddr WebAddr BillAddr Notes Balance CurrencyRef "
    "PrimaryTaxIdentifier BusinessNumber"
)
TXN = (
    "DocNumber TxnDate PrivateNote TxnTaxDetail CurrencyRef ExchangeRate DepartmentRef Line LinkedTxn TotalAmt "
    "GlobalTaxCalculation TxnSource"
)
META = "MetaData.CreateTime MetaData.LastUpdatedTime"
PERSON_FILTERS = (
    "Id DisplayName GivenName MiddleName FamilyName CompanyName PrintOnCheckName PrimaryEmailAddr PrimaryPhone "
    f"Active Balance {META}"
)


@dataclass(frozen=True, slots=True)
class Kind:
    """One entity. `family` is its scope of `Id`s; `named` is the property that must be unique, empty for documents."""

    name: str
    family: str
    named: str
    properties: frozenset[str]
    computed: frozenset[str]
    filters: dict[str, str]
    can_void: bool = False

    @property
    def is_document(self) -> bool:
        """Return whether it is a transaction, which can be deleted; names can only be made inactive."""
        return not self.named


def _kind(name: str, family: str, named: str, properties: str, computed: str, filters: str, can_void: bool = False) -> Kind:
    whole = frozenset(f"{COMMON} {properties}".split())
    by_lower = {each.lower(): each for each in filters.split()}
    return Kind(name, family, named, whole, frozenset(f"{COMMON} {computed}".split()) - {"CustomField"}, by_lower, can_void)


KINDS = {
    kind.name.lower(): kind
    for kind in (
        _kind(
            "Customer",
            "name",
            "DisplayName",
            f"{PERSON} ShipAddr Job BillWithParent Taxable BalanceWithJobs PreferredDeliveryMethod ResaleNum Level "
            "OpenBalanceDate IsProject DefaultTaxCodeRef SalesTermRef PaymentMethodRef ParentRef ARAccountRef CustomerTypeRef",
            "Balance BalanceWithJobs FullyQualifiedName Level",
            f"{PERSON_FILTERS} FullyQualifiedName",
        ),
        _kind(
            "Vendor",
            "name",
            "DisplayName",
            f"{PERSON} AcctNum Vendor1099 TermRef APAccountRef OtherContactInfo TaxIdentifier T4AEligible T5018Eligible HasTPAR "
            "BillRate TaxReportingBasis VendorPaymentBankDetail Source GSTRegistrationType GSTIN",
            "Balance",
            PERSON_FILTERS,
        ),
        _kind(
            "Employee",
            "name",
            "DisplayName",
            f"{PERSON} PrimaryAddr EmployeeNumber SSN HiredDate ReleasedDate BirthDate Gender BillableTime "
            "Organization CostRate BillRate",
            "Balance",
            PERSON_FILTERS,
        ),
        _kind(
            "Item",
            "item",
            "Name",
            "Name Description Active SubItem ParentRef Level FullyQualifiedName Type Taxable UnitPrice PurchaseDesc PurchaseCost "
            "IncomeAccountRef ExpenseAccountRef AssetAccountRef TrackQtyOnHand QtyOnHand InvStartDate Sku SalesTaxIncluded "
            "PurchaseTaxIncluded AbatementRate ReverseChargeRate ServiceType ItemCategoryType SalesTaxCodeRef PurchaseTaxCodeRef "
            "ClassRef Source TaxClassificationRef PrefVendorRef ItemGroupDetail",
            "FullyQualifiedName Level",
            f"Id Name FullyQualifiedName Active Type Sku UnitPrice {META}",
        ),
        _kind(
            "Account",
            "account",
            "Name",
            "Name Description Active SubAccount ParentRef FullyQualifiedName Classification AccountType AccountSubType AcctNum "
            "AccountAlias CurrentBalance CurrentBalanceWithSubAccounts CurrencyRef TaxCodeRef TxnLocationType",
            "FullyQualifiedName Classification CurrentBalance CurrentBalanceWithSubAccounts",
            f"Id Name FullyQualifiedName Active AccountType AccountSubType Classification CurrentBalance AcctNum {META}",
        ),
        _kind("TaxCode", "tax_code", "Name", "Name Description Active Taxable TaxGroup Hidden", "", f"Id Name Active {META}"),
        _kind(
            "Class",
            "class",
            "Name",
            "Name Active SubClass ParentRef FullyQualifiedName",
            "FullyQualifiedName",
            f"Id Name FullyQualifiedName Active {META}",
        ),
        _kind(
            "Department",
            "department",
            "Name",
            "Name Active SubDepartment ParentRef FullyQualifiedName Address",
            "FullyQualifiedName",
            f"Id Name FullyQualifiedName Active {META}",
        ),
        _kind(
            "Invoice",
            "txn",
            "",
            f"{TXN} CustomerRef BillEmail BillEmailCc BillEmailBcc BillAddr ShipAddr ShipFromAddr DueDate SalesTermRef ClassRef "
            "ShipMethodRef ShipDate TrackingNum CustomerMemo Deposit DepositToAccountRef Balance HomeBalance HomeTotalAmt "
            "PrintStatus EmailStatus DeliveryInfo AllowIPNPayment AllowOnlinePayment AllowOnlineCreditCardPayment "
            "AllowOnlineACHPayment ApplyTaxAfterDiscount InvoiceLink FreeFormAddress EInvoiceStatus RecurDataRef "
            "TaxExemptionRef ProjectRef TransactionLocationType",
            "TotalAmt Balance HomeBalance HomeTotalAmt InvoiceLink LinkedTxn DeliveryInfo EInvoiceStatus RecurDataRef",
            f"Id DocNumber TxnDate DueDate CustomerRef SalesTermRef TotalAmt Balance {META}",
            can_void=True,
        ),
        _kind(
            "Purchase",
            "txn",
            "",
            f"{TXN} AccountRef EntityRef PaymentType PaymentMethodRef PaymentRefNum RemitToAddr Credit PrintStatus PurchaseEx "
            "TransactionLocationType IncludeInAnnualTPAR",
            "TotalAmt LinkedTxn PurchaseEx RemitToAddr",
            f"Id DocNumber TxnDate PaymentType AccountRef TotalAmt {META}",
        ),
        _kind(
            "JournalEntry",
            "txn",
            "",
            "DocNumber TxnDate PrivateNote TxnTaxDetail CurrencyRef ExchangeRate Line Adjustment TaxRateRef GlobalTaxCalculation "
            "HomeCurrencyAdjustment RecurDataRef TotalAmt HomeTotalAmt",
            "TotalAmt HomeTotalAmt RecurDataRef",
            f"Id DocNumber TxnDate Adjustment {META}",
        ),
        _kind(
            "Payment",
            "txn",
            "",
            f"{TXN} CustomerRef DepositToAccountRef PaymentMethodRef PaymentRefNum ARAccountRef UnappliedAmt ProcessPayment "
            "CreditCardPayment TxnStatus TaxExemptionRef TransactionLocationType",
            "UnappliedAmt LinkedTxn",
            f"Id TxnDate CustomerRef PaymentMethodRef PaymentRefNum TotalAmt {META}",
            can_void=True,
        ),
    )
}
