"""Posting to the books: a sale is one invoice, a service record one expense, whatever fails.

Each document has its DocNumber and its requestid for good. That it is about to be sent is written before it is sent, under the
lease; from then on it is looked up by its number before it is sent again, and goes under the requestid that it had before.

Source: developer.intuit.com, "Request ID" and "Batch": a requestid seen before gets its first answer; in a batch, with its `bId`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from carlot.domain.times import after, instant
from carlot.errors import Doubtful, LeaseLost, PartnerError, Retryable, Throttled
from carlot.partners.quickbooks import client
from carlot.partners.quickbooks.client import Company
from carlot.partners.quickbooks.company import open_company, outcome_of
from carlot.partners.quickbooks.documents import to_invoice, to_purchase
from carlot.partners.quickbooks.mapping import DUPLICATE_NUMBER, INVALID_REFERENCE, Entity, Fault
from carlot.partners.quickbooks.names import Names
from carlot.partners.quickbooks.sent import HOLD_S, UNDER_WAY_S, check_arrived, is_elsewhere, look_up
from carlot.partners.quickbooks.undo import take_back
from carlot.platform.ports import Row, Services
from carlot.store import quickbooks_documents, tasks
from carlot.store.tasks import Lease, Outcome

PREPARING = timedelta(seconds=25)
"""How long names are looked up for one batch; what is not ready by then takes its turn later."""

Results = dict[str, Outcome | Exception]


async def post_document(services: Services, lease: Lease) -> Outcome:
    """Make the books hold one sale or service record. Raises: as `partners.http.send`."""
    result = (await post_documents(services, [lease]))[lease.id]
    if isinstance(result, Exception):
        raise result
    return result


async def post_documents(services: Services, leases: Sequence[Lease]) -> Results:
    """Make the books hold several sales or several service records, each answered on its own. Raises: as `post_document`."""
    posting = await _Posting.begin(services, leases)
    results: Results = {}
    due: list[Lease] = []
    for lease in leases:
        row = posting.rows.get(lease.subject_id)
        if row is None or (row["voided_at"] is None and row["posted_id"] is not None):
            results[lease.id] = Outcome()
        elif row["voided_at"] is not None:
            results[lease.id] = await outcome_of(take_back(services, posting.company, lease, row))
        else:
            due.append(lease)
    return results | await posting.post(due)


class _Posting:
    """One go at documents of one kind."""

    def __init__(self, services: Services, company: Company, kind: str, rows: Mapping[str, Row]) -> None:
        self._services = services
        self._realm = services.settings.quickbooks_realm_id
        self._kind = kind
        self._entity = quickbooks_documents.LEDGERS[kind].entity
        self._names = Names(services, company)
        self.company = company
        self.rows = rows

    @classmethod
    async def begin(cls, services: Services, leases: Sequence[Lease]) -> _Posting:
        """Read what is to be posted, and have a token for it."""
        kind = leases[0].kind
        rows = await quickbooks_documents.documents(services.database, kind, [lease.subject_id for lease in leases])
        return cls(services, await open_company(services), kind, rows)

    async def post(self, leases: Sequence[Lease]) -> Results:
        """Send documents: those sent before after a look for them, under the requestid they had; new ones together."""
        results: Results = {}
        groups: dict[str | None, list[Lease]] = {}
        singles: list[Lease] = []
        fresh: list[Lease] = []
        for lease in leases:
            row = self.rows[lease.subject_id]
            if row["books_tried_at"] is None or is_elsewhere(row, self._realm):
                fresh.append(lease)
                continue
            found = await outcome_of(self._found_again(row))
            if isinstance(found, Exception) or found.writes:
                results[lease.id] = found
            elif row["books_batch_id"] is None:
                singles.append(lease)
            else:
                groups.setdefault(str(row["books_batch_id"]), []).append(lease)
        if len(fresh) == 1:
            singles += fresh
        elif fresh:
            groups[None] = fresh
        for lease in singles:
            results |= await self._send([lease], None)
        for batch_id, members in groups.items():
            results |= await self._send(members, batch_id or self._services.clock.token())
        return results

    async def _found_again(self, row: Row) -> Outcome:
        """A document that may be there already; with writes when it is."""
        check_arrived(row, self._services.clock.now())
        found = await look_up(self.company, self._entity, row)
        return Outcome() if found is None else self._posted(row, found)

    async def _send(self, leases: Sequence[Lease], batch_id: str | None) -> Results:
        """Send documents under one requestid: that of the batch, or without one, the document's own."""
        contents, results = await self._contents(leases)
        ready = [lease for lease in leases if lease.id in contents]
        if not ready:
            return results
        try:
            await self._hold(ready, batch_id)
            answers = await self._create(ready, contents, batch_id)
        except PartnerError as failure:
            return results | dict.fromkeys((lease.id for lease in ready), failure)
        except LeaseLost:
            return results | dict.fromkeys((lease.id for lease in ready), Throttled("Somebody else sees to one of them.", 1.0))
        for lease in ready:
            answer = answers.get(lease.id, Retryable("QuickBooks' answer leaves this one out.", UNDER_WAY_S))
            results[lease.id] = await outcome_of(self._concluded(self.rows[lease.subject_id], answer))
        return results

    async def _create(
        self, leases: Sequence[Lease], contents: Mapping[str, Mapping[str, Any]], batch_id: str | None
    ) -> dict[str, Entity | Exception]:
        if batch_id is None:
            (lease,) = leases
            request_id = str(self.rows[lease.subject_id]["request_id"])
            try:
                return {lease.id: await client.create(self.company, self._entity, contents[lease.id], request_id)}
            except Fault as fault:
                return {lease.id: fault}
        keys = {self._item_key(lease): lease.id for lease in leases}
        items = {key: contents[lease_id] for key, lease_id in keys.items()}
        try:
            answers = await client.create_together(self.company, self._entity, items, batch_id)
        except Fault as fault:
            return dict.fromkeys(keys.values(), fault)
        return {keys[key]: answer for key, answer in answers.items() if key in keys}

    def _item_key(self, lease: Lease) -> str:
        """What an item of a batch is called: the same each time it is sent, at most ten characters."""
        return str(self.rows[lease.subject_id]["request_id"])[:10]

    async def _contents(self, leases: Sequence[Lease]) -> tuple[dict[str, Mapping[str, Any]], Results]:
        """What is to be sent, by task; with the failures of those that cannot be."""
        contents: dict[str, Mapping[str, Any]] = {}
        failures: Results = {}
        until = self._services.clock.now() + PREPARING
        for lease in leases:
            if self._services.clock.now() > until:
                failures[lease.id] = Throttled("It takes its turn.", 1.0)
                continue
            try:
                contents[lease.id] = await self._content(self.rows[lease.subject_id])
            except PartnerError as failure:
                failures[lease.id] = failure
        return contents, failures

    async def _content(self, row: Row) -> Mapping[str, Any]:
        if self._kind == "invoice":
            item = await self._names.item()
            return to_invoice(row, await self._names.customer(row), item)
        expense, paid_from = await self._names.expense_account(), await self._names.paid_from()
        return to_purchase(row, await self._names.vendor(row), expense, paid_from)

    async def _hold(self, leases: Sequence[Lease], batch_id: str | None) -> None:
        """Hold the leases for the call to come, and note that it is made. Raises: `LeaseLost`."""
        now = self._services.clock.now()
        holds = [tasks.extend(lease, after(now, HOLD_S)) for lease in leases]
        ids = [lease.subject_id for lease in leases]
        await self._services.database.batch(
            [*holds, quickbooks_documents.mark_tried(self._kind, ids, self._realm, batch_id, instant(now))]
        )

    async def _concluded(self, row: Row, answer: Entity | Exception) -> Outcome:
        """What the books' answer to one document comes to. Raises: the failure, and as `client`."""
        if isinstance(answer, Entity):
            return self._posted(row, answer)
        if not isinstance(answer, Fault):
            raise answer
        if answer.code in DUPLICATE_NUMBER and (found := await look_up(self.company, self._entity, row)):
            return self._posted(row, found)
        # It was refused, so it is not there.
        writes = [quickbooks_documents.mark_refused(self._kind, [str(row["id"])])]
        if answer.code in INVALID_REFERENCE:  # An item, account or name that was remembered is no longer there.
            writes.append(quickbooks_documents.forget_names(self._realm))
        await self._services.database.batch(writes)
        if answer.code in INVALID_REFERENCE:
            raise Doubtful(str(answer)) from answer
        raise answer

    def _posted(self, row: Row, found: Entity) -> Outcome:
        now = instant(self._services.clock.now())
        posted = quickbooks_documents.mark_posted(self._kind, str(row["id"]), self._realm, found.id, found.balance_cents, now)
        return Outcome((posted,), f"{self._entity} {row['doc_number']} posted.")
