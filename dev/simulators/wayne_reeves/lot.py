"""The vehicles and sales of the simulated DMS, encoded in advance."""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from simulators.partner import encode


@dataclass(slots=True)
class Standing:
    """One record of the lot. `place` never changes, so a cursor stays valid while records are added and removed."""

    place: int
    record: Any
    encoded: bytes
    changed_at: float


@dataclass(frozen=True, slots=True)
class Page:
    """Encoded records of one page. `last_place` is the place of its last record, None on the last page."""

    records: list[bytes]
    last_place: int | None
    total: int


class Lot:
    """Records in the order of arrival. A record may be any JSON value, so that junk can be served."""

    def __init__(self) -> None:
        self._standing: list[Standing] = []
        self._by_stock: dict[str, Standing] = {}
        self._last_place = 0

    def replace(self, records: Iterable[Any]) -> None:
        """Replace all records with `records`, unchanged; duplicates stay duplicates."""
        self._standing.clear()
        self._by_stock.clear()
        for record in records:
            self._add(record)

    def upsert(self, record: Any) -> None:
        """Replace the record with the same stock number, or add one."""
        standing = self._by_stock.get(_stock_number(record))
        if standing is None:
            self._add(record)
        else:
            self._change(standing, record)

    def remove(self, stock_number: str) -> bool:
        """Remove every record with this stock number; return False when there was none."""
        before = len(self._standing)
        self._standing = [each for each in self._standing if _stock_number(each.record) != stock_number]
        self._by_stock.pop(stock_number, None)
        return len(self._standing) < before

    def find(self, stock_number: str) -> dict[str, Any] | None:
        """Return the record with this stock number."""
        standing = self._by_stock.get(stock_number)
        return None if standing is None else standing.record

    def update(self, stock_number: str, changes: dict[str, Any]) -> dict[str, Any]:
        """Set fields of a record, where None removes one, and its `updated_at`. Raises: KeyError."""
        standing = self._by_stock[stock_number]
        merged = {**standing.record, **changes, "updated_at": utc_text(datetime.now(UTC))}
        self._change(standing, {name: value for name, value in merged.items() if value is not None})
        return dict(standing.record)

    def renumber(self, numbers: dict[str, str]) -> int:
        """Give records other stock numbers, all at once, so that two can change places; returns how many.

        Raises: ValueError when two records would have one number.
        """
        chosen = [(standing, numbers[old]) for old, standing in self._by_stock.items() if old in numbers]
        kept = self._by_stock.keys() - numbers.keys()
        if len({new for _, new in chosen} | kept) < len(chosen) + len(kept):
            raise ValueError("Two vehicles would have one stock number")
        now = utc_text(datetime.now(UTC))
        for standing, new in chosen:
            self._change(standing, {**standing.record, "stock_number": new, "updated_at": now})
        self._by_stock = {number: self._by_stock[number] for number in kept} | {new: standing for standing, new in chosen}
        return len(chosen)

    def is_back(self, vehicle: dict[str, Any]) -> bool:
        """Return whether the car of a record that is sold was taken in again under another stock number."""
        others = (each for each in self.records() if isinstance(each, dict) and each is not vehicle)
        return any(each.get("vin") == vehicle.get("vin") and each.get("status") != "sold" for each in others)

    def records(self) -> list[Any]:
        """Return all records."""
        return [each.record for each in self._standing]

    def page(self, after_place: int, limit: int, updated_since: float | None) -> Page:
        """Return up to `limit` records after `after_place` that changed at or after `updated_since` (seconds since 1970)."""
        chosen = self._standing
        if updated_since is not None:
            chosen = [each for each in chosen if each.changed_at >= updated_since]
        start = bisect_right(chosen, after_place, key=lambda each: each.place)
        shown = chosen[start : start + limit]
        more = start + limit < len(chosen)
        return Page([each.encoded for each in shown], shown[-1].place if more else None, len(chosen))

    def place_before_page(self, number: int, limit: int) -> int:
        """Return the place after which page `number`, counted from 1, begins."""
        index = min((number - 1) * limit, len(self._standing))
        return self._standing[index - 1].place if index else 0

    def page_number(self, after_place: int, limit: int) -> int:
        """Return the number of the page that begins after `after_place`."""
        return bisect_right(self._standing, after_place, key=lambda each: each.place) // limit + 1

    def _add(self, record: Any) -> None:
        self._last_place += 1
        standing = Standing(self._last_place, record, encode(record), _changed_at(record))
        self._standing.append(standing)
        stock_number = _stock_number(record)
        if stock_number:
            self._by_stock.setdefault(stock_number, standing)

    @staticmethod
    def _change(standing: Standing, record: Any) -> None:
        standing.record = record
        standing.encoded = encode(record)
        standing.changed_at = _changed_at(record)


def _stock_number(record: Any) -> str:
    stock_number = record.get("stock_number") if isinstance(record, dict) else None
    return stock_number if isinstance(stock_number, str) else ""


def _changed_at(record: Any) -> float:
    """Return the record's time of change, else now, in seconds since 1970."""
    said = record.get("updated_at") if isinstance(record, dict) else None
    parsed = parse_utc(said) if isinstance(said, str) else None
    return datetime.now(UTC).timestamp() if parsed is None else parsed


def parse_utc(text: str) -> float | None:
    """Return seconds since 1970 of an ISO 8601 time, in UTC without a zone; None when it is not valid."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def utc_text(moment: datetime) -> str:
    """Return ISO 8601 with milliseconds and Z."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
