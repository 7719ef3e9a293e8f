"""Writes with their `requestid`, one at a time and up to 30 in a batch.

Source: Intuit, "Batch", and "Request ID update for QuickBooks Online integration": at most 50 characters, 36 in a batch, and
there at most 10 characters for a `bId`. The `requestid` belongs to the whole batch; `bId` makes each item unique.
"""

from collections.abc import Callable
from typing import Any

from simulators.quickbooks import books, refusals, search
from simulators.quickbooks.company import Body, Company
from simulators.quickbooks.kinds import KINDS, Kind
from simulators.quickbooks.knobs import Knobs

MOST_ITEMS = 30
LONGEST_REQUEST_ID = 36
LONGEST_BATCH_ID = 10
ITEM_PROPERTIES = {"bId", "operation", "optionsData", "Query"}


def once(company: Company, request_id: str, knobs: Knobs, work: Callable[[], Body]) -> Body:
    """Run `work`, or return the earlier result when its `requestid` was used before. Errors are not kept."""
    if not request_id or knobs.requestid == "ignored":
        return work()
    if request_id not in company.answers:
        company.answers[request_id] = work()
    return company.answers[request_id]


def write(company: Company, kind: Kind, operation: str, sent: Any, knobs: Knobs, request_id: str = "") -> Body:
    """Run one create, update, delete or void and return its result. Raises: Refused."""
    if operation == "delete":
        deleted = books.delete(company, kind, sent, knobs)
        return {kind.name: {"domain": "QBO", "status": "Deleted", "Id": deleted.object_id}}
    work = {"create": books.create, "update": books.update, "void": books.void}[operation]
    record = work(company, kind, sent, knobs)
    if request_id:
        record.made_by.append(request_id)
    return {kind.name: record.body}


def run(company: Company, sent: Any, request_id: str, knobs: Knobs) -> Body:
    """Run all items of a batch and return a result or a fault for each. Raises: Refused for the batch as a whole."""
    items = sent.get("BatchItemRequest") if isinstance(sent, dict) else None
    if not isinstance(items, list) or not items:
        raise refusals.missing_parameter("BatchItemRequest")
    if len(items) > MOST_ITEMS:
        raise refusals.batch_too_large(MOST_ITEMS)
    if len(request_id) > LONGEST_REQUEST_ID:
        raise refusals.invalid_request_id(LONGEST_REQUEST_ID, len(request_id))
    names = [item.get("bId") if isinstance(item, dict) else None for item in items]
    for name in names:
        if not isinstance(name, str) or not name:
            raise refusals.missing_parameter("bId")
        if request_id and len(name) > LONGEST_BATCH_ID:
            raise refusals.wrong_length("bId", LONGEST_BATCH_ID, len(name))
        if names.count(name) > 1:
            raise refusals.unsupported_property("bId")
    return {"BatchItemResponse": [_answer_item(company, item, request_id, knobs) for item in items]}


def _answer_item(company: Company, item: dict[str, Any], request_id: str, knobs: Knobs) -> Body:
    name = item["bId"]
    key = f"{request_id}:{name}" if request_id else ""
    try:
        if company.draw.random() < knobs.batch_item_fault_rate:
            raise refusals.system_failure()
        return {**once(company, key, knobs, lambda: _do_item(company, item, knobs, key)), "bId": name}
    except refusals.Refused as refused:
        return {"Fault": refused.fault(), "bId": name}


def _do_item(company: Company, item: dict[str, Any], knobs: Knobs, key: str) -> Body:
    objects = [property_ for property_ in item if property_ not in ITEM_PROPERTIES]
    if "Query" in item:
        if objects or "operation" in item:
            raise refusals.unsupported_property("Query")
        return {"QueryResponse": search.answer(company, str(item["Query"]))}
    if len(objects) != 1 or objects[0].lower() not in KINDS:
        raise refusals.unsupported_property(next((each for each in objects if each.lower() not in KINDS), "BatchItemRequest"))
    options = str(item.get("optionsData", ""))
    operation = "void" if options == "void" and item.get("operation") == "update" else item.get("operation")
    if operation not in ("create", "update", "delete", "void"):
        raise refusals.missing_parameter("operation") if not operation else refusals.unsupported_operation(str(operation))
    if options == "allowduplicatedocnum":
        knobs = knobs.model_copy(update={"duplicate_document": "allowed"})
    return write(company, KINDS[objects[0].lower()], operation, item[objects[0]], knobs, key)
