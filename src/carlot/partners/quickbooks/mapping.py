"""What QuickBooks' JSON means. Amounts are dollars on the wire, cents here.

Source: developer.intuit.com, API reference: Invoice, Purchase, Customer, Vendor, Payment, "Batch", "Change data capture".
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from html import unescape
from typing import Annotated, Any, TypeVar

from pydantic import AliasChoices, ConfigDict, Field, ValidationError

from carlot.domain.model import Model
from carlot.domain.verdicts import BOOKS, Meaning, meaning
from carlot.errors import AuthExpired, Permanent, Retryable

DUPLICATE_NUMBER = frozenset({"6140", "6210"})
DUPLICATE_NAME = "6240"
NOT_FOUND = "610"
BUSINESS_RULE = "6000"
PAID_FOR = frozenset({BUSINESS_RULE, "6540"})
"""A rule of bookkeeping is broken, or a payment lies in a deposit: so QuickBooks refuses what does not go with the payments on an
invoice. Source: developer.intuit.com, "Error codes"."""
INVALID_REFERENCE = frozenset({"2500", NOT_FOUND})
"""What a new document names is not there or is inactive, or is a category."""
CHANGED = frozenset({"5010", NOT_FOUND})
"""Somebody else has saved, or deleted, a document since it was read; 5010 is also that of a closed period."""

THROTTLED_S = 60.0
"""How long a throttled request waits. Source: developer.intuit.com, "API call limits and throttling"."""

_KINDS = ("authentication", "throttl", "system", "service")
"""How the types of faults begin that mean something by themselves."""


class Fault(Permanent):
    """The books refuse a request, and say why. Nothing was done."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message, 400)
        self.code = code


class _Error(Model):
    model_config = ConfigDict(coerce_numbers_to_str=True)

    message: str = Field("", validation_alias=AliasChoices("Message", "message"))
    detail: str | None = Field(None, validation_alias=AliasChoices("Detail", "detail"))
    code: str = ""


class _Faults(Model):
    errors: list[_Error] = Field([], validation_alias=AliasChoices("Error", "error"))
    type: str | None = ""


class _FaultAnswer(Model):
    fault: _Faults | None = Field(None, validation_alias=AliasChoices("Fault", "fault"))


_XML_HEAD = 10_000
"""Bytes in which a fault in XML begins and ends."""
_XML_FAULT = re.compile(r'<Fault\b[^<>]*\btype="([^"<>]*)"')
_XML_CODE = re.compile(r'<Error\b[^<>]*\bcode="([^"<>]*)"')
_XML_WORDS = re.compile(r"<(Message|Detail)>([^<]*)</")


def read_fault(body: bytes) -> Exception | None:
    """The fault in an answer, whatever its status and whether it came as JSON or as XML; `None`: there is none."""
    found = _read(body)
    return None if found is None else _failure(found)


def _read(body: bytes) -> _Faults | None:
    try:
        return _FaultAnswer.model_validate_json(body).fault
    except ValidationError:
        return _xml_fault(body[:_XML_HEAD].decode("utf-8", "replace"))


def _xml_fault(text: str) -> _Faults | None:
    fault, code = _XML_FAULT.search(text), _XML_CODE.search(text)
    if fault is None:
        return None
    words = {name: unescape(said) for name, said in _XML_WORDS.findall(text)}
    error = _Error.model_validate({"code": code[1] if code else "", **words})
    return _Faults.model_validate({"error": [error], "type": fault[1]})


def _failure(found: _Faults) -> Exception:
    error = found.errors[0] if found.errors else _Error.model_validate({})
    words = (error.detail or error.message or "It gives no reason.")[:500]
    code = _code(found)
    says = meaning(BOOKS, 0, code)
    if says is Meaning.CREDENTIALS:
        return AuthExpired(f"{_LET_IN.get(code, 'QuickBooks rejected the sign-in')}: {words}")
    if says is Meaning.SLOW_DOWN:
        return Retryable(f"QuickBooks asks us to slow down: {words}", THROTTLED_S)
    if says is Meaning.LATER:
        return Retryable(f"QuickBooks is having trouble: {words}")
    return Fault(error.code, f"QuickBooks rejected it: {words}{f' ({error.code})' if error.code else ''}")


_LET_IN = {
    "6190": "QuickBooks accepts nothing for this company",
    "3100": "QuickBooks does not let this app into the company",
}


def fault_code(body: bytes) -> str:
    """The code in an answer by which `domain.verdicts` knows it; empty when there is no fault in it."""
    if b"ault" not in body:
        return ""
    found = _read(body)
    return "" if found is None else _code(found)


def _code(found: _Faults) -> str:
    """The code of a fault without its zeros, or how its type begins where only that means something."""
    kind = (found.type or "").lower()
    if kind.startswith("authentication"):
        return "authentication"
    code = found.errors[0].code.lstrip("0") if found.errors else ""
    if meaning(BOOKS, 0, code):
        return code
    return next((known for known in _KINDS if kind.startswith(known)), code)


class LinkedTxn(Model):
    """A document that a line of a payment pays."""

    model_config = ConfigDict(coerce_numbers_to_str=True)

    id: str = Field("", alias="TxnId")
    type: str = Field("", alias="TxnType")


class PaymentLine(Model):
    """A line of a payment, in dollars."""

    amount: Decimal = Field(Decimal(0), alias="Amount")
    linked: list[LinkedTxn] = Field([], alias="LinkedTxn")


class _Address(Model):
    address: str | None = Field(None, alias="Address")


