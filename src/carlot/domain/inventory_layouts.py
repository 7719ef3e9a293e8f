"""The CSV exports of dealer programs, known by their headings, and what their columns are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from carlot.domain import csv_columns
from carlot.domain.csv_columns import Column, plain


class Layout(NamedTuple):
    """One program's export. It is known by `marks`, headings that stand in it together; `columns` says of headings which field
    they are (`None`: none), where their name does not say it. Headings are written in letters and digits only.
    """

    program: str
    marks: frozenset[str]
    columns: Mapping[str, str | None]


def _layout(program: str, marks: str, columns: Mapping[str, str | None]) -> Layout:
    return Layout(program, frozenset(marks.split()), columns)


# A column that is not named here is what its heading says (`csv_columns`). ASSUMED, but where a source stands: no program
# publishes its layout. To confirm: compare the headings of the dealer's own export, which the desk shows, and correct them there.
LAYOUTS: tuple[Layout, ...] = (
    # Source: https://github.com/WayofMint/carucars, build-inventory.py, which reads a dealer's daily file.
    _layout(
        "DealerCenter",
        "stocknumber odometer photourls webaddescription",
        {"webaddescription": "description", "equipmentcode": None, "vdp": None, "latestphotomodifieddate": None},
    ),
    # The file that Frazer puts into its folder VehicleUploads. `Style` is the trim, `Color 2` the color inside.
    _layout(
        "Frazer",
        "stock mileage retailprice salescomments",
        {
            "style": "trim",
            "color2": "interiorColor",
            "drivetrain": "drivetrain",
            "salescomments": "description",
            "cost": "purchasePrice",
        },
    ),
    # `Colour` and `Color` are the color outside. The photos are addresses between bars.
    _layout(
        "vAuto",
        "stock newused photourllist",
        {
            "series": "trim",
            "autowriterdescription": "description",
            "otherprice": None,
            "msrp": None,
            "inventorydate": "purchaseDate",
            "drivetraindesc": "drivetrain",
        },
    ),
    # HomeNet's IOL. Of its prices the one for the web counts, then the selling price; a generic color is the maker's in one word.
    _layout(
        "HomeNet",
        "stock miles sellingprice dateinstock",
        {
            "type": None,
            "extcolorgeneric": None,
            "intcolorgeneric": None,
            "msrp": None,
            "bookvalue": None,
            "invoice": None,
            "miscprice1": None,
            "styledescription": None,
            "engineblocktype": None,
            "imagelist": "photos",
            "comment1": "description",
            "engine": "engine",
            "enginedescription": "engine",
            "transmissiondescription": "transmission",
        },
    ),
    _layout(
        "AutoManager",
        "stocknumber mileage askingprice purchasedate",
        {
            "vehiclenotes": None,
            "webnotes": "description",
            "internalnotes": None,
            "totalcost": None,
            "purchasecost": "purchasePrice",
        },
    ),
    # The names of the DMS's own API: docs/partners.md, "Inventory".
    _layout("Wayne Reaves", "stocknumber vin cost dateacquired", {"updatedat": None}),
)


def columns_of(headings: Sequence[str], chosen: Mapping[str, str | None]) -> tuple[str | None, list[Column]]:
    """The program whose export has these headings (`None`: not known), and what the columns are.

    What the dealer has `chosen` comes first, then the program's layout, then what each heading says by itself.
    """
    layout = layout_of(headings)
    said = {heading: layout.columns[plain(heading)] for heading in headings if plain(heading) in layout.columns} if layout else {}
    said |= {heading: field for heading, field in chosen.items() if heading in headings}
    return layout.program if layout else None, csv_columns.columns(headings, said)


def layout_of(headings: Sequence[str]) -> Layout | None:
    """The layout of an export with these headings."""
    names = {plain(heading) for heading in headings}
    return next((layout for layout in LAYOUTS if layout.marks <= names), None)


def is_recognized(headings: Sequence[str]) -> bool:
    """Whether a file with these headings can be one of vehicles."""
    return any(column.field for column in columns_of(headings, {})[1])
