"""The events of the DMS's webhook. ASSUMED: their shapes, as in docs/partners.md, "Webhook events"."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, ValidationError

from carlot.domain.money import MAX_DOLLARS
from carlot.domain.times import instant
from carlot.partners.wayne_reeves.mapping import DmsVehicle
from carlot.partners.wayne_reeves.spelling import mended

KINDS = ("vehicle.added", "vehicle.updated", "vehicle.sold")

_Contact = Annotated[str, StringConstraints(max_length=200, strip_whitespace=True, pattern=r"^[^\x00]*$")]


class DmsCustomer(BaseModel):
    """Who bought it."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True, pattern=r"^[^\x00]*$")]
    email: _Contact | None = None
    phone: _Contact | None = None


class DmsSale(BaseModel):
    """A sale as the DMS tells it, in dollars. Fractions of a cent are rounded off."""

    sale_price: Annotated[Decimal, Field(ge=0, le=MAX_DOLLARS, allow_inf_nan=False)]
    sale_date: date
    customer: DmsCustomer | None = None

    @property
    def price_cents(self) -> int:
        """The price in cents."""
        return int((self.sale_price * 100).quantize(Decimal(1)))


class VehicleEvent(BaseModel):
    """One event in full."""

    event: str
    occurred_at: datetime | None = None
    vehicle: Annotated[DmsVehicle, BeforeValidator(mended)]
    sale: DmsSale | None = None

    @property
    def at(self) -> datetime | None:
        """When what it tells was true: the vehicle's own time, else the event's."""
        at = self.vehicle.updated_at or self.occurred_at
        return at.replace(tzinfo=UTC) if at is not None and at.tzinfo is None else at


class _Head(BaseModel):
    model_config = ConfigDict(coerce_numbers_to_str=True)

    id: Annotated[str, StringConstraints(min_length=1, max_length=200)] | None = None
    event: Annotated[str, StringConstraints(max_length=100)] = "unknown"
    occurred_at: datetime | None = None


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
        first = failure.errors(include_url=False, include_input=False)[0]
        return f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}"
