"""TrueCar's file of a dealer's inventory.

ASSUMED: the headings and the separator of photos; TrueCar publishes no list of columns. To confirm: ask TrueCar's dealer support.
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
        "Year": cells.YEAR,
        "Make": cells.MAKE,
        "Model": cells.MODEL,
        "Trim": cells.TRIM,
        "Odometer": cells.MILES,
        "ExteriorColor": cells.EXTERIOR_COLOR,
        "InteriorColor": cells.INTERIOR_COLOR,
        "BodyStyle": cells.BODY_STYLE,
        "Transmission": cells.TRANSMISSION,
        "FuelType": cells.FUEL_TYPE,
        "Drivetrain": cells.DRIVETRAIN,
        "Engine": cells.ENGINE,
        "Comments": cells.DESCRIPTION,
        "Photos": cells.photos_cell("|"),
        "VehicleURL": cells.KNOWN_PAGE,
        "DealerName": cells.DEALER_NAME,
        "DealerPhone": cells.DEALER_PHONE,
    },
)
