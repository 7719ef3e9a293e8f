"""What QuickBooks' webhook says: thin events, which only name what to look at.

Source: developer.intuit.com, "Webhooks": two forms, several companies in one body, in any order, perhaps twice.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Annotated

from pydantic import ConfigDict, Field, OnErrorOmit, StringConstraints, TypeAdapter, ValidationError

from carlot.domain.model import Model

KINDS = {"payment": "payment", "invoice": "invoice_check", "purchase": "expense_check"}
"""What is looked at when an object of the books has changed: the kind of task."""

_Id = Annotated[str, StringConstraints(min_length=1, max_length=100)]


@dataclass(frozen=True, slots=True)
class Notice:
    """A delivery: what makes it the same as another, its type for the log, and what our company's part of it names."""

    key: str
    type: str
    changed: tuple[tuple[str, str], ...]


class _Thing(Model):
    model_config = ConfigDict(coerce_numbers_to_str=True)

    id: _Id
    name: str


class _Change(Model):
    entities: list[OnErrorOmit[_Thing]] = Field(default_factory=list)


class _Notification(Model):
    model_config = ConfigDict(coerce_numbers_to_str=True)

    realm: str = Field(alias="realmId")
    change: _Change | None = Field(None, alias="dataChangeEvent")


class _Notifications(Model):
    notifications: list[OnErrorOmit[_Notification]] = Field(alias="eventNotifications")


class _CloudEvent(Model):
    model_config = ConfigDict(coerce_numbers_to_str=True)

    type: str
    realm: str = Field(alias="intuitaccountid")
    id: _Id = Field(alias="intuitentityid")


@cache
def _cloud_events() -> TypeAdapter[list[OnErrorOmit[_CloudEvent]] | _CloudEvent]:
    return TypeAdapter(list[OnErrorOmit[_CloudEvent]] | _CloudEvent)


@cache
def _notifications() -> TypeAdapter[_Notifications]:
    return TypeAdapter(_Notifications)


def is_signed(signature: str, body: bytes, verifiers: Iterable[str]) -> bool:
    """Whether the signature is that of the body: base64 of HMAC-SHA256. Takes the same time whatever was given."""
    given = signature.strip().encode("utf-8", "replace")
    held = False
    for verifier in verifiers:
        expected = base64.b64encode(hmac.digest(verifier.encode(), body, "sha256"))
        held |= hmac.compare_digest(given, expected)
    return held


def read_notice(body: bytes, realm_id: str) -> Notice:
    """Read a delivery, whatever is in it: what cannot be read names nothing, and takes nothing else with it."""
    key = hashlib.sha256(body).hexdigest()
    changes = _changes(body)
    if changes is None:
        return Notice(key, "unreadable", ())
    named = {(KINDS[name], entity_id) for realm, name, entity_id in changes if realm == realm_id and name in KINDS}
    return Notice(key, "changes", tuple(sorted(named)))


def _changes(body: bytes) -> list[tuple[str, str, str]] | None:
    """(company, name of the kind in lower case, id) of each change; `None`: the body is of neither form."""
    try:
        notifications = _notifications().validate_json(body).notifications
        return [
            (each.realm, thing.name.lower(), thing.id) for each in notifications for thing in (each.change or _Change()).entities
        ]
    except ValidationError:
        pass
    try:
        events = _cloud_events().validate_json(body)
    except ValidationError:
        return None
    return [
        (event.realm, parts[1].lower(), event.id)
        for event in (events if isinstance(events, list) else [events])
        if len(parts := event.type.split(".")) >= 2
    ]
