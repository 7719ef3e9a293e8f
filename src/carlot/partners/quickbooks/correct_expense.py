"""Corrections of what is in the books: an expense whose service record was changed here is changed in place, all else on it kept.

What was last sent stands in `books_sent`. What the books show otherwise than that was changed there: it is left alone and said.
Source: developer.intuit.com, API reference: Purchase ("Full update a purchase"): the whole object, with its newest `SyncToken`.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from pydantic import TypeAdapter

from carlot.domain.times import after
from carlot.errors import Doubtful
from carlot.partners.quickbooks import client
from carlot.partners.quickbooks.client import Company
from carlot.partners.quickbooks.documents import is_ours
from carlot.partners.quickbooks.mapping import CHANGED, Entity, Fault
from carlot.partners.quickbooks.sent import HOLD_S, is_elsewhere
from carlot.platform.ports import Row, Services
from carlot.store import quickbooks_documents, tasks
from carlot.store.tasks import Lease, Outcome

DETAIL = "AccountBasedExpenseLineDetail"
ELSEWHERE = "It was posted to another QuickBooks company; change it there."
GONE = "It was deleted in QuickBooks, so the change made here is not there."
NOT_FOLLOWED = "It was changed here after it was changed in QuickBooks; make the two agree there."


@cache
def _sent() -> TypeAdapter[tuple[int, str, str, str | None]]:
    return TypeAdapter(tuple[int, str, str, str | None])


async def correct_expense(services: Services, company: Company, lease: Lease, row: Row, wanted: Mapping[str, Any]) -> Outcome:
    """Make the expense what the service record is by now; `wanted` is what it would be if it were new. Raises: as `client`."""
    if is_elsewhere(row, services.settings.quickbooks_realm_id):
        return _noted(row, ELSEWHERE)
    whole = await client.read_whole(company, "Purchase", str(row["posted_id"]))
    if whole is None:
        return _noted(row, GONE)
    current, sent_cents = Entity.model_validate(whole), _sent().validate_json(row["books_sent"])[0]
    changed = _changed(whole, wanted)
    if changed == whole or sent_cents != current.total_cents == int(row["amount_cents"]):  # It arrived, its answer did not.
        return _followed(row)
    if changed is None or not is_ours(current, row) or current.total_cents != sent_cents:
        return _noted(row, NOT_FOLLOWED)
    await services.database.batch([tasks.extend(lease, after(services.clock.now(), HOLD_S))])
    try:
        await client.update(company, "Purchase", changed)
    except Fault as fault:
        if fault.code in CHANGED:
            raise Doubtful(str(fault)) from fault
        raise
    return _followed(row)


def _changed(whole: Mapping[str, Any], wanted: Mapping[str, Any]) -> dict[str, Any] | None:
    """The expense with its day, vendor, amount and words as wanted; `None`: its lines are not the one that was sent any more."""
    lines = whole.get("Line")
    if not isinstance(lines, list) or len(lines) != 1 or not isinstance(lines[0], dict) or lines[0].get("DetailType") != DETAIL:
        return None
    (line,) = wanted["Line"]
    changed = {**whole, "TxnDate": wanted["TxnDate"]}
    changed["Line"] = [{**lines[0], "Amount": line["Amount"], "Description": line["Description"]}]
    vendor, before = wanted.get("EntityRef"), whole.get("EntityRef")
    if vendor is None:
        changed.pop("EntityRef", None)
    elif not isinstance(before, dict) or before.get("value") != vendor["value"]:
        changed["EntityRef"] = vendor
    return changed


def _followed(row: Row) -> Outcome:
    followed = quickbooks_documents.mark_followed(str(row["id"]), str(row["books_now"]), None)
    return Outcome((followed,), f"Purchase {row['doc_number']} changed.")


def _noted(row: Row, note: str) -> Outcome:
    return Outcome((quickbooks_documents.mark_followed(str(row["id"]), str(row["books_now"]), note),), note)
