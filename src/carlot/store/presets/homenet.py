"""A file as HomeNet writes it, for readers that have HomeNet's format ready.

ASSUMED: the headings, as dealers' exports of HomeNet have them; HomeNet publishes no list. To confirm: a file that HomeNet sends for
another dealer.
"""

from __future__ import annotations

from carlot.store.presets import cells

PRESET = cells.Preset(
    required=("vin", "price", "photos"),
    columns={
        "vin": cells.VIN,
        "stock": cells.STOCK_NUMBER,
        "sellingprice": cells.DOLLARS,
        "type": cells.USED,
        "year": cells.YEAR,
        "make": cells.MAKE,
        "model": cells.MODEL,
        "trim": cells.TRIM,
        "body": cells.BODY_STYLE,
        "miles": cells.MILES,
        "ext_color": cells.EXTERIOR_COLOR,
        "int_color": cells.INTERIOR_COLOR,
        "transmission": cells.TRANSMISSION,
        "drivetrain": cells.DRIVETRAIN,
        "engine": cells.ENGINE,
        "fuel": cells.FUEL_TYPE,
        "dateinstock": cells.IN_STOCK_SINCE,
        "description": cells.DESCRIPTION,
        "imagelist": cells.photos_cell(","),
        "dealername": cells.DEALER_NAME,
    },
)
