"""Kelley Blue Book's file of a dealer's inventory.

ASSUMED: the headings and the separator of photos; Kelley Blue Book publishes no list of columns. To confirm: ask its dealer support
(Cox Automotive).
"""

from __future__ import annotations

from carlot.store.presets import cells

PRESET = cells.Preset(
    required=("vin", "price", "photos"),
    columns={
        "VIN": cells.VIN,
        "StockNumber": cells.STOCK_NUMBER,
        "Price": cells.DOLLARS,
        "Condition": cells.USED,
        "ModelYear": cells.YEAR,
        "Make": cells.MAKE,
        "Model": cells.MODEL,
        "Trim": cells.TRIM,
        "Mileage": cells.MILES,
        "ExteriorColor": cells.EXTERIOR_COLOR,
        "InteriorColor": cells.INTERIOR_COLOR,
        "BodyStyle": cells.BODY_STYLE,
        "Transmission": cells.TRANSMISSION,
        "FuelType": cells.FUEL_TYPE,
        "DriveType": cells.DRIVETRAIN,
        "Engine": cells.ENGINE,
        "SellerComments": cells.DESCRIPTION,
        "Photos": cells.photos_cell("|"),
        "VehicleURL": cells.KNOWN_PAGE,
        "DealerName": cells.DEALER_NAME,
        "DealerPhone": cells.DEALER_PHONE,
    },
)
