"""A vehicle on the lot: its fields, who may see them and who may write them.

`FIELDS` is the one table from which the admin and public JSON, the import statement, hand entry and the CSV are made.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

Kind = Literal["text", "integer", "money", "date", "flag", "json"]

STATUSES = ("available", "pending", "sold", "archived")
MAX_PHOTOS = 40


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a vehicle.

    `wire` is its name in our JSON, `column` in D1, `dms` in the DMS's records (`None`: the DMS has no such thing).
    Fields of kind `money` are cents in D1 and dollars on the wire.
    """

    wire: str
    column: str
    kind: Kind = "text"
    dms: str | None = None
    public: bool = False
    writable: bool = True


FIELDS: tuple[Field, ...] = (
    Field("id", "id", public=True, writable=False),
    Field("vin", "vin", dms="vin", public=True),
    Field("stockNumber", "stock_number", dms="stock_number", public=True),
    Field("year", "year", "integer", dms="year", public=True),
    Field("make", "make", dms="make", public=True),
    Field("model", "model", dms="model", public=True),
    Field("trim", "trim", dms="trim", public=True),
    Field("bodyStyle", "body_style", dms="body_style", public=True),
    Field("exteriorColor", "exterior_color", dms="exterior_color", public=True),
    Field("interiorColor", "interior_color", dms="interior_color", public=True),
    Field("transmission", "transmission", dms="transmission", public=True),
    Field("fuelType", "fuel_type", dms="fuel_type", public=True),
    Field("drivetrain", "drivetrain", dms="drivetrain", public=True),
    Field("engine", "engine", dms="engine", public=True),
    Field("mileage", "mileage_miles", "integer", dms="mileage", public=True),
    Field("price", "price_cents", "money", dms="price", public=True),
    Field("description", "description", dms="description", public=True),
    Field("location", "location", dms="location", public=True),
    Field("photos", "photos", "json", dms="photos", public=True),
    Field("externalDmsId", "external_dms_id", writable=False),
    Field("purchasePrice", "purchase_price_cents", "money", dms="cost"),
    Field("purchaseDate", "purchase_date", "date", dms="date_acquired"),
    Field("status", "status", dms="status"),
    Field("publishToWebsite", "publish_to_website", "flag"),
    Field("publishToThirdParty", "publish_to_third_party", "flag"),
    Field("editedFields", "edited_fields", "json", writable=False),
    Field("vinValid", "vin_valid", "flag", writable=False),
    Field("version", "version", "integer", writable=False),
    Field("createdAt", "created_at", writable=False),
    Field("updatedAt", "updated_at", writable=False),
)

BY_WIRE: dict[str, Field] = {field.wire: field for field in FIELDS}
FROM_DMS: tuple[Field, ...] = tuple(field for field in FIELDS if field.dms)
DECODED: tuple[str, ...] = ("trim", "bodyStyle", "engine", "fuelType", "drivetrain", "transmission")
"""The fields, by wire name, that are filled from the VIN where an import leaves them empty."""
PUSHED_TO_DMS: frozenset[str] = frozenset({"mileage", "location", "price", "description"})
"""The fields, by wire name, whose hand edits are sent to the DMS."""


def edited_after(edited: list[str], changed: list[str]) -> list[str]:
    """Return the hand-edited fields (wire names, in the order of `FIELDS`) after further changes."""
    wanted = set(edited) | {name for name in changed if BY_WIRE[name].dms}
    return [field.wire for field in FIELDS if field.wire in wanted]


def photo_fault(url: str, own_base: str) -> str | None:
    """Return the reason why a photo URL is refused, as a sentence; `None` when it is accepted.

    Photos are https, or under this installation's own address.
    """
    if len(url) > 500 or not url.isprintable() or any(character in url for character in " \"'<>\\"):
        return "A photo URL has at most 500 characters and no spaces, quotes or angle brackets."
    if url.startswith(("https://", "/photos/")) or (own_base and url.startswith(own_base + "/")):
        return None
    return "A photo URL must begin with https://."


def stored(vehicle: dict[str, Any], name: str) -> Any:
    """Return a field as D1 stores it, from the vehicle as read: amounts in cents, flags as 0 or 1."""
    value, kind = vehicle[name], BY_WIRE[name].kind
    if kind == "money" and value is not None:
        return round(value * 100)
    return int(value) if kind == "flag" else value
