"""The packages python-quickbooks and intuit-oauth use the simulator as they use the real QuickBooks."""

import warnings
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest
from intuitlib.client import AuthClient  # type: ignore[import-untyped]
from intuitlib.exceptions import AuthClientError  # type: ignore[import-untyped]
from quickbooks import QuickBooks  # type: ignore[import-untyped]
from quickbooks.batch import batch_create, batch_delete, batch_update  # type: ignore[import-untyped]
from quickbooks.cdc import change_data_capture  # type: ignore[import-untyped]
from quickbooks.exceptions import (  # type: ignore[import-untyped]
    AuthorizationException,
    ObjectNotFoundException,
    QuickbooksException,
    ValidationException,
)
from quickbooks.objects.account import Account  # type: ignore[import-untyped]
from quickbooks.objects.base import EmailAddress, LinkedTxn, Ref  # type: ignore[import-untyped]
from quickbooks.objects.company_info import CompanyInfo  # type: ignore[import-untyped]
from quickbooks.objects.customer import Customer  # type: ignore[import-untyped]
from quickbooks.objects.detailline import (  # type: ignore[import-untyped]
    AccountBasedExpenseLine,
    AccountBasedExpenseLineDetail,
    SalesItemLine,
    SalesItemLineDetail,
)
from quickbooks.objects.employee import Employee  # type: ignore[import-untyped]
from quickbooks.objects.invoice import Invoice  # type: ignore[import-untyped]
from quickbooks.objects.item import Item  # type: ignore[import-untyped]
from quickbooks.objects.payment import Payment, PaymentLine  # type: ignore[import-untyped]
from quickbooks.objects.preferences import Preferences  # type: ignore[import-untyped]
from quickbooks.objects.purchase import Purchase  # type: ignore[import-untyped]
from quickbooks.objects.vendor import Vendor  # type: ignore[import-untyped]

REALM = "9341453172604218"
CALLBACK = "http://localhost:8787/callback"


def ref(number: Any, kind: str | None = None) -> Any:
    made = Ref()
    made.value = str(number)
    if kind is not None:
        made.type = kind
    return made


def first(kind: Any, qb: Any, **where: Any) -> Any:
    found = kind.filter(qb=qb, **where)
    assert len(found) == 1, where
    return found[0]


def make_invoice(qb: Any, number: str, amount: Any, customer: str = "Walk-in Customer") -> Any:
    line = SalesItemLine()
    line.Amount = amount
    line.Description = "2003 Honda Accord"
    line.SalesItemLineDetail = SalesItemLineDetail()
    line.SalesItemLineDetail.ItemRef = first(Item, qb, Name="Vehicle Sale").to_ref()
    line.SalesItemLineDetail.UnitPrice = amount
    line.SalesItemLineDetail.Qty = 1
    made = Invoice()
    made.DocNumber = number
    made.TxnDate = "2026-11-20"
    made.CustomerRef = first(Customer, qb, DisplayName=customer).to_ref()
    made.Line.append(line)
    return made


def make_purchase(qb: Any, number: str, amount: Any) -> Any:
    line = AccountBasedExpenseLine()
    line.Amount = amount
    line.AccountBasedExpenseLineDetail = AccountBasedExpenseLineDetail()
    line.AccountBasedExpenseLineDetail.AccountRef = first(Account, qb, Name="Vehicle Service Expense").to_ref()
    made = Purchase()
    made.DocNumber = number
    made.PaymentType = "Cash"
    made.AccountRef = first(Account, qb, Name="Checking").to_ref()
    made.EntityRef = ref(first(Vendor, qb, DisplayName="Tire Barn").Id, "Vendor")
    made.Line.append(line)
    return made


def ledger(sim: httpx.Client, kind: str) -> list[tuple[str, str, int]]:
    documents = sim.get("/_sim/quickbooks/documents", params={"kind": kind}).json()["documents"]
    return [(each["doc_number"], each["state"], each["total_cents"]) for each in documents]


def test_connect_refresh_and_revoke(auth: Any) -> None:
    assert (auth.realm_id, auth.expires_in, auth.x_refresh_token_expires_in) == (REALM, 3600, 8_640_000)
    old_access, old_refresh = auth.access_token, auth.refresh_token
    auth.refresh()
    assert auth.access_token != old_access
    assert auth.refresh_token != old_refresh
    with pytest.raises(AuthClientError) as refused:
        auth.refresh(refresh_token=old_refresh)
    assert refused.value.status_code == 400
    assert b"invalid_grant" in refused.value.content
    assert refused.value.intuit_tid
    assert auth.revoke() is True
    with pytest.raises(AuthClientError):
        auth.refresh()


