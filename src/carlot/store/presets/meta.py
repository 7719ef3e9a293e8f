"""Meta's automotive catalog. Source: developers.facebook.com, Marketing API, "Automotive Ads Reference"."""

from __future__ import annotations

from carlot.store.csv_cells import plain_cell, text_cell
from carlot.store.presets import cells

IMAGES = 20

_BODY_STYLES = {
    "convertible": "CONVERTIBLE",
    "coupe": "COUPE",
    "crossover": "CROSSOVER",
    "hatchback": "HATCHBACK",
    "minivan": "MINIVAN",
    "sedan": "SEDAN",
    "suv": "SUV",
    "sport utility": "SUV",
    "truck": "TRUCK",
    "pickup": "TRUCK",
    "wagon": "WAGON",
    "van": "VAN",
}
_TRANSMISSIONS = {"manual": "MANUAL", "auto": "AUTOMATIC", "cvt": "AUTOMATIC"}
_DRIVETRAINS = {"awd": "AWD", "fwd": "FWD", "rwd": "RWD", "4wd": "4X4", "4x4": "4X4"}
_FUELS = {
    "plug": "PLUGIN_HYBRID",
    "hybrid": "HYBRID",
    "electric": "ELECTRIC",
    "diesel": "DIESEL",
    "flex": "FLEX",
    "gas": "GASOLINE",
}

PRESET = cells.Preset(
    required=("vin of 17 characters", "price", "mileage", "photos"),
    columns={
        "vehicle_id": text_cell("v.id"),
        "vin": cells.VIN,
        "title": cells.TITLE,
        "description": cells.TITLED_DESCRIPTION,
        "url": cells.PAGE,
        "make": cells.MAKE,
        "model": cells.MODEL,
        "trim": cells.TRIM,
        "year": cells.YEAR,
        "mileage.value": cells.MILES,
        "mileage.unit": plain_cell("'MI'"),
        "body_style": plain_cell(cells.words("v.body_style", _BODY_STYLES, "OTHER")),
        "drivetrain": plain_cell(cells.words("v.drivetrain", _DRIVETRAINS, "OTHER")),
        "transmission": plain_cell(cells.words("v.transmission", _TRANSMISSIONS, "OTHER")),
        "fuel_type": plain_cell(cells.words("v.fuel_type", _FUELS, "OTHER")),
        "exterior_color": text_cell("coalesce(v.exterior_color, 'Other')"),
        "interior_color": cells.INTERIOR_COLOR,
        "state_of_vehicle": plain_cell("'USED'"),
        "availability": plain_cell("'AVAILABLE'"),
        # Meta strikes `price` through when `sale_price` is below it.
        "price": cells.USD_REGULAR,
        "sale_price": cells.USD_SALE,
        "date_first_on_lot": cells.IN_STOCK_SINCE,
        "stock_number": cells.STOCK_NUMBER,
        "dealer_name": cells.DEALER_NAME,
        "dealer_phone": cells.DEALER_PHONE,
        "address.addr1": text_cell("?6"),
        "address.city": text_cell("?7"),
        "address.region": text_cell("?8"),
        "address.postal_code": text_cell("nullif(?9, '')"),
        "address.country": plain_cell("'US'"),
        "image[0].tag[0]": cells.TITLE,
        **{f"image[{number}].url": cells.photo(number) for number in range(IMAGES)},
    },
)
