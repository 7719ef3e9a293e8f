"""How a vehicle fills the columns of each hosted feed, as SQL.

Source: developers.google.com/vehicle-listings/reference/feed-specification (google); developers.facebook.com, Marketing API,
"Automotive Ads Reference" (meta). Used cars are assumed: nothing in the lot says that a car is new.
"""

from __future__ import annotations

from collections.abc import Mapping

from carlot.store.csv_cells import plain_cell, text_cell

GOOGLE_IMAGES = 20
META_IMAGES = 20

# What a listing must have in a format; of the cars for third parties the others are left out.
_WHOLE = "v.vin_valid = 1 AND v.price_cents > 0 AND v.mileage_miles IS NOT NULL AND json_array_length(v.photos) > 0"
# Meta takes no VIN from before 1981, when they were shorter.
TAKEN: Mapping[str, str] = {"google": _WHOLE, "meta": f"{_WHOLE} AND length(v.vin) = 17", "generic": "true"}


def _words(column: str, pairs: Mapping[str, str], otherwise: str) -> str:
    """The SQL of a word from a fixed list: the first whose beginning of a word occurs in the column."""
    cases = " ".join(f"WHEN lower(' ' || {column}) LIKE '% {part}%' THEN '{word}'" for part, word in pairs.items())
    return f"CASE {cases} ELSE '{otherwise}' END"


BODY_STYLES = {
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

# ?1 is our own address, ?2 to ?8 are the dealer's name, phone, address, code, street, city, region; ?9 his postal code.
_TITLE = "v.year || ' ' || v.make || ' ' || v.model || ifnull(' ' || v.trim, '')"
# A car that is not on our own page has none there: Google takes no link then, the others the page of the whole lot.
_OWN_PAGE = "iif(v.publish_to_website, ?1 || '/inventory.html?vehicle=' || v.id, NULL)"
_PAGE = f"coalesce({_OWN_PAGE}, ?1 || '/inventory.html')"
_PRICE = "printf('%.2f USD', v.price_cents / 100.0)"
_DOLLARS = "CASE WHEN v.price_cents IS NOT NULL THEN printf('%.2f', v.price_cents / 100.0) END"
_WHOLE_PHOTO = "iif(value LIKE '/photos/%', ?1 || value, value)"


def _photo(number: int) -> str:
    at = f"v.photos ->> {number}"
    return f"iif({at} LIKE '/photos/%', ?1 || ({at}), {at})"


def _photos(separator: str, first: int, last: int) -> str:
    """The SQL of several photos in one cell; a separator inside an address is written as its code."""
    escaped = f"replace({_WHOLE_PHOTO}, '{separator}', '%{ord(separator):02X}')"
    return f"""(SELECT group_concat(url, '{separator}') FROM (
      SELECT {escaped} AS url FROM json_each(v.photos) WHERE key BETWEEN {first} AND {last} ORDER BY key))"""


COLUMNS: Mapping[str, Mapping[str, str]] = {
    "google": {
        "vin": text_cell("nullif(v.vin, v.id)"),
        "id": text_cell("v.stock_number"),
        "store_code": text_cell("?5"),
        "dealership_name": text_cell("?2"),
        "dealership_address": text_cell("?4"),
        "tracking_phone_number": text_cell("nullif(?3, '')"),
        "date_in_stock": plain_cell("coalesce(v.purchase_date, substr(v.created_at, 1, 10))"),
        "price": plain_cell(_PRICE),
        "condition": plain_cell("'used'"),
        "make": text_cell("v.make"),
        "model": text_cell("v.model"),
        "trim": text_cell("v.trim"),
        "year": plain_cell("v.year"),
        "mileage": plain_cell("v.mileage_miles || ' miles'"),
        "exterior_color": text_cell("v.exterior_color"),
        "interior_color": text_cell("v.interior_color"),
        "body_type": text_cell("v.body_style"),
        "transmission": text_cell("v.transmission"),
        "drivetrain": text_cell("v.drivetrain"),
        "fuel_type": text_cell("v.fuel_type"),
        "engine": text_cell("v.engine"),
        "description": text_cell("v.description"),
        "link": text_cell(_OWN_PAGE),
        "image_link": text_cell(_photo(0)),
        "additional_image_link": text_cell(_photos(",", 1, GOOGLE_IMAGES)),
    },
    "meta": {
        "vehicle_id": text_cell("v.id"),
        "vin": text_cell("nullif(v.vin, v.id)"),
        "title": text_cell(_TITLE),
        "description": text_cell(f"substr(coalesce(v.description, {_TITLE}), 1, 5000)"),
        "url": text_cell(_PAGE),
        "make": text_cell("v.make"),
        "model": text_cell("v.model"),
        "trim": text_cell("v.trim"),
        "year": plain_cell("v.year"),
        "mileage.value": plain_cell("v.mileage_miles"),
        "mileage.unit": plain_cell("'MI'"),
        "body_style": plain_cell(_words("v.body_style", BODY_STYLES, "OTHER")),
        "drivetrain": plain_cell(_words("v.drivetrain", _DRIVETRAINS, "OTHER")),
        "transmission": plain_cell(_words("v.transmission", _TRANSMISSIONS, "OTHER")),
        "fuel_type": plain_cell(_words("v.fuel_type", _FUELS, "OTHER")),
        "exterior_color": text_cell("coalesce(v.exterior_color, 'Other')"),
        "interior_color": text_cell("v.interior_color"),
        "state_of_vehicle": plain_cell("'USED'"),
        "availability": plain_cell("'AVAILABLE'"),
        "price": plain_cell(_PRICE),
        "date_first_on_lot": plain_cell("coalesce(v.purchase_date, substr(v.created_at, 1, 10))"),
        "stock_number": text_cell("v.stock_number"),
        "dealer_name": text_cell("nullif(?2, '')"),
        "dealer_phone": text_cell("nullif(?3, '')"),
        "address.addr1": text_cell("?6"),
        "address.city": text_cell("?7"),
        "address.region": text_cell("?8"),
        "address.postal_code": text_cell("nullif(?9, '')"),
        "address.country": plain_cell("'US'"),
        "image[0].tag[0]": text_cell(_TITLE),
        **{f"image[{number}].url": text_cell(_photo(number)) for number in range(META_IMAGES)},
    },
    "generic": {
        "id": text_cell("v.id"),
        "vin": text_cell("nullif(v.vin, v.id)"),
        "stock_number": text_cell("v.stock_number"),
        "year": plain_cell("v.year"),
        "make": text_cell("v.make"),
        "model": text_cell("v.model"),
        "trim": text_cell("v.trim"),
        "body_style": text_cell("v.body_style"),
        "exterior_color": text_cell("v.exterior_color"),
        "interior_color": text_cell("v.interior_color"),
        "transmission": text_cell("v.transmission"),
        "fuel_type": text_cell("v.fuel_type"),
        "drivetrain": text_cell("v.drivetrain"),
        "engine": text_cell("v.engine"),
        "mileage": plain_cell("v.mileage_miles"),
        "price": plain_cell(_DOLLARS),
        "description": text_cell("v.description"),
        "location": text_cell("v.location"),
        "url": text_cell(_PAGE),
        "photos": text_cell(_photos("|", 0, 99)),
    },
}
"""Format -> column -> the SQL of its cell, in the order of the file."""
