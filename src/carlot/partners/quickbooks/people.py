"""Customers that we have made in QuickBooks follow when they change here; one that the dealer keeps there is left alone.

Source: developer.intuit.com, API reference: Customer ("Sparse update a customer"): what is left out stays, an empty text clears.
"""

from __future__ import annotations

from typing import Any

from carlot.errors import Doubtful, Permanent
from carlot.partners.quickbooks import client
from carlot.partners.quickbooks.company import open_company
from carlot.partners.quickbooks.documents import to_display_name
from carlot.partners.quickbooks.mapping import CHANGED, DUPLICATE_NAME, Fault
from carlot.platform.ports import Services
from carlot.store import customers, quickbooks_documents
from carlot.store.tasks import Lease, Outcome


async def follow_customer(services: Services, lease: Lease) -> Outcome:
    """Make a customer in QuickBooks who he is here. Raises: as `client`, `Permanent`, `Doubtful`."""
    realm = services.settings.quickbooks_realm_id
    made_id = await quickbooks_documents.made_customer(services.database, realm, lease.subject_id)
    customer = await customers.show(services.database, lease.subject_id)
    if made_id is None or customer is None or customer["erased_at"] is not None:
        return Outcome(summary="None of our customers in QuickBooks.")
    company = await open_company(services)
    current = await client.read_whole(company, "Customer", made_id)
    if current is None:
        return Outcome(summary="The customer is not in QuickBooks any more.")
    wanted: dict[str, Any] = {
        "DisplayName": to_display_name(str(customer["name"])),
        "PrimaryEmailAddr": {"Address": customer["email"] or ""},
        "PrimaryPhone": {"FreeFormNumber": str(customer["phone"] or "")[:30]},
    }
    change = {"Id": made_id, "SyncToken": str(current.get("SyncToken", "0")), "sparse": True}
    try:
        await client.update(company, "Customer", {**change, **wanted})
    except Fault as fault:
        if fault.code == DUPLICATE_NAME:
            raise Permanent(f"Somebody else is called {customer['name']} in QuickBooks: rename one of them there.") from fault
        if fault.code in CHANGED:
            raise Doubtful(str(fault)) from fault
        raise
    return Outcome(summary=f"{customer['name']} changed in QuickBooks.")
