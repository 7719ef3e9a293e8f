"""A vehicle field is complete: whoever adds one to FIELDS is told which of its other places lacks it."""

from __future__ import annotations

import re
import sqlite3

import pytest

from carlot.domain.vehicle import FIELDS, Field
from carlot.domain.vehicle_entry import VehicleChange
from carlot.partners.wayne_reeves.mapping import DmsVehicle
from rules.test_schema import SCHEMA, built_by
from runtime.paths import ROOT

PAGE = "public/js/inventory-vehicle.js"
DESK = "public/js/desk/fields.js"
PLUGIN = "wordpress/carlot-inventory/includes/page.php"
# They have places of their own on the pages: the heading, the price, the gallery, the text.
ELSEWHERE = {"id", "year", "make", "model", "trim", "mileage", "price", "description", "photos"}
FACTS = [field for field in FIELDS if field.public and field.dms and field.wire not in ELSEWHERE]


def column_names(connection: sqlite3.Connection) -> list[str]:
    """The columns of the vehicles table."""
    return [str(name) for (name,) in connection.execute("SELECT name FROM pragma_table_info('vehicles')")]


def places(field: Field) -> dict[str, bool]:
    """Every place that an optional public field of the DMS needs, and whether it is there. CONTRIBUTING lists the same."""
    entered = {str(model.alias or name) for name, model in VehicleChange.model_fields.items()}
    stored = set(column_names(built_by([SCHEMA.read_text()])))
    return {
        "src/carlot/domain/vehicle_entry.py": field.wire in entered,
        "src/carlot/partners/wayne_reeves/mapping.py": field.dms in DmsVehicle.model_fields,
        "schema.sql and a migration": field.column in stored,
        DESK: re.search(rf"^  {field.wire}: ", (ROOT / DESK).read_text(), re.MULTILINE) is not None,
        PAGE: f"vehicle.{field.wire}" in (ROOT / PAGE).read_text(),
        PLUGIN: f"'{field.wire}'" in (ROOT / PLUGIN).read_text(),
    }


@pytest.mark.parametrize("field", FACTS, ids=lambda field: field.wire)
def test_a_field_is_in_each_of_its_places(field: Field) -> None:
    assert [place for place, there in places(field).items() if not there] == []


def test_a_field_that_stands_in_the_table_alone_is_named_with_every_place_it_lacks() -> None:
    doors = Field("doors", "doors", "integer", dms="doors", public=True)
    assert len([place for place, there in places(doors).items() if not there]) == 6


def test_contributing_lists_every_place() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text()
    recipe = text[text.index("## Recipe: a vehicle field") : text.index("## Recipe: an endpoint")]
    assert [place for place in places(FACTS[0]) if place.partition(" ")[0] not in recipe] == []
