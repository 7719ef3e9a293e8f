"""CarGurus. ASSUMED: all of it, as in docs/partners.md, "CarGurus". To confirm: CarGurus' own document for dealers."""

from __future__ import annotations

from carlot.partners.listings.site import Site

SITE = Site(
    target="cargurus",
    wire="carGurus",
    name="CarGurus",
    base_url="CARGURUS_API_URL",
    path="/v1/listings/{vin}",
    headers={"authorization": "Bearer {CARGURUS_API_KEY}"},
    names={
        "vin": "vin",
        "stockNumber": "stockNumber",
        "year": "year",
        "make": "make",
        "model": "model",
        "trim": "trim",
        "price": "price",
        "mileage": "mileage",
        "exteriorColor": "exteriorColor",
        "interiorColor": "interiorColor",
        "bodyStyle": "bodyStyle",
        "transmission": "transmission",
        "fuelType": "fuelType",
        "description": "description",
        "photos": "photoUrls",
    },
    photos=list,
    needed=("CARGURUS_API_URL", "CARGURUS_API_KEY"),
    preset="cargurus",
)
