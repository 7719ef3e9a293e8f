"""The faults of the Accounting API, by code, in QuickBooks' wording.

Source: Intuit, "Error codes" and the samples of "Batch" in the API reference. ASSUMED where a docstring says so: in no sample.
"""

from typing import Any

INACTIVE = (
    "Something you're trying to use has been made inactive. "
    "Check the fields with accounts, customers, items, vendors or employees."
)


class Refused(Exception):
    """A request, or one item of a batch, that gets a fault."""

    def __init__(self, code: str, message: str, detail: str, element: str = "", kind: str = "ValidationFault") -> None:
        super().__init__(detail)
        self.code, self.message, self.detail, self.element, self.kind = code, message, detail, element, kind

    def fault(self) -> dict[str, Any]:
        """Return the value of `Fault` in a response."""
        error = {"Message": self.message, "Detail": self.detail, "code": self.code, "element": self.element}
        return {"Error": [error], "type": self.kind}


def unsupported_property(name: str) -> Refused:
    """2010: the entity does not have the property, or the value is not allowed."""
    detail = f"Property Name:{name} specified is unsupported or invalid"
    return Refused("2010", "Request has invalid or unsupported property", detail, name)


def missing_parameter(name: str) -> Refused:
    """2020: the operation requires the property."""
    message = "Required param missing, need to supply the required value for the API"
    return Refused("2020", message, f"Required parameter {name} is missing in the request", name)


def invalid_characters(name: str) -> Refused:
    """2040: a name with a colon, tab or line break. ASSUMED: the wording."""
    detail = f"{name} contains characters that are not allowed: colon (:), tab or new line"
    return Refused("2040", "Invalid String. The string has invalid characters", detail, name)


def wrong_length(name: str, longest: int, length: int) -> Refused:
    """2050: text that is too long."""
    message = "String length is either shorter or longer than supported by specification"
    detail = (
        f"String length specified does not match the supported length. Min:0 Max:{longest} supported. Supplied length:{length}"
    )
    return Refused("2050", message, detail, name)


def invalid_date(name: str, value: Any) -> Refused:
    """2060: a date in another form than year-month-day. ASSUMED: the wording."""
    return Refused("2060", "Invalid Date Format", f"Invalid date format for {name}. Supplied value:{value}", name)


def invalid_decimal(name: str, value: Any) -> Refused:
    """2110: an amount that is not a number. ASSUMED: the wording."""
    return Refused("2110", "Invalid Decimal", f"Invalid decimal for {name}. Supplied value:{value}", name)


def invalid_request_id(longest: int, length: int) -> Refused:
    """2130: a `requestid` that is too long. ASSUMED: the wording."""
    return Refused(
        "2130", "Invalid Request Id Format", f"The request id has at most {longest} characters, not {length}", "requestid"
    )


def invalid_choice(name: str, value: Any) -> Refused:
    """2170: a value that is not one of those allowed."""
    return Refused("2170", "Invalid Enumeration", f"Property Name:{name} has no value {value}", name)


def invalid_range(detail: str) -> Refused:
    """2190: the start is too far in the past. ASSUMED: the code, which the reference does not tie to change data capture."""
    return Refused("2190", "Invalid Date Range", f"Invalid Date Range : {detail}", "changedSince")


def wrong_content_type(sent: str) -> Refused:
    """1050: the endpoint does not accept the content type. ASSUMED: the wording."""
    return Refused("1050", "Invalid Content Type", f"The content type {sent} is not supported", "Content-Type")


def batch_too_large(most: int) -> Refused:
    """1040: more items than a batch may have."""
    message = "Batch size exceeds allowed limit"
    return Refused("1040", message, f"The batch request has more than {most} items", "BatchItemRequest")


def invalid_reference(family: str, number: str) -> Refused:
    """2500: a reference to an object that does not exist, or is inactive."""
    detail = f"Invalid Reference Id : {family} element id {number} not found"
    return Refused("2500", "Invalid Reference Id", detail, f"{family}.value")


def category() -> Refused:
    """2500: a line that sells a category in place of a product or service.

    Source: https://github.com/consolibyte/quickbooks-php/issues/178
    """
    detail = "Invalid Reference Id : Categories cannot be used in transactions."
    return Refused("2500", "Invalid Reference Id", detail, "ItemRef.value")


def bad_query(detail: str) -> Refused:
    """4000: text that is not a query."""
    return Refused("4000", "Error parsing query", f"QueryParserError: {detail}")


