"""CarGurus' file of a dealer's inventory.

ASSUMED: the headings and the separator of photos. CarGurus takes files by FTP and no address of one (the guides of programs that feed
it say so), and publishes no list of columns. To confirm: ask CarGurus' feed team, who map the headings of each dealer's file.
"""

from __future__ import annotations

from carlot.store.presets import cells

PRESET = cells.Preset(
    required=("vin", "price", "photos"),
    columns={
        "VIN": cells.VIN,
        "StockNumber": cells.STOCK_NUMBER,
        "Price": cells.DOLLARS,
        "Year": cells.YEAR,
        "Make": cells.MAKE,
        "Model": cells.MODEL,
        "Trim": cells.TRIM,
        "Mileage": cells.MILES,
        "ExteriorColor": cells.EXTERIOR_COLOR,
        "InteriorColor": cells.INTERIOR_COLOR,
        "BodyStyle": cells.BODY_STYLE,
        "Transmission": cells.TRANSMISSION,
        "FuelType": cells.FUEL_TYPE,
        "Drivetrain": cells.DRIVETRAIN,
        "Engine": cells.ENGINE,
        "DealerComments": cells.DESCRIPTION,
        "PhotoURLs": cells.photos_cell("|"),
        "VehicleURL": cells.KNOWN_PAGE,
        "DealerName": cells.DEALER_NAME,
        "DealerPhone": cells.DEALER_PHONE,
    },
)
