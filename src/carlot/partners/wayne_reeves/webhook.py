"""The events of the DMS's webhook. ASSUMED: their shapes, as in docs/partners.md, "Webhook events"."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from typing import Annotated

from pydantic import BeforeValidator, ConfigDict, Field, StringConstraints, TypeAdapter, ValidationError

from carlot.domain.fault_words import first_fault
from carlot.domain.model import Model
from carlot.domain.money import MAX_DOLLARS
from carlot.domain.times import instant
from carlot.partners.wayne_reeves.mapping import DmsVehicle
from carlot.partners.wayne_reeves.spelling import mended, plain

KINDS = ("vehicle.added", "vehicle.updated", "vehicle.sold")

_Kind = Annotated[str, StringConstraints(max_length=100, strip_whitespace=True, to_lower=True)]
_Contact = Annotated[str, StringConstraints(max_length=200, strip_whitespace=True, pattern=r"^[^\x00]*$")]


class DmsCustomer(Model):
    """Who bought it."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True, pattern=r"^[^\x00]*$")]
    email: _Contact | None = None
    phone: _Contact | None = None


class DmsSale(Model):
    """A sale as the DMS tells it, in dollars; fractions of a cent are rounded off. No `sale_date`: it does not tell the day."""

    sale_price: Annotated[Decimal, Field(ge=0, le=MAX_DOLLARS, allow_inf_nan=False)] | None = None
    sale_date: date | None = None
    sale_id: Annotated[str, StringConstraints(min_length=1, max_length=200)] | None = None
    customer: DmsCustomer | None = None

    @property
    def price_cents(self) -> int | None:
        """The price in cents; `None`: it tells none. A price of 0 is none, as it is for vehicles."""
        return int((Decimal(self.sale_price or 0) * 100).quantize(Decimal(1))) or None


def _spelled(entry: object) -> DmsSale | None:
    """A sale as dealer programs spell it, without what cannot be read."""
    if not isinstance(entry, Mapping):
        return None
    given = {name: plain(_AS_FIELD.get(name, ""), entry.get(name)) for name in DmsSale.model_fields}
    if isinstance(given["sale_id"], int):
        given["sale_id"] = str(given["sale_id"])
    given["customer"] = _buyer(given["customer"])
    while True:
        try:
            return DmsSale.model_validate(given)
        except ValidationError as failure:
            name = str(failure.errors(include_url=False)[0]["loc"][0])
        given[name] = None


def _buyer(entry: object) -> object:
    named = entry if isinstance(entry, Mapping) else {"name": entry}
    contact = {name: plain("", named.get(name)) for name in DmsCustomer.model_fields}
    texts = {name: found for name, found in contact.items() if isinstance(found, str)}
    return texts if "name" in texts else None


def _moment(told: object) -> object:
    """A time that can be read; any other was not told."""
    try:
        return _time().validate_python(told)
    except ValidationError:
        return None


@cache
def _time() -> TypeAdapter[datetime]:
    return TypeAdapter(datetime)


_AS_FIELD = {"sale_price": "price", "sale_date": "purchaseDate"}
_Moment = Annotated[datetime | None, BeforeValidator(_moment)]


class VehicleEvent(Model):
    """One event in full."""

    event: _Kind
    occurred_at: _Moment = None
    vehicle: Annotated[DmsVehicle, BeforeValidator(mended)]
    sale: Annotated[DmsSale | None, BeforeValidator(_spelled)] = None

    @property
    def at(self) -> datetime | None:
        """When what it tells was true: the vehicle's own time, else the event's."""
        at = self.vehicle.updated_at or self.occurred_at
        return at.replace(tzinfo=UTC) if at is not None and at.tzinfo is None else at


class _Head(Model):
    model_config = ConfigDict(coerce_numbers_to_str=True)

    id: Annotated[str, StringConstraints(min_length=1, max_length=200)] | None = None
    event: _Kind = "unknown"
    occurred_at: _Moment = None


@dataclass(frozen=True, slots=True)
class EventHead:
    """As much of an event as is needed to keep it once: its key, its type, when it happened."""

    key: str
    type: str
    occurred_at: str | None


def read_head(body: bytes) -> EventHead:
    """The head of an event; one that cannot be read is known by its bytes and of type `malformed`."""
    digest = "sha256:" + hashlib.sha256(body).hexdigest()
    try:
        head = _Head.model_validate_json(body)
    except ValidationError:
        return EventHead(digest, "malformed", None)
    at = head.occurred_at
    aware = at.replace(tzinfo=UTC) if at is not None and at.tzinfo is None else at
    return EventHead(head.id or digest, head.event, None if aware is None else instant(aware))


def read_event(body: str) -> VehicleEvent | str:
    """An event in full, or why it cannot be read."""
    try:
        return VehicleEvent.model_validate_json(body)
    except ValidationError as failure:
        return first_fault(failure)
