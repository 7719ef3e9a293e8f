"""A plain file that nobody in particular reads: all that is public of every car for third parties. It has no source but ourselves."""

from __future__ import annotations

from carlot.store.csv_cells import text_cell
from carlot.store.presets import cells

PRESET = cells.Preset(
    columns={
        "id": text_cell("v.id"),
        "vin": cells.VIN,
        "stock_number": cells.STOCK_NUMBER,
        "year": cells.YEAR,
        "make": cells.MAKE,
        "model": cells.MODEL,
        "trim": cells.TRIM,
        "body_style": cells.BODY_STYLE,
        "exterior_color": cells.EXTERIOR_COLOR,
        "interior_color": cells.INTERIOR_COLOR,
        "transmission": cells.TRANSMISSION,
        "fuel_type": cells.FUEL_TYPE,
        "drivetrain": cells.DRIVETRAIN,
        "engine": cells.ENGINE,
        "mileage": cells.MILES,
        "price": cells.DOLLARS,
        "price_before": cells.DOLLARS_BEFORE,
        "description": cells.DESCRIPTION,
        "location": cells.LOCATION,
        "url": cells.PAGE,
        "photos": cells.photos_cell("|"),
    },
)
