"""One company's books: its objects as the API returns them, and the changes of each."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any

from simulators.quickbooks.clock import Clock, stamp

Body = dict[str, Any]
FIRST_IDS = {"name": 1, "item": 1, "account": 1, "class": 1, "department": 1, "tax_code": 2, "txn": 101}
# Ids are unique only within a family: a customer and an invoice may have the same, as in the real QuickBooks.


@dataclass(frozen=True, slots=True)
class Change:
    """One operation on one object, as a webhook reports it."""

    realm: str
    kind: str
    object_id: str
    operation: str
    at: float


@dataclass(slots=True)
class Record:
    """One object. `body` is the API's form of it; deleted objects stay for change data capture."""

    kind: str
    body: Body
    changed_at: float
    deleted: bool = False
    voided: bool = False
    made_by: list[str] = field(default_factory=list)

    @property
    def object_id(self) -> str:
        """Return its `Id`."""
        return str(self.body["Id"])


class Company:
    """The books of one realm. `on_change` is called for each operation."""

    def __init__(self, realm: str, name: str, clock: Clock, on_change: Callable[[Change], None]) -> None:
        self.realm, self.name, self.clock = realm, name, clock
        self._on_change = on_change
        self._records: dict[str, dict[str, Record]] = {}
        self._next_ids = Counter(FIRST_IDS)
        self._next_doc_number = 1001
        self.draw = Random(realm)
        # Decides which items of a batch fail; the same in every process.
        self.answers: dict[str, Body] = {}
        # The first response to each requestid, for the life of the process.

    def add(self, kind: str, family: str, body: Body, operation: str = "Create") -> Record:
        """Add an object to the books, with its `Id`, `SyncToken` and `MetaData`."""
        now = self.clock.now()
        number = str(self._next_ids[family])
        self._next_ids[family] += 1
        meta = {"CreateTime": stamp(now), "LastUpdatedTime": stamp(now)}
        whole = {"domain": "QBO", "sparse": False, "Id": number, "SyncToken": "0", "MetaData": meta, **body}
        record = Record(kind, whole, now)
        self._records.setdefault(kind, {})[number] = record
        self._on_change(Change(self.realm, kind, number, operation, now))
        return record

    def change(self, record: Record, body: Body, operation: str = "Update") -> None:
        """Replace an object's body except for its identity, and increment its `SyncToken`."""
        now = self.clock.now()
        old = record.body
        meta = {**old["MetaData"], "LastUpdatedTime": stamp(now)}
        token = str(int(old["SyncToken"]) + 1)
        record.body = {"domain": "QBO", "sparse": False, "Id": old["Id"], "SyncToken": token, "MetaData": meta, **body}
        record.changed_at = now
        self._on_change(Change(self.realm, record.kind, record.object_id, operation, now))

    def delete(self, record: Record) -> None:
        """Remove an object from the books; change data capture still reports it."""
        record.deleted = True
        record.changed_at = self.clock.now()
        self._on_change(Change(self.realm, record.kind, record.object_id, "Delete", record.changed_at))

    def find(self, kind: str, object_id: Any) -> Record | None:
        """Return the object with this `Id`, unless it was deleted."""
        record = self._records.get(kind, {}).get(str(object_id))
        return None if record is None or record.deleted else record

    def standing(self, kind: str) -> Iterator[Record]:
        """Yield the objects of a kind that were not deleted, oldest first."""
        return (record for record in self._records.get(kind, {}).values() if not record.deleted)

    def everything(self, kind: str) -> list[Record]:
        """Return all objects of a kind, including deleted ones, oldest first."""
        return list(self._records.get(kind, {}).values())

    def next_doc_number(self) -> str:
        """Return the number that QuickBooks gives a document when the company does not assign its own numbers."""
        self._next_doc_number += 1
        return str(self._next_doc_number - 1)

    def about(self, country: str = "US") -> Body:
        """Return `CompanyInfo`."""
        address = {
            "Id": "1",
            "Line1": "142 Maple Street",
            "City": "Springfield",
            "CountrySubDivisionCode": "IL",
            "PostalCode": "62701",
        }
        meta = {"CreateTime": "2024-01-02T09:00:00-08:00", "LastUpdatedTime": "2024-01-02T09:00:00-08:00"}
        start = {
            "CompanyStartDate": "2024-01-02",
            "FiscalYearStartMonth": "January",
            "Country": country,
            "SupportedLanguages": "en",
        }
        names = {"CompanyName": self.name, "LegalName": self.name, "CompanyAddr": address, "LegalAddr": address}
        return {**names, **start, "domain": "QBO", "sparse": False, "Id": "1", "SyncToken": "4", "MetaData": meta}
