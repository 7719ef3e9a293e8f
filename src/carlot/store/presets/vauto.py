"""A file as vAuto writes it, for readers that have vAuto's format ready.

ASSUMED: the headings, as dealers' exports of vAuto have them; vAuto publishes no list. To confirm: a file that vAuto sends for another
dealer.
"""

from __future__ import annotations

from carlot.store.csv_cells import plain_cell
from carlot.store.presets import cells

PRESET = cells.Preset(
    required=("vin", "price", "photos"),
    columns={
        "VIN": cells.VIN,
        "Stock #": cells.STOCK_NUMBER,
        "Price": cells.DOLLARS,
        "New/Used": plain_cell("'U'"),
        "Year": cells.YEAR,
        "Make": cells.MAKE,
        "Model": cells.MODEL,
        "Series": cells.TRIM,
        "Body": cells.BODY_STYLE,
        "Odometer": cells.MILES,
        "Colour": cells.EXTERIOR_COLOR,
        "Interior Color": cells.INTERIOR_COLOR,
        "Transmission": cells.TRANSMISSION,
        "Drivetrain Desc": cells.DRIVETRAIN,
        "Engine": cells.ENGINE,
        "Fuel": cells.FUEL_TYPE,
        "Inventory Date": cells.IN_STOCK_SINCE,
        "Description": cells.DESCRIPTION,
        "Photo Url List": cells.photos_cell("|"),
        "Dealer Name": cells.DEALER_NAME,
    },
)