class _Reference(Model):
    model_config = ConfigDict(coerce_numbers_to_str=True)

    value: str


class _MetaData(Model):
    updated: str | None = Field(None, alias="LastUpdatedTime")


class _Ref(Model):
    model_config = ConfigDict(coerce_numbers_to_str=True)

    value: str = ""


class Entity(Model):
    """The fields used of any object of the books. Amounts are dollars."""

    model_config = ConfigDict(coerce_numbers_to_str=True)

    id: Annotated[str, Field(alias="Id", min_length=1, max_length=100)]
    sync_token: str = Field("0", alias="SyncToken")
    number: str | None = Field(None, alias="DocNumber")
    name: str | None = Field(None, alias="Name")
    display_name: str | None = Field(None, alias="DisplayName")
    full_name: str | None = Field(None, alias="FullyQualifiedName")
    item_type: str | None = Field(None, alias="Type")
    account_type: str | None = Field(None, alias="AccountType")
    total: Decimal | None = Field(None, alias="TotalAmt")
    balance: Decimal | None = Field(None, alias="Balance")
    note: str | None = Field(None, alias="PrivateNote")
    date: str | None = Field(None, alias="TxnDate")
    email: _Address | None = Field(None, alias="PrimaryEmailAddr")
    income_account: _Reference | None = Field(None, alias="IncomeAccountRef")
    status: str | None = None
    customer: _Ref | None = Field(None, alias="CustomerRef")
    lines: list[PaymentLine] = Field([], alias="Line")
    meta: _MetaData | None = Field(None, alias="MetaData")

    @property
    def total_cents(self) -> int | None:
        """What it comes to."""
        return None if self.total is None else round(self.total * 100)

    @property
    def balance_cents(self) -> int | None:
        """What is owed; `None`: not told."""
        return None if self.balance is None else round(self.balance * 100)

    @property
    def paid_cents(self) -> int:
        """What has been paid on it; 0 where that is not told."""
        return max((self.total_cents or 0) - (self.balance_cents or 0), 0) if self.balance is not None else 0

    def is_named(self, name: str, value: str) -> bool:
        """Whether it has that name, in any case: `name` is the property, `Name`, `DisplayName` or `FullyQualifiedName`."""
        own = {"Name": self.name, "DisplayName": self.display_name, "FullyQualifiedName": self.full_name}[name]
        return own is not None and own.strip().casefold() == value.strip().casefold()

    @property
    def type(self) -> str | None:
        """The type of an item or of an account; `None`: not told."""
        return self.account_type or self.item_type

    @property
    def is_void(self) -> bool:
        """Whether it was voided: QuickBooks keeps it with nothing on it, and says so in its note."""
        return self.total_cents == 0 and (self.note or "").lower().startswith("voided")


_Content = dict[str, Any]
_Read = TypeVar("_Read")


def _entities(found: object, entity: str) -> list[Entity]:
    """The objects of a kind in one part of an answer."""
    rows = found.get(entity, []) if isinstance(found, dict) else []
    return [Entity.model_validate(row) for row in rows]


class Answer(Model):
    """An answer of the API: the object asked for, or what a query or a look at changes has found."""

    model_config = ConfigDict(extra="allow")

    query: _Content | None = Field(None, alias="QueryResponse")
    changes: list[_Content] | None = Field(None, alias="CDCResponse")

    def one(self, entity: str) -> Entity | None:
        """The object asked for."""
        found = (self.model_extra or {}).get(entity)
        return _readable(lambda: Entity.model_validate(found)) if isinstance(found, dict) else None

    def whole(self, entity: str) -> dict[str, Any] | None:
        """The object asked for, with everything that it has."""
        found = (self.model_extra or {}).get(entity)
        return found if isinstance(found, dict) else None

    def lines(self, entity: str) -> list[_Content]:
        """The lines of the object asked for, as they came."""
        found = (self.model_extra or {}).get(entity)
        lines = found.get("Line") if isinstance(found, dict) else None
        return [line for line in lines if isinstance(line, dict)] if isinstance(lines, list) else []

    def found(self, entity: str) -> list[Entity]:
        """What a query has found."""
        if self.query is None:
            raise Retryable("QuickBooks' answer leaves out part of what it was asked for.")
        return _readable(lambda: _entities(self.query, entity))

    def changed(self, entity: str) -> list[Entity]:
        """What has changed."""
        parts = [part for each in self.changes or [] for part in each.get("QueryResponse", [])]
        return _readable(lambda: [one for part in parts for one in _entities(part, entity)])


class _Item(Model):
    model_config = ConfigDict(extra="allow", coerce_numbers_to_str=True)

    key: str = Field(alias="bId")
    fault: _Faults | None = Field(None, alias="Fault")


class BatchAnswer(Model):
    """The answer to a batch."""

    items: list[_Item] = Field(alias="BatchItemResponse")

    def results(self, entity: str) -> dict[str, Entity | Exception]:
        """What became of each item, by its key."""
        return {item.key: self._result(item, entity) for item in self.items}

    @staticmethod
    def _result(item: _Item, entity: str) -> Entity | Exception:
        if item.fault is not None:
            return _failure(item.fault)
        try:
            return Entity.model_validate((item.model_extra or {}).get(entity))
        except ValidationError:
            return Retryable("QuickBooks' answer to one document of a batch cannot be read.")


def _readable(read: Callable[[], _Read]) -> _Read:
    try:
        return read()
    except (ValidationError, AttributeError, TypeError) as failure:
        raise Retryable("QuickBooks' answer cannot be read.") from failure
