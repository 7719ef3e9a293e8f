"""What happened to a vehicle: who did what, and what each partner last heard of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from carlot.domain.times import day_in_words
from carlot.errors import NotFound
from carlot.platform.ports import Request, Response, Services
from carlot.store import history, vehicles
from carlot.web.responses import json_answer

_MONEY = frozenset({"price", "purchasePrice", "salePrice", "cost"})
_DAYS = frozenset({"purchaseDate", "saleDate", "serviceDate", "paidAt"})
_FLAGS = {"publishToWebsite": "Publish to Website", "publishToThirdParty": "Publish to Third Party", "paused": "paused"}
_NAMES = {
    **_FLAGS,
    "vin": "VIN",
    "fuelType": "fuel",
    "paidAt": "paid",
    "lines": "fees, taxes and trade-in",
    "purchase": "expense",
}
"""What people call a field, where it is not the words of its name."""

_SAID_ALREADY = frozenset({"voidedAt", "kind"})
"""Fields whose change is what happened."""

_CAPITAL = re.compile("[A-Z]")


async def list_vehicle_history(request: Request, services: Services) -> Response:
    """The history of a vehicle, newest first: each write with its author, and what each partner last heard."""
    if await vehicles.read(services.database, request.params["id"]) is None:
        raise NotFound("There is no such vehicle.")
    found = await history.of_vehicle(services.database, request.params["id"])
    return json_answer({"history": [_shown(entry) for entry in found]})


def _shown(entry: Mapping[str, Any]) -> dict[str, object]:
    detail = entry.get("said") if "partner" in entry else _words(entry.get("detail") or {})
    return {
        "at": entry["at"],
        "author": entry["author"],
        "what": entry["what"],
        "partner": entry.get("partner"),
        "detail": detail or None,
        "link": _link(entry),
    }


def _link(entry: Mapping[str, Any]) -> str | None:
    """The address in the API of what the entry is about, where it has one besides the vehicle's own."""
    if "partner" in entry or entry["what"].startswith("task."):
        return f"/api/integrations/tasks/{entry['subjectId']}"
    return f"/api/sales/{entry['subjectId']}" if entry["what"].startswith(("sale.", "invoice.")) else None


def _words(changes: Mapping[str, Any]) -> str:
    """Changes by field, in one line: `price: $28,750.00 to $27,995.00; description`."""
    return "; ".join(_change(name, value) for name, value in changes.items() if name not in _SAID_ALREADY)


def _change(name: str, value: Any) -> str:
    called = _NAMES.get(name) or _CAPITAL.sub(lambda found: f" {found[0].lower()}", name)
    if value is None:
        return called
    if isinstance(value, list):
        before, after = (_value(name, each) for each in value)
        return f"{called}: {before} to {after}"
    return f"{called}: {_value(name, value)}"


def _value(name: str, value: Any) -> str:
    if value is None:
        return "none"
    if name in _FLAGS:
        return "on" if value else "off"
    if name in _DAYS:
        return day_in_words(str(value))
    if name == "mileage":
        return f"{value:,}"
    if name == "choice":
        return str(value).replace("_", " ")
    return f"${value:,.2f}" if name in _MONEY else str(value)
