"""Which column of a CSV file is which field of a vehicle."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from carlot.domain.vehicle import FIELDS

READ = {field.wire for field in FIELDS if field.writable} | {"id"}
"""The fields that an import reads."""

_HEADINGS: dict[str, tuple[str, ...]] = {
    "vin": ("vin", "vinnumber", "vinno", "vehicleidentificationnumber"),
    "stockNumber": ("stocknumber", "stock", "stockno", "stocknum", "stocknr", "stk", "stkno", "inventorynumber"),
    "year": ("year", "modelyear", "vehicleyear", "yr"),
    "make": ("make", "brand", "manufacturer", "vehiclemake"),
    "model": ("model", "modelname", "vehiclemodel"),
    "trim": ("trim", "trimlevel", "series", "vehicletrim"),
    "bodyStyle": ("bodystyle", "body", "bodytype", "vehicletype"),
    "exteriorColor": ("exteriorcolor", "exteriorcolour", "extcolor", "extcolour", "color", "colour"),
    "interiorColor": ("interiorcolor", "interiorcolour", "intcolor", "intcolour"),
    "transmission": ("transmission", "trans", "transmissiontype", "transmissiondesc", "gearbox"),
    "fuelType": ("fueltype", "fuel", "fueldesc"),
    "drivetrain": ("drivetrain", "drivetraindesc", "drivetraintype", "drivetype", "drive"),
    "engine": ("engine", "enginedesc", "enginedescription"),
    "mileage": ("mileage", "odometer", "miles", "odometerreading"),
    # What a visitor of the dealer's page pays stands before what is asked on the lot, and that before the maker's own price.
    "price": (
        *("internetprice", "onlineprice", "webprice", "specialprice", "saleprice", "price", "sellingprice", "askingprice"),
        *("listprice", "retailprice", "retail", "msrp"),
    ),
    # A dealer's notes are for himself: they are no description.
    "description": (
        *("description", "vehicledescription", "webdescription", "longdescription", "adtext", "comments", "comment"),
        *("dealercomments", "vehiclecomments", "sellercomments"),
    ),
    "location": ("location", "lotlocation", "storelocation"),
    "photos": (
        *("photos", "photo", "photourls", "photourl", "photourllist", "photolist", "images", "image", "imageurls", "imageurl"),
        *("imageurllist", "imagelist", "pictures", "pictureurls"),
    ),
    "purchasePrice": ("purchaseprice", "cost", "vehiclecost"),
    "purchaseDate": ("purchasedate", "dateacquired", "acquired", "acquireddate", "inventorydate", "dateinstock", "instockdate"),
    "status": ("status", "inventorystatus", "vehiclestatus"),
    "publishToWebsite": ("publishtowebsite", "website"),
    "publishToThirdParty": ("publishtothirdparty",),
    "id": ("id",),
}
"""How exports spell their headings, letters and digits only. Of several columns, an earlier spelling counts first."""

NEEDED = ("vin", "year", "make", "model")
"""The columns without which a file can only change vehicles that are known."""


class Column(NamedTuple):
    """A column: its heading, and the field that it is (wire name); `None`: it is left alone."""

    heading: str
    field: str | None


def plain(heading: str) -> str:
    """A heading as it is compared: letters and digits, lower case."""
    return re.sub(r"[^a-z0-9]", "", heading.lower())


_RANKS = {heading: (rank, field) for field, headings in _HEADINGS.items() for rank, heading in enumerate(headings)}
_RANKS |= {plain(field.column): (0, field.wire) for field in FIELDS if field.wire in READ and plain(field.column) not in _RANKS}


def named(headings: Sequence[str], mapping: Mapping[str, str | None]) -> int:
    """How many different fields a row names as headings: the row that names most is the heading line."""
    return len({_field(heading, mapping) for heading in headings} - {None})


def columns(headings: Sequence[str], mapping: Mapping[str, str | None]) -> list[Column]:
    """What the columns are. `mapping` says of headings which field they are (`None`: none).

    Where it names a field, no other column is that field.
    """
    chosen = {field for heading, field in mapping.items() if heading in headings}
    return [
        Column(heading, field if heading in mapping or field not in chosen else None)
        for heading in headings
        for field in (_field(heading, mapping),)
    ]


def sources(found: Sequence[Column]) -> dict[str, list[int]]:
    """The columns of each field by their places, the one that counts first in front."""
    places: dict[str, list[int]] = {}
    for place, column in enumerate(found):
        if column.field:
            places.setdefault(column.field, []).append(place)
    for listed in places.values():
        listed.sort(key=lambda place: _RANKS.get(plain(found[place].heading), (0, ""))[0])
    return places


def _field(heading: str, mapping: Mapping[str, str | None]) -> str | None:
    if heading in mapping:
        return mapping[heading]
    return _RANKS.get(plain(heading), (0, None))[1]
