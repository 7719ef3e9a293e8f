"""Kelley Blue Book. ASSUMED: all of it, as in docs/partners.md, "Kelley Blue Book". To confirm: its document for dealers."""

from __future__ import annotations

from carlot.partners.listings.site import Site

SITE = Site(
    target="kbb",
    wire="kbb",
    name="Kelley Blue Book",
    base_url="KBB_API_URL",
    path="/v1/dealers/{KBB_DEALER_ID}/vehicles/{vin}",
    headers={"x-api-key": "{KBB_API_KEY}"},
    names={
        "vin": "VIN",
        "stockNumber": "StockNumber",
        "year": "ModelYear",
        "make": "Make",
        "model": "Model",
        "trim": "Trim",
        "price": "ListPrice",
        "mileage": "Mileage",
        "exteriorColor": "ExteriorColor",
        "interiorColor": "InteriorColor",
        "bodyStyle": "BodyStyle",
        "transmission": "Transmission",
        "fuelType": "FuelType",
        "description": "SellerComments",
        "photos": "Photos",
    },
    photos=list,
    needed=("KBB_API_URL", "KBB_DEALER_ID"),
    optional=("KBB_API_KEY",),
    preset="kbb",
)