def invalid_query(detail: str) -> Refused:
    """4001: a query that is not supported."""
    return Refused("4001", "Invalid query", f"QueryValidationError: {detail}")


def unsupported_operation(detail: str) -> Refused:
    """500: an operation that the entity does not have."""
    return Refused("500", "Unsupported Operation", f"Operation {detail} is not supported.")


def not_found() -> Refused:
    """610: the object does not exist, or was deleted."""
    return Refused("610", "Object Not Found", f"Object Not Found : {INACTIVE}")


def stale() -> Refused:
    """5010: `SyncToken` is not the newest."""
    detail = "You and root were working on this at the same time. root finished before you did, so your work was not saved."
    return Refused("5010", "Stale Object Error", f"Stale Object Error : {detail}")


def paid(code: str) -> Refused:
    """6000 or 6540: the payments on an invoice do not let it be voided. ASSUMED: the wording."""
    return Refused(code, "Transaction cannot be changed", "The invoice is linked to a payment that has been deposited")


def business(detail: str) -> Refused:
    """6000: a rule of bookkeeping is broken."""
    message = "A business validation error has occurred while processing your request"
    return Refused("6000", message, f"Business Validation Error: {detail}")


def wrong_product(supplied: Any) -> Refused:
    """6070: a line whose amount is not price times quantity."""
    detail = f"Amount is not equal to UnitPrice * Qty. Supplied value:{supplied}"
    return Refused("6070", "Amount calculation incorrect in the request", detail, "Line.Amount")


def no_name() -> Refused:
    """6080: a customer, vendor or employee without any name."""
    words = "Title, GivenName, MiddleName, FamilyName, DisplayName, Suffix"
    return Refused("6080", "No Name Provided", f"At least one of {words} is needed")


def duplicate_document(code: str, number: str, kind: str, holder: str) -> Refused:
    """6140 (also seen: 6210): another document of the kind has the number."""
    words = f"You must specify a different number. This number has already been used. DocNumber={number}"
    detail = f"Duplicate Document Number Error : {words} is assigned to TxnType={kind} with TxnId={holder}"
    return Refused(code, "Duplicate Document Number Error", detail)


def subscription_ended() -> Refused:
    """6190: the company no longer pays Intuit, so no object can be written."""
    detail = "Subscription period has ended or canceled or there was a billing problem : You can't add data to QuickBooks Online"
    return Refused("6190", "Invalid Company Status", detail)


def books_closed(until: str, code: str = "6210") -> Refused:
    """6210 (also seen: 5010): the bookkeeper has closed the period in which the document lies.

    Source of the 5010: https://github.com/routablehq/python-quickbooks/issues/208
    """
    if code == "5010":
        return Refused(code, "Account Period Closed", "The account period has closed.")
    detail = f"The account period has closed (until {until}), and the transaction cannot be saved without the closing password"
    return Refused(code, "Account Period Closed, Cannot Update Through Services Error", detail)


def duplicate_name() -> Refused:
    """6240: a customer, vendor or employee already has the name."""
    words = "Another customer, vendor or employee is already using this name. Please use a different name."
    return Refused("6240", "Duplicate Name Exists Error", f"The name supplied already exists. : {words}")


def system_failure() -> Refused:
    """10000: an internal error; the work was not done."""
    message = "An application error has occurred while processing your request"
    return Refused("10000", message, "System Failure Error: Unexpected internal error", kind="SystemFault")


def unreadable() -> Refused:
    """10000: a body that is not a JSON object."""
    message = "An application error has occurred while processing your request"
    return Refused("10000", message, "System Failure Error: The request body cannot be read", kind="SystemFault")


def gateway_fault(kind: str, code: str, message: str, detail: str | None, now: float) -> dict[str, Any]:
    """Return the body of the gateway's errors (401, 403, 429): lower-case names, and many nulls.

    Source: bodies quoted in issues of python-quickbooks and node-quickbooks.
    """
    error = {"message": message, "detail": detail, "code": code, "element": None}
    return {
        "warnings": None,
        "intuitObject": None,
        "fault": {"error": [error], "type": kind},
        "report": None,
        "queryResponse": None,
        "batchItemResponse": [],
        "attachableResponse": [],
        "syncErrorResponse": None,
        "requestId": None,
        "time": int(now * 1000),
        "status": None,
        "cdcresponse": [],
    }
