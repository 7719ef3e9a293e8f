"""Run a query on a company's books, and find the objects that changed since a moment."""

import re
from collections.abc import Callable, Iterable
from fnmatch import translate
from typing import Any

from simulators.quickbooks.clock import parse_stamp
from simulators.quickbooks.company import Body, Company, Record
from simulators.quickbooks.query import Condition, Query, parse


def answer(company: Company, text: str) -> Body:
    """Return the value of `QueryResponse`. Raises: Refused."""
    query = parse(text)
    found = [record for record in company.standing(query.kind.name) if _matches(record, query)]
    if query.count:
        return {"totalCount": len(found)}
    for name, descending in reversed(query.order):
        found.sort(key=_sort_key(name), reverse=descending)
    page = found[query.start - 1 : query.start - 1 + query.most]
    if not page:
        return {}
    return {query.kind.name: [record.body for record in page], "startPosition": query.start, "maxResults": len(page)}


def _matches(record: Record, query: Query) -> bool:
    # Inactive names are returned only when the query mentions Active.
    if record.body.get("Active") is False and all(each.name != "Active" for each in query.where):
        return False
    return all(_holds(record, condition) for condition in query.where)


def _holds(record: Record, condition: Condition) -> bool:
    if condition.operator == "LIKE":
        return _like(condition.values[0])(_text(record.body, condition.name))
    own = _comparable(_text(record.body, condition.name), condition.name)
    if condition.operator == "IN":
        return any(own == _comparable(value, condition.name) for value in condition.values)
    other = _comparable(condition.values[0], condition.name)
    if type(own) is not type(other):
        own, other = str(own), str(other)
    compare: dict[str, Callable[[Any, Any], bool]] = {
        "=": lambda one, two: one == two,
        "!=": lambda one, two: one != two,
        "<": lambda one, two: one < two,
        ">": lambda one, two: one > two,
        "<=": lambda one, two: one <= two,
        ">=": lambda one, two: one >= two,
    }
    return compare[condition.operator](own, other)


def _like(pattern: str) -> Callable[[str], bool]:
    escaped = re.sub(r"([*?\[])", r"[\1]", pattern.casefold()).replace("%", "*")
    wanted = re.compile(translate(escaped))
    return lambda text: wanted.match(text.casefold()) is not None


def _text(body: Body, name: str) -> str:
    """Return a property as text: the id of a reference, the address of an email or a telephone."""
    value: Any = body
    for part in name.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    if isinstance(value, dict):
        value = next((value[key] for key in ("value", "Address", "FreeFormNumber") if key in value), None)
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)


def _comparable(text: str, name: str) -> Any:
    if name.startswith("MetaData."):
        return parse_stamp(text) or 0.0
    if name in ("TotalAmt", "Balance", "UnitPrice", "CurrentBalance"):
        try:
            return float(text)
        except ValueError:
            return 0.0
    return text.casefold().strip()


def _sort_key(name: str) -> Callable[[Record], Any]:
    if name == "Id":
        return lambda record: int(record.object_id)
    return lambda record: _comparable(_text(record.body, name), name)


def changed_since(records: Iterable[Record], since: float) -> list[Record]:
    """Return records changed at or after a moment, live ones first, each group by time of change; times are whole seconds."""
    found = [record for record in records if int(record.changed_at) >= since]
    return sorted(found, key=lambda record: (record.deleted, record.changed_at))
