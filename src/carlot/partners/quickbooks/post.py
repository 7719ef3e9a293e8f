"""Posting to the books: a sale is one invoice, a service record one expense, a journal entry is one, whatever fails.

Each document has its DocNumber for good. Before anything is sent, one query asks for all the numbers: what is in the books
already, because an answer was lost or the database was put back from a backup, is noted and not sent. That a document is about
to be sent is written before it is sent, under the lease. It keeps its requestid until QuickBooks refuses it.

Source: developer.intuit.com, "Request ID" and "Batch": a requestid seen before gets its first answer; in a batch, with its `bId`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from typing import Any

from carlot.domain.sale_lines import NEEDS_TAX_CODE
from carlot.domain.times import after, instant
from carlot.errors import Doubtful, LeaseLost, PartnerError, Permanent, Retryable, Throttled
from carlot.partners.quickbooks import client
from carlot.partners.quickbooks.client import Company
from carlot.partners.quickbooks.company import open_company, outcome_of
from carlot.partners.quickbooks.correct import correct, is_corrected, was_sent_otherwise
from carlot.partners.quickbooks.correct_expense import correct_expense
from carlot.partners.quickbooks.documents import placed, to_invoice, to_journal, to_purchase
from carlot.partners.quickbooks.due import check_waited, early_note, start_date, undone_in_time
from carlot.partners.quickbooks.mapping import BUSINESS_RULE, DUPLICATE_NUMBER, INVALID_REFERENCE, Entity, Fault
from carlot.partners.quickbooks.names import Names
from carlot.partners.quickbooks.sent import HOLD_S, UNDER_WAY_S, check_arrived, is_elsewhere, look_up, look_up_all
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
    kind, start = leases[0].kind, start_date(services.settings)
    rows = await quickbooks_documents.documents(services.database, kind, [lease.subject_id for lease in leases])
    results: Results = {}
    left: list[Lease] = []
    for lease in leases:
        without = _without_the_books(services, kind, rows.get(lease.subject_id), start)
        if without is None:
            left.append(lease)
        else:
            results[lease.id] = without
    return results | (await _Posting(services, await open_company(services), kind, rows).run(left) if left else {})


def _without_the_books(services: Services, kind: str, row: Row | None, start: str) -> Outcome | Exception | None:
    """What a document comes to for which the books need not be asked; `None`: they are."""
    if row is None or (row["voided_at"] is None and row["amount_cents"] is None):
        return Outcome()
    if row["voided_at"] is None and row["posted_id"] is not None:
        return None if is_corrected(row) else Outcome()
    if row["posted_id"] is not None:
        return None
    if row["voided_at"] is not None:
        return Outcome(summary="It is not in QuickBooks.") if undone_in_time(row) else None
    if row["books_tried_at"] is None and (note := early_note(row, start)):
        return Outcome((quickbooks_documents.mark_early(kind, str(row["id"]), note),), note)
    try:
        check_waited(row, services.clock.now())
    except Throttled as wait:
        return wait
    return None


class _Posting:
    """One go at documents of one kind."""

    def __init__(self, services: Services, company: Company, kind: str, rows: Mapping[str, Row]) -> None:
        self._services = services
        self._realm = services.settings.quickbooks_realm_id
        self._kind = kind
        self._entity = quickbooks_documents.LEDGERS[kind].entity
        self._names = Names(services, company)
        self._named: dict[str, list[tuple[str, str]]] = {}
        self.company = company
        self.rows = rows

    async def run(self, leases: Sequence[Lease]) -> Results:
        """Make the books hold these, and no longer hold those that are void."""
        results: Results = {}
        due: list[Lease] = []
        for lease in leases:
            row = self.rows[lease.subject_id]
            if row["voided_at"] is not None:
                results[lease.id] = await outcome_of(take_back(self._services, self.company, lease, row))
            elif row["posted_id"] is not None:
                results[lease.id] = await outcome_of(self._correct(lease))
            else:
                due.append(lease)
        return results | await self.post(due)

    async def post(self, leases: Sequence[Lease]) -> Results:
        """Send those documents that the books do not have: one alone, several together."""
        results: Results = {}
        arrived: list[Lease] = []
        for lease in leases:
            row = self.rows[lease.subject_id]
            try:
                if row["books_tried_at"] is not None and not is_elsewhere(row, self._realm):
                    check_arrived(row, self._services.clock.now())
                arrived.append(lease)
            except PartnerError as failure:
                results[lease.id] = failure
        if not arrived:
            return results
        try:
            rows = [self.rows[lease.subject_id] for lease in arrived]
            found = await look_up_all(self.company, self._entity, rows)
        except PartnerError as failure:
            return results | dict.fromkeys((lease.id for lease in arrived), failure)
        absent: list[Lease] = []
        for lease in arrived:
            row = self.rows[lease.subject_id]
            there = found[str(row["id"])]
            if there is None:
                absent.append(lease)
            else:
                results[lease.id] = there if isinstance(there, PartnerError) else self._posted(row, there, is_arrived=True)
        return results | await self._send(absent)

    async def _correct(self, lease: Lease) -> Outcome:
        """Have what is posted follow its row."""
        row = self.rows[lease.subject_id]
        if self._kind == "invoice":
            return await correct(self._services, self.company, lease, row, self._content)
        return await correct_expense(self._services, self.company, lease, row, await self._content(row))

    async def _send(self, leases: Sequence[Lease]) -> Results:
        """Send documents in one call."""
        contents, results = await self._contents(leases)
        ready = [lease for lease in leases if lease.id in contents]
        if not ready:
            return results
        try:
            await self._hold(ready)
            answers = await self._create(ready, contents)
        except PartnerError as failure:
            if len(ready) > 1 and isinstance(failure, (Permanent, Doubtful)):
                # The call was refused as a whole, so none was made. It may be because of one of them: each alone.
                for lease in ready:
                    results |= await self._send([lease])
                return results
            return results | dict.fromkeys((lease.id for lease in ready), failure)
        except LeaseLost:
            return results | dict.fromkeys(
                (lease.id for lease in ready), Throttled("One of them is being handled elsewhere.", 1.0)
            )
        for lease in ready:
            answer = answers.get(lease.id, Retryable("QuickBooks' answer leaves this one out.", UNDER_WAY_S))
            results[lease.id] = await outcome_of(self._concluded(lease, answer))
        return results

    async def _create(self, leases: Sequence[Lease], contents: Mapping[str, Mapping[str, Any]]) -> dict[str, Entity | Exception]:
        request_ids = {lease.id: str(self.rows[lease.subject_id]["request_id"]) for lease in leases}
        if len(leases) == 1:
            (lease,) = leases
            try:
                return {lease.id: await client.create(self.company, self._entity, contents[lease.id], request_ids[lease.id])}
            except Fault as fault:
                return {lease.id: fault}
        keys = {_item_key(request_id): lease_id for lease_id, request_id in request_ids.items()}
        items = {key: contents[lease_id] for key, lease_id in keys.items()}
        answers = await client.create_together(self.company, self._entity, items, _batch_id(request_ids.values()))
        return {keys[key]: answer for key, answer in answers.items() if key in keys}

    async def _contents(self, leases: Sequence[Lease]) -> tuple[dict[str, Mapping[str, Any]], Results]:
        """What is to be sent, by task; with the failures of those that cannot be."""
        contents: dict[str, Mapping[str, Any]] = {}
        failures: Results = {}
        until = self._services.clock.now() + PREPARING
        for lease in leases:
            if self._services.clock.now() > until:
                failures[lease.id] = Throttled("It is waiting its turn.", 1.0)
                continue
            self._names.used.clear()
            try:
                contents[lease.id] = await self._content(self.rows[lease.subject_id])
                self._named[lease.id] = list(self._names.used)
            except PartnerError as failure:
                failures[lease.id] = failure
        return contents, failures

    async def _content(self, row: Row) -> Mapping[str, Any]:
        return placed(await self._unplaced(row), await self._names.class_of(row), await self._names.department_of(row))

    async def _unplaced(self, row: Row) -> Mapping[str, Any]:
        tax_code = await self._names.tax_code()
        if self._kind == "invoice":
            items = await self._names.items(row)
            return to_invoice(row, await self._names.customer(row), items, tax_code)
        if self._kind == "journal":
            return to_journal(row, await self._names.accounts(row))
        expense, paid_from = await self._names.expense_account(), await self._names.paid_from()
        return to_purchase(row, await self._names.vendor(row), expense, paid_from, tax_code)

    async def _hold(self, leases: Sequence[Lease]) -> None:
        """Hold the leases for the call to come, and note that it is made. Raises: `LeaseLost`."""
        now = self._services.clock.now()
        holds = [tasks.extend(lease, after(now, HOLD_S)) for lease in leases]
        ids = [lease.subject_id for lease in leases]
        tried = [quickbooks_documents.mark_tried(self._kind, ids, self._realm, instant(now))]
        if self._kind == "expense":
            tried += [quickbooks_documents.mark_expense_sent(each, str(self.rows[each]["books_now"])) for each in ids]
        if self._kind == "invoice":
            tried.append(quickbooks_documents.mark_sent([self.rows[each] for each in ids], instant(now)))
        await self._services.database.batch([*holds, *tried])

    async def _concluded(self, lease: Lease, answer: Entity | Exception) -> Outcome:
        """What the books' answer to one document comes to. Raises: the failure, and as `client`."""
        row = self.rows[lease.subject_id]
        if isinstance(answer, Entity):
            return self._posted(row, answer)
        if not isinstance(answer, Fault):
            raise answer
        if answer.code in DUPLICATE_NUMBER and (found := await look_up(self.company, self._entity, row)):
            return self._posted(row, found)
        # It was refused, so it is not there. Whatever it names is looked up again: an item, an account or a customer may have
        # been made inactive or replaced, and not every code of QuickBooks says so.
        refused = quickbooks_documents.mark_refused(self._kind, str(row["id"]), self._services.clock.token())
        forgotten = quickbooks_documents.forget_names(self._realm, self._named[lease.id])
        await self._services.database.batch([refused, forgotten])
        if answer.code in INVALID_REFERENCE:
            raise Doubtful(str(answer)) from answer
        if answer.code == BUSINESS_RULE and not self._services.settings.quickbooks_tax_code:
            raise Permanent(f"{answer} {NEEDS_TAX_CODE}.") from answer
        raise answer

    def _posted(self, row: Row, found: Entity, *, is_arrived: bool = False) -> Outcome:
        now = instant(self._services.clock.now())
        posted = quickbooks_documents.mark_posted(self._kind, str(row["id"]), self._realm, found.id, found.balance_cents, now)
        summary = f"{self._entity} {row['doc_number']} posted."
        if self._kind == "invoice" and was_sent_otherwise(row, found):
            # It arrived when its outcome was not known, before the sale was corrected: it is corrected next.
            before = quickbooks_documents.mark_sent([{**row, "books_now": row["books_sent"]}], now)
            return Outcome((posted, before), summary, more=True)
        # What was sent before the record was changed is there as it was sent: the task goes on and corrects it.
        return Outcome((posted,), summary, more=is_arrived and is_corrected(row))


def _item_key(request_id: str) -> str:
    """What an item of a batch is called: the same as long as its document keeps its requestid, at most ten characters."""
    return request_id[:10]


def _batch_id(request_ids: Collection[str]) -> str:
    """The requestid of a batch: the same documents under the same requestids are the same batch."""
    return hashlib.sha256(" ".join(sorted(request_ids)).encode()).hexdigest()[:32]