def test_a_client_made_from_a_refresh_token_alone(sim: httpx.Client, auth: Any) -> None:
    later = AuthClient(
        "app", "secret", CALLBACK, f"{sim.base_url}/.well-known/openid_configuration", refresh_token=auth.refresh_token
    )
    client = QuickBooks(auth_client=later, refresh_token=auth.refresh_token, company_id=REALM, minorversion=75)
    client.api_url_v3 = client.sandbox_api_url_v3 = f"{sim.base_url}/v3"
    assert CompanyInfo.get(1, qb=client).CompanyName == "Maple Street Motors"


def test_company_and_preferences(qb: Any) -> None:
    company = CompanyInfo.get(REALM, qb=qb)
    assert company.CompanyName == "Maple Street Motors"
    assert company.CompanyAddr.City == "Springfield"
    assert Preferences.get(qb=qb).SalesFormsPrefs.CustomTxnNumbers is True


def test_names_are_listed_found_made_changed_and_retired(qb: Any) -> None:
    assert "Checking" in [account.Name for account in Account.all(qb=qb)]
    assert [item.Name for item in Item.all(order_by="Name", qb=qb)] == [
        *("Deposit Taken", "Discount", "Documentation Fee", "Hours", "Sales Tax", "Trade-In Allowance", "Vehicle Sale")
    ]
    assert Customer.count(qb=qb) == 3
    assert first(Customer, qb, DisplayName="Dana O'Neill").PrimaryEmailAddr.Address == "dana.oneill@example.com"
    assert [each.DisplayName for each in Vendor.where("DisplayName LIKE 'T%'", qb=qb)] == ["Tire Barn"]
    chosen = Customer.choose(["Walk-in Customer", "Dana O'Neill"], field="DisplayName", qb=qb)
    assert len(chosen) == 2
    assert first(Employee, qb, DisplayName="Jordan Reyes").GivenName == "Jordan"
    made = Customer()
    made.DisplayName = "Ann's Cars"
    made.PrimaryEmailAddr = EmailAddress()
    made.PrimaryEmailAddr.Address = "ann@example.com"
    saved = made.save(qb=qb)
    assert (saved.Id, saved.SyncToken, saved.DisplayName) == (made.Id, "0", "Ann's Cars")
    saved.Notes = "Pays cash"
    changed = saved.save(qb=qb)
    assert (changed.SyncToken, changed.Notes) == ("1", "Pays cash")
    changed.Active = False
    assert changed.save(qb=qb).DisplayName == "Ann's Cars (deleted)"
    assert Customer.filter(DisplayName="Ann's Cars", qb=qb) == []
    item = Item()
    item.Name, item.Type = "Warranty", "Service"
    item.IncomeAccountRef = first(Account, qb, Name="Services").to_ref()
    assert item.save(qb=qb).FullyQualifiedName == "Warranty"
    account = Account()
    account.Name, account.AccountType, account.AccountSubType = "Towing", "Expense", "Travel"
    assert account.save(qb=qb).Classification == "Expense"


def test_an_invoice_from_create_to_void(sim: httpx.Client, qb: Any) -> None:
    made = make_invoice(qb, "S-1", 12345.67).save(qb=qb)
    assert (made.TotalAmt, made.Balance, made.DocNumber) == (12345.67, 12345.67, "S-1")
    assert made.CustomerRef.name == "Walk-in Customer"
    assert made.Line[0].SalesItemLineDetail.ItemRef.name == "Vehicle Sale"
    found = Invoice.get(made.Id, qb=qb)
    found.PrivateNote = "VIN 1HGCM82633A004352"
    found.Line[0].Amount = found.Line[0].SalesItemLineDetail.UnitPrice = 12000
    changed = found.save(qb=qb)
    assert (changed.SyncToken, changed.TotalAmt, changed.PrivateNote) == ("1", 12000, "VIN 1HGCM82633A004352")
    with pytest.raises(QuickbooksException, match="Stale Object Error"):
        found.save(qb=qb)
    changed.void(qb=qb)
    voided = Invoice.get(made.Id, qb=qb)
    assert (voided.TotalAmt, voided.Balance) == (0, 0)
    assert voided.PrivateNote.startswith("Voided")
    assert ledger(sim, "Invoice") == [("S-1", "voided", 0)]


def test_an_invoice_in_decimals_and_with_a_request_id(sim: httpx.Client, qb: Any) -> None:
    qb.use_decimal = True
    made = make_invoice(qb, "S-1", Decimal("0.10")).save(qb=qb, request_id="once")
    assert made.TotalAmt == Decimal("0.1")
    again = make_invoice(qb, "S-2", Decimal("0.10")).save(qb=qb, request_id="once")
    assert (again.Id, again.DocNumber) == (made.Id, "S-1")
    assert ledger(sim, "Invoice") == [("S-1", "standing", 10)]


