"""TrueCar. ASSUMED: all of it, as in docs/partners.md, "TrueCar". To confirm: TrueCar's own document for dealers."""

from __future__ import annotations

from collections.abc import Sequence

from carlot.partners.listings.site import Site


def _numbered(urls: Sequence[str]) -> list[dict[str, object]]:
    return [{"url": url, "position": position} for position, url in enumerate(urls)]


SITE = Site(
    target="truecar",
    wire="trueCar",
    name="TrueCar",
    base_url="TRUECAR_API_URL",
    path="/v1/dealers/{TRUECAR_DEALER_ID}/inventory/{vin}",
    headers={"x-api-key": "{TRUECAR_API_KEY}"},
    names={
        "vin": "vin",
        "stockNumber": "stock_number",
        "year": "year",
        "make": "make",
        "model": "model",
        "trim": "trim",
        "price": "list_price",
        "mileage": "odometer",
        "exteriorColor": "exterior_color",
        "interiorColor": "interior_color",
        "bodyStyle": "body_style",
        "transmission": "transmission",
        "fuelType": "fuel_type",
        "description": "comments",
        "photos": "photos",
    },
    photos=_numbered,
    needed=("TRUECAR_API_URL", "TRUECAR_DEALER_ID"),
    optional=("TRUECAR_API_KEY",),
    preset="truecar",
)
