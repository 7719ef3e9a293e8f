"""A vehicle as search engines read it: schema.org's `Car` with an `Offer`.

Source: schema.org/Car, schema.org/Offer; developers.google.com, "Vehicle listing (Car) structured data".
The WordPress plugin writes the same object.
"""

from __future__ import annotations

import re
from typing import Any

from carlot.domain.public_vehicle import PublicVehicle

CURRENCY = "USD"
NEW_MILES = 300
"""Cars leave the factory with a few miles on them; a car with more miles has had an owner or was a demonstrator."""

_WHEELS = (
    ("FourWheelDriveConfiguration", r"\b(4wd|4x4|four)"),
    ("AllWheelDriveConfiguration", r"\b(awd|all)"),
    ("FrontWheelDriveConfiguration", r"\b(fwd|front)"),
    ("RearWheelDriveConfiguration", r"\b(rwd|rear|2wd rear)"),
)


def structured(vehicle: PublicVehicle, seller: dict[str, str]) -> dict[str, Any]:
    """The object, without what is not known. `seller` has the dealer's `name`, `phone`, `email` and `address`."""
    condition = "https://schema.org/UsedCondition" if (vehicle.mileage or 0) > NEW_MILES else None
    engine = {"@type": "EngineSpecification", "name": vehicle.engine, "fuelType": vehicle.fuelType}
    # SMI is the UN/CEFACT unit code of the mile.
    odometer = {"@type": "QuantitativeValue", "value": vehicle.mileage, "unitCode": "SMI"}
    return _known(
        {
            "@context": "https://schema.org",
            "@type": "Car",
            "name": vehicle.full_name,
            "url": vehicle.url,
            "vehicleIdentificationNumber": vehicle.vin,
            "sku": vehicle.stockNumber,
            "brand": {"@type": "Brand", "name": vehicle.make} if vehicle.make else None,
            "model": vehicle.model,
            "vehicleModelDate": None if vehicle.year is None else str(vehicle.year),
            "vehicleConfiguration": vehicle.trim,
            "bodyType": vehicle.bodyStyle,
            "color": vehicle.exteriorColor,
            "vehicleInteriorColor": vehicle.interiorColor,
            "vehicleTransmission": vehicle.transmission,
            "driveWheelConfiguration": _wheels(vehicle.drivetrain),
            "fuelType": vehicle.fuelType,
            "vehicleEngine": _known(engine) if vehicle.engine else None,
            "mileageFromOdometer": None if vehicle.mileage is None else odometer,
            "image": vehicle.pictures or None,
            "description": vehicle.description,
            "itemCondition": condition,
            "offers": _offer(vehicle, seller, condition),
        }
    )


def _offer(vehicle: PublicVehicle, seller: dict[str, str], condition: str | None) -> dict[str, Any]:
    dealer = {
        "@type": "AutoDealer",
        "name": seller["name"],
        "telephone": seller["phone"],
        "email": seller["email"],
        "address": seller["address"],
    }
    return _known(
        {
            "@type": "Offer",
            "url": vehicle.url,
            "availability": "https://schema.org/InStock",
            "price": _number(vehicle.price),
            "priceCurrency": None if vehicle.price is None else CURRENCY,
            "priceSpecification": None if vehicle.was is None else _struck(vehicle.was),
            "itemCondition": condition,
            "seller": _known(dealer) if seller["name"] else None,
        }
    )


def _struck(price: float) -> dict[str, Any]:
    """The price before it fell.

    Source: developers.google.com/search/docs/appearance/structured-data/merchant-listing, sale pricing.
    """
    strikethrough = "https://schema.org/StrikethroughPrice"
    return {"@type": "UnitPriceSpecification", "priceType": strikethrough, "price": _number(price), "priceCurrency": CURRENCY}


def _wheels(drivetrain: str | None) -> str | None:
    """The driven wheels by schema.org's names; the DMS's own words when they name none of these."""
    words = (drivetrain or "").lower()
    named = next((name for name, pattern in _WHEELS if re.search(pattern, words)), None)
    return f"https://schema.org/{named}" if named else drivetrain


def _number(price: float | None) -> float | int | None:
    return int(price) if price is not None and price == int(price) else price


def _known(thing: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in thing.items() if value not in (None, "")}