def test_an_expense_from_create_to_delete(sim: httpx.Client, qb: Any) -> None:
    made = make_purchase(qb, "E-1", 99.5).save(qb=qb)
    assert (made.TotalAmt, made.EntityRef.name, made.AccountRef.name) == (99.5, "Tire Barn", "Checking")
    assert [each.Id for each in Purchase.filter(DocNumber="E-1", qb=qb)] == [made.Id]
    made.delete(qb=qb)
    with pytest.raises(ObjectNotFoundException):
        Purchase.get(made.Id, qb=qb)
    assert ledger(sim, "Purchase") == [("E-1", "deleted", 9950)]


def test_a_payment_from_create_to_void(qb: Any) -> None:
    invoice = make_invoice(qb, "S-1", 1000).save(qb=qb)
    line = PaymentLine()
    line.Amount = 400
    line.LinkedTxn.append(invoice.to_linked_txn())
    payment = Payment()
    payment.TotalAmt = 500
    payment.CustomerRef = invoice.CustomerRef
    payment.Line.append(line)
    saved = payment.save(qb=qb)
    assert saved.UnappliedAmt == 100
    linked = Invoice.get(invoice.Id, qb=qb)
    assert linked.Balance == 600
    assert [(each.TxnId, each.TxnType) for each in linked.LinkedTxn] == [(saved.Id, "Payment")]
    assert isinstance(linked.LinkedTxn[0], LinkedTxn)
    saved.void(qb=qb)
    assert Invoice.get(invoice.Id, qb=qb).Balance == 1000
    assert Payment.get(saved.Id, qb=qb).TotalAmt == 0


def test_a_batch_creates_updates_and_deletes_invoices(sim: httpx.Client, qb: Any) -> None:
    answer = batch_create([make_invoice(qb, f"S-{number % 40}", number + 1) for number in range(42)], qb=qb)
    assert len(answer.successes) == 40
    assert [fault.Error[0].code for fault in answer.faults] == ["6140", "6140"]
    assert answer.faults[0].original_object.DocNumber == "S-0"
    for each in answer.successes:
        each.PrivateNote = "checked"
    assert len(batch_update(answer.successes, qb=qb).successes) == 40
    newest = [Invoice.get(each.Id, qb=qb) for each in answer.successes[:3]]
    assert len(batch_delete(newest, qb=qb).faults) == 0
    assert [state for _, state, _ in ledger(sim, "Invoice")].count("deleted") == 3


def test_change_data_capture(qb: Any) -> None:
    moment = datetime.now(UTC) - timedelta(seconds=5)
    stays, goes = make_invoice(qb, "S-1", 10).save(qb=qb), make_invoice(qb, "S-2", 20).save(qb=qb)
    goes.delete(qb=qb)
    changes = change_data_capture([Invoice, Purchase, Customer], moment.isoformat(), qb=qb)
    assert [each.Id for each in changes.Invoice] == [stays.Id, goes.Id]
    assert [getattr(each, "status", None) for each in changes.Invoice] == [None, "Deleted"]
    assert not hasattr(changes, "Purchase")


def test_faults_arrive_as_the_packages_exceptions(sim: httpx.Client, qb: Any) -> None:
    taken = Vendor()
    taken.DisplayName = "walk-in CUSTOMER"
    with pytest.raises(QuickbooksException) as duplicate:
        taken.save(qb=qb)
    assert duplicate.value.error_code == 6240
    with pytest.raises(ObjectNotFoundException):
        Invoice.get(999, qb=qb)
    with pytest.raises(ValidationException) as missing:
        Invoice().save(qb=qb)
    assert missing.value.error_code == 2020
    with pytest.raises(ValidationException):
        Customer.query("select * from Customer where Shoe = '9'", qb=qb)
    sim.put("/_sim/faults/quickbooks", json={"xml_rate": 1})
    with pytest.raises(QuickbooksException, match=r"Error reading json response: <\?xml"):
        Customer.all(qb=qb)
    sim.put("/_sim/faults/quickbooks", json={"rate_limit_rate": 1})
    with pytest.raises(QuickbooksException, match="ThrottleExceeded"):
        Customer.all(qb=qb)
    sim.delete("/_sim/faults/quickbooks")
    sim.post("/_sim/quickbooks/expire", json={})
    with pytest.raises(AuthorizationException, match="authentication failed"):
        Customer.all(qb=qb)


def test_its_check_of_signatures_accepts_what_is_sent(sim: httpx.Client) -> None:
    from simulators.quickbooks.webhooks import signature

    body = '{"eventNotifications":[]}'
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        client = QuickBooks(company_id=REALM)
    assert client.validate_webhook_signature(body, signature(body.encode(), "verifier"), "verifier")
    assert not client.validate_webhook_signature(body, signature(body.encode(), "another"), "verifier")
