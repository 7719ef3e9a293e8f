"""Work out a change of a vehicle by hand: the differences, their consequences, and refusals."""

from __future__ import annotations

from typing import Any

from carlot.domain import vin as vins
from carlot.domain.vehicle import BY_WIRE, edited_after, photo_fault, stored
from carlot.errors import Conflict, FieldError, Invalid

BLANK: dict[str, Any] = {
    **{field.wire: None for field in BY_WIRE.values() if field.writable},
    "photos": [],
    "status": "available",
    "publishToWebsite": 0,
    "publishToThirdParty": 0,
}
"""The values of a new vehicle without any input, as D1 stores them."""


def new_values(given: dict[str, Any], sold_on: str | None, base: str, *, any_vin: bool = False) -> dict[str, Any]:
    """Return all values of a new vehicle, as D1 stores them.

    `sold_on` is the day on which a car with its VIN was last sold here under the same stock number. A car that is taken back has
    another number, or was acquired after that day. With `any_vin`, a VIN that cannot be right is taken and marked as not valid.

    Raises: `Invalid`, `Conflict`.
    """
    values = {**BLANK, **given}
    if not any_vin:
        check_vin(values["vin"], values["year"])
    values["vinValid"] = int(vins.is_valid(values["vin"], values["year"]))
    values["photos"] = photo_urls(values["photos"], [], base)
    if sold_on and not (values["purchaseDate"] and values["purchaseDate"] > sold_on):
        way = "use another stock number, or add a Purchased date after that day"
        message = f"This VIN was sold here on {sold_on}. To take it back in, {way}."
        raise Conflict(message, code="vehicle-exists", errors=[FieldError("purchaseDate", message)])
    return values


def changed_values(before: dict[str, Any], given: dict[str, Any], base: str, *, any_vin: bool = False) -> dict[str, Any]:
    """Return the values that differ from the stored ones, with their consequences. Raises: `Invalid`, `Conflict`.

    `any_vin` is as in `new_values`.
    """
    if "photos" in given:
        given["photos"] = photo_urls(given["photos"], before["photos"], base)
    changes = {name: value for name, value in given.items() if value != stored(before, name)}
    if "status" in changes and before["status"] == "sold":
        message = "This vehicle is sold. Void the sale to put it back on the lot."
        raise Conflict(message, code="vehicle-sold", errors=[FieldError("status", message)])
    if "vin" in changes or "year" in changes:
        vin, year = given.get("vin", before["vin"]), given.get("year", before["year"])
        if vin is not None and not any_vin:
            check_vin(vin, year)
        changes["vinValid"] = int(vin is not None and vins.is_valid(vin, year))
    if changes and before["externalDmsId"] is not None:
        changes["editedFields"] = edited_after(before["editedFields"], [name for name in changes if name != "vinValid"])
    return changes


def check_vin(vin: str, year: int) -> None:
    """Refuse a VIN that cannot be right. Raises: `Invalid`."""
    if refusal := vins.refusal(vin, year):
        raise Invalid(refusal, errors=[FieldError("vin", refusal)])


def photo_urls(urls: list[str], known: list[str], base: str) -> list[str]:
    """Return photo addresses as stored; uploaded photos must be the vehicle's own. Raises: `Invalid`."""
    as_stored = [url.removeprefix(base) if url.startswith(f"{base}/photos/") else url for url in urls]
    errors = []
    for position, url in enumerate(as_stored):
        fault = photo_fault(url, base)
        if url.startswith("/photos/") and url not in known:
            fault = "This photo was not uploaded to this vehicle."
        if fault:
            errors.append(FieldError(f"photos.{position}", fault))
    if errors:
        raise Invalid(errors[0].message, errors=errors)
    return list(dict.fromkeys(as_stored))
