"""Google vehicle listings. Source: developers.google.com/vehicle-listings/reference/feed-specification."""

from __future__ import annotations

from carlot.store.csv_cells import plain_cell, text_cell
from carlot.store.presets import cells

IMAGES = 20

PRESET = cells.Preset(
    required=("vin", "price", "mileage", "photos"),
    columns={
        "vin": cells.VIN,
        "id": cells.STOCK_NUMBER,
        "store_code": text_cell("?5"),
        "dealership_name": text_cell("?2"),
        "dealership_address": text_cell("?4"),
        "tracking_phone_number": cells.DEALER_PHONE,
        "date_in_stock": cells.IN_STOCK_SINCE,
        # "The final sale price": the specification has no column for a price before it.
        "price": cells.USD,
        "condition": plain_cell("'used'"),
        "make": cells.MAKE,
        "model": cells.MODEL,
        "trim": cells.TRIM,
        "year": cells.YEAR,
        "mileage": plain_cell("v.mileage_miles || ' miles'"),
        "exterior_color": cells.EXTERIOR_COLOR,
        "interior_color": cells.INTERIOR_COLOR,
        "body_type": cells.BODY_STYLE,
        "transmission": cells.TRANSMISSION,
        "drivetrain": cells.DRIVETRAIN,
        "fuel_type": cells.FUEL_TYPE,
        "engine": cells.ENGINE,
        "description": cells.DESCRIPTION,
        "link": cells.OWN_PAGE,
        "image_link": cells.photo(0),
        "additional_image_link": cells.photos_cell(",", 1, IMAGES),
    },
)
